"""The header is found by its labels, in one row or two; what cannot be understood is one clear refusal."""

from __future__ import annotations

import datetime as dt

import pytest

from truongso.kernel.sheets import Cell, Sheet
from truongso.people.roster import RosterError
from truongso.people.roster.labels import label_key
from truongso.people.roster.tests.tables import STUDENT_LIST_EXPORT, parse, sheet, short

PUPIL: list[Cell] = [1, "1001234567", "HS1", "Nguyễn Văn An", "05/12/2015", "5A", "0900000123"]


def refusal(*sheets: Sheet) -> tuple[str, dict[str, object]]:
    with pytest.raises(RosterError) as caught:
        parse(*sheets)
    return caught.value.code, dict(caught.value.params)


def test_labels_are_compared_without_accents_case_breaks_and_hints() -> None:
    assert label_key("Mã định danh\nBộ GD&ĐT") == "MA DINH DANH BO GD DT"
    assert label_key("  NGÀY SINH (dd/mm/yyyy) ") == label_key("Ngày sinh(*)") == "NGAY SINH"
    assert label_key("Họ tên (mẹ)") == "HO TEN ME"


def test_the_export_of_the_sector_database_is_read_under_its_banner() -> None:
    values: dict[str, Cell] = {
        "STT": 1,
        "Mã định danh Bộ GD&ĐT": "1001234567",
        "Họ tên": "Giàng A Páo",
        "Ngày sinh (dd/mm/yyyy)": "05/12/2015",
        "Giới tính": "Nam",
        "Dân tộc": "Mông",
        "Trạng thái": "Đang học",
        "SĐT liên hệ": "0900 000 123",
        "Tên cha": "Giàng A Chứ",
        "Năm sinh cha": 1985,
        "Tên mẹ": "Vàng Thị Mỷ",
        "Lớp học": "5A1",
        "Khối học": "Khối 5",
        "Số định danh cá nhân": "001234567890",
    }
    roster = parse(
        sheet(
            [
                ["SỞ GIÁO DỤC VÀ ĐÀO TẠO LÀO CAI"],
                ["DANH SÁCH HỌC SINH"],
                [],
                STUDENT_LIST_EXPORT,
                [values.get(label) for label in STUDENT_LIST_EXPORT],
            ]
        )
    )
    assert roster.header_row == 4
    assert roster.refused == ()
    (row,) = roster.rows
    assert (row.row, row.sector_code, row.full_name, row.birth_date) == (
        5,
        "1001234567",
        "Giàng A Páo",
        dt.date(2015, 12, 5),
    )
    assert (row.class_name, row.grade, row.gender, row.status) == ("5A1", "5", "male", "studying")
    assert (row.phones, row.father_name, row.mother_name) == (("0900000123",), "Giàng A Chứ", "Vàng Thị Mỷ")
    assert roster.not_imported == (
        "Nơi sinh chi tiết",
        "Tổ/thôn Hộ khẩu thường trú",
        "Tỉnh thành quê quán",
        "Phường Xã quê quán",
        "Chỗ ở hiện nay",
        "Số CMND",
        "Ngày cấp",
        "Nơi cấp",
        "Nghề nghiệp cha",
        "Năm sinh cha",
        "Nghề nghiệp mẹ",
        "Năm sinh mẹ",
    )
    assert roster.sealed == ("Dân tộc", "Số định danh cá nhân")
    assert roster.unknown == ()


def test_nothing_of_a_column_that_is_not_imported_is_kept() -> None:
    roster = parse(
        sheet(
            [
                ["Họ tên", "Lớp", "Ngày sinh", "Tôn giáo", "Màu tóc"],
                ["An Bình", "1A", "1/1/2020", "Không", "đen"],
            ]
        )
    )
    assert (roster.not_imported, roster.unknown) == (("Tôn giáo",), ("Màu tóc",))
    assert roster.rows[0].cells == ("An Bình", "1A", "1/1/2020")


def test_an_unlabelled_column_with_data_is_listed_by_its_letter() -> None:
    roster = parse(sheet([["Họ tên", "Lớp", "Ngày sinh", None], ["An Bình", "1A", "1/1/2020", "ghi chú"]]))
    assert roster.unknown == ("D",)


def test_a_name_column_merged_over_two_is_understood_with_sub_labels() -> None:
    roster = parse(
        sheet(
            [
                ["DANH SÁCH HỌC SINH"],
                ["STT", "Họ và tên", None, "Ngày sinh", "Lớp", "Cha", None],
                [None, "Họ đệm", "Tên", None, None, "Họ tên", "Điện thoại"],
                [1, "Nguyễn Văn", "An", "05/12/2015", "5A", "Nguyễn Văn Bình", "0900000123"],
            ]
        )
    )
    (row,) = roster.rows
    assert (row.row, row.full_name, row.father_name, row.phones) == (
        4,
        "Nguyễn Văn An",
        "Nguyễn Văn Bình",
        ("0900000123",),
    )


def test_a_name_column_merged_over_two_is_understood_without_sub_labels() -> None:
    roster = parse(
        sheet(
            [
                ["STT", "Họ và tên", None, "Ngày sinh", "Lớp"],
                [1, "Nguyễn Văn", "An", "05/12/2015", "5A"],
                [2, "Trần Thị", "Bình", "06/12/2015", "5A"],
            ]
        )
    )
    assert [row.full_name for row in roster.rows] == ["Nguyễn Văn An", "Trần Thị Bình"]


def test_a_full_name_beside_a_column_for_sorting_is_not_doubled() -> None:
    header = ["Họ và tên", "Tên", "Ngày sinh", "Lớp"]
    roster = parse(
        sheet([header, ["Nguyễn Văn An", "An", "05/12/2015", "5A"], ["Nguyễn Văn", "Bình", "05/12/2015", "5A"]])
    )
    assert [row.full_name for row in roster.rows] == ["Nguyễn Văn An", "Nguyễn Văn Bình"]


def test_groups_over_a_full_header_are_understood() -> None:
    roster = parse(
        sheet(
            [
                ["Thông tin học sinh", None, None, "Cha", None, "Mẹ", None],
                ["Họ tên", "Ngày sinh", "Lớp", "Họ tên", "Năm sinh", "Họ tên", "Năm sinh"],
                ["Nguyễn Văn An", "05/12/2015", "5A", "Nguyễn Văn Bình", 1985, "Trần Thị Hòa", 1986],
            ]
        )
    )
    (row,) = roster.rows
    assert (row.full_name, row.father_name, row.mother_name) == (
        "Nguyễn Văn An",
        "Nguyễn Văn Bình",
        "Trần Thị Hòa",
    )
    assert roster.not_imported == ("Cha / Năm sinh", "Mẹ / Năm sinh")


def test_a_birth_date_in_three_columns_is_understood() -> None:
    roster = parse(
        sheet(
            [
                ["Họ và tên", "Ngày sinh", None, None, "Lớp"],
                [None, "Ngày", "Tháng", "Năm", None],
                ["Nguyễn Văn An", 5, 12, 2015, "5A"],
            ]
        )
    )
    assert roster.rows[0].birth_date == dt.date(2015, 12, 5)


def test_a_birth_date_split_by_gender_is_one_clear_refusal() -> None:
    assert refusal(
        sheet(
            [
                ["Họ và tên", "Ngày sinh", None, "Lớp"],
                [None, "Nam", "Nữ", None],
                ["Nguyễn Văn An", "05/12/2015", None, "5A"],
            ]
        )
    ) == (
        "header_not_understood",
        {"sheet": "Danh sách", "row": 1, "labels": ("Ngày sinh / Nữ",)},
    )


def test_a_header_merged_into_one_cell_is_one_clear_refusal() -> None:
    code, params = refusal(
        sheet([["DANH SÁCH"], ["STT Mã định danh Họ và tên Ngày sinh Lớp"], [1, "1001234567", "Nguyễn Văn An"]])
    )
    assert code == "no_header"
    assert params == {"looked_for": ("Mã định danh Bộ GD&ĐT", "Họ tên", "Ngày sinh", "Lớp học")}


def test_a_header_without_a_class_names_what_is_missing() -> None:
    assert refusal(sheet([["STT", "Họ tên", "Ngày sinh"], [1, "An Bình", "1/1/2020"]])) == (
        "required_column_missing",
        {"sheet": "Danh sách", "row": 1, "missing": ("Lớp học",)},
    )


def test_two_columns_for_one_field_are_refused_by_their_labels() -> None:
    assert refusal(sheet([["Họ tên", "Lớp", "Ngày sinh", "Tên lớp"], ["An Bình", "1A", "1/1/2020", "1B"]])) == (
        "two_columns_for_one_field",
        {"sheet": "Danh sách", "row": 1, "field": "class_name", "labels": ("Lớp", "Tên lớp")},
    )


def test_two_different_headers_in_one_sheet_are_refused() -> None:
    other = ["Họ tên", "Lớp", "Ngày sinh"]
    assert refusal(sheet([short().rows[0], PUPIL, [], other, ["An Bình", "1A", "1/1/2020"]])) == (
        "two_headers",
        {"sheet": "Danh sách", "rows": (1, 4)},
    )


def test_the_same_header_printed_again_is_skipped() -> None:
    second: list[Cell] = [2, "1001234568", "HS2", "Trần Thị Bình", "06/12/2015", "5A", None]
    roster = parse(short(PUPIL, short().rows[0], second))
    assert [row.full_name for row in roster.rows] == ["Nguyễn Văn An", "Trần Thị Bình"]
    assert roster.skipped_rows == (3,)


def test_the_header_may_stand_in_row_30_and_not_below() -> None:
    filling: list[list[Cell]] = [["…"]] * 29
    assert parse(sheet([*filling, short().rows[0], PUPIL])).header_row == 30
    assert refusal(sheet([["…"], *filling, short().rows[0], PUPIL]))[0] == "no_header"


def test_of_several_sheets_the_one_with_a_header_is_used() -> None:
    guide = sheet([["Hướng dẫn"], ["Điền họ tên và lớp"]], "Hướng dẫn")
    template = Sheet("Mẫu", [list(short().rows[0])])
    assert parse(guide, short(PUPIL), template).sheet == "Danh sách"


def test_two_sheets_with_pupils_are_refused_by_their_names() -> None:
    one, two = short(PUPIL), Sheet("Lớp 5B", short(PUPIL).rows)
    assert refusal(one, two) == ("several_sheets_with_header", {"sheets": ("Danh sách", "Lớp 5B")})


def test_a_file_without_pupils() -> None:
    assert refusal(Sheet("Trống", [])) == ("empty_file", {})
    assert refusal() == ("empty_file", {})
    assert refusal(short()) == ("no_rows", {"sheet": "Danh sách", "row": 1})
    assert refusal(short([None] * 7, ["Tổng số: 0 học sinh"])) == (
        "no_rows",
        {"sheet": "Danh sách", "row": 1},
    )


def test_the_first_pupil_is_not_taken_for_a_second_header_row() -> None:
    roster = parse(
        sheet(
            [
                ["Họ tên", "Giới tính", "Lớp", "Ngày sinh"],
                ["Hà Thị Nữ", "Nam", "Lá", None],
                ["A B", "Nữ", "Lá"],
            ]
        )
    )
    assert [refused.row for refused in roster.refused] == [2, 3]
