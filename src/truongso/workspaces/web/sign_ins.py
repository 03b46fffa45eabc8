"""Who signed in, failed, was slowed down or refused: for those who answer for the accounts of a place (ADR 0010)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from truongso.accounts.public import (
    SECURITY_EVENTS,
    AuthedRequest,
    SecurityEvent,
    SecurityWanted,
    requires,
    security_events_at,
    security_row,
)
from truongso.accounts.types import Permission
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.workspaces.web.audit import MOST_ROWS, PAGE_SIZE, Reader, reader_of


class SignInsForm(forms.Form):
    """What is looked for; a value that is none of ours is said, and nothing is left out because of it."""

    q = forms.CharField(label=gettext_lazy("Người dùng"), required=False, max_length=80)
    viec = forms.ChoiceField(label=gettext_lazy("Việc"), required=False)
    tu = VietnameseDateField(label=gettext_lazy("Từ ngày"), required=False)
    den = VietnameseDateField(label=gettext_lazy("Đến ngày"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        kinds = [(kind.value, text) for kind, text in SECURITY_EVENTS.items()]
        self.fields["viec"].choices = [("", _("Tất cả")), *kinds]  # type: ignore[attr-defined]
        self.is_valid()

    def wanted(self) -> SecurityWanted:
        """What is looked for."""
        found = self.cleaned_data
        return SecurityWanted(found.get("q", ""), found.get("viec", ""), found.get("tu"), found.get("den"))


@requires(Permission.PLACE_SECURITY_READ)
@require_safe
def sign_ins(request: AuthedRequest) -> HttpResponse:
    """The latest first. A constant number of queries."""
    form = SignInsForm(request.GET)
    page = Paginator(_found(form, reader_of(request)), PAGE_SIZE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(one) for one in page],
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "reads_audit": request.caller.may(Permission.PLACE_AUDIT_READ),
    }
    return render(request, "workspaces/sign_ins.html", context)


@requires(Permission.PLACE_SECURITY_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook, the newest of too many; itself recorded."""
    form, reader = SignInsForm(request.GET), reader_of(request)
    rows = [_row(one) for one in _found(form, reader)[:MOST_ROWS]]
    header = [
        _("Người dùng"), _("Việc"), _("Cách, trang"), _("Lần đầu"), _("Lần cuối"), _("Số lần"), _("Máy, mạng"),
        _("Mã yêu cầu"),
    ]  # fmt: skip
    names = ("who", "text", "how", "first", "at", "count", "where", "request")
    return xlsx_response(
        [SheetOut(_("Đăng nhập"), header, [[one[name] for name in names] for one in rows])],
        name="dang-nhap", action="workspaces:sign_ins:export", school=reader.exporting, actor=request.caller.actor,
        count=len(rows), asked={name: str(value) for name, value in request.GET.items() if value},
    )  # fmt: skip


def _found(form: SignInsForm, reader: Reader) -> QuerySet[SecurityEvent]:
    units = [reader.unit.pk] if reader.unit else []
    schools = [one.pk for one in reader.schools]
    return security_events_at(schools, units, form.wanted(), of_staff=not reader.is_of_school)


def _row(one: SecurityEvent) -> dict[str, Any]:
    return {"who": one.user.full_name if one.user else "", **security_row(one)}
