"""Exemptions of pupils and choices of voluntary items.

Why a family pays less is hardship data: lists and pages say that there is an exemption, how much and until when. Who
keeps them opens category and document of one pupil with a reason, which the family reads.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission, Role
from truongso.fees.models import Exemption, FeeItem
from truongso.fees.queries.choices import (
    choosers,
    documents_of,
    exemptions,
    exemptions_of_student,
    opt_ins_of_student,
    rule_names,
)
from truongso.fees.services.choices import add_exemption, end_exemption, end_opt_ins, opt_in
from truongso.fees.web.forms import EndForm, ExemptionForm, OpenExemptionsForm, OptInForm
from truongso.fees.web.support import attempt, page_of
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.names import fold
from truongso.organizations.public import school_year_on
from truongso.people.public import (
    SeenKind,
    Student,
    classes_of_year,
    pupils_of_classes,
    record_access,
    search,
    student_by_id,
    watch_accesses,
)

FILTERS = {
    "": gettext_lazy("Tất cả"),
    "current": gettext_lazy("Còn hạn"),
    "ending": gettext_lazy("Sắp hết hạn"),
    "unproved": gettext_lazy("Thiếu minh chứng"),
    "ended": gettext_lazy("Đã hết hạn"),
}


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_http_methods(["GET"])
def exemption_list(request: AuthedRequest) -> HttpResponse:
    """Exemptions of the school; pupils to add one for are found by name."""
    school, today = request.caller.school, clock.today()
    words, only = request.GET.get("q", ""), request.GET.get("xem", "")
    only = only if only in FILTERS else ""
    page = page_of(exemptions(school.pk, words=fold(words), only=only, today=today), request)
    rules = rule_names()
    rows = [_row(e, rules.get(e.rule_code), today) for e in page]
    context = {"page": page, "rows": rows, "filters": FILTERS, "only": only, "words": words}
    return render(request, "fees/exemptions.html", context)


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_http_methods(["GET"])
def find_pupil(request: AuthedRequest) -> HttpResponse:
    """Find the pupil an exemption or a choice is for."""
    words = request.GET.get("q", "")
    found = search(request.caller.school, words)
    return render(request, "fees/find_pupil.html", {"words": words, "found": found})


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_http_methods(["GET", "POST"])
def pupil(request: AuthedRequest, student_id: str) -> HttpResponse:
    """One pupil's exemptions and choices; adds an exemption."""
    school, found = request.caller.school, _student(request, student_id)
    form = ExemptionForm(request.POST or None, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        made = attempt(form, lambda: add_exemption(school.pk, student_id=found.pk, actor=request.caller.actor, **data))
        if made is not None:
            messages.success(request, _("Đã ghi đối tượng miễn giảm của %(name)s.") % {"name": found.full_name})
            return redirect("fees:pupil", student_id=student_id)
    context = {
        "student": found,
        "form": form,
        "opening": OpenExemptionsForm(),
        "rows": _rows_of(found),
        "choices": opt_ins_of_student(school.pk, found.pk),
        "voluntary": _voluntary(request),
    }
    return render(request, "fees/pupil.html", context)


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_http_methods(["GET", "POST"])
def open_exemptions(request: AuthedRequest, student_id: str) -> HttpResponse:
    """Category and document of a pupil's exemptions, once; asking is the POST, and is written down first."""
    student = _student(request, student_id)
    form = OpenExemptionsForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"student": student, "form": form}
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        role = Role(request.caller.membership.role)  # type: ignore[union-attr]  # the permission came from it
        with transaction():
            record_access(
                actor=request.caller.actor, role=role, student=student, seen=[SeenKind.HARDSHIP], reason=reason
            )
        watch_accesses(request.caller.school, request.caller.actor)
        rows = _rows_of(student)
        said = documents_of([one["exemption"] for one in rows])
        context |= {"rows": [{**one, "document": said.get(one["exemption"].pk, "")} for one in rows], "reason": reason}
    return render(request, "fees/exemptions_open.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_http_methods(["GET", "POST"])
def finish_exemption(request: AuthedRequest, student_id: str, number: int) -> HttpResponse:
    """Let an exemption end. It is known by its place among the pupil's (1: recorded first): no address tells why."""
    school, found = request.caller.school, _student(request, student_id)
    row = next((one for one in _rows_of(found) if one["number"] == number), None)
    if row is None:
        raise Http404
    exemption: Exemption = row["exemption"]
    form = EndForm(request.POST or None, initial={"valid_to": exemption.valid_to or clock.today()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["valid_to"]
        ended = attempt(
            form,
            lambda: end_exemption(school.pk, exemption_id=exemption.pk, valid_to=day, actor=request.caller.actor),
        )
        if ended is not None:
            messages.success(request, _("Đã lưu ngày hết hạn."))
            return redirect("fees:pupil", student_id=student_id)
    return render(request, "fees/exemption_end.html", {"form": form, "student": found, "row": row})


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_http_methods(["GET", "POST"])
def opt_ins(request: AuthedRequest) -> HttpResponse:
    """Choices of one class for one voluntary item: tick who wants it."""
    school, today = request.caller.school, clock.today()
    items = _voluntary(request)
    year = school_year_on(today)
    classes = classes_of_year(school, year) if year else []
    item = next((i for i in items if i.code == request.GET.get("khoan")), None)
    taught = next((c for c in classes if str(c.name) == request.GET.get("lop")), None)
    context: dict[str, Any] = {"items": items, "classes": classes, "item": item, "taught": taught}
    if item is None or taught is None:
        return render(request, "fees/opt_ins.html", context)
    pupils = pupils_of_classes(school, [taught.id], today)
    have = choosers(school.pk, item.pk, today)
    form = OptInForm(request.POST or None, initial={"valid_from": today.replace(day=1)})
    if request.method == "POST" and form.is_valid():
        present = {p.student_id for p in pupils}
        ticked = set(request.POST.getlist("hs"))
        wanted = {p.student_id for p in pupils if p.public_id in ticked}
        added = attempt(
            form, lambda: _choose(request, item, wanted, (have & present) - wanted, form.cleaned_data["valid_from"])
        )
        if added is not None:
            text = _("Lớp %(class_name)s: %(count)s học sinh đăng ký “%(item)s”.")
            messages.success(request, text % {"class_name": taught.name, "count": len(wanted), "item": item.name})
            return redirect(request.get_full_path())
    context |= {"form": form, "rows": [{"pupil": p, "checked": p.student_id in have} for p in pupils]}
    return render(request, "fees/opt_ins.html", context)


def _choose(request: AuthedRequest, item: FeeItem, wanted: set[int], dropped: set[int], first: dt.date) -> bool:
    school_id, actor = request.caller.school.pk, request.caller.actor
    opt_in(school_id, item_id=item.pk, student_ids=sorted(wanted), valid_from=first, valid_to=None, actor=actor)
    if dropped:
        last = first - dt.timedelta(days=1)
        end_opt_ins(school_id, item_id=item.pk, student_ids=sorted(dropped), last_day=last, actor=actor)
    return True


def _rows_of(student: Student) -> list[dict[str, Any]]:
    """A pupil's exemptions, the latest first, each with its place among them."""
    found, rules, today = exemptions_of_student(student.school_id, student.pk), rule_names(), clock.today()
    places = {pk: number for number, pk in enumerate(sorted(e.pk for e in found), start=1)}
    return [{**_row(e, rules.get(e.rule_code), today), "number": places[e.pk]} for e in found]


def _row(exemption: Exemption, rule: Any, today: dt.date) -> dict[str, Any]:
    if exemption.valid_to is not None and exemption.valid_to < today:
        kind, text = "bad", _("Đã hết hạn")
    elif not exemption.document:
        kind, text = "warn", _("Thiếu minh chứng")
    elif exemption.valid_from > today:
        kind, text = "info", _("Chưa bắt đầu")
    else:
        kind, text = "ok", _("Còn hạn")
    return {"exemption": exemption, "rule": rule, "kind": kind, "text": text}


def _voluntary(request: AuthedRequest) -> list[FeeItem]:
    rows = FeeItem.objects.for_school(request.caller.school).filter(is_voluntary=True, is_active=True)
    return sorted(rows, key=lambda i: fold(i.name))


def _student(request: AuthedRequest, public_id: str) -> Student:
    found = student_by_id(request.caller.school, public_id)
    if found is None:
        raise Http404
    return found
