"""Money in transit is what slips, notices and deposits say, and `verify` finds a đồng more or less."""

from __future__ import annotations

import pytest
from tests import money

from truongso.banking.tests.helpers import ACTOR
from truongso.kernel import clock, selfcheck
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.public import NewEntry, account_ids, post_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.models import School
from truongso.payments.public import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
TITLE = "tiền đang chuyển = phiếu quẹt thẻ, thông báo và khoản nộp mà ngân hàng chưa ghi có"


def broken() -> list[str]:
    return [r.title for r in selfcheck.run_all() if not r.ok]


def stray(school: School, debit: AccountRole, credit: AccountRole, number: int) -> None:
    """An entry that no slip, notice, deposit or batch stands behind."""
    accounts = account_ids(school.pk)
    leg = Leg(accounts[debit, 0], accounts[credit, 0], Dong(1))
    with savepoint():
        entry = NewEntry(EntryKind.DEPOSIT, number, clock.today(), (leg,))
        post_many(school.pk, entries=[entry], actor_id=ACTOR.user_id)


def test_a_dong_too_much_or_too_little_is_found(school: School) -> None:
    with savepoint():
        book(school.pk, booking=money.booking((money.invoice(school, [100_000]), 100_000)), actor=ACTOR)
    assert TITLE not in broken()
    stray(school, AccountRole.IN_TRANSIT, AccountRole.COLLECTION_FEE, 900_001)
    assert TITLE in broken()
    stray(school, AccountRole.COLLECTION_FEE, AccountRole.IN_TRANSIT, 900_002)
    assert TITLE not in broken()
    stray(school, AccountRole.COLLECTION_FEE, AccountRole.IN_TRANSIT, 900_003)
    assert TITLE in broken()
