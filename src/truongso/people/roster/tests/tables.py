"""Tables for roster tests: the ministry's export layout and small ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from truongso.kernel.sheets import Cell, Sheet
from truongso.people.roster import ParsedRoster, parse_roster

TODAY = dt.date(2026, 11, 20)

STUDENT_LIST_EXPORT = (
    "STT",
    "Mã định danh Bộ GD&ĐT",
    "Họ tên",
    "Ngày sinh (dd/mm/yyyy)",
    "Giới tính",
    "Dân tộc",
    "Trạng thái",
    "SĐT liên hệ",
    "Nơi sinh chi tiết",
    "Tổ/thôn Hộ khẩu thường trú",
    "Tỉnh thành quê quán",
    "Phường Xã quê quán",
    "Chỗ ở hiện nay",
    "Số CMND",
    "Ngày cấp",
    "Nơi cấp",
    "Tên cha",
    "Nghề nghiệp cha",
    "Năm sinh cha",
    "Tên mẹ",
    "Nghề nghiệp mẹ",
    "Năm sinh mẹ",
    "Lớp học",
    "Khối học",
    "Số định danh cá nhân",
)
"""The 25 headers of the ministry's student list export."""

SHORT = ("STT", "Mã định danh", "Mã học sinh", "Họ và tên", "Ngày sinh", "Lớp", "SĐT")


def sheet(rows: Sequence[Sequence[Cell]], name: str = "Danh sách") -> Sheet:
    """A sheet whose rows are all as wide as the widest."""
    width = max((len(row) for row in rows), default=0)
    return Sheet(name, [[*row, *[None] * (width - len(row))] for row in rows])


def short(*pupils: Sequence[Cell]) -> Sheet:
    """A list with the short header in row 1; the pupils stand from row 2."""
    return sheet([SHORT, *pupils])


def parse(*sheets: Sheet) -> ParsedRoster:
    return parse_roster(sheets, today=TODAY)
