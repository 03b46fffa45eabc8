"""Every code that can refuse something has a text that says what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from truongso.banking.matching.types import Evidence
from truongso.banking.statements import types as statement_types
from truongso.banking.types import LineState
from truongso.banking.web import messages
from truongso.kernel.money import Dong
from truongso.kernel.sheet_types import SheetError
from truongso.payments.providers.sepay import errors


def _documented(text: str | None, *, start: str = "") -> set[str]:
    """Codes of a docstring: words with a middle dot, a comma or an end behind them, parameters left out."""
    listed = re.sub(r"\([^)]*\)", "", (text or "").split(start)[1] if start else text or "")
    return set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b(?=\s*[·,.]|\s*$)", listed))


PARAMS: dict[str, Any] = {
    "limit": 10 * 1024 * 1024, "count": 1_500, "sheets": ["Trang 1", "Trang 2"], "accounts": ["001", "002"],
    "expected": "001", "found": "002", "printed": 250_000, "counted": 240_000, "opening": 1, "closing": 2,
    "total_in": 3, "total_out": 4, "rows": [3, 7], "row": 3, "breaks": 2, "text": "abc", "debit": Dong(1),
    "credit": Dong(2), "state": "matched", "surplus": Dong(30_000), "code": "TSABC", "sum": Dong(5), "amount": Dong(6),
    "owed": Dong(7), "codes": "TSABC", "slip": "GNT 0012", "batch": "POS 0001", "open": 2, "net": 8, "refunded": 9,
}  # fmt: skip
TABLES = {
    "file": (messages.FILE_REFUSALS, messages.file_text),
    "problem": (messages.PROBLEMS, messages.problem_text),
    "row": (messages.ROWS, messages.row_text),
    "line": (messages.LINES, messages.line_text),
    "payment": (messages.PAYMENTS, messages.payment_text),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_text_is_filled_and_is_a_sentence(table: str) -> None:
    texts, word = TABLES[table]
    for code in texts:
        said = word(code, PARAMS)
        assert re.search(r"[.!]$", said), code
        assert "%(" not in said, code
        assert "[" not in said, code


def test_documented_codes_of_files_have_texts() -> None:
    sheet = _documented(SheetError.__doc__, start="text:")
    assert {"zip_bomb", "too_large", "damaged"} <= sheet
    statement = _documented(statement_types.StatementError.__doc__, start="Codes:")
    assert {"unknown_layout", "several_tables", "several_accounts", "account_not_in_file", "damaged"} <= statement
    assert sheet | statement <= set(messages.FILE_REFUSALS)


def test_documented_codes_of_statements_and_rows_have_texts() -> None:
    text = re.sub(r"Codes that (refuse|flag|only warn):", "", (statement_types.StatementProblem.__doc__ or ""))
    problems = _documented(text, start="closed.") - {"đồng"}
    assert {"other_account", "no_lines", "balance_breaks", "figure_unreadable"} <= problems
    assert problems <= set(messages.PROBLEMS)
    rows = _documented(statement_types.Refusal.__doc__, start="Codes:")
    assert rows == set(messages.ROWS)


def test_codes_of_notices_have_texts() -> None:
    documented = _documented(errors.SignatureError.__doc__, start="Codes:") - {"key_missing", "key_wrong"}
    notice = _documented((errors.NoticeError.__doc__ or "").split("`params`")[0], start="Codes:")
    assert "duplicate_key" in notice
    assert documented | notice <= set(messages.FEEDS)
    assert all(messages.feed_text(code) for code in messages.FEEDS)


def test_states_evidence_and_reasons_have_texts() -> None:
    assert set(messages.STATES) == {s.value for s in LineState}
    assert set(messages.EVIDENCE) == {e.value for e in Evidence}
    assert messages.reason_text({"code": "exact", "params": {}}, {}).startswith("Nội dung có đúng mã")
    said = messages.reason_text({"code": "other_account", "params": {"code": "TSA", "account": "7"}}, {"7": "0071000"})
    assert said == "Mã TSA thuộc hóa đơn nộp vào tài khoản khác (0071000)"
    said = messages.reason_text({"code": "refused_invoice_cancelled", "params": {"code": "TSA"}}, {})
    assert said == "Phiếu TSA đã hủy, không nhận tiền được nữa. Chọn phiếu khác."
    said = messages.reason_text({"code": "takes_back", "params": {"day": "2026-11-22", "text": "Nhầm"}}, {})
    assert said == "Thu hồi khoản báo có ngày 22/11/2026: Nhầm"


def test_amounts_are_written_as_money() -> None:
    said = messages.problem_text("total_in_differs", {"printed": 250_000, "counted": 240_000})
    assert "250.000\u00a0đ" in said
    assert "240.000\u00a0đ" in said
    assert "10 MB" in messages.file_text("too_large", {"size": 11, "limit": 10 * 1024 * 1024})
