"""Money of card terminals and cash handed in around a closed day: fee, payments of earlier days, what is under way."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import factories, money

from truongso.banking.batches.services import link
from truongso.banking.closing.bank_day import bank_figures
from truongso.banking.closing.types import Gap, Open
from truongso.banking.deposits.services import link as link_deposit
from truongso.banking.tests.helpers import arrive
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import SettlementBatch
from truongso.payments.public import DepositRequest, record_deposit
from truongso.payments.services import book
from truongso.payments.settlements.tests.build import ACTOR, DAY, bring, row, slip, terminal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day", "verify_after")]
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def open_items(account: BankAccount, first: dt.date, last: dt.date) -> list[tuple[Open | Gap, dt.date, int, str]]:
    found = bank_figures(account, first, last)
    assert found.unexplained == Dong(0)
    return [(i.kind, i.day, int(i.amount), i.text) for i in found.open_items]


def test_a_card_batch_is_under_way_then_comes_for_earlier_payments_less_its_fee(
    school: School, account: BankAccount
) -> None:
    at = terminal(school, account=account)
    invoice = money.invoice(school, [1_500_000])
    one, two = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 500_000))
    assert open_items(account, DAY, DAY) == [(Open.IN_TRANSIT, DAY, 1_500_000, f"pos:{at.code}")]
    bring(school, [row(one, 11_000), row(two, 5_500)])
    batch = SettlementBatch.objects.for_school(school).get()
    credit = arrive(account, "POS", 1_483_500, "FT1", booked_on=NEXT)
    with savepoint():
        link(school.pk, line_id=credit.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert open_items(account, NEXT, NEXT) == [
        (Open.FEE, NEXT, 16_500, batch.reference), (Open.EARLIER, DAY, 1_500_000, ""),
    ]  # fmt: skip
    assert open_items(account, DAY, DAY) == [(Open.IN_TRANSIT, DAY, 1_500_000, f"pos:{at.code}")]


def test_cash_handed_in_is_under_way_until_the_account_shows_it(school: School, account: BankAccount) -> None:
    invoice = money.invoice(school, [400_000])
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 400_000), **money.in_cash()), actor=ACTOR)
        request = DepositRequest(account.pk, Dong(400_000), clock.today(), "GNT-1", "token-1")
        deposit, _again = record_deposit(school.pk, request=request, actor=ACTOR)
    assert open_items(account, DAY, DAY) == [(Open.DEPOSIT, DAY, 400_000, "GNT-1")]
    credit = arrive(account, "NOP TIEN MAT", 400_000, "FT1", booked_on=NEXT)
    with savepoint():
        link_deposit(school.pk, line_id=credit.pk, deposit_id=deposit.pk, actor=ACTOR)
    assert open_items(account, NEXT, NEXT) == [(Open.EARLIER, DAY, 400_000, "GNT-1")]
