"""Guards of the hand-off: what was handed off and what came back stays as it was."""

from truongso.kernel.triggers import append_only, refuse_new

TRIGGERS = [
    *append_only("payments_itemdocument"),
    *append_only("payments_handoff"),
    *append_only("payments_handoffrow"),
    *append_only("payments_documentnumber"),
    refuse_new(
        "mirror", "payments_handoffrow",
        "NOT EXISTS (SELECT 1 FROM payments_handoffrow o WHERE o.id = NEW.adjusts_id AND o.school_id = NEW.school_id "
        "AND o.receipt_id = NEW.receipt_id AND o.document = NEW.document AND o.amount = NEW.amount "
        "AND o.adjusts_id IS NULL)",
        "an adjustment mirrors its row",
        only_when="NEW.adjusts_id IS NOT NULL",
    ),
]  # fmt: skip
