"""A20: a gateway's notice replayed, one after the other or all at once, books once."""

from __future__ import annotations

import pytest

from tests import money
from truongso.banking.tests.helpers import at_once
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.organizations.models import School
from truongso.payments.gateways.models import AttemptMoney
from truongso.payments.gateways.tests import twin
from truongso.payments.models import Notice, Payment, Receipt

pytestmark = pytest.mark.urls("truongso.payments.gateways.tests.urls")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("provider", ["vnpay", "payos"])
def test_sixteen_replays_at_once(school: School, provider: str) -> None:
    invoice = money.invoice(school, [250_000])
    attempt = twin.start(twin.channel(school, provider), (invoice, 250_000))
    message = twin.notice(attempt, at=clock.now())
    answers = at_once(16, lambda _n: twin.answer_code(provider, message.send()))
    assert sorted(map(str, answers)) == sorted(map(str, [twin.TAKEN[provider]] + [twin.KNOWN[provider]] * 15))
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    assert (Receipt.objects.for_school(school).count(), AttemptMoney.objects.for_school(school).count()) == (1, 1)
    assert Entry.objects.for_school(school).filter(kind="payment").count() == 1
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    states = sorted(Notice.objects.for_school(school).values_list("state", flat=True))
    assert states == ["duplicate"] * 15 + ["processed"]
    assert money.broken_invariants() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("school_day", "verify_after")
def test_sixteen_replays_one_after_the_other(school: School) -> None:
    invoice = money.invoice(school, [250_000])
    attempt = twin.start(twin.channel(school, "vnpay"), (invoice, 250_000))
    message = twin.notice(attempt)
    assert [twin.answer_code("vnpay", message.send()) for _ in range(16)] == ["00"] + ["02"] * 15
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
