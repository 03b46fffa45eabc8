"""Views of PostgreSQL for reports made elsewhere: sums and counts by school, no person and no single payment.

Rooms list theirs in `report_views.py` as `VIEWS`. They are taken off before a migrate and laid after it, belong to the
tables' owner, and are all that `ts_report` may read beside units and schools. Row-level security holds behind them: a
session sees the schools it names (`SET ts.schools = '*'` or '{12}'), none where it names none. Views with the rights of
whoever asks (security_invoker) were weighed and left: they would need rights on the tables themselves, row by row.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from truongso.kernel.triggers import is_last_room


@dataclass(frozen=True, slots=True)
class ReportView:
    """A view by its name; `sql` is its SELECT, a constant."""

    name: str
    sql: str

    @property
    def mark(self) -> str:
        """What tells this text from any other: kept as the view's comment."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def views() -> tuple[ReportView, ...]:
    """The views of all rooms."""
    found: list[ReportView] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.report_views"
        if config.name.startswith("truongso.") and name != __name__ and importlib.util.find_spec(name):
            found.extend(importlib.import_module(name).VIEWS)
    return tuple(found)


def remove_before_migrate(sender: Any, using: str = "default", plan: Sequence[Any] = (), **_kwargs: Any) -> None:
    """pre_migrate hook: PostgreSQL changes no column that a view reads."""
    ours = [c for c in apps.get_app_configs() if c.name.startswith("truongso.") and c.models_module]
    if plan and ours and sender.label == ours[0].label and connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            for view in views():
                cursor.execute(f"DROP VIEW IF EXISTS {view.name}")


def install_after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """post_migrate hook: once per migrate, after the last of our rooms."""
    if is_last_room(sender):
        install(using)


def install(using: str = "default") -> None:
    """Lay the views that are missing or otherwise; `database_roles` gives them their owner and reader."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    marks = _marks(connection)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for view in views():
            if marks.get(view.name) != view.mark:
                cursor.execute(f"DROP VIEW IF EXISTS {view.name}")
                cursor.execute(f"CREATE VIEW {view.name} WITH (security_barrier) AS {view.sql}")
                cursor.execute(f"COMMENT ON VIEW {view.name} IS '{view.mark}'")


def differences(using: str = "default") -> list[str]:
    """Views that are otherwise than laid here; empty when right, and on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    marks = _marks(connection)
    return [f"khung nhìn {view.name} bị thiếu hoặc bị sửa" for view in views() if marks.get(view.name) != view.mark]


def _marks(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class "
            "WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace"
        )
        return {str(name): str(mark) for name, mark in cursor.fetchall()}
