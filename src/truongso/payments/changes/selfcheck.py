"""Changes of the set-up, recomputed."""

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I19", "a change of the set-up was decided by another person than the one who asked",
          "SELECT school_id, public_id FROM payments_setupchange WHERE decided_by = proposed_by "
          "OR (state IN ('approved', 'done', 'failed') AND decided_by IS NULL)"),
    Check("I19", "no change took effect before its moment",
          "SELECT school_id, public_id FROM payments_setupchange WHERE state = 'done' AND ended_at < effective_at"),
]  # fmt: skip
