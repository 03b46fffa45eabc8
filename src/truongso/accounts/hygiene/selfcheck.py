"""Evidence of account hygiene, recomputed."""

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I20", "nobody reviewed their own account, and a signed review has no account that waits",
          "SELECT i.school_id, CAST(i.id AS TEXT) FROM accounts_reviewitem i JOIN accounts_review r "
          "ON r.id = i.review_id WHERE i.decided_by_id = i.user_id OR (r.signed_at IS NOT NULL AND i.decision = '')"),
    Check("I20", "an account of a leaked list that was handled has an outcome, and no other has",
          "SELECT COALESCE(p.school_id, 0), p.public_id FROM accounts_leakreport p JOIN accounts_leakrow l "
          "ON l.report_id = p.id WHERE l.user_id IS NOT NULL AND (p.handled_at IS NULL) <> (l.outcome = '')"),
]  # fmt: skip
