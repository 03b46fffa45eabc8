"""Lists of staff: what is read, what is refused row by row, what applying does, and only once."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook
from tests import factories

from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.staffing.lists import apply_list, preview, read_list, store_list
from truongso.accounts.staffing.models import AccountRequest, StaffList
from truongso.accounts.staffing.services import Manager
from truongso.accounts.staffing.usernames import suggested
from truongso.accounts.types import AccountRefusedError, Role
from truongso.kernel.sheet_types import Cell
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

HEADER = ["STT", "Họ và tên", "Chức vụ", "Điện thoại", "Email", "Từ ngày", "Đến ngày", "Tên đăng nhập"]


def table(*rows: Sequence[Cell]) -> bytes:
    return write_xlsx([SheetOut("Nhân sự", HEADER, [[n, *row] for n, row in enumerate(rows, start=1)])])


GOOD = table(
    ["Lý Thị Mới", "GVCN", "0912 000 001", "", dt.date(2026, 9, 1), None, ""],
    ["Thào A Tiền", "Thủ quỹ", 912000002, "tien@truong.example", "05/09/2026", "31/05/2027", "tien.ta"],
    ["Giàng Thị Dạy", "Giáo viên", "", "", None, None, ""],
)


@pytest.fixture
def it(school: School) -> User:
    return factories.user(Role.IT_ADMIN, school=school, full_name="Vàng A Quản")


@pytest.fixture
def by(it: User, school: School) -> Manager:
    return Manager(it, False, frozenset({school.pk}))


def test_columns_are_found_by_name_and_cells_read_in_their_forms() -> None:
    found = read_list(GOOD, "nhan-su.xlsx")
    assert [(r.row, r.full_name, r.role, r.username, r.email, r.phone, r.valid_from, r.valid_to) for r in found] == [
        (2, "Lý Thị Mới", "homeroom_teacher", "", "", "0912000001", "2026-09-01", ""),
        (3, "Thào A Tiền", "cashier", "tien.ta", "tien@truong.example", "0912000002", "2026-09-05", "2027-05-31"),
        (4, "Giàng Thị Dạy", "subject_teacher", "", "", "", "2026-10-05", ""),
    ]
    assert all(row.faults == () for row in found)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["", "Kế toán", "", "", None, None, ""], ("bad_name", "")),
        (["Lý Mới", "Bảo vệ", "", "", None, None, ""], ("bad_role", "Bảo vệ")),
        (["Lý Mới", "Phụ huynh", "", "", None, None, ""], ("bad_role", "Phụ huynh")),
        (["Lý Mới", "Kế toán", "", "khong-phai", None, None, ""], ("bad_email", "khong-phai")),
        (["Lý Mới", "Kế toán", "", "", "31/02/2026", None, ""], ("bad_date", "31/02/2026")),
        (["Lý Mới", "Kế toán", "", "", "05/09/2026", "01/09/2026", ""], ("bad_dates", "2026-09-01")),
        (["Lý Mới", "Kế toán", "", "", None, None, "Có Dấu"], ("bad_username", "có dấu")),
    ],
)
def test_each_fault_is_named(row: list[Cell], fault: tuple[str, str]) -> None:
    assert read_list(table(row), "x.xlsx")[0].faults == (fault,)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (write_xlsx([SheetOut("x", ["Tên", "Tuổi"], [["a", 1]])]), "list_no_header"),
        (table(), "list_empty"),
        (table(*(["Lý Mới", "Giáo viên", "", "", None, None, ""] for _n in range(501))), "list_too_long"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(by: Manager, school: School, content: bytes, code: str) -> None:
    with pytest.raises(AccountRefusedError) as refusal, transaction.atomic():
        store_list(by=by, school=school, file_name="x.xlsx", content=content)
    assert (refusal.value.code, StaffList.objects.for_school(school).count()) == (code, 0)


def test_applying_makes_what_was_shown_once(by: Manager, school: School) -> None:
    with transaction.atomic():
        stored = store_list(by=by, school=school, file_name="nhan-su.xlsx", content=GOOD)
    found = preview(school, stored)
    assert [(row.full_name, row.username) for row in found.new] == [
        ("Lý Thị Mới", "moilt.lvt"), ("Thào A Tiền", "tien.ta"), ("Giàng Thị Dạy", "daygt.lvt"),
    ]  # fmt: skip
    with transaction.atomic():
        applied = apply_list(by=by, school=school, stored=stored, seen=found.digest)
    assert (applied.added, applied.waiting, [user.username for user, _token in applied.links]) == (
        3, 1, ["moilt.lvt", "daygt.lvt"],
    )  # fmt: skip
    assert set(Membership.objects.exclude(user=by.user).values_list("user__username", "role", "valid_from")) == {
        ("moilt.lvt", "homeroom_teacher", dt.date(2026, 9, 1)),
        ("daygt.lvt", "subject_teacher", dt.date(2026, 10, 5)),
    }
    waiting = AccountRequest.objects.get()
    assert (waiting.user.username, waiting.role, waiting.valid_to) == ("tien.ta", "cashier", dt.date(2027, 5, 31))
    before = (User.objects.count(), Membership.objects.count(), ActivationLink.objects.count())
    with pytest.raises(AccountRefusedError) as refusal, transaction.atomic():
        apply_list(by=by, school=school, stored=stored, seen=found.digest)
    assert refusal.value.code == "list_applied"
    assert (User.objects.count(), Membership.objects.count(), ActivationLink.objects.count()) == before


def test_the_same_list_again_has_nothing_new_but_what_waits(by: Manager, school: School) -> None:
    for _turn in range(2):
        with transaction.atomic():
            stored = store_list(by=by, school=school, file_name="nhan-su.xlsx", content=table(
                ["Lý Thị Mới", "GVCN", "", "", None, None, ""],
                ["Lý  thị MỚI", "GVCN", "", "", None, None, ""],
            ))  # fmt: skip
            found = preview(school, stored)
            apply_list(by=by, school=school, stored=stored, seen=found.digest)
    assert User.objects.exclude(pk=by.user.pk).count() == 1
    assert (len(found.new), len(found.known)) == (0, 2)


def test_a_school_that_changed_since_the_preview_is_shown_again(by: Manager, school: School) -> None:
    with transaction.atomic():
        stored = store_list(by=by, school=school, file_name="nhan-su.xlsx", content=GOOD)
    seen = preview(school, stored).digest
    factories.user(Role.HOMEROOM_TEACHER, school=school, full_name="Lý Thị Mới")
    users = User.objects.count()
    with pytest.raises(AccountRefusedError) as refusal, transaction.atomic():
        apply_list(by=by, school=school, stored=stored, seen=seen)
    assert (refusal.value.code, User.objects.count()) == ("list_changed", users)


def test_two_roles_of_one_person_are_one_account(by: Manager, school: School) -> None:
    content = table(
        ["Lý Thị Mới", "GVCN", "0912000001", "", None, None, ""],
        ["Lý Thị Mới", "Giáo viên", "0912000001", "", None, None, ""],
    )
    with transaction.atomic():
        stored = store_list(by=by, school=school, file_name="x.xlsx", content=content)
        applied = apply_list(by=by, school=school, stored=stored, seen=preview(school, stored).digest)
    user = User.objects.exclude(pk=by.user.pk).get()
    assert set(user.memberships.values_list("role", flat=True)) == {"homeroom_teacher", "subject_teacher"}
    assert len(applied.links) == 1
    assert Client().get(f"/kich-hoat/{applied.links[0][1]}").status_code == 200


def test_the_pages_from_file_to_slips(it: User, school: School, other_school: School) -> None:
    client = factories.login(Client(), it)
    template = load_workbook(io.BytesIO(client.get("/nguoi-dung/nhap/mau").content)).worksheets[0]
    assert [cell.value for cell in template[1]][:2] == ["Họ và tên", "Vai trò"]
    broken = client.post("/nguoi-dung/nhap", {"file": SimpleUploadedFile("x.xlsx", b"%PDF-1.4")})
    assert (broken.status_code, StaffList.objects.for_school(school).count()) == (422, 0)
    answer = client.post("/nguoi-dung/nhap", {"file": SimpleUploadedFile("nhan-su.xlsx", GOOD)})
    stored = StaffList.objects.for_school(school).get()
    assert answer["Location"] == f"/nguoi-dung/nhap/{stored.public_id}"
    page = client.get(answer["Location"]).content.decode()
    assert "Nhập 3 dòng" in page
    assert "01/09/2026" in page
    slips = client.post(answer["Location"], {"seen": preview(school, stored).digest}).content.decode()
    assert slips.count("PHIẾU KÍCH HOẠT TÀI KHOẢN") == 2
    assert "1 vai trò chờ người thứ hai duyệt" in slips
    foreign = factories.login(Client(), factories.user(Role.IT_ADMIN, school=other_school))
    assert foreign.get(f"/nguoi-dung/nhap/{stored.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "place", "taken", "expected"),
    [
        ("Phạm Thị Hòa", "Tiểu học Lê Văn Tám", set(), "hoapt.lvt"),
        ("Phạm Thị Hòa", "Tiểu học Lê Văn Tám", {"hoapt.lvt", "hoapt2.lvt"}, "hoapt3.lvt"),
        ("Đặng Ý", "THCS Kim Đồng", set(), "yd.kd"),
        ("  ", "THCS Kim Đồng", set(), ""),
    ],
)
def test_suggested_names(name: str, place: str, taken: set[str], expected: str) -> None:
    assert suggested(name, place, taken.__contains__) == expected
