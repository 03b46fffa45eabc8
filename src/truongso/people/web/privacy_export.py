"""The school takes out everything it has: asked for with a reason, made by the worker, fetched with a fresh proof."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission, Role
from truongso.kernel import clock
from truongso.people.models import SchoolExport
from truongso.people.privacy import school_exports
from truongso.people.sensitive.alarm import watch
from truongso.people.web.privacy import attempt

_SHOWN = 20


@requires(Permission.SCHOOL_ALL_EXPORT, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def export_page(request: AuthedRequest) -> HttpResponse:
    """Archives so far with their progress, and a new one."""
    school, actor = request.caller.school, request.caller.actor
    if request.method == "POST":
        reason = request.POST.get("ly_do", "")
        made = attempt(request, lambda: school_exports.ask_export(actor=actor, school=school, reason=reason))
        if made is not None:
            messages.success(request, _("Đang lập bản xuất. Tải lại trang sau ít phút."))
        return redirect("people:school_export")
    rows = [_row(one) for one in school_exports.exports_of(school.pk)[:_SHOWN]]
    return render(request, "people/privacy/school_export.html", {"rows": rows, "present": "xuat"})


@requires(Permission.SCHOOL_ALL_EXPORT, fresh=True)
@require_POST
def download(request: AuthedRequest, public_id: str) -> HttpResponseBase:
    """The archive; counted and recorded before it leaves."""
    row = school_exports.exports_of(request.caller.school.pk).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    actor = request.caller.actor
    role = Role(request.caller.membership.role)  # type: ignore[union-attr]  # the permission came from it
    path = attempt(request, lambda: school_exports.record_download(actor=actor, role=role, export=row))
    if path is None:
        return redirect("people:school_export")
    watch(request.caller.school, actor)
    name = f"du-lieu-{row.school.slug}-{row.asked_at.astimezone(clock.SCHOOL_TIME):%Y%m%d}.zip"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _row(row: SchoolExport) -> dict[str, Any]:
    is_there = row.made_at is not None and row.removed_at is None and row.kept_until > clock.now()
    return {"row": row, "is_there": is_there, "job": None if row.made_at else school_exports.job_of(row)}
