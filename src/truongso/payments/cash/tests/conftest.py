"""A school with a cashier and an accountant, and cash taken from families."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import book
from truongso.payments.types import EvidenceKind, Method

_names = itertools.count(1)


def _person(school: School, role: Role, name: str) -> Actor:
    user = factories.user(role=role, school=school, full_name=name)
    return Actor(user_id=user.pk, label=name, channel="web")


@pytest.fixture
def cashier(school: School) -> Actor:
    return _person(school, Role.CASHIER, "Phạm Thị Thu Quỹ")


@pytest.fixture
def accountant(school: School) -> Actor:
    return _person(school, Role.ACCOUNTANT, "Lê Thị Kế Toán")


@pytest.fixture
def take(school: School, cashier: Actor) -> Callable[[int], Payment]:
    """Take an amount in cash now, on an invoice of its own."""

    def take(amount: int) -> Payment:
        invoice = money.invoice(school, (amount,), full_name=f"Lê Văn Tiền {next(_names)}")
        request = money.booking(
            (invoice, amount), kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now()
        )
        with savepoint():
            return book(school.pk, booking=request, actor=cashier)

    return take
