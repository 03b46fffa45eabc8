"""Homeroom teachers: the school sets them; the teacher sees the own class and opens, with a reason, what is allowed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, Member, requires
from truongso.accounts.types import Permission, Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import school_year_on
from truongso.people.homeroom.queries import classes_of, own_pupil, pupils_of, teachers, teachers_of_year
from truongso.people.homeroom.services import end_teacher, set_teacher
from truongso.people.homeroom.types import HomeroomRefusedError
from truongso.people.models import Homeroom, SchoolClass, Student
from truongso.people.sensitive.alarm import watch
from truongso.people.sensitive.labels import FACTS
from truongso.people.sensitive.services import open_facts
from truongso.people.sensitive.types import SeenKind
from truongso.people.teaching.queries import teachers_of_class
from truongso.people.web.masks import birth_text
from truongso.people.web.sensitive import guardian_numbers, kept_kinds
from truongso.people.web.sensitive_forms import OpenForm

# What the matrix gives a homeroom teacher of the own class: health, hardship, guardians' numbers; no identity.
_MAY_SEE = (SeenKind.HEALTH, SeenKind.HARDSHIP, SeenKind.GUARDIAN_PHONE)
_REFUSALS = {
    "not_a_teacher": gettext_lazy("Người này chưa có vai trò giáo viên chủ nhiệm trong ngày đó. Trao vai trò trước."),
    "bad_dates": gettext_lazy("Ngày chưa đúng: ngày cuối không trước ngày bắt đầu, không trước hôm qua."),
    "already_there": gettext_lazy("%(name)s đang chủ nhiệm lớp này."),
    "overlaps": gettext_lazy("Lớp đã có giáo viên từ ngày %(day)s. Kết thúc người đó trước hoặc chọn ngày khác."),
    "ended": gettext_lazy("Phân công này đã hết ngày %(day)s."),
}


class SetForm(forms.Form):
    """A class, its teacher, from when, until when."""

    lop = forms.ChoiceField(label=gettext_lazy("Lớp"))
    giao_vien = forms.ChoiceField(label=gettext_lazy("Giáo viên chủ nhiệm"))
    tu_ngay = VietnameseDateField(label=gettext_lazy("Từ ngày"))
    den_ngay = VietnameseDateField(
        label=gettext_lazy("Đến ngày"), required=False, help_text=gettext_lazy("Để trống: đến khi có người khác.")
    )

    def __init__(self, data: Any, classes: list[SchoolClass], members: list[Member], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.classes = {str(one.pk): one for one in classes}
        self.fields["lop"].choices = [(key, one.name) for key, one in self.classes.items()]  # type: ignore[attr-defined]
        self.fields["giao_vien"].choices = [(str(one.user_id), one.full_name) for one in members]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """Which assignment ends, and when."""

    so = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    den_ngay = VietnameseDateField()


@requires(Permission.SCHOOL_HOMEROOM_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: AuthedRequest) -> HttpResponse:
    """Every class of the year with its homeroom teachers; a POST gives a class another one."""
    school, today = request.caller.school, clock.today()
    year = school_year_on(today)
    rows = teachers_of_year(school, year) if year else []
    members = teachers(school.pk, today)
    form = SetForm(
        request.POST if request.method == "POST" else None, [one.school_class for one in rows], members,
        initial={"tu_ngay": today},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction():
                set_teacher(
                    actor=request.caller.actor, school_class=form.classes[said["lop"]], user_id=int(said["giao_vien"]),
                    valid_from=said["tu_ngay"], valid_to=said["den_ngay"],
                )  # fmt: skip
        except HomeroomRefusedError as error:
            form.add_error(None, _refusal(error))
        else:
            messages.success(request, _("Đã phân công."))
            return redirect("people:homerooms")
    context = {"rows": rows, "form": form, "year": year, "today": today, "has_teachers": bool(members)}
    return render(request, "people/homerooms.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_HOMEROOM_WRITE)
@require_POST
def end(request: AuthedRequest) -> HttpResponse:
    """The last day of an assignment."""
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Ghi ngày cuối dạng 05/09/2026."))
        return redirect("people:homerooms")
    rows = Homeroom.objects.for_school(request.caller.school)
    row = get_object_or_404(rows, pk=form.cleaned_data["so"])
    try:
        with transaction():
            end_teacher(actor=request.caller.actor, homeroom=row, last_day=form.cleaned_data["den_ngay"])
    except HomeroomRefusedError as error:
        messages.error(request, _refusal(error))
    else:
        messages.success(request, _("Đã ghi ngày cuối."))
    return redirect("people:homerooms")


@requires(Permission.CLASS_PUPIL_READ)
@require_safe
def my_class(request: AuthedRequest) -> HttpResponse:
    """The teacher's own class today: names, and who else teaches it; nothing else."""
    school, today = request.caller.school, clock.today()
    pupils = pupils_of(school, request.caller.user.pk, today)
    own = [one.pk for one in classes_of(school.pk, request.caller.user.pk, today)]
    taught = [one for class_id in own for one in teachers_of_class(school.pk, class_id, today)]
    return render(request, "people/my_class.html", {"pupils": pupils, "taught": taught})


@requires(Permission.CLASS_SENSITIVE_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def my_pupil(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What a homeroom teacher may open of a pupil of the own class; asking is the POST, written down first."""
    caller = request.caller
    student = own_pupil(caller.school, caller.user.pk, public_id, clock.today())
    if student is None:
        raise Http404
    form = OpenForm(request.POST or None, kept=[one for one in kept_kinds(student) if one in _MAY_SEE])
    context: dict[str, Any] = {"student": student, "form": form, "birth": birth_text(caller, student.birth_date)}
    if request.method == "POST" and form.is_valid():
        context |= _opened(request, student, form)
        watch(caller.school, caller.actor)
    return render(request, "people/my_pupil.html", context, status=422 if form.errors else 200)


def _opened(request: AuthedRequest, student: Student, form: OpenForm) -> dict[str, Any]:
    wanted, reason = form.wanted, form.cleaned_data["reason"]
    with transaction():
        facts = open_facts(
            actor=request.caller.actor, role=Role.HOMEROOM_TEACHER, student=student, seen=wanted, reason=reason
        )
    return {
        "is_open": True,
        "reason": reason,
        "facts": [{"label": FACTS[kind], "value": text} for kind, text in facts.items()],
        "guardians": guardian_numbers(student) if SeenKind.GUARDIAN_PHONE in wanted else [],
    }


def _refusal(error: HomeroomRefusedError) -> str:
    params = {name: ngay(value) if hasattr(value, "year") else value for name, value in error.params.items()}  # type: ignore[arg-type]
    return str(_REFUSALS[error.code]) % params
