"""The JSON interface of terminals, wallets and payouts, for the demo and for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse

from truongso.sandbox.bank_client import SandboxBankError
from truongso.sandbox.gateways import merchants, settlements, wallet
from truongso.sandbox.gateways.pos import terminal as pos
from truongso.sandbox.gateways.pos.settlement_file import SettlementFormat, settlement_file
from truongso.sandbox.gateways.pos.types import Batch, Sale, Terminal
from truongso.sandbox.gateways.settlements import Settlement, settlement_csv
from truongso.sandbox.gateways.types import GatewayError
from truongso.sandbox.gateways.web.admin import admin, answer, provider_named
from truongso.sandbox.gateways.web.bank_side import credit_merchant, credit_terminal
from truongso.sandbox.gateways.web.runtime import bank, books
from truongso.sandbox.web.reading import Given

MEDIA_TYPES = {
    SettlementFormat.CSV: "text/csv; charset=utf-8",
    SettlementFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@admin("GET", "POST")
def terminals(request: HttpRequest) -> HttpResponse:
    """GET: terminals. POST {tid, mid, name, account, bin}: put one up."""
    if request.method == "GET":
        with books() as connection:
            return answer({"terminals": [_terminal_json(one) for one in pos.terminals(connection)]})
    given = Given.of(request)
    wanted = Terminal(
        given.text("tid"), given.text("mid"), given.text("name"), given.account("account"), given.digits("bin", 6)
    )
    with books() as connection:
        return answer({"terminal": _terminal_json(pos.register(connection, wanted))}, status=201)


@admin("POST")
def sell(request: HttpRequest, tid: str) -> HttpResponse:
    """{amount, card, invoice?, at?}: take a payment by card; answers with the slip."""
    given = Given.of(request)
    with books() as connection:
        sale = pos.sell(
            connection,
            tid,
            amount=given.amount("amount"),
            card=given.text("card"),
            invoice=given.text("invoice", ""),
            at=_moment(given),
        )
        told = slip_json(connection, sale)
    return answer({"slip": told}, status=201)


@admin("POST")
def void(request: HttpRequest, tid: str) -> HttpResponse:
    """{trace}: undo a sale of the open batch."""
    trace = Given.of(request).values.get("trace")
    if type(trace) is not int:
        raise GatewayError("field_wrong", field="trace")
    with books() as connection:
        return answer({"slip": slip_json(connection, pos.void(connection, tid, trace))})


@admin("POST")
def close(request: HttpRequest, tid: str) -> HttpResponse:
    """{at?}: close the open batch."""
    given = Given.of(request)
    with books() as connection:
        return answer({"batch": _batch_json(pos.close_batch(connection, tid, at=_moment(given)))}, status=201)


@admin("POST")
def settle(request: HttpRequest, tid: str, number: int) -> HttpResponse:
    """{at?}: the acquirer pays the net sum of a closed batch in one line."""
    given = Given.of(request)
    with books() as connection:
        settled = pos.settle(connection, tid, number, credit=credit_terminal, at=_moment(given))
    return answer({"batch": _batch_json(settled)}, status=201)


@admin("GET")
def batch_file(request: HttpRequest, tid: str, number: int) -> HttpResponse:
    """?format=csv|xlsx: the acquirer's file of a batch."""
    return file_response(request, tid, number)


def file_response(request: HttpRequest, tid: str, number: int) -> HttpResponse:
    """The file that a query string asks for. Raises GatewayError."""
    wanted = request.GET.get("format", "csv")
    if wanted not in set(SettlementFormat):
        raise GatewayError("field_wrong", field="format")
    with books() as connection:
        batch = pos.closed_batch(connection, tid, number)
    content = settlement_file(batch, SettlementFormat(wanted))
    response = HttpResponse(content, content_type=MEDIA_TYPES[SettlementFormat(wanted)])
    response["Content-Disposition"] = f'attachment; filename="quyet-toan-{tid}-{number:06d}.{wanted}"'
    return response


@admin("GET")
def wallets(request: HttpRequest) -> HttpResponse:
    """Mobile Money wallets at the bank."""
    return answer({"wallets": wallet.wallets(bank())})


@admin("POST")
def wallet_pay(request: HttpRequest) -> HttpResponse:
    """{wallet, payload, amount?, memo?, key?, at?, notify?}: scan and pay."""
    given = Given.of(request)
    try:
        transfer = wallet.pay(
            bank(),
            wallet=given.account("wallet"),
            payload=given.text("payload"),
            amount=given.amount("amount") if given.has("amount") else None,
            memo=given.text("memo") if given.has("memo") else None,
            key=given.text("key") if given.has("key") else None,
            at=_moment(given),
            notify=given.yes("notify", default=True),
        )
    except SandboxBankError as error:
        raise GatewayError("bank_refused", message=error.message) from error
    return answer({"transfer": transfer}, status=201)


@admin("POST")
def payout(request: HttpRequest, provider: str, code: str) -> HttpResponse:
    """{at?}: pay out what came in through a gateway, less fee and refunds, in one line."""
    given = Given.of(request)
    with books() as connection:
        merchant = merchants.merchant_named(connection, provider_named(provider), code)
        made = settlements.settle(connection, merchant, credit=credit_merchant, at=_moment(given))
    return answer({"settlement": _settlement_json(made)}, status=201)


@admin("GET")
def payout_file(request: HttpRequest, provider: str, code: str, number: int) -> HttpResponse:
    """The provider's file of a payout (CSV)."""
    with books() as connection:
        merchant = merchants.merchant_named(connection, provider_named(provider), code)
        made = settlements.settlement_of(connection, merchant, number)
    return HttpResponse(settlement_csv(made), content_type=MEDIA_TYPES[SettlementFormat.CSV])


def slip_json(connection: Any, sale: Sale) -> dict[str, object]:
    """What the slip says."""
    batch = pos.batch_of(connection, sale.batch)
    return {
        "tid": batch.terminal.tid,
        "mid": batch.terminal.mid,
        "merchant": batch.terminal.name,
        "batch": f"{batch.number:06d}",
        "trace": f"{sale.trace:06d}",
        "rrn": sale.rrn,
        "approval": sale.approval,
        "brand": sale.brand.value,
        "last4": sale.last4,
        "card": sale.masked,
        "amount": sale.amount.value,
        "invoice": sale.invoice,
        "at": sale.at.isoformat(timespec="seconds"),
        "is_void": sale.is_void,
    }


def _batch_json(batch: Batch) -> dict[str, object]:
    return {
        "tid": batch.terminal.tid,
        "number": batch.number,
        "count": len(batch.counted),
        "gross": batch.gross.value,
        "fee": batch.fee.value,
        "net": batch.net.value,
        "closed_at": None if batch.closed_at is None else batch.closed_at.isoformat(timespec="seconds"),
        "settled_on": None if batch.settled_on is None else batch.settled_on.isoformat(),
        "memo": batch.memo,
        "line": batch.line,
    }


def _settlement_json(made: Settlement) -> dict[str, object]:
    return {
        "id": made.id,
        "at": made.at.isoformat(timespec="seconds"),
        "gross": made.gross.value,
        "fee": made.fee.value,
        "refunded": made.refunded.value,
        "net": made.net.value,
        "memo": made.memo,
        "line": made.line,
        "orders": [order.ref for order in made.orders],
    }


def _terminal_json(terminal: Terminal) -> dict[str, object]:
    return {
        "tid": terminal.tid,
        "mid": terminal.mid,
        "name": terminal.name,
        "account": terminal.account,
        "bin": terminal.bank_bin,
    }


def _moment(given: Given) -> dt.datetime | None:
    return given.moment("at") if given.has("at") else None
