"""A17: nothing in an address decides where a payer goes, and nothing in it moves money."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import money
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways.attempts import start_attempt
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.types import GatewayRefusedError
from truongso.payments.models import Payment
from truongso.payments.types import Share

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.payments.gateways.tests.urls")]
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "http:evil.example",
    "https:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example/",
    "/\n/evil.example",
    " //evil.example",
    "evil.example",
    "?next=//evil.example",
    "/%09/../\\evil.example",
    "http://testserver@evil.example/",
    "////evil.example/%2e%2e",
    "ftp://evil.example",
    "vbscript:x",
    "/\x00/evil.example",
    "https://testserver.evil.example/",
    "//evil.example\\@testserver",
    "",
    "x" * 400,
    "/" + "x" * 400,
]


@pytest.mark.parametrize("back", ELSEWHERE)
def test_the_way_back_is_a_path_of_ours(school: School, back: str) -> None:
    channel, invoice = twin.channel(school, "vnpay"), money.invoice(school, [250_000])
    with pytest.raises(GatewayRefusedError, match="bad_return_url"):
        start_attempt(
            school.pk, channel=channel, shares=[Share(invoice.pk, Dong(250_000))], return_url=back, actor=twin.ACTOR
        )
    assert Attempt.objects.for_school(school).count() == 0


def test_parameters_of_the_return_address_are_not_read(school: School) -> None:
    attempt = twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000), back="/p/ve")
    twin.notice(attempt, paid=False).send()
    here = f"/p/tra-ve/vnpay/{attempt.public_id}"
    success = twin.notice(attempt).query
    for query in (success, "next=//evil.example", "return_url=https://evil.example", "url=//x&vnp_ResponseCode=00"):
        answer = Client().get(f"{here}?{query}")
        assert answer.status_code == 200
        assert 'href="/p/ve"' in answer.content.decode()
        assert "evil" not in answer.content.decode()
    assert Payment.objects.for_school(school).count() == 0
