"""What is owed by class and item at the end of a month is the receivable account of the books told apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from tests import factories, money

from truongso.fees.models import InvoiceLine
from truongso.fees.public import cancel_invoice, credit_line
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.services import book, undo
from truongso.reporting.month_end.receivables import Receivable, by_class, by_item, receivables, sum_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]
ACTOR = Actor(user_id=1, label="user 1", channel="web")
OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
NOVEMBER = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))


def at(day: dt.date) -> AbstractContextManager[None]:
    return clock.frozen(dt.datetime.combine(day, dt.time(9), tzinfo=clock.SCHOOL_TIME))


def row(class_name: str, item: str, *amounts: int) -> Receivable:
    return Receivable(class_name, item, *(Dong(a) for a in amounts))


def owed(school: School, last: dt.date) -> Dong:
    return balance(school.pk, account_ids(school.pk)[AccountRole.RECEIVABLE, 0], through=last)


def test_two_months_of_two_classes_and_two_items(school: School) -> None:
    with at(dt.date(2026, 10, 5)):
        first = money.invoice(school, [250_000, 100_000])
        other = factories.school_class(school, "10A2", grade="10")
        second = money.invoice(school, [80_000], pupil=factories.student(school, "Lê Minh Châu", school_class=other))
        gone = money.invoice(school, [70_000], full_name="Trần Văn Bình")
        with savepoint():
            book(school.pk, booking=money.booking((first, 300_000), received_at=clock.now()), actor=ACTOR)
            wrong = book(school.pk, booking=money.booking((second, 80_000), received_at=clock.now()), actor=ACTOR)
    with at(dt.date(2026, 10, 31)), savepoint():
        cancel_invoice(school.pk, invoice_id=gone.pk, reason="Chuyển trường", actor=ACTOR)
    with at(dt.date(2026, 11, 2)), savepoint():
        undo(school.pk, payment_id=wrong.pk, reason="Nhầm em", actor=ACTOR)
        line = InvoiceLine.objects.for_school(school).get(invoice=first, amount=100_000)
        credit_line(school.pk, invoice_id=first.pk, line_id=line.pk, amount=Dong(20_000), reason="Nghỉ ăn", actor=ACTOR)
    october = receivables(school.pk, *OCTOBER)
    assert october == [
        row("3A2", "Khoản thu 0", 0, 320_000, 70_000, 250_000), row("3A2", "Khoản thu 1", 0, 100_000, 0, 50_000),
        row("10A2", "Khoản thu 0", 0, 80_000, 0, 80_000),
    ]  # fmt: skip
    november = receivables(school.pk, *NOVEMBER)
    assert november == [
        row("3A2", "Khoản thu 1", 50_000, 0, 20_000, 0), row("10A2", "Khoản thu 0", 0, 0, 0, -80_000),
    ]  # fmt: skip
    assert sum_of(october, "").closing == owed(school, OCTOBER[1]) == Dong(50_000)
    assert sum_of(november, "").closing == owed(school, NOVEMBER[1]) == Dong(110_000)
    assert [(c.class_name, c.closing, len(items)) for c, items in by_class(november)] == [
        ("3A2", Dong(30_000), 1), ("10A2", Dong(80_000), 1),
    ]  # fmt: skip
    assert [(i.item, i.closing) for i in by_item(november)] == [
        ("Khoản thu 0", Dong(80_000)), ("Khoản thu 1", Dong(30_000)),
    ]  # fmt: skip


@pytest.mark.parametrize("pupils", [2, 9])
def test_the_number_of_queries_stays(
    school: School, pupils: int, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    with at(dt.date(2026, 10, 5)):
        for n in range(pupils):
            money.invoice(school, [250_000], full_name=f"Học sinh {n}")
    with django_assert_num_queries(2):
        assert sum_of(receivables(school.pk, *OCTOBER), "").closing == Dong(250_000 * pupils)
