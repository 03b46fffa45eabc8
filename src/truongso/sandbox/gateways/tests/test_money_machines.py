"""The card terminal, the Mobile Money wallet and payouts, against a real sandbox bank."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from itertools import count

import openpyxl
import pytest

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.vietqr import encode
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateway_client import SandboxGateways, SandboxRefusal
from truongso.sandbox.gateways.pos.settlement_file import HEADER
from truongso.sandbox.gateways.tests.asking import vnpay_address
from truongso.sandbox.gateways.tests.conftest import School
from truongso.sandbox.gateways.tests.test_vnpay import ask, fields_of, refund
from truongso.sandbox.pos import SandboxTerminal

_numbers = count(1)
NOON = dt.datetime(2026, 10, 5, 12, 17, 9, tzinfo=SCHOOL_TIME)
NEXT_DAY = NOON + dt.timedelta(days=1)


@pytest.fixture
def account(bank: SandboxBank) -> str:
    number = f"80000{next(_numbers):06d}"
    bank.register_account(bin="970436", number=number, holder="TRUONG TIEU HOC LE VAN TAM")
    return number


@pytest.fixture
def terminal(gateways: SandboxGateways, account: str) -> SandboxTerminal:
    tid = f"799{next(_numbers):05d}"
    return SandboxTerminal.put_up(
        gateways, tid=tid, mid="000000790001", name="TRUONG TH LE VAN TAM", account=account, bin="970436"
    )


def test_a_batch_of_slips_becomes_one_net_credit(bank: SandboxBank, terminal: SandboxTerminal, account: str) -> None:
    first = terminal.sell(Dong(450_000), invoice="TS7K2M9QA", at=NOON)
    second = terminal.sell(Dong(1_000_025), card="visa", at=NOON)
    third = terminal.sell(Dong(70_000), at=NOON)
    terminal.void(third["trace"])
    assert (first["trace"], second["trace"], first["batch"]) == ("000001", "000002", "000001")
    assert (first["brand"], first["last4"], first["card"]) == ("NAPAS", "0018", "**** **** **** 0018")
    assert re.fullmatch(r"6278\d{8}", first["rrn"])
    assert re.fullmatch(r"[0-9A-Z]{6}", first["approval"])
    batch = terminal.close_batch(at=NOON)
    # 0.5 % of 450,000 and 1.8 % of 1,000,025 rounded half up.
    assert (batch["count"], batch["gross"], batch["fee"], batch["net"]) == (2, 1_450_025, 2_250 + 18_000, 1_429_775)
    settled = terminal.settle(batch["number"], at=NEXT_DAY)
    (line,) = bank.lines(account)
    assert (line["amount"], line["direction"], line["id"]) == (1_429_775, "in", settled["line"])
    assert line["memo"] == f"POS{terminal.tid}.000001.20261006.121709"
    with pytest.raises(SandboxRefusal) as caught:
        terminal.settle(batch["number"])
    assert (caught.value.code, bank.balance(account)) == ("batch_settled", Dong(1_429_775))
    rows = list(csv.reader(io.StringIO(terminal.settlement_file(1).decode("utf-8-sig"))))
    at = rows.index(list(HEADER))
    assert [row[6:15] for row in rows[at + 1 : at + 3]] == [
        [
            first["rrn"],
            first["approval"],
            "************0018",
            "NAPAS",
            "TS7K2M9QA",
            "450000",
            "2250",
            "447750",
            "06/10/2026",
        ],
        [second["rrn"], second["approval"], "************4242", "VISA", "", "1000025", "18000", "982025", "06/10/2026"],
    ]
    assert rows[-1][11:14] == ["1450025", "20250", "1429775"]
    sheet = openpyxl.load_workbook(io.BytesIO(terminal.settlement_file(1, file_format="xlsx"))).active
    assert sheet is not None
    cells = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert list(HEADER) in cells
    assert cells[-1][-3:] == ["1450025", "20250", "1429775"]


def test_refused_cards_and_empty_batches_change_nothing(terminal: SandboxTerminal) -> None:
    for card, code in (("no_funds", "card_refused"), ("lost", "card_refused"), ("4242", "field_wrong")):
        with pytest.raises(SandboxRefusal) as caught:
            terminal.sell(Dong(1_000), card=card)
        assert caught.value.code == code
    with pytest.raises(SandboxRefusal) as caught:
        terminal.close_batch()
    assert caught.value.code == "batch_empty"
    assert terminal.sell(Dong(1_000))["trace"] == "000001"
    terminal.close_batch()
    assert terminal.sell(Dong(1_000))["batch"] == "000002"


def test_a_wallet_scans_any_code(gateways: SandboxGateways, bank: SandboxBank, account: str) -> None:
    viettel, vnpt = gateways.wallets()[:2]
    assert (viettel["bin"], vnpt["bin"]) == ("971005", "971011")
    payload = encode(bank_bin="970436", account=account, amount=Dong(450_000), memo="TS7K2M9QA hoc phi")
    made = gateways.pay_by_wallet(wallet=vnpt["number"], payload=payload, key="k1")
    assert gateways.pay_by_wallet(wallet=vnpt["number"], payload=payload, key="k1")["id"] == made["id"]
    (line,) = bank.lines(account)
    assert (line["counter_bin"], line["counter_account"], line["amount"]) == ("971011", vnpt["number"], 450_000)
    assert line["memo"].startswith("TS7K2M9QA hoc phi. VNPT MONEY 0911000002 GD ")
    poster = encode(bank_bin="970436", account=account, memo="TS7K2M9QA")
    with pytest.raises(SandboxRefusal) as caught:
        gateways.pay_by_wallet(wallet=viettel["number"], payload=poster)
    assert caught.value.code == "amount_missing"
    assert len(bank.lines(account)) == 1


def test_a_wallet_has_a_monthly_limit(gateways: SandboxGateways, bank: SandboxBank, account: str) -> None:
    number = f"09{next(_numbers):08d}"
    bank.add_customers([{"name": "Lò Văn Pá", "account": number, "balance": 500_000_000, "bin": "971005"}])
    payload = encode(bank_bin="970436", account=account, amount=Dong(150_000_000), memo="TS7K2M9QA")
    gateways.pay_by_wallet(wallet=number, payload=payload)
    with pytest.raises(SandboxRefusal) as caught:
        gateways.pay_by_wallet(wallet=number, payload=payload)
    assert (caught.value.code, caught.value.params) == ("wallet_limit", {"limit": 200_000_000, "left": 50_000_000})
    assert bank.balance(account) == Dong(150_000_000)


def test_a_gateway_pays_out_what_is_left(
    gateways: SandboxGateways, bank: SandboxBank, school: School, account: str
) -> None:
    merchant = gateways.sign_up("vnpay", name="Trường", account=account, bin="970436", fee_bp=110)
    orders = [fields_of(merchant, school) for _ in range(2)]
    for fields in orders:
        gateways.visit(vnpay_address(gateways.base("vnpay"), fields, merchant["keys"]["hash_secret"])).pay()
    ask(gateways, merchant, refund(merchant, orders[0], "po1", amount=50_000, kind="03"))
    made = gateways.pay_out("vnpay", merchant["code"])
    assert (made["gross"], made["fee"], made["refunded"], made["net"]) == (900_000, 9_900, 50_000, 840_100)
    assert [(line["amount"], line["memo"]) for line in bank.lines(account)] == [(840_100, made["memo"])]
    assert made["memo"].startswith(f"VNPAY TT {merchant['code']} ")
    rows = list(
        csv.reader(io.StringIO(gateways.payout_file("vnpay", merchant["code"], made["id"]).decode("utf-8-sig")))
    )
    assert [row[3] for row in rows[1:4]] == [orders[0]["vnp_TxnRef"], orders[1]["vnp_TxnRef"], orders[0]["vnp_TxnRef"]]
    assert rows[-1][6:] == ["850000", "9900", "840100"]
    with pytest.raises(SandboxRefusal) as caught:
        gateways.pay_out("vnpay", merchant["code"])
    assert (caught.value.code, bank.balance(account)) == ("nothing_to_settle", Dong(840_100))
