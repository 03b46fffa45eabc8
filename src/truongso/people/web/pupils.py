"""List of pupils, one pupil, and single changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, Data, Sight, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.names import tidy
from truongso.kernel.ui.downloads import xlsx_response
from truongso.organizations.public import School, school_year_on
from truongso.people.guardians.services import end_guardianship
from truongso.people.models import FormerGuardian, Guardianship, SchoolClass, Student
from truongso.people.panels import panels
from truongso.people.placeholder import is_placeholder
from truongso.people.queries.classes import classes_of_year
from truongso.people.queries.pupils import PupilFilter, class_names, pupil_page, pupils
from truongso.people.services import pupils as services
from truongso.people.types import PeopleError, StudentStatus
from truongso.people.web import masks, tables
from truongso.people.web.forms import (
    EndGuardianForm,
    FirstGuardianForm,
    GuardianForm,
    LeaveForm,
    PlaceForm,
    StudentForm,
)
from truongso.people.web.messages import (
    ACTS,
    GENDERS,
    RELATIONSHIPS,
    STATUS_KINDS,
    STATUSES,
    describe_refusal,
    value_text,
)
from truongso.people.web.sensitive import closed_block

_PAGE = 50
_ALL = "tat-ca"


@requires(Permission.SCHOOL_STUDENT_READ)
@require_http_methods(["GET", "HEAD"])
def pupil_list(request: AuthedRequest) -> HttpResponse:
    """Pupils by class and status, found without accents, in roll order."""
    school, wanted = request.caller.school, _filter(request)
    page = Paginator(pupils(school, wanted), _PAGE).get_page(request.GET.get("trang"))
    is_filtered = bool(wanted.text.strip() or wanted.class_name or wanted.status is not StudentStatus.STUDYING)
    context = {
        "page": page,
        "rows": [_row(request, student) for student in page],
        "sees_birth": request.caller.sight(Data.IDENTITY) is not Sight.NOTHING,
        "sees_contact": request.caller.sight(Data.GUARDIAN_PHONE) is not Sight.NOTHING,
        "classes": class_names(school),
        "statuses": list(STATUSES.items()),
        "wanted": wanted,
        "chosen_status": wanted.status.value if wanted.status else _ALL,
        "is_filtered": is_filtered,
        "may_write": request.caller.may(Permission.SCHOOL_STUDENT_WRITE),
        "may_import": request.caller.may(Permission.SCHOOL_STUDENT_IMPORT),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }
    return render(request, "people/pupil_list.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_http_methods(["GET"])
def export(request: AuthedRequest) -> HttpResponse:
    """The list as filtered, as XLSX; who took it is recorded."""
    school = request.caller.school
    links = Guardianship.objects.for_school(school).select_related("guardian")
    rows = pupils(school, _filter(request)).prefetch_related(
        Prefetch("guardianships", queryset=links.order_by("id"), to_attr="people")
    )
    students = list(rows)
    return xlsx_response(
        [tables.pupils_sheet(students)], name="danh-sach-hoc-sinh", action="people:students:export", school=school,
        actor=request.caller.actor, count=len(students), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_STUDENT_READ)
@require_http_methods(["GET", "HEAD"])
def pupil(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Everything about one pupil that this room knows."""
    found = pupil_page(request.caller.school, public_id)
    if found is None:
        raise Http404
    context = {
        "found": found,
        "student": found.student,
        "gender": GENDERS[found.student.gender],
        "status": STATUSES[found.student.status],
        "status_kind": STATUS_KINDS.get(StudentStatus(found.student.status), ""),
        "birth": masks.birth_text(request.caller, found.student.birth_date),
        "guardians": _guardians(request, found.student, found.guardianships),
        "siblings": [_row(request, student) for student in found.siblings],
        "history": [_act(entry) for entry in found.history],
        "may_write": request.caller.may(Permission.SCHOOL_STUDENT_WRITE),
        "may_accounts": request.caller.may(Permission.PLACE_USER_WRITE),
        "panels": panels(request.caller, found.student),
        "closed": closed_block(request.caller, found.student),
    }
    return render(request, "people/pupil.html", context)


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: AuthedRequest) -> HttpResponse:
    """A new pupil with class and payer."""
    school, data = request.caller.school, request.POST or None
    student_form, guardian = StudentForm(data), FirstGuardianForm(data)
    place = PlaceForm(data, classes=_classes(school), initial={"since": clock.today()})
    forms: list[Form] = [student_form, place, guardian]
    if request.method == "POST" and all([form.is_valid() for form in forms]):  # noqa: C419 - all errors at once

        def act() -> Student:
            return services.add_student(
                actor=request.caller.actor,
                school=school,
                data=student_form.data_of(),
                school_class=_chosen(school, place),
                since=place.cleaned_data["since"],
                guardian=guardian.data_of() if guardian.cleaned_data["guardian_name"] else None,
            )

        student = _done(student_form, act)
        if student is not None:
            messages.success(request, _("Đã thêm %(name)s.") % {"name": student.full_name})
            return redirect("people:pupil", public_id=student.public_id)
    context = {"student_form": student_form, "place_form": place, "guardian_form": guardian}
    return render(request, "people/pupil_add.html", context)


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A pupil's own data."""
    student = _student(request, public_id)
    stored = {name: getattr(student, name) for name in ("full_name", "gender", "sector_code", "school_code")}
    form = StudentForm(request.POST or None, initial=stored, known_birth=student.birth_date)

    def act() -> list[str]:
        return services.edit_student(actor=request.caller.actor, student=student, data=form.data_of())

    return _single(request, student, form, act, title=_("Sửa thông tin"), button=_("Lưu thông tin"))


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: AuthedRequest, public_id: str, number: int = 0) -> HttpResponse:
    """Add a guardian (`number` 0) or change the one in that place of the pupil's list."""
    student = _student(request, public_id)
    link = _link(student, number) if number else None
    initial = {} if link is None else _guardian_values(link)
    known = {"known_phone": link.guardian.phone, "known_email": link.guardian.email} if link else {}
    is_known = link is not None and not is_placeholder(link.guardian.full_name)
    form = GuardianForm(request.POST or None, initial=initial, is_known=is_known, **known)

    def act() -> Guardianship:
        return services.save_guardian(actor=request.caller.actor, student=student, data=form.data_of(), link=link)

    title = _("Sửa người giám hộ") if link else _("Thêm người giám hộ")
    end = reverse("people:end_guardian", args=[public_id, number]) if is_known else ""
    return _single(request, student, form, act, title=title, button=_("Lưu người giám hộ"), end=end)


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def end_guardian(request: AuthedRequest, public_id: str, number: int) -> HttpResponse:
    """The guardian in that place of the pupil's list is none any more."""
    student = _student(request, public_id)
    link = _link(student, number)
    form = EndGuardianForm(request.POST or None)

    def act() -> object:
        return end_guardianship(
            actor=request.caller.actor, student=student, link=link, reason=tidy(form.cleaned_data["reason"])
        )

    said = _(
        "%(name)s không còn mở được trang của em và không còn nhận tin của trường về em; không còn con nào khác ở "
        "trường thì tài khoản phụ huynh ngừng. Người này và những người giám hộ còn lại được báo ngay. Phiếu, biên lai "
        "và việc đã làm vẫn giữ nguyên."
    ) % {"name": link.guardian.full_name}
    return _single(request, student, form, act, title=_("Thôi giám hộ"), button=_("Ghi thôi giám hộ"), said=said)


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Another class from a day on."""
    student, school = _student(request, public_id), request.caller.school
    initial = {"since": clock.today()}
    form = PlaceForm(request.POST or None, classes=_classes(school), initial=initial)

    def act() -> object:
        return services.move_class(
            actor=request.caller.actor,
            student=student,
            school_class=_chosen(school, form),
            since=form.cleaned_data["since"],
        )

    return _single(request, student, form, act, title=_("Chuyển lớp"), button=_("Chuyển lớp"))


@requires(Permission.SCHOOL_STUDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The pupil leaves the school."""
    student = _student(request, public_id)
    form = LeaveForm(request.POST or None, initial={"last_day": clock.today()})

    def act() -> bool:
        data = form.cleaned_data
        services.leave_school(
            actor=request.caller.actor,
            student=student,
            status=StudentStatus(data["status"]),
            last_day=data["last_day"],
            reason=data["reason"],
        )
        return True

    return _single(request, student, form, act, title=_("Rời trường"), button=_("Ghi nhận rời trường"))


def _single(
    request: AuthedRequest,
    student: Student,
    form: Form,
    act: Callable[[], object],
    *,
    title: str,
    button: str,
    said: str = "",
    end: str = "",
) -> HttpResponse:
    """One form about one pupil: shown, refused with its reasons, or done. `said`: what follows from it; `end`: where
    what it is about is ended."""
    if request.method == "POST" and form.is_valid() and _done(form, act) is not None:
        messages.success(request, _("Đã lưu thay đổi của %(name)s.") % {"name": student.full_name})
        return redirect("people:pupil", public_id=student.public_id)
    context = {"student": student, "form": form, "form_title": title, "button": button, "said": said, "end": end}
    return render(request, "people/pupil_form.html", context)


def _done(form: Form, act: Callable[[], Any]) -> Any:
    """The result of a change in its own transaction; None with the refusal put on the form."""
    try:
        with transaction():
            return act()
    except PeopleError as refusal:
        field = refusal.code.removesuffix("_taken")
        form.add_error(field if field in form.fields else None, describe_refusal(refusal))
    return None


def _filter(request: AuthedRequest) -> PupilFilter:
    status = request.GET.get("trang-thai", StudentStatus.STUDYING.value)
    known = status in {one.value for one in StudentStatus}
    return PupilFilter(
        text=request.GET.get("q", "")[:100],
        class_name=request.GET.get("lop", "")[:40],
        status=StudentStatus(status) if known else None,
    )


def _row(request: AuthedRequest, student: Student) -> dict[str, Any]:
    seats, payers = student.seats, student.payers  # type: ignore[attr-defined]
    payer = payers[0].guardian if payers else None
    return {
        "student": student,
        "birth": masks.birth_text(request.caller, student.birth_date),
        "class_name": seats[0].school_class.name if seats else "",
        "payer": payer,
        "contact": masks.contact_texts(request.caller, payer)[:1] if payer else [],
        "status": STATUSES[student.status],
        "status_kind": STATUS_KINDS.get(StudentStatus(student.status), ""),
    }


def _act(entry: Any) -> dict[str, Any]:
    notes = [entry.actor_label]
    if entry.action == "people:student:end_guardian":
        notes.append(entry.params["name"])
    if "class" in entry.params:
        notes.append(_("lớp %(name)s") % {"name": entry.params["class"]})
    for field in ("class_name", "status"):
        if isinstance(entry.params.get(field), list):
            old, new = (value_text(field, value) for value in entry.params[field])
            notes.append(f"{old} → {new}")
    if entry.reason:
        notes.append(entry.reason)
    title = ACTS.get(entry.action, entry.action)
    return {"title": title, "note": " · ".join(notes), "at": entry.at}


def _classes(school: School) -> list[tuple[int, str]]:
    """Classes of the present school year to choose from."""
    year = school_year_on(clock.today())
    if year is None:
        return []
    label = _("%(name)s (%(count)d học sinh)")
    return [(one.id, label % {"name": one.name, "count": one.pupils}) for one in classes_of_year(school, year)]


def _chosen(school: School, form: PlaceForm) -> SchoolClass:
    classes = SchoolClass.objects.for_school(school)
    found: SchoolClass = get_object_or_404(classes, pk=form.cleaned_data["school_class"])
    return found


def _student(request: AuthedRequest, public_id: str) -> Student:
    students = Student.objects.for_school(request.caller.school)
    found: Student = get_object_or_404(students, public_id=public_id)
    return found


def _link(student: Student, number: int) -> Guardianship:
    """The guardianship in that place of the pupil's list; 404 when there is none, or none any more."""
    links = Guardianship.objects.for_school(student.school_id).filter(student=student).select_related("guardian")
    places = _places(student, links)
    found: Guardianship | None = next((one for one in links if places[one.pk] == number), None)
    if found is None:
        raise Http404
    return found


def _places(student: Student, links: Iterable[Guardianship]) -> dict[int, int]:
    """By which number each guardian of a pupil is addressed, the oldest 1; one that ended keeps its number."""
    former = FormerGuardian.objects.for_school(student.school_id).filter(student=student)
    rows = sorted([*(one.pk for one in links), *former.values_list("row", flat=True)])
    return {row: number for number, row in enumerate(rows, start=1)}


def _guardians(request: AuthedRequest, student: Student, links: Sequence[Guardianship]) -> list[dict[str, Any]]:
    """The payer first; `number` is the place by which a guardian is addressed."""
    places = _places(student, links)
    return [
        {
            "link": link,
            "relationship": RELATIONSHIPS[link.relationship],
            "number": places[link.pk],
            "contact": masks.contact_texts(request.caller, link.guardian),
        }
        for link in links
    ]


def _guardian_values(link: Guardianship) -> dict[str, Any]:
    return {
        "guardian_name": link.guardian.full_name,
        "relationship": link.relationship,
        "is_payer": link.is_payer,
    }
