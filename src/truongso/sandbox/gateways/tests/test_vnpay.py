"""VNPAY's twin over real HTTP: pay page, IPN with its retries, querydr, refund."""

from __future__ import annotations

import datetime as dt
from itertools import count
from urllib.parse import parse_qsl, urlsplit

import pytest

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.sandbox.gateway_client import SandboxGateways, SandboxRefusal, Visit
from truongso.sandbox.gateways.tests.asking import call, hmac_hex, vnpay_address
from truongso.sandbox.gateways.tests.conftest import School
from truongso.sandbox.json_client import Json

CONFIRMED = (200, b'{"RspCode":"00","Message":"Confirm Success"}')
_numbers = count(1)


@pytest.fixture
def merchant(gateways: SandboxGateways, school: School) -> Json:
    school.usual = CONFIRMED
    return gateways.sign_up("vnpay", name="Trường Tiểu học Lê Văn Tám", notify=f"{school.url}/hooks/vnpay/abc")


def fields_of(merchant: Json, school: School, **changes: str) -> dict[str, str]:
    now = clock.now().astimezone(SCHOOL_TIME)
    return {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": merchant["code"],
        "vnp_Amount": "45000000",
        "vnp_CreateDate": f"{now:%Y%m%d%H%M%S}",
        "vnp_ExpireDate": f"{now + dt.timedelta(minutes=15):%Y%m%d%H%M%S}",
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": "127.0.0.1",
        "vnp_Locale": "vn",
        "vnp_OrderInfo": "TS7K2M9QA hoc phi",
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": f"{school.url}/p/ve",
        "vnp_TxnRef": f"TSREF{next(_numbers)}",
        **changes,
    }


def started(gateways: SandboxGateways, merchant: Json, fields: dict[str, str]) -> Visit:
    return gateways.visit(vnpay_address(gateways.base("vnpay"), fields, merchant["keys"]["hash_secret"]))


def signed_fields(target: str, secret: str) -> dict[str, str]:
    """The fields of a signed address; the checksum must be right."""
    query = urlsplit(target).query
    signed, _, signature = query.partition("&vnp_SecureHash=")
    assert hmac_hex(secret, signed, "sha512") == signature
    return dict(parse_qsl(signed))


def test_a_payment_is_told_on_both_ways(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = fields_of(merchant, school)
    visit = started(gateways, merchant, fields)
    back = visit.pay(source="VIETCOMBANK")
    (heard,) = school.wait_for(1)
    assert (heard.method, urlsplit(heard.target).path) == ("GET", "/hooks/vnpay/abc")
    told = signed_fields(heard.target, merchant["keys"]["hash_secret"])
    number = visit.order()["number"]
    paid_at = told.pop("vnp_PayDate")
    assert len(paid_at) == 14
    assert told == {
        "vnp_Amount": "45000000",
        "vnp_BankCode": "VIETCOMBANK",
        "vnp_BankTranNo": f"VNP{number}",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": "TS7K2M9QA hoc phi",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": merchant["code"],
        "vnp_TransactionNo": number,
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": fields["vnp_TxnRef"],
    }
    assert back.startswith(f"{school.url}/p/ve?vnp_Amount=")
    assert urlsplit(back).query == urlsplit(heard.target).query
    visit.wait_for_deliveries()
    assert [(one["state"], one["attempts"]) for one in visit.deliveries()] == [("delivered", 1)]


@pytest.mark.parametrize(
    ("outcome", "codes"),
    [("cancelled", ("24", "02")), ("no_funds", ("51", "02")), ("expired", ("11", "02")), ("suspicious", ("07", "07"))],
)
def test_no_payment_is_told_too(
    gateways: SandboxGateways, merchant: Json, school: School, outcome: str, codes: tuple[str, str]
) -> None:
    visit = started(gateways, merchant, fields_of(merchant, school))
    visit.finish(outcome)
    told = signed_fields(school.wait_for(1)[0].target, merchant["keys"]["hash_secret"])
    assert (told["vnp_ResponseCode"], told["vnp_TransactionStatus"]) == codes


def test_other_answers_than_00_and_02_are_asked_again(
    gateways: SandboxGateways, merchant: Json, school: School
) -> None:
    school.answers = [(500, b""), (200, b'{"RspCode":"99"}'), (200, b"nonsense"), (200, b'{"RspCode":"02"}')]
    visit = started(gateways, merchant, fields_of(merchant, school))
    visit.pay()
    visit.wait_for_deliveries()
    assert len({one.target for one in school.wait_for(4)}) == 1
    assert [(one["state"], one["attempts"]) for one in visit.deliveries()] == [("delivered", 4)]


def test_after_ten_attempts_it_gives_up(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    school.usual = (200, b'{"RspCode":"97"}')
    visit = started(gateways, merchant, fields_of(merchant, school))
    visit.pay()
    visit.wait_for_deliveries()
    assert [(one["state"], one["attempts"]) for one in visit.deliveries()] == [("gave_up", 10)]


def test_notices_late_doubled_lost_changed_and_forged(
    gateways: SandboxGateways, merchant: Json, school: School
) -> None:
    secret = merchant["keys"]["hash_secret"]
    lost = started(gateways, merchant, fields_of(merchant, school))
    lost.pay(copies=0)
    assert lost.deliveries() == []
    gateways.plan_notices("vnpay", merchant["code"], copies=2, delay=3600)
    doubled = started(gateways, merchant, fields_of(merchant, school))
    doubled.pay()
    waiting = doubled.deliveries()
    assert [one["state"] for one in waiting] == ["waiting", "waiting"]
    for one in waiting:
        gateways.delay(one["id"], 0)
    first, second = school.wait_for(2)
    assert first == second
    lost.notify(changes={"vnp_Amount": "100"})
    assert signed_fields(school.wait_for(3)[2].target, secret)["vnp_Amount"] == "100"
    lost.notify(is_forged=True)
    query = urlsplit(school.wait_for(4)[3].target).query
    signed, _, signature = query.partition("&vnp_SecureHash=")
    assert hmac_hex(secret, signed, "sha512") != signature
    for visit in (lost, doubled):
        visit.wait_for_deliveries()


@pytest.mark.parametrize(
    "changes",
    [
        {"vnp_Amount": "450000.5"},
        {"vnp_Amount": "45000050"},
        {"vnp_Amount": "0"},
        {"vnp_Version": "2.0.0"},
        {"vnp_CurrCode": "USD"},
        {"vnp_OrderInfo": "học phí"},
        {"vnp_CreateDate": "20261399000000"},
        {"vnp_ExpireDate": "20200101000000"},
        {"vnp_ReturnUrl": "https://example.org/x"},
        {"vnp_TmnCode": "NOBODY00"},
    ],
    ids=lambda changes: "-".join(changes.values()),
)
def test_bad_orders_open_no_page(
    gateways: SandboxGateways, merchant: Json, school: School, changes: dict[str, str]
) -> None:
    with pytest.raises(SandboxRefusal) as caught:
        started(gateways, merchant, fields_of(merchant, school, **changes))
    assert caught.value.status == 400
    orders = gateways.get("/api/orders", {"provider": "vnpay"})["orders"]
    assert merchant["code"] not in [order["merchant"] for order in orders]


def test_an_order_changed_on_the_way_opens_no_page(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    address = vnpay_address(gateways.base("vnpay"), fields_of(merchant, school), merchant["keys"]["hash_secret"])
    with pytest.raises(SandboxRefusal):
        gateways.visit(address.replace("45000000", "45000100"))
    assert gateways.visit(address).token == gateways.visit(address).token
    gateways.visit(address).pay()
    with pytest.raises(SandboxRefusal):  # the TxnRef was used
        gateways.visit(address)


def querydr(merchant: Json, fields: dict[str, str], number: str) -> dict[str, str]:
    asked = {
        "vnp_RequestId": f"Q{number}",
        "vnp_Version": "2.1.0",
        "vnp_Command": "querydr",
        "vnp_TmnCode": merchant["code"],
        "vnp_TxnRef": fields["vnp_TxnRef"],
        "vnp_OrderInfo": "Hoi lai",
        "vnp_TransactionDate": fields["vnp_CreateDate"],
        "vnp_CreateDate": fields["vnp_CreateDate"],
        "vnp_IpAddr": "127.0.0.1",
    }
    order = (
        "RequestId",
        "Version",
        "Command",
        "TmnCode",
        "TxnRef",
        "TransactionDate",
        "CreateDate",
        "IpAddr",
        "OrderInfo",
    )
    return signed(merchant, asked, order)


def refund(merchant: Json, fields: dict[str, str], number: str, *, amount: int, kind: str) -> dict[str, str]:
    asked = {
        "vnp_RequestId": f"R{number}",
        "vnp_Version": "2.1.0",
        "vnp_Command": "refund",
        "vnp_TmnCode": merchant["code"],
        "vnp_TransactionType": kind,
        "vnp_TxnRef": fields["vnp_TxnRef"],
        "vnp_Amount": str(amount * 100),
        "vnp_TransactionNo": "0",
        "vnp_TransactionDate": fields["vnp_CreateDate"],
        "vnp_CreateBy": "ketoan",
        "vnp_CreateDate": fields["vnp_CreateDate"],
        "vnp_IpAddr": "127.0.0.1",
        "vnp_OrderInfo": "Hoan tien",
    }
    return signed(merchant, asked, tuple(name.removeprefix("vnp_") for name in asked))


def signed(merchant: Json, asked: dict[str, str], order: tuple[str, ...]) -> dict[str, str]:
    text = "|".join(asked[f"vnp_{name}"] for name in order)
    return {**asked, "vnp_SecureHash": hmac_hex(merchant["keys"]["hash_secret"], text, "sha512")}


def ask(gateways: SandboxGateways, merchant: Json, body: dict[str, str]) -> Json:
    """The answer; its checksum must be right when there is one."""
    status, answer = call(f"{gateways.base('vnpay')}/merchant_webapi/api/transaction", body)
    assert status == 200
    names: tuple[str, ...] = (
        "ResponseId",
        "Command",
        "ResponseCode",
        "Message",
        "TmnCode",
        "TxnRef",
        "Amount",
        "BankCode",
        "PayDate",
        "TransactionNo",
        "TransactionType",
        "TransactionStatus",
        "OrderInfo",
    )
    if body.get("vnp_Command") == "querydr":
        names = (*names, "PromotionCode", "PromotionAmount")
    text = "|".join(str(answer.get(f"vnp_{name}", "")) for name in names)
    assert answer["vnp_SecureHash"] == hmac_hex(merchant["keys"]["hash_secret"], text, "sha512")
    return answer


def test_what_became_of_it_can_be_asked(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = fields_of(merchant, school)
    assert ask(gateways, merchant, querydr(merchant, fields, "a1"))["vnp_ResponseCode"] == "91"
    visit = started(gateways, merchant, fields)
    before = ask(gateways, merchant, querydr(merchant, fields, "a2"))
    assert (before["vnp_ResponseCode"], before["vnp_TransactionStatus"]) == ("00", "01")
    visit.pay(copies=0)
    after = ask(gateways, merchant, querydr(merchant, fields, "a3"))
    assert (after["vnp_ResponseCode"], after["vnp_TransactionStatus"], after["vnp_Amount"]) == ("00", "00", "45000000")
    assert after["vnp_TransactionNo"] == visit.order()["number"]
    assert ask(gateways, merchant, querydr(merchant, fields, "a3"))["vnp_ResponseCode"] == "94"
    bad = {**querydr(merchant, fields, "a4"), "vnp_OrderInfo": "khac"}
    assert ask(gateways, merchant, bad)["vnp_ResponseCode"] == "97"


def test_money_goes_back_in_parts_and_never_more_than_came(
    gateways: SandboxGateways, merchant: Json, school: School
) -> None:
    fields = fields_of(merchant, school)
    visit = started(gateways, merchant, fields)
    assert (
        ask(gateways, merchant, refund(merchant, fields, "b0", amount=450_000, kind="02"))["vnp_ResponseCode"] == "95"
    )
    visit.pay(copies=0)
    part = ask(gateways, merchant, refund(merchant, fields, "b1", amount=50_000, kind="03"))
    assert (part["vnp_ResponseCode"], part["vnp_TransactionStatus"], part["vnp_Amount"]) == ("00", "05", "5000000")
    again = ask(gateways, merchant, refund(merchant, fields, "b1", amount=50_000, kind="03"))
    assert again["vnp_ResponseCode"] == "94"
    shown = ask(gateways, merchant, querydr(merchant, fields, "b3"))
    assert (shown["vnp_TransactionType"], shown["vnp_TransactionStatus"], shown["vnp_Amount"]) == (
        "03",
        "00",
        "5000000",
    )
    more = ask(gateways, merchant, refund(merchant, fields, "b2", amount=400_001, kind="03"))
    assert more["vnp_ResponseCode"] == "99"
    assert visit.order()["refunded"] == 50_000


def test_an_outage_answers_503_and_sends_late(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = fields_of(merchant, school)
    visit = started(gateways, merchant, fields)
    gateways.switch("vnpay", down=True)
    try:
        visit.pay()
        with pytest.raises(SandboxRefusal) as caught:
            started(gateways, merchant, fields_of(merchant, school))
        assert caught.value.status == 503
        assert school.wait_for(1, seconds=0.3) == []
    finally:
        gateways.switch("vnpay", down=False)
    assert len(school.wait_for(1)) == 1
    visit.wait_for_deliveries()
