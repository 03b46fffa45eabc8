"""I01, I09, I12 on the books: balanced by construction, closed months shut, accounts of one school."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.invariants.conftest import World
from truongso.fees.models import Invoice
from truongso.ledger.models import Account, Entry, Period, Posting

POST = (
    "INSERT INTO ledger_posting (school_id, entry_id, debit_id, credit_id, amount) "
    "SELECT school_id, entry_id, {debit}, {credit}, {amount} FROM ledger_posting WHERE id = %s"
)
ENTER = (
    "INSERT INTO ledger_entry "
    "(school_id, period_id, occurred_on, kind, source_id, reverses_id, actor_id, created_at) "
    "SELECT school_id, period_id, occurred_on, {kind}, {source}, {reverses}, actor_id, created_at "
    "FROM ledger_entry WHERE id = %s"
)


def posting(world: World) -> Posting:
    found: Posting = Posting.objects.for_school(world.school).order_by("pk")[0]
    return found


@pytest.mark.parametrize("amount", ["0", "-1", "NULL"])
def test_a_posting_moves_a_positive_amount(world: World, amount: str) -> None:
    sql = POST.format(debit="debit_id", credit="credit_id", amount=amount)
    world.refuses(sql, posting(world).pk, match="ledger_posting_positive|(?i:null)|amount")


@pytest.mark.parametrize(("debit", "credit"), [("NULL", "credit_id"), ("debit_id", "NULL"), ("debit_id", "debit_id")])
def test_a_posting_has_two_sides(world: World, debit: str, credit: str) -> None:
    sql = POST.format(debit=debit, credit=credit, amount="5")
    world.refuses(sql, posting(world).pk, match="ledger_posting_two_accounts|(?i:null)")


def test_money_columns_hold_whole_numbers(world: World) -> None:
    """I13: SQLite would keep 1.5 and 'abc' in a bigint column; PostgreSQL's type cannot."""
    if connection.vendor == "sqlite":
        for value in ("1.5", "'abc'", "x'00'"):
            sql = POST.format(debit="debit_id", credit="credit_id", amount=value)
            world.refuses(sql, posting(world).pk, match="CHECK")
    else:
        kind = "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
        assert world.one(kind, "ledger_posting", "amount") == "bigint"


def test_a_closed_month_takes_nothing(world: World) -> None:
    row = posting(world)
    Period.objects.for_school(world.school).update(is_closed=True)
    entry = ENTER.format(kind="'adjustment'", source="999", reverses="NULL")
    world.refuses(entry, row.entry_id, match="period is closed")
    world.refuses(POST.format(debit="debit_id", credit="credit_id", amount="5"), row.pk, match="period is closed")


def test_a_thing_is_entered_once(world: World) -> None:
    entry = posting(world).entry_id
    world.refuses(ENTER.format(kind="kind", source="source_id", reverses="NULL"), entry, match="(?i:unique)")


def test_an_entry_is_reversed_once(world: World) -> None:
    original = (
        Entry.objects.for_school(world.school).filter(reverses__isnull=False).values_list("reverses_id", flat=True)[0]
    )
    again = ENTER.format(kind="'reversal'", source="999", reverses="id")
    world.refuses(again, original, match="(?i:unique)")


@pytest.mark.parametrize(("kind", "reverses"), [("'reversal'", "NULL"), ("'adjustment'", "id")])
def test_a_reversal_names_what_it_reverses(world: World, kind: str, reverses: str) -> None:
    world.refuses(
        ENTER.format(kind=kind, source="999", reverses=reverses),
        posting(world).entry_id,
        match="ledger_entry_reversal",
    )


@pytest.mark.parametrize("side", ["debit", "credit"])
def test_an_account_of_another_school_is_refused(world: World, foreign: Invoice, side: str) -> None:
    theirs = Account.objects.for_school(foreign.school_id).order_by("pk")[0].pk
    sides = {"debit": "debit_id", "credit": "credit_id", side: str(theirs)}
    world.refuses(
        POST.format(**sides, amount="5"), posting(world).pk, match="(?i:foreign key)|points to what is not there"
    )
