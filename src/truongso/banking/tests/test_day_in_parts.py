"""A day whose bookings come in several files: equal ones of two parts are honest twins, the same part again is not."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories, money

from truongso.banking.models import BankLine
from truongso.banking.statement_import import apply, preview
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.tests.helpers import ACTOR, DAY, line
from truongso.banking.types import Direction
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong, total
from truongso.organizations.models import BankAccount, School

pytestmark = pytest.mark.django_db(transaction=True)
OPENING = Dong(1_000_000)
TWIN, OTHER = line("nop tien an", 50_000), line("tien hoc", 70_000)
OUT = line("rut", 50_000, direction=TWIN.direction.OUT)
LATE = line("bi bo sot", 9_000)
SHORT = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _bring(
    account: BankAccount, lines: list[StatementLine], first: int = 0, last: int | None = None, *,
    opening: Dong = OPENING, layout: str = "mb_detail",
) -> tuple[int, int]:  # fmt: skip
    """Import the rows from `first` to `last` of the account's movements; (new, known)."""
    out = StatementOut(account.number, account.holder_name, opening + total(x.signed for x in lines[:first]),
                       lines[first:last])  # fmt: skip
    with transaction():
        content = write_statement(layout, out, FileFormat.CSV)
        statement = preview(account, content=content, file_name="saoke.csv", actor=ACTOR)
        looked = statement.counts
    counts = apply(statement, actor=ACTOR)
    assert (looked["new"], looked["known"]) == (counts["new"], counts["known"])
    return counts["new"], counts["known"]


@pytest.mark.parametrize("layout", ["mb_detail", "bidv_ibank"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_later_twin_is_kept(school: School, layout: str, order: tuple[int, int]) -> None:
    account = factories.bank_account(school)
    lines = [OTHER, TWIN, TWIN, line("khac", 5_000)]
    parts = [(0, 2), (2, None)]
    for n in order:
        assert _bring(account, lines, *parts[n], layout=layout) == (2, 0)
    for n in (0, 1):
        assert _bring(account, lines, *parts[n], layout=layout) == (0, 2)
    assert _bring(account, lines, layout=layout) == (0, 4)
    assert _bring(account, [*lines, TWIN], layout=layout) == (1, 4)
    assert sorted(BankLine.objects.for_school(school).filter(amount=50_000).values_list("occurrence", flat=True)) == [
        1, 2, 3,
    ]  # fmt: skip
    assert money.broken_invariants() == []


def test_the_second_part_taken_again_when_it_is_longer(school: School) -> None:
    account, lines = factories.bank_account(school), [TWIN] * 4
    assert _bring(account, lines, 0, 1) == (1, 0)
    assert _bring(account, lines, 1, 2) == (1, 0)
    assert _bring(account, lines, 1, 4) == (2, 1)
    assert _bring(account, lines, 1, 4) == (0, 3)


def test_without_balances_equal_lines_are_the_same_lines(school: School) -> None:
    account = factories.bank_account(school)
    assert _bring(account, [TWIN, TWIN], 0, 1, layout="vietcombank_simple") == (1, 0)
    assert _bring(account, [TWIN, TWIN], 1, 2, layout="vietcombank_simple") == (0, 1)
    assert _bring(account, [TWIN, TWIN], layout="vietcombank_simple") == (1, 1)


def test_a_corrected_file_whose_balances_have_moved_is_no_second_part(school: School) -> None:
    account, lines = factories.bank_account(school), [OTHER, TWIN, TWIN]
    assert _bring(account, lines) == (3, 0)
    assert _bring(account, [line("bi bo sot", 9_000), *lines]) == (1, 3)
    assert _bring(account, lines, opening=OPENING + Dong(9_000)) == (0, 3)
    assert BankLine.objects.for_school(school).count() == 4


@pytest.mark.parametrize("layout", ["mb_detail", "bidv_ibank"])
@pytest.mark.parametrize("place", [2, 3, 4])
def test_the_second_part_corrected_by_the_bank_doubles_nothing(school: School, layout: str, place: int) -> None:
    """It begins where the first one ends, as before, and all balances after the line that was left out have moved."""
    account, lines = factories.bank_account(school), [OTHER, TWIN, TWIN, line("tien nuoc", 33_000)]
    for part in ((0, 2), (2, None)):
        assert _bring(account, lines, *part, layout=layout) == (2, 0)
    corrected = [*lines[:place], LATE, *lines[place:]]
    for seen in ((1, 2), (0, 3)):
        assert _bring(account, corrected, 2, layout=layout) == seen
    assert _bring(account, corrected, layout=layout) == (0, 5)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_first_part_corrected_by_the_bank_doubles_nothing(school: School, place: int) -> None:
    """It ends where the second one begins, so that it began lower."""
    account, lines = factories.bank_account(school), [OTHER, line("tien nuoc", 33_000), TWIN, TWIN]
    for part in ((0, 2), (2, None)):
        assert _bring(account, lines, *part) == (2, 0)
    corrected = [*lines[:place], LATE, *lines[place:]]
    assert _bring(account, corrected, 0, 3, opening=OPENING - LATE.amount) == (1, 2)


@pytest.mark.parametrize("between", [(0, None), (1, None)])
def test_a_file_without_balances_in_between_doubles_nothing(school: School, between: tuple[int, int | None]) -> None:
    """What it brought has no balance: the second part's own may be the same."""
    account, lines = factories.bank_account(school), [OTHER, TWIN, TWIN, line("tien nuoc", 33_000)]
    _bring(account, lines, 0, 2)
    _bring(account, lines, *between, layout="vietcombank_simple")
    assert BankLine.objects.for_school(school).count() == 4
    assert _bring(account, lines, 2) == (0, 2)


def test_equal_bookings_after_which_the_account_holds_the_same_are_told_by_their_number(school: School) -> None:
    account, lines = factories.bank_account(school), [OTHER, TWIN, OUT, TWIN]
    assert [_bring(account, lines, 0, 1), _bring(account, lines, 1)] == [(1, 0), (3, 0)]
    assert _bring(account, [*lines, LATE], 1) == (1, 3)


def test_a_file_that_ends_where_it_began_proves_nothing_of_itself(school: School) -> None:
    account = factories.bank_account(school)
    lines = [TWIN, OUT]
    assert _bring(account, lines) == (2, 0)
    assert _bring(account, lines) == (0, 2)


@given(
    kinds=st.lists(st.sampled_from([TWIN, TWIN, OTHER]), min_size=2, max_size=8),
    cuts=st.sets(st.integers(1, 7), max_size=3), backwards=st.booleans(), again=st.booleans(),
)  # fmt: skip
@SHORT
def test_any_division_of_a_day_gives_each_movement_one_row(
    school: School, kinds: list[StatementLine], cuts: set[int], *, backwards: bool, again: bool
) -> None:
    account = factories.bank_account(school, number=f"02{BankAccount.objects.for_school(school).count():08}")
    places = sorted({0, len(kinds), *(c for c in cuts if c < len(kinds))})
    parts = list(itertools.pairwise(places))[:: -1 if backwards else 1]
    for first, last in parts:
        assert _bring(account, kinds, first, last) == (last - first, 0)
        if again:
            assert _bring(account, kinds, first, last) == (0, last - first)
    assert _bring(account, kinds) == (0, len(kinds))
    found = BankLine.objects.for_school(school).filter(bank_account=account, booked_on=DAY)
    assert sorted(int(x.amount) for x in found) == sorted(x.amount.value for x in kinds)


@given(
    kinds=st.lists(st.sampled_from([TWIN, TWIN, OTHER, OUT]), min_size=2, max_size=6), data=st.data(),
    lowered=st.booleans(),
)  # fmt: skip
@SHORT
def test_a_part_that_comes_again_with_a_line_more_doubles_nothing(
    school: School, kinds: list[StatementLine], data: st.DataObject, *, lowered: bool
) -> None:
    """Wherever the line was left out, whatever the parts are and wherever the balances moved. A twin that no balance
    told apart at first may be found now; more than there were are never there."""
    account = factories.bank_account(school, number=f"03{BankAccount.objects.for_school(school).count():08}")
    cuts = data.draw(st.sets(st.integers(1, len(kinds) - 1), max_size=3), label="cuts")
    parts = list(itertools.pairwise(sorted({0, len(kinds), *cuts})))
    for first, last in parts:
        _bring(account, kinds, first, last)
    first, last = data.draw(st.sampled_from(parts), label="part")
    place = data.draw(st.integers(first, last), label="place")
    corrected = [*kinds[:place], LATE, *kinds[place:]]
    _bring(account, corrected, first, last + 1, opening=OPENING - LATE.amount if lowered else OPENING)
    rows = BankLine.objects.for_school(school).filter(bank_account=account).values_list("direction", "amount")
    found = Counter((direction, int(amount)) for direction, amount in rows)
    assert found <= Counter((x.direction.value, x.amount.value) for x in corrected)
    assert found[LATE.direction.value, LATE.amount.value] == 1


booking = st.tuples(
    st.integers(0, 1), st.sampled_from(["", "nop tien an"]), st.sampled_from([50_000, 60_000]),
    st.sampled_from([Direction.IN, Direction.IN, Direction.OUT]),
)  # fmt: skip
window = st.tuples(st.integers(0, 9), st.integers(1, 10), st.sampled_from(["mb_detail", "bidv_detail"]))


@given(rows=st.lists(booking, min_size=1, max_size=10), asked=st.lists(window, max_size=5))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_window_of_a_history_gives_a_movement_twice(
    school: School, rows: list[tuple[int, str, int, Direction]], asked: list[tuple[int, int, str]]
) -> None:
    """Files that begin and end anywhere, in any order: a twin may wait for the file of the whole day, none is made."""
    account = factories.bank_account(school, number=f"03{BankAccount.objects.for_school(school).count():08}")
    truth = [
        line(memo, amount, "", way, booked_on=DAY + dt.timedelta(days=day))
        for day, memo, amount, way in sorted(rows, key=lambda one: one[0])
    ]
    for first, length, layout in asked:
        if truth[first : first + length]:
            _bring(account, truth, first, first + length, layout=layout)
            assert not _recorded(account) - _of(truth)
    _bring(account, truth)
    assert _recorded(account) == _of(truth)


def _of(lines: list[StatementLine]) -> Counter[tuple[dt.date, int]]:
    return Counter((x.booked_on, x.signed.value) for x in lines)


def _recorded(account: BankAccount) -> Counter[tuple[dt.date, int]]:
    found = BankLine.objects.for_school(account.school_id).filter(bank_account=account)
    return Counter((x.booked_on, int(x.amount) * (1 if x.direction == "in" else -1)) for x in found)
