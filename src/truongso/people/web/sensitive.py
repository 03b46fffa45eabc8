"""Sensitive data of one pupil: opened with a reason, corrected unseen, and who looked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, Caller, requires, role_name
from truongso.accounts.types import Permission, Role
from truongso.kernel.db import transaction
from truongso.kernel.limits import Limit, LimitReachedError, Use, first_spent
from truongso.kernel.ui.formatting import ngay
from truongso.people.models import Guardianship, Student
from truongso.people.queries.guardians import students_with_phone
from truongso.people.sensitive.alarm import watch
from truongso.people.sensitive.labels import FACTS, SEEN, seen_text
from truongso.people.sensitive.queries import accesses, kinds_of, student_with_number
from truongso.people.sensitive.services import edit_facts, open_facts
from truongso.people.sensitive.types import SeenKind, SensitiveError
from truongso.people.web.messages import RELATIONSHIPS
from truongso.people.web.sensitive_forms import FactsForm, NumberForm, OpenForm

_PAGE = 50
SEARCHES = Limit("number searches", 60, 600)
"""Whole numbers one person looks for in ten minutes: nobody tries out what a mask hides."""


def closed_block(caller: Caller, student: Student) -> dict[str, Any] | None:
    """What the pupil's page shows: which facts are kept, never which values; None for who may not open them."""
    if not caller.may(Permission.SCHOOL_SENSITIVE_READ):
        return None
    form = OpenForm(kept=kept_kinds(student))
    return {"form": form, "count": accesses(student.school_id, student.pk).count()}


@requires(Permission.SCHOOL_SENSITIVE_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What was asked for, once, on a page that is kept nowhere; asking is the POST, and is written down first."""
    student = _student(request, public_id)
    form = OpenForm(request.POST or None, kept=kept_kinds(student))
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/sensitive_ask.html", {"student": student, "form": form})
    wanted, reason = form.wanted, form.cleaned_data["reason"]
    role = Role(request.caller.membership.role)  # type: ignore[union-attr]  # the permission came from it
    with transaction():
        facts = open_facts(actor=request.caller.actor, role=role, student=student, seen=wanted, reason=reason)
    watch(request.caller.school, request.caller.actor)
    context = {
        "student": student,
        "facts": [*_birth(student, wanted), *({"label": FACTS[kind], "value": text} for kind, text in facts.items())],
        "guardians": guardian_numbers(student) if SeenKind.GUARDIAN_PHONE in wanted else [],
        "reason": reason,
    }
    return render(request, "people/sensitive_open.html", context)


@requires(Permission.SCHOOL_SENSITIVE_READ)
@require_http_methods(["GET", "HEAD"])
def access_list(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Who opened what of this pupil, when and why."""
    student = _student(request, public_id)
    page = Paginator(accesses(student.school_id, student.pk), _PAGE).get_page(request.GET.get("trang"))
    rows = [{"entry": entry, "role": role_name(entry.role), "seen": seen_text(entry.seen)} for entry in page]
    return render(request, "people/access_list.html", {"student": student, "page": page, "rows": rows})


@requires(Permission.SCHOOL_STUDENT_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def find_by_number(request: AuthedRequest) -> HttpResponse:
    """The pupil with a personal number, or whose guardian has a phone number: sent as a form, so that no number of a
    person stands in an address, a log or a history."""
    school = request.caller.school
    form = NumberForm(request.POST or None)
    asked = request.method == "POST" and form.is_valid()
    if asked and (spent := first_spent(Use(SEARCHES, (str(request.caller.user.pk),)))) is not None:
        raise LimitReachedError(spent)
    found = [student_with_number(school.pk, form.number)] if asked else []
    if asked and form.phones:
        found += students_with_phone(school, form.phones)
    students = Student.objects.for_school(school).filter(pk__in=[pk for pk in found if pk]).order_by("sort_key", "id")
    context = {
        "form": form,
        "asked": asked,
        "students": students[:_PAGE],
        "may_take": request.caller.may(Permission.SCHOOL_PAYMENT_BOOK),
    }
    return render(request, "people/find_number.html", context)


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Facts written by who keeps the roll, without seeing what was there."""
    student = _student(request, public_id)
    form = FactsForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _edited(request, student, form):
        messages.success(request, _("Đã lưu thay đổi của %(name)s.") % {"name": student.full_name})
        return redirect("people:pupil", public_id=public_id)
    title = _("Ghi thông tin nhạy cảm")
    context = {"student": student, "form": form, "form_title": title, "button": _("Lưu, niêm phong")}
    return render(request, "people/pupil_form.html", context)


def _edited(request: AuthedRequest, student: Student, form: FactsForm) -> bool:
    try:
        with transaction():
            edit_facts(
                actor=request.caller.actor, student=student, facts=form.stated(), reason=form.cleaned_data["reason"]
            )
    except SensitiveError:
        form.add_error("personal_number", _("Số định danh này đã ghi cho học sinh khác. Xem lại số."))
        return False
    return True


def kept_kinds(student: Student) -> list[SeenKind]:
    """What is kept of a pupil that wants a reason to be opened, without reading any."""
    kept = [SeenKind(kind.value) for kind in kinds_of(student.school_id, student.pk)]
    if student.birth_date:
        kept.append(SeenKind.BIRTH_DATE)
    if any(one.guardian.phones or one.guardian.email for one in _links(student)):
        kept.append(SeenKind.GUARDIAN_PHONE)
    return kept


def guardian_numbers(student: Student) -> list[dict[str, Any]]:
    """The guardians with their full numbers and addresses, for who has just given a reason."""
    return [
        {
            "name": one.guardian.full_name,
            "relationship": RELATIONSHIPS[one.relationship],
            "phones": one.guardian.phones,
            "email": one.guardian.email,
        }
        for one in _links(student)
    ]


def _birth(student: Student, wanted: list[SeenKind]) -> list[dict[str, Any]]:
    if SeenKind.BIRTH_DATE not in wanted:
        return []
    return [{"label": SEEN[SeenKind.BIRTH_DATE], "value": ngay(student.birth_date)}]


def _links(student: Student) -> list[Guardianship]:
    rows = Guardianship.objects.for_school(student.school_id).filter(student=student)
    return list(rows.select_related("guardian").order_by("-is_payer", "id"))


def _student(request: AuthedRequest, public_id: str) -> Student:
    students = Student.objects.for_school(request.caller.school)
    found: Student = get_object_or_404(students, public_id=public_id)
    return found
