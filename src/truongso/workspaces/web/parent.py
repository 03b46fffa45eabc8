"""The family's pages: one invoice, its QR as a picture, its receipts. No account; the address is the key."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from truongso.accounts.public import public
from truongso.fees.public import Invoice, invoice_by_public_id
from truongso.kernel.money import Dong
from truongso.kernel.ui.downloads import file_response
from truongso.organizations.public import School
from truongso.payments.public import (
    ReceiptPaper,
    invoice_picture,
    number_for,
    papers_of,
    receipt_number,
    receipts_of_invoice,
    receipts_pdf,
    signed_receipt_file,
)
from truongso.payments.vietqr import VietQrError
from truongso.workspaces.bank_apps import app_links, sandbox_link
from truongso.workspaces.check_code import grouped_code
from truongso.workspaces.older_links import ends_at
from truongso.workspaces.payment_page import headline, payment_page, state_on_page, version
from truongso.workspaces.web.family_forms import PartForm
from truongso.workspaces.web.family_proof import signed_in_guardian
from truongso.workspaces.web.misses import guarded, is_public_id, unknown

P = ParamSpec("P")
InvoiceView = Callable[Concatenate[HttpRequest, Invoice, P], HttpResponse]

FAMILY = public("the random address in the family's link is the key; no account is needed to pay")


def of_invoice(view: InvoiceView[P]) -> Callable[..., HttpResponse]:
    """Give the view its invoice, or the family a page that says what to do."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, public_id: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        invoice = invoice_by_public_id(public_id) if is_public_id(public_id) else None
        if invoice is None:
            return unknown(request, "workspaces/parent/no_invoice.html")
        return guarded(view(request, invoice, *args, **kwargs))

    return wrapper


def of_current_invoice(view: InvoiceView[P]) -> Callable[..., HttpResponse]:
    """As `of_invoice`, for what tells more than the invoice says or speaks for the family: a link from before somebody
    ceased to be a guardian may be his, so it opens its own invoice alone."""

    def current(request: HttpRequest, invoice: Invoice, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if ends_at(invoice) is not None and signed_in_guardian(request, invoice.student) is None:
            context = {"invoice": invoice, **school_context(invoice.school)}
            return render(request, "workspaces/parent/older_link.html", context, status=403)
        return view(request, invoice, *args, **kwargs)

    functools.update_wrapper(current, view)
    return of_invoice(current)


def school_context(school: School) -> dict[str, Any]:
    """What the base of every family page reads of the school."""
    return {"school": school, "school_name": school.short_name, "school_place": school.address}


@FAMILY
@require_safe
@gzip_page  # nothing a stranger could steer and no secret form field stand on these pages: BREACH finds nothing
@of_invoice
def pay(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """The payment page of one invoice."""
    page = payment_page(invoice)
    return render(
        request,
        "workspaces/parent/pay.html",
        {
            "page": page,
            "invoice": invoice,
            **school_context(invoice.school),
            "present": "ma-qr",
            "check_code": grouped_code(invoice.public_id),
            "sandbox_url": sandbox_link(page.payload) if page.payload else "",
        },
    )


@FAMILY
@require_safe
@of_invoice
def status(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """What the open page asks every few seconds: 304 while nothing changed, else the new state in one sentence."""
    tag = version(invoice)
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = JsonResponse({"state": state_on_page(invoice).value, "text": headline(invoice)})
    response["ETag"] = tag
    return response


@FAMILY
@require_safe
@of_invoice
def picture(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """The QR as a picture to save, to the invoice's own number if it has one, with `so=rieng` to the pupil's; none when
    nothing is owed."""
    if not state_on_page(invoice).is_open:
        return render(request, "workspaces/parent/no_picture.html", {"invoice": invoice}, status=404)
    held = number_for(invoice)
    if held is not None and not held.is_of_invoice and request.GET.get("so") != "rieng":
        held = None
    try:
        png = invoice_picture(invoice, amount=_part(request, invoice), number=held.number if held else "")
    except VietQrError:
        return render(request, "workspaces/parent/no_picture.html", {"invoice": invoice}, status=404)
    return file_response(png, f"ma-qr-{invoice.code}.png", "image/png")


@FAMILY
@require_safe
@gzip_page
@of_invoice
def bank_apps(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Apps that open with the transfer filled in, and the way that works with every app."""
    page = payment_page(invoice)
    links = []
    if page.payload:
        links = app_links(
            bank_bin=invoice.receiving_account.bank_bin,
            account=page.account,
            holder=invoice.receiving_account.holder_name,
            amount=page.outstanding,
            memo=page.memo,
        )
    return render(
        request,
        "workspaces/parent/bank_apps.html",
        {
            "page": page,
            "invoice": invoice,
            **school_context(invoice.school),
            "links": links,
            "sandbox_url": sandbox_link(page.payload) if page.payload else "",
        },
    )


@FAMILY
@require_safe
@gzip_page
@of_invoice
def receipt(request: HttpRequest, invoice: Invoice, receipt_id: str) -> HttpResponse:
    """A receipt of this invoice as a page to read or print."""
    paper = _receipt(invoice, receipt_id)
    if paper is None:
        return unknown(request, "workspaces/parent/no_receipt.html")
    return render(request, "workspaces/parent/receipt.html", {"paper": paper, "invoice": invoice})


@FAMILY
@require_safe
@of_invoice
def receipt_file(request: HttpRequest, invoice: Invoice, receipt_id: str) -> HttpResponse:
    """A receipt of this invoice as PDF."""
    paper = _receipt(invoice, receipt_id)
    if paper is None:
        return unknown(request, "workspaces/parent/no_receipt.html")
    return file_response(receipts_pdf([paper]), f"bien-lai-{paper.number}.pdf", "application/pdf")


@FAMILY
@require_safe
@of_invoice
def receipt_signed(request: HttpRequest, invoice: Invoice, receipt_id: str) -> HttpResponse:
    """The signed file of a receipt, which anyone checks with the published key; no file when it does not hold."""
    found = next((r for r in receipts_of_invoice(invoice.school_id, invoice.pk) if r.public_id == receipt_id), None)
    data = signed_receipt_file(found) if found is not None else None
    if found is None or data is None:
        return unknown(request, "workspaces/parent/no_receipt.html")
    return file_response(data, f"bien-lai-{receipt_number(found)}.json", "application/json")


def _part(request: HttpRequest, invoice: Invoice) -> Dong | None:
    """The part of the invoice that the family chose, where the round allows parts; else everything."""
    form = PartForm(request.GET, outstanding=invoice.total - invoice.paid)
    return form.amount if invoice.round.allows_partial and form.is_valid() else None


def _receipt(invoice: Invoice, receipt_id: str) -> ReceiptPaper | None:
    """Only receipts whose payment touched this invoice open under its address."""
    papers = papers_of(receipts_of_invoice(invoice.school_id, invoice.pk))
    return next((paper for paper in papers if paper.public_id == receipt_id), None)
