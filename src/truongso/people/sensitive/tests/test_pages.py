"""The closed block on the pupil's page: opened with a reason by who may, told to who must know."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.limits import Limit
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Delivery
from truongso.organizations.models import School
from truongso.people.models import AccessEntry, Guardian, SensitiveFact, Student
from truongso.people.sensitive import alarm
from truongso.people.sensitive.queries import facts_of
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind
from truongso.people.web import sensitive

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("truongso.people.tests.urls"),
    pytest.mark.usefixtures("school_day"),
]

REASON = "Làm hồ sơ miễn giảm"


@pytest.fixture
def pupil(school: School) -> Student:
    student = factories.student(school, "Giàng A Páo")
    Guardian.objects.for_school(school).update(phone="0912345678")
    facts = {FactKind.PERSONAL_NUMBER: "999217000001", FactKind.HEALTH: "Hen suyễn"}
    keep_facts(school.pk, {student.pk: facts})
    return student


@pytest.fixture
def principal(school: School) -> User:
    user = factories.user(Role.PRINCIPAL, school=school)
    User.objects.filter(pk=user.pk).update(email="hieutruong@example.edu.vn")
    return user


def as_(client: Client, user: User) -> Client:
    return factories.login(client, user)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def everything(school: School) -> tuple[Any, ...]:
    facts = list(SensitiveFact.objects.for_school(school).order_by("pk").values_list("student_id", "kind", "value"))
    return facts, AccessEntry.objects.for_school(school).count(), AuditEntry.objects.count()


def test_the_pupils_page_says_what_is_kept_and_no_value(client: Client, principal: User, pupil: Student) -> None:
    page = text(as_(client, principal).get(f"/hoc-sinh/{pupil.public_id}"))
    assert "Đã mở 0 lần" in page
    assert [word in page for word in ("Số định danh cá nhân", "Sức khỏe, khuyết tật")] == [True, True]
    assert [word in page for word in ("999217000001", "Hen suyễn", "0912345678", "0912 345 678")] == [False] * 4
    assert "••• ••• 678" in page


def test_opening_shows_what_was_asked_for_once(client: Client, principal: User, pupil: Student, school: School) -> None:
    address = f"/hoc-sinh/{pupil.public_id}/nhay-cam"
    answer = as_(client, principal).post(address, {"what": ["health", "guardian_phone"], "reason": REASON})
    page = text(answer)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert ["Hen suyễn" in page, "0912 345 678" in page, "999217000001" in page] == [True, True, False]
    (entry,) = AccessEntry.objects.for_school(school)
    assert (entry.user_id, entry.role, entry.seen, entry.reason) == (
        principal.pk, "principal", ["health", "guardian_phone"], REASON,
    )  # fmt: skip
    told = AuditEntry.objects.get(action="people:sensitive:open")
    assert entry.request_id == told.request_id == answer["X-Request-ID"]
    listed = text(client.get(f"/hoc-sinh/{pupil.public_id}/ai-da-xem"))
    assert [word in listed for word in (entry.user_name, "Hiệu trưởng", REASON, "Số điện thoại người giám hộ")] == (
        [True] * 4
    )
    assert "Hen suyễn" not in listed
    asked = text(client.get(address))
    assert ["Mở và ghi vào nhật ký" in asked, "Hen suyễn" in asked] == [True, False]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"what": ["health"], "reason": "  "}, "Ghi lý do, ví dụ"),
        ({"reason": REASON}, "Chọn thông tin cần mở."),
        ({"what": ["hardship"], "reason": REASON}, "hardship"),
    ],
)
def test_without_reason_or_for_what_is_not_kept_nothing_is_opened(
    client: Client, principal: User, pupil: Student, sent: dict[str, Any], told: str
) -> None:
    school = pupil.school
    before = everything(school)
    page = text(as_(client, principal).post(f"/hoc-sinh/{pupil.public_id}/nhay-cam", sent))
    assert told in page
    assert "Hen suyễn" not in page
    assert everything(school) == before


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CASHIER, Role.IT_ADMIN, Role.HOMEROOM_TEACHER, Role.SUPPORT])
def test_others_do_not_open_it(client: Client, pupil: Student, school: School, role: Role) -> None:
    before = everything(school)
    client = as_(client, factories.user(role, school=school))
    for path in ("nhay-cam", "ai-da-xem"):
        assert client.get(f"/hoc-sinh/{pupil.public_id}/{path}").status_code == 403
    sent = {"what": ["health"], "reason": REASON}
    assert client.post(f"/hoc-sinh/{pupil.public_id}/nhay-cam", sent).status_code == 403
    assert everything(school) == before


def test_a_pupil_of_another_school_does_not_exist(client: Client, principal: User, other_school: School) -> None:
    foreign = factories.student(other_school, "Lò Thị Hoa")
    keep_facts(other_school.pk, {foreign.pk: {FactKind.HEALTH: "Hen suyễn"}})
    client = as_(client, principal)
    sent = {"what": ["health"], "reason": REASON}
    assert client.post(f"/hoc-sinh/{foreign.public_id}/nhay-cam", sent).status_code == 404
    assert client.get(f"/hoc-sinh/{foreign.public_id}/ai-da-xem").status_code == 404
    assert AccessEntry.objects.across_schools("test").count() == 0


def test_who_keeps_the_roll_writes_without_seeing(client: Client, pupil: Student, school: School) -> None:
    client = as_(client, factories.user(Role.ACCOUNTANT, school=school))
    address = f"/hoc-sinh/{pupil.public_id}/nhay-cam/sua"
    page = text(client.get(address))
    assert ["999217000001" in page, "Hen suyễn" in page] == [False, False]
    before = everything(school)
    for sent, told in (
        ({"reason": REASON}, "Ghi ít nhất một thông tin cần sửa."),
        ({"personal_number": "12345", "reason": REASON}, "có đủ 12 chữ số"),
        ({"ethnicity": "Mông", "reason": ""}, "Ghi lý do, ví dụ"),
    ):
        assert told in text(client.post(address, sent))
    other = factories.student(school, "Lò Thị Hoa")
    sent = {"personal_number": "999217000001", "reason": REASON}
    assert "đã ghi cho học sinh khác" in text(client.post(f"/hoc-sinh/{other.public_id}/nhay-cam/sua", sent))
    assert everything(school) == before
    answer = client.post(address, {"ethnicity": "Mông", "health": "-", "reason": REASON})
    assert answer["Location"] == f"/hoc-sinh/{pupil.public_id}"
    assert facts_of(school.pk) == {pupil.pk: {FactKind.PERSONAL_NUMBER: "999217000001", FactKind.ETHNICITY: "Mông"}}


def test_a_guardians_number_is_kept_changed_or_taken_away_unseen(
    client: Client, pupil: Student, school: School
) -> None:
    client = as_(client, factories.user(Role.ACCOUNTANT, school=school))
    address = f"/hoc-sinh/{pupil.public_id}/giam-ho/1"
    page = text(client.get(address))
    assert ["0912345678" in page, "Đang có số ••• ••• 678." in page] == [False, True]
    form = {"guardian_name": "Vàng Thị Mỷ", "relationship": "mother", "is_payer": "on"}

    def number_after(phone: str) -> str:
        assert client.post(address, {**form, "phone": phone}).status_code == 302
        return str(Guardian.objects.for_school(school).get().phone)

    assert [number_after(phone) for phone in ("", "0987 654 321", "-")] == ["0912345678", "0987654321", ""]


def test_the_principal_hears_of_many_pupils_in_an_hour_once(
    client: Client, principal: User, school: School, pupil: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm, "MOST_AN_HOUR", 1)
    others = [factories.student(school, name) for name in ("Lò Thị Hoa", "Sùng A Sử")]
    keep_facts(school.pk, {other.pk: {FactKind.HEALTH: "Khiếm thính"} for other in others})
    client = as_(client, principal)
    for student in (pupil, pupil, *others):
        client.post(f"/hoc-sinh/{student.public_id}/nhay-cam", {"what": ["health"], "reason": REASON})
    (mail,) = Delivery.objects.for_school(school)
    assert (mail.address, mail.template, mail.essential) == ("hieutruong@example.edu.vn", "access_alarm", True)
    assert "đã mở thông tin nhạy cảm của 2 học sinh trong một giờ" in mail.body
    entry = AuditEntry.objects.get(action="people:sensitive:alarm")
    assert entry.params == {"alarm": "many", "pupils": 2}


def test_the_principal_hears_of_a_look_at_night(
    client: Client, principal: User, school: School, pupil: Student
) -> None:
    night = dt.datetime(2026, 10, 6, 2, 30, tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(night):
        client = as_(client, principal)
        for _time in range(2):
            client.post(f"/hoc-sinh/{pupil.public_id}/nhay-cam", {"what": ["health"], "reason": REASON})
    (mail,) = Delivery.objects.for_school(school)
    assert "đã mở thông tin nhạy cảm của học sinh trong đêm" in mail.body


def test_numbers_are_searched_by_form_and_in_the_own_school_alone(
    client: Client, pupil: Student, school: School, other_school: School
) -> None:
    foreign = factories.student(other_school, "Lò Thị Hoa")
    keep_facts(other_school.pk, {foreign.pk: {FactKind.PERSONAL_NUMBER: "999217000009"}})
    client = as_(client, factories.user(Role.CASHIER, school=school))
    Guardian.objects.for_school(school).filter(guardianships__student=pupil).update(other_phones=["0987654321"])
    for number in ("999 217 000 001", "+84 912 345 678", "0987 654 321"):
        assert f"/hoc-sinh/{pupil.public_id}" in text(client.post("/hoc-sinh/tim-so", {"number_text": number}))
    for number in ("999217000009", "0912345679", "0987654320"):
        assert "Không có học sinh nào mang số này." in text(client.post("/hoc-sinh/tim-so", {"number_text": number}))
    assert "Ghi đủ 12 chữ số" in text(client.post("/hoc-sinh/tim-so", {"number_text": "9992"}))


def test_nobody_tries_out_what_a_mask_hides(
    client: Client, pupil: Student, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitive, "SEARCHES", Limit("number searches", 2, 600))
    client = as_(client, factories.user(Role.CASHIER, school=school))
    asked = [client.post("/hoc-sinh/tim-so", {"number_text": f"091234567{end}"}).status_code for end in (1, 2, 8)]
    assert asked == [200, 200, 429]
