"""A class has one homeroom teacher at a time, who opens of the own class, with a reason, what the matrix gives."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.people.homeroom.services import end_of_leavers
from truongso.people.models import AccessEntry, Guardian, Homeroom, SchoolClass, Student
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.people.tests.urls")]

PLAN, END = "/giao-vien-chu-nhiem", "/giao-vien-chu-nhiem/ket-thuc"
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
TODAY = NOW.date()


class Scene:
    """A class with one pupil of whom everything is known, another class, two teachers, a principal."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.here = factories.school_class(school, "3A2")
        self.pupil: Student = factories.student(school, "Giàng A Páo", school_class=self.here)
        self.there = factories.school_class(school, "5A")
        self.stranger = factories.student(school, "Lò Thị Mai", school_class=self.there)
        Guardian.objects.for_school(school).update(phone="0912345678")
        facts = {
            FactKind.PERSONAL_NUMBER: "999217000001", FactKind.ETHNICITY: "Mông", FactKind.HEALTH: "Hen suyễn",
            FactKind.HARDSHIP: "Hộ nghèo",
        }  # fmt: skip
        keep_facts(school.pk, {self.pupil.pk: facts})
        self.first = factories.user(Role.HOMEROOM_TEACHER, school=school, full_name="Vàng Thị Chủ")
        self.second = factories.user(Role.HOMEROOM_TEACHER, school=school, full_name="Hạng A Nhiệm")
        self.principal = factories.user(Role.PRINCIPAL, school=school)
        self.boss = factories.login(Client(), self.principal)

    def give(self, teacher: User, since: str, until: str = "", school_class: SchoolClass | None = None) -> Any:
        wanted = school_class or self.here
        return self.boss.post(PLAN, {"lop": wanted.pk, "giao_vien": teacher.pk, "tu_ngay": since, "den_ngay": until})

    def rows(self) -> list[tuple[str, str, str, str | None]]:
        rows = Homeroom.objects.for_school(self.school).order_by("school_class__name", "valid_from")
        return [
            (one.school_class.name, one.user.full_name, str(one.valid_from), one.valid_to and str(one.valid_to))
            for one in rows.select_related("school_class", "user")
        ]


@pytest.fixture
def scene(school: School) -> Any:
    with clock.frozen(NOW):
        yield Scene(school)


def test_a_class_is_handed_from_one_teacher_to_the_next(scene: Scene) -> None:
    assert "Chưa có giáo viên chủ nhiệm" in scene.boss.get(PLAN).content.decode()
    assert scene.give(scene.first, "01/09/2026").status_code == 302
    assert scene.give(scene.second, "05/10/2026").status_code == 302
    name = scene.here.name
    assert scene.rows() == [
        (name, "Vàng Thị Chủ", "2026-09-01", "2026-10-04"), (name, "Hạng A Nhiệm", "2026-10-05", None),
    ]  # fmt: skip
    trail = AuditEntry.objects.filter(action="people:homeroom:set").order_by("seq")
    assert [one.params for one in trail] == [
        {"class": name, "from": "2026-09-01", "to": ""}, {"class": name, "from": "2026-10-05", "to": ""},
    ]  # fmt: skip
    row = Homeroom.objects.for_school(scene.school).get(valid_to=None)
    assert scene.boss.post(END, {"so": row.pk, "den_ngay": "05/10/2026"}).status_code == 302
    assert scene.rows()[1] == (name, "Hạng A Nhiệm", "2026-10-05", "2026-10-05")


def test_what_is_refused_changes_nothing(scene: Scene, other_school: School) -> None:
    scene.give(scene.first, "01/09/2026")
    before, entries = scene.rows(), AuditEntry.objects.count()
    no_teacher = factories.user(Role.SUBJECT_TEACHER, school=scene.school)
    foreign = factories.school_class(other_school, "1A")
    said = [
        scene.give(scene.first, "10/10/2026"),  # has it already
        scene.give(scene.second, "01/08/2026"),  # somebody begins after that
        scene.give(scene.second, "01/09/2026"),  # the very day somebody began
        scene.give(scene.second, "15/09/2026"),  # what was opened since then was opened as the class's teacher
        scene.give(scene.second, "10/10/2026", "09/10/2026"),
        scene.give(no_teacher, "10/10/2026"),
        scene.give(scene.second, "10/10/2026", school_class=foreign),
        scene.give(scene.second, "32/10/2026"),
    ]
    assert [one.status_code for one in said] == [422] * 8
    assert "đang chủ nhiệm lớp này" in said[0].content.decode()
    assert "Lớp đã có giáo viên từ ngày 01/09/2026" in said[1].content.decode()
    row = Homeroom.objects.for_school(scene.school).get()
    for day in ("03/10/2026", "hôm nay"):
        assert scene.boss.post(END, {"so": row.pk, "den_ngay": day}).status_code == 302
    # Who makes accounts must not make himself a way to what is sealed: an account for a teacher, then a class for it.
    for role in (Role.ACCOUNTANT, Role.HOMEROOM_TEACHER, Role.IT_ADMIN):
        own = factories.login(Client(), factories.user(role, school=scene.school))
        assert own.get(PLAN).status_code == 403
        assert own.post(END, {"so": row.pk, "den_ngay": "05/10/2026"}).status_code == 403
    stranger = factories.login(Client(), factories.user(Role.PRINCIPAL, school=other_school))
    assert stranger.post(END, {"so": row.pk, "den_ngay": "05/10/2026"}).status_code == 404
    assert (scene.rows(), AuditEntry.objects.count()) == (before, entries)


def test_the_teacher_opens_what_the_matrix_gives_and_the_family_reads_it(scene: Scene) -> None:
    scene.give(scene.first, "01/09/2026")
    client, page = factories.login(Client(), scene.first), f"/lop-chu-nhiem/{scene.pupil.public_id}"
    listed = client.get("/lop-chu-nhiem").content.decode()
    assert ("Giàng A Páo" in listed, "Lò Thị Mai" in listed, "Hen suyễn" in listed) == (True, False, False)
    asked = client.get(page).content.decode()
    assert all(word in asked for word in ("Sức khỏe", "Hoàn cảnh", "Số điện thoại người giám hộ"))
    assert "Sinh năm 2018" in asked
    assert not any(word in asked for word in ("Số định danh", "Dân tộc", "Hen suyễn", "0912345678", "Hộ nghèo"))
    answer = client.post(page, {"what": ["health", "guardian_phone"], "reason": "Em lên cơn hen, gọi gia đình"})
    opened = answer.content.decode()
    assert ("Hen suyễn" in opened, "0912345678" in opened, "Hộ nghèo" in opened) == (True, True, False)
    entry = AccessEntry.objects.for_school(scene.school).get()
    assert (entry.student_id, entry.user_id, entry.role, entry.seen, entry.reason) == (
        scene.pupil.pk, scene.first.pk, "homeroom_teacher", ["health", "guardian_phone"],
        "Em lên cơn hen, gọi gia đình",
    )  # fmt: skip


def test_nothing_else_opens(scene: Scene) -> None:
    scene.give(scene.first, "01/09/2026", "04/10/2026")
    scene.give(scene.second, "05/10/2026")
    page, other = (f"/lop-chu-nhiem/{one.public_id}" for one in (scene.pupil, scene.stranger))
    good = {"what": ["health"], "reason": "Hỏi thăm"}
    was = factories.login(Client(), scene.first)  # until yesterday
    assert [was.get(page).status_code, was.post(page, good).status_code] == [404, 404]
    assert "chưa được phân công lớp nào" in was.get("/lop-chu-nhiem").content.decode()
    now = factories.login(Client(), scene.second)
    assert [now.get(other).status_code, now.post(other, good).status_code] == [404, 404]
    # Identity is not a homeroom teacher's; without a reason nothing opens.
    for wrong in (
        {"what": ["personal_number"], "reason": "x"},
        {"what": ["ethnicity"], "reason": "x"},
        {"what": ["health"]},
    ):
        answer = now.post(page, wrong)
        assert (answer.status_code, "Hen suyễn" in answer.content.decode()) == (422, False)
    for address in (f"/hoc-sinh/{scene.pupil.public_id}", f"/hoc-sinh/{scene.pupil.public_id}/nhay-cam", "/hoc-sinh"):
        assert now.get(address).status_code == 403
    assert AccessEntry.objects.for_school(scene.school).count() == 0


def test_who_leaves_does_not_find_the_class_coming_back(scene: Scene) -> None:
    scene.give(scene.first, "01/09/2026")
    scene.give(scene.second, "01/09/2026", school_class=scene.there)
    User.objects.filter(pk=scene.second.pk).update(is_active=False)  # suspended: comes back to the same class
    assert end_of_leavers() == 0
    Membership.objects.filter(user=scene.first).update(valid_to=TODAY - dt.timedelta(days=1))
    assert (end_of_leavers(), end_of_leavers()) == (1, 0)
    assert [row[3] for row in scene.rows()] == ["2026-10-04", None]
    entry = AuditEntry.objects.get(action="people:homeroom:end")
    assert (entry.actor_id, entry.actor_label, entry.params["to"]) == (None, "teaching", "2026-10-04")
    Membership.objects.filter(user=scene.first).update(valid_to=None)
    page = f"/lop-chu-nhiem/{scene.pupil.public_id}"
    assert factories.login(Client(), scene.first).get(page).status_code == 404
