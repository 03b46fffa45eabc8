"""`truongso match --dry-run`: what matching again would change, and that it changes nothing."""

from __future__ import annotations

import json

import pytest
from tests import factories, money

from truongso.banking.tests.helpers import arrive, rows
from truongso.cli import match_preview
from truongso.cli.main import main
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
DRY = ["match", "--dry-run", "--school"]


@pytest.fixture(autouse=True)
def _tables_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's tables come from the models, so no migration is recorded."""
    monkeypatch.setattr(match_preview, "start_on_database", lambda: None)


def test_what_would_change_and_that_nothing_does(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    account, invoice = factories.bank_account(school), money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    booked = arrive(account, f"{invoice.code} nop", 250_000, "R1")
    arrive(account, "tien gi day", 5_000, "R2")
    before = rows()
    assert main([*DRY, "79-THU", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {k: v for k, v in said.items() if k != "lines"} == {
        "school": "79-THU", "changes": 2, "would_book": 1, "would_book_dong": 250_000,
    }  # fmt: skip
    assert said["lines"][0] == {
        "line": booked.public_id, "amount": 250_000, "would_book": True, "before": None,
        "after": {"rule": "exact", "reason": "exact", "confidence": 100}, "codes": [invoice.code],
    }  # fmt: skip
    assert main([*DRY, "79-THU"]) == 0
    text = capsys.readouterr().out.splitlines()
    assert text[0] == "2 giao dịch đổi kết luận; 1 sẽ tự ghi nhận, 250.000 đ. Chưa ghi gì."
    assert text[1].startswith(f"06/10/2026  250.000 đ  ghi nhận  {invoice.code}  Nội dung có đúng mã hóa đơn")
    assert rows() == before


def test_nothing_to_change(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DRY, "79-THU"]) == 0
    assert capsys.readouterr().out == "Khớp lại bây giờ không đổi gì.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([*DRY, "khong-co"], 1, "không có trường nào mang mã “khong-co”"),
        (["match", "--dry-run"], 2, "thiếu --school"),
        ([*DRY, "x", "--out", "a.csv"], 2, "--dry-run không đi cùng --out"),
        (["match", "--school", "x"], 2, "thiếu --invoices, --transfers, --out"),
        (["match", "--invoices", "a", "--transfers", "b", "--out", "c", "--json"], 2, "--json chỉ đi cùng --dry-run"),
    ],
)
def test_wrong_words_are_one_line(
    school: School, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main(words) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
