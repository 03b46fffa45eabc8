"""Files that leave through a page. Every export of a list goes through `xlsx_response`: one form, one audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpResponse
from django.utils.translation import gettext as _

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_xlsx
from truongso.kernel.ui.formatting import ngay_gio

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportingSchool(Protocol):
    """What an export says of the school it leaves."""

    @property
    def pk(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ExportingUnit:
    """A unit as the one whose list leaves: its exports are recorded with what belongs to no school."""

    code: str
    name: str
    pk: int = audit.SYSTEM_SCHOOL


def file_response(content: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """A file with an ASCII name, never sniffed as another type and never kept by a cache."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def xlsx_response(
    sheets: Sequence[SheetOut],
    *,
    name: str,
    action: str,
    school: ExportingSchool,
    actor: Actor,
    count: int,
    asked: dict[str, str] | None = None,
) -> HttpResponse:
    """A workbook of a school's list: who took how many rows when is recorded, and said in a last sheet.

    `action` is the audit word (room:subject:export), `asked` the filter as in the address. Opens its own
    transaction; nothing leaves when the record cannot be written.
    """
    with transaction():
        audit.record(
            actor, action, school_id=school.pk, subject=(_kind(school), school.code),
            params={"count": count, "filter": asked or {}},
        )  # fmt: skip
    content = write_xlsx([*sheets, _origin(school, actor, count)])
    return file_response(content, f"{name}-{clock.today():%Y%m%d}.xlsx", XLSX)


def _kind(school: ExportingSchool) -> str:
    return "unit" if isinstance(school, ExportingUnit) else "school"


def _origin(school: ExportingSchool, actor: Actor, count: int) -> SheetOut:
    """Where the file came from, so that a copy found elsewhere can be traced."""
    rows: list[tuple[ExportCell, ...]] = [
        (_("Đơn vị") if isinstance(school, ExportingUnit) else _("Trường"), school.name),
        (_("Người xuất"), actor.label),
        (_("Lúc"), ngay_gio(clock.now())),
        (_("Số dòng"), count),
        (_("Lưu ý"), _("Tệp có dữ liệu cá nhân của học sinh: chỉ dùng trong công việc của trường, không chuyển tiếp.")),
    ]
    return SheetOut(_("Nguồn tệp"), [], rows)
