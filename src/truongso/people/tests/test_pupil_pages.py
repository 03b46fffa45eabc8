"""List, detail and single changes of pupils over the real pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.people.models import Guardianship, Student
from truongso.people.services.previewing import read_roster
from truongso.people.tests.test_applying_rosters import guardians, places, rows_of
from truongso.people.types import StudentStatus

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("truongso.people.tests.urls"),
    pytest.mark.usefixtures("school_day"),
]

NEW = {
    "full_name": "Lý A Páo", "birth_date": "5/3/2018", "gender": "male", "sector_code": "1000000077",
    "school_code": "", "since": "05/10/2026", "guardian_name": "Lý Thị May", "relationship": "mother",
    "phone": "+84 912 000 111", "email": "",
}  # fmt: skip


@pytest.fixture
def accountant(client: Client, school: School) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_list_takes_the_same_statements_for_few_and_many(accountant: Client, school: School) -> None:
    taught = factories.school_class(school)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert accountant.get("/hoc-sinh").status_code == 200
        return len(queries)

    for n in range(3):
        factories.student(school, f"Nguyễn Văn A{chr(65 + n)}", school_class=taught)
    few = statements()
    for n in range(57):
        factories.student(school, f"Trần Thị {chr(65 + n % 26)}", school_class=taught)
    assert statements() == few
    assert few <= 9
    page = text(accountant.get("/hoc-sinh"))
    assert page.count('<tr><th scope="row"') == 50
    assert "1–50 trong 60" in page
    assert text(accountant.get("/hoc-sinh?trang=2")).count('<tr><th scope="row"') == 10


def test_list_filters_and_says_when_nothing_fits(accountant: Client, school: School) -> None:
    assert "Chưa có học sinh nào." in text(accountant.get("/hoc-sinh"))
    taught = factories.school_class(school)
    factories.student(school, "Đặng Thị Hoà", school_class=taught)
    factories.student(school, "Lê Văn Hai", school_class=factories.school_class(school, "1A1"))
    page = text(accountant.get("/hoc-sinh?q=dang+hoa"))
    assert "Đặng Thị Hoà" in page
    assert "Lê Văn Hai" not in page
    assert "Lê Văn Hai" in text(accountant.get("/hoc-sinh?lop=1A1"))
    assert "Không có học sinh nào khớp." in text(accountant.get("/hoc-sinh?q=khong+co"))
    assert "Không có học sinh nào khớp." in text(accountant.get("/hoc-sinh?trang-thai=transferred"))
    assert accountant.get("/hoc-sinh?trang=x&trang-thai=la&lop=%01").status_code == 200
    assert accountant.get("/hoc-sinh?lop=%00").status_code == 400


def test_detail_shows_guardians_classes_siblings_and_history(accountant: Client, school: School) -> None:
    taught = factories.school_class(school)
    pupil = factories.student(school, school_class=taught, sector_code="1000000001")
    factories.student(school, "Nguyễn Bảo Bình", school_class=taught, family=pupil.family)
    page = text(accountant.get(f"/hoc-sinh/{pupil.public_id}"))
    for shown in ("Nguyễn Bảo An", "Trần Thị Thu Hằng", "Nộp tiền", "1000000001", "3A2", "Nguyễn Bảo Bình", "nay"):
        assert shown in page


def test_add_a_pupil(accountant: Client, school: School) -> None:
    taught = factories.school_class(school)
    answer = accountant.post("/hoc-sinh/them", {**NEW, "school_class": taught.pk})
    pupil = Student.objects.for_school(school).get()
    assert (answer.status_code, answer["Location"]) == (302, f"/hoc-sinh/{pupil.public_id}")
    assert (pupil.birth_date, pupil.gender) == (dt.date(2018, 3, 5), "male")
    assert guardians(pupil) == [("mother", "Lý Thị May", ("0912000111",), True)]
    assert places(pupil) == [("3A2", dt.date(2026, 10, 5), None)]
    assert "Thêm học sinh" in text(accountant.get(answer["Location"]))


def test_a_birth_date_is_taken_away_by_saying_so(accountant: Client, school: School) -> None:
    pupil = factories.student(school, school_class=factories.school_class(school), birth_date=dt.date(2018, 3, 5))
    at, data = f"/hoc-sinh/{pupil.public_id}", {"full_name": pupil.full_name, "gender": pupil.gender}
    assert "em trùng họ tên dễ bị ghi thành học sinh mới" in text(accountant.get(f"{at}/sua"))

    def born(**more: str) -> dt.date | None:
        accountant.post(f"{at}/sua", {**data, **more})
        pupil.refresh_from_db()
        return pupil.birth_date

    assert born() == dt.date(2018, 3, 5)
    both = accountant.post(f"{at}/sua", {**data, "birth_date": "06/03/2018", "drop_birth": "on"})
    assert "Ghi ngày mới hoặc xóa ngày đã ghi, không làm cả hai." in text(both)
    assert born(drop_birth="on") is None
    assert "Xóa ngày sinh đã ghi" not in text(accountant.get(f"{at}/sua"))
    assert born(drop_birth="on", birth_date="06/03/2018") == dt.date(2018, 3, 6)  # nothing to take away: a first date


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"full_name": ""}, "Không để trống ô này."),
        ({"full_name": "12345"}, "không đọc được là tên người"),
        ({"birth_date": "31/02/2018"}, "Tháng 2/2018 không có ngày 31."),
        ({"birth_date": "12/31/2018"}, "Không có tháng 31."),
        ({"sector_code": "123"}, "thiếu chữ số"),
        ({"sector_code": "1000000001"}, "Mã định danh này là của Có Mã Rồi."),
        ({"phone": "12"}, "Số điện thoại “12” chưa đúng."),
        ({"guardian_name": ""}, "Ghi tên của người có số điện thoại hoặc email này."),
        ({"email": "a@b"}, "Email chưa đúng dạng."),
        ({"school_class": ""}, "Không để trống ô này."),
        ({"school_class": "999999"}, "Hãy chọn"),
        ({"school_class": "foreign"}, "Hãy chọn"),
        ({"since": ""}, "Không để trống ô này."),
        ({"gender": "x"}, "Hãy chọn"),
    ],
)
def test_a_bad_pupil_is_refused_and_nothing_is_written(
    accountant: Client, school: School, other_school: School, values: dict[str, str], message: str
) -> None:
    taught = factories.school_class(school)
    factories.student(school, "Có Mã Rồi", sector_code="1000000001")
    foreign = factories.school_class(other_school)
    data = {**NEW, "school_class": str(taught.pk), **values}
    if data["school_class"] == "foreign":
        data["school_class"] = str(foreign.pk)
    before, acts = rows_of(school), AuditEntry.objects.count()
    answer = accountant.post("/hoc-sinh/them", data)
    assert answer.status_code == 200
    assert message in text(answer)
    assert "<title>Lỗi:" in text(answer)
    assert (rows_of(school), AuditEntry.objects.count()) == (before, acts)


def test_edit_move_leave_and_guardians(accountant: Client, school: School) -> None:
    old, new = factories.school_class(school), factories.school_class(school, "3A3")
    pupil = factories.student(school, school_class=old)
    at = f"/hoc-sinh/{pupil.public_id}"
    data = {"full_name": "Nguyễn Bảo Ân", "birth_date": "14/03/2018", "gender": "female"}
    assert accountant.post(f"{at}/sua", data)["Location"] == at
    assert accountant.post(f"{at}/chuyen-lop", {"school_class": new.pk, "since": "5/10/2026"})["Location"] == at
    payer = {"guardian_name": "Nguyễn Văn Nam", "relationship": "father", "phone": "0912345678", "is_payer": "on"}
    assert accountant.post(f"{at}/giam-ho", payer)["Location"] == at
    first = {"guardian_name": "Trần Thị Hằng", "relationship": "mother", "phone": "-"}
    assert accountant.post(f"{at}/giam-ho/1", first)["Location"] == at
    leaving = {"status": "transferred", "last_day": "6/10/2026", "reason": "theo gia đình"}
    assert accountant.post(f"{at}/roi-truong", leaving)["Location"] == at
    pupil.refresh_from_db()
    assert (pupil.full_name, pupil.gender, pupil.status) == (
        "Nguyễn Bảo Ân", "female", StudentStatus.TRANSFERRED,
    )  # fmt: skip
    assert places(pupil)[1] == ("3A3", dt.date(2026, 10, 5), dt.date(2026, 10, 6))
    assert guardians(pupil) == [
        ("mother", "Trần Thị Hằng", (), False),
        ("father", "Nguyễn Văn Nam", ("0912345678",), True),
    ]
    page = text(accountant.get(at))
    for shown in ("Sửa thông tin", "Chuyển lớp", "3A2 → 3A3", "Đang học → Chuyển trường", "theo gia đình"):
        assert shown in page


def test_moving_to_the_same_class_or_leaving_twice_is_refused(accountant: Client, school: School) -> None:
    taught = factories.school_class(school)
    pupil = factories.student(school, school_class=taught)
    at = f"/hoc-sinh/{pupil.public_id}"
    before = rows_of(school)
    answer = accountant.post(f"{at}/chuyen-lop", {"school_class": taught.pk, "since": "5/10/2026"})
    assert "Học sinh đang ở lớp 3A2. Chọn lớp khác." in text(answer)
    answer = accountant.post(f"{at}/roi-truong", {"status": "transferred", "last_day": "1/1/2026"})
    assert "Chọn ngày từ 01/09/2026 trở đi." in text(answer)
    assert rows_of(school) == before


def test_export_can_be_imported_again_and_is_recorded(accountant: Client, school: School) -> None:
    taught = factories.school_class(school)
    factories.student(school, "=HYPERLINK(1)", school_class=taught, sector_code="1000000001", payer=None)
    factories.student(school, "Lê Văn Hai", school_class=taught, sector_code="0000000002")
    answer = accountant.get("/hoc-sinh/tai-ve?lop=3A2")
    roster = read_roster(answer.content, "ds.xlsx")
    (row,) = roster.rows
    assert (row.full_name, row.sector_code, row.class_name, row.mother_name, row.phones) == (
        "Lê Văn Hai", "0000000002", "3A2", "Trần Thị Thu Hằng", (),
    )  # fmt: skip
    assert [reason.code for reason in roster.refused[0].reasons] == ["not_a_name"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.params) == ("people:students:export", {"count": 2, "filter": {"lop": "3A2"}})


def test_pupils_of_another_school_do_not_exist(accountant: Client, school: School, other_school: School) -> None:
    pupil = factories.student(other_school, school_class=factories.school_class(other_school))
    before = rows_of(other_school)
    for path in ("", "/sua", "/giam-ho", "/giam-ho/1", "/chuyen-lop", "/roi-truong"):
        assert accountant.get(f"/hoc-sinh/{pupil.public_id}{path}").status_code == 404
    data = {**NEW, "status": "transferred", "last_day": "5/10/2026"}
    for path in ("/sua", "/giam-ho", "/giam-ho/1", "/chuyen-lop", "/roi-truong"):
        assert accountant.post(f"/hoc-sinh/{pupil.public_id}{path}", data).status_code == 404
    assert pupil.full_name not in text(accountant.get("/hoc-sinh"))
    assert rows_of(other_school) == before


def test_readers_may_look_and_not_write(school: School) -> None:
    pupil = factories.student(school, school_class=factories.school_class(school))
    reader = factories.login(Client(), factories.user(Role.CASHIER, school=school))
    before = rows_of(school)
    page = text(reader.get(f"/hoc-sinh/{pupil.public_id}"))
    assert "Sửa thông tin" not in page
    for path in ("/sua", "/giam-ho", "/giam-ho/1", "/chuyen-lop", "/roi-truong"):
        assert reader.post(f"/hoc-sinh/{pupil.public_id}{path}", NEW).status_code == 403
    assert reader.post("/hoc-sinh/them", NEW).status_code == 403
    assert reader.get("/hoc-sinh/tai-ve").status_code == 403
    assert reader.delete(f"/hoc-sinh/{pupil.public_id}").status_code == 405
    assert rows_of(school) == before


def test_a_guardian_place_that_does_not_exist(accountant: Client, school: School) -> None:
    pupil = factories.student(school, school_class=factories.school_class(school))
    assert accountant.get(f"/hoc-sinh/{pupil.public_id}/giam-ho/2").status_code == 404
    assert Guardianship.objects.for_school(school).count() == 1
