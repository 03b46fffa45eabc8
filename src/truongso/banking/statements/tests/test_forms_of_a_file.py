"""What dates and amounts mean is decided for the file as a whole; what stays open is refused row by row."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from truongso.banking.statements import ParsedStatement, StatementRow, read_statement
from truongso.banking.statements.amounts import AmountError, decide_form, parse_amount
from truongso.banking.statements.custom import (
    CustomLayout,
    CustomLayoutError,
    from_file,
    from_json,
    guess,
    to_file,
)
from truongso.banking.statements.handling import suggested_handling
from truongso.banking.statements.moments import DateOrder, decide_order
from truongso.banking.statements.parse import parse_statement
from truongso.banking.statements.read import LIMITS
from truongso.banking.types import Direction
from truongso.kernel.sheets import Cell, Sheet, SheetError

HEADER: list[Cell] = ["Ngày", "Diễn giải", "Số tiền", "Số dư"]
COLUMNS = {"date": 0, "memo": 1, "signed_amount": 2, "balance": 3}


def custom(**more: object) -> CustomLayout:
    values = {"name": "Mẫu", "header": ("NGAY", "DIEN GIAI", "SO TIEN", "SO DU"), "columns": COLUMNS, **more}
    return CustomLayout(**values)  # type: ignore[arg-type]


def read(*rows: list[Cell], **more: object) -> ParsedStatement:
    return parse_statement([Sheet("a", [HEADER, *rows])], expected_account=None, saved=[custom(**more).layout("x")])


def amounts(parsed: ParsedStatement) -> list[object]:
    return [row.line.signed.value if row.line else _code(row) for row in parsed.rows if row.line or row.refusal]


def days(parsed: ParsedStatement) -> list[object]:
    return [row.line.booked_on if row.line else _code(row) for row in parsed.rows if row.line or row.refusal]


def _code(row: StatementRow) -> str:
    return row.refusal.code if row.refusal else ""


def rows(*cells: Cell, balances: tuple[Cell, ...] = ()) -> list[list[Cell]]:
    left = [*balances, *[None] * len(cells)]
    return [["05/11/2026", "x", cell, balance] for cell, balance in zip(cells, left, strict=False)]


def test_a_thousand_or_one_is_told_by_the_other_amounts() -> None:
    assert amounts(read(*rows("1.000", "1.000.000"))) == [1_000, 1_000_000]
    assert amounts(read(*rows("1.000", "400.000,00"))) == [1_000, 400_000]
    assert amounts(read(*rows("1.000", "25000.000"))) == [1, 25_000]
    assert amounts(read(*rows("1,000", "250.00"))) == ["amount_ambiguous", 250]
    assert amounts(read(*rows("1,000", "1,250.00"))) == [1_000, 1_250]


def test_a_thousand_or_one_is_told_by_the_balances() -> None:
    assert amounts(read(*rows("1.000", "2.000", balances=(5_000, 7_000)))) == [1_000, 2_000]
    assert amounts(read(*rows("1.000", "2.000", balances=(5_000, 5_002)))) == [1, 2]


def test_a_thousand_or_one_that_nothing_tells_is_asked() -> None:
    parsed = read(*rows("1.000", "70.000"))
    assert amounts(parsed) == ["amount_ambiguous", "amount_ambiguous"]
    assert [p.code for p in parsed.problems] == ["account_not_named", "amounts_ambiguous", "totals_unchecked"]
    assert amounts(read(*rows("1.000", "70.000"), numbers="dots")) == [1_000, 70_000]
    assert amounts(read(*rows("1.000", "70.000"), numbers="commas")) == [1, 70]
    assert amounts(read(*rows("1.000.000", "1000000.00", "1.000"))) == [1_000_000, 1_000_000, "amount_ambiguous"]


def test_numbers_that_a_spreadsheet_has_spoilt_are_refused() -> None:
    assert amounts(read(*rows("1.250.000", 250, 70.5, 38_000))) == [
        1_250_000, "amount_ambiguous", "amount_ambiguous", 38_000,
    ]  # fmt: skip
    assert decide_form(["1.250.000", 250]).bare_cells_doubtful
    with pytest.raises(AmountError):
        parse_amount("1O.000")


def dated(*cells: Cell, **more: object) -> ParsedStatement:
    return read(*([cell, "x", "1.000.000", None] for cell in cells), **more)


def test_the_order_of_dates_is_one_for_the_file() -> None:
    fifth, later = dt.date(2026, 11, 5), dt.date(2026, 11, 25)
    assert days(dated("05/11/2026", "25/11/2026")) == [fifth, later]
    assert days(dated("11/05/2026", "11/25/2026")) == [fifth, later]
    assert days(dated("2026-11-05", "05/11/2026")) == [fifth, fifth]
    mixed = dated("05/11/2026", "25/11/2026", "11/25/2026", "07/07/2026")
    assert days(mixed) == ["date_order_unclear", later, later, dt.date(2026, 7, 7)]
    assert "dates_mixed" in [p.code for p in mixed.problems]
    assert days(dated("05/11/2026", "25/11/2026", "11/25/2026", dates="dmy")) == [fifth, later, "date_unreadable"]


def test_day_and_month_swapped_by_a_spreadsheet_are_refused() -> None:
    spoilt = dated(dt.date(2026, 5, 11), "25/11/2026", "26/11/2026")
    assert days(spoilt) == ["date_order_unclear", dt.date(2026, 11, 25), dt.date(2026, 11, 26)]
    assert "dates_spoilt" in [p.code for p in spoilt.problems]
    assert decide_order([dt.date(2026, 5, 11), dt.date(2026, 5, 25)]) is DateOrder.DAY_FIRST


def test_one_slip_among_many_dates_does_not_spoil_the_file() -> None:
    many: list[Cell] = ["25/11/2026"] * 30
    assert days(dated("05/11/2026", *many, "11/25/2026")).count("date_unreadable") == 1


def test_negative_amounts() -> None:
    header: list[Cell] = ["Ngày giao dịch", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Mô tả"]

    def of(*pairs: tuple[Cell, Cell]) -> list[tuple[str, int, bool]]:
        body: list[list[Cell]] = [["05/11/2026", "r", debit, credit, "x"] for debit, credit in pairs]
        parsed = parse_statement([Sheet("a", [header, *body])], expected_account=None)
        return [(x.direction.value, x.amount.value, x.undoes) for x in parsed.lines]

    assert of((None, "450,000"), (None, "-450,000")) == [("in", 450_000, False), ("out", 450_000, True)]
    assert of(("-11,000", None), ("-5,000", None)) == [("out", 11_000, False), ("out", 5_000, False)]
    assert of(("11,000", None), ("-11,000", None)) == [("out", 11_000, False), ("in", 11_000, True)]


def test_a_side_column_and_blank_repeated_dates() -> None:
    later: list[list[Cell]] = [[None, "2.000.000", "Nợ"], [None, "1.000.000", "?"]]
    parsed = parse_statement(
        [Sheet("a", [["Ngày", "Tiền", "Loại"], ["05/11/2026", "10.000.000", "C"], *later])],
        expected_account=None,
        saved=[
            CustomLayout(
                name="x", header=("NGAY", "TIEN", "LOAI"), columns={"date": 0, "signed_amount": 1, "side": 2},
                fill_down_date=True,
            ).layout("x")
        ],
    )  # fmt: skip
    assert amounts(parsed) == [10_000_000, -2_000_000, "side_unreadable"]


def test_a_table_without_a_header() -> None:
    layout = CustomLayout(name="x", header=("", "", ""), columns={"date": 0, "signed_amount": 1, "memo": 2})
    data: list[list[Cell]] = [["05/11/2026", "1.000.000", "a"], ["06/11/2026", "2.000.000", "b"]]
    parsed = parse_statement([Sheet("a", data)], expected_account=None, saved=[layout.layout("x")])
    assert (amounts(parsed), parsed.header_row) == ([1_000_000, 2_000_000], 0)


def test_a_shared_layout_is_read_strictly() -> None:
    assert from_file(to_file(custom())) == custom()
    good = custom().as_json()
    for change, code in (
        ({"format": "x"}, "other_format"), ({"version": 2}, "other_format"), ({"more": 1}, "unknown_key"),
        ({"header": []}, "bad_value"), ({"header": ["ngày"] * 4}, "bad_value"),
        ({"columns": {"date": 0}}, "amount_missing"),
        ({"columns": {"signed_amount": 1}}, "date_missing"),
        ({"columns": {"date": 0, "signed_amount": 0}}, "column_twice"),
        ({"columns": {"date": 0, "signed_amount": 9}}, "bad_value"),
        ({"columns": {"date": 0, "pin": 1}}, "column_unknown"),
        ({"columns": {"date": 0, "signed_amount": 1, "credit": 2}}, "amount_twice"), ({"numbers": "x"}, "bad_value"),
        ({"columns": {"date": 0, "signed_amount": True}}, "bad_value"), ({"name": " "}, "name_missing"),
        ({"fill_down_date": 1}, "bad_value"), ({"name": "a\x00"}, "bad_value"), ({"name": "x" * 81}, "bad_value"),
        ({"columns": {"date": 0, "credit": 1, "side": 2}}, "side_alone"),
    ):  # fmt: skip
        with pytest.raises(CustomLayoutError) as refused:
            from_json({**good, **change})
        assert refused.value.code == code, change
    for content in (b"{", b"[" * 30_000, b"\xff\xfe", b" " * 40_000):
        with pytest.raises(CustomLayoutError):
            from_file(content)


def test_columns_are_guessed_from_labels() -> None:
    found = guess(
        Sheet("a", [["Trường"], ["Ngày GD", "Nội dung giao dịch", "Ghi có", "Ghi nợ", "Số dư"], ["1", "2", "3"]])
    )
    assert (found.header_row, found.columns) == (1, {"date": 0, "memo": 1, "credit": 2, "debit": 3, "balance": 4})


@pytest.mark.parametrize(
    ("memo", "direction", "code"),
    [
        ("NODATA", Direction.IN, "interest"), ("Tra lai tien gui thang 10", Direction.IN, "interest"),
        ("Phí SMS tháng 10", Direction.OUT, "bank_fee"), ("ABK7M2QXP phi sms", Direction.IN, None),
        ("HUY GIAO DICH FT26309", Direction.OUT, "reversal"), ("tien lai xe dua don", Direction.OUT, None),
        ("Hoc phi thang 11", Direction.IN, None), ("FEEDBACK", Direction.OUT, None),
    ],
)  # fmt: skip
def test_bookings_that_are_no_fees_are_recognised_by_data(memo: str, direction: Direction, code: str | None) -> None:
    found = suggested_handling(memo, direction)
    assert (found.code if found else None) == code


def test_a_file_cut_in_the_middle_of_a_row_is_refused() -> None:
    text = "Ngày giao dịch,Số tham chiếu,Số tiền ghi nợ,Số tiền ghi có,Mô tả\n" + "05/11/2026,r1,,450000,x\n" * 3
    whole = read_statement(text.encode(), "a.csv", expected_account=None)
    assert (len(whole.lines), whole.refused) == (3, False)
    cut = read_statement((text + "05/11/2026,r1,,45").encode(), "a.csv", expected_account=None)
    assert [(p.code, p.params) for p in cut.problems if p.refuses] == [("file_cut", {"row": 5})]


def test_a_million_and_one_rows_are_refused_before_they_take_memory() -> None:
    data = b"05/11/2026,r,,1000,x\n" * 1_000_001
    started = time.process_time()
    with pytest.raises(SheetError) as refused:
        read_statement(data, "a.csv", expected_account=None)
    assert (refused.value.code, refused.value.params) == (
        "too_many_rows", {"count": 1_000_001, "limit": LIMITS.max_rows},
    )  # fmt: skip
    assert time.process_time() - started < 1
