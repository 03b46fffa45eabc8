"""Uploading, previewing and applying a roster over the real pages; bad files change nothing."""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.kernel.sheets import read_sheets
from truongso.organizations.models import School
from truongso.people.models import RosterImport
from truongso.people.services.previewing import read_roster
from truongso.people.tests.rosters import HEADER, line, workbook
from truongso.people.tests.test_applying_rosters import FIRST, rows_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("truongso.people.tests.urls"),
    pytest.mark.usefixtures("school_day"),
]

BAD_DATE = line(9, "Lù Thị Chá", birth="31/02/2018")


@pytest.fixture
def accountant(client: Client, school: School) -> Client:
    factories.school_year()
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def send(client: Client, content: bytes, name: str = "ds.xlsx", year: str = "2026-2027") -> Any:
    return client.post("/hoc-sinh/nhap", {"year": year, "file": SimpleUploadedFile(name, content)})


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def stored_everything(school: School) -> tuple[Any, ...]:
    imports = list(RosterImport.objects.for_school(school).values("public_id", "applied_at"))
    return rows_of(school), imports, AuditEntry.objects.count()


def test_upload_preview_apply_result(accountant: Client, school: School) -> None:
    answer = send(accountant, workbook([*FIRST, BAD_DATE]))
    address = answer["Location"]
    page = text(accountant.get(address))
    assert "Nhập 4 học sinh" in page
    assert "Mới (4)" in page
    assert "Chưa nhập được (1)" in page
    assert rows_of(school)["Student"] == []
    refused = text(accountant.get(f"{address}?xem=chua-nhap"))
    assert "Ngày sinh không có trong lịch. Xem lại ngày và tháng." in refused
    assert "31/02/2018" not in refused  # a date is the file's until somebody may see it
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = accountant.post(address, {"seen": seen})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}/ket-qua")
    assert len(rows_of(school)["Student"]) == 4
    result = text(accountant.get(answer["Location"]))
    assert "1 dòng chưa nhập được." in result
    assert text(accountant.get("/hoc-sinh")).count('<tr><th scope="row"') == 4

    before = stored_everything(school)
    answer = accountant.post(address, {"seen": seen}, follow=True)
    assert "Danh sách này đã nhập lúc 09:00 05/10/2026." in text(answer)
    assert stored_everything(school) == before

    second = send(accountant, workbook(FIRST))["Location"]
    page = text(accountant.get(second))
    assert "Danh sách khớp với dữ liệu của trường: không có gì để nhập." in page
    assert 'name="seen"' not in page


def test_refused_rows_come_back_as_a_file_that_can_be_corrected(accountant: Client, school: School) -> None:
    address = send(accountant, workbook([*FIRST, BAD_DATE]))["Location"]
    answer = accountant.get(f"{address}/can-sua")
    assert answer["Content-Disposition"] == 'attachment; filename="hoc-sinh-can-sua.xlsx"'
    sheet, origin = read_sheets(answer.content, "x.xlsx")
    assert origin.name == "Nguồn tệp"
    assert AuditEntry.objects.get(action="people:roster:refused").params == {"count": 1, "filter": {}}
    assert len(sheet.rows) == 2
    assert sheet.rows[1][-1] == "Ngày sinh “31/02/2018” không có trong lịch: tháng 2/2018 không có ngày 31."
    corrected = [["28/02/2018" if cell == "31/02/2018" else cell for cell in row] for row in sheet.rows]
    page = text(accountant.get(send(accountant, workbook(corrected[1:], [str(c) for c in corrected[0]]))["Location"]))
    assert "Nhập 1 học sinh" in page


def test_refused_rows_of_somebody_else_come_without_what_the_page_hides(accountant: Client, school: School) -> None:
    address = send(accountant, workbook([*FIRST, BAD_DATE]))["Location"]
    other = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    sheet, _origin = read_sheets(other.get(f"{address}/can-sua").content, "x.xlsx")
    own, _origin = read_sheets(accountant.get(f"{address}/can-sua").content, "x.xlsx")
    hidden = [place for place, label in enumerate(own.rows[0]) if label not in sheet.rows[0]]
    assert [own.rows[0][place] for place in hidden] == ["Ngày sinh", "SĐT liên hệ"]
    assert sheet.rows[1][:-1] == [cell for place, cell in enumerate(own.rows[1][:-1]) if place not in hidden]
    assert sheet.rows[1][-1] == "Ngày sinh không có trong lịch. Xem lại ngày và tháng."


def test_what_changed_since_the_preview_is_shown_again(accountant: Client, school: School) -> None:
    address = send(accountant, workbook(FIRST))["Location"]
    seen = text(accountant.get(address)).split('name="seen" value="')[1].split('"')[0]
    factories.student(school, "Nguyễn Bảo An", sector_code="1000000001")
    before = rows_of(school)
    answer = accountant.post(address, {"seen": seen})
    assert answer.status_code == 200
    assert "Dữ liệu của trường đã thay đổi từ lúc xem." in text(answer)
    assert "Thay đổi (1)" in text(answer)
    assert rows_of(school) == before


def test_changes_are_shown_field_by_field(accountant: Client, school: School) -> None:
    address = send(accountant, workbook(FIRST))["Location"]
    seen = text(accountant.get(address)).split('name="seen" value="')[1].split('"')[0]
    accountant.post(address, {"seen": seen})
    moved = send(accountant, workbook([line(1, "Nguyễn Bảo An", taught="3A3", status="Đang học")]))["Location"]
    page = text(accountant.get(moved))
    assert '3A2 <span aria-hidden="true">→</span>' in page
    assert "<b>3A3</b>" in page
    assert "Không có trong tệp (3)" in page
    assert "Nguyễn Bảo Bình" in text(accountant.get(f"{moved}?xem=vang"))


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    return out.getvalue()


def merged_header() -> bytes:
    header = ["STT", "Mã định danh", "Ngày sinh", "Lớp", "Thông tin"]
    return workbook([[1, "1000000001", "14/03/2018", "3A2", "Nguyễn Bảo An"]], header)


def broken_encoding() -> bytes:
    body = ";".join(HEADER) + "\n" + ";".join(str(c) for c in line(1, "Nguyễn Bảo Đặng Hòa"))
    return body.encode("utf-8").decode("cp1252", "replace").encode("utf-8")


BAD_FILES: list[tuple[str, Any, str, str]] = [
    ("merged header", merged_header, "ds.xlsx", "thiếu cột: Họ tên"),
    ("encoding", broken_encoding, "ds.csv", "bị lỗi mã"),
    ("no rows", lambda: workbook([]), "ds.xlsx", "không có học sinh nào"),
    ("empty", lambda: b"", "ds.xlsx", "Tệp trống."),
    ("junk", lambda: os.urandom(10 * 1024 * 1024), "ds.xlsx", "Đây không phải tệp bảng tính."),
    ("too large", lambda: b"x" * (10 * 1024 * 1024 + 1), "ds.csv", "Tệp lớn quá 10 MB."),
    ("zip bomb", zip_bomb, "ds.xlsx", "Tệp phình quá lớn khi mở"),
    ("pdf", lambda: b"%PDF-1.7 ...", "ds.xlsx", "Đây là tệp PDF."),
    ("html", lambda: b"<html><table><tr><td>x</td></tr></table></html>", "ds.xls", "Đây là trang web"),
    ("other table", lambda: workbook([["a", "b"]], ["Món", "Giá"]), "ds.xlsx", "Không tìm thấy dòng tiêu đề."),
]


@pytest.mark.parametrize(("make", "name", "message"), [bad[1:] for bad in BAD_FILES], ids=[bad[0] for bad in BAD_FILES])
def test_a_bad_file_gets_one_clear_message_and_changes_nothing(
    accountant: Client, school: School, make: Any, name: str, message: str
) -> None:
    before = stored_everything(school)
    answer = send(accountant, make(), name)
    page = text(answer)
    assert answer.status_code == 200
    assert message in page
    assert page.count('<span class="err"') == 1
    assert "<title>Lỗi:" in page
    assert stored_everything(school) == before


def test_two_pupils_with_one_code_are_both_refused_and_named(accountant: Client, school: School) -> None:
    rows = [line(1, "Nguyễn Bảo An"), line(2, "Lê Văn Hai", code="1000000001")]
    page = text(accountant.get(send(accountant, workbook(rows))["Location"]))
    assert "Mã định danh 1000000001 còn có ở dòng 6." in page
    assert "Mã định danh 1000000001 còn có ở dòng 5." in page
    assert 'name="seen"' not in page
    assert rows_of(school)["Student"] == []


def test_formulas_and_markup_in_a_file_stay_text(accountant: Client) -> None:
    bad = line(1, "<script>alert(1)</script>", taught="=cmd|' /C calc'!A1")
    address = send(accountant, workbook([bad]))["Location"]
    page = text(accountant.get(address))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("year", ["2025-2026", "2099-2100", ""])
def test_only_an_open_school_year_can_be_chosen(accountant: Client, school: School, year: str) -> None:
    factories.school_year("2025-2026")
    before = stored_everything(school)
    answer = send(accountant, workbook(FIRST), year=year)
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in text(answer)
    assert stored_everything(school) == before


def test_template_reads_as_a_roster(accountant: Client) -> None:
    answer = accountant.get("/hoc-sinh/nhap/mau")
    (sheet,) = read_sheets(answer.content, "mau.xlsx")
    full = workbook([[*line(1, "Nguyễn Bảo An")[:11], "", "", ""]], [str(c) for c in sheet.rows[0]])
    roster = read_roster(full, "mau.xlsx")
    assert len(roster.rows) == 1
    assert roster.unknown == ()


def test_imports_of_another_school_do_not_exist(accountant: Client, school: School, other_school: School) -> None:
    address = send(accountant, workbook(FIRST))["Location"]
    stranger = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    before = stored_everything(school)
    for path in (address, f"{address}/ket-qua", f"{address}/can-sua"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(address, {"seen": "x"}).status_code == 404
    assert stored_everything(school) == before


@pytest.mark.parametrize("role", [Role.CASHIER, Role.PRINCIPAL, Role.HOMEROOM_TEACHER, None])
def test_roles_without_the_right_cannot_import(accountant: Client, school: School, role: Role | None) -> None:
    address = send(accountant, workbook(FIRST))["Location"]
    seen = text(accountant.get(address)).split('name="seen" value="')[1].split('"')[0]
    other = factories.login(Client(), factories.user(role, school=school))
    before = stored_everything(school)
    assert send(other, workbook(FIRST)).status_code == 403
    assert other.get(address).status_code == 403
    assert other.post(address, {"seen": seen}).status_code == 403
    assert Client().post(address, {"seen": seen}).status_code == 302
    assert stored_everything(school) == before


def test_an_old_year_is_refused_at_its_end(accountant: Client, school: School) -> None:
    after = dt.datetime(2027, 9, 1, 8, tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(after):
        page = text(accountant.get("/hoc-sinh/nhap"))
    assert "Chưa có năm học nào đang mở." in page
