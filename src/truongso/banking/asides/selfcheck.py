"""What is put aside, recomputed."""

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I07", "what stands aside is parked, or no fees, as its kind says",
          "SELECT a.school_id, b.public_id FROM banking_aside a JOIN banking_bankline b ON b.id = a.line_id "
          "AND b.school_id = a.school_id WHERE a.ended_at IS NULL AND b.state <> "
          "CASE WHEN a.kind IN ('later', 'asked', 'send_back') THEN 'parked' ELSE 'not_fees' END"),
]  # fmt: skip
