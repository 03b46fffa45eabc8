"""Rows: taken, refused with every reason, or skipped; nothing disappears."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.sheets import Cell
from truongso.people.roster import ParsedRoster, Reason
from truongso.people.roster.tests.tables import parse, sheet, short


def codes(roster: ParsedRoster) -> dict[int, list[str]]:
    return {refused.row: [reason.code for reason in refused.reasons] for refused in roster.refused}


def pupil(
    *,
    sector: Cell = "1001234567",
    school: Cell = None,
    name: Cell = "Nguyễn Văn An",
    born: Cell = "05/12/2015",
    class_name: Cell = "5A",
    phone: Cell = None,
) -> list[Cell]:
    return [1, sector, school, name, born, class_name, phone]


def test_a_row_is_refused_with_all_its_reasons_at_once() -> None:
    roster = parse(short(pupil(name=None, born="31/02/2015", class_name=None, phone="12"), pupil(sector=7)))
    assert codes(roster) == {
        2: ["missing_name", "missing_class", "date_no_such_day", "bad_phone"],
        3: ["code_leading_zero_lost"],
    }
    assert roster.rows == ()


def test_two_pupils_with_one_code_are_both_refused_and_name_each_other() -> None:
    roster = parse(
        short(
            pupil(),
            pupil(name="Trần Thị Bình", born="06/12/2015"),
            pupil(sector="1001234568", name="Lê Văn Chi"),
            pupil(name="Vũ Thị Dung", born="31/02/2015"),
        )
    )
    assert [row.row for row in roster.rows] == [4]
    assert [(r.row, r.reasons[-1]) for r in roster.refused] == [
        (2, Reason("duplicate_sector_code", {"code": "1001234567", "rows": (3, 5)})),
        (3, Reason("duplicate_sector_code", {"code": "1001234567", "rows": (2, 5)})),
        (5, Reason("duplicate_sector_code", {"code": "1001234567", "rows": (2, 3)})),
    ]
    assert codes(roster)[5] == ["date_no_such_day", "duplicate_sector_code"]


def test_one_name_birth_date_and_class_twice_is_refused() -> None:
    roster = parse(short(pupil(), pupil(sector="1001234568", name="NGUYỄN VĂN AN", class_name="5a")))
    assert [refused.reasons for refused in roster.refused] == [
        (Reason("duplicate_pupil", {"name": "Nguyễn Văn An", "rows": (3,)}),),
        (Reason("duplicate_pupil", {"name": "NGUYỄN VĂN AN", "rows": (2,)}),),
    ]


def test_one_name_and_birth_date_in_two_classes_needs_codes_to_be_two_pupils() -> None:
    other = pupil(sector="1001234568", class_name="5B")
    assert [row.class_name for row in parse(short(pupil(), other)).rows] == ["5A", "5B"]
    without = parse(short(pupil(), pupil(sector=None, class_name="5B")))
    assert codes(without) == {2: ["duplicate_pupil"], 3: ["duplicate_pupil"]}


def test_twins_told_apart_by_an_accent_are_two_pupils() -> None:
    roster = parse(short(pupil(name="Lò Thị Hoa"), pupil(sector="1001234568", name="Lò Thị Hòa")))
    assert [row.full_name for row in roster.rows] == ["Lò Thị Hoa", "Lò Thị Hòa"]


def test_one_school_code_twice_is_refused() -> None:
    roster = parse(
        short(
            pupil(sector=None, school="HS1"),
            pupil(sector=None, school="HS1", name="Trần Bình", born="1/2/2015"),
        )
    )
    assert codes(roster) == {2: ["duplicate_school_code"], 3: ["duplicate_school_code"]}


def test_a_birth_date_out_of_school_age_is_refused() -> None:
    roster = parse(
        short(
            pupil(sector="1000000001", born="21/11/2026"),
            pupil(sector="1000000002", born="23/08/2026"),
            pupil(sector="1000000003", born="22/08/2026"),
            pupil(sector="1000000004", born="21/11/2000"),
            pupil(sector="1000000005", born="20/11/2000"),
            pupil(sector="1000000006", born="05/12/1915"),
        )
    )
    assert codes(roster) == {
        2: ["birth_date_in_future"],
        3: ["birth_date_too_young"],
        6: ["birth_date_too_old"],
        7: ["birth_date_too_old"],
    }
    assert [row.birth_date for row in roster.rows] == [dt.date(2026, 8, 22), dt.date(2000, 11, 21)]


def test_a_pupil_without_code_and_birth_date_cannot_be_identified() -> None:
    assert codes(parse(short(pupil(sector=None, born=None)))) == {2: ["no_identity"]}
    assert parse(short(pupil(born=None))).rows[0].birth_date is None


def test_totals_signatures_blanks_and_column_numbers_are_skipped() -> None:
    roster = parse(
        short(
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
            pupil(),
            [None] * 7,
            [2, None, None, None, None, None, None],
            [None, None, None, "Tổng số", None, 35, None],
            pupil(sector="1001234568", name="Tống Thị Tổng", born="06/12/2015"),
            [None, "Danh sách này có 2 học sinh"],
            [None, None, None, None, "Lào Cai, ngày 05 tháng 9 năm 2026"],
            [None, "Người lập biểu", None, None, None, None, "Hiệu trưởng"],
            [None, None, None, "Nguyễn Thị Lập", None, None, None],
        )
    )
    assert [row.full_name for row in roster.rows] == ["Nguyễn Văn An", "Tống Thị Tổng"]
    assert roster.refused == ()
    assert roster.skipped_rows == (2, 6, 8, 9, 10, 11)


def test_a_pupil_with_a_name_alone_is_refused_and_not_skipped() -> None:
    assert codes(parse(short([1, None, None, "Nguyễn Văn An"]))) == {2: ["missing_class"]}


def test_phones_of_all_columns_are_gathered_once() -> None:
    roster = parse(
        sheet(
            [
                ["Họ tên", "Lớp", "Ngày sinh", "SĐT liên hệ", "SĐT cha", "SĐT mẹ", "Điện thoại"],
                ["An Bình", "1A", "1/1/2020", "0900000123", "0900 000 123", "0900000124", 900000125],
            ]
        )
    )
    assert roster.rows[0].phones == ("0900000123", "0900000124", "0900000125")


def test_every_row_of_the_file_is_accounted_for() -> None:
    rows = [
        pupil(sector=str(1001234500 + i % 7), name=f"Lò Văn {chr(65 + i)}a", born=f"{i}/2/2015") for i in range(1, 40)
    ]
    roster = parse(short(*rows, ["Tổng cộng: 39"]))
    seen = sorted([*(r.row for r in roster.rows), *(r.row for r in roster.refused), *roster.skipped_rows])
    assert seen == list(range(2, 42))
