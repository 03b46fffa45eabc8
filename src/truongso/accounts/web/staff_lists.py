"""Reading in a list of staff: upload, preview, apply; the slips of the new people."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.labels import role_name
from truongso.accounts.staffing.lists import Applied, StaffRow, apply_list, preview, store_list
from truongso.accounts.staffing.models import StaffList
from truongso.accounts.types import AccountRefusedError, Permission
from truongso.accounts.web.people import slips_page
from truongso.accounts.web.people_forms import ListForm
from truongso.accounts.web.place import Place, place_of
from truongso.accounts.web.refusals import fault_text, refusal_text, sheet_text
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.kernel.sheets import SheetError
from truongso.kernel.ui.downloads import XLSX, file_response
from truongso.kernel.ui.formatting import ngay

HEADER = ("Họ và tên", "Vai trò", "Tên đăng nhập", "Email", "Điện thoại", "Từ ngày", "Đến ngày")


@requires(Permission.PLACE_USER_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_list(request: AuthedRequest, code: str = "") -> HttpResponse:
    """Choose a file; one that reads is kept and shown before anything changes."""
    place = place_of(request, code)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with transaction():
                stored = store_list(by=place.manager, school=place.school, file_name=file.name, content=file.read())
        except SheetError as refusal:
            form.add_error("file", sheet_text(refusal))
        except AccountRefusedError as refusal:
            form.add_error("file", refusal_text(refusal))
        else:
            return redirect(place.url("staff_list_preview", stored.public_id))
    context = {
        "form": form, "place": place, "people_url": place.url("people"), "template_url": place.url("staff_template"),
    }  # fmt: skip
    return render(request, "accounts/staff_list.html", context, status=422 if form.errors else 200)


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def staff_list_preview(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """What the list would do; a POST does exactly that, and shows the slips to hand over."""
    place = place_of(request, code)
    stored = get_object_or_404(StaffList.objects.for_school(place.school), public_id=public_id)
    if request.method == "POST":
        return _apply(request, place, stored)
    if stored.applied_at is not None:
        return redirect(place.url("people"))
    found = preview(place.school, stored)
    context = {
        "place": place, "stored": stored, "seen": found.digest, "people_url": place.url("people"),
        "list_url": place.url("staff_list"),
        "new": [(row, role_name(row.role), _time(row)) for row in found.new],
        "known": found.known,
        "refused": [(row, _faults(row)) for row in found.refused],
    }  # fmt: skip
    return render(request, "accounts/staff_list_preview.html", context)


@requires(Permission.PLACE_USER_WRITE)
@require_http_methods(["GET", "HEAD"])
def staff_template(request: AuthedRequest, code: str = "") -> HttpResponse:
    """An empty list with the columns to fill; a unit adds its people one by one."""
    if place_of(request, code).is_unit:
        raise Http404
    example = ("Phạm Thị Hòa", "Kế toán", "", "", "0912 000 000", clock.today(), None)
    content = write_xlsx([SheetOut(_("Danh sách nhân sự"), HEADER, [example])])
    return file_response(content, "mau-danh-sach-nhan-su.xlsx", XLSX)


def _apply(request: AuthedRequest, place: Place, stored: StaffList) -> HttpResponse:
    done: list[Applied] = []

    def act() -> None:
        with transaction():
            seen = request.POST.get("seen", "")
            done[:] = [apply_list(by=place.manager, school=place.school, stored=stored, seen=seen)]

    try:
        retrying(act)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect(place.url("staff_list_preview", stored.public_id))
    applied = done[0]
    if applied.waiting:
        text = _("%(count)d vai trò chờ người thứ hai duyệt; đường dẫn của họ có sau khi duyệt.")
        messages.info(request, text % {"count": applied.waiting})
    if applied.links:
        return slips_page(request, place, applied.links)
    messages.success(request, _("Đã nhập %(count)d dòng.") % {"count": applied.added})
    return redirect(place.url("people"))


def _time(row: StaffRow) -> str:
    days = [ngay(dt.date.fromisoformat(text)) for text in (row.valid_from, row.valid_to) if text]
    return " – ".join(days)


def _faults(row: StaffRow) -> list[str]:
    return [fault_text(code, value) for code, value in row.faults]
