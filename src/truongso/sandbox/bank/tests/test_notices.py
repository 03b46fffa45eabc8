"""Notices as a school hears them: signed, repeated, late, switched off."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from itertools import pairwise

import pytest

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.sepay import SignatureError, TransferType, parse_notice, verify_signature
from truongso.sandbox.bank.tests.conftest import Heard, School
from truongso.sandbox.bank_client import SandboxBank, SandboxBankError, transfer_request
from truongso.sandbox.sending import send

SECRET = "khoa-cua-truong"
NOON = dt.datetime(2026, 10, 5, 12, 0, 3, tzinfo=SCHOOL_TIME)


def listen(bank: SandboxBank, number: str, school: School, *, bin: str = "970422") -> None:  # noqa: A002
    bank.register_account(bin=bin, number=number, holder="TRUONG THCS", webhook=school.url, secret=SECRET)


def genuine(heard: Heard) -> None:
    verify_signature(heard.body, heard.headers, secrets=[SECRET], now=dt.datetime.fromtimestamp(heard.at, dt.UTC))


def test_a_transfer_is_told_signed_and_read(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    listen(bank, account, school)
    line = bank.pay(
        account=account,
        payer=payer,
        amount=Dong(450_000),
        memo="VTK7M2QXP hoc phi",
        channel="from_payer",
        at=NOON,
    )["line"]
    (heard,) = school.wait_for(1)
    assert heard.path == "/hooks/sepay/abc"
    genuine(heard)
    with pytest.raises(SignatureError):
        genuine(replace(heard, body=heard.body.replace(b"450000", b"950000")))
    assert json.loads(heard.body) == {
        "id": line["id"],
        "gateway": "MBBank",
        "transactionDate": "2026-10-05 12:00:03",
        "accountNumber": account,
        "subAccount": None,
        "code": None,
        "content": "MB VTK7M2QXP hoc phi. TU: NGUYEN VAN BINH",
        "transferType": "in",
        "description": "BankAPINotify MB VTK7M2QXP hoc phi. TU: NGUYEN VAN BINH",
        "transferAmount": 450_000,
        "accumulated": 450_000,
        "referenceCode": "0001",
    }
    notice = parse_notice(heard.body)
    assert (notice.id, notice.booked_at, notice.amount) == (line["id"], NOON, Dong(450_000))
    bank.wait_for_deliveries(account=account)
    (delivery,) = bank.deliveries(account=account)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 1, 200)


def test_refused_notices_come_again_with_a_new_signature_and_the_same_body(
    bank: SandboxBank, account: str, payer: str, school: School
) -> None:
    listen(bank, account, school)
    school.answers = [500, 302, 404]
    bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A")
    heard = school.wait_for(4)
    assert len({one.body for one in heard}) == 1
    for one in heard:
        genuine(one)
    # 1, 1 and 2 minutes at 1200 times the speed.
    waits = [b.at - a.at for a, b in pairwise(heard)]
    assert [wait >= least for wait, least in zip(waits, (0.05, 0.05, 0.1), strict=True)] == [True] * 3
    bank.wait_for_deliveries(account=account)
    (delivery,) = bank.deliveries(account=account)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 4, 200)


def test_after_eight_attempts_it_gives_up_and_can_be_sent_by_hand(
    bank: SandboxBank, account: str, payer: str, school: School
) -> None:
    listen(bank, account, school)
    school.answers = [503] * 8
    line = bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A")["line"]
    bank.wait_for_deliveries(account=account)
    (delivery,) = bank.deliveries(account=account)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("gave_up", 8, 503)
    bank.resend(line["id"])
    bank.wait_for_deliveries(account=account)
    assert len(school.wait_for(9)) == 9
    assert [one["state"] for one in bank.deliveries(account=account)] == ["delivered", "gave_up"]


def test_a_duplicate_is_byte_for_byte(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    listen(bank, account, school)
    line = bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A")["line"]
    bank.resend(line["id"])
    first, second = school.wait_for(2)
    assert first.body == second.body
    assert len(bank.lines(account)) == 1


def test_switched_off_only_the_statement_tells(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    listen(bank, account, school)
    bank.switch_notices(account, on=False)
    quiet = bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A")["line"]
    bank.switch_notices(account, on=True)
    bank.pay(account=account, payer=payer, amount=Dong(2000), memo="B", notify=False)
    bank.pay(account=account, payer=payer, amount=Dong(3000), memo="C")
    (heard,) = school.wait_for(1)
    assert parse_notice(heard.body).amount == Dong(3000)
    assert [line["amount"] for line in bank.lines(account)] == [1000, 2000, 3000]
    assert bank.deliveries(line=quiet["id"]) == []
    bank.resend(quiet["id"])
    assert parse_notice(school.wait_for(2)[1].body).id == quiet["id"]


def test_a_delayed_notice_waits_for_its_time(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    listen(bank, account, school)
    bank.pay(account=account, payer=payer, amount=Dong(1000), memo="late", delay=3600)
    bank.pay(account=account, payer=payer, amount=Dong(2000), memo="soon")
    (heard,) = school.wait_for(1)
    assert parse_notice(heard.body).content == "soon"
    # The school hears it a moment before the bank has its answer.
    bank.wait_for_deliveries(account=account, left=1)
    (waiting,) = bank.deliveries(account=account, state="waiting")
    assert waiting["notice"]["content"] == "late"
    bank.delay(waiting["id"], 0)
    assert parse_notice(school.wait_for(2)[1].body).content == "late"
    bank.wait_for_deliveries(account=account)
    with pytest.raises(SandboxBankError) as caught:
        bank.delay(waiting["id"], 0)
    assert (caught.value.status, caught.value.code) == (404, "delivery_unknown")


def test_outgoing_and_interest_lines_are_told(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    listen(bank, account, school, bin="970436")
    bank.book_line(account, direction="in", amount=Dong(38), memo="NODATA")
    bank.book_line(account, direction="out", amount=Dong(8), memo="Phí quản lý")
    notices = [parse_notice(one.body) for one in school.wait_for(2)]
    assert sorted((n.transfer_type, n.amount.value, n.content, n.gateway) for n in notices) == [
        (TransferType.IN, 38, "NODATA", "Vietcombank"),
        (TransferType.OUT, 8, "Phi quan ly", "Vietcombank"),
    ]


def test_hundreds_are_told(bank: SandboxBank, account: str, payer: str, school: School) -> None:
    listen(bank, account, school)
    done = bank.pay_many(
        transfer_request(account=account, payer=payer, amount=Dong(1000), memo=f"L{n}") for n in range(300)
    )
    bank.wait_for_deliveries(account=account)
    assert {parse_notice(one.body).id for one in school.wait_for(300)} == {one["line"]["id"] for one in done}
    assert len(school.heard) == 300


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "http://example.org/x",
        "http://127.0.0.1@example.org/x",
        "http://127.0.0.1.example.org/",
        "http://10.0.0.1/",
        "http://127.0.0.1:99999/",
        "file:///etc/passwd",
        "nonsense",
    ],
)
def test_notices_stay_on_this_machine(bank: SandboxBank, account: str, url: str) -> None:
    with pytest.raises(SandboxBankError) as caught:
        bank.register_account(bin="970436", number=account, holder="X", webhook=url, secret="s")
    assert caught.value.code == "webhook_not_local"
    assert account not in {one["number"] for one in bank.accounts()}
    with pytest.raises(AssertionError):
        send(url, b"{}", {})
    with pytest.raises(ValueError, match="this machine"):
        SandboxBank(url)


def test_a_webhook_needs_its_secret_and_the_secret_stays_inside(
    bank: SandboxBank, account: str, school: School
) -> None:
    with pytest.raises(SandboxBankError) as caught:
        bank.register_account(bin="970436", number=account, holder="X", webhook=school.url)
    assert caught.value.code == "webhook_incomplete"
    listen(bank, account, school)
    assert SECRET not in json.dumps(bank.accounts())


def test_nobody_listening(bank: SandboxBank, account: str, payer: str) -> None:
    bank.register_account(bin="970436", number=account, holder="X", webhook="http://127.0.0.1:1/hook", secret=SECRET)
    bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A")
    bank.wait_for_deliveries(account=account)
    (delivery,) = bank.deliveries(account=account)
    assert (delivery["state"], delivery["attempts"], delivery["error"]) == ("gave_up", 8, "refused")


def test_an_address_taken_away_stops_its_notices_and_no_others(
    bank: SandboxBank, account: str, payer: str, school: School
) -> None:
    listen(bank, account, school)
    bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A", delay=3600)
    (waiting,) = bank.deliveries(account=account)
    bank.register_account(bin="970422", number=account, holder="TRUONG THCS")
    bank.delay(waiting["id"], 0)
    bank.wait_for_deliveries(account=account)
    (delivery,) = bank.deliveries(account=account)
    assert (delivery["state"], delivery["error"]) == ("gave_up", "no_webhook")
    listen(bank, account, school)
    bank.pay(account=account, payer=payer, amount=Dong(2000), memo="B")
    assert [parse_notice(one.body).content for one in school.wait_for(1)] == ["B"]
