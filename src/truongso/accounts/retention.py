"""How long lists of staff that nobody took over are kept, and what happened at the door."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from truongso.accounts.staffing.models import StaffList
from truongso.kernel.retention import Rule


def _old(school_id: int, before: dt.datetime) -> QuerySet[Any]:
    return StaffList.objects.for_school(school_id).filter(applied_at=None, uploaded_at__lt=before)


RULES = [
    Rule(
        "security_log", _("Nhật ký đăng nhập, đăng xuất, bị từ chối; nước đăng nhập"),
        _("Xóa dòng đã quá hạn, cùng lúc cho mọi đơn vị: một người có thể làm việc ở nhiều nơi."),
    ),
    Rule(
        "staff_lists", _("Danh sách cán bộ tải lên mà không nhập"), _("Xóa cả tệp."),
        due=lambda school, before: _old(school, before).count(),
        purge=lambda school, before: int(_old(school, before).delete()[0]),
    ),
]  # fmt: skip
