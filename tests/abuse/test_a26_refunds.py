"""A26: refunding twice, refunding more than was paid, refunding a payment of another school, deciding alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from tests import factories, money
from truongso.accounts.policies import PERMISSIONS
from truongso.accounts.types import Permission, Role
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import RefundPayout, RefundRequest
from truongso.payments.public import book
from truongso.payments.refunds.payouts import pay_refund_in_cash
from truongso.payments.refunds.planning import plan
from truongso.payments.refunds.services import approve, propose
from truongso.payments.refunds.tests.build import (
    PRINCIPAL,
    PROPOSER,
    approved,
    ask_fee,
    items,
    money_of,
    paid,
    pay,
    proposed,
)
from truongso.payments.refunds.types import Ask, RefundKind, RefundRefusedError, RefundWay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


def _sql(statement: str, *values: Any) -> None:
    with savepoint(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_more_than_was_paid_is_refused(school: School) -> None:
    invoice = paid(school)
    ask = Ask(RefundKind.INVOICE, RefundWay.CASH, codes=(invoice.code,), amount=Dong(300_001))
    assert [e.reason for e in plan(school.pk, ask).excluded] == ["above_fee"]
    with pytest.raises(RefundRefusedError, match="nothing_to_refund"), savepoint():
        propose(school.pk, ask=ask, reason="Hoàn", actor=PROPOSER)
    assert RefundRequest.objects.for_school(school).count() == 0
    assert money_of(school) == [(300_000, 0, 0)]


def test_unpaid_money_is_never_paid_out(school: School) -> None:
    """Half is paid: the whole invoice is lowered, but only the half goes back."""
    invoice = money.invoice(school, [300_000])
    pay(invoice, 120_000)
    (item,) = approved(school, Ask(RefundKind.INVOICE, RefundWay.CASH, codes=(invoice.code,)), account=None)
    assert (item.amount, item.lowered) == (Dong(120_000), Dong(300_000))
    assert money_of(school) == [(0, 0, 120_000)]


def test_the_same_fee_is_not_refunded_twice(school: School) -> None:
    invoice = paid(school, (35_000,))
    approved(school, ask_fee(invoice))
    assert [e.reason for e in plan(school.pk, ask_fee(invoice)).excluded] == ["nothing_left"]
    assert money_of(school) == [(0, 0, 35_000)]


def test_hand_written_sql_pays_nothing_twice(school: School) -> None:
    invoice = money.invoice(school, [200_000])
    pay(invoice, 200_000, **money.in_cash())
    (item,) = approved(school, ask_fee(invoice, way=RefundWay.CASH), account=None)
    with savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
    copy = (
        "INSERT INTO payments_refundpayout (school_id, item_id, kind, way, attempt, amount, reverses_id, reference, "
        "occurred_on, note, created_at, created_by) SELECT school_id, item_id, kind, way, {attempt}, {amount}, NULL, "
        "reference, occurred_on, note, created_at, created_by FROM payments_refundpayout"
    )
    for attempt, amount in (("attempt", "amount"), ("2", "amount + 1")):
        with pytest.raises(IntegrityError):
            _sql(copy.format(attempt=attempt, amount=amount))
    with pytest.raises(IntegrityError, match="paid exactly when money left"):
        _sql("UPDATE payments_refunditem SET state = 'due'")
    with pytest.raises(IntegrityError, match="fixed once proposed"):
        _sql("UPDATE payments_refunditem SET amount = amount * 2")
    with pytest.raises(IntegrityError, match="differs from its rows"):
        _sql("UPDATE payments_payment SET refunded = 0")
    assert RefundPayout.objects.for_school(school).count() == 1


def test_a_payment_of_another_school_is_out_of_reach(school: School, other_school: School) -> None:
    theirs = money.invoice(other_school, [200_000])
    with savepoint():
        book(other_school.pk, booking=money.booking((theirs, 200_000)), actor=PROPOSER)
    ask = Ask(RefundKind.INVOICE, RefundWay.CASH, codes=(theirs.code,))
    assert plan(school.pk, ask).items == ()
    (item,) = approved(other_school, ask, account=None)
    with pytest.raises(RefundRefusedError, match="unknown_item"), savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
    assert [i.state for i in items(other_school)] == ["due"]


@pytest.mark.django_db(transaction=True)
def test_another_schools_refund_is_404(school: School, other_school: School) -> None:
    request = proposed(other_school, ask_fee(paid(other_school)))
    for role in (Role.ACCOUNTANT, Role.PRINCIPAL):
        client = factories.login(Client(), factories.user(role, school=school, username=role.value))
        assert client.get(f"/thu/hoan-tien/{request.public_id}").status_code == 404
        assert client.get(f"/thu/hoan-tien/{request.public_id}/in").status_code == 404
    assert RefundRequest.objects.for_school(other_school).get().state == "proposed"


def test_nobody_is_proposer_and_approver(school: School) -> None:
    request = proposed(school, ask_fee(paid(school)))
    with pytest.raises(RefundRefusedError, match="own_request"), savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PROPOSER)
    with pytest.raises(IntegrityError, match="follows its decision"):
        _sql("UPDATE payments_refundrequest SET state = 'approved'")
    assert money_of(school) == [(300_000, 0, 0)]
    with savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
    assert money_of(school) == [(265_000, 0, 35_000)]


def test_no_role_may_both_propose_and_approve() -> None:
    both = {Permission.SCHOOL_REFUND_PROPOSE, Permission.SCHOOL_REFUND_APPROVE}
    assert [role for role, held in PERMISSIONS.items() if both <= held] == []
