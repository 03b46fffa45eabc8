"""The Mobile Money wallet on a phone: scan, look, confirm."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from truongso.kernel.banks import find
from truongso.sandbox.bank.scan import payload_in
from truongso.sandbox.bank.types import BankError
from truongso.sandbox.bank.web.forms import PictureForm
from truongso.sandbox.bank.web.texts import refusal as bank_refusal
from truongso.sandbox.bank_client import SandboxBankError
from truongso.sandbox.errors import SandboxError
from truongso.sandbox.gateways import wallet
from truongso.sandbox.gateways.types import GatewayError
from truongso.sandbox.gateways.wallet import OPERATORS, Scanned
from truongso.sandbox.gateways.web.forms import WalletForm
from truongso.sandbox.gateways.web.runtime import bank
from truongso.sandbox.gateways.web.texts import refusal


@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Without a code: scan. With one (`?payload=`): look at it and confirm."""
    try:
        if request.method == "POST":
            return _confirmed(request)
        payload = request.GET.get("payload", "")
        if not payload:
            return _scan_page(request)
        asked = wallet.read(payload)
        initial = {"payload": payload, "key": secrets.token_urlsafe(12), "amount": asked.amount, "memo": asked.memo}
        return _confirm_page(request, asked, WalletForm(wallets=_wallets(), initial=initial))
    except SandboxError as error:
        return _scan_page(request, payload=request.GET.get("payload", ""), refused=_words(error))
    except (SandboxBankError, OSError) as error:
        return _scan_page(request, refused=refusal(GatewayError("bank_refused", message=str(error))))


@require_POST
def picture(request: HttpRequest) -> HttpResponse:
    """Read the code in an uploaded picture and go on as if it had been scanned."""
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _scan_page(request, refused=" ".join(str(error) for error in form.errors["picture"]))
    try:
        payload = payload_in(form.cleaned_data["picture"].read())
    except BankError as error:
        return _scan_page(request, refused=bank_refusal(error))
    return redirect(f"{reverse('gateways-wallet')}?{urlencode({'payload': payload})}")


def _confirmed(request: HttpRequest) -> HttpResponse:
    asked = wallet.read(request.POST.get("payload", ""))
    form = WalletForm(request.POST, wallets=_wallets())
    if not form.is_valid():
        return _confirm_page(request, asked, form)
    said = form.cleaned_data
    try:
        transfer = wallet.pay(
            bank(),
            wallet=said["wallet"],
            payload=said["payload"],
            amount=said["amount"],
            memo=said["memo"],
            key=said["key"],
        )
    except SandboxBankError as error:
        form.add_error(None, error.message)
        return _confirm_page(request, asked, form)
    except SandboxError as error:
        form.add_error("amount", _words(error))
        return _confirm_page(request, asked, form)
    return _page(request, "wallet_done", transfer=transfer, amount=said["amount"], asked=asked)


def _wallets() -> list[dict[str, Any]]:
    return [{**one, "operator": OPERATORS[one["bin"]]} for one in wallet.wallets(bank())]


def _scan_page(request: HttpRequest, *, payload: str = "", refused: str = "") -> HttpResponse:
    return _page(
        request,
        "wallet_scan",
        status=422 if refused else 200,
        payload=payload,
        refused=refused,
        picture_form=PictureForm(),
    )


def _confirm_page(request: HttpRequest, asked: Scanned, form: WalletForm) -> HttpResponse:
    found = find(asked.bank_bin)
    name = asked.bank_bin if found is None else found.short_name
    return _page(request, "wallet_pay", status=422 if form.is_bound else 200, asked=asked, form=form, bank=name)


def _words(error: SandboxError) -> str:
    return bank_refusal(error) if isinstance(error, BankError) else refusal(error)


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    shown = {"tab": "wallet", "provider": "wallet", **context}
    return render(request, f"sandbox_gateways/{template}.html", shown, status=status)
