"""Rosters with sensitive columns: facts sealed, the same file a second time changes nothing, the file itself goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests import factories

from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School, SchoolYear
from truongso.people.models import Enrolment, Guardian, RosterImport, SensitiveFact, Student
from truongso.people.sensitive.queries import facts_of
from truongso.people.sensitive.types import FactKind
from truongso.people.services.previewing import content_of, preview
from truongso.people.services.rosters import apply_roster, forget_files
from truongso.people.tests.rosters import ACTOR, HEADER, line, upload, workbook
from truongso.people.types import PeopleError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

NUMBER, ETHNICITY = FactKind.PERSONAL_NUMBER, FactKind.ETHNICITY
COLUMNS = (*HEADER, "Dân tộc", "Số định danh cá nhân")
FIRST = [
    [*line(1, "Giàng A Páo"), "Mông", "999217000001"],
    [*line(2, "Lò Thị Hoa"), "Thái", "999217000002"],
]


@pytest.fixture
def year(school: School) -> SchoolYear:
    return factories.school_year()


def take(school: School, year: SchoolYear, rows: Any) -> dict[str, int]:
    stored = upload(school, year, workbook(rows, COLUMNS))
    return apply_roster(actor=ACTOR, school=school, stored=stored, seen=preview(school, stored).digest)


def named(school: School) -> dict[str, Any]:
    names = dict(Student.objects.for_school(school).values_list("pk", "full_name"))
    return {names[pk]: facts for pk, facts in facts_of(school.pk).items()}


def everything(school: School) -> list[Any]:
    return [list(model.objects.for_school(school).order_by("pk").values()) for model in (
        Student, Enrolment, Guardian, SensitiveFact)]  # fmt: skip


def test_facts_come_with_the_roster_and_the_same_file_changes_nothing(school: School, year: SchoolYear) -> None:
    assert take(school, year, FIRST)["new"] == 2
    assert named(school) == {
        "Giàng A Páo": {NUMBER: "999217000001", ETHNICITY: "Mông"},
        "Lò Thị Hoa": {NUMBER: "999217000002", ETHNICITY: "Thái"},
    }
    created = AuditEntry.objects.filter(action="people:student:create").order_by("seq").first()
    assert created is not None
    assert created.params == {"class": "3A2", "sealed": ["ethnicity", "personal_number"]}
    before = everything(school)
    counts = take(school, year, FIRST)
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 2)
    assert everything(school) == before


def test_a_changed_fact_is_one_change_and_a_blank_cell_erases_nothing(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    counts = take(school, year, [[*FIRST[0][:-2], "", ""], [*FIRST[1][:-2], "Tày", ""]])
    assert (counts["changed"], counts["unchanged"]) == (1, 1)
    assert named(school)["Giàng A Páo"] == {NUMBER: "999217000001", ETHNICITY: "Mông"}
    assert named(school)["Lò Thị Hoa"] == {NUMBER: "999217000002", ETHNICITY: "Tày"}
    changed = AuditEntry.objects.get(action="people:student:change")
    assert changed.params == {"fields": ["facts"]}


def test_a_number_of_another_pupil_is_left_out_and_said(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    stored = upload(school, year, workbook([[*line(3, "Sùng A Sử"), "Mông", "999217000001"]], COLUMNS))
    found = preview(school, stored)
    assert found.clashing_numbers == (5,)
    apply_roster(actor=ACTOR, school=school, stored=stored, seen=found.digest)
    assert named(school)["Sùng A Sử"] == {ETHNICITY: "Mông"}


def test_the_file_is_sealed_while_it_waits_and_goes_when_it_is_taken(school: School, year: SchoolYear) -> None:
    content = workbook(FIRST, COLUMNS)
    stored = upload(school, year, content)
    kept = bytes(RosterImport.objects.for_school(school).get().content)
    assert content not in kept
    assert (kept[:1], b"PK" in kept[:20]) == (b"\x01", False)
    assert content_of(stored) == content
    apply_roster(actor=ACTOR, school=school, stored=stored, seen=preview(school, stored).digest)
    stored = RosterImport.objects.for_school(school).get()
    assert bytes(stored.content) == b""
    with pytest.raises(PeopleError, match="file_gone"):
        preview(school, stored)


def test_refused_rows_may_be_fetched_for_a_week(school: School, year: SchoolYear) -> None:
    rows = [*FIRST, [*line(9, "Lù Thị Chá", birth="31/02/2018"), "", ""]]
    take(school, year, rows)
    stored = RosterImport.objects.for_school(school).get()
    assert [row.full_name for row in preview(school, stored).plan.refused] == ["Lù Thị Chá"]
    content = workbook(FIRST, COLUMNS)  # once: a workbook holds the second it was made
    waiting = upload(school, year, content)
    assert forget_files() == 0
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        assert forget_files() == 2
    waiting.refresh_from_db()
    with pytest.raises(PeopleError, match="file_gone"):
        content_of(waiting)
    again = upload(school, year, content)
    assert (again.pk != waiting.pk, content_of(again)) == (True, content)
