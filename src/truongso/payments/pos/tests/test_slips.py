"""Recording slips: numbered proof, once, and nothing that identifies a card."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.workdays import work_calendar
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.models import Evidence, Payment, PosSlip, PosTerminal
from truongso.payments.pos.queries import slips
from truongso.payments.pos.services import add_terminal, due_on, record_slip, set_terminal_active
from truongso.payments.pos.types import PosRefusedError, SlipState
from truongso.payments.services import undo
from truongso.payments.settlements.tests.build import ACTOR, data, slip, terminal
from truongso.payments.types import PaymentRefusedError

books = pytest.mark.usefixtures("school_day", "verify_after")


@books
@pytest.mark.django_db
def test_a_slip_books_a_card_payment_in_transit(school: School) -> None:
    invoice = money.invoice(school, [1_000_000])
    done = slip(terminal(school), (invoice, 1_000_000), rrn="628 123 456 789", approval="a1b2c3")
    assert (done.slip.rrn, done.slip.approval_code, done.slip.trace) == ("628123456789", "A1B2C3", "000012")
    payment = Payment.objects.for_school(school).select_related("evidence").get()
    assert (payment.method, payment.amount, payment.evidence.kind) == ("card_pos", Dong(1_000_000), "pos_slip")
    assert (payment.evidence.source, payment.evidence.reference) == ("pos:79900019", "628123456789/A1B2C3")
    assert Invoice.objects.for_school(school).get().paid == Dong(1_000_000)
    assert balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0]) == Dong(1_000_000)
    assert done.slip.due_on == dt.date(2026, 10, 7)


@books
@pytest.mark.django_db
def test_the_same_slip_is_recorded_once(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    first = slip(at, (invoice, 400_000), rrn="628000000001", approval="111111")
    again = slip(at, (invoice, 400_000), rrn="628000000001", approval="111111")
    assert (again.is_repeat, again.payment.pk) == (True, first.payment.pk)
    with pytest.raises(PosRefusedError, match="slip_known"):
        slip(at, (invoice, 500_000), rrn="628000000001", approval="111111")
    assert Payment.objects.for_school(school).count() == 1
    with savepoint():
        undo(school.pk, payment_id=first.payment.pk, reason="Gõ nhầm", actor=ACTOR)
    assert slip(at, (invoice, 500_000), rrn="628000000001", approval="111111").slip.attempt == 2
    assert Invoice.objects.for_school(school).get().paid == Dong(500_000)


@books
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"card_tail": "4111111111111111"}, "card_number"),
        ({"rrn": "4111111111111111"}, "card_number"),
        ({"trace": "4111-1111-1111-1111"}, "card_number"),
        ({"card_tail": "41111"}, "code_malformed"),
        ({"rrn": "6281234567890"}, "code_malformed"),
        ({"rrn": "62812345678X"}, "code_malformed"),
        ({"approval": "1234567"}, "code_malformed"),
        ({"card_brand": "diners"}, "code_malformed"),
        ({"paid_at": dt.datetime(2026, 10, 6, 9, tzinfo=clock.SCHOOL_TIME)}, "time_implausible"),
        ({"paid_at": dt.datetime(2025, 1, 6, 9, tzinfo=clock.SCHOOL_TIME)}, "time_implausible"),
    ],
)
def test_what_is_not_on_a_slip_is_refused(school: School, changes: dict[str, Any], code: str) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    with pytest.raises(PosRefusedError, match=code):
        slip(at, (invoice, 1_000_000), **changes)
    for model in (PosSlip, Evidence, Payment):
        assert not model.objects.for_school(school).exists()


@books
@pytest.mark.django_db
def test_missing_codes_and_bad_amounts_are_refused(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    for empty in (dataclasses.replace(data(1_000), rrn=""), dataclasses.replace(data(1_000), approval_code="")):
        with pytest.raises(PosRefusedError, match="code_malformed"), savepoint():
            record_slip(at, empty, shares=[], actor=ACTOR)
    with pytest.raises(PaymentRefusedError, match="amount_not_positive"):
        slip(at, (invoice, 0))
    assert not Payment.objects.for_school(school).exists()


@books
@pytest.mark.django_db
def test_terminals(school: School) -> None:
    account = factories.bank_account(school)
    at = terminal(school, account=account)
    with pytest.raises(PosRefusedError, match="terminal_known"):
        terminal(school, account=account)
    for changes, code in (
        ({"code": "abc"}, "code_malformed"), ({"acquirer": " "}, "code_malformed"),
        ({"label": "the 4111111111111111"}, "card_number"), ({"fee_basis_points": 10_001}, "fee_malformed"),
    ):  # fmt: skip
        values: dict[str, Any] = {"code": "79900020", "acquirer": "BIDV", **changes}
        with pytest.raises(PosRefusedError, match=code), savepoint():
            add_terminal(account, actor=ACTOR, **values)
    assert PosTerminal.objects.for_school(school).count() == 1
    with savepoint():
        set_terminal_active(at, active=False, actor=ACTOR)
    with pytest.raises(PosRefusedError, match="terminal_inactive"):
        slip(at, (money.invoice(school, [1_000]), 1_000))
    for change in ({"code": "1"}, {"bank_account_id": 0}):
        with pytest.raises(IntegrityError), savepoint():
            PosTerminal.objects.for_school(school).update(**change)


@books
@pytest.mark.django_db
def test_slips_without_settlement_are_flagged_when_due(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    slip(at, (invoice, 1_000_000))
    assert [s.slip_state for s in slips(school)] == ["waiting"]
    with clock.frozen(dt.datetime(2026, 10, 8, 7, tzinfo=clock.SCHOOL_TIME)):
        assert [s.slip_state for s in slips(school)] == ["overdue"]
        assert slips(school, state=SlipState.OVERDUE).count() == 1


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [
        ("2026-10-05", 2, "2026-10-07"), ("2026-10-08", 2, "2026-10-12"), ("2026-10-10", 1, "2026-10-12"),
        ("2026-10-05", 0, "2026-10-05"),
    ],
)  # fmt: skip
def test_due_days_are_working_days(day: str, days: int, due: str) -> None:
    at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(10), tzinfo=clock.SCHOOL_TIME)
    assert due_on(at, days).isoformat() == due


@given(st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1)), st.integers(0, 10))
def test_due_days_never_go_back(day: dt.date, days: int) -> None:
    at = dt.datetime.combine(day, dt.time(10), tzinfo=clock.SCHOOL_TIME)
    due, calendar = due_on(at, days), work_calendar()
    gone = [day + dt.timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(calendar.is_working(one) for one in gone) == days
    assert not gone or calendar.is_working(due)
