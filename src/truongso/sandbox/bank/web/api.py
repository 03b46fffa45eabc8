"""The JSON interface of the bank, for the demo and for tests. Refusals: {"error", "params", "message"}."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong
from truongso.sandbox.bank import accounts, bills, deliveries, lines, transfers
from truongso.sandbox.bank.feeds import SEPAY
from truongso.sandbox.bank.scan import scan
from truongso.sandbox.bank.statements import FileFormat, statement_file
from truongso.sandbox.bank.types import (
    Account,
    BankError,
    Delivery,
    DeliveryState,
    Feed,
    Line,
    Order,
    Role,
    Transfer,
)
from truongso.sandbox.bank.web.runtime import books, wake_courier
from truongso.sandbox.bank.web.texts import refusal
from truongso.sandbox.errors import SandboxError
from truongso.sandbox.web.reading import Given, day

MOST_AT_ONCE = 5000
MEDIA_TYPES = {
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.CSV: "text/csv; charset=utf-8",
}
_MALFORMED = frozenset({"not_json", "field_missing", "field_wrong"})
_View = Callable[..., HttpResponse]


def _api(*methods: str) -> Callable[[_View], _View]:
    """A view of this interface: only these methods, refusals as JSON, JSON bodies instead of a CSRF token."""

    def wrap(view: _View) -> _View:
        @csrf_exempt
        @require_http_methods([*methods])
        @functools.wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except SandboxError as error:
                body = {"error": error.code, "params": error.params, "message": refusal(error)}
                return JsonResponse(body, status=_status(error.code), json_dumps_params=_DUMPS)

        return answered

    return wrap


_DUMPS = {"ensure_ascii": False}


@_api("GET")
def health(request: HttpRequest) -> HttpResponse:
    """Whether the bank answers."""
    return _json({"ok": True})


@_api("GET", "POST")
def receivers(request: HttpRequest) -> HttpResponse:
    """GET: receiving accounts.

    POST {bin, number, holder, webhook?, secret?, feed?, balance?}: register one or change its feed's webhook.
    """
    if request.method == "GET":
        with books() as connection:
            return _json({"accounts": [account_json(a) for a in accounts.accounts(connection, Role.RECEIVER)]})
    given = Given.of(request)
    with books() as connection:
        account = accounts.register_receiver(
            connection,
            number=given.account("number"),
            bank_bin=given.digits("bin", 6),
            holder=given.text("holder"),
            webhook_url=given.text("webhook", ""),
            webhook_secret=given.text("secret", ""),
            feed=given.text("feed", SEPAY),
            opening=_not_negative(given, "balance", ZERO),
        )
    return _json({"account": account_json(account)}, status=201)


@_api("POST")
def billers(request: HttpRequest) -> HttpResponse:
    """POST {school_code, name, url, key_id, secret}: a school at whose bill service the bank is a partner."""
    given = Given.of(request)
    with books() as connection:
        made = bills.register(
            connection, **{name: given.text(name) for name in ("school_code", "name", "url", "key_id", "secret")}
        )
    return _json({"biller": {"id": made.id, "school_code": made.school_code, "name": made.name}}, status=201)


@_api("GET", "POST")
def customers(request: HttpRequest) -> HttpResponse:
    """GET: payers. POST {name, account, balance, bin?} or {customers: [the same, …]}: add them."""
    if request.method == "GET":
        with books() as connection:
            return _json({"customers": [account_json(a) for a in accounts.accounts(connection, Role.CUSTOMER)]})
    given = Given.of(request)
    wanted = _limited(given, "customers") if given.has("customers") else [given]
    with books() as connection:
        added = [
            accounts.add_customer(
                connection,
                number=one.account("account"),
                holder=one.text("name"),
                bank_bin=one.digits("bin", 6) if one.has("bin") else accounts.VIETCOMBANK,
                balance=_not_negative(one, "balance"),
            )
            for one in wanted
        ]
    return _json({"customers": [account_json(account) for account in added]}, status=201)


@_api("POST")
def pay(request: HttpRequest) -> HttpResponse:
    """One transfer: {payload | account, payer, amount?, memo?, channel?, at?, notify?, delay?, key?}."""
    order = _order(Given.of(request))
    with books() as connection:
        transfer = transfers.pay(connection, order)
    wake_courier()
    return _json({"transfer": transfer_json(transfer)}, status=201)


@_api("POST")
def pay_many(request: HttpRequest) -> HttpResponse:
    """Many transfers, all or none: {transfers: [as for pay, …]}, at most 5,000."""
    orders = []
    for index, one in enumerate(_limited(Given.of(request), "transfers")):
        try:
            orders.append(_order(one))
        except SandboxError as error:
            raise BankError(error.code, **{**error.params, "index": index}) from error
    with books() as connection:
        done = transfers.pay_many(connection, orders)
    wake_courier()
    return _json({"transfers": [transfer_json(transfer) for transfer in done]}, status=201)


@_api("GET", "POST")
def account_lines(request: HttpRequest, number: str) -> HttpResponse:
    """GET ?from=&to=: the account and its lines, oldest first.

    POST {direction, amount, memo, at?, notify?}: a line that is no transfer (interest, fees, pay-outs).
    """
    if request.method == "GET":
        first, last = day(request.GET.get("from", ""), "from"), day(request.GET.get("to", ""), "to")
        with books() as connection:
            account = accounts.account_of(connection, number)
            found = lines.lines_of(connection, number, first=first, last=last)
        return _json({"account": account_json(account), "lines": [line_json(line) for line in found]})
    given = Given.of(request)
    direction = given.text("direction")
    if direction not in set(Direction):
        raise BankError("field_wrong", field="direction")
    with books() as connection:
        line = transfers.book_other(
            connection,
            number=number,
            direction=Direction(direction),
            amount=given.amount("amount"),
            memo=given.text("memo", ""),
            at=given.moment("at"),
            notify=given.yes("notify", default=True),
        )
    wake_courier()
    return _json({"line": line_json(line)}, status=201)


@_api("POST")
def account_notices(request: HttpRequest, number: str) -> HttpResponse:
    """{on}: switch the account's feed on or off."""
    on = Given.of(request).yes("on")
    with books() as connection:
        return _json({"account": account_json(accounts.switch_notices(connection, number, on=on))})


@_api("POST")
def account_feeds(request: HttpRequest, number: str) -> HttpResponse:
    """{feed, webhook, secret}: another feed beside those there are; without webhook and secret it ends."""
    given = Given.of(request)
    feed = Feed(given.text("feed"), given.text("webhook", ""), given.text("secret", ""))
    with books() as connection:
        return _json({"account": account_json(accounts.set_feed(connection, number, feed))}, status=201)


@_api("POST")
def account_virtual(request: HttpRequest, number: str) -> HttpResponse:
    """{number}: a number that stands for the account."""
    virtual = Given.of(request).account("number")
    with books() as connection:
        return _json({"account": account_json(accounts.add_virtual(connection, number, virtual))}, status=201)


@_api("GET")
def account_statement(request: HttpRequest, number: str) -> HttpResponse:
    """The statement as a file: ?layout=&format=xlsx|csv&from=&to=."""
    return statement_response(request, number)


def statement_response(request: HttpRequest, number: str) -> HttpResponse:
    """The file that a query string asks for. Raises BankError."""
    file_format = request.GET.get("format", "xlsx")
    if file_format not in set(FileFormat):
        raise BankError("field_wrong", field="format")
    with books() as connection:
        file = statement_file(
            connection,
            number,
            layout=request.GET.get("layout") or None,
            file_format=FileFormat(file_format),
            first=day(request.GET.get("from", ""), "from"),
            last=day(request.GET.get("to", ""), "to"),
        )
    response = HttpResponse(file.content, content_type=MEDIA_TYPES[FileFormat(file_format)])
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@_api("GET")
def delivery_log(request: HttpRequest) -> HttpResponse:
    """?account=&line=&state=&limit=: notices, newest first."""
    state, line, limit = (request.GET.get(name, "") for name in ("state", "line", "limit"))
    if state and state not in set(DeliveryState):
        raise BankError("field_wrong", field="state")
    with books() as connection:
        found = deliveries.deliveries(
            connection,
            account=request.GET.get("account") or None,
            line=_number(line, "line") if line else None,
            state=DeliveryState(state) if state else None,
            newest=_number(limit, "limit") if limit else 100,
        )
    return _json({"deliveries": [delivery_json(delivery) for delivery in found]})


@_api("POST")
def delivery_delay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """{seconds}: hold a waiting notice back; 0 sends it now."""
    seconds = Given.of(request).seconds("seconds")
    with books() as connection:
        delivery = deliveries.delay(connection, delivery_id, seconds)
    wake_courier()
    return _json({"delivery": delivery_json(delivery)})


@_api("POST")
def line_notice(request: HttpRequest, line_id: int) -> HttpResponse:
    """{delay?, feed?}: send a line's notice again, or for the first time, to each feed or the named one."""
    given = Given.of(request)
    seconds, feed = given.seconds("delay"), given.text("feed") if given.has("feed") else None
    with books() as connection:
        sent = deliveries.resend(connection, line_id, feed=feed, delay_seconds=seconds)
    wake_courier()
    told = [delivery_json(delivery) for delivery in sent]
    return _json({"delivery": told[0], "deliveries": told}, status=201)


def account_json(account: Account) -> dict[str, object]:
    """Secrets stay inside."""
    return {
        "number": account.number,
        "bin": account.bank_bin,
        "holder": account.holder,
        "balance": account.balance.value,
        "feeds": [{"feed": feed.provider, "webhook": feed.url} for feed in account.feeds],
        "virtual": list(account.virtual_numbers),
        "notices_on": account.notices_on,
    }


def line_json(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "account": line.account,
        "booked_at": _iso(line.booked_at),
        "direction": line.direction.value,
        "amount": line.amount.value,
        "balance": line.balance.value,
        "memo": line.memo,
        "reference": line.reference,
        "counter_account": line.counter_account,
        "counter_name": line.counter_name,
        "counter_bin": line.counter_bin,
        "virtual_account": line.virtual_account,
    }


def transfer_json(transfer: Transfer) -> dict[str, object]:
    return {
        "id": transfer.id,
        "payer": transfer.payer,
        "receiver": transfer.receiver,
        "amount": transfer.amount.value,
        "channel": transfer.channel,
        "line": line_json(transfer.line),
    }


def delivery_json(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "line": delivery.line,
        "account": delivery.account,
        "feed": delivery.feed,
        "url": delivery.url,
        "notice": json.loads(delivery.body),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
        "next_at": _iso(delivery.next_at),
        "delivered_at": _iso(delivery.delivered_at),
    }


def _order(given: Given) -> Order:
    """An order from {payload …} or {account, amount, memo …}; amount and memo override the payload's."""
    payload = scan(given.text("payload")) if given.has("payload") else None
    amount = given.amount("amount", None if payload is None else payload.amount or ZERO)
    if payload is not None and payload.amount is None and not given.has("amount"):
        raise BankError("amount_missing")
    return Order(
        payer=given.account("payer"),
        receiver=given.account("account") if payload is None else payload.account,
        bank_bin=None if payload is None else payload.bank_bin,
        amount=amount,
        memo=given.text("memo", "" if payload is None else payload.memo),
        at=given.moment("at"),
        channel=given.text("channel", "intact"),
        notify=given.yes("notify", default=True),
        delay_seconds=given.seconds("delay"),
        key=given.text("key") if given.has("key") else None,
    )


def _limited(given: Given, field: str) -> list[Given]:
    items = given.list_of(field)
    if len(items) > MOST_AT_ONCE:
        raise BankError("field_wrong", field=field)
    return items


def _not_negative(given: Given, field: str, default: Dong | None = None) -> Dong:
    amount = given.amount(field, default)
    if amount < ZERO:
        raise BankError("field_wrong", field=field)
    return amount


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BankError("field_wrong", field=field)
    return int(text)


def _status(code: str) -> int:
    if code in _MALFORMED:
        return 400
    return (
        404 if code.endswith("_unknown") and code not in {"channel_unknown", "layout_unknown", "feed_unknown"} else 409
    )


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(SCHOOL_TIME).isoformat()


def _json(body: dict[str, object], *, status: int = 200) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params=_DUMPS)
