"""A21: all orders of delivery end in the same ledger: success, failure, cancellation, question, deadline."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

import pytest
from django.db import transaction as django_transaction

from tests import money
from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.fees.types import FeesRefusedError
from truongso.kernel import clock, outgoing
from truongso.kernel.db import transaction
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.gateways.query_back import query_back
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.tests.double import Double
from truongso.payments.models import Payment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("school_day", "verify_after"),
    pytest.mark.urls("truongso.payments.gateways.tests.urls"),
]


def test_every_permutation_of_news(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Double()
    monkeypatch.setattr(outgoing, "call", gateway.call)
    attempt = twin.start(twin.channel(school, "momo"), (money.invoice(school, [250_000]), 250_000))
    gateway.pay(attempt.reference, "4711", amount=250_000)
    start = clock.now()
    news: list[Callable[[], object]] = [
        twin.notice(attempt, txn="4711").send,
        twin.notice(attempt, txn="4711").send,
        twin.notice(attempt, paid=False).send,
        lambda: query_back(attempt),
    ]
    endings = set()
    for order in itertools.permutations(range(len(news))):
        point = django_transaction.savepoint()
        for minute, number in enumerate(order):
            with clock.frozen(start + dt.timedelta(minutes=7 * minute)):
                news[number]()
        attempt.refresh_from_db()
        accounts = account_ids(school.pk)
        endings.add(
            (
                attempt.state, attempt.amount_state, attempt.time_state, int(attempt.received),
                int(Invoice.objects.for_school(school).get().paid), Payment.objects.for_school(school).count(),
                int(balance(school.pk, accounts[AccountRole.IN_TRANSIT, 0])),
                int(balance(school.pk, accounts[AccountRole.FAMILY_CREDIT, 0])),
            )
        )  # fmt: skip
        django_transaction.savepoint_rollback(point)
        attempt.refresh_from_db()
    assert endings == {("paid", "exact", "in_time", 250_000, 250_000, 1, 250_000, 0)}


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_cancelled_before_or_after_the_money(school: School, cancelled_first: bool) -> None:
    """Before: the money is the family's credit. After: an invoice that is paid cannot be cancelled away."""
    invoice = money.invoice(school, [250_000])
    attempt = twin.start(twin.channel(school, "vnpay"), (invoice, 250_000))
    if not cancelled_first:
        twin.notice(attempt, txn="4711").send()
    try:
        with transaction():
            cancel_invoice(school.pk, invoice_id=invoice.pk, reason="lập nhầm", actor=twin.ACTOR)
    except FeesRefusedError:
        assert not cancelled_first
    twin.notice(attempt, txn="4711").send()
    payment = Payment.objects.for_school(school).get()
    assert int(payment.allocated) + int(payment.credited) == 250_000
    assert int(payment.credited) == (250_000 if cancelled_first else 0)
