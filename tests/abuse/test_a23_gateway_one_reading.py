"""A23: a gateway's notice has one reading: keys twice, other spellings of a number, foreign keys are refused."""

from __future__ import annotations

import json

import pytest

from tests import money
from truongso.organizations.models import School
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.tests import twin
from truongso.payments.models import Notice, Payment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("school_day", "verify_after"),
    pytest.mark.urls("truongso.payments.gateways.tests.urls"),
]


def _attempt(school: School, provider: str) -> Attempt:
    return twin.start(twin.channel(school, provider), (money.invoice(school, [250_000]), 250_000))


@pytest.mark.parametrize("key", ["vnp_Amount", "vnp_TxnRef", "vnp_ResponseCode", "vnp_SecureHash"])
def test_a_parameter_twice(school: School, key: str) -> None:
    attempt = _attempt(school, "vnpay")
    message = twin.notice(attempt)
    value = dict(p.split("=", 1) for p in message.query.split("&"))[key]
    for query in (
        f"{message.query}&{key}={value}", f"{key}=1&{message.query}", f"{message.query}&{key}=",
        f"{message.query}&vnp%5FAmount=1", f"{message.query}&amount=1", message.query.replace("&", ";"),
    ):  # fmt: skip
        assert twin.answer_code("vnpay", twin.Message(message.url, b"", query).send()) == "97"
    assert Payment.objects.for_school(school).count() == 0
    assert set(Notice.objects.for_school(school).values_list("state", flat=True)) == {"refused"}


@pytest.mark.parametrize("provider", ["momo", "zalopay", "payos"])
@pytest.mark.parametrize("key", ["amount", "signature"])
def test_a_key_twice(school: School, provider: str, key: str) -> None:
    attempt = _attempt(school, provider)
    message = twin.notice(attempt)
    text = message.body.decode()
    if provider == "zalopay":
        key = {"amount": "data", "signature": "mac"}[key]
    place = text.index(f'"{key}":') if provider != "payos" or key == "signature" else text.index('"amount":')
    twice = text[:place] + f'"{key}": 1, ' + text[place:]
    assert json.loads(twice)  # Python's own reader takes the last of the two
    assert twin.answer_code(provider, twin.Message(message.url, twice.encode()).send()) == twin.FORGED[provider]
    assert Payment.objects.for_school(school).count() == 0


def test_a_key_twice_inside_what_zalopay_signed(school: School) -> None:
    attempt = _attempt(school, "zalopay")
    data = json.loads(twin.notice(attempt).body)["data"]
    twice = data[:-1] + ', "amount": 1}'
    mac = twin._hmac(twin.CREDENTIALS["zalopay"]["key2"], twice, "sha256")
    body = json.dumps({"data": twice, "mac": mac, "type": 1}).encode()
    answer = twin.Message(f"/hooks/zalopay/{attempt.channel.public_id}", body).send()
    assert twin.answer_code("zalopay", answer) == -1
    assert Notice.objects.for_school(school).get().problem == "duplicate_key"
    assert Payment.objects.for_school(school).count() == 0


def test_numbers_in_other_spellings(school: School) -> None:
    attempt = _attempt(school, "momo")
    message = twin.notice(attempt)
    for other in (b'"amount": 250000.0', b'"amount": 2.5e5', b'"amount": true', b'"amount": null'):
        body = message.body.replace(b'"amount": 250000', other)
        assert twin.answer_code("momo", twin.Message(message.url, body).send()) == 401
    assert Payment.objects.for_school(school).count() == 0


@pytest.mark.parametrize("amount", ["25000001", "25000000.0", "+25000000", "-25000000", "٢٥", "2.5e7", " 25000000"])
def test_vnpays_amount_is_whole_dong(school: School, amount: str) -> None:
    attempt = _attempt(school, "vnpay")
    message = twin.notice(attempt, change=lambda f: f.update({"vnp_Amount": amount}))
    assert twin.answer_code("vnpay", message.send()) == "99"
    assert Notice.objects.for_school(school).get().problem == "field_value"
    assert Payment.objects.for_school(school).count() == 0
