"""MoMo's twin over real HTTP: create, page, IPN until 204, query, refund."""

from __future__ import annotations

import json
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.gateways.tests.asking import call, hmac_hex
from truongso.sandbox.gateways.tests.conftest import School
from truongso.sandbox.json_client import Json

CREATE = [
    "accessKey",
    "amount",
    "extraData",
    "ipnUrl",
    "orderId",
    "orderInfo",
    "partnerCode",
    "redirectUrl",
    "requestId",
    "requestType",
]
RESULT = [
    "accessKey",
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
]
QUERY = ["accessKey", "orderId", "partnerCode", "requestId"]
REFUND = ["accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId"]
_numbers = count(1)


@pytest.fixture
def merchant(gateways: SandboxGateways, school: School) -> Json:
    school.usual = (204, b"")
    return gateways.sign_up("momo", name="Trường Tiểu học Lê Văn Tám")


def sign(merchant: Json, names: list[str], fields: dict[str, Any]) -> str:
    values = {**fields, "accessKey": merchant["keys"]["access_key"]}
    return hmac_hex(merchant["keys"]["secret_key"], "&".join(f"{name}={values[name]}" for name in names))


def ask(gateways: SandboxGateways, merchant: Json, what: str, fields: dict[str, Any]) -> tuple[int, Json]:
    names = {"create": CREATE, "query": QUERY, "refund": REFUND}[what]
    body = {"partnerCode": merchant["code"], **fields}
    return call(f"{gateways.base('momo')}/v2/gateway/api/{what}", {**body, "signature": sign(merchant, names, body)})


def order_of(school: School, **changes: Any) -> dict[str, Any]:
    number = f"TS{next(_numbers)}"
    return {
        "requestId": f"REQ{number}",
        "orderId": number,
        "amount": 450_000,
        "orderInfo": "Học phí TS7K2M9QA",
        "redirectUrl": f"{school.url}/p/ve",
        "ipnUrl": f"{school.url}/hooks/momo/abc",
        "requestType": "captureWallet",
        "extraData": "",
        "lang": "vi",
        **changes,
    }


def test_a_payment_is_told_until_204(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(school)
    status, made = ask(gateways, merchant, "create", fields)
    assert (status, made["resultCode"], made["orderId"], made["amount"]) == (200, 0, fields["orderId"], 450_000)
    assert made["payUrl"] == made["deeplink"] == made["qrCodeUrl"]
    school.answers = [(200, b"{}"), (500, b"")]
    visit = gateways.visit(made["payUrl"])
    back = visit.pay()
    visit.wait_for_deliveries()
    heard = school.wait_for(3)
    assert len({one.body for one in heard}) == 1
    told = json.loads(heard[0].body)
    assert told["signature"] == sign(merchant, RESULT, told)
    number = visit.order()["number"]
    assert {name: told[name] for name in ("resultCode", "transId", "amount", "orderId", "requestId", "payType")} == {
        "resultCode": 0,
        "transId": int(number),
        "amount": 450_000,
        "orderId": fields["orderId"],
        "requestId": fields["requestId"],
        "payType": "qr",
    }
    assert "accessKey" not in told
    shown = dict(parse_qsl(urlsplit(back).query, keep_blank_values=True))
    assert (back.split("?")[0], shown["signature"]) == (f"{school.url}/p/ve", told["signature"])
    assert [(one["state"], one["attempts"]) for one in visit.deliveries()] == [("delivered", 3)]
    assert ask(gateways, merchant, "query", {"requestId": "Q1", "orderId": fields["orderId"]})[1]["resultCode"] == 0


@pytest.mark.parametrize(("outcome", "code"), [("cancelled", 1006), ("no_funds", 1001), ("expired", 1005)])
def test_no_payment_is_told_too(
    gateways: SandboxGateways, merchant: Json, school: School, outcome: str, code: int
) -> None:
    _, made = ask(gateways, merchant, "create", order_of(school))
    gateways.visit(made["payUrl"]).finish(outcome)
    assert json.loads(school.wait_for(1)[0].body)["resultCode"] == code


def test_while_it_is_processed_nothing_is_told(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(school)
    _, made = ask(gateways, merchant, "create", fields)
    visit = gateways.visit(made["payUrl"])
    asked = {"orderId": fields["orderId"]}
    assert ask(gateways, merchant, "query", {"requestId": "P1", **asked})[1]["resultCode"] == 1000
    visit.finish("processing")
    assert ask(gateways, merchant, "query", {"requestId": "P2", **asked})[1]["resultCode"] == 7002
    assert visit.deliveries() == []
    visit.pay()
    assert json.loads(school.wait_for(1)[0].body)["resultCode"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 999}, 22),
        ({"amount": "450000"}, 20),
        ({"orderId": "a b"}, 20),
        ({"orderId": "a" * 51}, 20),
        ({"orderInfo": "x" * 201}, 20),
        ({"requestType": "other"}, 20),
        ({"ipnUrl": "https://example.org/x"}, 20),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_orders_are_refused(
    gateways: SandboxGateways, merchant: Json, school: School, changes: dict[str, Any], code: int
) -> None:
    status, answer = ask(gateways, merchant, "create", order_of(school, **changes))
    assert (status, answer["resultCode"]) == (400, code)


def test_a_request_is_done_once(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(school)
    first, again = (ask(gateways, merchant, "create", fields) for _ in range(2))
    assert first == again
    other = {**order_of(school), "requestId": fields["requestId"]}
    assert ask(gateways, merchant, "create", other)[1]["resultCode"] == 40
    assert ask(gateways, merchant, "create", {**fields, "requestId": "NEW1"})[1]["resultCode"] == 41
    body = {"partnerCode": merchant["code"], **order_of(school), "signature": "0" * 64}
    assert call(f"{gateways.base('momo')}/v2/gateway/api/create", body)[1]["resultCode"] == 13


def test_money_goes_back_and_never_more_than_came(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    _, made = ask(gateways, merchant, "create", order_of(school))
    visit = gateways.visit(made["payUrl"])
    visit.pay(copies=0)
    number = int(visit.order()["number"])

    def refund(name: str, amount: int) -> Json:
        fields = {"orderId": name, "requestId": name, "amount": amount, "transId": number, "description": "Hoan tien"}
        return ask(gateways, merchant, "refund", fields)[1]

    first = refund("RF1", 50_000)
    assert first["resultCode"] == 0
    assert refund("RF1", 50_000) == first
    assert refund("RF2", 400_001)["resultCode"] == 1081
    assert refund("RF3", 400_000)["resultCode"] == 0
    assert visit.order()["refunded"] == 450_000
