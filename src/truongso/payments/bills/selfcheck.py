"""The bill service, recomputed."""

from truongso.kernel.selfcheck import Check

_EVIDENCE = (
    "FROM payments_billtransaction t JOIN payments_billpartner b ON b.id = t.partner_id LEFT JOIN payments_evidence e "
    "ON e.school_id = t.school_id AND e.kind = 'notice' AND e.source = 'bill:' || b.code "
    "AND e.reference = t.transaction_id"
)

CHECKS = [
    Check("I06", "a bill payment is in the books exactly when it is booked, with its amount",
          f"SELECT t.school_id, t.transaction_id {_EVIDENCE} WHERE (t.state = 'booked' AND (e.id IS NULL "
          "OR e.used <> t.amount)) OR (t.state <> 'booked' AND COALESCE(e.used, 0) <> 0)"),
    Check("I06", "money of a bank's bill service rests on a payment the bank posted",
          "SELECT e.school_id, e.reference FROM payments_evidence e WHERE e.kind = 'notice' "
          "AND substr(e.source, 1, 5) = 'bill:' AND NOT EXISTS (SELECT 1 FROM payments_billtransaction t "
          "JOIN payments_billpartner b ON b.id = t.partner_id WHERE t.school_id = e.school_id "
          "AND t.transaction_id = e.reference AND e.source = 'bill:' || b.code)"),
]  # fmt: skip
