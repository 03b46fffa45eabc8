"""The list of invoices, its export, and changes to an issued invoice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.models import CollectionRound, FeeItem, Invoice
from truongso.fees.queries.invoices import (
    InvoiceFilter,
    PaidState,
    class_names,
    invoices,
    lines_of,
    state_of,
    sums_of,
)
from truongso.fees.services.adjust import add_extra_line, cancel_invoice, credit_line
from truongso.fees.types import LineKind, RoundState
from truongso.fees.web.forms import CreditForm, ExtraLineForm, InvoiceFilterForm, ReasonForm
from truongso.fees.web.labels import PAID_STATES
from truongso.fees.web.support import attempt, invoice_or_404, page_of
from truongso.kernel import clock
from truongso.kernel.money import ZERO
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.formatting import dong


@requires(Permission.SCHOOL_INVOICE_READ)
@require_http_methods(["GET"])
def invoice_list(request: AuthedRequest) -> HttpResponse:
    """Invoices, narrowed and searched; the number of queries does not grow with rows."""
    form, wanted = _filter(request)
    found = invoices(request.caller.school.pk, wanted)
    page, today = page_of(found, request), clock.today()
    context = {
        "form": form,
        "page": page,
        "rows": [{"invoice": i, "url": invoice_url(i), "state": PAID_STATES[state_of(i, today)]} for i in page],
        "sums": sums_of(found),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "filtered": wanted != InvoiceFilter(),
    }
    return render(request, "fees/invoices.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_http_methods(["GET"])
def export(request: AuthedRequest) -> HttpResponse:
    """The same list as an XLSX file."""
    school, today = request.caller.school, clock.today()
    _form, wanted = _filter(request)
    header = [
        _("Mã hóa đơn"), _("Học sinh"), _("Lớp"), _("Người nộp tiền"), _("Đợt thu"), _("Phải nộp"), _("Đã nộp"),
        _("Còn thiếu"), _("Hạn nộp"), _("Trạng thái"),
    ]  # fmt: skip
    rows = [
        [
            i.code, i.student_name, i.class_name, i.payer_name, i.round.name, i.total, i.paid, i.total - i.paid,
            i.due_on, str(PAID_STATES[state_of(i, today)][0]),
        ]
        for i in invoices(school.pk, wanted).select_related("round")
    ]  # fmt: skip
    banner = [[school.name], [_("Danh sách phiếu báo thu, ngày %(day)s") % {"day": f"{today:%d/%m/%Y}"}], []]
    return xlsx_response(
        [SheetOut(name=_("Phiếu báo thu"), header=header, rows=rows, banner=banner)], name="phieu-bao-thu",
        action="fees:invoices:export", school=school, actor=request.caller.actor, count=len(rows),
        asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_INVOICE_ADJUST)
@require_http_methods(["GET", "POST"])
def add_line(request: AuthedRequest, code: str) -> HttpResponse:
    """Charge something more on an issued invoice."""
    invoice = invoice_or_404(request, code)
    items = list(FeeItem.objects.for_school(invoice.school_id).filter(is_active=True).order_by("name"))
    form = ExtraLineForm(request.POST or None, items=items)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        item = next(i for i in items if i.code == data["item"])
        made = attempt(
            form,
            lambda: add_extra_line(
                invoice.school_id, invoice_id=invoice.pk, item_id=item.pk, quantity=data["quantity"],
                unit_amount=data["unit_amount"], reason=data["reason"], actor=request.caller.actor,
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(
                request, _("Đã thêm %(amount)s vào phiếu %(code)s.") % {"amount": made.amount, "code": code}
            )
            return redirect(invoice_url(invoice))
    return _adjust(request, invoice, form, "extra")


@requires(Permission.SCHOOL_INVOICE_ADJUST)
@require_http_methods(["GET", "POST"])
def credit(request: AuthedRequest, code: str) -> HttpResponse:
    """Take something off a line."""
    invoice = invoice_or_404(request, code)
    lines = [x for x in lines_of(invoice.school_id, invoice.pk) if x.kind != LineKind.CREDIT.value]
    unpaid = {str(n): x for n, x in enumerate(lines, start=1) if x.amount - x.credited - x.paid > ZERO}
    labels = [
        (
            n,
            _("%(name)s – còn %(amount)s chưa nộp")
            % {"name": x.description, "amount": dong(x.amount - x.credited - x.paid)},
        )
        for n, x in unpaid.items()
    ]
    form = CreditForm(request.POST or None, lines=labels, initial={"line": labels[0][0] if labels else ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: credit_line(
                invoice.school_id, invoice_id=invoice.pk, line_id=unpaid[data["line"]].pk, amount=data["amount"],
                reason=data["reason"], actor=request.caller.actor,
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(
                request, _("Đã giảm trừ %(amount)s trên phiếu %(code)s.") % {"amount": made.amount, "code": code}
            )
            return redirect(invoice_url(invoice))
    return _adjust(request, invoice, form, "credit" if labels else "nothing")


@requires(Permission.SCHOOL_INVOICE_ADJUST)
@require_http_methods(["GET", "POST"])
def cancel(request: AuthedRequest, code: str) -> HttpResponse:
    """Cancel an invoice nothing was paid on."""
    invoice = invoice_or_404(request, code)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        gone = attempt(
            form,
            lambda: cancel_invoice(invoice.school_id, invoice_id=invoice.pk, reason=reason, actor=request.caller.actor),
        )
        if gone is not None:
            messages.success(request, _("Đã hủy phiếu %(code)s.") % {"code": code})
            return redirect(invoice_url(invoice))
    return _adjust(request, invoice, form, "cancel")


def invoice_url(invoice: Invoice) -> str:
    """The page with an invoice's whole history, under the list by its code."""
    return f"{reverse('fees:invoices')}/{invoice.code}"


def _adjust(request: AuthedRequest, invoice: Invoice, form: Any, kind: str) -> HttpResponse:
    context = {
        "form": form, "invoice": invoice, "kind": kind, "url": invoice_url(invoice),
        "state": PAID_STATES[state_of(invoice, clock.today())], "outstanding": invoice.total - invoice.paid,
    }  # fmt: skip
    return render(request, "fees/adjust.html", context)


def _filter(request: AuthedRequest) -> tuple[InvoiceFilterForm, InvoiceFilter]:
    """The filter as asked for; a value that is not offered is ignored."""
    school_id = request.caller.school.pk
    issued = CollectionRound.objects.for_school(school_id).exclude(state=RoundState.DRAFT.value)
    rounds = list(issued.order_by("-priced_on", "-pk"))
    form = InvoiceFilterForm(request.GET, rounds=rounds, classes=class_names(school_id))
    form.is_valid()
    data: dict[str, str] = form.cleaned_data
    chosen = next((r.pk for r in rounds if r.public_id == data.get("dot")), None)
    state = PaidState(data["trang_thai"]) if data.get("trang_thai") else None
    wanted = InvoiceFilter(round_id=chosen, class_name=data.get("lop", ""), state=state, words=data.get("q", ""))
    return form, wanted
