"""Invariants recomputed from the raw rows, in plain SQL, independent of the code that wrote them.

Rooms list theirs in `selfcheck.py` as `CHECKS`. A check's query returns the rows that break it; none is right.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.kernel import audit, triggers
from truongso.kernel.models import AuditEntry

_SHOWN = 5
_AT_A_TIME = 12


@dataclass(frozen=True)
class Check:
    """One invariant. `sql` selects (school_id, what) of offending rows, in SQL common to both engines."""

    invariant: str
    title: str | Promise
    sql: str = ""
    function: Callable[[], list[str]] | None = None


@dataclass(frozen=True)
class Result:
    """What a check found; `examples` names up to five offending rows."""

    invariant: str
    title: str
    broken: int
    examples: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.broken == 0


def run_all() -> list[Result]:
    """Every check of the installed rooms, ordered by invariant."""
    checks = sorted(_all(), key=lambda c: (c.invariant, str(c.title)))
    broken = _counts([check for check in checks if check.function is None])
    return [_counted(c, next(broken)) if c.function is None else _looked(c, c.function()) for c in checks]


def _all() -> list[Check]:
    found = list(_KERNEL_CHECKS)
    for config in apps.get_app_configs():
        name = f"{config.name}.selfcheck"
        if config.name.startswith("truongso.") and name != __name__ and importlib.util.find_spec(name):
            found.extend(importlib.import_module(name).CHECKS)
    return found


def _counts(checks: list[Check]) -> Iterator[int]:
    """How many rows break each check; several are asked at a time, not all, for the server's memory."""
    for start in range(0, len(checks), _AT_A_TIME):
        some = checks[start : start + _AT_A_TIME]
        parts = [f"SELECT {n} AS n, COUNT(*) FROM ({check.sql}) AS broken" for n, check in enumerate(some)]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts))
            yield from (count for _n, count in sorted(cursor.fetchall()))


def _counted(check: Check, broken: int) -> Result:
    if not broken:
        return Result(check.invariant, str(check.title), 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({check.sql}) AS broken LIMIT {_SHOWN}")
        return Result(check.invariant, str(check.title), broken, [" ".join(map(str, row)) for row in cursor.fetchall()])


def _looked(check: Check, problems: list[str]) -> Result:
    return Result(check.invariant, str(check.title), len(problems), problems[:_SHOWN])


def _audit_chain() -> list[str]:
    problems = []
    for school_id in AuditEntry.objects.order_by("school_id").values_list("school_id", flat=True).distinct():
        rows = AuditEntry.objects.filter(school_id=school_id).order_by("seq").iterator(chunk_size=2000)
        broken = audit.first_broken(rows)
        if broken is not None:
            problems.append(f"{school_id} nhật ký {broken.seq}")
    return problems


_KERNEL_CHECKS = [
    Check("I10", _("các chốt chặn trong cơ sở dữ liệu còn đủ và không bị sửa"), function=triggers.differences),
    Check("I11", _("chuỗi nhật ký không bị đứt"), function=_audit_chain),
    Check(
        "I11", _("đầu mỗi chuỗi nhật ký là mục cuối cùng của nó"),
        "SELECT h.school_id, h.seq FROM kernel_audithead h LEFT JOIN (SELECT school_id, MAX(seq) AS seq "
        "FROM kernel_auditentry GROUP BY school_id) e ON e.school_id = h.school_id "
        "WHERE h.seq <> COALESCE(e.seq, 0)",
    ),
    Check(
        "I11", _("mỗi chuỗi nhật ký đi qua các đầu chuỗi đã lưu từng ngày"),
        "SELECT k.school_id, k.day, k.seq FROM kernel_kepthead k LEFT JOIN kernel_auditentry e "
        "ON e.school_id = k.school_id AND e.seq = k.seq WHERE k.seq > 0 AND (e.hash IS NULL OR e.hash <> k.hash)",
    ),
]  # fmt: skip
