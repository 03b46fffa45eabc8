"""Two payers at once for one invoice, on real PostgreSQL: what the lock and the database's walls are for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Sum

from tests import money
from truongso.fees.models import Invoice
from truongso.kernel import triggers
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments import services
from truongso.payments.models import Allocation, Payment, Receipt

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ACTOR = Actor.system("race", "hook")


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run each act in its own thread and connection; results or exceptions in order."""
    results: list[Any] = [None] * len(acts)

    def run(n: int, act: Callable[[], Any]) -> None:
        try:
            results[n] = act()
        except Exception as error:  # noqa: BLE001 - the outcome under test
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n, act]) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def _pay(invoice: Invoice, amount: int, reference: str = "") -> Callable[[], Payment]:
    request = money.booking((invoice, amount), reference=reference)

    def act() -> Payment:
        def once() -> Payment:
            with transaction():
                return services.book(invoice.school_id, booking=request, actor=ACTOR)

        return retrying(once)

    return act


@pytest.fixture
def without_row_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock away and let both payers plan before either writes."""
    unlocked = services.lock_invoices.__wrapped__  # type: ignore[attr-defined]

    def read_only(school_id: int, ids: Any) -> Any:
        features = connection.features  # of this thread alone: two threads must not restore each other's values
        features.has_select_for_update = False
        try:
            return unlocked(school_id, ids)
        finally:
            del features.has_select_for_update

    both = threading.Barrier(2, timeout=20)
    write = services._write

    def wait_then_write(*args: Any) -> None:
        both.wait()
        write(*args)

    monkeypatch.setattr(services, "lock_invoices", read_only)
    monkeypatch.setattr(services, "_write", wait_then_write)


def test_sixteen_full_payments_of_one_invoice_settle_it_once(school: School) -> None:
    invoice = money.invoice(school, [60_000, 40_000])
    results = _at_once(*[_pay(invoice, 100_000) for _ in range(16)])
    assert all(isinstance(r, Payment) for r in results), results
    assert Invoice.objects.for_school(school).get().paid == Dong(100_000)
    payments = Payment.objects.for_school(school)
    assert sorted(int(p.allocated) for p in payments) == [0] * 15 + [100_000]
    assert sorted(int(p.credited) for p in payments) == [0] + [100_000] * 15
    numbers = list(Receipt.objects.for_school(school).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 17))
    assert money.broken_invariants() == []


def test_one_notice_delivered_by_sixteen_is_booked_once(school: School) -> None:
    invoice = money.invoice(school, [100_000])
    results = _at_once(*[_pay(invoice, 70_000, reference="txn-1") for _ in range(16)])
    booked = [r for r in results if isinstance(r, Payment)]
    refused = {getattr(r, "code", type(r).__name__) for r in results if not isinstance(r, Payment)}
    assert len(booked) == 1
    assert refused == {"already_booked"}
    assert Payment.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


def test_control_without_the_lock_the_race_happens_and_the_database_refuses(
    school: School, without_row_lock: None
) -> None:
    invoice = money.invoice(school, [100_000])
    results = _at_once(_pay(invoice, 100_000), _pay(invoice, 100_000))
    assert sorted(type(r).__name__ for r in results) == ["IntegrityError", "Payment"]
    assert any(isinstance(r, IntegrityError) for r in results)
    assert Invoice.objects.for_school(school).get().paid == Dong(100_000)
    assert money.broken_invariants() == []


def test_control_without_lock_and_walls_one_invoice_is_paid_twice(school: School, without_row_lock: None) -> None:
    invoice = money.invoice(school, [100_000])
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ts_payments_allocation_then_apply ON payments_allocation")
    try:
        results = _at_once(_pay(invoice, 100_000), _pay(invoice, 100_000))
    finally:
        triggers.install()
    booked = [r for r in results if isinstance(r, Payment)]
    allocated = Allocation.objects.for_school(school).aggregate(s=Sum("amount"))["s"]
    assert (len(booked), allocated) == (2, Dong(200_000))
    assert any("I03" in broken for broken in money.broken_invariants())
