"""Findings as the school sees them, with room to explain; and as the department sees those of its schools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import ExportingUnit, xlsx_response
from truongso.organizations.public import School, schools_under
from truongso.payments.public import METHOD_NAMES, Payment, receipt_number
from truongso.payments.types import Method
from truongso.reporting.flags.gather import thresholds
from truongso.reporting.flags.models import Flag
from truongso.reporting.flags.queries import flags, last_checks, notes_of, notes_of_all, payments_of
from truongso.reporting.flags.services import (
    FlagRefusedError,
    ask_for_check,
    check_school,
    quarters_to_check,
    review,
    write_note,
)
from truongso.reporting.labels import period_label
from truongso.reporting.rules import read_period
from truongso.reporting.web.flag_texts import reason_of, text_of, title_of

PAGE_SIZE = 50
REFUSALS = {
    "text_missing": gettext_lazy("Ghi lời giải thích."),
    "needs_person": gettext_lazy("Việc này phải do một người đăng nhập làm."),
}


class NoteForm(forms.Form):
    """An explanation, or an answer."""

    text = forms.CharField(label=gettext_lazy("Lời giải thích"), max_length=1000, widget=forms.Textarea({"rows": 3}))


@requires(Permission.SCHOOL_REPORT_READ)
@require_safe
def school_list(request: AuthedRequest) -> HttpResponse:
    """What of the school's payments deserves a word."""
    school = request.caller.school
    found = list(flags([school.pk]))
    context = {
        "rows": _rows(found),
        "checked_at": last_checks([school.pk]).get(school.pk),
        "limits": thresholds(),
        "periods": [period_label(p) for p in quarters_to_check()],
        "may_explain": request.caller.may(Permission.SCHOOL_FLAG_EXPLAIN),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }
    return render(request, "reporting/flags.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def school_export(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook, with what was written about each."""
    school = request.caller.school
    rows = _cells(list(flags([school.pk])))
    return xlsx_response(
        [SheetOut(_("Điểm cần giải thích"), _header(), rows)], name="diem-can-giai-thich",
        action="reporting:flags:export", school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_FLAG_EXPLAIN)
@require_POST
def school_check(request: AuthedRequest) -> HttpResponse:
    """Look now."""
    school = request.caller.school

    def attempt() -> int:
        with transaction():
            return check_school(school)

    count = retrying(attempt)
    if count:
        messages.info(request, _("Đã xem lại: có %(count)d điểm cần giải thích thêm.") % {"count": count})
    else:
        messages.success(request, _("Đã xem lại: không có điểm nào cần giải thích."))
    return redirect("reporting:flags")


@requires(Permission.SCHOOL_REPORT_READ)
@require_safe
def school_flag(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One finding, the payments behind it, what was written about it."""
    flag = _flag([request.caller.school], public_id)
    context = _context(request, flag, of_school=True)
    context["may_write"] = request.caller.may(Permission.SCHOOL_FLAG_EXPLAIN)
    return render(request, "reporting/flag.html", context)


@requires(Permission.SCHOOL_FLAG_EXPLAIN)
@require_POST
def explain(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The school explains."""
    flag = _flag([request.caller.school], public_id)
    _write(request, flag, of_school=True)
    return redirect("reporting:flag", public_id)


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def unit_list(request: AuthedRequest) -> HttpResponse:
    """Findings of the schools under the unit; those without an explanation first."""
    schools = _schools(request)
    found = flags([s.pk for s in schools])
    page = Paginator(found.order_by("is_explained", "-period", "school__name", "pk"), PAGE_SIZE).get_page(
        request.GET.get("trang")
    )
    context = {
        "page": page,
        "rows": _rows(list(page.object_list)),
        "schools": len(schools),
        "limits": thresholds(),
        "may_review": request.caller.may(Permission.UNIT_FLAG_REVIEW),
    }
    return render(request, "reporting/unit_flags.html", context)


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def unit_export(request: AuthedRequest) -> HttpResponse:
    """Findings of the schools under the unit as a workbook."""
    membership = request.caller.membership
    schools = _schools(request)
    found = list(flags([s.pk for s in schools]).order_by("is_explained", "-period", "school__name", "pk"))
    rows = [[flag.school.name, *row] for flag, row in zip(found, _cells(found), strict=True)]
    assert membership is not None  # noqa: S101 - _schools found its unit
    assert membership.unit is not None  # noqa: S101
    unit = ExportingUnit(membership.unit.code, membership.unit.name, membership.unit.pk)
    return xlsx_response(
        [SheetOut(_("Điểm cần giải thích"), [_("Trường"), *_header()], rows)], name="diem-can-giai-thich",
        action="reporting:unit_flags:export", school=unit, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.UNIT_FLAG_REVIEW)
@require_POST
def unit_check(request: AuthedRequest) -> HttpResponse:
    """Have all schools of the unit looked at again."""
    schools = _schools(request)
    with transaction():
        ask_for_check([s.pk for s in schools])
    messages.success(request, _("Đã hẹn xem lại %(count)d trường, xong trong vài phút.") % {"count": len(schools)})
    return redirect("reporting:unit_flags")


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def unit_flag(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One finding of a school, as the department sees it: amounts and days, no names of families."""
    flag = _flag(_schools(request), public_id)
    context = _context(request, flag, of_school=False)
    context["may_write"] = request.caller.may(Permission.UNIT_FLAG_REVIEW)
    return render(request, "reporting/flag.html", context)


@requires(Permission.UNIT_FLAG_REVIEW)
@require_POST
def answer(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The department answers."""
    _write(request, _flag(_schools(request), public_id), of_school=False)
    return redirect("reporting:unit_flag", public_id)


@requires(Permission.UNIT_FLAG_REVIEW)
@require_POST
def take_note(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The department takes note."""
    flag = _flag(_schools(request), public_id)
    with transaction():
        review(flag, actor=request.caller.actor)
    messages.success(request, _("Đã ghi nhận lời giải thích."))
    return redirect("reporting:unit_flag", public_id)


def _context(request: AuthedRequest, flag: Flag, *, of_school: bool) -> dict[str, Any]:
    page = Paginator(payments_of(flag), PAGE_SIZE).get_page(request.GET.get("trang"))
    notes = notes_of(flag)
    return {
        "flag": flag,
        "row": _rows([flag])[0],
        "reason": reason_of(flag.pattern),
        "page": page,
        "payments": [_payment(p) for p in page.object_list],
        "notes": notes,
        "people": user_names([*(n.made_by for n in notes), flag.reviewed_by]),
        "of_school": of_school,
        "form": NoteForm(),
    }


def _payment(payment: Payment) -> dict[str, Any]:
    receipt = next(iter(payment.receipts.all()), None)
    return {
        "payment": payment,
        "method": METHOD_NAMES[Method(payment.method)],
        "receipt": receipt_number(receipt) if receipt else "",
    }


def _rows(found: Sequence[Flag]) -> list[dict[str, Any]]:
    return [
        {
            "flag": f,
            "title": title_of(f.pattern),
            "text": text_of(f.pattern, f.params),
            "period": period_label(read_period(f.period)),
        }
        for f in found
    ]


def _header() -> list[str]:
    return [
        _("Kỳ"), _("Dấu hiệu"), _("Nội dung"), _("Số tiền"), _("Số khoản nộp"), _("Nêu lúc"),
        _("Lời của trường và của Phòng"), _("Phòng ghi nhận lúc"),
    ]  # fmt: skip


def _cells(found: Sequence[Any]) -> list[list[ExportCell]]:
    """Findings with `payments` counted."""
    notes = notes_of_all(found)
    return [
        [
            row["period"], str(row["title"]), str(row["text"]), f.amount, f.payments, f.found_at,
            "\n".join(note.text for note in notes.get(f.pk, [])), f.reviewed_at,
        ]
        for f, row in zip(found, _rows(found), strict=True)
    ]  # fmt: skip


def _write(request: AuthedRequest, flag: Flag, *, of_school: bool) -> None:
    try:
        with transaction():
            write_note(flag, text=request.POST.get("text", ""), of_school=of_school, actor=request.caller.actor)
    except FlagRefusedError as refusal:
        messages.error(request, str(REFUSALS[refusal.code]))
    else:
        messages.success(request, _("Đã lưu."))


def _flag(schools: Iterable[School], public_id: str) -> Flag:
    found: Flag | None = flags([s.pk for s in schools], with_gone=True).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _schools(request: AuthedRequest) -> list[School]:
    membership = request.caller.membership
    if membership is None or membership.unit is None:
        raise Http404
    return schools_under(membership.unit, clock.today())
