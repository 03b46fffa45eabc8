"""A line that comes before the notify of the very money: counted once, a person decides, and may decide otherwise."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests import money

from truongso.banking.batches import same_money
from truongso.banking.batches.services import unlink
from truongso.banking.decide import decide_lines
from truongso.banking.models import BankLine
from truongso.banking.tasks import tell_bills_apart
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.banking.types import LineRefusedError
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.bills.models import BillTransaction
from truongso.payments.bills.services import finish_received
from truongso.payments.bills.tests.bank import Bank, bank
from truongso.payments.credit.queries import credit_of_families
from truongso.payments.models import Payment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]
NUMBER = "FT26279000111"


def booked_line(invoice: Invoice, amount: int = 100_000, *, memo: str = "", days: int = 0) -> BankLine:
    line = arrive(
        invoice.bank_account, memo or f"THU HO {invoice.code}", amount, booked_on=clock.today() + dt.timedelta(days)
    )
    with savepoint():
        assert decide_lines(invoice.school_id, [line], actor=ACTOR) == 1
    line.refresh_from_db()
    return line


def told(school: School, number: str = NUMBER) -> BillTransaction:
    row: BillTransaction = BillTransaction.objects.for_school(school).get(transaction_id=number)
    return row


def stands(school: School, invoice: Invoice) -> dict[str, Any]:
    """What the books, the invoice and the family have."""
    accounts = account_ids(school.pk)
    invoice.refresh_from_db()
    standing = Payment.objects.for_school(school).filter(reversed_at__isnull=True)
    return {
        "payments": sorted(standing.values_list("method", flat=True)),
        "paid": int(invoice.paid),
        "credit": int(credit_of_families(school.pk, [invoice.family_id]).get(invoice.family_id, 0)),
        "transit": int(balance(school.pk, accounts[AccountRole.IN_TRANSIT, 0])),
        "unknown": int(balance(school.pk, accounts[AccountRole.SUSPENSE, 0])),
    }


ONCE_BY_LINE = {"payments": ["qr_transfer"], "paid": 100_000, "credit": 0, "transit": 0, "unknown": 0}
ONCE_BY_BILL = {"payments": ["bank_bill"], "paid": 100_000, "credit": 0, "transit": 0, "unknown": 0}
TWICE = {
    "payments": ["bank_bill", "qr_transfer"], "paid": 100_000, "credit": 100_000, "transit": 100_000, "unknown": 0,
}  # fmt: skip


def held(school: School) -> tuple[Bank, Invoice, BankLine]:
    """The line is booked, then the bank tells of a payment of the same invoice and amount."""
    invoice = money.invoice(school, [100_000])
    line = booked_line(invoice)
    caller = bank(school)
    answer = caller.notify((invoice, 100_000), transaction_id=NUMBER)
    assert (answer.result, answer.body["state"], answer.body["credited"]) == ((200, "ok"), "received", 0)
    return caller, invoice, line


def decide(school: School, what: str, line: BankLine | None = None) -> None:
    with savepoint():
        if what == "same":
            assert line is not None
            same_money.is_same(school.pk, transaction_id=told(school).pk, line_id=line.pk, actor=ACTOR)
        else:
            same_money.is_other(school.pk, transaction_id=told(school).pk, actor=ACTOR)


def test_money_under_a_booked_line_is_asked_about_and_not_booked_again(school: School) -> None:
    _caller, invoice, line = held(school)
    assert stands(school, invoice) == ONCE_BY_LINE
    assert (told(school).state, told(school).problem) == ("received", "same_money")
    (question,) = same_money.questions(school.pk)
    assert (question.transaction.transaction_id, [x.pk for x in question.lines]) == (NUMBER, [line.pk])
    assert finish_received() == 0  # the clock does not decide either
    assert stands(school, invoice) == ONCE_BY_LINE
    assert tell_bills_apart() == 0  # the invoice's code alone is not certain


def test_the_same_money_counts_once_as_if_the_notify_had_come_first(school: School) -> None:
    caller, invoice, line = held(school)
    decide(school, "same", line)
    assert stands(school, invoice) == ONCE_BY_BILL
    line.refresh_from_db()
    assert (line.state, told(school).state, told(school).problem) == ("settled", "booked", "")
    assert same_money.questions(school.pk) == []
    again = caller.notify((invoice, 100_000), transaction_id=NUMBER, fields={"paid_at": told_at(school)})
    assert (again.body["state"], again.body["duplicate"], again.body["credited"]) == ("booked", True, 0)


def test_other_money_becomes_credit_of_the_family(school: School) -> None:
    _caller, invoice, _line = held(school)
    decide(school, "other")
    assert stands(school, invoice) == TWICE
    row = told(school)
    assert (row.state, row.problem, row.told_apart_at is not None) == ("booked", "", True)
    assert finish_received() == 0


def test_either_decision_can_be_taken_back(school: School) -> None:
    _caller, invoice, line = held(school)
    decide(school, "other")
    (asked,) = same_money.questions(school.pk)
    assert asked.is_decided  # still offered, so that it can be put right
    decide(school, "same", line)
    assert stands(school, invoice) == ONCE_BY_BILL
    with savepoint():
        unlink(school.pk, line_id=line.pk, reason="Hai khoản khác nhau", actor=ACTOR)
    assert stands(school, invoice) == {**ONCE_BY_BILL, "transit": 100_000, "unknown": -100_000}
    line.refresh_from_db()
    with savepoint():
        assert decide_lines(school.pk, [line], actor=ACTOR, again=True) == 0  # it waits for a person
    line.refresh_from_db()
    assert line.state == "waiting"


def test_the_banks_number_in_the_line_is_certain(school: School) -> None:
    invoice = money.invoice(school, [100_000])
    line = booked_line(invoice, memo=f"THU HO {invoice.code} {NUMBER}")
    bank(school).notify((invoice, 100_000), transaction_id=NUMBER)
    assert stands(school, invoice) == ONCE_BY_LINE
    assert tell_bills_apart() == 1
    assert stands(school, invoice) == ONCE_BY_BILL
    line.refresh_from_db()
    assert line.state == "settled"
    assert tell_bills_apart() == 0


@pytest.mark.parametrize(("amount", "days"), [(99_000, 0), (100_000, 8), (100_000, -2)])
def test_other_sums_and_days_are_no_question(school: School, amount: int, days: int) -> None:
    invoice = money.invoice(school, [250_000])
    booked_line(invoice, amount, days=days)
    answer = bank(school).notify((invoice, 100_000), transaction_id=NUMBER)
    assert answer.body["state"] == "booked"
    assert same_money.questions(school.pk) == []


def test_another_child_of_the_family_is_no_question(school: School) -> None:
    first = money.invoice(school, [100_000])
    second = money.invoice(school, [100_000], full_name="Lê Minh Châu")
    booked_line(first)
    assert bank(school).notify((second, 100_000), transaction_id=NUMBER).body["state"] == "booked"


def test_two_notifies_under_one_line_wait_both_and_the_second_is_freed(school: School) -> None:
    caller, invoice, line = held(school)
    assert caller.notify((invoice, 100_000), transaction_id="FT26279000222").body["state"] == "received"
    decide(school, "same", line)
    assert finish_received() == 1  # no line is left that the second could be
    assert stands(school, invoice) == {
        "payments": ["bank_bill", "bank_bill"], "paid": 100_000, "credit": 100_000, "transit": 100_000, "unknown": 0,
    }  # fmt: skip


def test_a_bank_takes_back_what_waits(school: School) -> None:
    caller, invoice, line = held(school)
    answer = caller.call(
        "reversal",
        {
            "transaction_id": NUMBER, "school_code": school.code, "amount": 100_000, "reason": "Trả lại",
        },
    )  # fmt: skip
    assert (answer.result, answer.body["was_booked"]) == ((200, "ok"), False)
    assert stands(school, invoice) == ONCE_BY_LINE
    with pytest.raises(LineRefusedError) as refused:
        decide(school, "same", line)
    assert refused.value.code == "bill_gone"
    assert stands(school, invoice) == ONCE_BY_LINE


def test_a_line_that_does_not_fit_is_refused(school: School) -> None:
    _caller, invoice, _line = held(school)
    stranger = money.invoice(school, [100_000], full_name="Lê Minh Châu")
    other = booked_line(stranger)
    before = stands(school, invoice)
    with pytest.raises(LineRefusedError) as refused:
        decide(school, "same", other)
    assert refused.value.code == "bill_differs"
    assert (stands(school, invoice), before["paid"]) == (before, 100_000)


def told_at(school: School) -> str:
    paid_at = told(school).paid_at
    assert paid_at is not None
    return paid_at.astimezone(clock.SCHOOL_TIME).isoformat(timespec="seconds")
