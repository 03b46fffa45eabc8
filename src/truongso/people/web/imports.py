"""Upload of a roster, its preview, applying it, the result."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, Caller, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheets import SheetError
from truongso.organizations.public import SchoolYear, school_years
from truongso.people.models import RosterImport
from truongso.people.roster import FieldChange, RosterError
from truongso.people.services.previewing import Preview, preview
from truongso.people.services.rosters import apply_roster, store_roster
from truongso.people.types import PeopleError
from truongso.people.web import tables
from truongso.people.web.forms import UploadForm
from truongso.people.web.masks import change_text, reason_text
from truongso.people.web.messages import FIELDS, describe_file, describe_refusal

_PAGE = 50
_LATEST = 10


@requires(Permission.SCHOOL_STUDENT_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: AuthedRequest) -> HttpResponse:
    """Choose a file; a file that reads as a roster is kept and shown before anything is changed."""
    years = [year for year in school_years() if year.ends_on >= clock.today()]
    form = UploadForm(request.POST or None, request.FILES or None, years=years, initial=_this_year(years))
    if request.method == "POST" and form.is_valid() and (stored := _store(request, form, years)):
        return redirect("people:import_preview", public_id=stored.public_id)
    school = request.caller.school
    earlier = RosterImport.objects.for_school(school).filter(applied_at__isnull=False).defer("content")
    context = {
        "form": form,
        "has_years": bool(years),
        "earlier": earlier.select_related("school_year").order_by("-applied_at")[:_LATEST],
    }
    return render(request, "people/import_upload.html", context)


@requires(Permission.SCHOOL_STUDENT_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_preview(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What the file would change, by tabs; a POST applies exactly what is shown."""
    school = request.caller.school
    stored = get_object_or_404(RosterImport.objects.for_school(school), public_id=public_id)
    if request.method == "POST" and _apply(request, stored):
        return redirect("people:import_result", public_id=public_id)
    if stored.applied_at is not None:
        if request.method == "POST":
            messages.warning(request, describe_refusal(PeopleError("import_applied", at=stored.applied_at)))
        return redirect("people:import_result", public_id=public_id)
    try:
        found = preview(school, stored)
    except PeopleError as refusal:
        return _gone(request, refusal)
    return render(request, "people/import_preview.html", _preview_context(request, stored, found))


@requires(Permission.SCHOOL_STUDENT_IMPORT)
@require_http_methods(["GET", "HEAD"])
def import_result(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What an applied roster did."""
    rows = RosterImport.objects.for_school(request.caller.school).defer("content")
    stored = get_object_or_404(rows.select_related("school_year"), public_id=public_id)
    if stored.applied_at is None:
        return redirect("people:import_preview", public_id=public_id)
    return render(request, "people/import_result.html", {"stored": stored, "counts": stored.counts})


@requires(Permission.SCHOOL_STUDENT_IMPORT)
@require_http_methods(["GET", "HEAD"])
def refused_rows(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The refused rows as a file to correct and upload again."""
    school = request.caller.school
    stored = get_object_or_404(RosterImport.objects.for_school(school), public_id=public_id)
    try:
        is_own = stored.uploaded_by == request.caller.user.pk
        return tables.refused_file(preview(school, stored).plan, request.caller, is_own=is_own)
    except PeopleError as refusal:
        return _gone(request, refusal)


@requires(Permission.SCHOOL_STUDENT_IMPORT)
@require_http_methods(["GET", "HEAD"])
def import_template(request: AuthedRequest) -> HttpResponse:
    """An empty list to fill."""
    return tables.template_file()


def _gone(request: AuthedRequest, refusal: PeopleError) -> HttpResponse:
    """The file is kept no more: say so where another can be chosen."""
    messages.warning(request, describe_refusal(refusal))
    return redirect("people:import")


def _this_year(years: list[SchoolYear]) -> dict[str, str]:
    today = clock.today()
    return next(({"year": year.code} for year in years if year.starts_on <= today), {})


def _store(request: AuthedRequest, form: UploadForm, years: list[SchoolYear]) -> RosterImport | None:
    file = form.cleaned_data["file"]
    year = next(year for year in years if year.code == form.cleaned_data["year"])
    try:
        with transaction():
            return store_roster(
                actor=request.caller.actor,
                school=request.caller.school,
                year=year,
                file_name=file.name,
                content=file.read(),
            )
    except (SheetError, RosterError) as refusal:
        form.add_error("file", describe_file(refusal))
    except PeopleError as refusal:
        form.add_error("year", describe_refusal(refusal))
    return None


def _apply(request: AuthedRequest, stored: RosterImport) -> bool:
    def act() -> None:
        with transaction():
            apply_roster(
                actor=request.caller.actor,
                school=request.caller.school,
                stored=stored,
                seen=request.POST.get("seen", ""),
            )

    try:
        retrying(act)
    except PeopleError as refusal:
        stored.refresh_from_db(fields=["applied_at"])
        if stored.applied_at is None:
            messages.warning(request, describe_refusal(refusal))
        return False
    return True


def _preview_context(request: AuthedRequest, stored: RosterImport, found: Preview) -> dict[str, Any]:
    plan, counts = found.plan, found.plan.counts
    names = {
        "moi": (_("Mới"), plan.new),
        "doi": (_("Thay đổi"), plan.changed),
        "chua-nhap": (_("Chưa nhập được"), plan.refused),
        "nhu-cu": (_("Như cũ"), plan.unchanged),
        "da-roi": (_("Đã rời trường"), plan.left),
        "vang": (_("Không có trong tệp"), plan.not_in_file),
    }
    first = next((key for key, (_label, rows) in names.items() if rows), "moi")
    tab = request.GET.get("xem", "")
    tab = tab if tab in names else first
    page = Paginator(names[tab][1], _PAGE).get_page(request.GET.get("trang"))
    return {
        "stored": stored,
        "counts": counts,
        "todo": counts["new"] + counts["changed"],
        "seen": found.digest,
        "roster": found.roster,
        "facts_stated": sum(bool(row.facts) for row in found.roster.rows),
        "clashing_numbers": found.clashing_numbers,
        "tabs": [
            {"key": key, "label": label, "count": len(rows), "current": key == tab}
            for key, (label, rows) in names.items()
            if rows or key in ("moi", "doi", "chua-nhap")
        ],
        "tab": tab,
        "page": page,
        "rows": [_shown(request.caller, tab, row) for row in page],
    }


def _shown(caller: Caller, tab: str, row: Any) -> dict[str, Any]:
    """One line of the table, whatever kind of row it is. What was read, and what could not be, is shown as far as
    the caller sees it at the pupil."""
    if tab in ("moi", "da-roi", "vang"):
        birth = change_text(caller, "birth_date", row.birth_date)
        return {"row": getattr(row, "row", ""), "pupil": row, "birth": birth}
    if tab == "chua-nhap":
        return {"row": row.row, "pupil": row, "reasons": [reason_text(caller, reason) for reason in row.reasons]}
    changes = [_change(caller, change) for change in row.changes]
    birth = change_text(caller, "birth_date", row.student.birth_date)
    return {"row": row.row.row, "pupil": row.student, "changes": changes, "birth": birth}


def _change(caller: Caller, change: FieldChange) -> dict[str, str]:
    return {
        "label": str(FIELDS[change.field]),
        "old": change_text(caller, change.field, change.old),
        "new": change_text(caller, change.field, change.new),
    }
