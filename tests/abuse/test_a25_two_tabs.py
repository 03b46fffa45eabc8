"""A25: one invoice, two tabs: the counter's form sent from both, or cash while the transfer arrives; paid once."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories, money
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.cash.book import cash_balance
from truongso.payments.models import Payment, Receipt
from truongso.payments.public import book
from truongso.workspaces.tests.counter_form import counter_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]


@pytest.fixture
def invoice(school: School) -> Invoice:
    return money.invoice(school, (250_000,))


@pytest.fixture
def counter(client: Client, school: School) -> Client:
    return factories.login(client, factories.user(Role.CASHIER, school=school))


def test_two_tabs_opened_on_one_invoice_take_it_once(counter: Client, school: School, invoice: Invoice) -> None:
    first, second = counter_form(invoice, "250.000"), counter_form(invoice, "250.000")  # each with its own token
    assert counter.post("/thu/quay/thu", first).status_code == 302
    refused = counter.post("/thu/quay/thu", second)
    assert refused.status_code == 400
    assert "vừa được nộp hoặc đã hủy" in refused.content.decode()
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 1
    assert cash_balance(school.pk) == Dong(250_000)


def test_cash_is_refused_when_the_transfer_was_faster(counter: Client, school: School, invoice: Invoice) -> None:
    opened = counter_form(invoice, "250.000")
    with savepoint():
        transfer = money.booking((invoice, 250_000), received_at=clock.now())
        book(school.pk, booking=transfer, actor=Actor.system("feed", "hook"))
    assert counter.post("/thu/quay/thu", opened).status_code == 400
    assert [p.method for p in Payment.objects.for_school(school)] == ["qr_transfer"]
    assert cash_balance(school.pk) == Dong(0)


def test_one_form_sent_from_two_tabs_with_other_amounts_counts_as_sent_first(
    counter: Client, school: School, invoice: Invoice
) -> None:
    form = counter_form(invoice, "250.000")
    counter.post("/thu/quay/thu", form)
    counter.post("/thu/quay/thu", {**form, "given": "500.000", "amount": "500.000", "keeps_surplus": "on"})
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
