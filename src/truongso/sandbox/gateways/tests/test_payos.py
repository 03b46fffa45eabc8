"""payOS's twin over real HTTP: links paid by bank transfer, webhooks, cancel, confirm-webhook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from truongso.kernel.money import Dong
from truongso.payments.vietqr import decode
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.gateways.tests.asking import call, hmac_hex
from truongso.sandbox.gateways.tests.conftest import School
from truongso.sandbox.json_client import Json

_numbers = count(1)
PAYER = "9704360000011"


def data_signature(data: Mapping[str, Any], key: str) -> str:
    def text(value: Any) -> str:
        if isinstance(value, list):
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return "" if value is None else str(value)

    return hmac_hex(key, "&".join(f"{name}={text(data[name])}" for name in sorted(data)))


def contract(gateways: SandboxGateways, bank: SandboxBank, *, memo_limit: int) -> Json:
    number = f"70000{next(_numbers):06d}"
    bank.register_account(bin="970422", number=number, holder="TRUONG TIEU HOC LE VAN TAM")
    return gateways.sign_up(
        "payos",
        name="Trường Tiểu học Lê Văn Tám",
        account=number,
        bin="970422",
        holder="TRUONG TIEU HOC LE VAN TAM",
        memo_limit=memo_limit,
    )


@pytest.fixture(params=[25, 9], ids=["with virtual account", "with memo"])
def merchant(request: pytest.FixtureRequest, gateways: SandboxGateways, bank: SandboxBank, school: School) -> Json:
    made = contract(gateways, bank, memo_limit=request.param)
    assert ask(gateways, made, "/confirm-webhook", {"webhookUrl": f"{school.url}/hooks/payos/abc"})[1]["code"] == "00"
    (probe,) = school.wait_for(1)
    told = json.loads(probe.body)
    assert told["signature"] == data_signature(told["data"], made["keys"]["checksum_key"])
    school.heard.clear()
    return made


def ask(gateways: SandboxGateways, merchant: Json, path: str, body: Json | None = None) -> tuple[int, Json]:
    headers = {"x-client-id": merchant["code"], "x-api-key": merchant["keys"]["api_key"]}
    return call(f"{gateways.base('payos')}{path}", body, headers)


def link(gateways: SandboxGateways, merchant: Json, school: School, **changes: Any) -> Json:
    fields = {
        "orderCode": 10**14 + next(_numbers),
        "amount": 450_000,
        "description": "TS7K2M9QA",
        "cancelUrl": f"{school.url}/p/huy",
        "returnUrl": f"{school.url}/p/ve",
        **changes,
    }
    names = ("amount", "cancelUrl", "description", "orderCode", "returnUrl")
    text = "&".join(f"{name}={fields[name]}" for name in names)
    fields.setdefault("signature", hmac_hex(merchant["keys"]["checksum_key"], text))
    answer = ask(gateways, merchant, "/v2/payment-requests", fields)[1]
    if answer["code"] == "00":
        assert answer["signature"] == data_signature(answer["data"], merchant["keys"]["checksum_key"])
    return answer


def state(gateways: SandboxGateways, merchant: Json, made: Json) -> tuple[str, int, int]:
    _, answer = ask(gateways, merchant, f"/v2/payment-requests/{made['data']['orderCode']}")
    assert answer["signature"] == data_signature(answer["data"], merchant["keys"]["checksum_key"])
    return answer["data"]["status"], answer["data"]["amountPaid"], len(answer["data"]["transactions"])


def test_a_transfer_pays_the_link(gateways: SandboxGateways, bank: SandboxBank, merchant: Json, school: School) -> None:
    made = link(gateways, merchant, school)
    code = decode(made["data"]["qrCode"]).transfer()
    assert (code.amount, code.account, code.memo) == (
        Dong(450_000),
        made["data"]["accountNumber"],
        made["data"]["description"],
    )
    assert state(gateways, merchant, made) == ("PENDING", 0, 0)
    line = bank.pay(payload=made["data"]["qrCode"], payer=PAYER, channel="mbvcb")["line"]
    (heard,) = school.wait_for(1)
    told = json.loads(heard.body)
    assert told["signature"] == data_signature(told["data"], merchant["keys"]["checksum_key"])
    assert {name: told["data"][name] for name in ("orderCode", "paymentLinkId", "amount", "accountNumber", "code")} == {
        "orderCode": made["data"]["orderCode"],
        "paymentLinkId": made["data"]["paymentLinkId"],
        "amount": 450_000,
        "accountNumber": merchant["account"],
        "code": "00",
    }
    assert told["data"]["counterAccountBankId"] == "970436"
    assert told["data"]["reference"] == line["reference"]
    assert state(gateways, merchant, made) == ("PAID", 450_000, 1)
    bank.resend(line["id"])
    bank.wait_for_deliveries(account=merchant["account"])
    assert (len(school.heard), state(gateways, merchant, made)) == (1, ("PAID", 450_000, 1))


def test_a_part_leaves_the_link_open(
    gateways: SandboxGateways, bank: SandboxBank, merchant: Json, school: School
) -> None:
    made = link(gateways, merchant, school)
    bank.pay(payload=made["data"]["qrCode"], payer=PAYER, amount=Dong(50_000))
    school.wait_for(1)
    assert state(gateways, merchant, made) == ("UNDERPAID", 50_000, 1)
    bank.pay(payload=made["data"]["qrCode"], payer=PAYER, amount=Dong(400_000))
    assert [json.loads(one.body)["data"]["amount"] for one in school.wait_for(2)] == [50_000, 400_000]
    assert state(gateways, merchant, made) == ("PAID", 450_000, 2)


def test_money_after_the_link_was_cancelled_is_told(
    gateways: SandboxGateways, bank: SandboxBank, merchant: Json, school: School
) -> None:
    made = link(gateways, merchant, school)
    path = f"/v2/payment-requests/{made['data']['paymentLinkId']}/cancel"
    assert ask(gateways, merchant, path, {"cancellationReason": "Đổi ý"})[1]["data"]["status"] == "CANCELLED"
    assert ask(gateways, merchant, path, {})[1]["code"] == "20"
    bank.pay(payload=made["data"]["qrCode"], payer=PAYER)
    assert json.loads(school.wait_for(1)[0].body)["data"]["amount"] == 450_000
    assert state(gateways, merchant, made) == ("CANCELLED", 450_000, 1)


def test_other_transfers_are_not_told(
    gateways: SandboxGateways, bank: SandboxBank, merchant: Json, school: School
) -> None:
    newest = gateways.deliveries(limit=1)
    bank.pay(account=merchant["account"], payer=PAYER, amount=Dong(1_000), memo="khong ma")
    bank.wait_for_deliveries(account=merchant["account"])
    assert (gateways.deliveries(limit=1), school.heard) == (newest, [])


def test_bad_links_are_refused(gateways: SandboxGateways, bank: SandboxBank, school: School) -> None:
    merchant = contract(gateways, bank, memo_limit=9)
    assert link(gateways, merchant, school, description="0123456789")["code"] == "20"
    assert link(gateways, merchant, school, orderCode="12")["code"] == "20"
    assert link(gateways, merchant, school, amount=0)["code"] == "20"
    assert link(gateways, merchant, school, returnUrl="https://example.org")["code"] == "20"
    assert link(gateways, merchant, school, signature="0" * 64)["code"] == "201"
    made = link(gateways, merchant, school)
    assert link(gateways, merchant, school, orderCode=made["data"]["orderCode"])["code"] == "231"
    assert ask(gateways, merchant, "/v2/payment-requests/1")[1]["code"] == "101"
    stranger = {**merchant, "keys": {**merchant["keys"], "api_key": "x"}}
    assert ask(gateways, stranger, "/v2/payment-requests/1") == (
        401,
        {"code": "401", "desc": "Client id hoặc API key không đúng", "data": None, "signature": None},
    )


def test_an_address_that_does_not_answer_is_not_taken(
    gateways: SandboxGateways, bank: SandboxBank, school: School
) -> None:
    merchant = contract(gateways, bank, memo_limit=25)
    school.usual = (500, b"")
    for url in (f"{school.url}/hooks/payos/x", "https://example.org/x"):
        assert ask(gateways, merchant, "/confirm-webhook", {"webhookUrl": url})[1]["code"] == "20"
    (known,) = [one for one in gateways.get("/api/merchants")["merchants"] if one["code"] == merchant["code"]]
    assert known["notify"] == ""


def test_the_bank_is_believed_only_with_the_key(
    gateways: SandboxGateways, bank: SandboxBank, merchant: Json, school: School
) -> None:
    made = link(gateways, merchant, school)
    body = {"data": {"amount": 450_000, "description": made["data"]["description"]}, "signature": "0" * 64}
    assert call(f"{gateways.url}/payos-bank/{merchant['code']}", body)[0] == 401
    assert state(gateways, merchant, made) == ("PENDING", 0, 0)
