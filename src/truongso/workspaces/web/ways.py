"""The family's pages of each way to pay: what it costs, what to do, where and when; and paying in parts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.limits import Limit, client_of, count, is_spent
from truongso.kernel.money import Dong
from truongso.payments.public import (
    Attempt,
    GatewayRefusedError,
    cancel_attempt,
    channel_by_public_id,
    channels,
    pending_attempts,
    start_attempt,
)
from truongso.payments.types import Method, Share
from truongso.workspaces.bank_apps import sandbox_link, wallet_link
from truongso.workspaces.payment_page import PaymentPage, payment_page
from truongso.workspaces.ways import NAMINGS, method_of
from truongso.workspaces.web.family_forms import PartForm
from truongso.workspaces.web.misses import unknown
from truongso.workspaces.web.parent import FAMILY, of_invoice, school_context
from truongso.workspaces.wording import gateway_refusal

FAMILY_ACTOR = Actor.system("family", "web")
ATTEMPTS = Limit("attempts", 20, 600)
"""Attempts at gateways that one place may start in ten minutes: each costs a call to the gateway."""


@FAMILY
@require_safe
@of_invoice
def way(request: HttpRequest, invoice: Invoice, slug: str) -> HttpResponse:
    """One way to pay this invoice. The QR code itself has the page of the invoice."""
    method = method_of(slug)
    if method is None:
        return unknown(request, "workspaces/parent/no_invoice.html")
    page = payment_page(invoice)
    offered = next((w for w in page.ways if w.method is method), None)
    if method is Method.QR_TRANSFER or not page.state.is_open or offered is None:
        return redirect("workspaces:pay", invoice.public_id)
    context = {
        "page": page,
        "invoice": invoice,
        "way": offered,
        "present": slug,
        "prices": _prices(invoice, page) if method is Method.WEB else [],
        "own_channels": _prices(invoice, page, Method.MOBILE_MONEY) if method is Method.MOBILE_MONEY else [],
        "wallet_url": wallet_link(page.payload) if page.payload else "",
        **school_context(invoice.school),
    }
    return render(request, f"workspaces/parent/way_{method.value}.html", context)


@FAMILY
@require_POST
@of_invoice
def start(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Open an order at a gateway and hand the family on to its page; warns before a second one."""
    slug = NAMINGS[Method.WEB].slug
    page = payment_page(invoice)
    channel = channel_by_public_id(invoice.school_id, request.POST.get("kenh", ""))
    if not page.state.is_open or channel is None or not channel.is_active:
        messages.error(request, _("Cách nộp này không còn dùng được. Chọn cách khác."))
        return redirect("workspaces:pay", invoice.public_id)
    if page.pending and not request.POST.get("nop-lan-nua"):
        context = {"page": page, "invoice": invoice, "channel": channel, **school_context(invoice.school)}
        return render(request, "workspaces/parent/second_attempt.html", context, status=409)
    if is_spent(ATTEMPTS, client_of(request)):
        messages.error(request, _("Đã mở quá nhiều lần nộp trong ít phút. Chờ 10 phút, hoặc quét mã QR."))
        return redirect("workspaces:pay_way", invoice.public_id, slug)
    count(ATTEMPTS, client_of(request))
    try:
        attempt = start_attempt(
            invoice.school_id, channel=channel, shares=[Share(invoice.pk, page.outstanding)],
            return_url=f"/p/{invoice.public_id}", actor=FAMILY_ACTOR, client_ip=client_of(request),
        )  # fmt: skip
    except GatewayRefusedError as refusal:
        messages.error(request, gateway_refusal(refusal.code))
        return redirect("workspaces:pay_way", invoice.public_id, slug)
    return redirect("workspaces:pay_attempt", invoice.public_id, attempt.public_id)


@FAMILY
@require_safe
@of_invoice
def attempt_page(request: HttpRequest, invoice: Invoice, attempt_id: str) -> HttpResponse:
    """The door to the gateway's page: whose it is, how much, and the link."""
    attempt = _attempt(invoice, attempt_id)
    if attempt is None:
        return redirect("workspaces:pay", invoice.public_id)
    context = {
        "attempt": attempt,
        "beneficiary": invoice.receiver_name,
        "back": reverse("workspaces:pay", args=[invoice.public_id]),
        "withdraw": reverse("workspaces:pay_withdraw", args=[invoice.public_id, attempt.public_id]),
        **school_context(invoice.school),
    }
    return render(request, "workspaces/parent/attempt.html", context)


@FAMILY
@require_POST
@of_invoice
def withdraw(request: HttpRequest, invoice: Invoice, attempt_id: str) -> HttpResponse:
    """Give up a payment that was started; money that comes nevertheless is kept and booked."""
    attempt = _attempt(invoice, attempt_id)
    if attempt is not None:
        with transaction():
            cancel_attempt(attempt, actor=FAMILY_ACTOR)
        messages.info(request, _("Đã bỏ lần nộp đó. Nếu tiền đã trừ, nhà trường vẫn nhận và ghi cho phiếu này."))
    return redirect("workspaces:pay", invoice.public_id)


@FAMILY
@require_http_methods(["GET", "HEAD"])
@of_invoice
def part(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Pay a part: the family types an amount and gets a code for it. Only where the round allows it."""
    whole = payment_page(invoice)
    if not whole.state.is_open or not invoice.round.allows_partial:
        return redirect("workspaces:pay", invoice.public_id)
    form = PartForm(request.GET if "so-tien" in request.GET else None, outstanding=whole.outstanding)
    chosen: Dong | None = form.amount if form.is_bound and form.is_valid() else None
    page = payment_page(invoice, part=chosen) if chosen else whole
    context = {
        "page": page, "invoice": invoice, "form": form, "chosen": chosen, "owed": whole.outstanding,
        "sandbox_url": sandbox_link(page.payload) if chosen and page.payload else "",
        **school_context(invoice.school),
    }  # fmt: skip
    return render(request, "workspaces/parent/part.html", context)


def _prices(invoice: Invoice, page: PaymentPage, method: Method = Method.WEB) -> list[dict[str, Any]]:
    """Channels of a way with what each costs in all, those that work first."""
    return [
        {
            "channel": channel,
            "total": channel.cost_to_payer(page.outstanding),
            "fee": channel.cost_to_payer(page.outstanding) - page.outstanding,
            "is_down": channel.failing_since is not None,
        }
        for channel in channels(invoice.school_id)
        if channel.method == method.value
    ]


def _attempt(invoice: Invoice, attempt_id: str) -> Attempt | None:
    """A pending attempt to pay this very invoice."""
    pending = pending_attempts(invoice.school_id, [invoice.pk], now=clock.now())
    return next((attempt for attempt in pending if attempt.public_id == attempt_id), None)
