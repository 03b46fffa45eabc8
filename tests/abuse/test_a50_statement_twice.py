"""A50: overlapping and corrected files, equal amounts on one day: every movement is recorded once."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories, money
from truongso.banking.models import BankLine, StatementRow
from truongso.banking.statement_import import apply, preview
from truongso.banking.statements.types import StatementLine
from truongso.banking.tests.helpers import ACTOR, at_once, bring, file, line
from truongso.kernel import db
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment

FIRST = dt.date(2026, 10, 1)
MEMOS = ("tien hoc", "nop tien an", "")
DAYS = 5

booking = st.builds(
    lambda day, memo, amount: line(memo, amount, "R1", booked_on=FIRST + dt.timedelta(days=day)),
    st.integers(0, DAYS - 1), st.sampled_from(MEMOS), st.sampled_from([50_000, 60_000]),
)  # fmt: skip
windows = st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1)), min_size=1, max_size=4)


def _window(lines: list[StatementLine], days: tuple[int, int]) -> list[StatementLine]:
    first, last = (FIRST + dt.timedelta(days=n) for n in sorted(days))
    return [x for x in lines if first <= x.booked_on <= last]


@pytest.mark.django_db
@given(truth=st.lists(booking, max_size=12), asked=windows)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_overlapping_windows_give_each_movement_one_row(
    school: School, truth: list[StatementLine], asked: list[tuple[int, int]]
) -> None:
    account = factories.bank_account(school, number=f"00{BankAccount.objects.for_school(school).count():08}")
    truth = sorted(truth, key=lambda x: x.booked_on)
    seen: set[int] = set()
    for days in asked:
        part = _window(truth, days)
        seen |= {id(x) for x in part}
        if part:
            bring(account, *part)
    assert BankLine.objects.for_school(school).filter(bank_account=account).count() == len(seen)


@pytest.mark.django_db
def test_a_corrected_file_adds_only_what_was_missing(school: School) -> None:
    account = factories.bank_account(school)
    one, two = line("tien hoc", 50_000, "R1"), line("tien an", 60_000, "R2")
    bring(account, one)
    _statement, counts = bring(account, one, two)
    assert (counts["new"], counts["known"]) == (1, 1)
    assert BankLine.objects.for_school(school).count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_import_the_same_file_at_once(school: School) -> None:
    account, invoice = factories.bank_account(school), money.invoice(school, [250_000])
    lines = [line(f"{invoice.code} nop", 250_000, "R0"), *(line(f"khac {n}", 1_000, f"R{n}") for n in range(1, 30))]
    content = file(account, *lines)
    statements = []
    for _ in range(4):
        with db.transaction():
            statements.append(preview(account, content=content, file_name="a.xlsx", actor=ACTOR))
    outcomes = at_once(4, lambda n: apply(statements[n], actor=ACTOR))
    assert [x for x in outcomes if isinstance(x, Exception)] == []
    assert sum(x["new"] for x in outcomes if not isinstance(x, Exception)) == 30
    assert BankLine.objects.for_school(school).count() == 30
    assert StatementRow.objects.for_school(school).count() == 120
    assert Payment.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []
