"""Exported tables: no cell starts a formula, and reading back gives what was written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from truongso.kernel.money import Dong
from truongso.kernel.sheet_cells import clean_text
from truongso.kernel.sheet_writer import ExportCell, SheetOut, export_cell, write_csv, write_xlsx
from truongso.kernel.sheets import Cell, SheetError, read_sheets

texts = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="=+-@'\t\r\n;,\"| abcđẮ0", max_size=8),
    st.sampled_from(["=1+1", "'=1", "''-", "@SUM(A1)", "\t=1", "+84912345678", "sep=;", "＝1"]),
)
numbers = st.integers(-(10**14), 10**14)
tables = st.lists(st.lists(st.one_of(st.none(), texts, numbers), min_size=1, max_size=4), min_size=1, max_size=6)


def shape(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Rows without empty cells at their end and without empty rows at the end."""
    trimmed = []
    for row in rows:
        used = max((i for i, v in enumerate(row, 1) if v is not None), default=0)
        trimmed.append(row[:used])
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def read_back(data: bytes) -> list[list[Cell]]:
    try:
        return shape(read_sheets(data, "a")[0].rows)
    except SheetError as error:
        if error.code != "empty":
            raise
        return []


@given(tables)
def test_csv_never_starts_a_formula_and_reads_back(rows: list[list[Cell]]) -> None:
    data = write_csv(rows)
    for record in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        for cell in record:
            assert not re.match(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]", cell) or re.fullmatch(r"-[0-9]+", cell)
    as_text = [[clean_text(v) or None if isinstance(v, str) else v and str(v) for v in row] for row in rows]
    as_text = [["0" if v == 0 and v is not None else v for v in row] for row in as_text]
    assert read_back(data) == shape(as_text)


@given(tables)
def test_xlsx_reads_back(rows: list[list[Cell]]) -> None:
    written: list[list[Cell]] = [[clean_text(v) or None if isinstance(v, str) else v for v in r] for r in rows]
    assert read_back(write_xlsx([SheetOut("x", [], rows)])) == shape(written)


def test_formulas_become_text() -> None:
    assert write_csv([["=1+1", "'=x", "-5", -5, "@a", "+84"]]) == (
        b'\xef\xbb\xbf"\'=1+1","\'\'=x","\'-5","-5","\'@a","\'+84"\r\n'
    )
    book = load_workbook(io.BytesIO(write_xlsx([SheetOut("a", ["=1+1"], [["=1+1", "http://x.vn"]])])))
    cells = [cell for row in book["a"].iter_rows() for cell in row if cell.value is not None]
    assert [(c.value, c.data_type, c.hyperlink) for c in cells] == [
        ("=1+1", "s", None),
        ("=1+1", "s", None),
        ("http://x.vn", "s", None),
    ]


def test_vietnamese_forms() -> None:
    moment = dt.datetime(2026, 11, 5, 18, 30, tzinfo=dt.UTC)
    rows: list[list[ExportCell]] = [
        [Dong(1250000), dt.date(2026, 11, 5), moment, "0012", 10**16, dt.date(1899, 12, 31)]
    ]
    data = write_xlsx([SheetOut("Phiếu thu", ["Số tiền"], rows, banner=[["Trường"], []])])
    page = load_workbook(io.BytesIO(data))["Phiếu thu"]
    assert page.freeze_panes == "A4"
    assert page["A3"].font.bold
    assert (page["A4"].value, page["A4"].number_format) == (1250000, "#,##0")
    assert (page["B4"].value, page["B4"].number_format) == (dt.datetime(2026, 11, 5), "dd/mm/yyyy")
    assert (page["C4"].value, page["C4"].number_format) == (
        dt.datetime(2026, 11, 6, 1, 30),
        "dd/mm/yyyy hh:mm:ss",
    )
    assert [page["D4"].value, page["E4"].value, page["F4"].value] == ["0012", "1" + "0" * 16, "31/12/1899"]
    assert write_csv(rows).decode("utf-8-sig") == (
        '"1250000","05/11/2026","06/11/2026 01:30:00","0012","10000000000000000","31/12/1899"\r\n'
    )


def test_sheet_names_are_made_acceptable_and_unique() -> None:
    names = ["Lớp 6/1", "lớp 6 1", "", "'x" * 30, "'x" * 30]
    book = load_workbook(io.BytesIO(write_xlsx([SheetOut(n, [], [["a"]]) for n in names])))
    assert book.sheetnames == ["Lớp 6 1", "lớp 6 1 (2)", "Sheet", ("x'" * 16)[:31], ("x'" * 16)[:27] + " (2)"]


def test_what_cannot_be_held_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        write_xlsx([SheetOut("a", [], [["x" * 32_768]])])
    with pytest.raises(ValueError, match="needs a sheet"):
        write_xlsx([])
    assert export_cell(float("nan")) is None
