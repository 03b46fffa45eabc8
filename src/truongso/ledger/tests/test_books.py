"""The books of a school: opened once, posted in order, reversed by mirror entries, closed by the month, read back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from truongso.kernel.db import TransactionRequiredError, savepoint
from truongso.kernel.money import ZERO, Dong
from truongso.ledger.chart import BANK_CODE, DEFAULT_CHART, ChartError, chart
from truongso.ledger.models import Account, Entry, Period, Posting
from truongso.ledger.queries import (
    account_ids,
    balance,
    closed_months,
    entries_of,
    last_moved,
    months_with_entries,
    movements,
    postings_between,
    trial_balance,
)
from truongso.ledger.services import (
    NewEntry,
    close_month,
    open_bank_account,
    open_books,
    open_month,
    post_many,
    reverse_many,
    turn_entry,
)
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]
OCTOBER, NOVEMBER = dt.date(2026, 10, 5), dt.date(2026, 11, 3)
ROLES = (AccountRole.RECEIVABLE, AccountRole.REVENUE_SERVICE, AccountRole.FAMILY_CREDIT)


@pytest.fixture
def books(school: School) -> dict[AccountRole, int]:
    """Role → account id of an opened chart."""
    open_books(school.pk)
    return {role: pk for (role, reference), pk in account_ids(school.pk).items() if reference == 0}


def leg(
    books: dict[AccountRole, int], amount: int, debit: AccountRole = ROLES[0], credit: AccountRole = ROLES[1]
) -> Leg:
    return Leg(books[debit], books[credit], Dong(amount))


def post(school: School, *entries: NewEntry) -> list[int]:
    with savepoint():
        return post_many(school.pk, entries=entries, actor_id=7)


def invoice(books: dict[AccountRole, int], number: int, amount: int, day: dt.date = OCTOBER) -> NewEntry:
    return NewEntry(EntryKind.INVOICE, number, day, (leg(books, amount),))


def post_and_look(school: School, entry: NewEntry) -> None:
    """Constraints that wait for the end of the transaction speak now."""
    post(school, entry)
    database.check_constraints()


def counts(school: School) -> tuple[int, int]:
    return Entry.objects.for_school(school).count(), Posting.objects.for_school(school).count()


def test_books_are_opened_once_and_keep_what_the_school_renamed(
    school: School, other_school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:  # a chart that did not know donations yet
        earlier.setattr("truongso.ledger.services.chart", lambda: [x for x in chart() if x[0].value != "donation"])
        open_books(school.pk)
    rows = Account.objects.for_school(school)
    assert rows.count() == len(DEFAULT_CHART) - 1
    open_books(school.pk)
    assert sorted(rows.values_list("role", "code")) == sorted((role.value, code) for role, code, _ in DEFAULT_CHART)
    rows.filter(role="cash").update(code="1111.A", name="Quỹ của trường")
    open_books(school.pk)
    assert rows.count() == len(DEFAULT_CHART)
    assert rows.get(role="cash").name == "Quỹ của trường"
    assert account_ids(other_school.pk) == {}


def test_a_bank_account_has_one_account_of_its_own(school: School) -> None:
    open_books(school.pk)
    first = open_bank_account(school.pk, bank_account_id=11, name="0071000123456 TRUONG")
    assert open_bank_account(school.pk, bank_account_id=11, name="another name") == first
    second = open_bank_account(school.pk, bank_account_id=12, name="x" * 200)
    rows = Account.objects.for_school(school).filter(role="bank").order_by("pk")
    assert [(a.pk, a.reference, a.code, len(a.name)) for a in rows] == [
        (first, 11, f"{BANK_CODE}.01", 20), (second, 12, f"{BANK_CODE}.02", 160),
    ]  # fmt: skip


def test_entries_are_posted_in_order_with_day_month_and_person(school: School, books: dict[AccountRole, int]) -> None:
    ids = post(school, invoice(books, 3, 300), invoice(books, 1, 100, NOVEMBER), invoice(books, 2, 200))
    rows = {e.pk: e for e in Entry.objects.for_school(school).select_related("period")}
    assert [(rows[pk].kind, rows[pk].source_id, rows[pk].occurred_on, rows[pk].actor_id) for pk in ids] == [
        ("invoice", 3, OCTOBER, 7), ("invoice", 1, NOVEMBER, 7), ("invoice", 2, OCTOBER, 7),
    ]  # fmt: skip
    assert [(rows[pk].period.year, rows[pk].period.month) for pk in ids[:2]] == [(2026, 10), (2026, 11)]
    receivable = books[AccountRole.RECEIVABLE]
    assert balance(school.pk, receivable) == Dong(600)
    assert balance(school.pk, receivable, through=OCTOBER) == Dong(500)
    assert balance(school.pk, books[AccountRole.REVENUE_SERVICE]) == Dong(-600)


def test_a_thing_is_booked_once_and_a_refusal_leaves_nothing(school: School, books: dict[AccountRole, int]) -> None:
    post(school, invoice(books, 1, 100))
    before = counts(school)
    with pytest.raises(IntegrityError):
        post(school, invoice(books, 2, 200), invoice(books, 1, 100))
    assert counts(school) == before
    assert post(school, NewEntry(EntryKind.ADJUSTMENT, 1, OCTOBER, (leg(books, 5),)))  # another kind of thing


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_not_moved(school: School, books: dict[AccountRole, int], amount: int) -> None:
    with pytest.raises(IntegrityError):
        post(school, invoice(books, 1, amount))
    assert counts(school) == (0, 0)


def test_money_does_not_cross_schools(school: School, other_school: School, books: dict[AccountRole, int]) -> None:
    open_books(other_school.pk)
    foreign = account_ids(other_school.pk)[AccountRole.REVENUE_SERVICE, 0]
    wrong = NewEntry(EntryKind.INVOICE, 1, OCTOBER, (Leg(books[AccountRole.RECEIVABLE], foreign, Dong(100)),))
    with pytest.raises(IntegrityError):
        post_and_look(school, wrong)
    assert counts(other_school) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_writes_need_a_transaction(school: School) -> None:
    """Outside one, an entry could stand without what it books."""
    with pytest.raises(TransactionRequiredError):
        open_books(school.pk)
    with pytest.raises(TransactionRequiredError):
        post_many(school.pk, entries=[], actor_id=None)
    assert Account.objects.for_school(school).count() == 0


def test_a_reversal_mirrors_once(school: School, books: dict[AccountRole, int]) -> None:
    legs = (leg(books, 70), leg(books, 30, credit=AccountRole.FAMILY_CREDIT))
    (original,) = post(school, NewEntry(EntryKind.PAYMENT, 9, OCTOBER, legs))
    with savepoint():
        reverse_many(school.pk, sources=[(EntryKind.PAYMENT, 9)], occurred_on=NOVEMBER, actor_id=8)
    mirror = Entry.objects.for_school(school).get(reverses_id=original)
    assert (mirror.kind, mirror.source_id, mirror.occurred_on, mirror.actor_id) == ("reversal", original, NOVEMBER, 8)
    moved = mirror.postings.order_by("pk").values_list("debit_id", "credit_id", "amount")
    receivable = books[AccountRole.RECEIVABLE]
    assert [(d, c, int(a)) for d, c, a in moved] == [
        (books[AccountRole.REVENUE_SERVICE], receivable, 70), (books[AccountRole.FAMILY_CREDIT], receivable, 30),
    ]  # fmt: skip
    assert {balance(school.pk, pk) for pk in books.values()} == {ZERO}
    assert [e.pk for e in entries_of(school.pk, {EntryKind.PAYMENT: [9]})] == [original, mirror.pk]
    with pytest.raises(IntegrityError), savepoint():
        reverse_many(school.pk, sources=[(EntryKind.PAYMENT, 9)], occurred_on=NOVEMBER, actor_id=8)
    assert counts(school) == (2, 4)


def test_what_is_undone_and_done_again_turns_its_last_word(school: School, books: dict[AccountRole, int]) -> None:
    post(school, invoice(books, 1, 100))
    receivable = books[AccountRole.RECEIVABLE]
    seen = []
    for _ in range(3):
        with savepoint():
            assert turn_entry(school.pk, EntryKind.INVOICE, 1, occurred_on=OCTOBER, actor_id=None)
        seen.append(int(balance(school.pk, receivable)))
    assert seen == [0, 100, 0]
    with savepoint():
        assert not turn_entry(school.pk, EntryKind.INVOICE, 99, occurred_on=OCTOBER, actor_id=None)
    assert counts(school) == (4, 4)


def test_a_closed_month_takes_nothing_until_it_is_opened(school: School, books: dict[AccountRole, int]) -> None:
    post(school, invoice(books, 1, 100))
    with savepoint():
        close_month(school.pk, 2026, 10)
    assert closed_months(school.pk) == {(2026, 10)}
    with pytest.raises(IntegrityError, match="period is closed"):
        post(school, invoice(books, 2, 100))
    assert counts(school) == (1, 1)
    post(school, invoice(books, 3, 100, NOVEMBER))
    assert months_with_entries(school.pk, dt.date(2026, 12, 1)) == [(2026, 11)]
    with savepoint():
        open_month(school.pk, 2026, 10)
    post(school, invoice(books, 2, 100))
    assert (closed_months(school.pk), counts(school)) == (set(), (3, 3))
    assert months_with_entries(school.pk, dt.date(2026, 12, 1)) == [(2026, 10), (2026, 11)]
    with savepoint():
        close_month(school.pk, 2030, 1)  # a month without entries
    assert Period.objects.for_school(school).get(year=2030).is_closed


def test_movements_name_the_thing_and_leave_out_what_cancels(school: School, books: dict[AccountRole, int]) -> None:
    both_ways = (leg(books, 50), leg(books, 50, AccountRole.REVENUE_SERVICE, AccountRole.RECEIVABLE))
    first, _nothing = post(
        school, NewEntry(EntryKind.PAYMENT, 1, OCTOBER, (leg(books, 70), leg(books, 30))),
        NewEntry(EntryKind.PAYMENT, 2, OCTOBER, both_ways),
    )  # fmt: skip
    with savepoint():
        reverse_many(school.pk, sources=[(EntryKind.PAYMENT, 1)], occurred_on=NOVEMBER, actor_id=None)
    receivable = books[AccountRole.RECEIVABLE]
    found = movements(school.pk, receivable, OCTOBER, NOVEMBER)
    assert [(m.kind, m.source_id, m.is_reversal, m.occurred_on, int(m.amount)) for m in found] == [
        (EntryKind.PAYMENT, 1, False, OCTOBER, 100), (EntryKind.PAYMENT, 1, True, NOVEMBER, -100),
    ]  # fmt: skip
    assert found[0].entry_id == first
    assert [int(m.amount) for m in movements(school.pk, receivable, NOVEMBER, NOVEMBER)] == [-100]
    assert last_moved(school.pk, receivable, through=NOVEMBER) == NOVEMBER
    assert last_moved(school.pk, receivable, through=dt.date(2026, 10, 31)) == OCTOBER
    assert last_moved(school.pk, books[AccountRole.CASH], through=NOVEMBER) is None
    rows = postings_between(
        school.pk, OCTOBER, OCTOBER, without=Entry.objects.for_school(school).filter(pk=first).values("pk")
    )
    assert [(r.kind, r.source_id, int(r.amount)) for r in rows] == [
        (EntryKind.PAYMENT, 2, 50), (EntryKind.PAYMENT, 2, 50),
    ]  # fmt: skip


def test_a_trial_balance_adds_up_in_three_queries(school: School, books: dict[AccountRole, int]) -> None:
    post(school, invoice(books, 1, 100), invoice(books, 2, 40, NOVEMBER))
    with CaptureQueriesContext(database) as queries:
        figures = trial_balance(school.pk, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert len(queries) == 3
    moved = {
        f.role: (int(f.opening), int(f.debit), int(f.credit), int(f.closing))
        for f in figures
        if f.opening or f.debit or f.credit
    }
    assert moved == {
        AccountRole.RECEIVABLE: (100, 40, 0, 140), AccountRole.REVENUE_SERVICE: (-100, 0, 40, -140),
    }  # fmt: skip
    assert sum(int(f.debit) for f in figures) == sum(int(f.credit) for f in figures)
    assert [f.code for f in figures] == sorted(code for _, code, _ in DEFAULT_CHART)


def test_the_installation_numbers_its_accounts(school: School, settings: Any) -> None:
    settings.CHART = {"pass_through": "33821", "bank": "1122"}
    open_books(school.pk)
    open_bank_account(school.pk, bank_account_id=7, name="TK")
    codes = dict(Account.objects.for_school(school).values_list("role", "code"))
    assert (codes["pass_through"], codes["bank"], codes["family_credit"]) == ("33821", "1122.01", "3383")


@pytest.mark.parametrize("wrong", [{"nothing": "1"}, {"pass_through": "3383"}])
def test_a_chart_that_cannot_be_is_refused(school: School, settings: Any, wrong: dict[str, str]) -> None:
    settings.CHART = wrong
    with pytest.raises(ChartError):
        open_books(school.pk)
    assert Account.objects.for_school(school).count() == 0
