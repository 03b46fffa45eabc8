"""Check addresses: anyone with a paper, a picture or a code can see whether it is real. Names are masked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import public
from truongso.fees.public import Invoice, fields_of, invoice_by_public_id, invoice_by_short_id
from truongso.kernel import banks
from truongso.kernel.limits import client_of, count, is_spent, seconds_left
from truongso.kernel.masking import masked_name
from truongso.kernel.qr_image import QrImageError, read_qr
from truongso.payments.public import (
    Receipt,
    grouped,
    paper_of,
    receipt_by_public_id,
    receipt_by_short_id,
    receipt_is_untouched,
)
from truongso.workspaces.check_code import LENGTH, grouped_code, read_code
from truongso.workspaces.payment_page import PageState, state_on_page
from truongso.workspaces.qr_check import QrChecked, QrVerdict, check_qr
from truongso.workspaces.web.family_forms import CheckForm, QrForm
from truongso.workspaces.web.misses import MISSES, guarded, unknown

CHECK = public("whoever holds a notice, a receipt or a code may check that it is real; names are masked")


@CHECK
@require_safe
@gzip_page
def check_any(request: HttpRequest, public_id: str) -> HttpResponse:
    """An invoice or a receipt by its check code: whose it is, how much, and whether it still holds."""
    if is_spent(MISSES, client_of(request)):
        return unknown(request, "workspaces/parent/check_unknown.html")
    code = read_code(public_id)
    receipt = _receipt(code)
    if receipt is not None:
        return guarded(render(request, "workspaces/parent/check.html", _receipt_context(request, receipt)))
    invoice = _invoice(code)
    if invoice is not None:
        return guarded(render(request, "workspaces/parent/check_invoice.html", _invoice_context(invoice)))
    return unknown(request, "workspaces/parent/check_unknown.html", {"typed": public_id[:40]})


@CHECK
@require_safe
@gzip_page
def check_form(request: HttpRequest) -> HttpResponse:
    """Where a check code is typed; and the way to check a QR code."""
    form = CheckForm(request.GET if "ma" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = read_code(form.cleaned_data["ma"])
        if code:
            return redirect("workspaces:check_receipt", code)
        form.add_error("ma", _("Mã kiểm tra có 12 chữ và số, ví dụ k7f2-9mqx-3bcd. Xem lại trên giấy."))
    return guarded(render(request, "workspaces/parent/check_form.html", {"form": form, "school_name": _("Kiểm tra")}))


@CHECK
@require_http_methods(["GET", "HEAD", "POST"])
def check_code_picture(request: HttpRequest) -> HttpResponse:
    """Whether a QR code is a school's own: its account is registered, its amount is what the invoice asks for."""
    form = QrForm(request.POST, request.FILES) if request.method == "POST" else QrForm()
    found: QrChecked | None = None
    if request.method == "POST" and is_spent(MISSES, client_of(request)):
        response = render(request, "workspaces/parent/too_many.html", status=429)
        response["Retry-After"] = str(seconds_left(MISSES))
        return guarded(response)
    if request.method == "POST" and form.is_valid():
        payload = _payload(form)
        if payload is not None:
            found = check_qr(payload)
            if found.verdict.counts_as_guess:
                count(MISSES, client_of(request))
    context = {"form": form, "found": found, "school_name": _("Kiểm tra mã QR"), **_account(found)}
    status = 422 if form.errors else 200
    return guarded(render(request, "workspaces/parent/check_qr.html", context, status=status))


def _payload(form: QrForm) -> str | None:
    """The text of the code: from the picture, or as pasted; None with an error on the form."""
    picture = form.cleaned_data.get("picture")
    if picture is None:
        return str(form.cleaned_data["payload"])
    try:
        texts = read_qr(picture.read())
    except QrImageError:
        form.add_error("picture", _("Không mở được ảnh này. Dùng ảnh PNG hoặc JPEG."))
        return None
    if not texts:
        form.add_error("picture", _("Không thấy mã QR trong ảnh. Chụp lại gần hơn, thẳng và đủ sáng."))
        return None
    if len(set(texts)) > 1:
        form.add_error("picture", _("Ảnh có nhiều mã QR. Cắt ảnh chỉ còn một mã rồi gửi lại."))
        return None
    return texts[0]


def _receipt(code: str) -> Receipt | None:
    if not code:
        return None
    return receipt_by_short_id(code) if len(code) == LENGTH else receipt_by_public_id(code)


def _invoice(code: str) -> Invoice | None:
    if not code:
        return None
    return invoice_by_short_id(code) if len(code) == LENGTH else invoice_by_public_id(code)


def _receipt_context(request: HttpRequest, receipt: Receipt) -> dict[str, object]:
    paper = paper_of(receipt)
    mark = request.GET.get("m", "")
    return {
        "paper": paper,
        "payer": masked_name(paper.payer_name),
        "signature": receipt_is_untouched(receipt),
        "mark_differs": bool(mark) and mark != paper.fingerprint,
        "school_name": receipt.school.short_name,
        "school_place": receipt.school.address,
        "school": receipt.school,
    }


def _invoice_context(invoice: Invoice) -> dict[str, object]:
    bank = banks.find(invoice.receiving_account.bank_bin)
    state = state_on_page(invoice)
    return {
        "invoice": invoice,
        "state": state,
        "owed": invoice.total - invoice.paid,
        "extra": [one for one in fields_of(invoice) if not (one.is_mandatory or one.is_personal)],
        "payer": masked_name(invoice.payer_name),
        "bank_name": bank.short_name if bank else "",
        "account_shown": grouped(invoice.receiving_account.number),
        "check_code": grouped_code(invoice.public_id),
        "is_cancelled": state is PageState.CANCELLED,
        "school_name": invoice.school.short_name,
        "school_place": invoice.school.address,
        "school": invoice.school,
    }


def _account(found: QrChecked | None) -> dict[str, object]:
    if found is None or found.code is None or found.code.bank_bin is None:
        return {}
    bank = banks.find(found.code.bank_bin)
    return {
        "bank_name": bank.short_name if bank else found.code.bank_bin,
        "account_shown": grouped(found.code.account or ""),
        "school": found.account.school if found.account else None,
        "is_safe": found.verdict.is_safe,
        "is_bad": found.verdict in {QrVerdict.STRANGER, QrVerdict.OTHER_ACCOUNT, QrVerdict.CLOSED_ACCOUNT},
    }
