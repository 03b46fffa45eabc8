"""The bank over real HTTP, in its own process: paying, refusing, statements, safety."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from truongso.banking.statements import parse_statement
from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.sheets import read_sheets
from truongso.payments.vietqr import encode
from truongso.sandbox.bank_client import SandboxBank, SandboxBankError, running_bank, transfer_request

NOON = dt.datetime(2026, 10, 5, 12, 0, tzinfo=SCHOOL_TIME)


def register(bank: SandboxBank, number: str, **more: Any) -> None:
    bank.register_account(**{"bin": "970436", "number": number, "holder": "TRUONG LE VAN TAM", **more})


def state_of(bank: SandboxBank, *numbers: str) -> list[Any]:
    return [(bank.balance(number), bank.lines(number)) for number in numbers]


def refused(bank: SandboxBank, *numbers: str, **order: Any) -> tuple[int, str, dict[str, Any]]:
    """What the bank says; it is also checked that nothing moved."""
    before = state_of(bank, *numbers)
    with pytest.raises(SandboxBankError) as caught:
        bank.pay(**order)
    assert state_of(bank, *numbers) == before
    assert caught.value.message
    return caught.value.status, caught.value.code, caught.value.params


def test_a_scanned_code_is_paid(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    payload = encode(bank_bin="970436", account=account, amount=Dong(450_000), memo="VTK7M2QXP hoc phi")
    transfer = bank.pay(payload=payload, payer=payer, at=NOON)
    line = transfer["line"]
    assert line == {
        "id": line["id"],
        "account": account,
        "booked_at": "2026-10-05T12:00:00+07:00",
        "direction": "in",
        "amount": 450_000,
        "balance": 450_000,
        "memo": "VTK7M2QXP hoc phi",
        "reference": "0001",
        "counter_account": payer,
        "counter_name": "Nguyễn Văn Bình",
        "counter_bin": "970436",
        "virtual_account": "",
    }
    assert bank.lines(account) == [line]
    (out,) = bank.lines(payer)
    assert (out["direction"], out["amount"], out["balance"], out["counter_account"]) == (
        "out",
        450_000,
        1_550_000,
        account,
    )
    assert (bank.balance(account), bank.balance(payer)) == (Dong(450_000), Dong(1_550_000))


def test_amount_memo_and_channel_may_differ_from_the_code(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    payload = encode(bank_bin="970436", account=account, amount=Dong(450_000), memo="VTK7M2QXP")
    line = bank.pay(
        payload=payload,
        payer=payer,
        amount=Dong(400_000),
        memo="VTK7M2QXP nộp trước",
        channel="upper+fast247",
    )["line"]
    assert (line["amount"], line["memo"]) == (400_000, "CT nhanh 247 den: VTK7M2QXP NOP TRUOC")


def test_references_are_short_and_start_again_every_day(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    for hours in (0, 1, 24):
        at = NOON + dt.timedelta(hours=hours)
        bank.pay(account=account, amount=Dong(1000), memo="A", payer=payer, at=at)
    assert [line["reference"] for line in bank.lines(account)] == ["0001", "0002", "0001"]
    day = NOON.date() + dt.timedelta(days=1)
    assert [line["booked_at"] for line in bank.lines(account, first=day, last=day)] == ["2026-10-06T12:00:00+07:00"]


def test_balances_never_fall_below_zero(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    order = {"account": account, "payer": payer, "memo": "A"}
    low = {"balance": 2_000_000, "amount": 2_000_001}
    assert refused(bank, account, payer, amount=Dong(2_000_001), **order) == (409, "balance_low", low)
    bank.pay(amount=Dong(2_000_000), **order)
    assert bank.balance(payer) == Dong(0)
    before = state_of(bank, account)
    with pytest.raises(SandboxBankError, match="không đủ") as caught:
        bank.book_line(account, direction="out", amount=Dong(2_000_001), memo="chi")
    assert caught.value.code == "balance_low"
    assert state_of(bank, account) == before


def test_many_are_paid_together_or_not_at_all(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    orders = [transfer_request(account=account, payer=payer, amount=Dong(900_000), memo=f"L{n}") for n in range(3)]
    before = state_of(bank, account, payer)
    with pytest.raises(SandboxBankError) as caught:
        bank.pay_many(orders)
    assert (caught.value.code, caught.value.params["index"]) == ("balance_low", 2)
    assert state_of(bank, account, payer) == before
    with pytest.raises(SandboxBankError) as caught:
        bank.pay_many([*orders[:1], {**orders[1], "amount": "900000"}])
    assert (caught.value.status, caught.value.params) == (400, {"field": "amount", "index": 1})
    assert state_of(bank, account, payer) == before
    done = bank.pay_many(orders[:2])
    assert [one["line"]["memo"] for one in done] == ["L0", "L1"]
    assert bank.balance(payer) == Dong(200_000)


def test_the_demo_amount_of_transfers_is_quick(bank: SandboxBank, account: str) -> None:
    register(bank, account)
    payers = [{"name": "Lê Thị Mai", "account": f"{account}P{n}", "balance": 5000} for n in range(1100)]
    started = time.monotonic()
    bank.add_customers(payers)
    bank.pay_many(
        transfer_request(
            account=account, payer=str(one["account"]), amount=Dong(5000), memo="A", channel="mbvcb", at=NOON
        )
        for one in payers
    )
    assert time.monotonic() - started < 10
    assert bank.balance(account) == Dong(5_500_000)
    assert bank.lines(account)[-1]["reference"] == "1100"


def test_a_repeated_key_is_one_transfer(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    order = {"account": account, "payer": payer, "amount": Dong(1000), "memo": "A", "key": f"k{account}"}
    assert bank.pay(**order) == bank.pay(**order)
    assert bank.balance(account) == Dong(1000)
    code = refused(bank, account, payer, **{**order, "amount": Dong(2000)})[1]
    assert code == "key_used"


def test_bad_codes_are_refused_with_the_reason(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    good = encode(bank_bin="970436", account=account, amount=Dong(1000), memo="A")
    elsewhere = encode(bank_bin="970418", account=account, amount=Dong(1000))
    static = encode(bank_bin="970436", account=account)
    stranger = encode(bank_bin="970436", account="1234", amount=Dong(1000))
    changed = good.replace("54041000", "54049000")
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"payload": changed}, 409, "qr_crc"),
        ({"payload": good[:-9]}, 409, "qr_crc_missing"),
        ({"payload": elsewhere}, 404, "account_unknown"),
        ({"payload": stranger}, 404, "account_unknown"),
        ({"payload": static}, 409, "amount_missing"),
        ({"payload": good, "amount": Dong(0)}, 409, "amount_positive"),
        ({"payload": good, "amount": Dong(-5)}, 409, "amount_positive"),
        ({"payload": good, "amount": Dong(500_000_000)}, 409, "amount_large"),
        ({"payload": good, "channel": "fax"}, 409, "channel_unknown"),
        ({"account": payer, "amount": Dong(1), "memo": ""}, 404, "account_unknown"),
    ]
    for order, status, code in cases:
        assert refused(bank, account, payer, payer=payer, **order)[:2] == (status, code)
    assert refused(bank, account, payload=good, payer=account)[1] == "payer_unknown"
    assert bank.pay(payload=static, payer=payer, amount=Dong(7))["line"]["amount"] == 7


def test_registering_again_keeps_the_money(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account, balance=Dong(50))
    bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A", notify=False)
    register(bank, account, balance=Dong(9), holder="TRUONG MOI")
    assert bank.balance(account) == Dong(1050)
    bank.add_customers([{"name": "Nguyễn Văn Bình", "account": payer, "balance": 1}])
    assert bank.balance(payer) == Dong(1_999_000)
    for wrong in ({"bin": "970418"}, {"number": payer}):
        with pytest.raises(SandboxBankError) as caught:
            register(bank, **{"number": account, **wrong})
        assert caught.value.code == "number_taken"
    with pytest.raises(SandboxBankError) as caught:
        bank.add_customers([{"name": "Người Khác", "account": payer, "balance": 1}])
    assert caught.value.code == "number_taken"


@pytest.mark.parametrize(
    ("bank_bin", "layout", "channel"),
    [
        ("970436", "vietcombank_simple", "mbvcb"),
        ("970418", "bidv_ibank", "mbvcb"),
        ("970422", "mb_detail", "mbvcb+wrap35"),
    ],
)
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_statement_reads_back(  # noqa: PLR0917
    bank: SandboxBank, account: str, payer: str, bank_bin: str, layout: str, channel: str, file_format: str
) -> None:
    register(bank, account, bin=bank_bin, balance=Dong(100_000))
    for day in range(4):
        at = NOON + dt.timedelta(days=day)
        bank.pay(account=account, payer=payer, amount=Dong(1000 + day), memo="VTK7M2QXP", channel=channel, at=at)
    bank.book_line(account, direction="out", amount=Dong(2500), memo="Mua phấn", at=NOON)
    bank.book_line(account, direction="in", amount=Dong(38), memo="NODATA", at=NOON + dt.timedelta(days=2))
    first, last = NOON.date() + dt.timedelta(days=1), NOON.date() + dt.timedelta(days=2)

    content = bank.statement(account, file_format=file_format, first=first, last=last)
    parsed = parse_statement(read_sheets(content, f"x.{file_format}"), expected_account=account)
    assert not parsed.refused
    assert (parsed.layout, parsed.account) == (layout, account)
    told = bank.lines(account, first=first, last=last)
    assert [line["amount"] for line in told] == [1001, 1002, 38]
    assert [(line.booked_on, line.direction, line.amount.value, line.memo) for line in parsed.lines] == [
        (
            dt.datetime.fromisoformat(line["booked_at"]).date(),
            Direction(line["direction"]),
            line["amount"],
            line["memo"],
        )
        for line in told
    ]
    if layout == "bidv_ibank":
        assert [line.reference for line in parsed.lines] == ["0001", "0001", "0002"]
        assert parsed.lines[0].booked_at == NOON + dt.timedelta(days=1)
    if layout != "vietcombank_simple":
        # 100,000 + 1,000 − 2,500 stood there before the period.
        assert [line.balance for line in parsed.lines] == [Dong(99_501), Dong(100_503), Dong(100_541)]


def test_a_whole_statement_and_another_banks_layout(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account, bin="970405")
    bank.pay(account=account, payer=payer, amount=Dong(1000), memo="A", at=NOON)
    with pytest.raises(SandboxBankError) as caught:
        bank.statement(account)
    assert caught.value.code == "layout_needed"
    for layout, code in (("nonsense", "layout_unknown"), ("vietinbank_efast", "layout_unknown")):
        with pytest.raises(SandboxBankError) as caught:
            bank.statement(account, layout=layout)
        assert caught.value.code == code
    content = bank.statement(account, layout="bidv_detail", file_format="csv")
    parsed = parse_statement(read_sheets(content, "x.csv"), expected_account=account)
    assert [line.amount for line in parsed.lines] == [Dong(1000)]


def raw(bank: SandboxBank, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(bank.url).netloc, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse().status


def test_malformed_requests_and_foreign_pages(bank: SandboxBank, account: str, payer: str) -> None:
    register(bank, account)
    body = f'{{"account":"{account}","payer":"{payer}","amount":1000,"memo":"A"}}'.encode()
    before = state_of(bank, account, payer)
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        assert raw(bank, "POST", "/api/pay", body, Content_Type=content_type) == 400
    for wrong in (
        b"",
        b"[]",
        b"{",
        b"\xff",
        body.replace(b"1000", b"1000.0"),
        body.replace(b"1000", b"true"),
    ):
        assert raw(bank, "POST", "/api/pay", wrong, Content_Type="application/json") == 400
    assert raw(bank, "GET", "/api/pay") == 405
    assert raw(bank, "GET", "/api/health", Host="bank.example") == 400
    assert raw(bank, "POST", "/pay", b"payload=x", Content_Type="application/x-www-form-urlencoded") == 403
    assert raw(bank, "GET", "/api/accounts/0/lines") == 404
    assert raw(bank, "GET", f"/api/accounts/{account}/lines?from=1/1/2026") == 400
    assert state_of(bank, account, payer) == before


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "truongso.sandbox.bank", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_refuses_production(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = start("--port", "0", "--data", str(data), TRUONGSO_ENV="production")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Ngân hàng thử không chạy khi TRUONGSO_ENV=production.\n"
    assert not data.exists()


def test_one_line_for_a_taken_port_and_a_bad_directory(bank: SandboxBank, tmp_path: Path) -> None:
    port = str(urlsplit(bank.url).port)
    (tmp_path / "file").write_text("")
    for arguments in (
        ["--port", port, "--data", str(tmp_path / "data")],
        ["--port", "0", "--data", str(tmp_path / "file" / "x")],
    ):
        done = start(*arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_money_outlives_the_process_and_ids_begin_anew(tmp_path: Path) -> None:
    with running_bank(tmp_path / "a") as bank:
        register(bank, "900001")
        first = bank.pay(account="900001", payer="9704360000011", amount=Dong(1000), memo="A")["line"]
    with running_bank(tmp_path / "a") as bank:
        assert bank.lines("900001") == [first]
        assert bank.balance("9704360000011") == Dong(49_999_000)
    with running_bank(tmp_path / "b") as bank:
        register(bank, "900001")
        other = bank.pay(account="900001", payer="9704360000011", amount=Dong(1000), memo="A")["line"]
    assert other["id"] > first["id"] + 100
