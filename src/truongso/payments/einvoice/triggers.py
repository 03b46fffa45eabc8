"""Guards of the hand-off: what was handed off and what came back stays as it was."""

from truongso.kernel.triggers import append_only, refuse_new

# What came after the first row, without the row being written: PostgreSQL looks when it is there already.
_LATER = (
    "COALESCE((SELECT SUM(CASE l.kind WHEN 'adjustment' THEN -l.amount ELSE l.amount END) FROM payments_handoffrow l "
    "WHERE l.adjusts_id = o.id AND l.school_id = o.school_id AND l.code <> NEW.code), 0)"
)

TRIGGERS = [
    *append_only("payments_itemdocument"),
    *append_only("payments_handoff"),
    *append_only("payments_handoffrow"),
    *append_only("payments_documentnumber"),
    refuse_new(
        "mirror", "payments_handoffrow",
        "NOT EXISTS (SELECT 1 FROM payments_handoffrow o WHERE o.id = NEW.adjusts_id AND o.school_id = NEW.school_id "
        "AND o.receipt_id = NEW.receipt_id AND o.document = NEW.document AND o.adjusts_id IS NULL "
        f"AND o.amount + {_LATER} + CASE NEW.kind WHEN 'adjustment' THEN -NEW.amount ELSE NEW.amount END >= 0)",
        "more is taken back than was handed off",
        only_when="NEW.adjusts_id IS NOT NULL",
    ),
]  # fmt: skip
