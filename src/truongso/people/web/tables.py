"""Tables that leave as files: the template, the refused rows, the list of pupils. All in the sector's layout."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_xlsx
from truongso.kernel.ui.downloads import XLSX
from truongso.people.models import Student
from truongso.people.roster import RosterPlan, refused_table
from truongso.people.types import Gender, Relationship
from truongso.people.web.messages import GENDERS, STATUSES, describe

HEADER = (
    "STT", "Mã định danh Bộ GD&ĐT", "Mã học sinh", "Họ tên", "Ngày sinh", "Giới tính", "Lớp học", "Khối học",
    "SĐT liên hệ", "Tên cha", "Tên mẹ", "Người giám hộ", "Email", "Trạng thái",
)  # fmt: skip


def template_file() -> HttpResponse:
    """An empty list with the columns to fill."""
    return _download("mau-danh-sach-hoc-sinh.xlsx", SheetOut(_("Danh sách học sinh"), HEADER, ()))


def refused_file(plan: RosterPlan) -> HttpResponse:
    """The refused rows with the reason in the last column; once corrected they are uploaded as they are."""
    header, *rows = refused_table(plan, describe)
    sheet = SheetOut(_("Cần sửa"), [str(cell) for cell in header], rows)
    return _download("hoc-sinh-can-sua.xlsx", sheet)


def pupils_sheet(students: Iterable[Student]) -> SheetOut:
    """Pupils with class and guardians (prefetched as `seats` and `people`); can be uploaded again."""
    rows = [_pupil_row(number, student) for number, student in enumerate(students, start=1)]
    return SheetOut(_("Danh sách học sinh"), HEADER, rows)


def _pupil_row(number: int, student: Student) -> list[ExportCell]:
    seats = student.seats  # type: ignore[attr-defined]
    taught = seats[0].school_class if seats else None
    links = student.people  # type: ignore[attr-defined]
    names = {link.relationship: link.guardian.full_name for link in links}
    payer = next((link.guardian for link in links if link.is_payer), None)
    return [
        number,
        student.sector_code,
        student.school_code,
        student.full_name,
        student.birth_date,
        str(GENDERS[student.gender]) if student.gender != Gender.UNKNOWN else "",
        taught.name if taught else "",
        taught.grade if taught else "",
        payer.phone if payer else "",
        names.get(Relationship.FATHER, ""),
        names.get(Relationship.MOTHER, ""),
        names.get(Relationship.GUARDIAN, ""),
        payer.email if payer else "",
        str(STATUSES[student.status]),
    ]


def _download(name: str, sheet: SheetOut) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(write_xlsx([sheet]), content_type=XLSX, headers=headers)
