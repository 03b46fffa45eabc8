"""The register of breaches of personal data, and the notice to the authority as a paper."""

from __future__ import annotations

from pathlib import Path
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
from truongso.kernel.db import transaction
from truongso.kernel.documents import compile_typst
from truongso.kernel.ui.downloads import recorded_file
from truongso.kernel.ui.formatting import ngay, ngay_gio, so
from truongso.organizations.public import School
from truongso.people.models import Incident
from truongso.people.privacy import incidents
from truongso.people.privacy.queries import incidents_of
from truongso.people.privacy.texts import CLASSES, INCIDENT_STATES, refusal
from truongso.people.privacy.types import IncidentState, PrivacyRefusedError
from truongso.people.web.privacy import attempt
from truongso.people.web.privacy_forms import IncidentForm, incident_values

TEMPLATE = Path(__file__).parent.parent / "paper" / "incident.typ"
_PAGE = 50


@requires(Permission.SCHOOL_INCIDENT_WRITE)
@require_safe
def incident_list(request: AuthedRequest) -> HttpResponse:
    """Breaches, the newest first, with the clock of those the authority was not told of."""
    page = Paginator(incidents_of(request.caller.school.pk), _PAGE).get_page(request.GET.get("trang"))
    context = {"rows": [_row(one) for one in page], "page": page, "present": "su-co"}
    return render(request, "people/privacy/incidents.html", context)


@requires(Permission.SCHOOL_INCIDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def incident_new(request: AuthedRequest) -> HttpResponse:
    """Put a breach into the register at once; what is not known yet is added later."""
    now = clock.now().astimezone(clock.SCHOOL_TIME)
    form = IncidentForm(
        request.POST if request.method == "POST" else None,
        initial={"phat_hien": now.date(), "phat_hien_gio": now.time().replace(second=0, microsecond=0)},
    )
    if request.method == "POST" and form.is_valid():
        made = _saved(request, form, None)
        if made is not None:
            messages.success(request, _("Đã ghi sự cố. Đồng hồ thông báo đang chạy."))
            return redirect("people:incident", made.public_id)
    context = {"form": form, "present": "su-co", "row": None}
    return render(request, "people/privacy/incident_form.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_INCIDENT_WRITE)
@require_safe
def incident_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One breach: what is known, what is due, what was done."""
    row = _incident(request, public_id)
    names = user_names([row.recorded_by, row.told_by, row.closed_by])
    context = {
        **_row(row), "recorder": names.get(row.recorded_by or 0, ""), "teller": names.get(row.told_by or 0, ""),
        "closer": names.get(row.closed_by or 0, ""), "classes": [CLASSES[one] for one in row.classes if one in CLASSES],
        "is_open": row.state != IncidentState.CLOSED.value, "present": "su-co", "now": clock.now(),
    }  # fmt: skip
    return render(request, "people/privacy/incident.html", context)


@requires(Permission.SCHOOL_INCIDENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def incident_edit(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What is known by now."""
    row = _incident(request, public_id)
    form = IncidentForm(request.POST if request.method == "POST" else None, initial=incident_values(row))
    if request.method == "POST" and form.is_valid() and _saved(request, form, row) is not None:
        messages.success(request, _("Đã lưu."))
        return redirect("people:incident", row.public_id)
    context = {"form": form, "present": "su-co", "row": row}
    return render(request, "people/privacy/incident_form.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_INCIDENT_WRITE)
@require_POST
def incident_step(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The authority was told, or the matter is closed."""
    row, actor = _incident(request, public_id), request.caller.actor
    if request.POST.get("viec") == "da-thong-bao":
        told_to, at = request.POST.get("noi_nhan", ""), clock.now()
        done = attempt(
            request, lambda: incidents.tell(actor=actor, incident=row, told_at=at, told_to=told_to)
        )  # fmt: skip
    else:
        text = request.POST.get("ket_luan", "")
        done = attempt(request, lambda: incidents.close(actor=actor, incident=row, conclusion=text))
    if done is not None:
        messages.success(request, _("Đã ghi nhận."))
    return redirect("people:incident", row.public_id)


@requires(Permission.SCHOOL_INCIDENT_WRITE)
@require_safe
def incident_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The notice to the authority, drafted from what the register knows, to be signed and sent."""
    row, school = _incident(request, public_id), request.caller.school
    return recorded_file(
        notice_pdf(school, row), f"thong-bao-su-co-{row.number}.pdf", "application/pdf",
        action="people:incident:print", actor=request.caller.actor, school_id=school.pk,
        subject=("incident", row.number),
    )  # fmt: skip


def notice_pdf(school: School, row: Incident) -> bytes:
    """The drafted notice as PDF."""
    fields = [
        (_("Sự cố"), row.title),
        (_("Phát hiện lúc"), ngay_gio(row.found_at)),
        (_("Xảy ra ngày"), ngay(row.happened_at) if row.happened_at else _("chưa xác định")),
        (_("Loại dữ liệu"), "; ".join(str(CLASSES[one]) for one in row.classes if one in CLASSES) or _("đang rà soát")),
        (_("Số người bị ảnh hưởng"), so(row.people) if row.people else _("đang rà soát")),
        (_("Diễn biến"), row.description),
        (_("Hậu quả có thể có"), row.consequences or _("đang đánh giá")),
        (_("Việc đã làm và sẽ làm"), row.measures or _("đang thực hiện")),
        (_("Đầu mối liên hệ"), " · ".join(x for x in (school.support_contact, school.phone, school.email) if x) or "–"),
    ]
    today = clock.today()
    return compile_typst(
        TEMPLATE,
        {
            "title": _("THÔNG BÁO"), "subject": _("Về sự cố lộ, mất dữ liệu cá nhân"), "school": school.name,
            "state": _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), "motto": _("Độc lập – Tự do – Hạnh phúc"),
            "day": _("ngày %(d)s tháng %(m)s năm %(y)s") % {
                "d": f"{today:%d}", "m": f"{today:%m}", "y": f"{today:%Y}"
            },
            "number": _("Số: ……/TB"), "to": row.told_to or _("Cơ quan chuyên trách bảo vệ dữ liệu cá nhân (Công an)"),
            "to_label": _("Kính gửi:"), "fields": [list(one) for one in fields],
            "basis": _(
                "Căn cứ Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15, %(school)s thông báo sự cố số %(number)s như sau:"
            ) % {"school": school.name, "number": row.number},
            "sign": _("HIỆU TRƯỞNG"), "sign_note": _("(Ký, ghi rõ họ tên, đóng dấu)"),
        },
    )  # fmt: skip


def _saved(request: AuthedRequest, form: IncidentForm, row: Incident | None) -> Incident | None:
    actor, data = request.caller.actor, form.data_of()
    try:
        with transaction():
            if row is None:
                return incidents.record(actor=actor, school=request.caller.school, data=data)
            return incidents.update(actor=actor, incident=row, data=data)
    except PrivacyRefusedError as error:
        form.add_error(None, refusal(error))
        return None


def _incident(request: AuthedRequest, public_id: str) -> Incident:
    found = incidents_of(request.caller.school.pk).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _row(row: Incident) -> dict[str, Any]:
    state, mark = INCIDENT_STATES[row.state]
    left = row.tell_by - clock.now()
    is_open = row.state == IncidentState.OPEN.value
    return {
        "row": row, "state": state, "mark": mark, "waits": is_open, "is_late": is_open and left.total_seconds() < 0,
        "hours": max(int(left.total_seconds() // 3600), 0),
    }  # fmt: skip
