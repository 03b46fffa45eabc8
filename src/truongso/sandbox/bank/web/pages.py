"""The bank's app and its back office, on a phone's screen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.banking.types import Direction
from truongso.kernel import clock
from truongso.kernel.banks import find
from truongso.sandbox.bank import accounts, deliveries, lines, transfers
from truongso.sandbox.bank.scan import TransferOrder, payload_in, scan
from truongso.sandbox.bank.statements import FileFormat, statement_file
from truongso.sandbox.bank.types import Account, BankError, Delivery, Order, Role
from truongso.sandbox.bank.web.api import MEDIA_TYPES
from truongso.sandbox.bank.web.forms import OtherLineForm, PayForm, PictureForm, StatementForm
from truongso.sandbox.bank.web.runtime import books, wake_courier
from truongso.sandbox.bank.web.texts import answer_text, channel_name, refusal, state_name

_SHOWN_PAYERS = 30
_SHOWN_LINES = 50
_HOLD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A notice as the log shows it."""

    delivery: Delivery
    state: str
    kind: str
    answer: str

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryRow:
        state, kind = state_name(delivery.state)
        return cls(delivery, state, kind, answer_text(delivery.status, delivery.error))


@require_http_methods(["GET"])
def home(request: HttpRequest) -> HttpResponse:
    """Payers and what they have."""
    with books() as connection:
        payers = accounts.accounts(connection, Role.CUSTOMER, limit=_SHOWN_PAYERS)
    return _page(request, "home", "home", payers=[(payer, _bank_name(payer.bank_bin)) for payer in payers])


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    """Scan (paste or upload), then look at the transfer and confirm it."""
    if request.method == "POST":
        return _confirmed(request)
    payload = request.GET.get("payload", "")
    if not payload:
        return _scan_page(request)
    try:
        asked, receiver = _asked(payload)
    except BankError as error:
        return _scan_page(request, payload=payload, refused=refusal(error))
    form = PayForm(
        payers=_payers(),
        initial={
            "payload": payload,
            "key": secrets.token_urlsafe(12),
            "amount": asked.amount,
            "memo": asked.memo,
            "channel": "intact",
            "notify": True,
        },
    )
    return _pay_page(request, form, asked, receiver)


@require_http_methods(["POST"])
def picture(request: HttpRequest) -> HttpResponse:
    """Read the code in an uploaded picture and go on as if it had been scanned."""
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _scan_page(request, refused=" ".join(str(error) for error in form.errors["picture"]))
    try:
        payload = payload_in(form.cleaned_data["picture"].read())
    except BankError as error:
        return _scan_page(request, refused=refusal(error))
    return redirect(f"{reverse('bank-pay')}?{urlencode({'payload': payload})}")


@require_http_methods(["GET"])
def done(request: HttpRequest, number: int) -> HttpResponse:
    """The transfer made: what was sent, what the school's bank was told."""
    with books() as connection:
        try:
            transfer = transfers.transfer_of(connection, number)
        except BankError as error:
            return _not_found(request, error)
        sent = deliveries.deliveries(connection, line=transfer.line.id)
    return _page(
        request,
        "done",
        "pay",
        transfer=transfer,
        channel=channel_name(transfer.channel),
        bank=_bank_name(transfer.receiver_bin),
        rows=[DeliveryRow.of(delivery) for delivery in sent],
    )


@require_http_methods(["GET"])
def receivers(request: HttpRequest) -> HttpResponse:
    """The schools' accounts."""
    with books() as connection:
        found = accounts.accounts(connection, Role.RECEIVER)
    return _page(request, "receivers", "receivers", receivers=[(a, _bank_name(a.bank_bin)) for a in found])


@require_http_methods(["GET"])
def account(request: HttpRequest, number: str) -> HttpResponse:
    """One account: its lines; of a school also the feed, statements and other lines."""
    return _account_page(request, number)


@require_http_methods(["POST"])
def other_line(request: HttpRequest, number: str) -> HttpResponse:
    """Book interest, a pay-out or cash paid in."""
    form = OtherLineForm(request.POST)
    if not form.is_valid():
        return _account_page(request, number, other=form)
    kind, memo = form.cleaned_data["kind"], form.cleaned_data["memo"]
    with books() as connection:
        try:
            accounts.receiver(connection, number)
        except BankError as error:
            return _not_found(request, error)
    try:
        with books() as connection:
            transfers.book_other(
                connection,
                number=number,
                direction=Direction.OUT if kind == OtherLineForm.PAY_OUT else Direction.IN,
                amount=form.cleaned_data["amount"],
                # Interest arrives without words of its own on the notices seen.
                memo="NODATA" if kind == OtherLineForm.INTEREST and not memo else memo,
                at=clock.now(),
            )
    except BankError as error:
        form.add_error("amount", refusal(error))
        return _account_page(request, number, other=form)
    wake_courier()
    messages.success(request, _("Đã ghi giao dịch."))
    return redirect("bank-account", number)


@require_http_methods(["POST"])
def feed(request: HttpRequest, number: str) -> HttpResponse:
    """Switch the account's notices on or off."""
    on = request.POST.get("on") == "1"
    with books() as connection:
        try:
            accounts.switch_notices(connection, number, on=on)
        except BankError as error:
            return _not_found(request, error)
    messages.success(
        request,
        _("Đã bật thông báo.") if on else _("Đã tắt thông báo: giao dịch mới chỉ có trên sao kê."),
    )
    return redirect("bank-account", number)


@require_http_methods(["GET"])
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """The statement file that the form asks for."""
    form = StatementForm(request.GET)
    if not form.is_valid():
        return _account_page(request, number, statement_form=form)
    wanted = form.cleaned_data
    try:
        with books() as connection:
            file = statement_file(
                connection,
                number,
                layout=wanted["layout"],
                file_format=FileFormat(wanted["file_format"]),
                first=wanted["first"],
                last=wanted["last"],
            )
    except BankError as error:
        form.add_error(None, refusal(error))
        return _account_page(request, number, statement_form=form)
    response = HttpResponse(file.content, content_type=MEDIA_TYPES[FileFormat(wanted["file_format"])])
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@require_http_methods(["GET"])
def delivery_log(request: HttpRequest) -> HttpResponse:
    """Notices, newest first."""
    with books() as connection:
        found = deliveries.deliveries(connection, newest=_SHOWN_LINES)
    return _page(request, "deliveries", "deliveries", rows=[DeliveryRow.of(delivery) for delivery in found])


@require_http_methods(["POST"])
def resend(request: HttpRequest, line_id: int) -> HttpResponse:
    """Send a line's notice once more."""
    try:
        with books() as connection:
            deliveries.resend(connection, line_id)
    except BankError as error:
        messages.error(request, refusal(error))
    else:
        wake_courier()
        messages.success(request, _("Thông báo được gửi thêm một lần."))
    return redirect("bank-deliveries")


@require_http_methods(["POST"])
def hold(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a waiting notice now, or a minute from now."""
    later = request.POST.get("later") == "1"
    try:
        with books() as connection:
            deliveries.delay(connection, delivery_id, _HOLD_SECONDS if later else 0.0)
    except BankError as error:
        messages.error(request, refusal(error))
    else:
        wake_courier()
        messages.success(request, _("Thông báo lùi lại 1 phút.") if later else _("Đang gửi thông báo."))
    return redirect("bank-deliveries")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address the bank does not have."""
    return _page(request, "not_found", "", status=404, reason=_("Không có trang này."))


def _confirmed(request: HttpRequest) -> HttpResponse:
    try:
        asked, receiver = _asked(request.POST.get("payload", ""))
    except BankError as error:
        return _scan_page(request, payload=request.POST.get("payload", ""), refused=refusal(error))
    form = PayForm(request.POST, payers=_payers())
    if not form.is_valid():
        return _pay_page(request, form, asked, receiver)
    said = form.cleaned_data
    order = Order(
        payer=said["payer"],
        receiver=asked.account,  # as scanned: it may be a virtual number
        amount=said["amount"],
        memo=said["memo"],
        at=clock.now(),
        bank_bin=asked.bank_bin,
        channel=said["channel"],
        notify=said["notify"],
        key=said["key"],
    )
    try:
        with books() as connection:
            transfer = transfers.pay(connection, order)
    except BankError as error:
        form.add_error("payer" if error.code == "balance_low" else None, refusal(error))
        return _pay_page(request, form, asked, receiver)
    wake_courier()
    return redirect("bank-done", transfer.id)


def _asked(payload: str) -> tuple[TransferOrder, Account]:
    asked = scan(payload)
    with books() as connection:
        return asked, accounts.receiver(connection, asked.account, asked.bank_bin)


def _payers() -> list[Account]:
    with books() as connection:
        return accounts.accounts(connection, Role.CUSTOMER, limit=_SHOWN_PAYERS)


def _scan_page(request: HttpRequest, *, payload: str = "", refused: str = "") -> HttpResponse:
    return _page(
        request,
        "scan",
        "pay",
        status=422 if refused else 200,
        payload=payload,
        refused=refused,
        picture_form=PictureForm(),
    )


def _pay_page(request: HttpRequest, form: PayForm, asked: TransferOrder, receiver: Account) -> HttpResponse:
    return _page(
        request,
        "pay",
        "pay",
        status=422 if form.is_bound else 200,
        form=form,
        asked=asked,
        receiver=receiver,
        bank=_bank_name(receiver.bank_bin),
    )


def _account_page(
    request: HttpRequest,
    number: str,
    *,
    other: OtherLineForm | None = None,
    statement_form: StatementForm | None = None,
) -> HttpResponse:
    with books() as connection:
        try:
            shown = accounts.account_of(connection, number)
        except BankError as error:
            return _not_found(request, error)
        booked = lines.lines_of(connection, number, newest=_SHOWN_LINES)
    return _page(
        request,
        "account",
        "receivers" if shown.role is Role.RECEIVER else "home",
        status=200 if other is None and statement_form is None else 422,
        account=shown,
        is_receiver=shown.role is Role.RECEIVER,
        bank=_bank_name(shown.bank_bin),
        lines=booked[::-1],
        other=other or OtherLineForm(),
        statement_form=statement_form or StatementForm.of(shown),
    )


def _not_found(request: HttpRequest, error: BankError) -> HttpResponse:
    return _page(request, "not_found", "", status=404, reason=refusal(error))


def _bank_name(bank_bin: str) -> str:
    bank = find(bank_bin)
    return bank_bin if bank is None else bank.short_name


def _page(request: HttpRequest, template: str, tab: str, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, f"sandbox_bank/{template}.html", {"tab": tab, **context}, status=status)
