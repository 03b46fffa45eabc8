"""payOS pays the school's own account: the notice and the bank's line are one money, counted once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import factories, money

from truongso.banking.decide import decide_lines
from truongso.banking.lines import Reported, record
from truongso.banking.models import BankLine
from truongso.banking.statements.keys import line_keys
from truongso.banking.tasks import settle_straight_transfers
from truongso.banking.tests import helpers
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.ledger.models import Period
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.tests import twin
from truongso.payments.models import Payment

ACTOR = Actor.system("test", "cli")
AMOUNT = 250_000

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def told(school: School, txn: str) -> Attempt:
    """A family paid by a payOS link and payOS told of it."""
    invoice = money.invoice(school, [AMOUNT])
    attempt = twin.start(twin.channel(school, "payos"), (invoice, AMOUNT))
    assert twin.notice(attempt, txn=txn).send().status_code == 200
    return attempt


def seen(account: BankAccount, memo: str, reference: str, amount: int = AMOUNT) -> BankLine:
    """The bank shows a credit and the rules have looked at it."""
    line = helpers.line(memo, amount, reference, booked_on=clock.today())
    with transaction():
        (made,) = record(account, [Reported(line_keys([line], account=account.number)[0], line)], actor_id=None)
        decide_lines(account.school_id, [made], actor=ACTOR)
    made.refresh_from_db()
    return made


def transit(school: School) -> int:
    return int(balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0]))


def test_the_line_with_the_reference_is_the_transfer(school: School, account: BankAccount) -> None:
    told(school, "26326001")
    assert transit(school) == AMOUNT
    assert seen(account, "chuyen tien", "FT26326001").state == "settled"
    assert (transit(school), Payment.objects.for_school(school).count()) == (0, 1)
    assert balance(school.pk, account_ids(school.pk)[AccountRole.SUSPENSE, 0]) == Dong(0)


def test_the_line_with_the_orders_number_is_the_transfer(school: School, account: BankAccount) -> None:
    attempt = told(school, "26326001")
    assert seen(account, f"MBVCB.99.{attempt.reference[-9:]}.CT tu 1 A", "5243.17").state == "settled"
    assert transit(school) == 0


def test_the_bank_may_be_faster_than_the_notice(school: School, account: BankAccount) -> None:
    line = seen(account, "chuyen tien", "FT26326001")
    assert line.state == "waiting"
    told(school, "26326001")
    assert settle_straight_transfers() == 1
    assert settle_straight_transfers() == 0
    line.refresh_from_db()
    assert (line.state, transit(school)) == ("settled", 0)


@pytest.mark.parametrize(
    ("memo", "reference", "amount"), [("hoc phi", "FT1", AMOUNT), ("hoc phi", "FT26326001", AMOUNT - 1_000)]
)
def test_another_reference_or_amount_is_another_transfer(
    school: School, account: BankAccount, memo: str, reference: str, amount: int
) -> None:
    told(school, "26326001")
    assert seen(account, memo, reference, amount).state == "waiting"
    assert transit(school) == AMOUNT


def test_of_two_that_fit_a_person_decides(school: School, account: BankAccount) -> None:
    first = told(school, "4146")
    invoice = money.invoice(school, [AMOUNT])
    second = twin.start(first.channel, (invoice, AMOUNT))
    assert twin.notice(second, txn="4146", at=clock.now() + dt.timedelta(minutes=1)).send().status_code == 200
    assert seen(account, "chuyen tien", "FT4146").state == "waiting"
    assert transit(school) == 2 * AMOUNT


def test_a_closed_month_of_one_school_holds_up_no_other(
    school: School, other_school: School, account: BankAccount
) -> None:
    theirs = factories.bank_account(other_school, number="5555000055")
    line, foreign = seen(account, "chuyen tien", "FT26279111"), seen(theirs, "chuyen tien", "FT26279222")
    told(school, "26279111")
    told(other_school, "26279222")
    first = min(school.pk, other_school.pk)
    months = Period.objects.for_school(first).filter(year=line.booked_on.year, month=line.booked_on.month)
    months.update(is_closed=True)
    assert settle_straight_transfers() == 1
    months.update(is_closed=False)
    assert settle_straight_transfers() == 1
    line.refresh_from_db()
    foreign.refresh_from_db()
    assert (line.state, foreign.state) == ("settled", "settled")
