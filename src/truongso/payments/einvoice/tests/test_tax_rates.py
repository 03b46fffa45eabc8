"""Rates in the hand-off's workbook: numbers that spreadsheets reckon with."""

from __future__ import annotations

import io

import openpyxl

from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.payments.einvoice.files import _rate
from truongso.payments.einvoice.types import TaxCategory


def test_a_tax_rate_is_a_number_in_percent_and_what_has_none_stays_words() -> None:
    rows = [[_rate(tax)] for tax in (TaxCategory.RATE_8, TaxCategory.RATE_0, TaxCategory.NOT_SUBJECT)]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([SheetOut("x", [], rows)])))
    cells = [row[0] for row in book["x"].iter_rows()]
    assert [(cell.value, cell.number_format) for cell in cells] == [
        (0.08, "0.0%"), (0, "0.0%"), ("Không chịu thuế", "General"),
    ]  # fmt: skip
