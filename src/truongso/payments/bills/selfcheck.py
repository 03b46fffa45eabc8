"""The bill service, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

_EVIDENCE = (
    "FROM payments_billtransaction t JOIN payments_billpartner b ON b.id = t.partner_id LEFT JOIN payments_evidence e "
    "ON e.school_id = t.school_id AND e.kind = 'notice' AND e.source = 'bill:' || b.code "
    "AND e.reference = t.transaction_id"
)

CHECKS = [
    Check("I06", _("khoản thu qua dịch vụ hóa đơn có trong sổ khi và chỉ khi đã ghi nhận, với đúng số tiền"),
          f"SELECT t.school_id, t.transaction_id {_EVIDENCE} WHERE (t.state = 'booked' AND (e.id IS NULL "
          "OR e.used <> t.amount)) OR (t.state <> 'booked' AND COALESCE(e.used, 0) <> 0)"),
    Check("I06", _("tiền từ dịch vụ hóa đơn của ngân hàng dựa trên khoản nộp do ngân hàng báo"),
          "SELECT e.school_id, e.reference FROM payments_evidence e WHERE e.kind = 'notice' "
          "AND substr(e.source, 1, 5) = 'bill:' AND NOT EXISTS (SELECT 1 FROM payments_billtransaction t "
          "JOIN payments_billpartner b ON b.id = t.partner_id WHERE t.school_id = e.school_id "
          "AND t.transaction_id = e.reference AND e.source = 'bill:' || b.code)"),
]  # fmt: skip
