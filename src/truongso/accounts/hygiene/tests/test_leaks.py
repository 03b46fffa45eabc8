"""Leak response: reading lists, whose accounts they name, what happens to them, and what nobody learns."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.hygiene.leak_reading import read_leaked
from truongso.accounts.hygiene.models import LeakReport, LeakRow
from truongso.accounts.hygiene.tests.people import Staff, staff_of
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.services import new_activation
from truongso.accounts.types import AccountRefusedError, Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.messaging.models import Delivery
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
PAGE = "/an-toan-tai-khoan/bi-lo"
LIST = b"day@truong.example:MatKhau1@\nhoapt;BiMat9!x\n0912 345 678\nnguoila@noikhac.example\n???\nhoapt\n"


@pytest.fixture
def staff(school: School) -> Staff:
    made = staff_of(school)
    User.objects.filter(pk=made.principal.pk).update(phone="0912 345 678")
    return made


def upload(client: Client, content: bytes = LIST, name: str = "lo.txt", page: str = PAGE) -> LeakReport:
    response = client.post(page, {"file": SimpleUploadedFile(name, content), "source": "Công văn 12/STTTT"})
    assert response.status_code == 302, response.content.decode()
    return LeakReport.objects.latest("pk")


def test_lines_are_read_and_masked_and_passwords_forgotten() -> None:
    found = [(one.row, one.name, one.masked, one.fault) for one in read_leaked(LIST, "lo.txt")]
    assert found == [
        (1, "day@truong.example", "d…@truong.example", ""),
        (2, "hoapt", "h…pt", ""),
        (3, "0912345678", "…5678", ""),
        (4, "nguoila@noikhac.example", "n…@noikhac.example", ""),
        (5, "", "", "leak_bad_row"),
        (6, "", "h…pt", "leak_twice"),
    ]
    sheet = SheetOut("x", ["STT", "Mật khẩu", "Email"], [(1, "abc123", "A@x.vn"), (2, "day", ""), (3, None, 912345678)])
    rows = read_leaked(write_xlsx([sheet]), "lo.xlsx")
    assert [(one.row, one.name, one.fault) for one in rows] == [
        (2, "a@x.vn", ""), (3, "", "leak_bad_row"), (4, "0912345678", ""),
    ]  # fmt: skip
    with pytest.raises(AccountRefusedError) as refusal:
        read_leaked(b"??\n!!\n", "x.csv")
    assert refusal.value.code == "leak_empty"
    with pytest.raises(AccountRefusedError) as refusal:
        read_leaked(b"".join(b"u%d@x.vn\n" % n for n in range(20_001)), "x.csv")
    assert (refusal.value.code, refusal.value.params) == ("leak_too_long", {"most": 20_000})


def test_an_upload_changes_no_account_and_keeps_nothing_as_written(staff: Staff) -> None:
    before = list(User.objects.order_by("pk").values_list("password", "change_required", "is_active"))
    report = upload(factories.login(Client(), staff.it))
    rows = LeakRow.objects.filter(report=report).order_by("row")
    assert list(rows.values_list("user__username", "fault", "outcome")) == [
        ("day", "", ""), ("hoapt", "", ""), ("truong", "", ""), (None, "", ""), (None, "leak_bad_row", ""),
        (None, "leak_twice", ""),
    ]  # fmt: skip
    kept = str([row.__dict__ for row in rows]) + str([entry.params for entry in AuditEntry.objects.all()])
    for secret in ("MatKhau1@", "BiMat9!x", "day@truong", "nguoila", "345678"):
        assert secret not in kept
    assert list(User.objects.order_by("pk").values_list("password", "change_required", "is_active")) == before


def test_a_list_is_handled(staff: Staff, school: School, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    teacher, accountant = Client(), factories.login(Client(), staff.accountant)
    teacher.post("/dang-nhap", {"login": "day", "password": factories.PASSWORD})
    UserSession.objects.create(
        user=staff.accountant, session_key=accountant.session.session_key, ip="127.0.0.1", last_seen_at=clock.now()
    )
    with transaction.atomic():
        token = new_activation(actor=Actor.system("test", "cli"), user=staff.teacher)
    it = factories.login(Client(), staff.it)
    report = upload(it, LIST + b"quan@truong.example\n")
    assert it.post(f"{PAGE}/{report.public_id}/xu-ly").status_code == 302
    outcomes = dict(LeakRow.objects.filter(user__isnull=False).values_list("user__username", "outcome"))
    assert outcomes == {"day": "link", "hoapt": "change", "truong": "change", "quan": "change"}
    # Signed out everywhere; the old link and the leaked password open nothing.
    assert (teacher.get("/tai-khoan").status_code, accountant.get("/tai-khoan").status_code) == (302, 302)
    assert Client().get(f"/kich-hoat/{token}").status_code == 410
    again = Client()
    again.post("/dang-nhap", {"login": "day", "password": factories.PASSWORD})
    assert "_auth_user_id" not in again.session
    # With a second factor: nothing goes before the password is changed.
    back = factories.login(Client(), staff.accountant)
    assert back.get("/thu").headers["Location"] == "/tai-khoan"
    # Whoever handled the list works on, after a change.
    assert it.get("/tai-khoan").status_code == 200
    told = Delivery.objects.for_school(school).order_by("address")
    assert [one.address.split("@")[0] for one in told] == ["day", "hoapt", "quan", "truong"]
    assert all("/kich-hoat/" not in one.body for one in told)
    assert not any(word in caplog.text for word in ("truong.example", "noikhac.example", "345678"))
    # A second time changes nothing.
    before = (
        list(User.objects.order_by("pk").values_list("password", "change_required")),
        Delivery.objects.for_school(school).count(),
    )
    User.objects.filter(pk=staff.it.pk).update(change_required="")
    it.post(f"{PAGE}/{report.public_id}/xu-ly")
    after = (
        list(User.objects.order_by("pk").values_list("password", "change_required")),
        Delivery.objects.for_school(school).count(),
    )
    assert [p for p, _c in after[0]] == [p for p, _c in before[0]]
    assert after[1] == before[1]


@pytest.mark.usefixtures("verify_after")
def test_slips_bring_the_owner_back_with_a_new_password(staff: Staff) -> None:
    it = factories.login(Client(), staff.it)
    report = upload(it)
    it.post(f"{PAGE}/{report.public_id}/xu-ly")
    page = it.post(f"{PAGE}/{report.public_id}/phieu").content.decode()
    assert page.count("PHIẾU KÍCH HOẠT TÀI KHOẢN") == 1
    token = page.split("/kich-hoat/")[1].split('"')[0].split("<")[0]
    owner = Client()
    assert owner.get(f"/kich-hoat/{token}").status_code == 200
    refused = owner.post(f"/kich-hoat/{token}", {"password": factories.PASSWORD})
    assert "đã dùng trước đây" in refused.content.decode()
    with clock.frozen(clock.now() + dt.timedelta(minutes=5)):
        owner.post(f"/kich-hoat/{token}", {"password": "Nui-Cao4mua-moi"})
    assert User.objects.get(pk=staff.teacher.pk).check_password("Nui-Cao4mua-moi")
    result = it.get(f"{PAGE}/{report.public_id}").content.decode()
    assert "Đã có mật khẩu mới" in result
    assert it.post(f"{PAGE}/{report.public_id}/phieu").status_code == 302
    assert ActivationLink.objects.filter(user=staff.teacher).count() == 1


def test_nobody_learns_of_accounts_that_are_not_theirs(staff: Staff, other_school: School) -> None:
    stranger = factories.user(Role.IT_ADMIN, school=other_school)
    client = factories.login(Client(), stranger)
    report = upload(client)
    page = client.get(f"{PAGE}/{report.public_id}").content.decode()
    assert "Giàng A Dạy" not in page
    assert page.count("Không thuộc đơn vị") == 5  # the figure's name and the four lines that are well formed
    before = list(User.objects.order_by("pk").values_list("password", "change_required"))
    client.post(f"{PAGE}/{report.public_id}/xu-ly")
    assert list(User.objects.order_by("pk").values_list("password", "change_required")) == before
    assert factories.login(Client(), staff.it).get(f"{PAGE}/{report.public_id}").status_code == 404
    for person in (staff.accountant, staff.teacher):
        assert factories.login(Client(), person).get(PAGE).status_code == 403


def test_who_left_for_another_school_is_out_of_reach(staff: Staff, school: School, other_school: School) -> None:
    """Neither seen nor signed out; who works at both keeps the link that the other school gave."""
    today = clock.today()
    staff.teacher.memberships.update(valid_to=today - dt.timedelta(days=1))
    for person, role in ((staff.teacher, Role.SUBJECT_TEACHER), (staff.accountant, Role.ACCOUNTANT)):
        Membership.objects.create(user=person, role=role.value, school=other_school, valid_from=today)
    User.objects.filter(pk=staff.accountant.pk).update(password="!")
    with transaction.atomic():
        tokens = [
            new_activation(actor=Actor.system("test", "cli"), user=person)
            for person in (staff.teacher, staff.accountant)
        ]
    teacher = factories.login(Client(), staff.teacher)
    it = factories.login(Client(), staff.it)
    report = upload(it)
    named = LeakRow.objects.filter(user__isnull=False).order_by("user__username")
    assert list(named.values_list("user__username", flat=True)) == [
        "hoapt", "truong",
    ]  # fmt: skip
    it.post(f"{PAGE}/{report.public_id}/xu-ly")
    assert [Client().get(f"/kich-hoat/{token}").status_code for token in tokens] == [200, 200]
    assert teacher.get("/tai-khoan").status_code == 200
    assert User.objects.get(pk=staff.teacher.pk).check_password(factories.PASSWORD)
    # Somebody who left and works nowhere is still the last school's to look after.
    staff.teacher.memberships.filter(school=other_school).delete()
    upload(it)
    assert LeakRow.objects.filter(user=staff.teacher).count() == 1


def test_the_department_handles_a_list_for_its_schools(staff: Staff, other_school: School) -> None:
    factories.user(Role.IT_ADMIN, school=other_school, username="nguoila")
    office = factories.login(Client(), staff.office)
    report = upload(office, LIST + b"nguoila\n")
    assert LeakRow.objects.filter(report=report, user__isnull=False).count() == 3
    office.post(f"{PAGE}/{report.public_id}/xu-ly")
    # The school's own administrator sees the lines of the school alone, and hands the slips over.
    it = factories.login(Client(), staff.it)
    page = it.get(f"{PAGE}/{report.public_id}").content.decode()
    assert "Giàng A Dạy" in page
    assert "noikhac.example" not in page
    assert it.post(f"{PAGE}/{report.public_id}/xu-ly").status_code == 404
    assert "/kich-hoat/" in it.post(f"{PAGE}/{report.public_id}/phieu").content.decode()
    assert it.get(f"{PAGE}/{report.public_id}/tai-ve").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("x.pdf", b"%PDF-1.4 x", "Không đọc được tệp này"),
        ("x.txt", b"??\n", "Tệp không có dòng nào là email"),
        ("x.csv", b"a" * (2 * 1024 * 1024 + 1), "Tệp lớn quá 2 MB"),
    ],
)
def test_files_that_are_no_list_are_refused(staff: Staff, name: str, content: bytes, text: str) -> None:
    response = factories.login(Client(), staff.it).post(PAGE, {"file": SimpleUploadedFile(name, content)})
    assert (response.status_code, LeakReport.objects.count()) == (422, 0)
    assert text in response.content.decode()
