"""Techcombank's ledger: each column is several cells merged, headers and rows are two cells tall."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter

from truongso.banking.statements import read_statement
from truongso.banking.types import Direction
from truongso.kernel.money import Dong
from truongso.kernel.tests.xls_builder import Span, xls

# Where the bank's own file has its columns, from 0, and one past the last (statement_layouts: SaoKeTK_*.xlsx).
COLUMNS = (0, 6, 15, 23, 31, 44, 52, 58, 64)
HEADER_ROW = 33
LABELS = (
    "Ngày giao dịch", "Đối tác / Remitter", "NH đối tác / Remitter bank", "Diễn giải / Details",
    "Số bút toán / Transaction No", "Nợ TKTT / Debit", "Có TKTT / Credit", "Số dư / Balance",
)  # fmt: skip
ROWS = (
    ("02/10/2026", "LO THI MAI", "MB", "TS7K2M9QA thu thang 10", "FT26275000001", "", "250,000", "1,250,000"),
    ("03/10/2026", "", "", "PHI DICH VU", "FT26276000002", "11,000", "", "1,239,000"),
)


def cells() -> tuple[dict[tuple[int, int], str], list[Span]]:
    """Texts by place, and what is merged."""
    texts = {(1, 0): "TECHCOMBANK", (3, 0): "SỔ PHỤ KIÊM PHIẾU BÁO NỢ/CÓ", (9, 0): "Số tài khoản: 19034567890123"}
    spans: list[Span] = [(row, row, 0, 63) for row, _column in texts]
    for number, row in enumerate((LABELS, *ROWS)):
        top = HEADER_ROW + 2 * number
        for text, first, after in zip(row, COLUMNS, COLUMNS[1:], strict=False):
            texts[top, first] = text
            spans.append((top, top + 1, first, after - 1))
    return {place: text for place, text in texts.items() if text}, spans


def as_xlsx() -> bytes:
    texts, spans = cells()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("SaoKe")
        for first, last, left, right in spans:
            sheet.merge_range(first, left, last, right, texts.get((first, left), ""))
    return out.getvalue()


def as_xls() -> bytes:
    texts, spans = cells()
    return xls(dict(texts), merged=spans)


@pytest.mark.parametrize(("name", "content"), [("SaoKeTK.xlsx", as_xlsx()), ("SaoKeTK.xls", as_xls())])
def test_merged_cells_are_read_where_they_begin(name: str, content: bytes) -> None:
    parsed = read_statement(content, name, expected_account="19034567890123")
    assert (parsed.layout, parsed.account, parsed.problems) == ("techcombank_ledger", "19034567890123", ())
    assert [
        (x.booked_on, x.direction, x.amount, x.memo, x.reference, x.counter_name, x.counter_bank, x.balance)
        for x in parsed.lines
    ] == [
        (dt.date(2026, 10, 2), Direction.IN, Dong(250_000), "TS7K2M9QA thu thang 10", "FT26275000001", "LO THI MAI",
         "MB", Dong(1_250_000)),
        (dt.date(2026, 10, 3), Direction.OUT, Dong(11_000), "PHI DICH VU", "FT26276000002", "", "", Dong(1_239_000)),
    ]  # fmt: skip
