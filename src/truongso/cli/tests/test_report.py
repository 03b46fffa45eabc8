"""`truongso report cashless`: exact figures, a readable table, one line for what is wrong."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests import money

from truongso.cli.main import main
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.payments.public import book
from truongso.payments.types import EvidenceKind, Method

pytestmark = pytest.mark.django_db
REPORT = ["report", "cashless", "--school", "79-THU", "--period"]


@pytest.fixture
def paid(school: School) -> School:
    """Three payments of the fourth quarter: 300.000 đ by QR, 100.000 đ by card, 50.000 đ in cash."""
    invoice = money.invoice(school, (1_000_000,))
    wanted = [(300_000, Method.QR_TRANSFER), (100_000, Method.CARD_POS), (50_000, Method.CASH)]
    with savepoint():
        for amount, method in wanted:
            kind = EvidenceKind.CASH_RECEIPT if method is Method.CASH else EvidenceKind.NOTICE
            moment = dt.datetime(2026, 10, 5, 12, tzinfo=clock.SCHOOL_TIME)
            booking = money.booking((invoice, amount), kind=kind, method=method, received_at=moment)
            book(school.pk, booking=booking, actor=Actor.system("test"))
    return school


def test_json_holds_the_exact_figures(paid: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*REPORT, "2026-Q4", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    methods = said.pop("methods")
    assert said == {
        "school": "79-THU", "period": "2026-Q4", "from": "2026-10-01", "to": "2026-12-31",
        "count": 3, "cashless_count": 2, "value_dong": 450_000, "cashless_value_dong": 400_000,
        "count_share": 0.6667, "value_share": 0.8889, "collected_dong": 450_000, "refunded_dong": {},
    }  # fmt: skip

    def of(count: int, dong: int, *shares: float) -> dict[str, object]:
        whole = {"count": count, "dong": dong}
        sums = {"collected": whole, "refunded": {"count": 0, "dong": 0}}
        return {**whole, "count_share": shares[0], "value_share": shares[1], **sums}

    none = of(0, 0, 0.0, 0.0)
    assert methods == {
        "qr_transfer": of(1, 300_000, 0.3333, 0.6667),
        "web": none,
        "mobile_money": none,
        "card_pos": of(1, 100_000, 0.3333, 0.2222),
        "cash": of(1, 50_000, 0.3333, 0.1111),
        "bank_bill": none,
    }


def test_an_empty_period_has_null_shares(paid: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*REPORT, "2026-Q3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["count"], said["value_dong"], said["count_share"], said["value_share"]) == (0, 0, None, None)


def test_the_table_can_be_read(paid: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*REPORT, "2026-Q4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Trường Tiểu học Lê Văn Tám (79-THU)", "Quý IV năm 2026: 01/10/2026 – 31/12/2026"]
    assert lines[-1].split() == [
        "Không", "dùng", "tiền", "mặt", "400.000", "đ", "0", "đ", "2", "400.000", "đ", "66,7", "%", "88,9", "%",
    ]  # fmt: skip
    assert len({len(line) for line in lines[2:]}) == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--school", "KHONG-CO", "--period", "2026-Q4"], 1, "không có trường nào mang mã “KHONG-CO”"),
        (["--school", "79-THU", "--period", "2026-Q7"], 2, "“2026-Q7” không phải một kỳ báo cáo"),
        (["--school", "79-THU", "--period", "2026-02-30..2026-03-01"], 2, "Không có ngày “2026-02-30”"),
        (["--school", "79-THU"], 2, "thiếu --period"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    school: School, capsys: pytest.CaptureFixture[str], words: list[str], code: int, says: str
) -> None:
    assert main(["report", "cashless", *words]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert says in said.err
