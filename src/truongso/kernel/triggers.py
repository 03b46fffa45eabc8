"""Database triggers: the second wall behind constraints, on both engines.

Rooms list theirs in a module `triggers.py` as `TRIGGERS`. They are installed after every migrate and compared
with the database at start and by `truongso verify` (check TS.E001): same names, same text, same settings.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "ts_"
_ROW_BY_ROW = ("enable_hashjoin=off", "enable_mergejoin=off", "enable_seqscan=off")
_RAISE = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"


@dataclass(frozen=True)
class Trigger:
    """One trigger in both dialects.

    `postgres` is the body of a plpgsql trigger function (between BEGIN and END); `sqlite` the statements between
    BEGIN and END. `when` is the part between CREATE TRIGGER name and the body, with {table}:
    for PostgreSQL e.g. `BEFORE UPDATE ON {table} FOR EACH ROW`, for SQLite `BEFORE UPDATE ON {table}`.

    `row_by_row`: PostgreSQL looks each new row's partner up by the index. It keeps the plan it made while the table was
    short, and a join planned then walks all of the table for every bulk ever after.
    """

    name: str
    table: str
    postgres_when: str
    postgres: str
    sqlite_when: str
    sqlite: str
    postgres_declare: str = ""
    row_by_row: bool = False

    @property
    def settings(self) -> tuple[str, ...]:
        """What PostgreSQL sets while the function runs, as it keeps it."""
        return _ROW_BY_ROW if self.row_by_row else ()

    def postgres_sql(self) -> list[str]:
        declare = f"DECLARE {self.postgres_declare} " if self.postgres_declare else ""
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"{''.join(f'SET {one} ' for one in self.settings)}AS "
            f"$body$ {declare}BEGIN {self.postgres.strip()} END $body$",
            f"CREATE OR REPLACE TRIGGER {self.name} {self.postgres_when.format(table=self.table)} "
            f"EXECUTE FUNCTION {self.name}()",
        ]

    def sqlite_sql(self) -> str:
        when = self.sqlite_when.format(table=self.table)
        return f"CREATE TRIGGER {self.name} {when} BEGIN {self.sqlite.strip()} END"


def refuse(name: str, table: str, event: str, condition: str, message: str, *, only_when: str = "") -> Trigger:
    """Abort the event on a row for which the condition holds (SQL common to both engines, with NEW and OLD).

    `only_when` narrows the rows looked at cheaply, before the condition with its look-ups is worked out.
    """
    when = f" WHEN ({only_when})" if only_when else ""
    returned = "RETURN OLD;" if event == "DELETE" else "RETURN NEW;"
    return Trigger(
        name=f"{PREFIX}{table}_{name}",
        table=table,
        postgres_when=f"BEFORE {event} ON {{table}} FOR EACH ROW{when}",
        postgres=f"IF {condition} THEN {_RAISE.format(message)} END IF; {returned}",
        sqlite_when=f"BEFORE {event} ON {{table}}{when}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {condition};",
    )


def refuse_new(name: str, table: str, condition: str, message: str, *, only_when: str = "TRUE") -> Trigger:
    """Refuse inserted rows for which the condition holds, written with NEW.

    PostgreSQL looks at all rows of a statement at once, which is what makes bulk writing cheap; SQLite row by row.
    """
    fresh = f"({only_when}) AND ({condition})".replace("NEW.", "n.")
    return Trigger(
        name=f"{PREFIX}{table}_{name}",
        table=table,
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=f"IF EXISTS (SELECT 1 FROM fresh n WHERE {fresh}) THEN {_RAISE.format(message)} END IF; RETURN NULL;",
        sqlite_when=f"BEFORE INSERT ON {{table}} WHEN {only_when}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {condition};",
    )


def refuse_changed(name: str, table: str, column: str, condition: str, message: str) -> Trigger:
    """Refuse rows for which the condition holds once `column` was changed, written with NEW.

    As `refuse_new`: PostgreSQL looks at all rows that a statement changed at once, whatever it changed in them.
    """
    return Trigger(
        name=f"{PREFIX}{table}_{name}",
        table=table,
        postgres_when="AFTER UPDATE ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=(
            f"IF EXISTS (SELECT 1 FROM fresh n WHERE {condition.replace('NEW.', 'n.')}) "
            f"THEN {_RAISE.format(message)} END IF; RETURN NULL;"
        ),
        sqlite_when=f"BEFORE UPDATE OF {column} ON {{table}}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {condition};",
    )


def fixed(table: str, columns: Sequence[str], message: str) -> Trigger:
    """The named columns keep the value they were inserted with."""
    changed = " OR ".join(f"NEW.{c} IS NOT_SAME OLD.{c}" for c in columns)
    return Trigger(
        name=f"{PREFIX}{table}_fixed",
        table=table,
        postgres_when=f"BEFORE UPDATE OF {', '.join(columns)} ON {{table}} FOR EACH ROW",
        postgres=(
            f"IF {changed.replace('IS NOT_SAME', 'IS DISTINCT FROM')} THEN {_RAISE.format(message)} END IF; RETURN NEW;"
        ),
        sqlite_when=f"BEFORE UPDATE OF {', '.join(columns)} ON {{table}}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {changed.replace('IS NOT_SAME', 'IS NOT')};",
    )


def never_deleted(table: str, message: str) -> list[Trigger]:
    """Rows may change where other guards allow, but never go."""
    return [refuse("no_delete", table, "DELETE", "TRUE", message), no_truncate(table)]


def append_only(table: str) -> list[Trigger]:
    """Rows of `table` can be inserted but never changed, deleted or truncated (invariant I10)."""
    message = f"{table} is append-only"
    rows = [
        Trigger(
            name=f"{PREFIX}{table}_no_{action.lower()}",
            table=table,
            postgres_when=f"BEFORE {action} ON {{table}} FOR EACH ROW",
            postgres=_RAISE.format(message),
            sqlite_when=f"BEFORE {action} ON {{table}}",
            sqlite=f"SELECT RAISE(ABORT, '{message}');",
        )
        for action in ("UPDATE", "DELETE")
    ]
    return [*rows, no_truncate(table)]


def no_truncate(table: str) -> Trigger:
    """PostgreSQL's TRUNCATE passes row triggers by; this stops it. SQLite has no TRUNCATE."""
    message = f"{table} is append-only"
    return Trigger(
        name=f"{PREFIX}{table}_no_truncate",
        table=table,
        postgres_when="BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
        postgres=_RAISE.format(message),
        sqlite_when="",
        sqlite="",
    )


def all_triggers() -> list[Trigger]:
    """Every trigger listed by the installed rooms, ordered by name."""
    found: list[Trigger] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.triggers"
        if config.name.startswith("truongso.") and name != __name__ and importlib.util.find_spec(name):
            found.extend(importlib.import_module(name).TRIGGERS)
    found.extend([*append_only("kernel_auditentry"), *append_only("kernel_kepthead")])
    found.extend(importlib.import_module("truongso.kernel.kept_keys").triggers())
    return sorted(found, key=lambda t: t.name)


def remove_before_migrate(sender: Any, using: str = "default", plan: Sequence[Any] = (), **_kwargs: Any) -> None:
    """pre_migrate hook: SQLite rebuilds a table under another name and stops at every trigger that knows the old."""
    ours = [c for c in apps.get_app_configs() if c.name.startswith("truongso.") and c.models_module]
    if plan and ours and sender.label == ours[0].label and connections[using].vendor == "sqlite":
        remove(using)


def install_after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """post_migrate hook: once per migrate, after the last of our rooms."""
    if is_last_room(sender):
        install(using)


def is_last_room(sender: Any) -> bool:
    """Whether the app is the last of our rooms with tables: then all of them have been made."""
    ours = [c for c in apps.get_app_configs() if c.name.startswith("truongso.") and c.models_module]
    return bool(ours) and sender.label == ours[-1].label


def install(using: str = "default") -> None:
    """Replace all our triggers by the listed ones."""
    connection = connections[using]
    remove(using)
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in all_triggers():
            if trigger.table not in existing:
                continue
            if connection.vendor == "postgresql":
                for statement in trigger.postgres_sql():
                    cursor.execute(statement.replace("%", "%%") if "%" in statement else statement)
            elif trigger.sqlite:
                cursor.execute(trigger.sqlite_sql())


def remove(using: str = "default") -> None:
    """Drop all our triggers (before laying them again; tests do it to empty tables)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in _installed(connection):
            quoted = connection.ops.quote_name(name)
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {quoted} ON {connection.ops.quote_name(table)}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {quoted}()")
            else:
                cursor.execute(f"DROP TRIGGER {quoted}")


def _installed(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND left(t.tgname, 3) = %s AND pg_table_is_visible(c.oid)",
                [PREFIX],
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 3) = %s", [PREFIX]
            )
        return [(str(a), str(b)) for a, b in cursor.fetchall()]


def differences(using: str = "default") -> list[str]:
    """What the database has otherwise than listed: missing, changed, disabled or unknown triggers. Empty when right."""
    connection = connections[using]
    expected, actual = _expected(connection.vendor), _actual(connection)
    problems = [f"thiếu: {name}" for name in sorted(expected.keys() - actual.keys())]
    problems += [f"không rõ: {name}" for name in sorted(actual.keys() - expected.keys())]
    problems += [f"bị sửa: {n}" for n in sorted(expected.keys() & actual.keys()) if expected[n] != actual[n]]
    return problems


@cache
def _expected(vendor: str) -> dict[str, str]:
    postgres = vendor == "postgresql"
    return {
        t.name: " ".join((_digest(_event(t.postgres_sql()[1]) + t.postgres_sql()[0]), *t.settings))
        if postgres
        else _digest(t.sqlite_sql())
        for t in all_triggers()
        if postgres or t.sqlite
    }


def _actual(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, p.prosrc, pg_get_triggerdef(t.oid), t.tgenabled, p.proconfig FROM pg_trigger t "
                "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND left(t.tgname, 3) = %s AND pg_table_is_visible(c.oid)",
                [PREFIX],
            )
            return {
                name: " ".join((_digest(f"{_event(definition)}$body${source}$body$"), *sorted(settings or ())))
                if enabled == "O"
                else "disabled"
                for name, source, definition, enabled, settings in cursor.fetchall()
            }
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 3) = %s", [PREFIX]
        )
        return {name: _digest(sql) for name, sql in cursor.fetchall()}


def _event(statement: str) -> str:
    """Timing, events, columns, table and level of a CREATE TRIGGER; the server rewrites the rest in its own words."""
    found = re.search(r"\b(BEFORE|AFTER)\b(.+?)\bFOR EACH (ROW|STATEMENT)\b", statement)
    if found is None:
        return ""
    events = re.sub(r"REFERENCING .*", "", found[2]).replace("public.", "").replace('"', "")
    return " ".join(f"{found[1]} {events} {found[3]}".split())


def _digest(text: str) -> str:
    """Hash of a trigger's text, white space folded; of a PostgreSQL function only the event and the body count."""
    if "$body$" in text:
        head, body, _tail = text.split("$body$")
        text = (head if head.startswith(("BEFORE", "AFTER")) else "") + "|" + body
        text = re.sub(r"^(.*?)CREATE OR REPLACE FUNCTION.*?\|", r"\1|", text)
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
