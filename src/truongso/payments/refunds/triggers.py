"""Guards of refunds: what was proposed stays, nobody decides on his own proposal, paid means that money left."""

from truongso.kernel.triggers import append_only, fixed, never_deleted, refuse, refuse_new

_REQUEST_FIXED = (
    "public_id", "year", "number", "kind", "reason", "amount", "lowered", "digest", "proposed_at", "proposed_by",
    "school_id",
)  # fmt: skip
_ITEM_FIXED = (
    "request_id", "code", "family_id", "student_name", "class_name", "invoice_codes", "amount", "lowered", "way",
    "bank_bin", "account_number", "account_name", "school_id",
)  # fmt: skip
_FILE_FIXED = (
    "public_id", "year", "number", "bank_account_id", "layout", "file_name", "content", "sha256", "count", "total",
    "created_at", "created_by", "school_id",
)  # fmt: skip
_STANDING = (
    "EXISTS (SELECT 1 FROM payments_refundpayout p WHERE p.item_id = NEW.id AND p.school_id = NEW.school_id "
    "AND p.kind = 'paid' AND NOT EXISTS (SELECT 1 FROM payments_refundpayout r WHERE r.reverses_id = p.id "
    "AND r.school_id = p.school_id))"
)
_REQUEST = "SELECT 1 FROM payments_refundrequest q WHERE q.id = NEW.request_id AND q.school_id = NEW.school_id"

_WORD_FIXED = ("school_id", "item_id", "reference", "asks", "was_refunded", "seen", "said_at", "said_by")

TRIGGERS = [
    *never_deleted("payments_portalword", "what was seen is never deleted"),
    fixed("payments_portalword", _WORD_FIXED, "what was seen is fixed once said"),
    refuse("born_said", "payments_portalword", "INSERT", "NEW.state <> 'said'", "what was seen starts unconfirmed"),
    refuse("decided_once", "payments_portalword", "UPDATE OF state", "OLD.state <> 'said' AND NEW.state <> OLD.state",
           "what was decided about a look stays so"),
    *append_only("payments_refunddecision"),
    *append_only("payments_refundpart"),
    *append_only("payments_refundpayout"),
    *append_only("payments_refundvoucher"),
    *append_only("payments_refundaccount"),
    *never_deleted("payments_refundrequest", "a refund request is never deleted"),
    *never_deleted("payments_refunditem", "a refund is never deleted"),
    *never_deleted("payments_refundfile", "a payment file is never deleted"),
    *never_deleted("payments_refundcounter", "a counter is never deleted"),
    fixed("payments_refundrequest", _REQUEST_FIXED, "a refund request is fixed once proposed"),
    fixed("payments_refunditem", _ITEM_FIXED, "a refund is fixed once proposed"),
    fixed("payments_refundfile", _FILE_FIXED, "a payment file is fixed once made"),
    refuse("born_proposed", "payments_refundrequest", "INSERT", "NEW.state <> 'proposed'",
           "a refund request starts proposed"),
    refuse("born_proposed", "payments_refunditem", "INSERT",
           f"NEW.state <> 'proposed' OR NOT EXISTS ({_REQUEST} AND q.state = 'proposed')",
           "a refund starts proposed"),
    refuse("born_zero", "payments_refundcounter", "INSERT", "NEW.last_number <> 0", "a counter starts at zero"),
    refuse("one_by_one", "payments_refundcounter", "UPDATE",
           "NEW.last_number <> OLD.last_number + 1 OR NEW.kind <> OLD.kind OR NEW.year <> OLD.year",
           "numbers of refunds have no gaps"),
    refuse("decided", "payments_refundrequest", "UPDATE OF state",
           "NEW.state <> OLD.state AND (OLD.state <> 'proposed' OR NOT EXISTS (SELECT 1 "
           "FROM payments_refunddecision d WHERE d.request_id = NEW.id AND d.school_id = NEW.school_id "
           "AND d.decision = NEW.state))",
           "a refund request follows its decision"),
    refuse_new(
        "another_person", "payments_refunddecision",
        "NOT EXISTS (SELECT 1 FROM payments_refundrequest q WHERE q.id = NEW.request_id "
        "AND q.school_id = NEW.school_id AND q.digest = NEW.digest "
        "AND (q.proposed_by <> NEW.decided_by OR NEW.decision = 'withdrawn'))",
        "nobody decides on his own proposal, nor on another content",
    ),
    refuse("approved_first", "payments_refunditem", "UPDATE OF state",
           f"NEW.state IN ('due', 'sent', 'paid', 'done') AND NOT EXISTS ({_REQUEST} AND q.state = 'approved')",
           "a refund is carried out once approved"),
    refuse("paid_by_payout", "payments_refunditem", "UPDATE OF state", f"(NEW.state = 'paid') <> {_STANDING}",
           "a refund is paid exactly when money left"),
    refuse_new(
        "whole", "payments_refundpayout",
        "NOT EXISTS (SELECT 1 FROM payments_refunditem i JOIN payments_refundrequest q ON q.id = i.request_id "
        "AND q.school_id = i.school_id WHERE i.id = NEW.item_id AND i.school_id = NEW.school_id "
        "AND i.amount = NEW.amount AND q.state = 'approved')",
        "an approved refund is paid out whole",
    ),
    refuse_new(
        "mirror", "payments_refundpayout",
        "NOT EXISTS (SELECT 1 FROM payments_refundpayout o WHERE o.id = NEW.reverses_id "
        "AND o.school_id = NEW.school_id AND o.item_id = NEW.item_id AND o.kind = 'paid')",
        "money comes back from a payout of the same refund",
        only_when="NEW.reverses_id IS NOT NULL",
    ),
]  # fmt: skip
