"""Two at once on one refund, on real PostgreSQL: approving, paying out, undoing, using the same credit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests import money
from truongso.fees.models import Invoice
from truongso.kernel import clock, triggers
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.credit.services import CreditUse, use_credit
from truongso.payments.models import CreditMove, Payment, RefundItem, RefundPayout, RefundRequest
from truongso.payments.public import book, undo
from truongso.payments.refunds import payouts, services
from truongso.payments.refunds.tests.build import PRINCIPAL, PROPOSER, approved, ask_fee, proposed
from truongso.payments.refunds.types import Ask, RefundKind, RefundRefusedError, RefundWay
from truongso.payments.types import PaymentRefusedError

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run each act in its own thread, connection and transaction; results or exceptions in order."""
    results: list[Any] = [None] * len(acts)

    def once(act: Callable[[], Any]) -> Any:
        with transaction():
            return act()

    def run(n: int, act: Callable[[], Any]) -> None:
        try:
            results[n] = retrying(lambda: once(act))
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


def names(results: list[Any]) -> list[str]:
    return sorted(getattr(r, "code", type(r).__name__) if isinstance(r, Exception) else "ok" for r in results)


def paid_in_cash(school: School) -> Invoice:
    invoice = money.invoice(school, [200_000])
    with transaction():
        book(school.pk, booking=money.booking((invoice, 200_000), **money.in_cash()), actor=money.ACTOR)
    return invoice


def paying(item: RefundItem) -> Callable[[], Any]:
    return lambda: payouts.pay_refund_in_cash(item.school_id, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)


def due_in_cash(school: School) -> RefundItem:
    with clock.frozen(clock.now()):
        return approved(school, ask_fee(paid_in_cash(school), way=RefundWay.CASH), account=None)[0]


def approving(request: RefundRequest) -> Callable[[], Any]:
    return lambda: services.approve(request.school_id, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)


@pytest.fixture
def without_refund_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the refund without holding it, and let both see it due before either pays. The cash box, which would make
    them wait for each other, is not asked."""
    both = threading.Barrier(2, timeout=20)

    def read_only(school_id: int, item_id: int) -> RefundItem:
        item: RefundItem = RefundItem.objects.for_school(school_id).get(pk=item_id)
        both.wait()
        return item

    monkeypatch.setattr(payouts, "locked_item", read_only)
    monkeypatch.setattr(payouts, "require_cash", lambda *_a, **_k: None)


def test_eight_approvals_decide_once(school: School) -> None:
    request = proposed(school, ask_fee(paid_in_cash(school)))
    results = at_once(*[approving(request)] * 8)
    assert names(results) == ["already_decided"] * 7 + ["ok"]
    assert Payment.objects.for_school(school).get().refunded == Dong(35_000)
    assert money.broken_invariants() == []


def test_eight_counters_pay_once(school: School) -> None:
    item = due_in_cash(school)
    results = at_once(*[paying(item)] * 8)
    assert names(results) == ["not_due"] * 7 + ["ok"]
    assert RefundPayout.objects.for_school(school).count() == 1
    cash = account_ids(school.pk)[AccountRole.CASH, 0]
    assert balance(school.pk, cash) == Dong(165_000)
    assert money.broken_invariants() == []


def test_control_without_the_lock_the_database_refuses_the_second(school: School, without_refund_lock: None) -> None:
    item = due_in_cash(school)
    results = at_once(paying(item), paying(item))
    assert names(results) == ["IntegrityError", "ok"]
    assert any(isinstance(r, IntegrityError) for r in results)
    assert RefundPayout.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


def test_control_without_lock_and_walls_the_money_leaves_twice(school: School, without_refund_lock: None) -> None:
    item = due_in_cash(school)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX payments_refundpayout_attempt")
        cursor.execute("DROP TRIGGER ts_payments_refunditem_paid_by_payout ON payments_refunditem")
    try:
        results = at_once(paying(item), paying(item))
    finally:
        triggers.install()
    broken = money.broken_invariants()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_refundpayout DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_refundpayout SET attempt = id")
        cursor.execute("ALTER TABLE payments_refundpayout ENABLE TRIGGER USER")
        cursor.execute(
            "CREATE UNIQUE INDEX payments_refundpayout_attempt ON payments_refundpayout "
            "(school_id, item_id, attempt) WHERE kind = 'paid'"
        )
    assert names(results) == ["ok", "ok"]
    assert any("I05 khoản hoàn trả là đã trả" in text for text in broken)


def test_a_refund_and_an_undo_never_both_happen(school: School) -> None:
    request = proposed(school, ask_fee(paid_in_cash(school)))
    payment = Payment.objects.for_school(school).get()
    results = at_once(
        approving(request),
        lambda: undo(school.pk, payment_id=payment.pk, reason="Nhầm", actor=money.ACTOR),
    )
    assert names(results) in (["figures_changed", "ok"], ["ok", "payment_refunded"])
    assert any(isinstance(r, (RefundRefusedError, PaymentRefusedError)) for r in results)
    payment.refresh_from_db()
    assert (payment.reversed_at is None) == (payment.refunded == Dong(35_000))
    assert money.broken_invariants() == []


def test_one_credit_is_used_or_refunded_not_both(school: School) -> None:
    first = money.invoice(school, [100_000])
    with transaction():
        book(school.pk, booking=money.booking((first, 150_000)), actor=money.ACTOR)
    second = money.invoice(school, [90_000], full_name="Nguyễn Bảo Khang", family=first.family)
    request = proposed(school, Ask(RefundKind.CREDIT, RefundWay.CASH), account=None)
    results = at_once(
        approving(request),
        lambda: use_credit(school.pk, uses=[CreditUse(second.pk, Dong(50_000))], reason="Trừ", actor=money.ACTOR),
    )
    assert names(results) in (["credit_short", "ok"], ["figures_changed", "ok"])
    assert CreditMove.objects.for_school(school).count() == 1
    payment = Payment.objects.for_school(school).get()
    assert (payment.credited, payment.allocated + payment.refunded) == (Dong(0), Dong(150_000))
    assert money.broken_invariants() == []
