"""The list of all accounts: what it shows, searching, filters, its file, and how many queries it takes."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.accounts.hygiene import mail_rules
from truongso.accounts.hygiene.inventory import Wanted, accounts_of, matching
from truongso.accounts.hygiene.models import MailRulesRead
from truongso.accounts.hygiene.tests.people import Staff, staff_of
from truongso.accounts.hygiene.types import AccountClass, AccountState
from truongso.accounts.models import Membership, User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.kernel.scope import of_unit
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
LIST = "/an-toan-tai-khoan/danh-sach"


@pytest.fixture
def staff(school: School) -> Staff:
    return staff_of(school)


def names(wanted: Wanted, staff: Staff) -> list[str]:
    return [one.user.username for one in matching(accounts_of(staff.school), wanted)]


def test_an_account_says_owner_role_use_state_factor_and_age(staff: Staff) -> None:
    long_ago = clock.now() - dt.timedelta(days=100)
    User.objects.filter(pk=staff.teacher.pk).update(password_changed_at=long_ago, last_login=long_ago)
    Membership.objects.filter(user=staff.teacher).update(valid_to=dt.date(2026, 12, 31))
    found = {one.user.username: one for one in accounts_of(staff.school)}
    assert sorted(found) == ["day", "hoapt", "quan", "truong"]
    teacher = found["day"]
    assert (teacher.roles, teacher.state, teacher.factors) == ({Role.SUBJECT_TEACHER}, AccountState.ACTIVE, ())
    assert (teacher.password_days, teacher.unused_days, teacher.account_class) == (100, 100, AccountClass.STAFF)
    assert (teacher.present[0].valid_from, teacher.present[0].valid_to) == (
        dt.date(2026, 1, 1),
        dt.date(2026, 12, 31),
    )
    assert (found["hoapt"].factors, found["hoapt"].password_days, found["hoapt"].used_at) == (("sheet",), 0, None)


def test_words_states_and_gaps(staff: Staff, school: School, other_school: School) -> None:
    factories.user(Role.PARENT, school=school, username="phuhuynh", full_name="Trần Thị Hằng", second_factor=False)
    gone = factories.user(Role.CASHIER, school=school, username="danghi", full_name="Lý Thị Nghỉ")
    Membership.objects.filter(user=gone).update(valid_to=dt.date(2026, 10, 4))
    factories.user(Role.CASHIER, school=other_school, username="nguoila")
    User.objects.create_user("moi", "Người Mới")
    Membership.objects.create(
        user=User.objects.get(username="moi"), role="cashier", school=school, valid_from=dt.date(2026, 10, 1)
    )
    assert names(Wanted(words="PHAM THI"), staff) == ["hoapt"]
    assert names(Wanted(account_class="parent"), staff) == ["phuhuynh"]
    assert names(Wanted(state="new"), staff) == ["moi"]
    assert names(Wanted(state="left"), staff) == names(Wanted(gap="left"), staff) == ["danghi"]
    assert names(Wanted(gap="factor"), staff) == ["day", "moi"]
    assert "danghi" not in names(Wanted(), staff)
    assert "nguoila" not in names(Wanted(state="active"), staff)
    User.objects.filter(pk=staff.teacher.pk).update(is_active=False)
    assert names(Wanted(state="suspended"), staff) == ["day"]


def test_more_people_need_no_more_queries(staff: Staff, school: School) -> None:
    client = factories.login(Client(), staff.it)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    before = count()
    for number in range(12):
        factories.user(Role.SUBJECT_TEACHER, school=school, username=f"giaovien{number}")
    assert count() == before


def test_the_administrator_sees_accounts_and_no_money(staff: Staff) -> None:
    client = factories.login(Client(), staff.it)
    page = client.get(LIST, {"q": "hoa"}).content.decode()
    assert "Phạm Thị Hòa" in page
    assert "Lò Thị Trưởng" not in page
    for word in ("/thu/hoan-tien", "/hoc-ba", " đ</", "Sổ quỹ"):
        assert word not in page
    for person, status in ((staff.accountant, 403), (staff.teacher, 403), (staff.principal, 200)):
        assert factories.login(Client(), person).get(LIST).status_code == status
    assert client.get(LIST, {"loai": "khong-co", "trang": "x", "thieu": "money"}).status_code == 200


def test_the_list_as_a_file(staff: Staff) -> None:
    response = factories.login(Client(), staff.it).get(f"{LIST}/tai-ve", {"q": "day"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = next(n for n, row in enumerate(rows) if row[0] == "Họ và tên")
    assert rows[at + 1][:6] == [
        "Giàng A Dạy", "day", "Nhân sự", "Giàng A Dạy", "Giáo viên bộ môn 01/01/2026 –", "Đang dùng",
    ]  # fmt: skip
    assert len(rows) == at + 2
    entry = AuditEntry.objects.get(action="accounts:inventory:export")
    assert (entry.school_id, entry.params["count"], entry.params["filter"]) == (staff.school.pk, 1, {"q": "day"})


def test_a_unit_lists_its_own_people_and_those_of_its_schools(staff: Staff, other_school: School) -> None:
    client = factories.login(Client(), staff.office)
    own = client.get(LIST).content.decode()
    assert "thuongtruc" in own
    assert "hoapt" not in own
    assert client.get(f"{LIST}/tai-ve").status_code == 200
    taken = AuditEntry.objects.get(action="accounts:inventory:export")
    assert (taken.school_id, taken.subject_kind) == (of_unit(staff.unit.pk), "unit")
    address = "/phong/truong/{}/an-toan-tai-khoan/danh-sach"
    assert "hoapt" in client.get(address.format(staff.school.code)).content.decode()
    assert client.get(address.format(other_school.code)).status_code == 404


def test_rules_of_mail_are_acknowledged_once(staff: Staff) -> None:
    client = factories.login(Client(), staff.teacher)
    assert "quy định dùng email công vụ" in client.get("/tai-khoan").content.decode()
    assert len(names(Wanted(gap="rules"), staff)) == 4
    for _again in range(2):
        assert client.post("/tai-khoan/email-cong-vu").status_code == 302
    assert list(MailRulesRead.objects.values_list("user__username", "version")) == [("day", 1)]
    assert AuditEntry.objects.filter(action="accounts:mail_rules:read").count() == 1
    assert "day" not in names(Wanted(gap="rules"), staff)
    assert "Đã xác nhận" in client.get("/tai-khoan/email-cong-vu").content.decode()
    parent = factories.user(Role.PARENT, school=staff.school)
    assert not mail_rules.is_due(parent)
