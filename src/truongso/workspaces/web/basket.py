"""The pages of several invoices paid together."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import public
from truongso.fees.public import Invoice, invoice_by_public_id
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import client_of, count, is_spent
from truongso.kernel.ui.downloads import file_response
from truongso.kernel.ui.formatting import dong
from truongso.payments.public import (
    GatewayRefusedError,
    GroupRefusedError,
    channel_by_public_id,
    channels,
    group_invoices,
    group_picture,
    invoice_picture,
    pending_attempts,
    start_attempt,
)
from truongso.payments.types import Method, Share
from truongso.payments.vietqr import VietQrError
from truongso.workspaces.bank_apps import sandbox_link
from truongso.workspaces.basket import Basket, Entry, basket_of, read_token, token_of, with_invoices
from truongso.workspaces.lookup import LookUpState, look_up
from truongso.workspaces.payment_page import open_invoices_beside
from truongso.workspaces.web.family_forms import AddForm
from truongso.workspaces.web.misses import guarded, is_public_id, unknown
from truongso.workspaces.web.parent import FAMILY, of_invoice, school_context
from truongso.workspaces.web.ways import ATTEMPTS, FAMILY_ACTOR
from truongso.workspaces.wording import gateway_refusal

P = ParamSpec("P")
BasketView = Callable[Concatenate[HttpRequest, list[Entry], P], HttpResponse]
BASKET = public(
    "the signed list in the address is the key; it names only invoices whose link or second thing was known"
)
_LONGEST_WAY_BACK = 300
_LINK = re.compile(r"/p/([0-9a-z]{26})")


def of_basket(view: BasketView[P]) -> Callable[..., HttpResponse]:
    """Give the view the entries of the address, or the family a page that says what to do."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        entries = read_token(token)
        if entries is None:
            return unknown(request, "workspaces/parent/no_basket.html")
        return guarded(view(request, entries, *args, **kwargs))

    return wrapper


@FAMILY
@require_safe
@of_invoice
def from_invoice(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """A basket of this invoice and all else the household still owes at the school."""
    return redirect(
        "workspaces:basket", token_of(with_invoices([], [invoice, *open_invoices_beside(invoice)], is_own=True))
    )


@BASKET
@require_safe
def empty(request: HttpRequest) -> HttpResponse:
    """A basket without invoices yet."""
    return redirect("workspaces:basket", token_of([]))


@BASKET
@require_http_methods(["GET", "HEAD", "POST"])
@of_basket
def basket(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    """The invoices by receiving account; further ones are added by link, or by code and second thing."""
    form = AddForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        added = _added(request, form)
        if added is not None:
            invoice, is_own = added
            if (invoice.paid >= invoice.total) or invoice.cancelled_at is not None:
                form.add_error("what", _("Phiếu này không còn khoản phải nộp."))
            else:
                return redirect("workspaces:basket", token_of(with_invoices(entries, [invoice], is_own=is_own)))
    shown = basket_of(entries)
    return _page(request, "workspaces/parent/basket.html", shown, form=form, status=422 if form.errors else 200)


@BASKET
@require_POST
@of_basket
def remove(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    """The basket without one invoice."""
    left = [e for e in entries if str(e.invoice_id) != request.POST.get("bo", "")]
    return redirect("workspaces:basket", token_of(left))


@BASKET
@require_POST
@of_basket
def make_codes(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    """Give every bundle of several invoices its code, the same one every time."""

    def make() -> None:
        with transaction():
            for bundle in basket_of(entries).bundles:
                if bundle.needs_code and not bundle.is_too_long:
                    group_invoices(bundle.invoice.school_id, invoice_ids=[i.pk for i in bundle.invoices])

    try:
        retrying(make)
    except GroupRefusedError as refusal:  # paid, cancelled or moved to another account since the basket was shown
        messages.error(request, _group_text(refusal))
        return redirect("workspaces:basket", token_of(entries))
    return redirect("workspaces:basket_pay", token_of(entries))


def _group_text(refusal: GroupRefusedError) -> str:
    """Why invoices cannot be paid together, and what to do."""
    texts = {
        "not_open": _("Phiếu %(code)s vừa được nộp đủ hoặc đã hủy. Bỏ phiếu đó rồi lấy mã lại."),
        "several_accounts": _("Các phiếu vừa đổi sang tài khoản nhận khác nhau. Lấy mã lại theo từng nhóm dưới đây."),
        "too_many": _("Gộp tối đa %(most)s phiếu một lần. Bỏ bớt phiếu rồi lấy mã lại."),
    }
    text = texts.get(refusal.code, _("Danh sách phiếu vừa thay đổi. Xem lại rồi lấy mã lại."))
    return text % refusal.params


@BASKET
@require_safe
@of_basket
def pay(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    """One code for each receiving account."""
    shown = basket_of(entries)
    if not shown.bundles or shown.needs_code:
        return redirect("workspaces:basket", token_of(entries))
    rows = [
        {
            "bundle": bundle,
            "number": number,
            "sandbox_url": sandbox_link(bundle.payload) if bundle.payload else "",
            "channels": _channels(bundle.invoice.school_id) if bundle.families == 1 else [],
            "pending": pending_attempts(bundle.invoice.school_id, [i.pk for i in bundle.invoices], now=clock.now()),
        }
        for number, bundle in enumerate(shown.bundles)
    ]
    return _page(request, "workspaces/parent/basket_pay.html", shown, rows=rows, several=len(rows) > 1)


@BASKET
@require_safe
@of_basket
def picture(request: HttpRequest, entries: list[Entry], number: int) -> HttpResponse:
    """The code of one bundle as a picture to save."""
    bundles = basket_of(entries).bundles
    if number >= len(bundles) or not bundles[number].payload:
        return render(request, "workspaces/parent/no_basket.html", status=404)
    bundle = bundles[number]
    try:
        if bundle.group is not None and len(bundle.invoices) > 1:
            png, name = group_picture(bundle.group, bundle.invoices), bundle.group.code
        else:
            png, name = invoice_picture(bundle.invoices[0]), bundle.invoices[0].code
    except VietQrError:
        return render(request, "workspaces/parent/no_basket.html", status=404)
    return file_response(png, f"ma-qr-{name}.png", "image/png")


@BASKET
@require_safe
@of_basket
def status(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    """What the open page asks every few seconds: 304 while nothing was paid."""
    shown = basket_of(entries)
    response: HttpResponse
    if request.headers.get("If-None-Match") == shown.version:
        response = HttpResponseNotModified()
    else:
        owed = _("Còn phải nộp %(owed)s") % {"owed": dong(shown.owed)} if shown.owed else _("Đã nộp đủ tất cả")
        response = JsonResponse({"text": owed})
    response["ETag"] = shown.version
    return response


@BASKET
@require_POST
@of_basket
def start(request: HttpRequest, entries: list[Entry], number: int) -> HttpResponse:
    """One order at a gateway for one bundle; the invoices of other accounts need their own."""
    back = redirect("workspaces:basket_pay", token_of(entries))
    bundles = basket_of(entries).bundles
    if number >= len(bundles) or not bundles[number].invoices:
        return back
    bundle = bundles[number]
    school_id = bundle.invoice.school_id
    channel = channel_by_public_id(school_id, request.POST.get("kenh", ""))
    pending = pending_attempts(school_id, [i.pk for i in bundle.invoices], now=clock.now())
    if channel is None or not channel.is_active:
        messages.error(request, _("Cách nộp này không còn dùng được. Chọn cách khác."))
        return back
    if pending and not request.POST.get("nop-lan-nua"):
        messages.warning(request, _("Có một lần nộp chưa xong cho các phiếu này. Chờ kết quả rồi hãy nộp tiếp."))
        return back
    if is_spent(ATTEMPTS, client_of(request)):
        messages.error(request, _("Đã mở quá nhiều lần nộp trong ít phút. Chờ 10 phút, hoặc quét mã QR."))
        return back
    count(ATTEMPTS, client_of(request))
    try:
        attempt = start_attempt(
            school_id, channel=channel, shares=[Share(i.pk, i.total - i.paid) for i in bundle.invoices],
            return_url=_way_back(entries), actor=FAMILY_ACTOR, client_ip=client_of(request),
        )  # fmt: skip
    except GatewayRefusedError as refusal:
        messages.error(request, gateway_refusal(refusal.code))
        return back
    return redirect("workspaces:basket_attempt", token_of(entries), number, attempt.public_id)


@BASKET
@require_safe
@of_basket
def attempt_page(request: HttpRequest, entries: list[Entry], number: int, attempt_id: str) -> HttpResponse:
    """The door to the gateway's page for one bundle."""
    bundles = basket_of(entries).bundles
    invoices = bundles[number].invoices if number < len(bundles) else []
    pending = pending_attempts(invoices[0].school_id, [i.pk for i in invoices], now=clock.now()) if invoices else []
    attempt = next((one for one in pending if one.public_id == attempt_id), None)
    if attempt is None:
        return redirect("workspaces:basket_pay", token_of(entries))
    context = {
        "attempt": attempt,
        "beneficiary": invoices[0].receiver_name,
        "back": reverse("workspaces:basket_pay", args=[token_of(entries)]),
        **school_context(invoices[0].school),
    }
    return render(request, "workspaces/parent/attempt.html", context)


def _way_back(entries: list[Entry]) -> str:
    """The page the gateway leads back to; a very long basket is left at its door."""
    address = reverse("workspaces:basket_pay", args=[token_of(entries)])
    return address if len(address) <= _LONGEST_WAY_BACK else reverse("workspaces:basket_empty")


def _channels(school_id: int) -> list[object]:
    return [c for c in channels(school_id) if c.method == Method.WEB.value and c.failing_since is None]


def _added(request: HttpRequest, form: AddForm) -> tuple[Invoice, bool] | None:
    """The invoice that was named and whether by the family's own link; None with an error on the form."""
    what = form.cleaned_data["what"]
    link = _LINK.search(what)
    public_id = link[1] if link else what.strip()
    if is_public_id(public_id):
        invoice = invoice_by_public_id(public_id)
        if invoice is not None:
            return invoice, True
    found = look_up(what, form.cleaned_data["proof"], client=client_of(request))
    if found.state is LookUpState.TOO_MANY:
        form.add_error(None, _("Đã thử sai quá nhiều lần. Chờ rồi thử lại, hoặc gọi tổ hỗ trợ của trường."))
    elif found.invoice is None:
        form.add_error(None, _("Không có phiếu khớp cả hai thông tin. Xem lại mã và ngày sinh hoặc số điện thoại."))
    return (found.invoice, False) if found.invoice is not None else None


def _page(request: HttpRequest, template: str, shown: Basket, *, status: int = 200, **more: object) -> HttpResponse:
    schools = {bundle.invoice.school_id: bundle.invoice.school for bundle in shown.bundles}
    only = next(iter(schools.values())) if len(schools) == 1 else None
    context = {
        "basket": shown,
        "token": token_of(shown.entries),
        "schools": list(schools.values()),
        "school_name": only.short_name if only else _("Nộp chung nhiều phiếu"),
        "school_place": only.address if only else "",
        **more,
    }
    return render(request, template, context, status=status)
