"""I12 without a foreign key: rows of a long statement point to what is there, of their own school (ADR 0012).

On PostgreSQL a statement trigger looks at all new rows at once, on SQLite it is the foreign key itself.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from tests.invariants.conftest import World
from truongso.banking.models import StatementImport, StatementRow
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.constraints import SchoolKey
from truongso.kernel.kept_keys import kept_keys

# SQLite asks its triggers first: the line of the invoice, the original of a reversal, the book of a receipt, the sums.
REFUSED = (
    "(?i:foreign key)|points to what is not there|belongs to another invoice|mirrors its original|no gaps"
    "|payments_payment_allocated"
)
# What else would refuse a second row like the first, before anybody looks where it points.
FRESH = {
    "public_id": "'kept-keys'", "row_number": "row_number + 100000", "source_id": "source_id + 100000",
    "allocated": "0", "credited": "0", "refunded": "0", "reversed_at": "NULL", "used": "0",
}  # fmt: skip

FREE = {"payments_payment": "WHERE reversed_at IS NOT NULL"}  # its evidence has room for another


@pytest.fixture(autouse=True)
def _statement_row(request: pytest.FixtureRequest) -> None:
    """A row of a statement that became the world's bank line."""
    if "world" not in request.fixturenames:
        return
    world = request.getfixturevalue("world")
    line, now = world.bank_line, clock.now()
    statement = StatementImport.objects.create(
        school=world.school, bank_account_id=line.bank_account_id, file_name="sao-ke.xlsx",
        sha256="0" * 64, content=b"",
        layout="bidv_detail", uploaded_at=now,
    )  # fmt: skip
    StatementRow.objects.create(
        school=world.school, statement=statement, row_number=1, cells=["05/10/2026", 90_000], state="new",
        bank_account_id=line.bank_account_id, content_key="k" * 64, occurrence=1, line=line,
    )  # fmt: skip


def tables() -> list[tuple[type[models.Model], list[SchoolKey]]]:
    return [(m, keys) for m in apps.get_models() if m.__module__.startswith("truongso.") and (keys := kept_keys(m))]


def field_of(model: type[models.Model], key: SchoolKey) -> models.ForeignKey:  # type: ignore[type-arg]
    field = model._meta.get_field(key.field)
    assert isinstance(field, models.ForeignKey)
    return field


def target_of(model: type[models.Model], key: SchoolKey) -> str:
    return str(field_of(model, key).related_model._meta.db_table)


def copy_of_first(model: type[models.Model], **others: str) -> str:
    """INSERT of a second row like the first that has something in the columns, but for some values."""
    table = model._meta.db_table
    fresh = {**FRESH, **others}
    if table == "ledger_entry" and "reverses_id" in others:
        fresh["kind"] = "'reversal'"
    if table == "payments_allocation":
        fresh["amount"] = "1"
    if table == "payments_receipt":
        fresh["number"] = (
            "(SELECT last_number + 1 FROM payments_receiptbook b WHERE b.school_id = payments_receipt.school_id)"
        )
    names = [str(f.column) for f in model._meta.concrete_fields if not f.primary_key]
    return (
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {', '.join(fresh.get(n, n) for n in names)} FROM {table} {FREE.get(table, '')} ORDER BY id LIMIT 1"
    )


def test_no_new_row_points_to_what_is_not_there(world: World) -> None:
    tried = 0
    for model, keys in tables():
        assert world.one(f"SELECT COUNT(*) FROM {model._meta.db_table}") > 0, model
        for key in keys:
            column = field_of(model, key).column
            world.refuses(copy_of_first(model, **{column: "987654321"}), match=REFUSED)
            tried += 1
    assert tried == 17


def test_no_new_row_points_into_another_school(world: World, foreign: Invoice) -> None:
    """The row is of the other school, what it points to of this one, and the other way round."""
    for model, keys in tables():
        world.refuses(copy_of_first(model, school_id=str(foreign.school_id)), match=REFUSED)
        for key in keys:
            column, target = field_of(model, key).column, target_of(model, key)
            theirs = world.one(f"SELECT MAX(id) FROM {target} WHERE school_id = %s", foreign.school_id)
            if theirs is not None:
                world.refuses(copy_of_first(model, **{column: str(theirs)}), match=REFUSED)


def test_one_bad_row_among_many_takes_the_statement_with_it(world: World) -> None:
    posting = next(model for model, _keys in tables() if model._meta.db_table == "ledger_posting")
    names = ", ".join(str(f.column) for f in posting._meta.concrete_fields if not f.primary_key)
    picked = names.replace("credit_id", "CASE WHEN id = (SELECT MAX(id) FROM ledger_posting) THEN 0 ELSE credit_id END")
    assert world.one("SELECT COUNT(*) FROM ledger_posting") > 1
    world.refuses(f"INSERT INTO ledger_posting ({names}) SELECT {picked} FROM ledger_posting", match=REFUSED)


def test_what_is_pointed_to_stays_where_it_is(world: World, foreign: Invoice) -> None:
    """The other half of a foreign key: the target neither goes nor changes id or school."""
    targets = {target_of(model, key) for model, keys in tables() for key in keys}
    assert len(targets) == 12
    for table in sorted(targets):
        world.refuses(f"DELETE FROM {table}", match="never deleted|append-only")
        for change in ("id = id + 1000000", f"school_id = {foreign.school_id}"):
            world.refuses(f"UPDATE {table} SET {change}", match="append-only|fixed|stays")


def test_a_row_is_never_pointed_elsewhere(world: World) -> None:
    for model, keys in tables():
        for key in keys:
            column = field_of(model, key).column
            world.refuses(
                f"UPDATE {model._meta.db_table} SET {column} = 987654321", match="append-only|fixed|stays with its line"
            )


@pytest.mark.django_db
def test_the_guard_is_a_trigger_on_postgresql_alone() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT COUNT(*) FROM pg_constraint WHERE conname = 'ledger_posting_entry_key'")
            assert cursor.fetchone() == (0,)
        else:
            cursor.execute("SELECT COUNT(*) FROM pragma_foreign_key_list('ledger_posting')")
            assert cursor.fetchone() == (6,)  # three keys of two columns
