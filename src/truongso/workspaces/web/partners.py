"""Partners of the school: who they are, how far each list is, and the list of one with its test and its start."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.public import payments_by_feed
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.limits import client_of
from truongso.kernel.money import ZERO
from truongso.kernel.ui.fields import DongFormField, PercentFormField, VietnameseDateField
from truongso.payments.public import (
    MOST_TEST,
    PARTNER_ITEMS,
    PARTNER_KINDS,
    ChangeKind,
    ChangeRefusedError,
    GatewayRefusedError,
    PartnerFile,
    PartnerFileRefusedError,
    PartnerItem,
    PartnerKind,
    PartnerTerms,
    Payment,
    change_text,
    ends_within,
    gateway_text,
    link_partner_test,
    missing_of_partner,
    open_change_of,
    partner_by_public_id,
    partner_file_text,
    partners_of,
    possible_proofs,
    propose_going_live,
    save_partner_terms,
    start_trial,
    trials,
)
from truongso.payments.types import Method
from truongso.workspaces.ways import NAMINGS

_FIELDS = {
    "ends_before_signed": "ends_on", "bad_phone": "contact_phone", "bad_email": "contact_email",
    "bad_method": "methods", "bad_fee": "fee_percent", "integrated_before_started": "integrated_on",
}  # fmt: skip
_SETTINGS = {
    PartnerKind.FEED: "banking:feeds", PartnerKind.ACQUIRER: "payments:pos", PartnerKind.BILL: "payments:bills",
}  # fmt: skip
_NOT_BY_PARTNER = {Method.CASH}


class TermsForm(forms.Form):
    """What was agreed with a partner."""

    contract_number = forms.CharField(label=gettext_lazy("Số hợp đồng"), max_length=60, required=False)
    signed_on = VietnameseDateField(label=gettext_lazy("Ngày ký"), required=False)
    ends_on = VietnameseDateField(label=gettext_lazy("Ngày hết hạn"), required=False)
    is_open_ended = forms.BooleanField(label=gettext_lazy("Hợp đồng không thời hạn"), required=False)
    contact_name = forms.CharField(label=gettext_lazy("Người liên hệ bên đối tác"), max_length=120, required=False)
    contact_phone = forms.CharField(label=gettext_lazy("Điện thoại"), max_length=20, required=False)
    contact_email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    methods = forms.MultipleChoiceField(
        label=gettext_lazy("Các cách nộp trong hợp đồng"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fee_percent = PercentFormField(
        label=gettext_lazy("Phí theo tỷ lệ (%)"), required=False, help_text=gettext_lazy("Ví dụ 1,1.")
    )
    fee_fixed = DongFormField(label=gettext_lazy("Phí cố định mỗi lần (đồng)"), required=False)
    fees_agreed = forms.BooleanField(
        label=gettext_lazy("Mức phí trên đúng hợp đồng (để trống cả hai ô là không thu phí)"), required=False
    )
    started_on = VietnameseDateField(label=gettext_lazy("Bắt đầu nối"), required=False)
    integrated_on = VietnameseDateField(label=gettext_lazy("Nối xong"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["methods"].choices = [  # type: ignore[attr-defined]
            (m.value, NAMINGS[m].long) for m in Method if m not in _NOT_BY_PARTNER
        ]

    def terms(self) -> PartnerTerms:
        """What was written, once the form is valid."""
        v = self.cleaned_data
        return PartnerTerms(
            contract_number=v["contract_number"], signed_on=v["signed_on"], ends_on=v["ends_on"],
            is_open_ended=v["is_open_ended"], contact_name=v["contact_name"], contact_phone=v["contact_phone"],
            contact_email=v["contact_email"], methods=tuple(v["methods"]), fees_agreed=v["fees_agreed"],
            fee_basis_points=v["fee_percent"], fee_fixed=v["fee_fixed"] or ZERO, started_on=v["started_on"],
            integrated_on=v["integrated_on"],
        )  # fmt: skip


class TrialForm(forms.Form):
    """A test through a gateway."""

    ma = forms.CharField(
        label=gettext_lazy("Mã hóa đơn"), max_length=20,
        help_text=gettext_lazy("Một phiếu còn phải nộp; số tiền thử được trừ vào phiếu này."),
    )  # fmt: skip
    so_tien = DongFormField(label=gettext_lazy("Số tiền thử"), most=MOST_TEST)


@requires(Permission.SCHOOL_SETUP_READ)
@require_safe
def partner_list(request: AuthedRequest) -> HttpResponse:
    """Every partner with what its list lacks, by what it does for the school."""
    school = request.caller.school
    rows = [partner_row(f) for f in partners_of(school.pk)]
    context = {
        "groups": [
            {"kind": kind, "title": title, "rows": [r for r in rows if r["file"].kind == kind.value],
             "settings": _settings_url(request, kind)}
            for kind, title in PARTNER_KINDS.items()
        ],
        "ending": [r for r in rows if r["is_ending"]],
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }  # fmt: skip
    return render(request, "workspaces/school/partners.html", context)


@requires(Permission.SCHOOL_SETUP_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One partner's list; a POST writes down what was agreed."""
    file = _file(request, public_id)
    if request.method != "POST":
        return _page(request, file)
    if not request.caller.may(Permission.SCHOOL_SETUP_PROPOSE):
        raise Http404
    form = TermsForm(request.POST)
    if form.is_valid():
        try:
            with transaction():
                save_partner_terms(file, terms=form.terms(), actor=request.caller.actor)
        except PartnerFileRefusedError as refusal:
            named = refusal.params.get("field") if refusal.code == "in_future" else _FIELDS.get(refusal.code)
            form.add_error(str(named) if named else None, partner_file_text(refusal))
        else:
            messages.success(request, _("Đã lưu hồ sơ đối tác."))
            return redirect("workspaces:partner", file.public_id)
    return _page(request, file, form=form)


@requires(Permission.SCHOOL_SETUP_PROPOSE, fresh=True)
@require_POST
def partner_test(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Name the payment that proved the connection."""
    file = _with_money(request, public_id)
    proofs = _proofs(file)
    chosen = next((p for p in proofs if p.public_id == request.POST.get("khoan", "")), None)
    try:
        with transaction():
            link_partner_test(file, payment_id=chosen.pk if chosen else 0, among=proofs, actor=request.caller.actor)
    except PartnerFileRefusedError as refusal:
        messages.error(request, partner_file_text(refusal))
    else:
        messages.success(request, _("Đã ghi giao dịch thử."))
    return redirect("workspaces:partner", file.public_id)


@requires(Permission.SCHOOL_SETUP_APPROVE, fresh=True)
@require_POST
def partner_trial(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Open a small order at a gateway that families are not offered yet."""
    file = _with_money(request, public_id)
    if PartnerKind(file.kind) is not PartnerKind.GATEWAY:
        raise Http404
    form = TrialForm(request.POST)
    if not form.is_valid():
        return _page(request, file, trial=form)
    try:
        start_trial(
            file, code="".join(form.cleaned_data["ma"].split()).upper(), amount=form.cleaned_data["so_tien"],
            return_url=reverse("workspaces:partner", args=[file.public_id]), actor=request.caller.actor,
            client_ip=client_of(request),
        )  # fmt: skip
    except PartnerFileRefusedError as refusal:
        form.add_error("ma" if refusal.code == "unknown_invoice" else None, partner_file_text(refusal))
    except GatewayRefusedError as refusal:
        form.add_error(None, gateway_text(refusal))
    else:
        messages.success(request, _("Đã mở giao dịch thử. Bấm vào để sang trang của cổng rồi nộp."))
        return redirect("workspaces:partner", file.public_id)
    return _page(request, file, trial=form)


@requires(Permission.SCHOOL_SETUP_PROPOSE, fresh=True)
@require_POST
def partner_start(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask that the partner goes into operation."""
    file = _file(request, public_id)
    try:
        with transaction():
            change = propose_going_live(file, reason=request.POST.get("ly_do", ""), actor=request.caller.actor)
    except ChangeRefusedError as refusal:
        messages.error(request, change_text(refusal))
        return redirect("workspaces:partner", file.public_id)
    messages.success(request, _("Đã gửi đề nghị. Người thứ hai duyệt là bắt đầu."))
    return redirect("workspaces:change", change.public_id)


def partner_row(file: PartnerFile) -> dict[str, Any]:
    lacking = missing_of_partner(file)
    return {
        "file": file, "lacking": [PARTNER_ITEMS[i] for i in lacking], "done": len(PartnerItem) - len(lacking),
        "of": len(PartnerItem), "is_ending": ends_within(file.ends_on, clock.today()),
    }  # fmt: skip


def _page(
    request: AuthedRequest, file: PartnerFile, *, form: TermsForm | None = None, trial: TrialForm | None = None
) -> HttpResponse:
    kind = PartnerKind(file.kind)
    lacking = missing_of_partner(file)
    is_gateway = kind is PartnerKind.GATEWAY
    sees_money = request.caller.may(Permission.SCHOOL_PAYMENT_READ)
    change, subject = (ChangeKind.CHANNEL_OPEN, file.subject) if is_gateway else (ChangeKind.GO_LIVE, file.public_id)
    context = {
        "file": file,
        "kind": PARTNER_KINDS[kind],
        "items": [{"text": text, "is_done": item not in lacking} for item, text in PARTNER_ITEMS.items()],
        "is_complete": not lacking,
        "is_ending": ends_within(file.ends_on, clock.today()),
        "form": form or TermsForm(initial=_initial(file)),
        # Who sets connections up need not see money.
        "proofs": _proofs(file) if sees_money and not file.test_payment_id else [],
        "sees_money": sees_money,
        "most": MOST_TEST if kind in {PartnerKind.GATEWAY, PartnerKind.ACQUIRER} else None,
        "trial": (trial or TrialForm()) if is_gateway and sees_money and not file.test_payment_id else None,
        "trials": trials(file) if is_gateway and sees_money else [],
        "waiting": open_change_of(file.school_id, subject, [change]),
        "may_propose": request.caller.may(Permission.SCHOOL_SETUP_PROPOSE),
        "may_try": request.caller.may(Permission.SCHOOL_SETUP_APPROVE),
        "settings": _settings_url(request, kind, file),
    }
    faulty = bool((form and form.errors) or (trial and trial.errors))
    return render(request, "workspaces/school/partner.html", context, status=422 if faulty else 200)


def _initial(file: PartnerFile) -> dict[str, Any]:
    same = ("contract_number", "signed_on", "ends_on", "is_open_ended", "contact_name", "contact_phone",
            "contact_email", "methods", "fees_agreed", "started_on", "integrated_on")  # fmt: skip
    fees = {"fee_percent": file.fee_basis_points, "fee_fixed": file.fee_fixed or None}
    return {**{name: getattr(file, name) for name in same}, **fees}


def _proofs(file: PartnerFile) -> list[Payment]:
    if PartnerKind(file.kind) is PartnerKind.FEED:
        return payments_by_feed(file.school_id, file.subject)
    return possible_proofs(file)


def _settings_url(request: AuthedRequest, kind: PartnerKind, file: PartnerFile | None = None) -> str:
    """Where the connection itself is set up, for who may open it."""
    needed = {
        PartnerKind.GATEWAY: Permission.SCHOOL_CHANNEL_WRITE, PartnerKind.FEED: Permission.SCHOOL_FEED_WRITE,
        PartnerKind.ACQUIRER: Permission.SCHOOL_PAYMENT_READ, PartnerKind.BILL: Permission.SCHOOL_MATCH_READ,
    }[kind]  # fmt: skip
    if not request.caller.may(needed):
        return ""
    if kind is PartnerKind.GATEWAY:
        return reverse("payments:pay_channel", args=[file.subject]) if file else reverse("payments:pay_channels")
    return reverse(_SETTINGS[kind])


def _with_money(request: AuthedRequest, public_id: str) -> PartnerFile:
    if not request.caller.may(Permission.SCHOOL_PAYMENT_READ):
        raise PermissionDenied
    return _file(request, public_id)


def _file(request: AuthedRequest, public_id: str) -> PartnerFile:
    found = partner_by_public_id(request.caller.school.pk, public_id)
    if found is None:
        raise Http404
    return found
