"""Sensitive columns of a roster: read as facts, never shown, never a reason to refuse a pupil."""

from __future__ import annotations

from truongso.kernel.sheets import Cell
from truongso.people.roster import ExistingStudent, FieldChange, ParsedRoster, parse_roster, plan_changes, refused_table
from truongso.people.roster.tests.tables import sheet
from truongso.people.sensitive.numbers import normal_number
from truongso.people.sensitive.types import FactKind
from truongso.people.services.numbers import without_clashes

HEADER = ["Họ tên", "Lớp", "Ngày sinh", "Dân tộc", "Số định danh cá nhân", "Hộ nghèo", "Diện chính sách", "Khuyết tật"]
NUMBER, KIND = "999217000001", FactKind.PERSONAL_NUMBER


def parse(*rows: list[Cell]) -> ParsedRoster:
    return parse_roster([sheet([HEADER, *rows])])


def test_facts_are_read_with_their_labels_and_nothing_said_is_no_fact() -> None:
    roster = parse(
        ["An Bình", "1A", "1/1/2020", "Mông", "999 217 000 001", "x", "Con thương binh", "Không"],
        ["Lò Thị Hoa", "1A", "2/1/2020", "", None, "", "không", "Khiếm thính"],
    )
    first, second = roster.rows
    assert first.facts == {
        KIND: NUMBER, FactKind.ETHNICITY: "Mông", FactKind.HARDSHIP: "Hộ nghèo: x; Diện chính sách: Con thương binh",
    }  # fmt: skip
    assert second.facts == {FactKind.HEALTH: "Khuyết tật: Khiếm thính"}
    assert roster.sealed == ("Dân tộc", "Số định danh cá nhân", "Hộ nghèo", "Diện chính sách", "Khuyết tật")
    assert roster.unread_numbers == ()
    assert "999217000001" not in repr(roster)
    assert "Mông" not in repr(roster)


def test_a_number_that_is_none_leaves_the_pupil_in() -> None:
    roster = parse(["An Bình", "1A", "1/1/2020", "", 99217000001, "", "", ""])
    assert (roster.rows[0].facts, roster.unread_numbers, roster.refused) == ({}, (2,), ())


def test_refused_rows_are_handed_back_without_sensitive_cells() -> None:
    roster = parse(["An Bình", "1A", "31/2/2020", "Mông", NUMBER, "x", "", ""])
    table = refused_table(plan_changes([], roster))
    assert table[0] == ["Họ tên", "Lớp học", "Ngày sinh", "Lý do chưa nhập được"]
    assert NUMBER not in str(table)
    assert "Mông" not in str(table)


def test_changes_name_kinds_and_no_values() -> None:
    roster = parse(["An Bình", "1A", "1/1/2020", "Mông", NUMBER, "", "", ""])
    row = roster.rows[0]
    known = ExistingStudent(
        1, "An Bình", "1A", birth_date=row.birth_date, facts={FactKind.ETHNICITY: "Mông", KIND: "999217000002"}
    )
    (match,) = plan_changes([known], roster).changed
    assert match.changes == (FieldChange("facts", (), ("personal_number",)),)
    same = ExistingStudent(1, "An Bình", "1A", birth_date=row.birth_date, facts=row.facts)
    assert [m.student.id for m in plan_changes([same], roster).unchanged] == [1]


def test_a_number_of_two_pupils_is_left_out() -> None:
    roster = parse(
        ["An Bình", "1A", "1/1/2020", "Mông", NUMBER, "", "", ""],
        ["Lò Thị Hoa", "1A", "2/1/2020", "", NUMBER, "", "", ""],
        ["Giàng A Páo", "1A", "3/1/2020", "", "999217000009", "", "", ""],
        ["Vàng Thị Mỷ", "1A", "4/1/2020", "", "999217000008", "", "", ""],
    )
    mine = ExistingStudent(7, "Giàng A Páo", "1A", birth_date=roster.rows[2].birth_date, facts={KIND: "999217000009"})
    other = ExistingStudent(8, "Sùng A Sử", "1A", facts={KIND: "999217000008"})
    left, clashing = without_clashes(roster, [mine, other])
    assert clashing == (2, 3, 5)
    assert [dict(row.facts) for row in left.rows] == [{FactKind.ETHNICITY: "Mông"}, {}, {KIND: "999217000009"}, {}]


def test_numbers_as_people_write_them() -> None:
    assert normal_number("999.217.000-001") == NUMBER
    assert [normal_number(text) for text in ("99921700000", "99921700000a", "", "9992170000011")] == [None] * 4
