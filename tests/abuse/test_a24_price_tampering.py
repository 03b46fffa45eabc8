"""A24: what a form asks for counts only within what the invoice owes; another amount in the app is what it is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import money
from tests.depth import tries
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways.attempts import start_attempt
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.types import GatewayRefusedError
from truongso.payments.models import CreditEntry
from truongso.payments.types import Share

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.payments.gateways.tests.urls")]


@settings(max_examples=tries(30, 1_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(amount=st.one_of(st.integers(-(10**12), 0), st.integers(250_001, 10**12)))
def test_no_amount_outside_the_debt(school: School, amount: int) -> None:
    invoice = Invoice.objects.for_school(school).first() or money.invoice(school, [250_000])
    channel = twin.channel(school, "vnpay")
    with pytest.raises(GatewayRefusedError):
        start_attempt(
            school.pk, channel=channel, shares=[Share(invoice.pk, Dong(amount))], return_url="/p", actor=twin.ACTOR
        )
    assert Attempt.objects.for_school(school).count() == 0


@pytest.mark.usefixtures("school_day", "verify_after")
@pytest.mark.parametrize(("sent", "paid", "credit"), [(1, 1, 0), (249_999, 249_999, 0), (250_001, 250_000, 1)])
def test_another_amount_in_the_bank_app_is_what_came(school: School, sent: int, paid: int, credit: int) -> None:
    attempt = twin.start(twin.channel(school, "payos"), (money.invoice(school, [250_000]), 250_000))
    twin.notice(attempt, amount=sent, at=clock.now()).send()
    assert int(Invoice.objects.for_school(school).get().paid) == paid
    assert sum(int(c.amount) for c in CreditEntry.objects.for_school(school)) == credit
