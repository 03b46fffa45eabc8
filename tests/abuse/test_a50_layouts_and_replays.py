"""A50: windows of one history in several layouts, in any order, and replays with an altered day or memo."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories, money
from truongso.banking.models import BankLine, StatementImport
from truongso.banking.statement_import import apply, preview
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.tests.helpers import ACTOR, bring, line
from truongso.banking.types import Direction
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong, total
from truongso.organizations.models import BankAccount, School

FIRST = dt.date(2026, 10, 1)
DAYS = 4
LONG = "ABK7M2QXP Nguyen Van An 3A2 nop hoc phi thang muoi cho truong"
MEMOS = ("", "tien hoc", LONG)
LAYOUTS = ("bidv_ibank", "bidv_detail", "mb_detail")
PLAIN = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

booking = st.tuples(
    st.integers(0, DAYS - 1), st.sampled_from(MEMOS), st.sampled_from([50_000, 60_000]),
    st.sampled_from([Direction.IN, Direction.IN, Direction.OUT]),
)  # fmt: skip
window = st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1), st.sampled_from(LAYOUTS), st.integers(0, 3))


def _history(rows: list[tuple[int, str, int, Direction]]) -> list[StatementLine]:
    """Bookings in the bank's order, each with the bank's own number."""
    days = sorted(rows, key=lambda row: row[0])
    return [
        line(memo, amount, f"FT26{100_000 + n}", direction, booked_on=FIRST + dt.timedelta(days=day))
        for n, (day, memo, amount, direction) in enumerate(days)
    ]


def _bring(account: BankAccount, truth: list[StatementLine], asked: tuple[int, int, str, int]) -> set[int]:
    """Import a window of whole days, of which the last may still be going on; the places it held."""
    first, last = (FIRST + dt.timedelta(days=n) for n in sorted(asked[:2]))
    places = [n for n, x in enumerate(truth) if first <= x.booked_on <= last]
    unfinished = [n for n in places if truth[n].booked_on == last][: -asked[3] or None]
    places = [n for n in places if truth[n].booked_on < last] + unfinished
    if places:
        before = total(x.signed for x in truth[: places[0]])
        out = StatementOut(account.number, account.holder_name, Dong(10_000_000) + before, [truth[n] for n in places])
        content = write_statement(asked[2], out, FileFormat.CSV)
        with transaction():
            statement = preview(account, content=content, file_name="saoke.csv", actor=ACTOR)
        apply(statement, actor=ACTOR)
    return set(places)


@pytest.mark.django_db(transaction=True)
@given(rows=st.lists(booking, max_size=12), asked=st.lists(window, min_size=1, max_size=5))
@PLAIN
def test_windows_in_three_layouts_give_each_true_line_once(
    school: School, rows: list[tuple[int, str, int, Direction]], asked: list[tuple[int, int, str, int]]
) -> None:
    account = factories.bank_account(school, number=f"00{BankAccount.objects.for_school(school).count():08}")
    truth = _history(rows)
    seen: set[int] = set()
    for one in asked:
        seen |= _bring(account, truth, one)
    found = BankLine.objects.for_school(school).filter(bank_account=account)
    assert sorted((x.booked_on, int(x.amount), x.direction) for x in found) == sorted(
        (truth[n].booked_on, truth[n].amount.value, truth[n].direction.value) for n in seen
    )


@pytest.mark.django_db(transaction=True)
@given(
    rows=st.lists(booking, min_size=1, max_size=8),
    altered=st.lists(st.tuples(st.integers(0, 7), st.sampled_from([-3, -1, 1, 3]), st.booleans()), max_size=4),
)
@PLAIN
def test_replays_with_an_altered_day_or_memo_are_the_same_lines(
    school: School, rows: list[tuple[int, str, int, Direction]], altered: list[tuple[int, int, bool]]
) -> None:
    account = factories.bank_account(school, number=f"01{BankAccount.objects.for_school(school).count():08}")
    truth = _history(rows)
    bring(account, *truth)
    replay = dict(enumerate(truth))
    for place, days, by_memo in altered:
        if place < len(truth):
            one = truth[place]
            moved = one.booked_on + dt.timedelta(days=days)
            replay[place] = replace(one, memo="GHI CHU KHAC") if by_memo else replace(one, booked_on=moved)
    _statement, counts = bring(account, *replay.values())
    assert (counts["new"], counts["known"]) == (0, len(truth))
    assert BankLine.objects.for_school(school).filter(bank_account=account).count() == len(truth)


@pytest.mark.django_db(transaction=True)
def test_numbers_that_prove_nothing_make_no_replay(school: School) -> None:
    account = factories.bank_account(school)
    day = dt.date(2026, 10, 6)
    bring(account, line("nop tien an", 50_000, "12", booked_on=day))
    bring(account, line("nop tien an", 50_000, "12", booked_on=day + dt.timedelta(days=1)))
    assert BankLine.objects.for_school(school).count() == 2, "short numbers are counters of the day"
    order = "SO900100200300"
    for week in range(3):
        bring(account, line("uy nhiem chi hang tuan", 70_000, order, booked_on=day + dt.timedelta(days=7 * week)))
    assert BankLine.objects.for_school(school).filter(amount=70_000).count() == 3, "a standing order is no replay"
    both = line("khac han", 50_000, "FT26279000001", booked_on=day)
    bring(account, both)
    bring(account, replace(both, memo="noi dung la", booked_on=day + dt.timedelta(days=2)))
    assert BankLine.objects.for_school(school).filter(reference="FT26279000001").count() == 2
    assert money.broken_invariants() == []


@pytest.mark.django_db(transaction=True)
def test_twins_of_one_file_stay_two_over_the_border_of_chunks(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truongso.banking.statement_import.CHUNK", 1)
    account = factories.bank_account(school)
    twin = line("nop tien an", 50_000, "")
    bring(account, twin, twin, replace(twin, memo="nop  tien an"), layout="mb_detail")
    assert BankLine.objects.for_school(school).count() == 3
    assert StatementImport.objects.for_school(school).get().counts["new"] == 3
