"""Requests about personal data, and one pupil's data: what is held, asked, kept back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.workdays import work_calendar
from truongso.people.models import DataRequest, Student
from truongso.people.privacy import erasures, requests
from truongso.people.privacy.consents import standings
from truongso.people.privacy.copies import copy_file
from truongso.people.privacy.queries import (
    due_of,
    guardians_of,
    holds_on,
    open_requests,
    request_by_public_id,
    requests_of_school,
)
from truongso.people.privacy.texts import KINDS, STATES, refusal
from truongso.people.privacy.types import DataRequestChannel, DataRequestKind, DataRequestState, PrivacyRefusedError
from truongso.people.queries.pupils import student_by_id
from truongso.people.web.privacy_forms import RequestForm

_PAGE = 50


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_safe
def request_list(request: AuthedRequest) -> HttpResponse:
    """What waits, most urgent first, and what is done."""
    school = request.caller.school
    waiting = open_requests(school.pk)
    ended = requests_of_school(school.pk).exclude(pk__in=[one.pk for one in waiting])
    page = Paginator(ended, _PAGE).get_page(request.GET.get("trang"))
    context = {"waiting": [_row(one) for one in waiting], "past": [_row(one) for one in page], "page": page}
    return render(request, "people/privacy/requests.html", {**context, "present": "yeu-cau"})


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_safe
def request_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One request: who asked what, until when, what was said, and what may be done now."""
    row = _request(request, public_id)
    caller = request.caller
    names = user_names([row.recorded_by, row.answered_by, row.done_by])
    context = {
        "one": _row(row), "names": names, "recorder": names.get(row.recorded_by or 0, ""),
        "answerer": names.get(row.answered_by or 0, ""), "finisher": names.get(row.done_by or 0, ""),
        "goes_to": requests.copy_goes_to(row),
        "may_decide": caller.may(Permission.SCHOOL_PRIVACY_APPROVE),
        "may_propose": caller.may(Permission.SCHOOL_PRIVACY_PROPOSE),
        "may_write_pupil": caller.may(Permission.SCHOOL_STUDENT_WRITE),
        "erasure": row.erasures.for_school(row.school_id).order_by("-pk").first(),
        "links": list(row.links.for_school(row.school_id).order_by("-pk")), "now": clock.now(), "present": "yeu-cau",
    }  # fmt: skip
    return render(request, "people/privacy/request.html", context)


@requires(Permission.SCHOOL_PRIVACY_APPROVE)
@require_POST
def decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Grant, refuse, take longer, send the link again, or note that it is done."""
    row, actor, text = _request(request, public_id), request.caller.actor, request.POST.get("noi_dung", "")
    acts: dict[str, Callable[[], str]] = {
        "chap-nhan": lambda: _granted(requests.grant(actor=actor, request=row, answer=text)),
        "tu-choi": lambda: _said(requests.refuse(actor=actor, request=row, reason=text), _("Đã trả lời từ chối.")),
        "gia-han": lambda: _said(requests.extend(actor=actor, request=row, reason=text), _("Đã gia hạn.")),
        "xong": lambda: _said(requests.finish(actor=actor, request=row), _("Đã ghi nhận là xong.")),
        "gui-lai": lambda: _sent(requests.send_link(actor=actor, request=row)),
    }
    act = acts.get(request.POST.get("viec", ""))
    if act is None:
        raise Http404
    done = attempt(request, act)
    if done:
        messages.success(request, done)
    return redirect("people:data_request", row.public_id)


@requires(Permission.SCHOOL_PRIVACY_APPROVE)
@require_safe
def copy_download(request: AuthedRequest, public_id: str, form: str) -> HttpResponse:
    """The copy itself, for handing over at school; who took it is recorded before it leaves."""
    row, actor = _request(request, public_id), request.caller.actor
    if attempt(request, lambda: requests.hand_over(actor=actor, request=row, form=form)) is None:
        return redirect("people:data_request", row.public_id)
    return copy_file(row, form, maker=actor.label)


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def pupil_data(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One pupil: requests so far, a new one taken at the school, holds, and what an erasure would do."""
    student = student_by_id(request.caller.school, public_id)
    if student is None:
        raise Http404
    caller = request.caller
    may_record = caller.may(Permission.SCHOOL_PRIVACY_PROPOSE) or caller.may(Permission.SCHOOL_PRIVACY_APPROVE)
    form = RequestForm(request.POST if request.method == "POST" else None, guardians_of(student))
    if request.method == "POST" and may_record and form.is_valid():
        made = _recorded(request, student, form)
        if made is not None:
            messages.success(request, _("Đã ghi yêu cầu %(number)s.") % {"number": made})
            return redirect("people:data_request", made.public_id)
    rows = requests_of_school(student.school_id).filter(student=student)
    context = {
        "student": student, "form": form, "may_record": may_record, "rows": [_row(one) for one in rows],
        "holds": holds_on(student.school_id, student.pk), "preview": erasures.preview(student),
        "consents": standings(student),
        "may_propose": caller.may(Permission.SCHOOL_PRIVACY_PROPOSE), "present": "",
    }  # fmt: skip
    return render(request, "people/privacy/pupil.html", context, status=422 if form.errors else 200)


def attempt(request: AuthedRequest, act: Callable[[], Any]) -> Any:
    """The result of an act in its own transaction; None with the refusal said."""

    def run() -> Any:
        with transaction():
            return act()

    try:
        return retrying(run)
    except PrivacyRefusedError as error:
        messages.error(request, refusal(error))
        return None


def _recorded(request: AuthedRequest, student: Student, form: RequestForm) -> DataRequest | None:
    said, guardian = form.cleaned_data, form.guardian
    try:
        with transaction():
            return requests.ask(
                actor=request.caller.actor, student=student, kind=DataRequestKind(said["loai"]), guardian=guardian,
                asked_by=guardian.full_name if guardian else said["ten"], detail=said["noi_dung"],
                channel=DataRequestChannel.SCHOOL,
            )  # fmt: skip
    except PrivacyRefusedError as error:
        form.add_error(None, refusal(error))
        return None


def _request(request: AuthedRequest, public_id: str) -> DataRequest:
    found = request_by_public_id(request.caller.school.pk, public_id)
    if found is None:
        raise Http404
    return found


def _row(row: DataRequest) -> dict[str, Any]:
    state, mark = STATES[row.state]
    is_open = row.state in {DataRequestState.RECEIVED.value, DataRequestState.GRANTED.value}
    due: dt.datetime = due_of(row)
    return {
        "row": row, "kind": KINDS[row.kind], "state": state, "mark": mark, "is_open": is_open, "due": due,
        "is_late": is_open and due < clock.now(), "days": _days_left(row, due) if is_open else 0,
        "is_view": row.kind == DataRequestKind.VIEW.value, "is_erase": row.kind == DataRequestKind.ERASE.value,
        "is_correct": row.kind == DataRequestKind.CORRECT.value,
    }  # fmt: skip


def _days_left(row: DataRequest, due: dt.datetime) -> int:
    """Working days left for an answer, days for carrying out; 0 on the last day."""
    today, last = clock.today(), clock.school_date(due)
    if row.answered_at is not None:
        return max((last - today).days, 0)
    calendar = work_calendar()
    days = (today + dt.timedelta(days=n) for n in range(1, max((last - today).days, 0) + 1))
    return sum(calendar.is_working(day) for day in days)


def _granted(done: tuple[DataRequest, str]) -> str:
    row, to = done
    return _sent(to) if row.kind == DataRequestKind.VIEW.value else str(_("Đã trả lời chấp nhận."))


def _sent(to: str) -> str:
    if to:
        return _("Đã gửi đường dẫn nhận bản sao tới %(to)s, dùng được 72 giờ.") % {"to": to}
    return _("Không có kênh hay địa chỉ để gửi. Tải bản sao ở dưới và giao tận tay, xem giấy tờ trước.")


def _said(_row: object, text: str) -> str:
    return text
