"""Erasing a child's data by two people, and holds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel.db import transaction
from truongso.kernel.personal_data import holdings
from truongso.people.models import DataRequest, Erasure, LegalHold, Student
from truongso.people.privacy import erasures, holds
from truongso.people.privacy.queries import erasures_of, holds_of, request_by_public_id
from truongso.people.privacy.texts import ERASURE_STATES, refusal
from truongso.people.privacy.types import ErasureState, PrivacyRefusedError
from truongso.people.queries.pupils import student_by_id
from truongso.people.web.privacy import attempt
from truongso.people.web.privacy_forms import HoldForm

_PAGE = 50


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_safe
def erasure_list(request: AuthedRequest) -> HttpResponse:
    """What waits for the second person, and what was decided."""
    page = Paginator(erasures_of(request.caller.school.pk), _PAGE).get_page(request.GET.get("trang"))
    context = {"rows": [_row(one) for one in page], "page": page, "present": "xoa"}
    return render(request, "people/privacy/erasures.html", context)


@requires(Permission.SCHOOL_PRIVACY_PROPOSE)
@require_POST
def propose(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Propose to erase a pupil's data; nothing goes yet."""
    student = student_by_id(request.caller.school, public_id)
    if student is None:
        raise Http404
    wanted = request.POST.get("yeu_cau", "")
    asked: DataRequest | None = request_by_public_id(student.school_id, wanted) if wanted else None
    reason, actor = request.POST.get("ly_do", ""), request.caller.actor
    made = attempt(
        request, lambda: erasures.propose(actor=actor, student=student, reason=reason, request=asked)
    )  # fmt: skip
    if made is None:
        return redirect("people:pupil_data", student.public_id)
    messages.success(request, _("Đã đề nghị xóa. Chờ hiệu trưởng duyệt."))
    return redirect("people:erasure", made.public_id)


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_safe
def erasure_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One erasure: what goes, what stays and why; for one that is done, the proof."""
    row = _erasure(request, public_id)
    names = user_names([row.proposed_by, row.decided_by])
    waits = row.state == ErasureState.PROPOSED.value
    titles = {one.label: str(one.title) for one in holdings()}
    context = {
        **_row(row), "present": "xoa", "proposer": names.get(row.proposed_by or 0, ""),
        "decider": names.get(row.decided_by or 0, ""), "preview": erasures.preview(row.student) if waits else None,
        "changed": _named(row.counts.get("changed", {}), titles), "kept": _named(row.counts.get("kept", {}), titles),
        "may_decide": waits and request.caller.may(Permission.SCHOOL_PRIVACY_APPROVE)
        and row.proposed_by != request.caller.user.pk,
    }  # fmt: skip
    return render(request, "people/privacy/erasure.html", context)


@requires(Permission.SCHOOL_PRIVACY_APPROVE, fresh=True)
@require_POST
def decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Erase for good, or leave everything as it is."""
    row, actor = _erasure(request, public_id), request.caller.actor
    if request.POST.get("viec") == "duyet":
        done = attempt(request, lambda: erasures.approve(actor=actor, erasure=row))
        text = _("Đã xóa. Bằng chứng xóa ở nhật ký.")
    else:
        reason = request.POST.get("ly_do", "")
        done = attempt(request, lambda: erasures.reject(actor=actor, erasure=row, reason=reason))
        text = _("Không duyệt. Mọi thứ giữ như cũ.")
    if done is not None:
        messages.success(request, text)
    return redirect("people:erasure", row.public_id)


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def hold_list(request: AuthedRequest) -> HttpResponse:
    """Holds in force and ended; a new one by whoever decides about data."""
    may_set = request.caller.may(Permission.SCHOOL_PRIVACY_APPROVE)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and may_set and form.is_valid() and _held(request, form):
        messages.success(request, _("Đã giữ lại: việc xóa theo hạn và theo yêu cầu dừng ở đây."))
        return redirect("people:holds")
    rows = list(holds_of(request.caller.school.pk))
    names = user_names(who for one in rows for who in (one.set_by, one.ended_by))
    context = {
        "form": form, "rows": [{"row": one, "by": names.get(one.set_by or 0, "")} for one in rows], "may_set": may_set,
        "present": "giu-lai",
    }  # fmt: skip
    return render(request, "people/privacy/holds.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_PRIVACY_APPROVE)
@require_POST
def end_hold(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Let data go its way again."""
    row = LegalHold.objects.for_school(request.caller.school).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    reason, actor = request.POST.get("ly_do", ""), request.caller.actor
    if attempt(request, lambda: holds.end_hold(actor=actor, hold=row, reason=reason)) is not None:
        messages.success(request, _("Đã kết thúc việc giữ."))
    return redirect("people:holds")


def _held(request: AuthedRequest, form: HoldForm) -> bool:
    school, said = request.caller.school, form.cleaned_data
    student: Student | None = None
    if said["hoc_sinh"]:
        rows = Student.objects.for_school(school)
        student = rows.filter(Q(school_code=said["hoc_sinh"]) | Q(sector_code=said["hoc_sinh"])).first()
        if student is None:
            form.add_error("hoc_sinh", _("Không có học sinh mang mã này ở trường."))
            return False
    try:
        with transaction():
            holds.set_hold(
                actor=request.caller.actor, school=school, reason=said["ly_do"], document=said["van_ban"],
                student=student,
            )  # fmt: skip
    except PrivacyRefusedError as error:
        form.add_error(None, refusal(error))
        return False
    return True


def _erasure(request: AuthedRequest, public_id: str) -> Erasure:
    found = erasures_of(request.caller.school.pk).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _row(row: Erasure) -> dict[str, Any]:
    state, mark = ERASURE_STATES[row.state]
    return {"row": row, "state": state, "mark": mark}


def _named(counts: dict[str, int], titles: dict[str, str]) -> list[tuple[str, int]]:
    return [(titles.get(label, label), count) for label, count in counts.items()]
