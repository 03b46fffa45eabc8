"""Empty the tables after a transactional test, in a fraction of the time of Django's `flush`.

`flush` truncates every table, lays every trigger again and writes content types anew: a second on PostgreSQL. A test
fills a few tables; only those are emptied, past guards and keys, and the guards are looked at afterwards. Only the
test runner does this; the product has no way to switch a guard off.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush
from django.db import connections
from django.db import transaction as django_transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from truongso.kernel import triggers

# Written once after migrating, read by everybody.
_LASTING = {"django_content_type", "auth_permission"}
_guards: dict[str, set[tuple[Any, ...]]] = {}


def handle(_command: flush.Command, **options: Any) -> None:
    """Stands in for `flush.Command.handle` during a test run."""
    connection = connections[options["database"]]
    filled = _filled(connection)
    if connection.vendor == "postgresql":
        _empty_postgres(connection, filled)
    else:
        _empty_sqlite(connection, filled)
    _guards_stand(connection)


def remember_guards(using: str = "default") -> None:
    """Before the first test: what the guards look like when nobody has touched them."""
    _guards[using] = _seen(connections[using])


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    quote = connection.ops.quote_name
    tables = sorted(
        set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _LASTING
    )
    found: list[str] = []
    with connection.cursor() as cursor:
        for start in range(0, len(tables), 200):  # SQLite takes 500 parts of a compound
            some = tables[start : start + 200]
            cursor.execute(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT 1 FROM {quote(t)})" for t in some))
            found += [row[0] for row in cursor.fetchall()]
    return found


def _empty_postgres(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    with django_transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")  # a run as the product's role has no right to this
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _empty_sqlite(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        in_the_way = [(n, sql) for n, table, sql in cursor.fetchall() if table in tables and " DELETE ON " in sql]
        with connection.constraint_checks_disabled(), django_transaction.atomic(using=connection.alias):
            for name, _ in in_the_way:
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            for _, sql in in_the_way:
                cursor.execute(sql)


def _guards_stand(connection: BaseDatabaseWrapper) -> None:
    """A test that broke a guard on purpose leaves the next one whole guards."""
    if _seen(connection) != _guards[connection.alias]:
        triggers.install(connection.alias)
        if _seen(connection) != _guards[connection.alias]:
            raise RuntimeError("A test changed the database's guards in a way that cannot be laid right again.")


def _seen(connection: BaseDatabaseWrapper) -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, t.tgenabled::text, c.relname, md5(p.prosrc) FROM pg_trigger t "
                "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
            )
        else:
            cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return set(cursor.fetchall())
