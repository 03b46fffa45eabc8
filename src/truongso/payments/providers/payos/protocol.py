"""payOS: building and reading (README.md)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from truongso.kernel.money import Dong
from truongso.payments.providers.payos import codes
from truongso.payments.providers.payos.transfer import KEY, moment, sign_data, transfer_key, transfer_of
from truongso.payments.providers.reading import Fields, check_signature, hmac_hex, json_object
from truongso.payments.providers.texts import ascii_text
from truongso.payments.providers.types import (
    Addresses,
    AnswerError,
    Created,
    CreateRequest,
    CredentialField,
    Credentials,
    ForgedError,
    GenuineNotice,
    Incoming,
    Outgoing,
    Paid,
    QueryRequest,
    QueryResult,
    RawNotice,
    RefundRequest,
    RefundResult,
    Reply,
    Status,
    UnreadableError,
    Verdict,
)

T = TypeVar("T")
_PATH = "/v2/payment-requests"


class Payos:
    """payOS' protocol; see `Gateway`."""

    code = "payos"
    merchant_field = "client_id"
    fields: tuple[CredentialField, ...] = (
        CredentialField("client_id", False, r"[A-Za-z0-9-]{8,64}"),
        CredentialField("api_key", True, r"[\x21-\x7e]{8,128}"),
        CredentialField("checksum_key", True, r"[\x21-\x7e]{8,128}"),
        CredentialField("description_length", False, r"9|25"),
    )
    live = Addresses("https://api-merchant.payos.vn", "https://api-merchant.payos.vn")
    test = live
    pay_domains: tuple[str, ...] = ("payos.vn",)
    notice_method = "POST"
    has_fixed_amount = False
    pays_straight = True
    has_refunds = False
    repeats_to_ask = False
    key_problems: frozenset[str] = frozenset({"refused_401", "refused_403", "refused_201"})
    least = Dong(2_000)
    most = Dong(500_000_000)

    def reference(self, token: int, now: dt.datetime) -> str:
        """A whole number of 15 digits, which JavaScript still counts exactly."""
        return str(10**14 + token % (9 * 10**14))

    def create(self, request: CreateRequest, credentials: Credentials, addresses: Addresses) -> Outgoing | Created:
        longest = int(credentials.get("description_length") or 9)
        fields: dict[str, Any] = {
            "orderCode": int(request.reference),
            "amount": int(request.amount),
            "description": ascii_text(request.note, longest),
            "cancelUrl": request.return_url,
            "returnUrl": request.return_url,
            "expiredAt": _seconds(request.expires_at),
        }
        fields["signature"] = sign_order(fields, credentials[KEY])
        return _call("POST", _PATH, credentials, json.dumps(fields).encode())

    def read_created(self, answer: Incoming, request: CreateRequest, credentials: Credentials) -> Created:
        data = _data(answer, credentials)
        _same_order(data, request.reference)
        return _read(lambda: Created(data.text("checkoutUrl", required=True, longest=2000), data.text("paymentLinkId")))

    def read_notice(self, raw: RawNotice, live: Sequence[Credentials]) -> GenuineNotice:
        told = transfer_of(raw.body, live)
        return GenuineNotice(
            status=Status.PAID if told.is_paid else Status.FAILED, reference=str(told.order_code), amount=told.amount,
            txn_id=transfer_key(told.reference, told.at) if told.is_paid else "", paid_at=told.at,
            merchant="",  # not named in the notice: the checksum key is the merchant's own
            currency=told.currency, problem="" if told.is_paid else told.code, instrument=told.payer_bank,
        )  # fmt: skip

    def reply(self, verdict: Verdict) -> Reply:
        taken = verdict in {Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.UNKNOWN_ORDER}
        status = 200 if taken else {Verdict.FORGED: 401, Verdict.TRY_AGAIN: 503}.get(verdict, 400)
        return Reply(status, "application/json", json.dumps({"success": taken}).encode())

    def query(self, request: QueryRequest, credentials: Credentials) -> Outgoing:
        return _call("GET", f"{_PATH}/{request.reference}", credentials, b"")

    def read_query(self, answer: Incoming, request: QueryRequest, credentials: Credentials) -> QueryResult:
        data = _data(answer, credentials)
        _same_order(data, request.reference)
        state = _read(lambda: data.text("status", required=True))
        moneys = tuple(_read(lambda: [_money(one) for one in data.values.get("transactions") or []]))
        if state == codes.PAID or (moneys and state not in codes.WAITING):
            return QueryResult(Status.PAID if moneys else Status.PENDING, moneys, "" if moneys else "no_transaction")
        if state in codes.WAITING:
            return QueryResult(Status.PENDING, moneys, state)
        return QueryResult(Status.FAILED, moneys, state)

    def refund(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        raise AnswerError("no_refunds")

    def read_refund(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        raise AnswerError("no_refunds")

    def refund_progress(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        raise AnswerError("no_refunds")

    def read_refund_progress(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        raise AnswerError("no_refunds")


def sign_order(fields: dict[str, Any], secret: str) -> str:
    """Signature of a new order over its five signed fields."""
    names = ("amount", "cancelUrl", "description", "orderCode", "returnUrl")
    return hmac_hex(secret, "&".join(f"{n}={fields[n]}" for n in names))


def _money(value: Any) -> Paid:
    if not isinstance(value, dict):
        raise UnreadableError("field_type", field="transactions")
    fields = Fields(value)
    at = moment(fields, "transactionDateTime")
    key = transfer_key(fields.text("reference", required=True, longest=80), at)
    return Paid(key, Dong(fields.whole("amount", least=1)), at)


def _call(method: str, path: str, credentials: Credentials, body: bytes) -> Outgoing:
    headers = {
        "x-client-id": credentials["client_id"],
        "x-api-key": credentials["api_key"],
        "Content-Type": "application/json",
    }
    return Outgoing(method, path, headers, body)


def _data(answer: Incoming, credentials: Credentials) -> Fields:
    """The signed data of an answer. Raises AnswerError."""
    try:
        envelope = Fields(json_object(answer.body))
        code = envelope.text("code")
        if code != codes.OK:
            raise AnswerError(f"refused_{code[:10]}" if code else "http_status", status=answer.status)
        data = envelope.object("data")
        check_signature(envelope.values.get("signature"), [sign_data(data.values, credentials[KEY])])
    except ForgedError as error:
        raise AnswerError("answer_unsigned") from error
    except UnreadableError as error:
        raise AnswerError(
            "http_status" if answer.status != 200 else error.code, status=answer.status, **error.params
        ) from error
    return data


def _same_order(data: Fields, reference: str) -> None:
    if str(data.values.get("orderCode")) != reference:
        raise AnswerError("answer_of_another_order")


def _seconds(moment_: dt.datetime) -> int:
    return (moment_ - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(seconds=1)


def _read(function: Callable[[], T]) -> T:
    try:
        return function()
    except UnreadableError as error:
        raise AnswerError(error.code, **error.params) from error
