"""The cash box day by day, and months of the books: signed by two after everything in them is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection
from tests import factories, money

from truongso.banking.acts.handling import assign, undo_match
from truongso.banking.closing import month_services, services
from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.months import month_figures
from truongso.banking.closing.queries import book_state, day_figures
from truongso.banking.closing.signatures import seen_digest
from truongso.banking.closing.tests.test_day_close import ACCOUNTANT, OTHER, PRINCIPAL, close, refused
from truongso.banking.closing.types import Open, Side
from truongso.banking.models import BankLine
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import DAY, line
from truongso.kernel import clock, triggers
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry, Period
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.cash import services as cash
from truongso.payments.cash.models import CashCount
from truongso.payments.cash.types import CountedCash
from truongso.payments.services import book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]
NOVEMBER = dt.datetime(2026, 11, 3, 9, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    """9:00 on 8/10/2026: two days after the statement's day."""
    with clock.frozen(dt.datetime(2026, 10, 8, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def take(school: School, amount: int) -> int:
    """Cash at the counter now; the payment's id."""
    invoice = money.invoice(school, [amount], full_name=f"Lê Minh {amount}")
    with savepoint():
        return book(school.pk, booking=money.booking((invoice, amount), **money.in_cash()), actor=ACCOUNTANT).pk


def count(school: School, pieces: dict[int, int], reason: str = "") -> CashCount:
    """Counted today by one, confirmed by another."""
    with savepoint():
        made = cash.sign_count(school.pk, day=clock.today(), cash=CountedCash(pieces), reason=reason, actor=OTHER)
        return cash.confirm_count(school.pk, count_id=made.pk, actor=ACCOUNTANT)


def close_cash(school: School) -> DayClose:
    state = book_state(school, None)
    assert state.first is not None
    assert state.last is not None
    seen = seen_digest(day_figures(school.pk, None, state.first, state.last))
    with savepoint():
        row = services.sign_days(school, None, first=state.first, last=state.last, note="", seen=seen, actor=ACCOUNTANT)
        return services.confirm_days(school, close_id=row.pk, seen=row.digest, actor=PRINCIPAL)


def close_month(school: School, year: int = 2026, month: int = 10) -> MonthClose:
    seen = month_figures(school, year, month).seen
    with savepoint():
        row = month_services.sign_month(school, year=year, month=month, note="", seen=seen, actor=ACCOUNTANT)
        return month_services.confirm_month(school, close_id=row.pk, seen=row.digest, actor=PRINCIPAL)


def blockers(school: School) -> list[str]:
    return [b.code for b in month_figures(school, 2026, 10).blockers]


def test_the_cash_box_is_closed_on_its_count(school: School) -> None:
    assert book_state(school, None).is_ready is False
    take(school, 250_000)
    count(school, {200_000: 1, 20_000: 2}, reason="Trả nhầm tiền thừa")
    state = book_state(school, None)
    figures = day_figures(school.pk, None, clock.today(), clock.today())
    assert (state.first, state.last) == (clock.today(), clock.today())
    assert figures.proven == figures.booked == Side(Dong(0), Dong(250_000), Dong(10_000))
    assert [(i.kind, i.amount, i.text) for i in figures.open_items] == [
        (Open.COUNTED, Dong(-10_000), "Trả nhầm tiền thừa")
    ]
    row = close_cash(school)
    assert (row.bank_account, row.closing, row.state) == (None, Dong(240_000), "confirmed")


def test_a_count_under_a_signed_cash_book_stays(school: School) -> None:
    take(school, 200_000)
    made = count(school, {200_000: 1})
    close_cash(school)
    with savepoint():
        cash.ask_reopening(school.pk, count_id=made.pk, reason="Sót", actor=OTHER)
    with pytest.raises(IntegrityError, match="the period is closed"), savepoint():
        cash.reopen(school.pk, count_id=made.pk, actor=ACCOUNTANT)
    made.refresh_from_db()
    assert made.state == "confirmed"


def test_a_month_waits_for_its_end_and_for_every_account(school: School, account: BankAccount) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    take(school, 200_000)
    assert blockers(school) == ["month_not_over"]
    with clock.frozen(NOVEMBER):
        assert blockers(school) == ["account_open", "cash_open"]
        refused("account_open", lambda: close_month(school))
    close(account)
    count(school, {200_000: 1})
    with clock.frozen(NOVEMBER):
        assert blockers(school) == ["cash_open"]
    close_cash(school)
    with clock.frozen(NOVEMBER):
        row = close_month(school)
    assert (row.state, row.postings, row.moved) == ("confirmed", 3, Dong(650_000))
    assert Period.objects.for_school(school).get(year=2026, month=10).is_closed


def test_a_closed_month_takes_no_entry_and_waiting_money_goes_to_the_open_one(
    school: School, account: BankAccount
) -> None:
    invoice = money.invoice(school, [250_000])
    helpers.bring(account, line("khong ro", 250_000, "FT1"), layout="bidv_detail")
    close(account)
    with clock.frozen(NOVEMBER):
        close_month(school)
        waiting = BankLine.objects.for_school(school).get()
        with savepoint():
            payment = assign(school.pk, line_id=waiting.pk, shares=[(invoice.pk, Dong(250_000))], actor=ACCOUNTANT)
        entry = Entry.objects.for_school(school).get(kind="payment")
        assert (payment.received_on, entry.occurred_on) == (DAY, NOVEMBER.date())
        assert month_figures(school, 2026, 10).of(AccountRole.SUSPENSE) == Dong(-250_000)
        assert month_figures(school, 2026, 11).of(AccountRole.SUSPENSE) == Dong(0)
        with savepoint():
            undo_match(school.pk, line_id=waiting.pk, reason="Nhầm em", actor=ACCOUNTANT)
    with pytest.raises(IntegrityError, match="the period is closed"), savepoint():
        book(school.pk, booking=money.booking((invoice, 250_000)), actor=ACCOUNTANT)


def test_earlier_months_come_first(school: School) -> None:
    money.invoice(school, [250_000])
    with clock.frozen(NOVEMBER):
        money.invoice(school, [250_000], full_name="Lê Minh Châu")
    with clock.frozen(dt.datetime(2026, 12, 2, 9, tzinfo=clock.SCHOOL_TIME)):
        found = month_figures(school, 2026, 11).blockers
        assert [(b.code, b.params) for b in found] == [("earlier_open", {"month": "10/2026"})]
        october, november = close_month(school), close_month(school, month=11)
        refused("not_last", lambda: ask(school, october))
        ask(school, november)


def ask(school: School, row: MonthClose) -> MonthClose:
    with savepoint():
        return month_services.ask_month_reopening(school, close_id=row.pk, reason="Sót chứng từ", actor=ACCOUNTANT)


def test_reopening_a_month_takes_two_people(school: School, account: BankAccount) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    day = close(account)
    period = Period.objects.for_school(school)
    with clock.frozen(NOVEMBER):
        row = close_month(school)
        refused("month_closed", lambda: services.ask_reopening(
            school, close_id=day.pk, reason="Sao kê sai", actor=ACCOUNTANT
        ))  # fmt: skip

        def reopen(who: object) -> MonthClose:
            with savepoint():
                return month_services.reopen_month(school, close_id=row.pk, actor=who)  # type: ignore[arg-type]

        refused("not_asked", lambda: reopen(PRINCIPAL))
        ask(school, row)
        refused("same_person", lambda: reopen(ACCOUNTANT))
        with pytest.raises(IntegrityError, match="two people"), savepoint():
            period.update(is_closed=False)
        assert period.get().is_closed
        assert reopen(PRINCIPAL).state == "reopened"
        assert not period.get().is_closed


def test_a_refused_month_is_open_again(school: School) -> None:
    money.invoice(school, [250_000])
    with clock.frozen(NOVEMBER):
        seen = month_figures(school, 2026, 10).seen
        refused("figures_changed", lambda: month_services.sign_month(
            school, year=2026, month=10, note="", seen="x", actor=ACCOUNTANT
        ))  # fmt: skip
        assert not Period.objects.for_school(school).get().is_closed
        with savepoint():
            row = month_services.sign_month(school, year=2026, month=10, note="", seen=seen, actor=ACCOUNTANT)
        refused("same_person", lambda: month_services.confirm_month(
            school, close_id=row.pk, seen=row.digest, actor=ACCOUNTANT
        ))  # fmt: skip
        with savepoint():
            month_services.refuse_month(school, close_id=row.pk, reason="Thiếu chứng từ", actor=PRINCIPAL)
        assert not Period.objects.for_school(school).get().is_closed
        close_month(school)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE ledger_posting SET amount = amount + 1", "tháng đã khóa giữ đúng các bút toán đã ký"),
        ("UPDATE banking_monthclose SET moved = moved + 1", "nội dung đã ký khi khóa sổ ngày, tháng"),
        ("UPDATE ledger_period SET is_closed = FALSE", "tháng còn khóa sổ không nhận bút toán mới"),
    ],
)
def test_tampering_with_a_closed_month_is_found(school: School, sql: str, found: str) -> None:
    money.invoice(school, [250_000])
    with clock.frozen(NOVEMBER):
        close_month(school)
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(sql)
        undo_sql = sql.replace("+ 1", "- 1").replace("FALSE", "TRUE")
        try:
            assert any(found in text for text in money.broken_invariants())
        finally:
            cursor.execute(undo_sql)
            triggers.install()
