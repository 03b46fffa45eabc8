"""Rows against the pupils of the school: new, changed, unchanged, refused; nothing is ever removed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from truongso.kernel.sheets import Cell
from truongso.people.roster import (
    ExistingStudent,
    FieldChange,
    Reason,
    RosterPlan,
    RosterRow,
    plan_changes,
    refused_table,
)
from truongso.people.roster.tests.tables import parse, sheet, short
from truongso.people.types import Gender, StudentStatus

BORN = dt.date(2015, 12, 5)
AN = ExistingStudent(id=1, full_name="Nguyễn Văn An", class_name="5A", sector_code="1001234567", birth_date=BORN)
BINH = ExistingStudent(
    id=2, full_name="Trần Thị Bình", class_name="5A", school_code="HS2", birth_date=dt.date(2015, 1, 2)
)


def line(sector: Cell, school: Cell, name: Cell, born: Cell, class_name: Cell = "5A") -> list[Cell]:
    return [1, sector, school, name, born, class_name, None]


def plan(existing: list[ExistingStudent], *lines: list[Cell]) -> RosterPlan:
    return plan_changes(existing, parse(short(*lines)))


def reasons(result: RosterPlan) -> dict[int, list[Reason]]:
    return {refused.row: list(refused.reasons) for refused in result.refused}


def as_existing(row: RosterRow, number: int) -> ExistingStudent:
    """The pupil as the school has it once the row is applied."""
    return ExistingStudent(
        id=number,
        full_name=row.full_name,
        class_name=row.class_name,
        sector_code=row.sector_code,
        school_code=row.school_code,
        birth_date=row.birth_date,
        gender=row.gender,
        grade=row.grade,
        phones=row.phones,
        father_name=row.father_name,
        mother_name=row.mother_name,
        guardian_name=row.guardian_name,
        email=row.email,
        status=row.status or StudentStatus.STUDYING,
    )


def test_identity_goes_by_sector_code_then_school_code_then_name_and_birth_date() -> None:
    result = plan(
        [AN, BINH],
        line("1001234567", None, "Nguyễn Văn Ân", "6/12/2015"),
        line(None, "HS2", "Trần Thị Bình", "2/1/2015"),
        line(None, None, "Lê Văn Chi", "2/1/2015"),
    )
    assert [(m.student.id, m.changes) for m in result.changed] == [
        (
            1,
            (
                FieldChange("full_name", "Nguyễn Văn An", "Nguyễn Văn Ân"),
                FieldChange("birth_date", BORN, dt.date(2015, 12, 6)),
            ),
        )
    ]
    assert [m.student.id for m in result.unchanged] == [2]
    assert [row.full_name for row in result.new] == ["Lê Văn Chi"]
    assert result.counts == {
        "new": 1,
        "changed": 1,
        "unchanged": 1,
        "left": 0,
        "refused": 0,
        "not_in_file": 0,
    }


def test_name_and_birth_date_find_a_pupil_whatever_the_accents_and_bring_the_codes() -> None:
    result = plan([BINH], line("1001234568", None, "tran thi binh", "02/01/2015"))
    assert result.changed[0].changes == (
        FieldChange("sector_code", "", "1001234568"),
        FieldChange("full_name", "Trần Thị Bình", "tran thi binh"),
    )


def test_every_field_is_compared_and_blank_cells_erase_nothing() -> None:
    known = replace(
        AN, gender=Gender.MALE, grade="5", phones=("0900000123",), father_name="Nguyễn Văn B", email="a@b.vn"
    )
    header = ["Mã định danh", "Họ tên", "Ngày sinh", "Lớp", "Khối", "Giới tính", "SĐT", "Tên cha", "Tên mẹ"]
    header.extend(["Người giám hộ", "Email", "Trạng thái"])
    blank = parse(sheet([header, ["1001234567", "Nguyễn Văn An", "5/12/2015", "5a"]]))
    assert [m.student for m in plan_changes([known], blank).unchanged] == [known]
    full = parse(
        sheet(
            [
                header,
                [
                    *("1001234567", "Nguyễn Văn An", "5/12/2015", "6B", "6", "Nữ", "0900000124"),
                    *("Nguyễn Văn C", "Trần Thị D", "Trần Văn E", "c@d.vn", "Chuyển đi"),
                ],
            ]
        )
    )
    assert plan_changes([known], full).changed[0].changes == (
        FieldChange("grade", "5", "6"),
        FieldChange("father_name", "Nguyễn Văn B", "Nguyễn Văn C"),
        FieldChange("mother_name", "", "Trần Thị D"),
        FieldChange("guardian_name", "", "Trần Văn E"),
        FieldChange("email", "a@b.vn", "c@d.vn"),
        FieldChange("gender", "male", "female"),
        FieldChange("class_name", "5A", "6B"),
        FieldChange("phones", ("0900000123",), ("0900000123", "0900000124")),
        FieldChange("status", "studying", "transferred"),
    )


def test_two_pupils_that_fit_one_row_are_not_guessed_between() -> None:
    twin = replace(AN, id=3, sector_code="1001234599")
    result = plan([AN, twin], line(None, None, "Nguyễn Văn An", "5/12/2015"))
    assert reasons(result) == {
        2: [
            Reason(
                "several_students_match",
                {"by": "name_and_birth_date", "names": ("Nguyễn Văn An", "Nguyễn Văn An")},
            )
        ]
    }
    assert result.not_in_file == ()


def test_an_accent_decides_between_two_pupils_born_on_one_day() -> None:
    hoa = ExistingStudent(id=4, full_name="Lò Thị Hoa", class_name="5A", birth_date=BORN)
    hoa2 = replace(hoa, id=5, full_name="Lò Thị Hòa")
    result = plan([hoa, hoa2], line(None, None, "Lò Thị Hòa", "5/12/2015"))
    assert [m.student.id for m in result.unchanged] == [5]
    assert [student.id for student in result.not_in_file] == [4]


def test_marks_that_point_to_different_pupils_are_a_conflict() -> None:
    result = plan(
        [AN, BINH],
        line("1001234567", None, "Trần Thị Bình", "2/1/2015"),
        line("1001234567", "HS2", "Lê Văn Chi", "3/1/2015"),
    )
    assert all("duplicate_sector_code" in [r.code for r in refused.reasons] for refused in result.refused)
    conflict = {"by": "sector_code", "student": "Nguyễn Văn An", "other_student": "Trần Thị Bình"}
    assert reasons(plan([AN, BINH], line("1001234567", None, "Trần Thị Bình", "2/1/2015"))) == {
        2: [Reason("identity_conflict", {**conflict, "other_by": "name_and_birth_date"})]
    }
    assert reasons(plan([AN, BINH], line("1001234567", "HS2", "Lê Văn Chi", "3/1/2015"))) == {
        2: [Reason("identity_conflict", {**conflict, "other_by": "school_code"})]
    }


def test_a_known_pupil_under_another_sector_code_is_refused() -> None:
    result = plan([AN], line("1009999999", None, "Nguyễn Văn An", "5/12/2015"))
    assert reasons(result) == {
        2: [
            Reason(
                "sector_code_differs",
                {"student": "Nguyễn Văn An", "stored": "1001234567", "stated": "1009999999"},
            )
        ]
    }
    assert (result.new, result.changed, result.not_in_file) == ((), (), ())


def test_one_pupil_in_two_rows_is_refused_in_both() -> None:
    result = plan(
        [replace(AN, school_code="HS1")],
        line("1001234567", None, "Nguyễn Văn An", "5/12/2015"),
        line(None, "HS1", "Nguyễn Văn An", "5/12/2015", "5B"),
    )
    assert reasons(result) == {
        2: [Reason("same_student_twice", {"student": "Nguyễn Văn An", "rows": (3,)})],
        3: [Reason("same_student_twice", {"student": "Nguyễn Văn An", "rows": (2,)})],
    }
    assert result.not_in_file == ()


def test_pupils_missing_in_the_file_are_listed_and_kept() -> None:
    gone = replace(BINH, id=9, full_name="Vũ Văn Giang", school_code="HS9", status=StudentStatus.TRANSFERRED)
    result = plan([AN, BINH, gone], line("1001234567", None, "Nguyễn Văn An", "31/02/2015"))
    assert [refused.row for refused in result.refused] == [2]
    assert result.not_in_file == (BINH,)


def test_a_pupil_who_has_left_and_was_never_here_is_not_new() -> None:
    header = ["Mã định danh", "Họ tên", "Ngày sinh", "Lớp", "Trạng thái"]
    roster = parse(sheet([header, ["1001234567", "Nguyễn Văn An", "5/12/2015", "5A", "Chuyển đi"]]))
    result = plan_changes([], roster)
    assert (result.new, [row.full_name for row in result.left]) == ((), ["Nguyễn Văn An"])


def test_refused_rows_come_back_as_a_table_that_can_be_corrected_and_read() -> None:
    roster = parse(
        sheet(
            [
                ["TRƯỜNG TIỂU HỌC"],
                ["STT", "Họ và tên", None, "Ngày sinh", "Lớp", "Dân tộc", "SĐT"],
                [None, "Họ đệm", "Tên", None, None, None, None],
                [1, "Nguyễn Văn", "An", "31/02/2015", "5A", "Mông", "0900000123"],
                [2, "Trần Thị", "Bình", "1/2/2015", "5A", "Dao", None],
                [3, "Lê Văn", None, "2/2/2015", None, "Dao", 12],
            ]
        )
    )
    table = refused_table(plan_changes([], roster))
    assert table == [
        ["Họ đệm", "Tên", "Ngày sinh", "Lớp học", "SĐT liên hệ", "Lý do chưa nhập được"],
        ["Nguyễn Văn", "An", "31/02/2015", "5A", "0900000123", "date_no_such_day"],
        ["Lê Văn", None, "2/2/2015", None, 12, "missing_class; bad_phone"],
    ]
    table[1][2], table[2][1], table[2][3], table[2][4] = "28/02/2015", "Chi", "5A", None
    corrected = plan_changes([], parse(sheet(table)))
    assert corrected.refused == ()
    assert [(row.full_name, row.birth_date, row.class_name) for row in corrected.new] == [
        ("Nguyễn Văn An", dt.date(2015, 2, 28), "5A"),
        ("Lê Văn Chi", dt.date(2015, 2, 2), "5A"),
    ]


def test_reasons_are_put_into_words_by_the_caller() -> None:
    result = plan([], line("1001234567", None, "An Bình", "31/02/2015"))
    table = refused_table(result, lambda reason: f"Ngày {reason.params['value']} không có")
    assert table[1][-1] == "Ngày 31/02/2015 không có"


NAMES = st.sampled_from(["Nguyễn Văn An", "Trần Thị Bình", "Giàng A Páo", "Lò Thị Hoa", "Lò Thị Hòa"])
CODES = st.sampled_from([None, *(str(1001234560 + i) for i in range(8))])
BIRTHS = st.dates(dt.date(2015, 1, 1), dt.date(2015, 1, 8)).map(lambda day: day.strftime("%d/%m/%Y"))
LINES = st.lists(
    st.builds(line, CODES, st.sampled_from([None, None, "HS1", "HS2"]), NAMES, BIRTHS, st.sampled_from(["5A", "5B"])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_importing_the_same_file_again_changes_nothing(lines: list[list[Cell]]) -> None:
    roster = parse(short(*lines))
    first = plan_changes([], roster)
    applied = [as_existing(row, number) for number, row in enumerate(first.new, start=1)]
    again = plan_changes(applied, roster)
    assert (again.changed, again.not_in_file) == ((), ())
    assert [m.row for m in again.unchanged] == list(first.new)
    assert [refused.row for refused in again.refused] == [refused.row for refused in first.refused]


@settings(max_examples=150, deadline=None)
@given(LINES, LINES)
def test_each_row_has_one_fate_and_applying_the_plan_settles_it(
    before: list[list[Cell]], after: list[list[Cell]]
) -> None:
    existing = [as_existing(row, n) for n, row in enumerate(parse(short(*before)).rows, start=1)]
    roster = parse(short(*after))
    first = plan_changes(existing, roster)
    rows = [r.row for r in first.new] + [m.row.row for m in (*first.changed, *first.unchanged)]
    rows += [r.row for r in first.refused]
    assert sorted(rows) == list(range(2, 2 + len(after)))
    assert len({m.student.id for m in (*first.changed, *first.unchanged)}) == len(first.changed) + len(first.unchanged)
    applied = {student.id: student for student in existing}
    for match in first.changed:
        news = {change.field: change.new for change in match.changes}
        applied[match.student.id] = replace(match.student, **news)  # type: ignore[arg-type]
    again = plan_changes(list(applied.values()), roster)
    settled = {m.row.row for m in again.unchanged}
    assert {m.row.row for m in first.changed} - {r.row for r in again.refused} <= settled
