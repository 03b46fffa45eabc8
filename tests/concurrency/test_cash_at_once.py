"""Two counters on one invoice, counting while cash is taken, two deposits at once: real PostgreSQL, with a control."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from tests import factories, money
from tests.concurrency.test_two_payers import _at_once
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock, triggers
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments import services as payments
from truongso.payments.cash import services
from truongso.payments.cash.book import cash_balance
from truongso.payments.cash.models import CashCount, CashDeposit
from truongso.payments.cash.types import CashRefusedError, CountedCash, DepositRequest
from truongso.payments.models import Payment, Receipt
from truongso.workspaces import counter
from truongso.workspaces.counter import CashRequest, CashTaken, Chosen, take_cash

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(school: School) -> tuple[Actor, Actor]:
    """A cashier and an accountant."""
    roles = (Role.CASHIER, Role.ACCOUNTANT)
    one, two = (Actor(factories.user(r, school=school).pk, str(r), "web") for r in roles)
    return one, two


def _in_transaction(act: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        def once() -> object:
            with transaction():
                return act()

        return retrying(once)

    return run


def _take(invoice: Invoice, amount: int, who: Actor) -> Callable[[], object]:
    request = CashRequest((Chosen(invoice.pk, Dong(amount)),), Dong(amount), None, "Trần Thị Thu Hằng", new_public_id())
    return _in_transaction(lambda: take_cash(invoice.school_id, request=request, actor=who))


def _count(school: School, who: Actor) -> Callable[[], object]:
    return _in_transaction(
        lambda: services.sign_count(
            school.pk, day=clock.today(), cash=CountedCash({500_000: 1}), reason="Lệch khi thử", actor=who
        )
    )


def test_eight_counters_take_one_invoice_once(school: School, people: tuple[Actor, Actor]) -> None:
    with transaction():
        invoice = money.invoice(school, (100_000,))
    results = _at_once(*[_take(invoice, 100_000, people[n % 2]) for n in range(8)])
    assert sum(isinstance(r, CashTaken) for r in results) == 1
    refused = [r for r in results if not isinstance(r, CashTaken)]
    assert {getattr(r, "code", r) for r in refused} == {"owed_changed"}
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 1
    assert cash_balance(school.pk) == Dong(100_000)
    assert money.broken_invariants() == []


def test_counting_while_cash_is_taken_misses_nothing(school: School, people: tuple[Actor, Actor]) -> None:
    cashier, accountant = people
    with transaction():
        invoices = [money.invoice(school, (50_000,), full_name=f"Lê Văn {n}") for n in range(7)]
    results = _at_once(*[_take(i, 50_000, accountant) for i in invoices], _count(school, cashier))
    count = CashCount.objects.for_school(school).get()
    taken = [r for r in results if isinstance(r, CashTaken)]
    assert all(isinstance(r, CashTaken | CashRefusedError | CashCount) for r in results), results
    assert count.expected == Dong(50_000 * len(taken)) == cash_balance(school.pk)
    assert money.broken_invariants() == []


@pytest.fixture
def taking_waits_for_the_count(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A cashier who has been told that the day is open goes on only when the day has been counted."""
    counted = threading.Event()
    book = payments.book

    def late(*args: object, **kwargs: object) -> Payment:
        counted.wait(timeout=20)
        return book(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(counter, "require_cash_open", lambda *_args: None)
    monkeypatch.setattr(counter, "book", late)
    return counted


def _race(school: School, people: tuple[Actor, Actor], counted: threading.Event) -> list[object]:
    with transaction():
        invoice = money.invoice(school, (50_000,))

    def count() -> object:
        try:
            return _count(school, people[0])()
        finally:
            counted.set()

    return _at_once(_take(invoice, 50_000, people[1]), count)


def test_the_wall_in_the_database_stops_cash_after_the_count(
    school: School, people: tuple[Actor, Actor], taking_waits_for_the_count: threading.Event
) -> None:
    taken, counted = _race(school, people, taking_waits_for_the_count)
    assert isinstance(counted, CashCount)
    assert isinstance(taken, IntegrityError)
    assert "the cash day is closed" in str(taken)
    assert not Payment.objects.for_school(school).exists()
    assert money.broken_invariants() == []


def test_control_without_lock_and_wall_cash_slips_past_the_count(
    school: School, people: tuple[Actor, Actor], taking_waits_for_the_count: threading.Event
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ts_ledger_posting_open_cash_day ON ledger_posting")
    try:
        taken, counted = _race(school, people, taking_waits_for_the_count)
    finally:
        triggers.install()
    assert isinstance(taken, CashTaken)
    assert isinstance(counted, CashCount)
    assert (counted.expected, cash_balance(school.pk)) == (Dong(0), Dong(50_000))
    assert any("mỗi lần kiểm quỹ cộng đúng" in broken for broken in money.broken_invariants())


def test_two_deposits_at_once_never_empty_the_box_twice(school: School, people: tuple[Actor, Actor]) -> None:
    with transaction():
        invoice = money.invoice(school, (100_000,))
    _take(invoice, 100_000, people[0])()

    def hand_in(n: int) -> Callable[[], object]:
        request = DepositRequest(invoice.bank_account_id, Dong(70_000), clock.today(), f"GNT {n}", new_public_id())
        return _in_transaction(lambda: services.deposit(school.pk, request=request, actor=people[n % 2]))

    results = _at_once(*[hand_in(n) for n in range(6)])
    assert sum(isinstance(r, tuple) for r in results) == 1
    assert {r.code for r in results if isinstance(r, CashRefusedError)} == {"not_enough_cash"}
    assert CashDeposit.objects.for_school(school).count() == 1
    assert cash_balance(school.pk) == Dong(30_000)


def test_one_form_sent_by_eight_records_one_deposit(school: School, people: tuple[Actor, Actor]) -> None:
    with transaction():
        invoice = money.invoice(school, (800_000,))
    _take(invoice, 800_000, people[0])()
    request = DepositRequest(invoice.bank_account_id, Dong(100_000), clock.today(), "GNT 1", new_public_id())
    act = _in_transaction(lambda: services.deposit(school.pk, request=request, actor=people[0]))
    results = _at_once(*[act for _ in range(8)])
    assert sorted(r[1] for r in results) == [False] + [True] * 7
    assert cash_balance(school.pk) == Dong(700_000)


def test_two_people_decide_at_once_and_one_does(school: School, people: tuple[Actor, Actor]) -> None:
    third = Actor(factories.user(Role.PRINCIPAL, school=school).pk, "principal", "web")
    count = _count(school, people[0])()
    assert isinstance(count, CashCount)

    def confirm(who: Actor) -> Callable[[], object]:
        return _in_transaction(lambda: services.confirm_count(school.pk, count_id=count.pk, actor=who))

    results = _at_once(*[confirm(who) for who in (people[1], third)] * 2)
    assert sum(isinstance(r, CashCount) for r in results) == 1
    assert {r.code for r in results if isinstance(r, CashRefusedError)} == {"not_signed"}
    assert cash_balance(school.pk) == Dong(500_000)
    assert money.broken_invariants() == []
