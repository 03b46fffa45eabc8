"""Money that others prove is neither undone nor moved by whoever stands at the counter."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, money
from truongso.accounts.types import Role
from truongso.banking.batches.services import link
from truongso.banking.batches.tests.test_batches import credit, one_batch, sums
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.bills.tests.bank import bank
from truongso.payments.cash.services import sign_count
from truongso.payments.cash.types import CountedCash
from truongso.payments.models import Payment
from truongso.payments.public import book
from truongso.payments.settlements.tests.build import slip, terminal
from truongso.payments.types import EvidenceKind, Method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]

ACTOR = Actor.system("test", "cli")


def pages(payment: Payment) -> list[str]:
    """Where a payment is undone and corrected."""
    return [reverse(name, args=[payment.public_id]) for name in ("workspaces:undo_payment", "payments:correction")]


def test_what_a_bank_or_gateway_told_of_is_not_undone_by_hand(client: Client, school: School) -> None:
    invoice = money.invoice(school, [250_000])
    assert bank(school).notify((invoice, 250_000), transaction_id="FT1").result == (200, "ok")
    payment = Payment.objects.for_school(school).get()
    undo, correction = pages(payment)
    for role, seen in ((Role.CASHIER, 403), (Role.ACCOUNTANT, 200)):
        factories.login(client, factories.user(role, school=school))
        assert client.post(undo, {"reason": "Nhầm"}).status_code == 403
        assert client.get(correction).status_code == seen
    payment.refresh_from_db()
    assert (payment.reversed_at, payment.allocated) == (None, Dong(250_000))


def test_the_counter_moves_no_transfer_and_no_card(client: Client, school: School) -> None:
    paid, own = money.invoice(school, [250_000]), money.invoice(school, [250_000], full_name="Lê Minh Châu")
    card = slip(terminal(school), (paid, 100_000)).payment
    with savepoint():
        transfer = book(school.pk, booking=money.booking((paid, 150_000)), actor=ACTOR)
    factories.login(client, factories.user(Role.CASHIER, school=school))
    for payment in (card, transfer):
        undo, correction = pages(payment)
        assert client.post(correction, {"ma": own.code, "ly_do": "Nhầm"}).status_code == 403
        assert client.post(undo, {"reason": "Nhầm"}).status_code == 403
    own.refresh_from_db()
    assert own.paid == Dong(0)
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    undo, correction = pages(card)
    assert client.get(correction).status_code == 200, "a slip proves a card and nothing else"
    assert client.post(correction, {"ma": own.code, "ly_do": "Nhầm"}).status_code == 302
    own.refresh_from_db()
    assert own.paid == Dong(100_000)


def test_cash_of_a_counted_day_stays_and_the_page_says_why(client: Client, school: School) -> None:
    paid, other = money.invoice(school, [250_000]), money.invoice(school, [250_000], full_name="Lê Minh Châu")
    cashier = factories.user(Role.CASHIER, school=school)
    with savepoint():
        payment = book(school.pk, booking=money.booking((paid, 250_000), **money.in_cash()), actor=ACTOR)
        sign_count(
            school.pk, day=clock.today(), cash=CountedCash({50_000: 5}), reason="",
            actor=Actor(cashier.pk, "Thủ quỹ", "web"),
        )  # fmt: skip
    assert (payment.method, payment.evidence.kind) == (Method.CASH.value, EvidenceKind.CASH_RECEIPT.value)
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        factories.login(client, cashier)
        answer = client.post(pages(payment)[1], {"ma": other.code, "ly_do": "Nhầm em"})
    assert (answer.status_code, "đã kiểm và khóa" in answer.content.decode()) == (200, True)
    paid.refresh_from_db()
    other.refresh_from_db()
    assert (paid.paid, other.paid) == (Dong(250_000), Dong(0))


def test_a_card_that_the_bank_has_paid_out_is_not_undone(client: Client, school: School) -> None:
    account = factories.bank_account(school)
    batch = one_batch(school, terminal(school, account=account))
    with savepoint():
        link(school.pk, line_id=credit(account, 1_483_500).pk, batch_ids=[batch.pk], actor=ACTOR)
    before = sums(school)
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    payment = Payment.objects.for_school(school).order_by("pk")[0]
    answer = client.post(pages(payment)[0], {"reason": "Nhầm"})
    assert (answer.status_code, "đã về tài khoản nhà trường" in answer.content.decode()) == (400, True)
    assert sums(school) == before
