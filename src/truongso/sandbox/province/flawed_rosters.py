"""Rosters as they also arrive: each bad in one way, to be refused with the right reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from truongso.kernel.sheet_writer import SheetOut, write_csv, write_xlsx
from truongso.kernel.sheets import Cell

_HEADER: list[Cell] = [
    "STT",
    "Mã định danh Bộ GD&ĐT",
    "Họ tên",
    "Ngày sinh (dd/mm/yyyy)",
    "Giới tính",
    "Lớp học",
]
_PUPILS: tuple[list[Cell], ...] = (
    [1, "9915900001", "Giàng A Páo", "05/12/2016", "Nam", "5A"],
    [2, "9915900002", "Nguyễn Thị Hòa", "17/03/2016", "Nữ", "5A"],
    [3, "9915900003", "Chảo Láo Tả", "29/02/2016", "Nam", "5B"],
)
_BANNER: tuple[list[Cell], ...] = (
    ["SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH LÀO CAI"],
    ["DANH SÁCH HỌC SINH"],
    [None],
)
FIRST_PUPIL_ROW = len(_BANNER) + 2


@dataclass(frozen=True, slots=True)
class FlawedRoster:
    """A file, and what refuses it: `file_code` for the whole file, or `row_codes` by row number."""

    name: str
    file_name: str
    data: bytes
    file_code: str = ""
    row_codes: tuple[tuple[int, str], ...] = ()


def _xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    return write_xlsx([SheetOut("Danh sách học sinh", (), rows)])


def merged_header() -> FlawedRoster:
    """ "Ngày sinh" merged over "Nam" and "Nữ": which column holds the date depends on the pupil."""
    top: list[Cell] = ["STT", "Mã định danh Bộ GD&ĐT", "Họ tên", "Ngày sinh", None, "Lớp học"]
    below: list[Cell] = [None, None, None, "Nam", "Nữ", None]
    pupil: list[Cell] = [1, "9915900001", "Giàng A Páo", "05/12/2016", None, "5A"]
    data = _xlsx([*_BANNER, top, below, pupil])
    return FlawedRoster("merged_header", "tieu-de-gop.xlsx", data, file_code="header_not_understood")


def wrong_encoding() -> FlawedRoster:
    """A CSV in the old TCVN3 font encoding: its bytes are no Vietnamese in any encoding of today."""
    header = "STT;M· ®Þnh danh;Hä tªn;Ngµy sinh;Giíi tÝnh;Líp häc"
    pupil = "1;9915900002;NguyÔn ThÞ Hßa;17/03/2016;N÷;5A"
    data = f"{header}\r\n{pupil}\r\n".encode("cp1252")
    return FlawedRoster("wrong_encoding", "font-cu.csv", data, file_code="bad_encoding")


def impossible_date() -> FlawedRoster:
    """31 February in an otherwise good file: one row refused, the others taken."""
    flawed: list[Cell] = [1, "9915900004", "Lù Văn Sơn", "31/02/2016", "Nam", "5A"]
    data = _xlsx([*_BANNER, _HEADER, flawed, *_PUPILS])
    codes = ((FIRST_PUPIL_ROW, "date_no_such_day"),)
    return FlawedRoster("impossible_date", "ngay-31-02.xlsx", data, row_codes=codes)


def one_code_twice() -> FlawedRoster:
    """Two pupils with one sector code: both refused."""
    other: list[Cell] = [4, "9915900001", "Tẩn Mẩy Lai", "01/06/2016", "Nữ", "5B"]
    data = _xlsx([*_BANNER, _HEADER, *_PUPILS, other])
    rows = (FIRST_PUPIL_ROW, FIRST_PUPIL_ROW + len(_PUPILS))
    codes = tuple((row, "duplicate_sector_code") for row in rows)
    return FlawedRoster("one_code_twice", "trung-ma.xlsx", data, row_codes=codes)


def no_rows() -> FlawedRoster:
    """A header and nothing below it."""
    return FlawedRoster("no_rows", "khong-co-dong.xlsx", _xlsx([*_BANNER, _HEADER]), file_code="no_rows")


def no_header() -> FlawedRoster:
    """Some other table."""
    data = write_csv([["Ngày", "Số tiền", "Nội dung"], ["05/09/2026", 150000, "Mua phấn"]])
    return FlawedRoster("no_header", "so-quy.csv", data, file_code="no_header")


def lost_zeros() -> FlawedRoster:
    """Sector codes typed as numbers: the leading zeros are gone."""
    flawed: list[Cell] = [1, 15900001, "Giàng A Páo", "05/12/2016", "Nam", "5A"]
    codes = ((FIRST_PUPIL_ROW, "code_leading_zero_lost"),)
    return FlawedRoster("lost_zeros", "mat-so-0.xlsx", _xlsx([*_BANNER, _HEADER, flawed]), row_codes=codes)


FLAWED_ROSTERS: tuple[Callable[[], FlawedRoster], ...] = (
    merged_header,
    wrong_encoding,
    impossible_date,
    one_code_twice,
    no_rows,
    no_header,
    lost_zeros,
)
