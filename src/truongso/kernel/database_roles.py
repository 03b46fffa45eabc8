"""Roles of PostgreSQL: one owns the tables, one the product works as, one reads figures.

ts_owner   owns every table and function and runs migrations; nobody signs in as it
ts_app     what the pages and the worker connect as: owns nothing, cannot pass row-level security by, and has no right
           to change or remove what is only ever added (receipts, postings, audit) – behind the triggers, not instead
ts_report  reads units, schools and who looks after whom, and sums of money by school and month (`report_views`), for
           reports made elsewhere: no person, no row of money

An own role that may only write the audit trail was weighed and left: its entries are written in the transaction of the
act itself, and ts_app can only add to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from truongso.kernel.report_views import views
from truongso.kernel.triggers import all_triggers, is_last_room

OWNER, APP, REPORT = "ts_owner", "ts_app", "ts_report"
_ALL = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_READ = frozenset({"SELECT"})
_MIGRATIONS = "django_migrations"  # the product looks whether tables are up to date, and changes nothing of it
# Rows that are only added, and held while something is added to them: SELECT … FOR UPDATE asks for a right to update
# some column, so for that of their own number, which no statement changes (their triggers see to it).
HELD = ("payments_refundpayout",)
FIGURES = (
    "organizations_orgunit", "organizations_school", "organizations_schoolyear", "organizations_supervision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What a connection could do past the wall: the roles it works and signed in as, and the reasons."""

    role: str
    reasons: list[str]


def create(using: str = "default") -> None:
    """Make the roles that are missing, hand the tables to the owner, lay the rights. Needs a superuser; repeatable."""
    connection = connections[using]
    quote = connection.ops.quote_name
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for role, login in ((OWNER, "NOLOGIN"), (APP, "LOGIN"), (REPORT, "LOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                _make(
                    connection, f"CREATE ROLE {role} {login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT"
                )
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = (quote(str(name)) for name in cursor.fetchone())
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {OWNER}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {APP}, {REPORT}")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {APP}, {REPORT}")
        for kind, name in _owned_by_others(connection):
            cursor.execute(f"ALTER {kind} {name} OWNER TO {OWNER}")
    lay_rights(using)


def _make(connection: BaseDatabaseWrapper, statement: str) -> None:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(statement)
    except (IntegrityError, ProgrammingError) as error:  # roles are the server's: another database was faster
        if getattr(error.__cause__, "sqlstate", "") not in {"42710", "23505"}:
            raise


def exist(using: str = "default") -> bool:
    """Whether the roles were made; never on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s, %s)", [OWNER, APP, REPORT])
        return int(cursor.fetchone()[0]) == 3


def lay_after_migrate(sender: Any, using: str = "default", **_kwargs: Any) -> None:
    """post_migrate hook: once per migrate, after the last of our rooms."""
    if is_last_room(sender):
        lay_rights(using)


def lay_rights(using: str = "default") -> None:
    """Give the roles what they need on every table and no more; nothing where the roles do not exist."""
    if not exist(using):
        return
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for role, tables in _wanted(connection).items():
            has = _rights(connection, role)
            for table, rights in tables.items():
                if has.get(table, frozenset()) != rights:
                    name = connection.ops.quote_name(table)
                    cursor.execute(f"REVOKE ALL ON {name} FROM {role}")
                    if rights:
                        cursor.execute(f"GRANT {', '.join(sorted(rights))} ON {name} TO {role}")
        for view in _views_of_others(connection):  # what an owner may, his view may
            cursor.execute(f"ALTER VIEW {view} OWNER TO {OWNER}")
        for table in sorted({*HELD} & {*connection.introspection.table_names(cursor)}):
            cursor.execute(f"GRANT UPDATE (id) ON {table} TO {APP}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {_schema(connection)} TO {APP}")


def may_create(using: str = "default") -> bool:
    """Whether the present role may make roles and hand tables over; another's GRANT only warns and changes nothing."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def rights_differences(using: str = "default") -> list[str]:
    """Where a role has other rights than it should; empty when right or where the roles do not exist."""
    if not exist(using):
        return []
    connection = connections[using]
    problems = _column_differences(connection)
    for role, tables in _wanted(connection).items():
        has = _rights(connection, role)
        for table, rights in tables.items():
            extra, missing = has.get(table, frozenset()) - rights, rights - has.get(table, frozenset())
            problems += [f"{role} được {right} {table}" for right in sorted(extra)]
            problems += [f"{role} không được {right} {table}" for right in sorted(missing)]
    return problems + [f"{OWNER} không phải chủ của {view}" for view in _views_of_others(connection)]


def standing(using: str = "default") -> Standing:
    """Whether the connection could pass row-level security by: as what it is, or by changing its role."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return Standing("", [])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname, r.rolsuper, r.rolbypassrls FROM pg_roles r "
            "WHERE pg_has_role(session_user, r.oid, 'MEMBER') OR r.rolname IN (current_user, session_user)"
        )
        roles = cursor.fetchall()
        cursor.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
        )
        owners = {str(owner) for (owner,) in cursor.fetchall()}
        cursor.execute("SELECT current_user::text")
        (role,) = cursor.fetchone()
    reasons = [f"{name} là superuser" for name, is_super, _ in roles if is_super]
    reasons += [f"{name} có quyền BYPASSRLS" for name, is_super, bypasses in roles if bypasses and not is_super]
    reasons += [f"{name} là chủ của bảng" for name, is_super, _ in roles if name in owners and not is_super]
    return Standing(str(role), sorted(reasons))


def append_only_tables() -> tuple[set[str], set[str]]:
    """Tables whose rows are only ever added, and those whose rows may change but never go, by their triggers."""
    names = {t.name for t in all_triggers()}
    guarded = {t.table for t in all_triggers() if f"ts_{t.table}_no_delete" in names}
    unchanging = {table for table in guarded if f"ts_{table}_no_update" in names}
    return unchanging, guarded - unchanging


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, dict[str, frozenset[str]]]:
    unchanging, lasting = append_only_tables()
    tables = connection.introspection.table_names()
    app = {
        table: _READ
        if table == _MIGRATIONS
        else _ALL - {"UPDATE", "DELETE"}
        if table in unchanging
        else _ALL - {"DELETE"}
        if table in lasting
        else _ALL
        for table in tables
    }
    report = {table: _READ if table in FIGURES else frozenset() for table in tables}
    names = _views(connection)
    return {APP: app | dict.fromkeys(names, frozenset()), REPORT: report | dict.fromkeys(names, _READ)}


def _views(connection: BaseDatabaseWrapper) -> list[str]:
    """Those of the listed views that are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace"
        )
        there = {str(name) for (name,) in cursor.fetchall()}
    return [view.name for view in views() if view.name in there]


def _views_of_others(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace "
            "AND pg_get_userbyid(relowner) <> %s",
            [OWNER],
        )
        found = {str(name) for (name,) in cursor.fetchall()}
    return [view.name for view in views() if view.name in found]


def _rights(connection: BaseDatabaseWrapper, role: str) -> dict[str, frozenset[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.privilege_type::text) FROM pg_class c, aclexplode(c.relacl) a "
            "WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = current_schema()::regnamespace "
            "AND a.grantee IN ((SELECT oid FROM pg_roles WHERE rolname = %s), 0) GROUP BY c.relname",
            [role],
        )
        return {str(table): frozenset(rights) for table, rights in cursor.fetchall()}


def _column_differences(connection: BaseDatabaseWrapper) -> list[str]:
    """Rights on single columns, which pass those on tables by: only the ones of `HELD` are given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(r.rolname, 'PUBLIC'), a.privilege_type::text, c.relname, t.attname FROM pg_class c "
            "JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped, aclexplode(t.attacl) a "
            "LEFT JOIN pg_roles r ON r.oid = a.grantee "
            "WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = current_schema()::regnamespace "
            "AND (a.grantee = 0 OR r.rolname IN (%s, %s)) ORDER BY 3, 4, 2",
            [APP, REPORT],
        )
        found = cursor.fetchall()
    given = {(APP, "UPDATE", table, "id") for table in HELD}
    return [f"{one[0]} được {one[1]} {one[2]}.{one[3]}" for one in found if tuple(map(str, one)) not in given]


def _owned_by_others(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Tables, free sequences and functions of the schema that the owner does not own yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass::text FROM pg_class c "
            "WHERE c.relnamespace = current_schema()::regnamespace AND pg_get_userbyid(c.relowner) <> %s "
            "AND (c.relkind IN ('r', 'p') OR (c.relkind = 'S' AND NOT EXISTS (SELECT 1 FROM pg_depend d "
            "WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))) "
            "UNION ALL SELECT 'FUNCTION', p.oid::regprocedure::text FROM pg_proc p "
            "WHERE p.pronamespace = current_schema()::regnamespace AND pg_get_userbyid(p.proowner) <> %s "
            "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass "
            "AND d.deptype = 'e')",
            [OWNER, OWNER],
        )
        return [(str(kind), str(name)) for kind, name in cursor.fetchall()]


def _schema(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return connection.ops.quote_name(str(cursor.fetchone()[0]))
