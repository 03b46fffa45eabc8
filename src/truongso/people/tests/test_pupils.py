"""Single changes and reads of pupils."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.people import public
from truongso.people.models import Enrolment, Guardianship, Student
from truongso.people.services.pupils import GuardianData, StudentData
from truongso.people.tests.test_applying_rosters import guardians, places, rows_of
from truongso.people.types import Gender, PeopleError, Relationship, StudentStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
DAY = dt.date(2026, 10, 5)


def names(found: object) -> list[str]:
    return [student.full_name for student in found]  # type: ignore[attr-defined]


def test_headcounts_and_pupils_of_classes_on_a_day(school: School, actor: Actor) -> None:
    year = factories.school_year()
    tenth, second = factories.school_class(school, "10A1"), factories.school_class(school, "2A1")
    an = factories.student(school, "Trần Bình An", school_class=second)
    factories.student(school, "Lê Thị Ân", school_class=second, payer=None)
    public.move_class(actor=actor, student=an, school_class=tenth, since=DAY)
    sizes = [(c.name, c.pupils) for c in public.classes_of_year(school, year)]
    assert sizes == [("2A1", 1), ("10A1", 1)]
    before = [(c.name, c.pupils) for c in public.classes_of_year(school, year, dt.date(2026, 10, 4))]
    assert before == [("2A1", 2), ("10A1", 0)]
    ids = [second.pk, tenth.pk]
    seated = public.pupils_of_classes(school, ids, dt.date(2026, 10, 4))
    assert [(p.full_name, p.class_name, p.payer_name) for p in seated] == [
        ("Trần Bình An", "2A1", "Trần Thị Thu Hằng"),
        ("Lê Thị Ân", "2A1", "Lê Thị Ân"),
    ]
    assert [p.class_name for p in public.pupils_of_classes(school, ids, DAY)] == ["2A1", "10A1"]


def test_search_without_accents_by_code_and_by_phone(school: School, other_school: School) -> None:
    taught = factories.school_class(school)
    factories.student(school, "Đặng Thị Hoà", school_class=taught, sector_code="1234567890")
    factories.student(school, "Hoàng Đức Anh", school_class=taught, payer=None)
    factories.student(other_school, "Đặng Thị Hoà")
    assert names(public.search(school, "hoa dang")) == ["Đặng Thị Hoà"]
    assert names(public.search(school, "hòa")) == ["Hoàng Đức Anh", "Đặng Thị Hoà"]
    assert names(public.search(school, "12345")) == ["Đặng Thị Hoà"]
    assert names(public.search(school, "0900 000 001")) == [], "numbers of people are searched by form, not by address"
    assert names(public.search(school, "  ")) == []
    assert names(public.search(school, "100%")) == []


def test_list_is_sorted_by_given_name_and_filtered(school: School) -> None:
    a, b = factories.school_class(school, "1A"), factories.school_class(school, "1B")
    for name, taught in (("Vũ Văn Anh", a), ("Đỗ Thị Ánh", b), ("Bùi Văn Ân", a), ("Ẩn Danh", a)):
        factories.student(school, name, school_class=taught)
    assert names(public.pupils(school, public.PupilFilter())) == [
        "Vũ Văn Anh", "Đỗ Thị Ánh", "Bùi Văn Ân", "Ẩn Danh",
    ]  # fmt: skip
    assert names(public.pupils(school, public.PupilFilter(class_name="1B"))) == ["Đỗ Thị Ánh"]
    gone = public.PupilFilter(status=StudentStatus.TRANSFERRED)
    assert names(public.pupils(school, gone)) == []


def test_reading_a_list_takes_three_statements(school: School) -> None:
    taught = factories.school_class(school)
    for n in range(12):
        factories.student(school, f"Nguyễn Văn {chr(65 + n)}", school_class=taught)
    with CaptureQueriesContext(connection) as queries:
        rows = list(public.pupils(school, public.PupilFilter(text="nguyen")))
        assert [row.seats[0].school_class.name for row in rows] == ["3A2"] * 12  # type: ignore[attr-defined]
        assert [row.payers[0].guardian.full_name for row in rows] == [  # type: ignore[attr-defined]
            "Trần Thị Thu Hằng"
        ] * 12
    assert len(queries) == 3


def test_adding_a_pupil_with_a_guardian_and_a_sibling(school: School, actor: Actor) -> None:
    taught = factories.school_class(school)
    mother = GuardianData("Lý Thị May", Relationship.MOTHER, phone="0912000111")
    first = public.add_student(
        actor=actor, school=school, data=StudentData("Lý A Páo", None, Gender.MALE, "1000000009"),
        school_class=taught, since=DAY, guardian=mother,
    )  # fmt: skip
    second = public.add_student(
        actor=actor,
        school=school,
        data=StudentData("Lý Thị Sua"),
        school_class=taught,
        since=DAY,
        sibling=first,
    )
    alone = public.add_student(actor=actor, school=school, data=StudentData("Lý A Chá"), school_class=taught, since=DAY)
    assert first.family_id == second.family_id != alone.family_id
    assert guardians(first) == guardians(second) == [("mother", "Lý Thị May", ("0912000111",), True)]
    assert guardians(alone) == [("guardian", "Phụ huynh em Lý A Chá", (), True)]
    public.save_guardian(actor=actor, student=alone, data=GuardianData("Lý A Tủa", Relationship.FATHER, "0912000222"))
    assert guardians(alone) == [("father", "Lý A Tủa", ("0912000222",), True)]


def test_another_payer_takes_the_mark(school: School, actor: Actor) -> None:
    pupil = factories.student(school)
    data = GuardianData("Nguyễn Văn Nam", Relationship.FATHER, is_payer=True)
    public.save_guardian(actor=actor, student=pupil, data=data)
    assert [(name, pays) for _r, name, _p, pays in guardians(pupil)] == [
        ("Trần Thị Thu Hằng", False), ("Nguyễn Văn Nam", True),
    ]  # fmt: skip
    assert public.payer_names(school, [pupil.pk]) == {pupil.pk: "Nguyễn Văn Nam"}


def test_a_code_of_another_pupil_is_refused(school: School, actor: Actor) -> None:
    factories.student(school, "Có Mã Rồi", sector_code="1000000001", school_code="HS1")
    pupil = factories.student(school)
    taught = factories.school_class(school)
    before, acts = rows_of(school), AuditEntry.objects.count()
    for field, value in (("sector_code", "1000000001"), ("school_code", "HS1")):
        data = StudentData("Nguyễn Bảo An", **{field: value})  # type: ignore[arg-type]
        with pytest.raises(PeopleError) as refusal:
            public.edit_student(actor=actor, student=pupil, data=data)
        assert (refusal.value.code, refusal.value.params) == (f"{field}_taken", {"name": "Có Mã Rồi"})
        with pytest.raises(PeopleError, match=f"{field}_taken"):
            public.add_student(actor=actor, school=school, data=data, school_class=taught, since=DAY)
    assert (rows_of(school), AuditEntry.objects.count()) == (before, acts)


def test_editing_records_only_what_changed(school: School, actor: Actor) -> None:
    pupil = factories.student(school)
    same = StudentData(pupil.full_name, pupil.birth_date)
    assert public.edit_student(actor=actor, student=pupil, data=same) == []
    assert AuditEntry.objects.count() == 0
    changed = StudentData("Nguyễn  Bảo Ân", pupil.birth_date, Gender.FEMALE)
    assert public.edit_student(actor=actor, student=pupil, data=changed) == ["full_name", "gender"]
    stored = Student.objects.for_school(school).get()
    assert (stored.full_name, stored.name_fold, stored.gender) == ("Nguyễn Bảo Ân", "NGUYEN BAO AN", "female")
    assert AuditEntry.objects.get().params == {"fields": ["full_name", "gender"]}


def test_leaving_and_coming_back(school: School, actor: Actor) -> None:
    taught = factories.school_class(school)
    pupil = factories.student(school, school_class=taught)
    public.leave_school(actor=actor, student=pupil, status=StudentStatus.TRANSFERRED, last_day=DAY, reason="theo bố mẹ")
    assert places(pupil) == [("3A2", dt.date(2026, 9, 1), DAY)]
    before = rows_of(school)
    with pytest.raises(PeopleError, match="not_studying"):
        public.leave_school(actor=actor, student=pupil, status=StudentStatus.WITHDRAWN, last_day=DAY)
    with pytest.raises(PeopleError, match="too_early"):
        public.move_class(actor=actor, student=pupil, school_class=taught, since=DAY)
    assert rows_of(school) == before
    public.move_class(actor=actor, student=pupil, school_class=taught, since=dt.date(2026, 10, 6))
    pupil.refresh_from_db()
    assert pupil.status == StudentStatus.STUDYING
    assert Enrolment.objects.for_school(school).filter(valid_to__isnull=True).count() == 1
    with pytest.raises(PeopleError, match="same_class"):
        public.move_class(actor=actor, student=pupil, school_class=taught, since=dt.date(2026, 10, 7))


def test_a_guardian_of_another_pupil_is_not_changed(school: School, actor: Actor) -> None:
    one, two = factories.student(school), factories.student(school, "Lê Văn Hai", payer="Lê Văn Ba")
    link = Guardianship.objects.for_school(school).get(student=two)
    before = rows_of(school)
    with pytest.raises(PeopleError, match="not_a_guardian"):
        public.save_guardian(actor=actor, student=one, data=GuardianData("Kẻ Lạ", Relationship.GUARDIAN), link=link)
    assert rows_of(school) == before
