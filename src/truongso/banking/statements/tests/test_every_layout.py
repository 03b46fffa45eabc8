"""Each known layout, printed with the labels, number and date forms of its bank, at any depth, in each kind of file."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable

import pytest

from truongso.banking.statements import ParsedStatement, read_statement
from truongso.banking.statements.layouts import Layout, layout_named, layouts
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_csv, write_xlsx
from truongso.kernel.tests.xls_builder import xls

ACCOUNT = "0011001234567"
Rows = list[list[ExportCell]]


def _commas(amount: int) -> str:
    return f"{amount:,}"


def _dots(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


MONEY: dict[str, Callable[[int], str]] = {
    "vietcombank_simple": _dots,
    "vietcombank_cashup": _dots,
    "bidv_detail": lambda n: f"{n:,} VND",
    "bidv_ibank": lambda n: f"{_dots(n)},00",
    "mb_detail": lambda n: f"{n:,}.00",
    "techcombank_counterparties": lambda n: f"+ {n:,}",
    "agribank_core": str,
}
TIMED = {"bidv_detail", "vietinbank_efast", "mb_detail"}
BOOKINGS = [(True, 1_450_000, "ABK7M2QXP hoc phi", 5), (False, 11_000, "phi dich vu", 5), (True, 70_000, "NODATA", 6)]


def _values(layout: Layout, place: int, balance: int) -> dict[str, ExportCell]:
    incoming, amount, memo, day = BOOKINGS[place]
    money = MONEY.get(layout.name, _commas)
    date: str | None = f"{day:02}/11/2026" + (" 9:24:52" if layout.name in TIMED else "")
    if layout.fill_down_date and place and BOOKINGS[place - 1][3] == day:
        date = None
    return {
        "ordinal": str(place + 1), "date": date, "posting_date": date, "reference": f"5243.9005{place}", "memo": memo,
        "credit": money(amount) if incoming else None, "debit": None if incoming else money(amount),
        "signed_amount": amount if incoming else -amount, "balance": money(balance).lstrip("+ "),
        "account": ACCOUNT, "counter_account": "990001", "counter_name": "NGUYEN VAN BA",
    }  # fmt: skip


def _table(layout: Layout, depth: int) -> Rows:
    banner: Rows = [[layout.banners[0]]] if layout.banners else []
    banner.append(["Số tài khoản / Account number:", ACCOUNT])
    filler: Rows = [["…"] for _ in range(depth - len(banner))]
    rows: Rows = [*banner, *filler, [column.printed for column in layout.columns]]
    balance = 1_000_000
    for place, (incoming, amount, _memo, _day) in enumerate(BOOKINGS):
        balance += amount if incoming else -amount
        values = _values(layout, place, balance)
        rows.append([values.get(column.role) for column in layout.columns])
    return rows


def _web_page(rows: Rows) -> bytes:
    lines = ("".join(f"<td>{html.escape('' if c is None else str(c))}</td>" for c in row) for row in rows)
    return ("<html><table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table></html>").encode()


def _old_workbook(rows: Rows) -> bytes:
    texts = {(r, c): str(v) for r, row in enumerate(rows) for c, v in enumerate(row) if v is not None}
    plain: dict[tuple[int, int], str | float] = {place: text for place, text in texts.items() if text.isascii()}
    return xls(plain | _folded(texts))


def _folded(texts: dict[tuple[int, int], str]) -> dict[tuple[int, int], str | float]:
    """Cells with accents as one-byte text, which is all that the builder of test files writes."""
    from truongso.banking.statements.labels import fold

    return {place: fold(text) for place, text in texts.items() if not text.isascii()}


FILES: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": lambda rows: write_xlsx([SheetOut("Sao kê", [str(c) for c in rows[0]], rows[1:])]),
    "csv": write_csv,
    "semicolon": lambda rows: "\n".join(";".join("" if c is None else str(c) for c in row) for row in rows).encode(),
    "html": _web_page,
    "xls": _old_workbook,
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("name", [layout.name for layout in layouts()])
@pytest.mark.parametrize("depth", [3, 100])
def test_every_layout_reads_back(name: str, kind: str, depth: int) -> None:
    layout = layout_named(name)
    parsed = read_statement(FILES[kind](_table(layout, depth)), "sao-ke", expected_account=ACCOUNT)
    assert (parsed.layout, parsed.header_row, parsed.account) == (name, depth + 1, ACCOUNT)
    assert parsed.problems == ()
    _check(parsed, layout)


def _check(parsed: ParsedStatement, layout: Layout) -> None:
    roles = {column.role for column in layout.columns}
    balance = 1_000_000
    assert len(parsed.lines) == len(BOOKINGS)
    for line, (incoming, amount, memo, day) in zip(parsed.lines, BOOKINGS, strict=True):
        balance += amount if incoming else -amount
        assert (line.direction == "in", line.amount.value, line.memo) == (incoming, amount, memo)
        assert line.booked_on == dt.date(2026, 11, day)
        if "balance" in roles:
            assert line.balance is not None
            assert line.balance.value == balance
        if "reference" in roles:
            assert line.reference.startswith("5243.9005")
        assert line.counter_name == ("NGUYEN VAN BA" if "counter_name" in roles else "")
        assert line.counter_account == ("990001" if "counter_account" in roles else "")
