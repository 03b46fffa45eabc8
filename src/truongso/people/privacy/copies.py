"""The copy of one child's data: JSON for machines, PDF for people, made when it is fetched and kept nowhere.

Both say for whom, by whom and when they were made (the watermark), what each table holds, what was left out and why.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel import clock
from truongso.kernel.data_classes import table_of
from truongso.kernel.documents import compile_typst
from truongso.kernel.personal_data import Section, elsewhere, holdings, plain, sections
from truongso.kernel.ui.downloads import file_response
from truongso.kernel.ui.formatting import ngay, ngay_gio, so
from truongso.organizations.public import School
from truongso.people.models import DataRequest, Student
from truongso.people.privacy.queries import child_of

TEMPLATE = Path(__file__).parent.parent / "paper" / "child_copy.typ"
FORMAT = "truongso.child-data/1"
MONEY = "(đồng)"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?\+\d\d:\d\d)?")
_KEYS: dict[str, str | Promise] = {
    "payer_name": gettext_lazy("người nộp tiền"), "beneficiary_name": gettext_lazy("người thụ hưởng"),
    "reason": gettext_lazy("lý do"), "invoice_code": gettext_lazy("mã hóa đơn"), "amount": gettext_lazy("số tiền"),
    "surplus": gettext_lazy("nộp thừa"), "method": gettext_lazy("hình thức"),
    "received_at": gettext_lazy("nhận tiền lúc"), "reference": gettext_lazy("số tham chiếu"),
    "school": gettext_lazy("trường"), "name": gettext_lazy("tên"), "address": gettext_lazy("địa chỉ"),
    "phone": gettext_lazy("điện thoại"), "tax_code": gettext_lazy("mã số thuế"),
    "budget_code": gettext_lazy("mã ngân sách"), "invoices": gettext_lazy("phiếu"), "code": gettext_lazy("mã"),
    "student_name": gettext_lazy("học sinh"), "class_name": gettext_lazy("lớp"), "lines": gettext_lazy("dòng"),
    "description": gettext_lazy("nội dung"), "fields": gettext_lazy("thông tin thêm"),
}  # fmt: skip
"""Words of what stands inside a receipt's content."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything of one child for one reader."""

    school: School
    student: Student
    number: str
    reader: str
    maker: str
    sections: tuple[Section, ...]

    @property
    def mark(self) -> str:
        """What stands on every page, so that a copy found elsewhere can be traced."""
        return _("Bản sao %(number)s lập lúc %(at)s cho %(reader)s, bởi %(maker)s. Không chuyển tiếp.") % {
            "number": self.number, "at": ngay_gio(clock.now()), "reader": self.reader, "maker": self.maker,
        }  # fmt: skip


def copy_for(request: DataRequest, *, maker: str) -> Copy:
    """The copy that a request is about, as its guardian may see it."""
    child = child_of(request.student, request.guardian_id)
    return Copy(request.school, request.student, str(request), request.asked_by, maker, tuple(sections(child)))


def copy_file(request: DataRequest, form: str, *, maker: str) -> HttpResponse:
    """The copy as a file to take along, in one of its two forms (json, pdf)."""
    copy = copy_for(request, maker=maker)
    name = f"ban-sao-{request}.{form}".lower()
    if form == "json":
        return file_response(as_json(copy), name, "application/json; charset=utf-8")
    return file_response(as_pdf(copy), name, "application/pdf")


def as_json(copy: Copy) -> bytes:
    """The copy as JSON: tables with labels, rows, what is left out and why; codes stay codes, words beside them."""
    said = {
        "format": FORMAT,
        "mark": copy.mark,
        "made_at": plain(clock.now()),
        "request": copy.number,
        "school": {"name": copy.school.name, "code": copy.school.code},
        "pupil": {"public_id": copy.student.public_id, "full_name": copy.student.full_name},
        "tables": [_table(one) for one in copy.sections],
        "not_included": {label: str(why) for label, why in elsewhere().items()},
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def as_pdf(copy: Copy) -> bytes:
    """The copy as PDF, A4: tables without rows are named at the end."""
    filled = [one for one in copy.sections if one.rows]
    return compile_typst(
        TEMPLATE,
        {
            "title": _("Bản sao dữ liệu cá nhân"), "mark": copy.mark, "school": copy.school.name,
            "pupil": copy.student.full_name,
            "intro": _(
                "Theo yêu cầu %(number)s của %(reader)s. Gồm mọi dữ liệu về em mà trường đang giữ trong hệ thống, "
                "mỗi mục kèm việc dùng vào đâu và điều không in, vì sao."
            ) % {"number": copy.number, "reader": copy.reader},
            "sections": [_printed(one) for one in filled],
            "empty": _("Không có dữ liệu: %(names)s.") % {
                "names": ", ".join(one.title for one in copy.sections if not one.rows) or "–"
            },
            "page": _("Trang"),
        },
    )  # fmt: skip


def _table(one: Section) -> dict[str, Any]:
    register = table_of(next(h.model for h in holdings() if h.label == one.label))
    return {
        "table": one.label, "title": one.title, "purpose": register.purpose.value, "kept": register.keep.value,
        "fields": one.names, "words": one.words, "rows": one.rows, "left_out": one.left_out,
    }  # fmt: skip


def _printed(one: Section) -> dict[str, Any]:
    return {
        "title": one.title,
        "rows": [
            [[label, text] for name, label in one.names.items() if (text := _cell(label, one.said(name, row[name])))]
            for row in one.rows
        ],
        "left_out": _("Không in: %(what)s") % {"what": " ".join(dict.fromkeys(one.left_out.values()))}
        if one.left_out
        else "",
    }


def _cell(label: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and label.endswith(MONEY):
        return so(value)
    return _text(value)


def _text(value: Any) -> str:
    """A plain value as people read it; "" when there is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, dict):
        said = ((_KEYS.get(key, key), _text(one)) for key, one in value.items())
        return "; ".join(f"{key}: {text}" for key, text in said if text)
    if isinstance(value, list):
        return " | ".join(text for one in value if (text := _text(one)))
    return _moment(str(value))


def _moment(text: str) -> str:
    """Days and moments as they are written here; other texts stay."""
    if _ISO.fullmatch(text) is None:
        return text
    found = dt.datetime.fromisoformat(text)
    return ngay_gio(found) if found.tzinfo is not None else ngay(found.date())
