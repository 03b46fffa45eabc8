"""Evidence of account hygiene, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I20", _("không ai tự rà soát tài khoản của mình, và đợt rà soát đã ký không còn tài khoản nào chờ"),
          "SELECT i.school_id, CAST(i.id AS TEXT) FROM accounts_reviewitem i JOIN accounts_review r "
          "ON r.id = i.review_id WHERE i.decided_by_id = i.user_id OR (r.signed_at IS NOT NULL AND i.decision = '')"),
    Check("I20", _("không ai tự rà soát tài khoản của mình, và đợt của cơ quan đã ký không còn tài khoản nào chờ"),
          "SELECT 0, CAST(i.id AS TEXT) FROM accounts_unitreviewitem i JOIN accounts_reviewround r "
          "ON r.id = i.round_id WHERE i.decided_by_id = i.user_id OR (r.signed_at IS NOT NULL AND i.decision = '')"),
    Check("I20", _("tài khoản trong danh sách lộ đã xử lý thì có kết quả, tài khoản khác thì không"),
          "SELECT COALESCE(p.school_id, 0), p.public_id FROM accounts_leakreport p JOIN accounts_leakrow l "
          "ON l.report_id = p.id WHERE l.user_id IS NOT NULL AND (p.handled_at IS NULL) <> (l.outcome = '')"),
]  # fmt: skip
