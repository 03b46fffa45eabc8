"""The feeds beside SePay: signed as published, several at once, virtual accounts and the other side's bank told."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re

import pytest

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.sandbox.bank.feeds import casso, payos, sepay
from truongso.sandbox.bank.tests.conftest import School
from truongso.sandbox.bank_client import SandboxBank, SandboxBankError
from truongso.sandbox.tests.vectors import vectors

NOON = dt.datetime(2026, 10, 5, 12, 0, 3, tzinfo=SCHOOL_TIME)


def test_casso_signs_as_published() -> None:
    (vector,) = vectors("Casso")
    body = json.dumps(vector["payload"], indent=2).encode()
    at = dt.datetime.fromtimestamp(1727948258.788, dt.UTC)
    assert f"1727948258788.{casso.sorted_json(body).decode()}" == vector["signed_string"]
    header = casso.signed_headers(body, secret=vector["secret"], at=at)["X-Casso-Signature"]
    assert header == f"t=1727948258788,v1={vector['signature']}"


@pytest.mark.parametrize("vector", vectors("payOS", "body"), ids=lambda v: v["kind"])
def test_payos_signs_as_published(vector: dict[str, object]) -> None:
    payload, key = vector["payload"], vector["secret"]
    assert isinstance(payload, dict)
    assert isinstance(key, str)
    assert payos.signature(payload, key) == vector["signature"]


def test_sepay_signs_as_published() -> None:
    (vector,) = vectors("SePay")
    body = vector["signed_string"].partition(".")[2].encode()
    headers = sepay.signed_headers(body, secret=vector["secret"], at=dt.datetime.fromtimestamp(1759300000, dt.UTC))
    assert headers["X-SePay-Signature"] == f"sha256={vector['signature']}"


def test_three_feeds_tell_of_one_line(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    bank.register_account(bin="970422", number=account, holder="TRUONG THCS", webhook=school.url, secret="s1")
    bank.set_feed(account, "casso", webhook=school.url, secret="s2")
    bank.set_feed(account, "payos", webhook=school.url, secret="s3")
    line = bank.pay(account=account, payer=payer, amount=Dong(450_000), memo="VTK7M2QXP học phí", at=NOON)["line"]
    bank.wait_for_deliveries(account=account)
    assert {d["feed"] for d in bank.deliveries(line=line["id"], state="delivered")} == {"sepay", "casso", "payos"}
    heard = school.wait_for(3)
    (from_casso,) = [one for one in heard if "X-Casso-Signature" in one.headers]
    assert json.loads(from_casso.body) == {
        "error": 0,
        "data": {
            "id": line["id"],
            "reference": "0001",
            "description": "VTK7M2QXP hoc phi",
            "amount": 450_000,
            "runningBalance": 450_000,
            "transactionDateTime": "2026-10-05 12:00:03",
            "accountNumber": account,
            "bankName": "MB Bank",
            "bankAbbreviation": "MB",
            "virtualAccountNumber": "",
            "virtualAccountName": "",
            "counterAccountName": "Nguyễn Văn Bình",
            "counterAccountNumber": payer,
            "counterAccountBankId": "970436",
            "counterAccountBankName": "Vietcombank",
        },
    }
    found = re.fullmatch(r"t=(\d{13}),v1=([0-9a-f]{128})", from_casso.headers["X-Casso-Signature"])
    assert found
    told = json.dumps(json.loads(from_casso.body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hmac.new(b"s2", f"{found[1]}.{told}".encode(), hashlib.sha512).hexdigest() == found[2]
    (from_payos,) = [json.loads(one.body) for one in heard if b'"orderCode"' in one.body]
    assert (from_payos["code"], from_payos["success"]) == ("00", True)
    assert from_payos["signature"] == payos.signature(from_payos["data"], "s3")
    assert from_payos["data"]["counterAccountBankId"] == "970436"
    bank.set_feed(account, "casso")
    assert [feed["feed"] for feed in bank.accounts()[-1]["feeds"]] == ["sepay", "payos"]


def test_payos_tells_of_money_in_alone(bank: SandboxBank, account: str, school: School) -> None:
    bank.register_account(bin="970422", number=account, holder="X", webhook=school.url, secret="s", feed="payos")
    bank.book_line(account, direction="in", amount=Dong(38), memo="NODATA")
    bank.book_line(account, direction="out", amount=Dong(8), memo="PHI")
    bank.wait_for_deliveries(account=account)
    assert [json.loads(one.body)["data"]["amount"] for one in school.wait_for(1)] == [38]


def test_casso_tells_money_out_as_negative(bank: SandboxBank, account: str, school: School) -> None:
    bank.register_account(
        bin="970422", number=account, holder="X", webhook=school.url, secret="s", feed="casso", balance=Dong(100)
    )
    bank.book_line(account, direction="out", amount=Dong(8), memo="PHI")
    assert [json.loads(one.body)["data"]["amount"] for one in school.wait_for(1)] == [-8]


def test_money_to_a_virtual_account_arrives_and_says_so(
    bank: SandboxBank, account: str, payer: str, school: School
) -> None:
    bank.register_account(bin="970422", number=account, holder="TRUONG THCS", webhook=school.url, secret="s")
    virtual = f"VQR{account[-6:]}A"
    assert bank.add_virtual(account, virtual)["virtual"] == [virtual]
    line = bank.pay(account=virtual, payer=payer, amount=Dong(1000), memo="A")["line"]
    assert (line["account"], line["virtual_account"]) == (account, virtual)
    (heard,) = school.wait_for(1)
    told = json.loads(heard.body)
    assert (told["accountNumber"], told["subAccount"]) == (account, virtual)
    with pytest.raises(SandboxBankError) as caught:
        bank.add_virtual(account, payer)
    assert caught.value.code == "number_taken"


def test_a_feed_nobody_knows(bank: SandboxBank, account: str, school: School) -> None:
    bank.register_account(bin="970422", number=account, holder="X")
    with pytest.raises(SandboxBankError) as caught:
        bank.set_feed(account, "telegram", webhook=school.url, secret="s")
    assert (caught.value.status, caught.value.code) == (409, "feed_unknown")
    assert next(one for one in bank.accounts() if one["number"] == account)["feeds"] == []


def test_a_mobile_money_wallet_pays(bank: SandboxBank, account: str, school: School) -> None:
    bank.register_account(bin="970422", number=account, holder="X", webhook=school.url, secret="s", feed="casso")
    wallet = f"09{account[-8:]}"
    bank.add_customers([{"name": "Giàng A Chứ", "account": wallet, "balance": 500_000, "bin": "971005"}])
    bank.pay(account=account, payer=wallet, amount=Dong(1000), memo="VTK7M2QXP hoc phi", channel="mobile_money")
    told = json.loads(school.wait_for(1)[0].body)["data"]
    assert (told["counterAccountBankId"], told["counterAccountBankName"]) == ("971005", "Viettel Money")
    assert told["description"].startswith(f"VTK7M2QXP hoc phi. VIETTEL MONEY {wallet} GD ")
