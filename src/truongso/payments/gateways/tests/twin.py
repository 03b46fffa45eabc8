"""What a gateway would send: genuine notices for attempts, written apart from the code that reads them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from django.http import HttpResponse
from django.test import Client

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways import attempts
from truongso.payments.gateways.channels import ChannelTerms, add_channel, set_active
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.types import ChannelMethod
from truongso.payments.providers.types import Created, CreateRequest
from truongso.payments.types import Share

ACTOR = Actor.system("test", "cli")
PROVIDERS = ("vnpay", "momo", "zalopay", "payos")
CREDENTIALS: dict[str, dict[str, str]] = {
    "vnpay": {"tmn_code": "TRUONG01", "hash_secret": "vnpay-test-secret"},
    "momo": {"partner_code": "MOMOTS", "access_key": "momo-access", "secret_key": "momo-test-secret"},
    "zalopay": {"app_id": "2553", "key1": "zalopay-test-key1", "key2": "zalopay-test-key2"},
    "payos": {
        "client_id": "client-0001", "api_key": "payos-api-key", "checksum_key": "payos-checksum",
        "description_length": "25",
    },
}  # fmt: skip
_numbers = itertools.count(1000)
_VN = dt.timezone(dt.timedelta(hours=7))


def channel(school: School, provider: str, *, active: bool = True, **changes: Any) -> Channel:
    """A channel of the school, in use unless told otherwise."""
    values: dict[str, Any] = {
        "provider": provider, "credentials": CREDENTIALS[provider], "terms": ChannelTerms(f"Cổng {provider}"),
        "actor": ACTOR, "method": ChannelMethod.WEB, **changes,
    }  # fmt: skip
    with transaction():
        made = add_channel(school.pk, **values)
        set_active(made, active=active, actor=ACTOR)
    return made


def _answered(channel: Channel, request: CreateRequest) -> Created:
    return Created("https://pay.vnpay.vn/x", "")


def start(made: Channel, *shares: tuple[Invoice, int], back: str = "/p/ve", is_trial: bool = False) -> Attempt:
    """An attempt whose gateway has answered; no call is made."""
    original = attempts._create
    attempts._create = _answered
    try:
        return attempts.start_attempt(
            made.school_id, channel=made, shares=[Share(i.pk, Dong(a)) for i, a in shares], return_url=back,
            actor=ACTOR, is_trial=is_trial,
        )  # fmt: skip
    finally:
        attempts._create = original


@dataclass(frozen=True)
class Message:
    """A notice on its way."""

    url: str
    body: bytes
    query: str = ""

    def send(self) -> HttpResponse:
        client = Client()
        answer: Any = (
            client.get(f"{self.url}?{self.query}")
            if self.query
            else client.post(self.url, data=self.body, content_type="application/json")
        )
        return answer  # type: ignore[no-any-return]


def notice(
    attempt: Attempt,
    *,
    paid: bool = True,
    amount: int | None = None,
    txn: str = "",
    at: dt.datetime | None = None,
    change: Callable[[dict[str, Any]], None] | None = None,
    keys: Mapping[str, str] | None = None,
    to: Channel | None = None,
) -> Message:
    """A signed notice about an attempt; `change` edits its fields before they are signed, `keys` signs otherwise."""
    receiver = to or attempt.channel
    secrets = {**CREDENTIALS[receiver.provider], **(keys or {})}
    build = BUILDERS[receiver.provider]
    asked = int(attempt.amount) if amount is None else amount
    fields = _fields(_Facts(receiver, attempt.reference, paid, asked, txn, at or clock.now()))
    if change is not None:
        change(fields)
    url = f"/hooks/{receiver.provider}/{receiver.public_id}"
    content = build(fields, secrets)
    return Message(url, b"", content) if isinstance(content, str) else Message(url, content)


@dataclass(frozen=True)
class _Facts:
    """What a notice tells."""

    receiver: Channel
    order: str
    is_paid: bool
    amount: int
    txn: str
    at: dt.datetime


def _fields(facts: _Facts) -> dict[str, Any]:
    receiver, order, paid, amount = facts.receiver, facts.order, facts.is_paid, facts.amount
    moment = facts.at
    local = moment.astimezone(_VN)
    number = facts.txn or str(next(_numbers))
    stamp = int(moment.timestamp()) * 1000
    if receiver.provider == "vnpay":
        return {
            "vnp_Amount": str(amount * 100), "vnp_BankCode": "NCB", "vnp_BankTranNo": "VNP1", "vnp_CardType": "ATM",
            "vnp_OrderInfo": "Hoc phi (thang 10)", "vnp_PayDate": f"{local:%Y%m%d%H%M%S}",
            "vnp_ResponseCode": "00" if paid else "24", "vnp_TmnCode": receiver.merchant,
            "vnp_TransactionNo": number, "vnp_TransactionStatus": "00" if paid else "02", "vnp_TxnRef": order,
        }  # fmt: skip
    if receiver.provider == "momo":
        return {
            "partnerCode": receiver.merchant, "orderId": order, "requestId": order, "amount": amount,
            "orderInfo": "Học phí", "orderType": "momo_wallet", "transId": int(number) if paid else 0,
            "resultCode": 0 if paid else 1006, "message": "Thành công." if paid else "Từ chối.", "payType": "qr",
            "responseTime": stamp, "extraData": "",
        }  # fmt: skip
    if receiver.provider == "zalopay":
        return {
            "app_id": int(receiver.merchant), "app_trans_id": order, "app_time": stamp, "app_user": "phuhuynh",
            "amount": amount, "embed_data": "{}", "item": "[]", "zp_trans_id": int(number), "server_time": stamp,
            "channel": 38, "merchant_user_id": "x", "user_fee_amount": 0, "discount_amount": 0,
        }  # fmt: skip
    return {
        "orderCode": int(order), "amount": amount, "description": "CK", "accountNumber": "0011001234567",
        "reference": f"FT{number}", "transactionDateTime": f"{local:%Y-%m-%d %H:%M:%S}", "currency": "VND",
        "paymentLinkId": "link", "code": "00" if paid else "01", "desc": "success", "counterAccountBankId": "",
        "counterAccountBankName": None, "counterAccountName": "NGUYỄN VĂN A", "counterAccountNumber": None,
        "virtualAccountName": None, "virtualAccountNumber": "",
    }  # fmt: skip


def _hmac(key: str, text: str, name: str) -> str:
    return hmac.new(key.encode(), text.encode(), getattr(hashlib, name)).hexdigest()


def _vnpay(fields: dict[str, Any], keys: Mapping[str, str]) -> str:
    query = "&".join(f"{k}={quote_plus(str(fields[k]))}" for k in sorted(fields) if str(fields[k]))
    return f"{query}&vnp_SecureHash={_hmac(keys['hash_secret'], query, 'sha512')}"


_MOMO = (
    "amount", "extraData", "message", "orderId", "orderInfo", "orderType", "partnerCode", "payType", "requestId",
    "responseTime", "resultCode", "transId",
)  # fmt: skip


def _momo(fields: dict[str, Any], keys: Mapping[str, str]) -> bytes:
    text = "&".join([f"accessKey={keys['access_key']}", *(f"{n}={fields.get(n, '')}" for n in _MOMO)])
    return json.dumps({**fields, "signature": _hmac(keys["secret_key"], text, "sha256")}).encode()


def _zalopay(fields: dict[str, Any], keys: Mapping[str, str]) -> bytes:
    data = json.dumps(fields)
    return json.dumps({"data": data, "mac": _hmac(keys["key2"], data, "sha256"), "type": 1}).encode()


def _payos(fields: dict[str, Any], keys: Mapping[str, str]) -> bytes:
    text = "&".join(f"{k}={'' if fields[k] is None else fields[k]}" for k in sorted(fields))
    signature = _hmac(keys["checksum_key"], text, "sha256")
    return json.dumps(
        {"code": "00", "desc": "success", "success": True, "data": fields, "signature": signature}, ensure_ascii=False
    ).encode()


BUILDERS: dict[str, Callable[[dict[str, Any], Mapping[str, str]], str | bytes]] = {
    "vnpay": _vnpay, "momo": _momo, "zalopay": _zalopay, "payos": _payos,
}  # fmt: skip


def answer_code(provider: str, response: HttpResponse) -> Any:
    """The gateway's reading of our reply."""
    if provider == "momo":
        return response.status_code
    body = json.loads(response.content)
    if provider == "payos":
        return response.status_code, body["success"]
    return body["RspCode"] if provider == "vnpay" else body["return_code"]


TAKEN = {"vnpay": "00", "momo": 204, "zalopay": 1, "payos": (200, True)}
KNOWN = {"vnpay": "02", "momo": 204, "zalopay": 1, "payos": (200, True)}
FORGED = {"vnpay": "97", "momo": 401, "zalopay": -1, "payos": (401, False)}
