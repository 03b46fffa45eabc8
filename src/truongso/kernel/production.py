"""What must hold before real schools work here (checks TS.E003–TS.E005 and TS.E008; the others: `triggers`,
`database_checks`, and in accounts who looks after second factors and addresses)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection

from truongso.kernel import clock, database_roles, report_views, row_security

CLOCKS_MAY_DIFFER = 2.0  # seconds between this machine and the database server
_OF_ONE_PROCESS = ("locmem.LocMemCache", "dummy.DummyCache")


def cache_problems(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """TS.E005: limits and used codes are counted in the cache, which all processes must share."""
    backend = str(settings.CACHES["default"]["BACKEND"])
    if not backend.endswith(_OF_ONE_PROCESS):
        return []
    return [Error(f"bộ nhớ đệm {backend} không dùng chung được giữa các tiến trình", id="TS.E005")]


def wall_problems() -> list[str]:
    """TS.E003 and TS.E004: whether the wall between schools stands, and holds the role this process works as."""
    if connection.vendor == "postgresql":
        standing = database_roles.standing()
        problems = [f"TS.E003: {standing.role} vượt được tường ngăn giữa các trường: {r}" for r in standing.reasons]
        faults = [*row_security.differences(), *database_roles.rights_differences(), *report_views.differences()]
        return problems + [f"TS.E004: {fault}" for fault in faults]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_school")
        (schools,) = cursor.fetchone()
    return (
        [f"TS.E004: SQLite không ngăn được các trường với nhau, chỉ dùng cho một trường; ở đây có {schools}"]
        if schools > 1
        else []
    )


def start_problems() -> list[str]:
    """In production nothing runs for schools when their wall does not stand, or would not hold this process."""
    return wall_problems() if settings.PRODUCTION else []


def clock_problems() -> list[str]:
    """TS.E008: the two clocks stamp rows and notices of one story."""
    drift = clock_drift()
    said = f"{drift:+.1f}".replace(".", ",")
    return [] if abs(drift) < CLOCKS_MAY_DIFFER else [f"TS.E008: đồng hồ của máy cơ sở dữ liệu lệch {said} giây"]


def clock_drift() -> float:
    """Seconds by which the database server's clock is ahead of this machine's; 0 on SQLite, which has none."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        before = clock.now().timestamp()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        (theirs,) = cursor.fetchone()
        after = clock.now().timestamp()
    return float(theirs) - (before + after) / 2
