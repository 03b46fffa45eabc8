"""Two presses of one cash form at the same moment, on two connections."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong
from truongso.payments.models import Payment, Receipt
from truongso.workspaces.counter import CashRequest, CashTaken, Chosen, take_cash


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_book_once() -> None:
    school = factories.school()
    with transaction():
        invoice = money.invoice(school, (100_000,))
    token, together = new_public_id(), threading.Barrier(2)
    taken: list[CashTaken] = []

    def press() -> None:
        together.wait(timeout=20)
        try:
            taken.append(retrying(lambda: _take(invoice, token)))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(t.is_repeat for t in taken) == [False, True]
    assert len({t.payment.pk for t in taken}) == 1
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 1
    invoice.refresh_from_db()
    assert int(invoice.paid) == 100_000
    assert money.broken_invariants() == []


def _take(invoice: Invoice, token: str) -> CashTaken:
    request = CashRequest(
        chosen=(Chosen(invoice.pk, Dong(100_000)),), given=Dong(100_000), amount=None,
        payer_name="Trần Thị Thu Hằng", token=token,
    )  # fmt: skip
    with transaction():
        return take_cash(invoice.school_id, request=request, actor=Actor.system("test"))
