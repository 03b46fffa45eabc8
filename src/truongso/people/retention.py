"""How long the record of who looked at whose data is kept, and the audit trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from truongso.kernel.retention import Rule
from truongso.people.models import AccessEntry
from truongso.people.sensitive.services import forget_old_accesses

RULES = [
    Rule("audit", _("Nhật ký ai đã làm gì"), _("Không xóa: các dòng nối thành chuỗi làm bằng chứng.")),
    Rule(
        "access_log", _("Nhật ký ai đã xem thông tin nhạy cảm"), _("Xóa dòng đã quá hạn."),
        due=lambda school, before: AccessEntry.objects.for_school(school).filter(at__lt=before).count(),
        purge=forget_old_accesses,
    ),
]  # fmt: skip
