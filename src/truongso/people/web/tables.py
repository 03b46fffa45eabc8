"""Tables that leave as files: the template, the refused rows, the list of pupils. All in the sector's layout."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from truongso.accounts.public import Caller
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_xlsx
from truongso.kernel.ui.downloads import XLSX, file_response, xlsx_response
from truongso.people.models import Student
from truongso.people.roster import RosterPlan, refused_table
from truongso.people.types import Gender, Relationship
from truongso.people.web.masks import hidden_columns, reason_text
from truongso.people.web.messages import GENDERS, STATUSES, describe

HEADER = (
    "STT", "Mã định danh Bộ GD&ĐT", "Mã học sinh", "Họ tên", "Ngày sinh", "Giới tính", "Lớp học", "Khối học",
    "SĐT liên hệ", "Tên cha", "Tên mẹ", "Người giám hộ", "Email", "Trạng thái",
)  # fmt: skip


def template_file() -> HttpResponse:
    """An empty list with the columns to fill."""
    sheet = SheetOut(_("Danh sách học sinh"), HEADER, ())
    return file_response(write_xlsx([sheet]), "mau-danh-sach-hoc-sinh.xlsx", XLSX)


def refused_file(plan: RosterPlan, caller: Caller, *, is_own: bool) -> HttpResponse:
    """The refused rows with the reason in the last column; once corrected they are uploaded as they are.

    Who uploaded the roster (`is_own`) gets the cells back that came with it; to anybody else birth dates and contacts
    are shown as little as on the page.
    """
    if is_own:
        header, *rows = refused_table(plan, describe)
    else:
        header, *rows = refused_table(plan, lambda one: reason_text(caller, one), without=hidden_columns(caller))
    return xlsx_response(
        [SheetOut(_("Cần sửa"), [str(cell) for cell in header], rows)], name="hoc-sinh-can-sua", dated=False,
        action="people:roster:refused", school=caller.school, actor=caller.actor, count=len(rows),
    )  # fmt: skip


def pupils_sheet(students: Iterable[Student]) -> SheetOut:
    """Pupils with class and guardians (prefetched as `seats` and `people`); can be uploaded again.

    Birth dates and guardians' numbers and addresses are not in it: who may see one opens it at the pupil, with a
    reason. An empty cell erases nothing. The whole school's data (`privacy.school_exports`) has them.
    """
    rows = [_pupil_row(number, student) for number, student in enumerate(students, start=1)]
    return SheetOut(_("Danh sách học sinh"), HEADER, rows)


def _pupil_row(number: int, student: Student) -> list[ExportCell]:
    seats = student.seats  # type: ignore[attr-defined]
    taught = seats[0].school_class if seats else None
    links = student.people  # type: ignore[attr-defined]
    names = {link.relationship: link.guardian.full_name for link in links}
    return [
        number,
        student.sector_code,
        student.school_code,
        student.full_name,
        None,
        str(GENDERS[student.gender]) if student.gender != Gender.UNKNOWN else "",
        taught.name if taught else "",
        taught.grade if taught else "",
        "",
        names.get(Relationship.FATHER, ""),
        names.get(Relationship.MOTHER, ""),
        names.get(Relationship.GUARDIAN, ""),
        "",
        str(STATUSES[student.status]),
    ]
