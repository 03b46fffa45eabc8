"""Banks of the bill service: partners and their keys, the day's transactions, and what the two lists differ in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import banks, clock
from truongso.kernel.db import transaction
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.payments.bills import partners, reconcile
from truongso.payments.bills.doubts import doubtful_count
from truongso.payments.bills.messages import (
    CHANNELS,
    DIFFERENCES,
    HELD,
    RECONCILE_STATES,
    RESULTS,
    STATES,
    partner_text,
)
from truongso.payments.bills.models import BillPartner, BillReconciliation, BillTransaction
from truongso.payments.bills.types import (
    SAME_MONEY,
    BillChannel,
    BillCode,
    BillRefusedError,
    BillState,
    DifferenceKind,
    PartnerRefusedError,
    ReconcileState,
)
from truongso.payments.changes.keys import propose_bill_key
from truongso.payments.changes.messages import change_text
from truongso.payments.changes.queries import open_changes
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError
from truongso.payments.partners.operation import propose_bill

_PAGE = 50
_SHOWN_DAYS = 31
_STATE_KINDS = {BillState.RECEIVED: "warn", BillState.BOOKED: "ok", BillState.REVERSED: ""}


class PartnerForm(forms.Form):
    """A bank that may call."""

    bank = forms.ChoiceField(label=gettext_lazy("Ngân hàng"), required=False)
    name = forms.CharField(label=gettext_lazy("Tên gọi"), max_length=80, required=False)
    networks = forms.CharField(
        label=gettext_lazy("Địa chỉ mạng được gọi"), max_length=300, required=False,
        help_text=gettext_lazy("Cách nhau bằng dấu cách, ví dụ 203.0.113.0/24. Để trống: mọi nơi có khóa."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Lý do và căn cứ"), max_length=300,
        help_text=gettext_lazy("Ví dụ: hợp đồng thu hộ số 12 ngày 02/10/2026."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Khác")), *((b.bin, b.short_name) for b in banks.receivers())]
        self.fields["bank"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        bank = banks.find(values.get("bank", ""))
        values["name"] = values.get("name") or (bank.short_name if bank else "")
        return values


class _DayForm(forms.Form):
    ngay = VietnameseDateField(label=gettext_lazy("Ngày"), required=False)


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def overview(request: AuthedRequest) -> HttpResponse:
    """Partners, transactions of a day, and days compared."""
    return _page(request, PartnerForm())


@requires(Permission.SCHOOL_SETUP_PROPOSE, fresh=True)
@require_POST
def add(request: AuthedRequest) -> HttpResponse:
    """A new partner, asked for; its key is on the page that answers, and nowhere after."""
    form = PartnerForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    v = form.cleaned_data
    try:
        with transaction():
            made, secret = partners.create_partner(
                request.caller.school, name=v["name"], bank_bin=v["bank"], networks=v["networks"].split(),
                actor=request.caller.actor,
            )  # fmt: skip
            propose_bill(request.caller.school, made, reason=v["reason"], actor=request.caller.actor)
    except ChangeRefusedError as refusal:
        form.add_error("reason", change_text(refusal))
        return _page(request, form)
    except PartnerRefusedError as refusal:
        field = {"network_malformed": "networks", "name_missing": "name"}.get(refusal.code)
        form.add_error(field, partner_text(refusal.code, refusal.params))
        return _page(request, form)
    return _page(request, PartnerForm(), made=made, secret=secret)


@requires(Permission.SCHOOL_MATCH_READ, fresh=True)
@require_POST
def change(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Switch a partner off, drop its former key; ask to have it on, or to give it another key."""
    school, actor = request.caller.school, request.caller.actor
    what = request.POST.get("viec", "")
    asks = what in {"bat", "khoa-moi"}
    if not request.caller.may(Permission.SCHOOL_SETUP_PROPOSE if asks else Permission.SCHOOL_FEED_WRITE):
        raise PermissionDenied
    partner = next((p for p, _s in partners.partners_of(school) if p.public_id == public_id), None)
    if partner is None:
        return get_object_or_404(BillPartner.objects.none())  # type: ignore[return-value]
    reason, secret = request.POST.get("ly_do", ""), ""
    try:
        with transaction():
            if what == "tat":
                partners.switch(school, partner, on=False, actor=actor)
            elif what == "bat":
                propose_bill(school, partner, reason=reason, actor=actor)
            elif what == "khoa-moi":
                _asked, secret = propose_bill_key(school, partner, reason=reason, actor=actor)
            elif what == "bo-khoa-cu" and partner.owner_id == school.pk:
                partners.drop_old_secret(partner, actor=actor, school_id=school.pk)
    except PartnerRefusedError as refusal:
        messages.error(request, partner_text(refusal.code, refusal.params))
        return redirect("payments:bills")
    except ChangeRefusedError as refusal:
        messages.error(request, change_text(refusal))
        return redirect("payments:bills")
    if secret:
        return _page(request, PartnerForm(), made=partner, secret=secret)
    text = _("Đã gửi đề nghị về %(name)s.") if asks else _("Đã cập nhật kết nối với %(name)s.")
    messages.success(request, text % {"name": partner.name})
    return redirect("payments:bills")


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def explain(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Keep why the two lists of a day differ."""
    rows = BillReconciliation.objects.for_school(request.caller.school)
    row: BillReconciliation = get_object_or_404(rows, public_id=public_id)
    try:
        with transaction():
            reconcile.explain(row, text=request.POST.get("ly_do", ""), actor=request.caller.actor)
    except BillRefusedError:
        messages.error(request, _("Ghi lý do, để sau này ai xem cũng hiểu."))
    else:
        messages.success(request, _("Đã ghi lý do chênh lệch."))
    return redirect("payments:bills")


def _page(
    request: AuthedRequest, form: PartnerForm, *, made: BillPartner | None = None, secret: str = ""
) -> HttpResponse:
    school = request.caller.school
    day_form = _DayForm(request.GET or None)
    day = day_form.cleaned_data["ngay"] if day_form.is_bound and day_form.is_valid() else None
    rows = BillTransaction.objects.for_school(school).select_related("partner").order_by("-created_at", "-pk")
    page = Paginator(rows.filter(paid_on=day) if day else rows, _PAGE).get_page(request.GET.get("trang"))
    compared = BillReconciliation.objects.for_school(school).select_related("partner").order_by("-day", "partner_id")
    asked = open_changes(school.pk, (ChangeKind.BILL_OPEN, ChangeKind.BILL_KEYS))
    context: dict[str, Any] = {
        "partners": [
            {
                **_partner(p, s is not None and s.is_active, school.pk),
                "asked": [c for c in asked if c.subject == p.public_id],
            }
            for p, s in partners.partners_of(school)
        ],
        "form": form,
        "day_form": day_form if day_form.is_bound else _DayForm(initial={"ngay": clock.today()}),
        "page": page,
        "transactions": [
            {
                "row": t,
                "state": HELD if t.problem == SAME_MONEY else STATES[BillState(t.state)],
                "kind": _STATE_KINDS[BillState(t.state)],
                "channel": CHANNELS[BillChannel(t.channel)] if t.channel else "",
                "codes": [item["invoice_code"] for item in t.items],
            }
            for t in page
        ],
        "days": [_day(r) for r in compared[:_SHOWN_DAYS]],
        "made": made,
        "secret": secret,
        "in_doubt": doubtful_count(school.pk),
        "address": f"{settings.PUBLIC_URL}/api/bill/v1/",
        "may_set_up": request.caller.may(Permission.SCHOOL_FEED_WRITE),
        "may_propose": request.caller.may(Permission.SCHOOL_SETUP_PROPOSE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
    }
    return render(request, "payments/bills.html", context, status=400 if form.errors else 200)


def _partner(partner: BillPartner, is_on: bool, school_id: int) -> dict[str, Any]:
    refusal = partner.last_refusal
    return {
        "row": partner,
        "is_on": is_on,
        "is_own": partner.owner_id == school_id,
        "keys": len(partner.sealed_secrets),
        "refusal": RESULTS[BillCode(refusal)] if refusal else "",
    }


def _day(row: BillReconciliation) -> dict[str, Any]:
    standing = reconcile.standing_differences(row)
    gone = row.state == ReconcileState.DIFFERS.value and not standing
    return {
        "row": row,
        "state": RECONCILE_STATES[ReconcileState.AGREES if gone else ReconcileState(row.state)],
        "kind": "warn" if row.state == ReconcileState.INCOMPLETE.value else "bad" if standing else "ok",
        "differences": [{**d, "name": DIFFERENCES[DifferenceKind(d["kind"])]} for d in standing],
    }
