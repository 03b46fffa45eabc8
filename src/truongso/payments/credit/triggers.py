"""Guards of moves: a move that takes another back mirrors it."""

from truongso.kernel.triggers import append_only, refuse_new

TRIGGERS = [
    *append_only("payments_creditmove"),
    refuse_new(
        "mirror", "payments_creditmove",
        "NOT EXISTS (SELECT 1 FROM payments_creditmove o WHERE o.id = NEW.reverses_id "
        "AND o.school_id = NEW.school_id AND o.payment_id = NEW.payment_id AND o.amount = NEW.amount "
        "AND (o.kind = 'used' AND NEW.kind = 'restored' OR o.kind = 'refunded' AND NEW.kind = 'kept'))",
        "a move that takes another back mirrors it",
        only_when="NEW.reverses_id IS NOT NULL",
    ),
]  # fmt: skip
