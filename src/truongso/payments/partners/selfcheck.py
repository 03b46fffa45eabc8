"""Partners in operation, recomputed."""

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I19", "a partner in operation was proved by a payment of its school",
          "SELECT f.school_id, f.public_id FROM payments_partnerfile f LEFT JOIN payments_payment p "
          "ON p.id = f.test_payment_id AND p.school_id = f.school_id "
          "WHERE f.live_at IS NOT NULL AND NOT f.is_carried_over AND p.id IS NULL"),
]  # fmt: skip
