"""Files that leave through a page: one door, with three ways through it.

A list made here goes through `xlsx_response`: an audit entry and a last sheet that says where it came from. What can
carry no such sheet (a bank's own file, paper, JSON, a signed file) goes through `recorded_file`: the sha256 in its
audit entry tells a copy found elsewhere. `file_response` records nothing: for what holds no data of a school (an empty
form) or what a family takes of its own; a static rule lists who may call it. No file leaves while it is `shut`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _

from truongso.kernel import audit, clock, scope
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.limits import Limit, LimitReachedError, Use, first_spent
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_xlsx
from truongso.kernel.ui.formatting import ngay_gio

EXPORTS = Limit("exports", 60, 600)
EXPORTS_OF_PLACE = Limit("exports of a place", 300, 600)
"""Lists that one person, and all of one school or unit, take out in ten minutes."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_shut: ContextVar[bool] = ContextVar("truongso_files_shut", default=False)


@contextmanager
def door() -> Iterator[None]:
    """Around each request: whether files may leave is decided anew."""
    token = _shut.set(False)
    try:
        yield
    finally:
        _shut.reset(token)


def shut() -> None:
    """No file leaves for the rest of this request: it is refused before anything is recorded of it."""
    _shut.set(True)


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
    """A unit as the one whose list leaves: its exports are recorded in its own chain."""

    code: str
    name: str
    unit_id: int

    @property
    def pk(self) -> int:
        """The place of the unit's own affairs."""
        return scope.of_unit(self.unit_id)


def file_response(content: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """A file with an ASCII name, never sniffed as another type and never kept by a cache.

    What is to be kept runs nothing even where a browser opens it: it has no origin of its own (CSP sandbox).
    Raises PermissionDenied while the door is shut.
    """
    _refuse_if_shut()
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    if not inline:
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def recorded_file(
    content: bytes,
    name: str,
    content_type: str,
    *,
    action: str,
    actor: Actor,
    school_id: int,
    subject: tuple[str, object],
    params: dict[str, Any] | None = None,
    inline: bool = False,
) -> HttpResponse:
    """A file that leaves as it is, with an audit entry that holds its sha256. Opens its own transaction; nothing leaves
    when the record cannot be written. Raises PermissionDenied while the door is shut; then nothing is recorded."""
    _refuse_if_shut()
    mark = {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
    with transaction():
        audit.record(actor, action, school_id=school_id, subject=subject, params={**(params or {}), **mark})
    return file_response(content, name, content_type, inline=inline)


def xlsx_response(
    sheets: Sequence[SheetOut],
    *,
    name: str,
    action: str,
    school: ExportingSchool,
    actor: Actor,
    count: int,
    asked: dict[str, str] | None = None,
    dated: bool = True,
) -> HttpResponse:
    """A workbook of a school's list: who took how many rows when is recorded, and said in a last sheet.

    `action` is the audit word (room:subject:export), `asked` the filter as in the address; `dated`: the file's name
    ends with the day. Opens its own transaction; nothing leaves when the record cannot be written. Raises
    LimitReachedError for whoever takes one list after the other, and PermissionDenied while the door is shut.
    """
    _refuse_if_shut()
    spent = first_spent(Use(EXPORTS, (actor.label, str(actor.user_id))), Use(EXPORTS_OF_PLACE, (str(school.pk),)))
    if spent is not None:
        raise LimitReachedError(spent)
    with transaction():
        audit.record(
            actor, action, school_id=school.pk, subject=(_kind(school), school.code),
            params={"count": count, "filter": asked or {}},
        )  # fmt: skip
    content = write_xlsx([*sheets, _origin(school, actor, count)])
    return file_response(content, f"{name}-{clock.today():%Y%m%d}.xlsx" if dated else f"{name}.xlsx", XLSX)


def _refuse_if_shut() -> None:
    if _shut.get():
        raise PermissionDenied


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
