"""An answer that is signed and cannot be read: no fault, no news of money; the gateway is asked again later."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests import money

from truongso.kernel import outgoing
from truongso.organizations.models import School
from truongso.payments.gateways.calls import CallError
from truongso.payments.gateways.credentials import present_credentials
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.query_back import _ask, ask_due, query_back
from truongso.payments.gateways.tests import twin
from truongso.payments.models import Payment
from truongso.payments.providers.vnpay import protocol

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.payments.gateways.tests.urls")]
PAID = {
    "ResponseId": "1", "Command": "querydr", "ResponseCode": "00", "Message": "ok", "Amount": "25000000",
    "BankCode": "NCB", "PayDate": "20261005090000", "TransactionNo": "14000001", "TransactionType": "01",
    "TransactionStatus": "00", "OrderInfo": "x", "PromotionCode": "", "PromotionAmount": "",
}  # fmt: skip


def answer(attempt: Attempt, **changes: str) -> outgoing.Answer:
    """VNPAY's signed answer to a question about the attempt."""
    keys = present_credentials(attempt.channel)
    said = {**PAID, "TmnCode": keys["tmn_code"], "TxnRef": attempt.reference, **changes}
    signature = protocol.sign_parts(tuple(said[n] for n in protocol._QUERY_SIGNED), keys["hash_secret"])
    return outgoing.Answer(
        200, json.dumps({f"vnp_{k}": v for k, v in said.items()} | {"vnp_SecureHash": signature}).encode()
    )


@pytest.mark.usefixtures("school_day", "verify_after")
@pytest.mark.parametrize("changes", [{"PayDate": "gestern"}, {"Amount": "25000001"}, {"TransactionNo": ""}])
def test_it_is_asked_again_later(school: School, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]) -> None:
    attempt = twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    given: list[Any] = [answer(attempt, **changes)]
    monkeypatch.setattr(outgoing, "call", lambda *_args, **_more: given[0])
    with pytest.raises(CallError) as caught:
        _ask(attempt.channel, attempt)
    assert caught.value.is_down
    assert query_back(attempt).state == "pending"
    assert ask_due() == 0
    assert not Payment.objects.for_school(school).exists()
    given[0] = answer(attempt)
    assert query_back(attempt).state == "paid"
