"""A bank that credits its bill payments one by one: the line with its number is that money, counted once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import money

from truongso.banking.batches.services import unlink
from truongso.banking.batches.straight import settle_straight
from truongso.banking.decide import decide_lines
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.banking.web.messages import reason_text
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.bills.tests.bank import bank
from truongso.payments.models import Payment, SettlementBatch

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day"),
]  # fmt: skip
NUMBER = "FT26279000111"


def paid(school: School, amount: int = 100_000) -> BankLine:
    """A bank took a part of an invoice and shows the money with its own number and the invoice's code."""
    invoice = money.invoice(school, [250_000])
    assert bank(school).notify((invoice, amount), transaction_id=NUMBER).result == (200, "ok")
    return arrive(invoice.bank_account, f"THU HO {invoice.code} {NUMBER}", amount, booked_on=clock.today())


def settle(school: School, *lines: BankLine) -> set[int]:
    with savepoint():
        return settle_straight(school.pk, lines, actor=ACTOR)


def stands(school: School) -> tuple[int, int, int]:
    """Payments, money in transit, money of unknown purpose."""
    accounts = account_ids(school.pk)
    roles = (AccountRole.IN_TRANSIT, AccountRole.SUSPENSE)
    transit, unknown = (int(balance(school.pk, accounts[role, 0])) for role in roles)
    return Payment.objects.for_school(school).count(), transit, unknown


def test_the_line_with_the_banks_number_is_the_payment(school: School) -> None:
    line = paid(school)
    assert stands(school) == (1, 100_000, -100_000)
    assert settle(school, line) == {line.pk}
    line.refresh_from_db()
    assert (line.state, stands(school)) == ("settled", (1, 0, 0))
    batch = SettlementBatch.objects.for_school(school).get()
    assert (batch.kind, batch.source, batch.paid_at is not None) == ("bill", "bill:vietcombank", True)
    assert settle(school, line) == set()


@pytest.mark.parametrize(
    ("memo", "amount", "day"),
    [("{code}", 100_000, 0), (NUMBER, 99_999, 0), (NUMBER, 100_000, 8), (NUMBER, 100_000, -2), ("FT26279", 100_000, 0)],
)
def test_what_does_not_name_it_waits_for_a_person(school: School, memo: str, amount: int, day: int) -> None:
    first = paid(school)
    said = memo.format(code=first.memo.split()[2])
    line = arrive(first.bank_account, said, amount, booked_on=clock.today() + dt.timedelta(days=day))
    assert settle(school, line) == set()
    assert stands(school)[1] == 100_000


def test_two_lines_of_one_number_wait_for_a_person(school: School) -> None:
    first = paid(school)
    second = arrive(first.bank_account, f"{NUMBER} 2", 100_000, booked_on=clock.today())
    assert settle(school, first, second) == set()
    assert stands(school) == (1, 100_000, -200_000)


def test_a_link_taken_back_by_a_person_is_not_made_again(school: School) -> None:
    line = paid(school)
    settle(school, line)
    with savepoint():
        unlink(school.pk, line_id=line.pk, reason="Không phải khoản này", actor=ACTOR)
    line.refresh_from_db()
    assert settle(school, line) == set()
    assert stands(school) == (1, 100_000, -100_000)


def test_a_line_with_only_the_code_of_a_bill_payment_is_never_booked_by_itself(school: School) -> None:
    """The bank shows its bill money under the invoice's code alone: that may be the money already booked."""
    invoice = money.invoice(school, [250_000])
    assert bank(school).notify((invoice, 100_000), transaction_id="FT1").result == (200, "ok")
    line = arrive(invoice.bank_account, f"THU HO {invoice.code}", 100_000, booked_on=clock.today())
    with savepoint():
        assert decide_lines(school.pk, [line], actor=ACTOR) == 0
    line.refresh_from_db()
    (decision,) = line.decisions.all()
    assert (line.state, decision.decision, decision.reason) == (
        "waiting", "suggest", {"code": "bill_maybe", "params": {"number": "FT1"}},
    )  # fmt: skip
    assert reason_text(decision.reason, {}).startswith("Có thể là tiền của giao dịch thu hộ số FT1")
    assert stands(school) == (1, 100_000, -100_000)


def test_a_line_of_another_amount_or_code_is_booked_as_ever(school: School) -> None:
    invoice, other = money.invoice(school, [250_000]), money.invoice(school, [100_000], full_name="Lê Minh Châu")
    assert bank(school).notify((invoice, 100_000), transaction_id="FT1").result == (200, "ok")
    second = arrive(invoice.bank_account, invoice.code, 150_000, booked_on=clock.today())
    third = arrive(invoice.bank_account, other.code, 100_000, booked_on=clock.today())
    with savepoint():
        assert decide_lines(school.pk, [second, third], actor=ACTOR) == 2
    assert stands(school) == (3, 100_000, 0)
