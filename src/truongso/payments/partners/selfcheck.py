"""Partners in operation, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I19", _("đối tác đang vận hành đã được kiểm chứng bằng một khoản nộp của trường"),
          "SELECT f.school_id, f.public_id FROM payments_partnerfile f LEFT JOIN payments_payment p "
          "ON p.id = f.test_payment_id AND p.school_id = f.school_id "
          "WHERE f.live_at IS NOT NULL AND NOT f.is_carried_over AND p.id IS NULL"),
]  # fmt: skip
