"""Who teaches which class what: the school says it, by class and by teacher, ends it and hands it over."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires, users_of_school
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.organizations.public import school_year_on
from truongso.people.teaching.queries import Row, rows_of_year, teachers, year_classes
from truongso.people.teaching.services import assign, change
from truongso.people.teaching.subjects import add_own, offered, own_subjects, set_aside
from truongso.people.teaching.types import TeachingRefusedError
from truongso.people.web.teaching_forms import AssignForm, ChangeForm, SubjectForm, refusal


@requires(Permission.SCHOOL_TEACHING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def assignments(request: AuthedRequest) -> HttpResponse:
    """The year's assignments by class or by teacher; a POST gives a teacher classes."""
    school, today = request.caller.school, clock.today()
    year = school_year_on(today)
    classes = year_classes(school, year) if year else []
    members = teachers(school.pk, today)
    form = AssignForm(
        request.POST if request.method == "POST" else None, classes, members, offered(school),
        initial={"tu_ngay": today, "giao_vien": request.GET.get("giao_vien", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction():
                made = assign(
                    actor=request.caller.actor, school_id=school.pk, user_id=int(said["giao_vien"]),
                    subject_key=said["mon"], class_ids=[int(one) for one in said["lop"]], valid_from=said["tu_ngay"],
                    valid_to=said["den_ngay"],
                )  # fmt: skip
        except TeachingRefusedError as error:
            form.add_error(None, refusal(error))
        else:
            done = ngettext("Đã phân công %(count)d lớp.", "Đã phân công %(count)d lớp.", len(made))
            messages.success(request, done % {"count": len(made)})
            return redirect("people:teaching")
    rows = rows_of_year(school, year, today) if year else []
    by_teacher = request.GET.get("xem") == "giao-vien"
    context: dict[str, Any] = {
        "form": form, "year": year, "by_teacher": by_teacher, "has_teachers": bool(members), "has_classes": classes,
        "groups": _teacher_groups(school.pk, rows) if by_teacher else _class_groups(classes, rows),
    }  # fmt: skip
    return render(request, "people/teaching.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_TEACHING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def assignments_of(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One teacher's assignments of the year; a POST ends some, or hands them to another teacher."""
    school, today = request.caller.school, clock.today()
    person = get_object_or_404(users_of_school(school.pk), public_id=public_id)
    members, year = teachers(school.pk, today), school_year_on(today)
    rows = rows_of_year(school, year, today, user_id=person.pk) if year else []
    open_rows = [one for one in rows if one.is_open]
    is_teacher = person.pk in {one.user_id for one in members} or any(one.counts for one in open_rows)
    if not rows and not is_teacher:
        raise Http404
    form = ChangeForm(
        request.POST if request.method == "POST" else None, open_rows,
        [one for one in members if one.user_id != person.pk],
        initial={"ngay_cuoi": today, "phan_cong": request.GET.getlist("chon")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction():
                count = change(
                    actor=request.caller.actor, school_id=school.pk, public_ids=said["phan_cong"],
                    last_day=said["ngay_cuoi"], successor_id=int(said["nguoi_thay"]) if said["nguoi_thay"] else None,
                )  # fmt: skip
        except TeachingRefusedError as error:
            form.add_error(None, refusal(error))
        else:
            done = ngettext("Đã ghi %(count)d phân công.", "Đã ghi %(count)d phân công.", count)
            messages.success(request, done % {"count": count})
            return redirect("people:teaching_of", person.public_id)
    context = {
        "teacher": person, "form": form, "is_teacher": is_teacher, "open_rows": open_rows,
        "past": [one for one in rows if not one.is_open],
    }  # fmt: skip
    return render(request, "people/teaching_of.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_TEACHING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def subjects(request: AuthedRequest) -> HttpResponse:
    """The subjects to choose from; a POST adds one of the school's own, or sets one aside (`bo`)."""
    school = request.caller.school
    wanted = request.POST.get("bo", "")
    form = SubjectForm(request.POST if request.method == "POST" and not wanted else None)
    if wanted or form.is_valid():
        try:
            with transaction():
                if wanted:
                    set_aside(actor=request.caller.actor, school=school, key=wanted)
                else:
                    add_own(actor=request.caller.actor, school=school, name=form.cleaned_data["ten"])
        except TeachingRefusedError as error:
            if wanted:
                messages.error(request, refusal(error))
                return redirect("people:subjects")
            form.add_error("ten", refusal(error))
        else:
            messages.success(request, _("Đã ngừng dùng môn này.") if wanted else _("Đã thêm môn."))
            return redirect("people:subjects")
    context = {"form": form, "own": own_subjects(school), "offered": offered(school)}
    return render(request, "people/subjects.html", context, status=422 if form.errors else 200)


def _class_groups(classes: list[Any], rows: list[Row]) -> list[dict[str, Any]]:
    found = {one.pk: {"name": one.name, "rows": []} for one in classes}
    for row in rows:
        if row.is_open:
            found[row.assignment.school_class_id]["rows"].append(row)
    return list(found.values())


def _teacher_groups(school_id: int, rows: list[Row]) -> list[dict[str, Any]]:
    """Teachers with what they teach, by subject; those without the role who still have something last."""
    held = {one.user_id: one for one in teachers(school_id, clock.today())}
    people = {row.assignment.user_id: row.assignment.user for row in rows if row.is_open}
    known = {one.pk: one for one in users_of_school(school_id).filter(pk__in=held)}
    found = []
    for user_id in [*held, *sorted(people.keys() - held.keys())]:
        user = known.get(user_id) or people[user_id]
        own = sorted((row for row in rows if row.is_open and row.assignment.user_id == user_id), key=_subject)
        taught = [(name, list(some)) for name, some in groupby(own, key=_subject)]
        found.append({"teacher": user, "has_role": user_id in held or any(one.counts for one in own), "taught": taught})
    return found


def _subject(row: Row) -> str:
    return str(row.assignment.subject.name)
