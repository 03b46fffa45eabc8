"""What the sandbox bank writes is read back exactly, in each layout and format."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from truongso.banking.statements import Direction, StatementLine, line_keys, parse_statement
from truongso.banking.statements.writers import (
    WRITTEN_LAYOUTS,
    FileFormat,
    StatementOut,
    break_memo,
    printed_lines,
    write_statement,
)
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.kernel.sheets import read_sheets

ACCOUNT = "0011001234567"
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 12, 31), timezones=st.just(SCHOOL_TIME))
memos = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="ABKMQXP2345 .-=+'\n", max_size=120),
    st.sampled_from(["Tổng số", "=1+1", "Số dư cuối kỳ: 5", "05/11/2026", "1,000", "", "NODATA"]),
)


@st.composite
def lines(draw: st.DrawFn) -> StatementLine:
    moment = draw(moments)
    return StatementLine(
        booked_on=moment.date(),
        booked_at=draw(st.sampled_from([moment, None])),
        direction=draw(st.sampled_from(Direction)),
        amount=Dong(draw(st.integers(1, 10**12))),
        memo=draw(memos),
        reference=draw(st.sampled_from(["", "5243.90051", "FT25330381672150", "01234td0-56Xabcdefg", "Tổng"])),
    )


@pytest.mark.parametrize("file_format", FileFormat)
@pytest.mark.parametrize("layout", WRITTEN_LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(opening=st.integers(-(10**12), 10**12), booked=st.lists(lines(), min_size=1, max_size=6))
def test_written_statements_read_back(
    layout: str, file_format: FileFormat, opening: int, booked: list[StatementLine]
) -> None:
    statement = StatementOut(ACCOUNT, "TRƯỜNG THCS LÊ LỢI", Dong(opening), booked)
    parsed = parse_statement(
        read_sheets(write_statement(layout, statement, file_format), "sao-ke"), expected_account=ACCOUNT
    )
    assert (parsed.layout, parsed.account, parsed.problems) == (layout, ACCOUNT, ())
    assert parsed.lines == printed_lines(layout, statement)
    assert (parsed.printed.total_in, parsed.printed.total_out) == (statement.total_in, statement.total_out)
    if layout != "vietcombank_simple":
        assert (parsed.printed.opening, parsed.printed.closing) == (statement.opening, statement.closing)


def test_formats_of_one_statement_have_the_same_keys() -> None:
    line = StatementLine(dt.date(2026, 11, 5), Direction.IN, Dong(450000), "ABK7M2QXP " * 9)
    statement = StatementOut(ACCOUNT, "TRƯỜNG", Dong(0), [line, line])
    for layout in WRITTEN_LAYOUTS:
        found = {
            tuple(
                line_keys(
                    parse_statement(
                        read_sheets(write_statement(layout, statement, f), "a"), expected_account=None
                    ).lines,
                    account=ACCOUNT,
                )
            )
            for f in FileFormat
        }
        assert found == {tuple(line_keys([line, line], account=ACCOUNT))}


def test_mb_breaks_cut_through_words() -> None:
    memo = "Nguyen Pham Hoang Lien SV11x3x17 thang 11"
    assert break_memo(memo) == "Nguyen Pham Hoang Lien SV11x3x17 th  ang 11"
    assert break_memo("LE NGUYEN HAI LINH SV12X5X3 THANG 11- Ma GD", joiner=" ") == (
        "LE NGUYEN HAI LINH SV12X5X3 THANG 1 1- Ma GD"
    )
    assert break_memo("x" * 35) == "x" * 35


def test_files_look_like_the_banks() -> None:
    line = StatementLine(dt.date(2026, 11, 5), Direction.IN, Dong(1450000), "ABK7M2QXP", "FT1")
    statement = StatementOut(ACCOUNT, "TRƯỜNG THCS LÊ LỢI", Dong(1000000), [line])
    page = load_workbook(io.BytesIO(write_statement("mb_detail", statement, FileFormat.XLSX)))["Sao kê"]
    rows = [[cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]
    assert rows[2] == ["SAO KÊ CHI TIẾT TÀI KHOẢN/ACCOUNT STATEMENT"]
    assert rows[5] == ["Tài khoản/Account No", ACCOUNT]
    assert rows[-2:] == [
        ["05/11/2026", "05/11/2026", "1,450,000.00", "2,450,000.00", "ABK7M2QXP"],
        ["0.00", "1,450,000.00", "2,450,000.00"],
    ]
    text = write_statement("vietcombank_simple", statement, FileFormat.CSV).decode("utf-8-sig").splitlines()
    assert text[-3:] == [
        '"Ngày giao dịch","Số tham chiếu","Số tiền ghi nợ","Số tiền ghi có","Mô tả"',
        '"05/11/2026","FT1","","1,450,000","ABK7M2QXP"',
        '"","Tổng số","0","1,450,000",""',
    ]
    with pytest.raises(KeyError):
        write_statement("acb_statement", statement, FileFormat.CSV)
