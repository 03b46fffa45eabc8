"""Row-level security of PostgreSQL: no statement sees or writes a school's row outside the scope of its connection.

Laid after every migrate and compared by `truongso check` (TS.E004), as the triggers are. One policy per table, the same
for reading and writing, forced also upon the table's owner. Its two functions are asked once per statement, not per
row. Tables whose rows say where somebody may work (roles, requests, policies of a school or a unit) stand outside: the
scope itself is found from them. Every table outside says why (`outside`); one without a reason fails the build.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from truongso.kernel.tenancy import SchoolScoped
from truongso.kernel.triggers import is_last_room

POLICY = "ts_school"
_RULE = "( SELECT ts_every_school()) OR school_id IN ( SELECT unnest(ts_schools()))"
_FUNCTIONS = {
    "ts_every_school": ("boolean", "SELECT COALESCE(current_setting('ts.schools', true) = '*', false)"),
    "ts_schools": (
        "bigint[]",
        "SELECT COALESCE(NULLIF(NULLIF(current_setting('ts.schools', true), ''), '*'), '{}')::bigint[]",
    ),
}


def tables() -> list[str]:
    """Tables behind the wall: every school-owned one, and the kernel's own with a school."""
    return sorted(m._meta.db_table for m in apps.get_models() if issubclass(m, SchoolScoped) or _is_of_kernel(m))


def outside() -> dict[str, str]:
    """Tables that stand outside, by label, with the reason each room gives in its `outside_wall.py`."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.outside_wall"
        if config.name.startswith("truongso.") and importlib.util.find_spec(name):
            found |= importlib.import_module(name).OUTSIDE
    return found


def _is_of_kernel(model: type[Model]) -> bool:
    return model._meta.app_label == "kernel" and any(f.attname == "school_id" for f in model._meta.concrete_fields)


def install_after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """post_migrate hook: once per migrate, after the last of our rooms."""
    if is_last_room(sender):
        install(using)


def install(using: str = "default") -> None:
    """Lay what is missing or otherwise; needs the tables' owner. Nothing on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name, (kind, body) in _FUNCTIONS.items():
            if _functions(connection).get(name) != body:
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE "
                    f"AS $body${body}$body$"
                )
        found = _walls(connection)
        for table in tables():
            if table in existing and _faults(found.get(table)):
                quoted = connection.ops.quote_name(table)
                for policy, *_rest in found[table][1]:
                    cursor.execute(f"DROP POLICY {connection.ops.quote_name(policy)} ON {quoted}")
                cursor.execute(f"ALTER TABLE {quoted} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
                cursor.execute(f"CREATE POLICY {POLICY} ON {quoted} USING ({_RULE}) WITH CHECK ({_RULE})")


def differences(using: str = "default") -> list[str]:
    """Where the wall is otherwise than laid down here; empty when right, and on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    functions = _functions(connection)
    problems = [f"bị sửa: {name}()" for name, (_kind, body) in _FUNCTIONS.items() if functions.get(name) != body]
    walls = _walls(connection)
    return problems + [f"{table}: {fault}" for table in tables() if (fault := _faults(walls.get(table)))]


_Wall = tuple[bool, list[tuple[str, str, str, Sequence[str], str, str]]]


def _walls(connection: BaseDatabaseWrapper) -> dict[str, _Wall]:
    """table → whether the wall is up and forced, and its policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid)"
        )
        walls: dict[str, _Wall] = {table: (is_up, []) for table, is_up in cursor.fetchall()}
        cursor.execute(
            "SELECT tablename, policyname, permissive, cmd, roles::text[], qual, with_check FROM pg_policies "
            "WHERE schemaname = current_schema()"
        )
        for table, *policy in cursor.fetchall():
            if table in walls:
                walls[table][1].append(tuple(policy))
    return walls


def _faults(wall: _Wall | None) -> str:
    if wall is None:
        return "không có bảng này"
    is_up, policies = wall
    if not is_up:
        return "chưa bắt buộc lọc dòng"
    if [p[0] for p in policies] != [POLICY]:
        return f"chính sách lọc dòng: {', '.join(sorted(p[0] for p in policies)) or 'không có'}"
    _name, permissive, command, roles, qual, check = policies[0]
    is_ours = (permissive, command, list(roles)) == ("PERMISSIVE", "ALL", ["public"])
    return "" if is_ours and _plain(qual) == _plain(check) == _plain(_RULE) else "chính sách lọc dòng bị sửa"


def _functions(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s) AND pg_function_is_visible(oid) "
            "AND provolatile = 's' AND NOT prosecdef",
            [list(_FUNCTIONS)],
        )
        return {str(name): str(body) for name, body in cursor.fetchall()}


def _plain(rule: Any) -> str:
    """A rule without what the server adds in its own words: brackets, names of columns, names of the table."""
    text = re.sub(r"\bAS (ts_every_school|unnest)\b|\b\w+\.(?=school_id)", "", str(rule or ""))
    return "".join(text.translate({ord("("): None, ord(")"): None}).split())
