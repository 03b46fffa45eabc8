"""A19: a genuine notice with another content never pays more than came, and never another invoice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories, money
from tests.depth import tries
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.gateways.tests import twin
from truongso.payments.models import Evidence, Payment

AMOUNT = {"vnpay": "vnp_Amount", "momo": "amount", "zalopay": "amount", "payos": "amount"}
VALUES = st.one_of(
    st.integers(-(10**16), 10**16),
    st.sampled_from([0, 1, 249_999, 250_001, 25_000_000, 2**63, True, None, 1.5, "1e9"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.sampled_from(["USD", "VND", "00", "2999-01-01 00:00:00", "29990101000000", "-1", "０"]),
)  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """A block whose rows are taken back, so that every example starts empty."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.django_db
@pytest.mark.urls("truongso.payments.gateways.tests.urls")
@settings(max_examples=tries(40, 1_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_content_pays_more_than_came(data: st.DataObject) -> None:
    provider = data.draw(st.sampled_from(twin.PROVIDERS))
    moment = money.NOON
    with undone(), clock.frozen(moment):
        school = factories.school(code="79-H", prefix="TS")
        invoice = money.invoice(school, [250_000])
        other = money.invoice(school, [250_000], full_name="Trần Văn Bình")
        attempt = twin.start(twin.channel(school, provider), (invoice, 250_000))
        fields: dict[str, Any] = {}
        twin.notice(attempt, change=fields.update)
        name = data.draw(st.sampled_from(sorted(fields)))
        value = data.draw(VALUES)
        message = twin.notice(attempt, change=lambda f: f.update({name: value}))
        twin.answer_code(provider, message.send())
        came: object = value if name == AMOUNT[provider] else 250_000
        if provider == "vnpay" and name == "vnp_Amount":
            came = int(str(value)) // 100 if str(value).isascii() and str(value).isdigit() else 0
        paid = int(Invoice.objects.for_school(school).get(pk=invoice.pk).paid)
        booked = sum(int(p.amount) for p in Payment.objects.for_school(school))
        assert paid <= min(250_000, booked)
        assert booked in {0, came}
        assert Invoice.objects.for_school(school).get(pk=other.pk).paid.value == 0
        assert Evidence.objects.for_school(school).count() == (1 if booked else 0)
        assert money.broken_invariants() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("school_day", "verify_after")
@pytest.mark.urls("truongso.payments.gateways.tests.urls")
def test_part_of_the_money_is_a_part_payment(school: School) -> None:
    invoice = money.invoice(school, [250_000])
    attempt = twin.start(twin.channel(school, "payos"), (invoice, 250_000))
    assert twin.answer_code("payos", twin.notice(attempt, amount=2_500).send()) == (200, True)
    found = Invoice.objects.for_school(school).get()
    assert (int(found.paid), int(found.total)) == (2_500, 250_000)
    attempt.refresh_from_db()
    assert attempt.amount_state == "partial"
