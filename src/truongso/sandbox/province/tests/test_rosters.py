"""The rosters are real files: exactly the invented pupils are read from them; flaws are refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from truongso.kernel.names import sort_key
from truongso.kernel.sheets import SheetError, read_sheets
from truongso.people.roster import RosterError, RosterRow, parse_roster, plan_changes, refused_table
from truongso.people.types import StudentStatus
from truongso.sandbox.province.flawed_rosters import FLAWED_ROSTERS, FlawedRoster, impossible_date
from truongso.sandbox.province.province import SCHOOLS
from truongso.sandbox.province.pupils import generate_pupils, pupils_of
from truongso.sandbox.province.rosters import HEADER, roster_file_name, roster_rows, roster_xlsx
from truongso.sandbox.province.specs import PupilSpec, SchoolSpec

TODAY = dt.date(2026, 11, 20)
PUPILS = generate_pupils()


def stated(pupil: PupilSpec) -> dict[str, object]:
    """What a roster row says about an invented pupil."""
    father, mother = pupil.family.father, pupil.family.mother
    return {
        "sector_code": pupil.sector_code,
        "full_name": pupil.full_name,
        "birth_date": pupil.birth_date,
        "gender": pupil.gender,
        "class_name": pupil.class_name,
        "grade": pupil.grade,
        "phones": (pupil.family.phone,),
        "father_name": father.full_name if father else "",
        "mother_name": mother.full_name if mother else "",
        "status": StudentStatus.STUDYING,
        "school_code": "",
        "guardian_name": "",
        "email": "",
    }


def file_refusal(flawed: FlawedRoster) -> str:
    """The code with which the whole file is refused; "" when it is read."""
    try:
        parse_roster(read_sheets(flawed.data, flawed.file_name), today=TODAY)
    except (SheetError, RosterError) as refusal:
        return refusal.code
    return ""


def read(row: RosterRow) -> dict[str, object]:
    return {field: getattr(row, field) for field in stated(PUPILS[0])}


@pytest.mark.parametrize("school", SCHOOLS, ids=lambda school: school.slug)
def test_a_roster_file_gives_back_exactly_its_pupils(school: SchoolSpec) -> None:
    own = pupils_of(school, PUPILS)
    sheets = read_sheets(roster_xlsx(school, own), roster_file_name(school))
    assert sheets[0].rows[0][0] == "SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH LÀO CAI"
    assert sheets[0].rows[2] == [None] * len(HEADER)
    assert sheets[0].rows[3] == list(HEADER)
    roster = parse_roster(sheets, today=TODAY)
    assert (roster.header_row, roster.refused, roster.skipped_rows, roster.unknown) == (4, (), (), ())
    assert (len(roster.not_imported), roster.sealed) == (12, ("Dân tộc", "Số định danh cá nhân"))
    by_code = {row.sector_code: read(row) for row in roster.rows}
    assert by_code == {pupil.sector_code: stated(pupil) for pupil in own}
    plan = plan_changes([], roster)
    assert plan.counts == {
        "new": len(own),
        "changed": 0,
        "unchanged": 0,
        "left": 0,
        "refused": 0,
        "not_in_file": 0,
    }


def test_rows_run_class_by_class_and_by_given_name() -> None:
    rows = roster_rows(pupils_of(SCHOOLS[1], PUPILS))
    assert [row[0] for row in rows] == list(range(1, 421))
    classes = [row[HEADER.index("Lớp học")] for row in rows]
    assert list(dict.fromkeys(classes))[:4] == ["1A", "1B", "1C", "2A"]
    assert classes == sorted(classes, key=str)
    names = [str(row[2]) for row in rows if row[HEADER.index("Lớp học")] == "1A"]
    assert names == sorted(names, key=sort_key)


def test_no_personal_number_is_invented() -> None:
    places = [HEADER.index(label) for label in ("Số CMND", "Ngày cấp", "Nơi cấp", "Số định danh cá nhân")]
    assert all(row[place] is None for row in roster_rows(PUPILS) for place in places)


@pytest.mark.parametrize("make", FLAWED_ROSTERS, ids=lambda make: make.__name__)
def test_a_flawed_roster_is_refused_with_its_reason(make: Callable[[], FlawedRoster]) -> None:
    flawed = make()
    assert flawed.name == make.__name__
    if flawed.file_code:
        assert file_refusal(flawed) == flawed.file_code
        return
    roster = parse_roster(read_sheets(flawed.data, flawed.file_name), today=TODAY)
    assert tuple((r.row, r.reasons[0].code) for r in roster.refused) == flawed.row_codes


def test_the_good_rows_of_a_flawed_roster_are_taken_and_the_bad_one_can_be_corrected() -> None:
    flawed = impossible_date()
    plan = plan_changes([], parse_roster(read_sheets(flawed.data, flawed.file_name), today=TODAY))
    assert [row.full_name for row in plan.new] == ["Giàng A Páo", "Nguyễn Thị Hòa", "Chảo Láo Tả"]
    assert refused_table(plan) == [
        [
            "Mã định danh Bộ GD&ĐT",
            "Họ tên",
            "Ngày sinh",
            "Giới tính",
            "Lớp học",
            "Lý do chưa nhập được",
        ],
        ["9915900004", "Lù Văn Sơn", "31/02/2016", "Nam", "5A", "date_no_such_day"],
    ]
