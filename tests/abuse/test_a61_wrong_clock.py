"""A61: a wrong clock, here or at the partner: a notice up to five minutes off is taken, one of ten minutes refused.

The database server's clock against the machine's is TS.E008."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import money
from truongso.banking.tests.helpers import hook
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.models import Payment, Receipt
from truongso.payments.providers.sepay.errors import SignatureError
from truongso.payments.providers.sepay.signature import MAX_DRIFT, sign, verify_signature

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


def _verify(drift: dt.timedelta) -> str:
    stamp = int((NOW + drift).timestamp())
    headers = {"X-SePay-Timestamp": str(stamp), "X-SePay-Signature": sign(b"{}", timestamp=stamp, secret="bi-mat")}
    try:
        verify_signature(b"{}", headers, secrets=["bi-mat"], now=NOW)
    except SignatureError as error:
        return str(error.code)
    return "taken"


@pytest.mark.parametrize("sign_of", [1, -1])
def test_five_minutes_are_taken_and_ten_are_not(sign_of: int) -> None:
    assert dt.timedelta(minutes=5) == MAX_DRIFT
    assert [_verify(sign_of * dt.timedelta(seconds=s)) for s in (0, 120, 299, 300, 301, 600)] == [
        "taken", "taken", "taken", "taken", "timestamp_drift", "timestamp_drift",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.urls("truongso.banking.tests.urls")
def test_a_wrong_clock_books_nothing_and_the_banks_own_time_stands_apart(school: School) -> None:
    sepay, invoice = hook(school), money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)  # the bank: 6/10/2026 14:02:37
    true = dt.datetime(2026, 10, 6, 14, 2, 40, tzinfo=clock.SCHOOL_TIME)
    signed = sepay.headers(body, at=int(true.timestamp()))
    for minutes in (10, -10, 60 * 24):
        with clock.frozen(true + dt.timedelta(minutes=minutes)):
            assert sepay.send(body, signed).status_code == 401, minutes
    assert (Payment.objects.for_school(school).count(), Receipt.objects.for_school(school).count()) == (0, 0)
    late = true + dt.timedelta(minutes=4)
    with clock.frozen(late):
        assert sepay.send(body, signed).status_code == 200
    paid = Payment.objects.for_school(school).get()
    assert paid.received_at == true - dt.timedelta(seconds=3)
    assert Receipt.objects.for_school(school).get().issued_at == late
