"""Leak response: upload a list, look at whose accounts are on it, handle them, hand over new links."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.hygiene import leaks
from truongso.accounts.hygiene.leak_reading import LIMITS
from truongso.accounts.hygiene.models import LeakReport, LeakRow
from truongso.accounts.hygiene.types import LeakOutcome
from truongso.accounts.types import AccountRefusedError, Permission
from truongso.accounts.web.hygiene_pages import export
from truongso.accounts.web.hygiene_spot import Spot, spot_of
from truongso.accounts.web.hygiene_texts import OUTCOMES
from truongso.accounts.web.people import slips_page
from truongso.accounts.web.place import place_of
from truongso.accounts.web.refusals import fault_text, refusal_text, sheet_text
from truongso.kernel.db import transaction
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.sheets import SheetError
from truongso.kernel.ui.formatting import ngay_gio
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import tables

PAGE_SIZE = 100


class LeakForm(forms.Form):
    """A list of leaked accounts and where it comes from."""

    file = UploadField(
        tables(LIMITS.max_bytes),
        label=gettext_lazy("Tệp danh sách"),
        help_text=gettext_lazy("CSV, XLSX hoặc TXT, mỗi dòng một email, tên đăng nhập hoặc số điện thoại."),
        error_messages={
            "required": gettext_lazy("Chọn tệp danh sách."), "empty": gettext_lazy("Tệp trống. Chọn tệp danh sách."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.xls,.txt"}),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Nguồn"), max_length=300, required=False,
        help_text=gettext_lazy("Ví dụ: công văn của Sở Thông tin và Truyền thông, số và ngày."),
    )  # fmt: skip


@requires(Permission.PLACE_USER_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def leaks_page(request: AuthedRequest, code: str = "") -> HttpResponse:
    """Lists so far, and a new one; uploading touches no account."""
    spot = spot_of(request, code)
    form = LeakForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with transaction():
                report = leaks.store_report(
                    by=spot.manager, place=spot.place, file_name=file.name, content=file.read(),
                    source=form.cleaned_data["source"],
                )  # fmt: skip
        except SheetError as refusal:
            form.add_error("file", sheet_text(refusal))
        except AccountRefusedError as refusal:
            form.add_error("file", refusal_text(refusal))
        else:
            return redirect(spot.url("leak", report.public_id))
    reports = [(row, spot.url("leak", row.public_id)) for row in leaks.reports_of(spot.place)]
    context = {"spot": spot, "form": form, "reports": reports, "back": spot.url("hygiene")}
    return render(request, "accounts/hygiene/leaks.html", context, status=422 if form.errors else 200)


@requires(Permission.PLACE_USER_WRITE)
@require_safe
def leak(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Whose accounts are on a list, and what was done to them."""
    spot = spot_of(request, code)
    report = _found(spot, public_id)
    rows = leaks.rows_of(report, spot.place)
    ours = [one for one in rows if one.user_id is not None]
    others = [one for one in rows if one.user_id is None]
    page = Paginator(others, PAGE_SIZE).get_page(request.GET.get("trang"))
    context = {
        "spot": spot, "report": report, "rows": [_row(one) for one in ours], "page": page,
        "others": [(one, _fault(one)) for one in page.object_list],
        "unmatched": sum(1 for one in others if not one.fault), "refused": sum(1 for one in others if one.fault),
        "links": 0 if spot.is_unit else sum(1 for one in ours if _needs_link(one)),
        "told": sum(1 for one in ours if one.is_told), "is_own": report.school_id == getattr(spot.place, "pk", 0)
        or spot.is_unit, "back": spot.url("leaks"), "handle_url": spot.url("leak_handle", public_id),
        "slips_url": spot.url("leak_slips", public_id), "export_url": spot.url("leak_export", public_id),
    }  # fmt: skip
    return render(request, "accounts/hygiene/leak.html", context)


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_POST
def leak_handle(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Sign everybody on the list out, make leaked passwords worthless, tell the owners."""
    spot = spot_of(request, code)
    report = _found(spot, public_id)
    if report.school_id != (None if spot.is_unit else spot.school.pk):
        raise Http404
    try:
        with transaction():
            done = leaks.handle(by=spot.manager, report=report, own_session=request.session.session_key)
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        text = _("Đã xử lý %(count)d tài khoản, báo được %(told)d người.")
        messages.success(request, text % {"count": done.accounts, "told": done.told})
    return redirect(spot.url("leak", public_id))


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_POST
@never_cache
def leak_slips(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """Slips with new links for those who have no password any more."""
    spot = spot_of(request, code)
    report = _found(spot, public_id)
    with transaction():
        links, waiting = leaks.links_for(by=spot.manager, school=spot.school, report=report)
    if waiting:
        text = _("%(count)d tài khoản cần người thứ hai duyệt ở trang Người dùng; phiếu có sau khi duyệt.")
        messages.info(request, text % {"count": waiting})
    if links:
        return slips_page(request, place_of(request, code), links)
    if not waiting:
        messages.success(request, _("Không còn tài khoản nào cần phiếu."))
    return redirect(spot.url("leak", public_id))


@requires(Permission.PLACE_USER_WRITE)
@require_safe
def leak_export(request: AuthedRequest, public_id: str, code: str = "") -> HttpResponse:
    """The result as a workbook: names of our people, everything else masked."""
    spot = spot_of(request, code)
    report = _found(spot, public_id)
    rows = leaks.rows_of(report, spot.place)
    sheet = SheetOut(
        _("Kết quả"),
        [_("Dòng"), _("Trong danh sách"), _("Họ và tên"), _("Tên đăng nhập"), _("Trường"), _("Kết quả"), _("Đã báo")],
        [
            [
                one.row, one.masked, one.user.full_name if one.user else "", one.user.username if one.user else "",
                one.school.name if one.school else "",
                str(OUTCOMES[LeakOutcome(one.outcome)][0]) if one.outcome else _fault(one),
                _("có") if one.is_told else "",
            ]
            for one in rows
        ],
        banner=[[spot.place.name], [f"{report.file_name}, {ngay_gio(report.uploaded_at)}"]],
    )  # fmt: skip
    return export(spot, [sheet], request, name="tai-khoan-bi-lo", action="accounts:leak:export", count=len(rows))


def _row(one: LeakRow) -> dict[str, Any]:
    text, kind = OUTCOMES[LeakOutcome(one.outcome)] if one.outcome else (_("Chưa xử lý"), "")
    is_done = bool(
        one.outcome and one.user is not None and one.report.handled_at is not None
        and one.user.password_changed_at is not None and one.user.password_changed_at > one.report.handled_at
    )  # fmt: skip
    return {"one": one, "text": text, "kind": kind, "is_done": is_done}


def _needs_link(one: LeakRow) -> bool:
    return (
        one.outcome == LeakOutcome.LINK.value
        and one.user is not None
        and one.user.is_active
        and not one.user.has_usable_password()
    )


def _fault(one: LeakRow) -> str:
    return fault_text(one.fault, "") if one.fault else _("Không thuộc đơn vị")


def _found(spot: Spot, public_id: str) -> LeakReport:
    report = leaks.report_at(spot.place, public_id)
    if report is None:
        raise Http404
    return report
