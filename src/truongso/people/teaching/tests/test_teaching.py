"""Who teaches which class what: given for several classes, ended, handed over; it opens names of today's classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.organizations.types import SchoolLevel
from truongso.people.models import Guardian, Homeroom, SchoolClass, SchoolSubject, TeachingAssignment
from truongso.people.public import Teaching, taught_by, teachers_of_class
from truongso.people.teaching.programme import programme
from truongso.people.teaching.services import end_of_leavers

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.people.tests.urls")]

PLAN, SUBJECTS, OWN = "/phan-cong-giang-day", "/phan-cong-giang-day/mon-hoc", "/lop-toi-day"
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
TODAY, DAY = NOW.date(), dt.timedelta(days=1)
ALL_YEAR = ("2026-09-01", "2027-08-31")


class Scene:
    """Three classes with a pupil each, two subject teachers, an IT administrator."""

    def __init__(self, school: School) -> None:
        School.objects.filter(pk=school.pk).update(level=SchoolLevel.LOWER_SECONDARY.value)
        self.school = school
        self.classes = {name: factories.school_class(school, name, grade=name[0]) for name in ("6A", "7A", "10B")}
        for name, school_class in self.classes.items():
            factories.student(school, f"Giàng A {name}", school_class=school_class)
        Guardian.objects.for_school(school).update(phone="0912345678")
        self.first = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Vàng Thị Toán")
        self.second = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Hạng A Văn")
        self.it = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))

    def give(
        self, teacher: User, classes: Sequence[str] = ("6A",), subject: str = "TOAN", since: str = "01/09/2026",
        until: str = "",
    ) -> Any:  # fmt: skip
        form = {
            "giao_vien": teacher.pk, "mon": subject, "lop": [self.classes[one].pk for one in classes],
            "tu_ngay": since, "den_ngay": until,
        }  # fmt: skip
        return self.it.post(PLAN, form)

    def change(self, teacher: User, last: str, *, to: User | None = None, only: str = "") -> Any:
        rows = TeachingAssignment.objects.for_school(self.school).filter(user=teacher, withdrawn_at=None)
        if only:
            rows = rows.filter(school_class=self.classes[only])
        form = {"phan_cong": [one.public_id for one in rows], "ngay_cuoi": last, "nguoi_thay": to.pk if to else ""}
        return self.it.post(f"{PLAN}/giao-vien/{teacher.public_id}", form)

    def rows(self) -> list[tuple[str, str, str, str, str, bool]]:
        rows = TeachingAssignment.objects.for_school(self.school).order_by("pk")
        return [
            (
                one.school_class.name, one.subject.name, one.user.full_name, str(one.valid_from), str(one.valid_to),
                one.withdrawn_at is not None,
            )
            for one in rows.select_related("school_class", "subject", "user")
        ]  # fmt: skip

    def sees(self, teacher: User) -> dict[str, int]:
        """Status of every assignment's page for the teacher, by class."""
        client = factories.login(Client(), teacher)
        rows = TeachingAssignment.objects.for_school(self.school).order_by("pk").select_related("school_class")
        return {one.school_class.name: client.get(f"{OWN}/{one.public_id}").status_code for one in rows}


@pytest.fixture
def scene(school: School) -> Any:
    with clock.frozen(NOW):
        yield Scene(school)


def test_a_teacher_gets_several_classes_at_once(scene: Scene) -> None:
    page = scene.it.get(PLAN).content.decode()
    assert page.count("Chưa có giáo viên bộ môn") == 3
    assert ("Khoa học tự nhiên" in page, page.index("Khoa học tự nhiên") < page.index("Cấp học khác")) == (True, True)
    assert scene.it.get(f"{PLAN}?xem=giao-vien").content.decode().count("Chưa được phân công") == 2
    assert scene.give(scene.first, ("6A", "10B")).status_code == 302
    assert scene.rows() == [
        ("6A", "Toán", "Vàng Thị Toán", *ALL_YEAR, False), ("10B", "Toán", "Vàng Thị Toán", *ALL_YEAR, False),
    ]  # fmt: skip
    trail = AuditEntry.objects.filter(action="people:teaching:set").order_by("seq")
    assert [(one.subject_id, one.params) for one in trail] == [
        (str(scene.first.pk), {"class": name, "subject": "Toán", "from": ALL_YEAR[0], "to": ALL_YEAR[1]})
        for name in ("6A", "10B")
    ]
    listed = scene.it.get(f"{PLAN}?xem=giao-vien").content.decode()
    assert ("Toán: 6A, 10B" in listed, listed.count("Chưa được phân công")) == (True, 1)
    # Two may teach a class the same subject; the same person may not twice on one day.
    assert scene.give(scene.second, until="31/12/2026").status_code == 302
    assert scene.give(scene.second, since="01/01/2027").status_code == 302
    assert [row[3:5] for row in scene.rows()[2:]] == [("2026-09-01", "2026-12-31"), ("2027-01-01", "2027-08-31")]


def test_what_is_refused_changes_nothing(scene: Scene, other_school: School) -> None:
    scene.give(scene.first)
    before, entries = scene.rows(), AuditEntry.objects.count()
    homeroom = factories.user(Role.HOMEROOM_TEACHER, school=scene.school)
    scene.classes["foreign"] = factories.school_class(other_school, "6A")
    last_year = factories.school_year("2025-2026")
    scene.classes["old"] = factories.school_class(scene.school, "6A", year=last_year)
    said = [
        scene.give(scene.first, ("7A", "6A"), since="05/10/2026"),  # has 6A already, so neither
        scene.give(scene.first, ("7A",), since="31/08/2026"),
        scene.give(scene.first, ("7A",), until="01/09/2027"),
        scene.give(scene.first, ("7A",), since="10/10/2026", until="09/10/2026"),
        scene.give(scene.first, ()),
        scene.give(homeroom),
        scene.give(scene.first, ("7A", "foreign")),
        scene.give(scene.first, ("old",)),
        scene.give(scene.first, ("7A",), subject="KHONG_CO"),
        scene.give(scene.first, ("7A",), subject="rieng:1"),
        scene.give(scene.first, ("7A",), since="32/10/2026"),
    ]
    assert [one.status_code for one in said] == [422] * 11
    assert "Người này đã được phân công môn này trong thời gian đó: 6A." in said[0].content.decode()
    assert "Phân công nằm trong năm học, từ 01/09/2026 đến 31/08/2027." in said[1].content.decode()
    for role in (Role.ACCOUNTANT, Role.CASHIER, Role.SUBJECT_TEACHER, Role.HOMEROOM_TEACHER):
        own = factories.login(Client(), factories.user(role, school=scene.school))
        for address in (PLAN, SUBJECTS, f"{PLAN}/giao-vien/{scene.first.public_id}"):
            assert (own.get(address).status_code, own.post(address, {}).status_code) == (403, 403)
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=scene.school))
    assert principal.get(PLAN).status_code == 200
    stranger = factories.login(Client(), factories.user(Role.PRINCIPAL, school=other_school))
    row = TeachingAssignment.objects.for_school(scene.school).get()
    form = {"phan_cong": [row.public_id], "ngay_cuoi": "05/10/2026"}
    assert stranger.post(f"{PLAN}/giao-vien/{scene.first.public_id}", form).status_code == 404
    cashier = factories.user(Role.CASHIER, school=scene.school)
    assert scene.it.get(f"{PLAN}/giao-vien/{cashier.public_id}").status_code == 404
    assert (scene.rows(), AuditEntry.objects.count()) == (before, entries)
    assert SchoolSubject.objects.for_school(scene.school).count() == 1


def test_the_teacher_sees_names_of_todays_classes_alone(scene: Scene) -> None:
    scene.give(scene.first, ("6A", "10B"))
    scene.give(scene.first, ("6A",), subject="TIN_HOC")
    scene.give(scene.second, ("7A",))
    scene.give(scene.first, ("7A",), since="06/10/2026")
    client = factories.login(Client(), scene.first)
    page = client.get(OWN).content.decode()
    assert [page.index(one) > 0 for one in ("Lớp 6A", "Lớp 10B", "Tin học, Toán")] == [True] * 3
    assert "Lớp 7A" not in page
    assert page.index("Lớp 6A") < page.index("Lớp 10B")
    row = TeachingAssignment.objects.for_school(scene.school).filter(school_class=scene.classes["6A"]).first()
    assert row is not None
    shown = client.get(f"{OWN}/{row.public_id}").content.decode()
    assert ("Giàng A 6A" in shown, "Giàng A 7A" in shown, "0912" in shown, "2018" in shown) == (True, *(False,) * 3)
    assert scene.sees(scene.first) == {"6A": 200, "10B": 200, "7A": 404}
    assert scene.sees(scene.second) == {"6A": 404, "10B": 404, "7A": 404}
    for address in ("/hoc-sinh", "/lop-chu-nhiem", PLAN):
        assert client.get(address).status_code == 403


def test_it_ends_with_its_last_day_the_role_and_the_year(scene: Scene) -> None:
    scene.give(scene.first, ("6A", "7A"))
    assert scene.change(scene.first, "04/10/2026", only="6A").status_code == 302  # yesterday: today nothing more
    assert scene.sees(scene.first) == {"6A": 404, "7A": 200}
    assert scene.change(scene.first, "06/10/2026", only="7A").status_code == 302
    with clock.frozen(NOW + DAY):
        assert scene.sees(scene.first)["7A"] == 200
    with clock.frozen(NOW + 2 * DAY):
        assert scene.sees(scene.first)["7A"] == 404
    assert [row[4] for row in scene.rows()] == ["2026-10-04", "2026-10-06"]
    before, entries = scene.rows(), AuditEntry.objects.count()
    assert scene.change(scene.first, "07/10/2026", only="7A").status_code == 422  # never longer
    assert scene.change(scene.first, "03/10/2026", only="7A").status_code == 422  # what was seen was seen
    assert scene.change(scene.first, "05/10/2026", only="6A").status_code == 422  # over
    assert (scene.rows(), AuditEntry.objects.count()) == (before, entries)


def test_a_mistake_of_today_and_what_has_not_begun_are_withdrawn(scene: Scene) -> None:
    scene.give(scene.first, since="05/10/2026")
    scene.give(scene.first, ("7A",), since="01/12/2026")
    assert scene.change(scene.first, "04/10/2026").status_code == 302
    assert [row[5] for row in scene.rows()] == [True, True]
    assert scene.sees(scene.first) == {"6A": 404, "7A": 404}
    assert AuditEntry.objects.filter(action="people:teaching:withdraw").count() == 2
    assert "đã bỏ, không tính ngày nào (ghi từ 01/12/2026)" in (
        scene.it.get(f"{PLAN}/giao-vien/{scene.first.public_id}").content.decode()
    )
    assert scene.give(scene.first, since="05/10/2026").status_code == 302  # the same again, rightly


def test_classes_are_handed_over_at_a_date(scene: Scene) -> None:
    scene.give(scene.first, ("6A", "7A"))
    scene.give(scene.second, ("7A",), since="01/11/2026")
    before, entries = scene.rows(), AuditEntry.objects.count()
    answer = scene.change(scene.first, "31/10/2026", to=scene.second)  # has 7A then, so neither
    assert (answer.status_code, "trong thời gian đó: 7A." in answer.content.decode()) == (422, True)
    assert scene.change(scene.first, "31/08/2027", to=scene.second).status_code == 422  # nothing left to hand over
    assert (scene.rows(), AuditEntry.objects.count()) == (before, entries)
    assert scene.change(scene.first, "31/10/2026", to=scene.second, only="6A").status_code == 302
    assert scene.rows() == [
        ("6A", "Toán", "Vàng Thị Toán", "2026-09-01", "2026-10-31", False),
        ("7A", "Toán", "Vàng Thị Toán", *ALL_YEAR, False),
        ("7A", "Toán", "Hạng A Văn", "2026-11-01", "2027-08-31", False),
        ("6A", "Toán", "Hạng A Văn", "2026-11-01", "2027-08-31", False),
    ]


def test_who_leaves_loses_the_classes_and_does_not_find_them_again(scene: Scene, other_school: School) -> None:
    scene.give(scene.first, ("6A",))
    scene.give(scene.first, ("7A",), since="05/10/2026")
    scene.give(scene.second, ("7A",))
    elsewhere = factories.user(Role.SUBJECT_TEACHER, school=other_school)
    factories.teaching(elsewhere, factories.school_class(other_school, "6A"))
    User.objects.filter(pk=scene.second.pk).update(is_active=False)  # suspended: comes back to the same classes
    Membership.objects.filter(user=scene.first).update(valid_to=TODAY - DAY)
    assert taught_by(scene.school.pk, scene.first.pk, TODAY) == []
    page = scene.it.get(f"{PLAN}/giao-vien/{scene.first.public_id}").content.decode()
    assert "không còn vai trò giáo viên bộ môn" in page
    assert "không còn vai trò" in scene.it.get(PLAN).content.decode()
    for page in (f"{PLAN}/giao-vien/{scene.second.public_id}", f"{PLAN}?xem=giao-vien"):
        assert scene.it.get(page).content.decode().count("không còn vai trò") == ("xem" in page)
    assert end_of_leavers() == 2
    assert [(row[4], row[5]) for row in scene.rows()] == [
        ("2026-10-04", False), ("2027-08-31", True), ("2027-08-31", False),
    ]  # fmt: skip
    assert end_of_leavers() == 0
    Membership.objects.filter(user=scene.first).update(valid_to=None)
    assert scene.sees(scene.first) == {"6A": 404, "7A": 404}
    last = AuditEntry.objects.filter(action="people:teaching:end").get()
    assert (last.actor_id, last.actor_label) == (None, "teaching")


def test_others_may_ask_who_teaches_a_class_a_subject_today(scene: Scene) -> None:
    scene.give(scene.first, ("6A", "7A"))
    scene.give(scene.second, ("6A",), subject="NGU_VAN")
    six: SchoolClass = scene.classes["6A"]
    found = teachers_of_class(scene.school.pk, six.pk, TODAY)
    assert [(one.subject, one.teacher, one.class_name) for one in found] == [
        ("Ngữ văn", "Hạng A Văn", "6A"), ("Toán", "Vàng Thị Toán", "6A"),
    ]  # fmt: skip
    homeroom = factories.user(Role.HOMEROOM_TEACHER, school=scene.school)
    Homeroom.objects.create(
        school=scene.school, school_class=six, user=homeroom, valid_from=TODAY, set_at=clock.now()
    )  # fmt: skip
    page = factories.login(Client(), homeroom).get("/lop-chu-nhiem").content.decode()
    assert ("Vàng Thị Toán" in page, "Toán · 6A" in page, "Toán · 7A" in page) == (True, True, False)
    maths = SchoolSubject.objects.for_school(scene.school).get(code="TOAN")
    assert teachers_of_class(scene.school.pk, six.pk, TODAY, subject_id=maths.pk) == found[1:]
    assert teachers_of_class(scene.school.pk, six.pk, dt.date(2026, 8, 31)) == []
    row = TeachingAssignment.objects.for_school(scene.school).get(user=scene.second)
    assert found[0] == Teaching(
        row.public_id, six.pk, "6A", row.subject_id, "Ngữ văn", scene.second.pk, "Hạng A Văn"
    )  # fmt: skip
    assert [one.class_name for one in taught_by(scene.school.pk, scene.first.pk, TODAY)] == ["6A", "7A"]


def test_a_school_adds_subjects_of_its_own(scene: Scene, other_school: School) -> None:
    assert scene.it.post(SUBJECTS, {"ten": " Tiếng  Mông "}).status_code == 302
    own = SchoolSubject.objects.for_school(scene.school).get()
    assert (own.code, own.name, own.is_offered, own.key) == ("", "Tiếng Mông", True, f"rieng:{own.pk}")
    foreign = SchoolSubject.objects.create(school=other_school, name="Võ", name_fold="VO")
    entries = AuditEntry.objects.count()
    wrong_names = ("tieng mong", "toán", "123", "", "x" * 81, "ß" * 80, "Tie\u200bng Mông")  # ß folds to two letters
    refused = [scene.it.post(SUBJECTS, {"ten": one}) for one in wrong_names]
    assert [one.status_code for one in refused] == [422] * 7
    assert "Ghi tên môn bằng chữ, không quá 80 ký tự." in refused[5].content.decode()
    assert "Danh sách đã có môn “Toán”" in refused[1].content.decode()
    for wrong in (foreign.key, "TOAN", "rieng:x", f"rieng:{own.pk + 99}"):
        assert scene.it.post(SUBJECTS, {"bo": wrong}).status_code == 302
    assert scene.give(scene.first, subject=foreign.key).status_code == 422
    assert AuditEntry.objects.count() == entries
    assert scene.give(scene.first, subject=own.key).status_code == 302
    assert scene.it.post(SUBJECTS, {"bo": own.key}).status_code == 302
    assert scene.give(scene.first, ("7A",), subject=own.key).status_code == 422
    assert [row[1] for row in scene.rows()] == ["Tiếng Mông"]
    assert scene.it.post(SUBJECTS, {"ten": "Tiếng Mông"}).status_code == 302  # offered again, the same row
    assert scene.give(scene.first, ("7A",), subject=own.key).status_code == 302


def test_empty_states_say_what_to_do(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    with clock.frozen(NOW):
        assert "Năm học này chưa có lớp nào." in client.get(PLAN).content.decode()
        factories.school_class(school)
        assert "Chưa ai có vai trò giáo viên bộ môn." in client.get(PLAN).content.decode()
        assert "Chưa ai có vai trò giáo viên bộ môn." in client.get(f"{PLAN}?xem=giao-vien").content.decode()
        teacher = factories.login(Client(), factories.user(Role.SUBJECT_TEACHER, school=school))
        assert "chưa được phân công dạy lớp nào" in teacher.get(OWN).content.decode()


def test_the_programme_names_each_subject_once() -> None:
    rows = programme().values()
    assert len({one.name for one in rows}) == len(rows) == 30
    assert {level: sum(level in one.levels for one in rows) for level in SchoolLevel} == {
        SchoolLevel.PRESCHOOL: 1, SchoolLevel.PRIMARY: 17, SchoolLevel.LOWER_SECONDARY: 16,
        SchoolLevel.UPPER_SECONDARY: 20,
    }  # fmt: skip


def test_many_assignments_cost_no_more_queries_than_one(scene: Scene) -> None:
    pages = (PLAN, f"{PLAN}?xem=giao-vien", f"{PLAN}/giao-vien/{scene.first.public_id}")
    teacher = factories.login(Client(), scene.first)

    def cost() -> list[int]:
        found = []
        for client, page in [*((scene.it, page) for page in pages), (teacher, OWN)]:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(page).status_code == 200
            found.append(len(seen))
        return found

    scene.give(scene.first)
    cost()  # what is asked once a process
    one = cost()
    for subject in ("NGU_VAN", "TIN_HOC", "CONG_NGHE"):
        scene.give(scene.first, ("6A", "7A", "10B"), subject=subject)
        scene.give(scene.second, ("6A", "7A", "10B"), subject=subject)
    assert cost() == one
