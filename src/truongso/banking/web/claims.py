"""Claims of families that they have paid: the list by due time, one claim with the money it may mean, the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.claims.models import PaymentClaim
from truongso.banking.claims.queries import (
    ClaimFilter,
    claim_by_public_id,
    claim_counts,
    claims,
    lines_by_amount,
    lines_by_reference,
)
from truongso.banking.claims.services import answer_claim
from truongso.banking.claims.types import ClaimRefusedError
from truongso.banking.types import OPEN_CLAIMS, ClaimState
from truongso.banking.web.messages import CLAIM_REFUSALS, state_text
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response

_PAGE = 50
_OPEN = [state.value for state in OPEN_CLAIMS]
_LISTS = {
    "": (ClaimFilter.OPEN, gettext_lazy("Đang mở")),
    "qua-han": (ClaimFilter.LATE, gettext_lazy("Quá hạn trả lời")),
    "da-xong": (ClaimFilter.CLOSED, gettext_lazy("Đã xong")),
}
STATES = {
    ClaimState.OPEN.value: (gettext_lazy("chưa thấy tiền"), "warn"),
    ClaimState.FOUND.value: (gettext_lazy("đã thấy tiền, chờ ghi nhận"), "info"),
    ClaimState.BOOKED.value: (gettext_lazy("đã ghi nhận"), "ok"),
    ClaimState.ANSWERED.value: (gettext_lazy("đã trả lời"), ""),
}
_PAID_MEANWHILE = (gettext_lazy("phiếu đã nộp đủ, chưa thấy đúng khoản này"), "info")
TEMPLATES = (
    gettext_lazy(
        "Nhà trường chưa thấy khoản tiền này trong tài khoản. Anh/chị xem lại lịch sử giao dịch: nếu ngân hàng ghi "
        "“đang xử lý” thì chờ đến ngày làm việc sau; nếu ghi “thất bại” thì tiền chưa rời tài khoản."
    ),
    gettext_lazy(
        "Số giao dịch anh/chị ghi không khớp khoản nào. Mời anh/chị chép lại đúng “Mã giao dịch” trong app ngân hàng "
        "rồi báo lại trên trang này."
    ),
    gettext_lazy(
        "Nhà trường đã tìm thấy khoản tiền và đã ghi cho phiếu của gia đình. Biên lai có trên trang phiếu báo thu. "
        "Cảm ơn anh/chị."
    ),
    gettext_lazy(
        "Khoản tiền này không chuyển vào tài khoản của trường. Anh/chị gọi ngân hàng của mình theo số trên thẻ để được "
        "tra soát; nhà trường sẵn sàng xác nhận."
    ),
)


class AnswerForm(forms.Form):
    """What the family is told, and whether that ends the claim."""

    text = forms.CharField(label=gettext_lazy("Trả lời gia đình"), max_length=1000, widget=forms.Textarea({"rows": 4}))
    closes = forms.BooleanField(label=gettext_lazy("Kết thúc lời báo này"), required=False)


@requires(Permission.SCHOOL_MATCH_READ)
@require_safe
def claim_list(request: AuthedRequest) -> HttpResponse:
    """Claims by when they must be answered."""
    school_id = request.caller.school.pk
    chosen = request.GET.get("muc", "")
    wanted, _label = _LISTS.get(chosen, _LISTS[""])
    counts = claim_counts(school_id)
    numbers = {ClaimFilter.OPEN: counts.open, ClaimFilter.LATE: counts.late, ClaimFilter.CLOSED: counts.closed}
    page = Paginator(claims(school_id, wanted), _PAGE).get_page(request.GET.get("trang"))
    context = {
        "lists": [
            {"key": key, "label": label, "count": numbers[which], "current": which is wanted}
            for key, (which, label) in _LISTS.items()
        ],
        "page": page,
        "rows": [{"claim": claim, "state": state_of(claim), "is_late": _is_late(claim)} for claim in page],
        "is_closed_list": wanted is ClaimFilter.CLOSED,
        "chosen": chosen,
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }
    return render(request, "banking/claims.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def claims_export(request: AuthedRequest) -> HttpResponse:
    """The claims of one list (`muc`) as a workbook, in the order of the list."""
    school = request.caller.school
    wanted, label = _LISTS.get(request.GET.get("muc", ""), _LISTS[""])
    header = [
        _("Báo lúc"), _("Hạn trả lời"), _("Phiếu"), _("Học sinh"), _("Lớp"), _("Số tham chiếu"), _("Số tiền"),
        _("Ngày chuyển"), _("Người chuyển"), _("Trạng thái"), _("Kết thúc lúc"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            c.created_at, c.due_at, c.invoice.code, c.invoice.student_name, c.invoice.class_name, c.reference, c.amount,
            c.paid_on, c.payer_name, str(state_of(c)[0]), c.closed_at,
        ]
        for c in claims(school.pk, wanted)
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(str(label), header, rows)], name="bao-da-nop", action="banking:claims:export", school=school,
        actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_MATCH_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One claim: what the family says, the credits it may mean, what it was told, and the answer."""
    school_id = request.caller.school.pk
    claim = claim_by_public_id(school_id, public_id)
    if claim is None:
        raise Http404
    may_answer = request.caller.may(Permission.SCHOOL_MATCH_DECIDE) and claim.state in _OPEN
    form = AnswerForm(request.POST or None, initial={"text": _chosen_template(request)})
    if request.method == "POST" and may_answer and form.is_valid() and _answered(request, claim, form):
        return redirect("banking:claim", public_id)
    same = lines_by_reference(school_id, reference_key=claim.reference_key, amount=claim.amount, paid_on=claim.paid_on)
    known = {line.pk for line in same}
    alike = [line for line in lines_by_amount(claim) if line.pk not in known] if claim.state in _OPEN else []
    context = {
        "claim": claim,
        "state": state_of(claim),
        "is_late": _is_late(claim),
        "form": form if may_answer else None,
        "templates": list(enumerate(TEMPLATES, start=1)) if may_answer else [],
        "lines": [{"line": line, "state": state_text(line.state), "exact": True} for line in same]
        + [{"line": line, "state": state_text(line.state), "exact": False} for line in alike],
    }
    return render(request, "banking/claim.html", context, status=422 if form.errors else 200)


def _answered(request: AuthedRequest, claim: PaymentClaim, form: AnswerForm) -> bool:
    data = form.cleaned_data
    try:
        with transaction():
            answer_claim(claim, text=data["text"], closes=data["closes"], actor=request.caller.actor)
    except ClaimRefusedError as refusal:
        form.add_error(None, _(CLAIM_REFUSALS[refusal.code]))
        return False
    messages.success(request, _("Đã trả lời gia đình; câu trả lời hiện trên trang phiếu báo thu của họ."))
    return True


def _chosen_template(request: AuthedRequest) -> str:
    chosen: Any = request.GET.get("mau", "")
    numbers = {str(number): text for number, text in enumerate(TEMPLATES, start=1)}
    return str(numbers.get(chosen, ""))


def state_of(claim: PaymentClaim) -> tuple[Any, str]:
    """Where a claim stands, and its colour; one whose invoice was paid meanwhile, by this money or other, says so."""
    invoice = claim.invoice
    if claim.state == ClaimState.OPEN.value and (invoice.cancelled_at is None and invoice.paid >= invoice.total):
        return _PAID_MEANWHILE
    return STATES[claim.state]


def _is_late(claim: PaymentClaim) -> bool:
    return claim.state in _OPEN and claim.due_at < clock.now()
