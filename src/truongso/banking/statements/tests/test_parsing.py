"""Statements with everything that goes wrong in them: rows refused one by one, files refused as a whole."""

from __future__ import annotations

import datetime as dt

import pytest

from truongso.banking.statements import (
    ParsedStatement,
    RowKind,
    StatementError,
    StatementLine,
    parse_statement,
)
from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.sheets import Cell, Sheet

ACCOUNT = "0011001234567"
VIETCOMBANK: list[Cell] = ["Ngày giao dịch", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Mô tả"]
MB: list[Cell] = [
    "Ngày hạch toán/Posting date",
    "Ngày giao dịch/Transaction date",
    "Phát sinh nợ/Debit",
    "Phát sinh có/Credit",
    "Số dư/Balance",
    "Nội dung/Description",
]
BIDV: list[Cell] = ["STT", "Ngày hiệu lực", "Ghi nợ", "Ghi có", "Số dư", "Mô tả"]
DAY = dt.date(2026, 11, 5)


def parse(*rows: list[Cell], expected: str | None = ACCOUNT) -> ParsedStatement:
    return parse_statement([Sheet("Sheet1", list(rows))], expected_account=expected)


def vietcombank(*rows: list[Cell], account: Cell = ACCOUNT) -> ParsedStatement:
    return parse(["Vietcombank"], ["Số tài khoản:", account], [], VIETCOMBANK, *rows)


def refusals(parsed: ParsedStatement) -> list[tuple[int, str, dict[str, object]]]:
    return [(row.number, row.refusal.code, row.refusal.params) for row in parsed.rows if row.refusal is not None]


def problems(parsed: ParsedStatement) -> list[tuple[str, dict[str, object], bool]]:
    return [(problem.code, problem.params, problem.refuses) for problem in parsed.problems]


def test_a_line_is_taken_verbatim_with_its_row_number() -> None:
    cells: list[Cell] = ["05/11/2026", "5243.90051", None, "450,000", "  ABK7M2QXP  hoc phi\nT11 "]
    parsed = vietcombank(cells)
    assert (parsed.layout, parsed.bank, parsed.sheet, parsed.header_row) == (
        "vietcombank_simple",
        "Vietcombank",
        "Sheet1",
        4,
    )
    [row] = parsed.rows
    assert (row.number, row.cells, row.kind) == (5, tuple(cells), RowKind.LINE)
    assert row.line == StatementLine(
        booked_on=DAY,
        direction=Direction.IN,
        amount=Dong(450000),
        memo="  ABK7M2QXP  hoc phi\nT11 ",
        reference="5243.90051",
    )
    assert (parsed.account, parsed.refused, parsed.problems) == (ACCOUNT, False, ())


def test_direction_comes_from_the_labels_not_from_the_place() -> None:
    swapped: list[Cell] = [VIETCOMBANK[0], VIETCOMBANK[1], VIETCOMBANK[3], VIETCOMBANK[2], VIETCOMBANK[4]]
    parsed = parse(swapped, ["05/11/2026", "a", "450,000", None, "x"], ["05/11/2026", "b", "0", "11,000", "phi"])
    assert [(line.direction, line.amount) for line in parsed.lines] == [
        (Direction.IN, Dong(450000)),
        (Direction.OUT, Dong(11000)),
    ]


def test_rows_are_refused_one_by_one_and_kept() -> None:
    parsed = vietcombank(
        ["05/11/2026", "a", None, "45O,000", "letter O"],
        ["05/11/2026", "b", "1,000", "1,000", "both"],
        ["05/11/2026", "c", None, None, "none"],
        ["05/11/2026", "d", "0", "0", "zeros"],
        ["31/02/2026", "e", None, "7,000", "no such day"],
        [None, "f", None, "8,000", "no day"],
        ["05/11/2026", "g", "-5,000", None, "negative"],
        ["05/11/2026", "h", None, "12.34", "decimals"],
        ["05/11/2026", "i", None, "450,000", "good"],
    )
    assert refusals(parsed) == [
        (5, "amount_unreadable", {"text": "45O,000"}),
        (6, "amount_both_sides", {"debit": 1000, "credit": 1000}),
        (7, "amount_missing", {}),
        (8, "amount_missing", {}),
        (9, "date_unreadable", {"text": "31/02/2026"}),
        (10, "date_missing", {}),
        (12, "amount_not_whole", {"text": "12.34"}),
    ]
    assert [(x.reference, x.direction.value, x.amount.value) for x in parsed.lines] == [
        ("g", "in", 5_000),
        ("i", "in", 450_000),
    ]
    assert len(parsed.rows) == 9
    assert not parsed.refused
    assert problems(parsed) == [("totals_unchecked", {"rows": [5, 6, 7, 8, 12]}, False)]


def test_totals_signatures_and_repeated_headers_are_no_bookings() -> None:
    parsed = vietcombank(
        ["05/11/2026", "a", None, "450,000", "x"],
        VIETCOMBANK,
        ["05/11/2026", "b", "50,000", None, "TONG KET"],
        [None, "Tổng số", "50,000", "450,000", None],
        [None, "Tổng số giao dịch", "2", None, None],
        [None, None, "Kế toán trưởng", None, "Giám đốc"],
        ["06/11/2026", None, None, None, None],
        [None, None, None, None, None],
    )
    assert [(row.number, row.kind.value) for row in parsed.rows] == [
        (5, "line"),
        (6, "noise"),
        (7, "line"),
        (8, "footer"),
        (9, "footer"),
        (10, "noise"),
        (11, "noise"),
    ]
    assert (parsed.printed.total_in, parsed.printed.total_out) == (Dong(450000), Dong(50000))
    assert parsed.problems == ()


def test_totals_that_do_not_add_up_flag_the_file_with_the_numbers() -> None:
    parsed = vietcombank(["05/11/2026", "a", None, "450,000", "x"], [None, "Tổng số", "1,000", "460,000", None])
    assert (parsed.refused, parsed.flagged) == (False, True)
    assert problems(parsed) == [
        ("total_in_differs", {"printed": 460000, "counted": 450000}, False),
        ("total_out_differs", {"printed": 1000, "counted": 0}, False),
    ]
    assert [line.amount for line in parsed.lines] == [Dong(450000)]


def test_an_unreadable_amount_leaves_the_totals_open_only_upwards() -> None:
    rows: list[list[Cell]] = [
        ["05/11/2026", "a", None, "450,000", "x"],
        ["05/11/2026", "b", None, "1OO", "y"],
    ]
    assert not vietcombank(*rows, [None, "Tổng số", "0", "460,000", None]).flagged
    too_low = vietcombank(*rows, [None, "Tổng số", "0", "440,000", None])
    assert problems(too_low)[0] == ("total_in_differs", {"printed": 440000, "counted": 450000}, False)
    assert too_low.flagged


def test_a_row_with_a_bad_date_still_counts_in_the_totals() -> None:
    parsed = vietcombank(["31/02/2026", "a", None, "450,000", "x"], [None, "Tổng số", "0", "450,000", None])
    assert parsed.problems == ()
    assert [code for _, code, _ in refusals(parsed)] == ["date_unreadable"]


def test_another_account_is_refused() -> None:
    line: list[Cell] = ["05/11/2026", "a", None, "1,000", "x"]
    assert problems(vietcombank(line, account="0011009999999")) == [
        ("other_account", {"expected": ACCOUNT, "found": "0011009999999"}, True)
    ]
    spaced = vietcombank(line, account="0011 0012 34567")
    assert (spaced.account, spaced.problems) == (ACCOUNT, ())
    numeric = vietcombank(line, account=11001234567)
    assert (numeric.account, numeric.problems) == (ACCOUNT, ())
    assert problems(vietcombank(line, account=11001234568))[0][0] == "other_account"
    unnamed = parse(VIETCOMBANK, line)
    assert (unnamed.account, problems(unnamed)) == (None, [("account_not_named", {}, False)])


def test_old_account_numbers_do_not_count() -> None:
    parsed = parse(
        ["BIDV"],
        ["Số tài khoản cũ/Old account no: 1234567890"],
        [f"Số tài khoản/Account no: {ACCOUNT}"],
        BIDV,
        ["1", "05/11/2026 9:05:07", None, "400.000,00", "400.000,00", "x"],
    )
    assert parsed.account == ACCOUNT
    assert parsed.lines == [
        StatementLine(
            booked_on=DAY,
            booked_at=dt.datetime(2026, 11, 5, 9, 5, 7, tzinfo=SCHOOL_TIME),
            direction=Direction.IN,
            amount=Dong(400000),
            memo="x",
            balance=Dong(400000),
        )
    ]


def test_a_foreign_currency_account_is_refused() -> None:
    parsed = parse(["Loại tiền/Currency: USD"], VIETCOMBANK, ["05/11/2026", "a", None, "1,000", "x"])
    assert ("other_currency", {"found": "USD"}, True) in problems(parsed)


def mb(*rows: list[Cell], closing: str = "1,889,000.00 VND") -> ParsedStatement:
    return parse(
        ["NGÂN HÀNG TMCP QUÂN ĐỘI"],
        ["Tài khoản/Account No", ACCOUNT],
        ["Số dư đầu kỳ/Opening balance", "1,000,000.00 VND"],
        [f"Số dư cuối kỳ/Closing balance: {closing}"],
        MB,
        *rows,
    )


MB_ROWS: list[list[Cell]] = [
    ["05/11/2026", "05/11/2026 08:00:00", None, "450,000.00", "1,450,000.00", "Le Thi Hon  g SV12 x1x8"],
    ["05/11/2026", "05/11/2026 09:00:00", None, "450,000 VND", "1,900,000.00", "NODATA"],
    ["05/11/2026", "05/11/2026 10:00:00", "11,000", "0", "1,889,000.00", "phi"],
]


def test_mb_with_an_undated_totals_row() -> None:
    parsed = mb(*MB_ROWS, [None, None, "11,000.00", "900,000.00", "1,889,000.00", None])
    assert (parsed.layout, parsed.problems) == ("mb_detail", ())
    assert [row.kind.value for row in parsed.rows] == ["line", "line", "line", "footer"]
    assert (parsed.printed.opening, parsed.printed.closing) == (Dong(1000000), Dong(1889000))
    assert (parsed.printed.total_in, parsed.printed.total_out) == (Dong(900000), Dong(11000))
    assert parsed.lines[0].memo == "Le Thi Hon  g SV12 x1x8"
    assert parsed.lines[2].signed == Dong(-11000)


def test_an_undated_row_among_bookings_is_refused_not_taken_for_totals() -> None:
    parsed = mb(MB_ROWS[0], [None, None, None, "450,000", None, None], MB_ROWS[2])
    assert refusals(parsed) == [(7, "date_missing", {})]
    assert parsed.problems == ()


def test_closing_balance_must_follow() -> None:
    parsed = mb(*MB_ROWS, closing="1,890,000.00 VND")
    assert (parsed.refused, parsed.flagged) == (False, True)
    assert problems(parsed) == [
        (
            "closing_differs",
            {
                "opening": 1000000,
                "total_in": 900000,
                "total_out": 11000,
                "closing": 1890000,
                "counted": 1889000,
            },
            False,
        )
    ]


def test_balances_follow_in_either_order_and_breaks_warn() -> None:
    assert mb(*reversed(MB_ROWS)).problems == ()
    broken = [MB_ROWS[0], [*MB_ROWS[1][:4], "1,900,001.00", "NODATA"], MB_ROWS[2]]
    assert problems(mb(*broken)) == [
        ("balance_breaks", {"row": 7, "printed": 1900001, "counted": 1900000, "breaks": 2}, False)
    ]
    unreadable = [MB_ROWS[0], [*MB_ROWS[1][:4], "??1", "NODATA"], MB_ROWS[2]]
    assert problems(mb(*unreadable)) == [("figure_unreadable", {"row": 7, "text": "??1"}, False)]


def test_dates_as_spreadsheet_cells() -> None:
    parsed = parse(
        ["BIDV"],
        BIDV,
        ["01234td0-56Xabcdefg", 46331.5, None, 450000, None, "serial"],
        ["2", dt.datetime(2026, 11, 5, 12, 0), 11000, None, None, "cell"],
    )
    noon = dt.datetime(2026, 11, 5, 12, tzinfo=SCHOOL_TIME)
    assert [(line.booked_at, line.reference) for line in parsed.lines] == [
        (noon, "01234td0-56Xabcdefg"),
        (noon, ""),
    ]


def test_the_header_is_found_deep_and_only_where_it_is() -> None:
    rows: list[list[Cell]] = [[f"dòng {i}"] for i in range(119)]
    line: list[Cell] = ["05/11/2026", "a", None, "1,000", "x"]
    assert parse(*rows, VIETCOMBANK, line).header_row == 120
    with pytest.raises(StatementError) as caught:
        parse(*rows, ["dòng"], VIETCOMBANK, line)
    assert (caught.value.code, caught.value.params) == ("unknown_layout", {"sheets": ["Sheet1"]})
    sheets = [Sheet(name, [VIETCOMBANK, line]) for name in ("a", "b")]
    with pytest.raises(StatementError) as caught:
        parse_statement(sheets, expected_account=None)
    assert (caught.value.code, caught.value.params) == ("several_tables", {"sheets": ["a", "b"]})


def test_an_empty_statement_is_refused() -> None:
    assert problems(vietcombank())[-1] == ("no_lines", {}, True)


VIETINBANK: list[Cell] = [
    "STT",
    "Ngày phát sinh/Transaction date",
    "Ngày hạch toán/Accounting date",
    "Mô tả giao dịch/Transaction description",
    "Nợ/ Debit",
    "Có / Credit",
    "Số dư TK/Account balance",
    "Số giao dịch/Transaction number",
    "STK đối ứng",
    "Tên TK đối ứng",
]


def test_vietinbank_fills_dates_down_and_names_the_other_side() -> None:
    parsed = parse(
        ["VIETINBANK"],
        VIETINBANK,
        ["1", None, None, "trước", None, "1,000", None, "x0", None, None],
        ["1", "05/11/2026 08:00:00", None, "a", None, "1,000", None, "x1", "970400001", "NGUYEN VAN A"],
        ["2", None, None, "b", None, "2,000", None, "x2", None, None],
    )
    assert refusals(parsed) == [(3, "date_missing", {})]
    assert [(line.booked_on, line.reference, line.counter_account, line.counter_name) for line in parsed.lines] == [
        (DAY, "x1", "970400001", "NGUYEN VAN A"),
        (DAY, "x2", "", ""),
    ]
    assert parsed.lines[1].booked_at is None


def test_agribank_takes_direction_from_the_sign() -> None:
    header: list[Cell] = ["trdt", "acctccyamt", "aftrbal", "rem", "trcdnm", "tomgntno"]
    parsed = parse(
        header,
        [dt.date(2026, 11, 5), 450000, 450000, "x", "CK", "123"],
        [dt.date(2026, 11, 5), -11000, 439000, "phi", "CK", None],
    )
    assert parsed.layout == "agribank_core"
    assert [(line.direction.value, line.amount.value) for line in parsed.lines] == [
        ("in", 450000),
        ("out", 11000),
    ]


def test_several_accounts_below_each_other() -> None:
    header: list[Cell] = ["STT", "Ngày", "Nợ", "Có", "Số dư", "Nội dung"]
    rows: list[list[Cell]] = [
        ["VCB CASHUP - STATEMENT OF ACCOUNT"],
        ["Số tài khoản/Account number: 0011009999999"],
        header,
        ["1", "05/11/2026", None, "1,000", None, "khác"],
        [f"Số tài khoản/Account number: {ACCOUNT}"],
        header,
        ["1", "05/11/2026", None, "2,000", None, "mình"],
        ["Tổng số/Total", None, "0", "2,000", None, None],
    ]
    parsed = parse(*rows)
    assert (parsed.layout, parsed.account, parsed.problems) == ("vietcombank_cashup", ACCOUNT, ())
    assert [(row.number, row.line.memo) for row in parsed.rows if row.line] == [(7, "mình")]
    for expected, code in ((None, "several_accounts"), ("1", "account_not_in_file")):
        with pytest.raises(StatementError) as caught:
            parse(*rows, expected=expected)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("layout", "banner", "header"),
    [
        (
            "techcombank_counterparties",
            "TECHCOMBANK",
            [
                "Ngày KH thực hiện / Requesting date",
                "Ngày giao dịch / Transaction date",
                "Số bút toán / Reference No",
                "Ngân hàng đối tác / Remitter's bank",
                "Tài khoản đích / Remitter's account number",
                "Tên tài khoản đối ứng / Remitter's account name",
                "Diễn giải / Description",
                "Nợ/Debit",
                "Có/Credit",
                "Số dư",
            ],
        ),
        (
            "techcombank_ledger",
            "Sổ phụ kiêm phiếu báo Nợ/Có",
            [
                "Ngày giao dịch",
                "Đối tác / Remitter",
                "NH đối tác / Remitter bank",
                "Diễn giải / Details",
                "Số bút toán / Transaction No",
                "Nợ TKTT / Debit",
                "Có TKTT / Credit",
                "Số dư / Balance",
            ],
        ),
        (
            "acb_statement",
            "BẢNG SAO KÊ GIAO DỊCH",
            [None, "Ngày giao dịch", "Số GD", "Nội dung", "Tiền rút ra", "Tiền gửi vào", "Số dư"],
        ),
        (
            "tpbank_statement",
            "TPBANK",
            [
                "Ngày thực hiện / Transaction Date",
                "Số GD / Reference Number",
                "Diễn giải / Explanation",
                "Nợ / Debit",
                "Có / Credit",
                "Số dư / Balance",
            ],
        ),
        (
            "generic_bilingual",
            "Sao kê",
            [
                "STT No",
                "Ngày giao dịch Transaction Date",
                "Số bút toán Transaction No",
                "Phát sinh nợ Debit",
                "Phát sinh có Credit",
                "Nội dung Details",
                "Tài khoản Account",
            ],
        ),
        (
            "bidv_ibank",
            "BIDV",
            ["STT", "Ngày GD", "Số tham chiếu", "Mô tả", "Phát sinh Nợ", "Phát sinh Có", "Số dư"],
        ),
    ],
)
def test_each_layout_is_told_by_its_labels(layout: str, banner: str, header: list[Cell]) -> None:
    values = {"Có": "+ 500,000", "gửi": "500,000", "có": "500,000", "Ngày": "05/11/2026"}
    row: list[Cell] = [
        next(
            (v for word, v in values.items() if word in str(label).split("/")[0] and "KH" not in str(label)),
            None,
        )
        for label in header
    ]
    parsed = parse([banner], header, row, expected=None)
    assert parsed.layout == layout
    assert [(line.booked_on, line.direction, line.amount) for line in parsed.lines] == [
        (DAY, Direction.IN, Dong(500000))
    ]
