"""How long statements that were uploaded, looked at and never taken over are kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from truongso.banking.models import StatementImport
from truongso.banking.types import ImportState
from truongso.kernel.retention import Rule


def _unused(school_id: int, before: dt.datetime) -> QuerySet[Any]:
    """Only looked at; one whose taking over has begun has rows and stays."""
    rows = StatementImport.objects.for_school(school_id)
    return rows.exclude(state=ImportState.APPLIED.value).filter(uploaded_at__lt=before, rows=None)


def _remove(school_id: int, before: dt.datetime) -> int:
    ids = list(_unused(school_id, before).order_by("pk").values_list("pk", flat=True)[:100])
    return int(StatementImport.objects.for_school(school_id).filter(pk__in=ids).delete()[0])


RULES = [
    Rule(
        "statements", _("Sao kê tải lên mà không ghi nhận"), _("Xóa cả tệp."),
        due=lambda school, before: _unused(school, before).count(), purge=_remove,
    ),
]  # fmt: skip
