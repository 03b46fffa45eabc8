"""Whatever happens at the counter: opening + in − out = closing = the cash account of the books, never under zero."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from tests import factories, money
from tests.depth import tries

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.cash import services
from truongso.payments.cash.book import cash_book
from truongso.payments.cash.models import CashCount, CashDeposit
from truongso.payments.cash.types import CashRefusedError, CountedCash, DepositRequest
from truongso.payments.models import Payment
from truongso.payments.public import book, undo
from truongso.payments.types import EvidenceKind, Method

FIRST = dt.date(2026, 10, 5)
DAYS, ACTS = 5, 14


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(tries(3, 60)))
def test_the_book_is_always_the_ledger(school: School, seed: int) -> None:
    luck = random.Random(seed)
    people = [
        Actor(factories.user(role, school=school).pk, str(role), "web")
        for role in (Role.CASHIER, Role.ACCOUNTANT, Role.PRINCIPAL)
    ]
    account = factories.bank_account(school)
    refused = 0
    for day in range(DAYS):
        for minute in range(ACTS):
            moment = dt.datetime.combine(FIRST, dt.time(8, minute), clock.SCHOOL_TIME) + dt.timedelta(days=day)
            with clock.frozen(moment):
                try:
                    with savepoint():
                        _something(luck, school, people, account.pk)
                except (CashRefusedError, IntegrityError):
                    refused += 1
                _holds(school)
    assert refused
    assert Payment.objects.for_school(school).count() > 5
    assert CashCount.objects.for_school(school).exists()
    assert money.broken_invariants() == []


def _something(luck: random.Random, school: School, people: list[Actor], account_id: int) -> None:
    """One act at random, allowed or not."""
    acts: list[tuple[int, Callable[[], object]]] = [
        (10, lambda: _take(luck, school, luck.choice(people))),
        (2, lambda: _undo(luck, school, luck.choice(people))),
        (4, lambda: _deposit(luck, school, luck.choice(people), account_id)),
        (6, lambda: _about_a_count(luck, school, luck.choice(people))),
    ]
    luck.choices([act for _weight, act in acts], [weight for weight, _act in acts])[0]()


def _take(luck: random.Random, school: School, who: Actor) -> None:
    amount = luck.randrange(1, 80) * 5_000
    invoice = money.invoice(school, (amount,), full_name=f"Lê Văn {new_public_id()}")
    request = money.booking(
        (invoice, amount), kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now()
    )
    book(school.pk, booking=request, actor=who)


def _undo(luck: random.Random, school: School, who: Actor) -> None:
    standing = list(Payment.objects.for_school(school).filter(reversed_at__isnull=True).order_by("pk"))
    if standing:
        one = luck.choice(standing)
        services.require_cash(school.pk, amount=one.amount, day=clock.today())
        undo(school.pk, payment_id=one.pk, reason="Nhầm", actor=who)


def _deposit(luck: random.Random, school: School, who: Actor, account_id: int) -> None:
    made = CashDeposit.objects.for_school(school).filter(cancelled_at__isnull=True).first()
    if made is not None and luck.random() < 0.25:
        services.cancel_deposit(school.pk, deposit_id=made.pk, reason="Sai", actor=who)
        return
    day, amount = clock.today() - dt.timedelta(days=luck.randrange(3)), Dong(luck.randrange(1, 80) * 5_000)
    services.deposit(
        school.pk, request=DepositRequest(account_id, amount, day, new_public_id(), new_public_id()), actor=who
    )


def _about_a_count(luck: random.Random, school: School, who: Actor) -> None:
    count = CashCount.objects.for_school(school).order_by("-pk").first()
    if count is None or luck.random() < 0.2:
        pieces = CountedCash({1_000: luck.randrange(0, 900), 500_000: luck.randrange(3)})
        services.sign_count(school.pk, day=clock.today(), cash=pieces, reason="Lệch", actor=who)
        return
    steps: list[Callable[[], object]] = [
        lambda: services.confirm_count(school.pk, count_id=count.pk, actor=who),
        lambda: services.refuse_count(school.pk, count_id=count.pk, reason="Đếm lại", actor=who),
        lambda: services.ask_reopening(school.pk, count_id=count.pk, reason="Sửa", actor=who),
        lambda: services.reopen(school.pk, count_id=count.pk, actor=who),
    ]
    luck.choice(steps)()


def _holds(school: School) -> None:
    accounts = account_ids(school.pk)
    if (AccountRole.CASH, 0) not in accounts:
        return
    ledger = balance(school.pk, accounts[AccountRole.CASH, 0])
    whole = cash_book(school.pk, FIRST, FIRST + dt.timedelta(days=DAYS))
    assert whole.opening + whole.taken - whole.given == whole.closing == ledger
    assert _from_rows(school) == ledger
    running = ZERO
    for n in range(DAYS):
        one = cash_book(school.pk, FIRST + dt.timedelta(days=n), FIRST + dt.timedelta(days=n))
        assert one.opening == running
        running = one.closing
        assert running >= ZERO


def _from_rows(school: School) -> Dong:
    """The same from receipts, deposits and counts, without the books of account."""
    taken = Payment.objects.for_school(school).filter(method="cash", reversed_at__isnull=True)
    given = CashDeposit.objects.for_school(school).filter(cancelled_at__isnull=True)
    found = CashCount.objects.for_school(school).filter(state="confirmed")
    return (
        total(taken.values_list("amount", flat=True)) - total(given.values_list("amount", flat=True))
        + total(found.values_list("difference", flat=True))
    )  # fmt: skip
