"""ZaloPay v2: signing, verifying, building and reading (README.md)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.reading import Fields, hmac_hex, json_object, signed_by_any, unsigned
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
    RefundStatus,
    Reply,
    Status,
    UnreadableError,
    Verdict,
)
from truongso.payments.providers.zalopay import codes

T = TypeVar("T")
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_USER = "phuhuynh"
_SHORTEST, _LONGEST = 300, 2_592_000
_REPLIES = {
    Verdict.ACCEPTED: (codes.REPLY_TAKEN, "success"),
    Verdict.DUPLICATE: (codes.REPLY_TAKEN, "success"),
    Verdict.TRY_AGAIN: (codes.REPLY_AGAIN, "try again"),
    Verdict.FORGED: (codes.REPLY_REFUSED, "mac not equal"),
}


def mac(key: str, *parts: object) -> str:
    """HMAC-SHA256 hex over parts joined by "|"."""
    return hmac_hex(key, "|".join(str(p) for p in parts))


class Zalopay:
    """ZaloPay's protocol; see `Gateway`."""

    code = "zalopay"
    merchant_field = "app_id"
    fields: tuple[CredentialField, ...] = (
        CredentialField("app_id", False, r"[0-9]{1,12}"),
        CredentialField("key1", True, r"[\x21-\x7e]{8,128}"),
        CredentialField("key2", True, r"[\x21-\x7e]{8,128}"),
    )
    live = Addresses("https://openapi.zalopay.vn", "https://openapi.zalopay.vn")
    test = Addresses("https://sb-openapi.zalopay.vn", "https://sb-openapi.zalopay.vn")
    pay_domains: tuple[str, ...] = ("zalopay.vn",)
    notice_method = "POST"
    has_fixed_amount = True
    pays_straight = False
    has_refunds = True
    repeats_to_ask = False
    key_problems: frozenset[str] = frozenset({"refused_-401", "refused_-402", "refused_-2", "refused_-3"})
    least = Dong(1_000)
    most = Dong(100_000_000)

    def reference(self, token: int, now: dt.datetime) -> str:
        """`yymmdd_` in GMT+7, then ten base-32 digits."""
        letters = "".join(_DIGITS[token >> shift & 31] for shift in range(0, 50, 5))
        return f"{now.astimezone(SCHOOL_TIME):%y%m%d}_{letters}"

    def create(self, request: CreateRequest, credentials: Credentials, addresses: Addresses) -> Outgoing | Created:
        seconds = (request.expires_at - request.now) // dt.timedelta(seconds=1)
        fields: dict[str, Any] = {
            "app_id": credentials["app_id"],
            "app_user": _USER,
            "app_trans_id": request.reference,
            "app_time": _milliseconds(request.now),
            "amount": int(request.amount),
            "item": "[]",
            "embed_data": json.dumps({"redirecturl": request.return_url}, separators=(",", ":")),
            "description": ascii_text(request.description, 256),
            "bank_code": "",
            "callback_url": request.notice_url,
            "expire_duration_seconds": min(max(seconds, _SHORTEST), _LONGEST),
        }
        order = ("app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item")
        fields["mac"] = mac(credentials["key1"], *(fields[n] for n in order))
        return _call("create", fields)

    def read_created(self, answer: Incoming, request: CreateRequest, credentials: Credentials) -> Created:
        fields = _answer(answer)
        if _code(fields) != codes.OK:
            raise AnswerError(_problem(fields))
        return _read(lambda: Created(fields.text("order_url", required=True, longest=2000)))

    def read_notice(self, raw: RawNotice, live: Sequence[Credentials]) -> GenuineNotice:
        envelope = Fields(unsigned(lambda: json_object(raw.body)))
        data = envelope.values.get("data")
        if not isinstance(data, str):
            raise ForgedError("field_missing" if data is None else "field_type", field="data")
        signed_by_any(envelope.values.get("mac"), live, lambda c: hmac_hex(c["key2"], data))
        fields = Fields(json_object(data))
        app = fields.number_text("app_id")
        number = fields.number_text("zp_trans_id")
        if not number.isascii() or not number.isdigit() or int(number) == 0:
            raise UnreadableError("field_value", field="zp_trans_id")
        return GenuineNotice(
            status=Status.PAID, reference=fields.text("app_trans_id", required=True, longest=40),
            amount=Dong(fields.whole("amount", least=1)), txn_id=number, paid_at=fields.milliseconds("server_time"),
            merchant=app, instrument=str(fields.values.get("channel", ""))[:20],
        )  # fmt: skip

    def reply(self, verdict: Verdict) -> Reply:
        code, message = _REPLIES.get(verdict, (codes.REPLY_REFUSED, verdict.value))
        body = json.dumps({"return_code": code, "return_message": message}).encode()
        return Reply(200, "application/json", body)

    def query(self, request: QueryRequest, credentials: Credentials) -> Outgoing:
        app, key = credentials["app_id"], credentials["key1"]
        signature = mac(key, app, request.reference, key)
        return _call("query", {"app_id": app, "app_trans_id": request.reference, "mac": signature})

    def read_query(self, answer: Incoming, request: QueryRequest, credentials: Credentials) -> QueryResult:
        fields = _answer(answer)
        code = _code(fields)
        if code == codes.PROCESSING:
            return QueryResult(Status.PENDING)
        if code == codes.FAILED:
            return QueryResult(Status.FAILED, problem=_problem(fields))
        if code != codes.OK:
            raise AnswerError(_problem(fields))
        money = _read(
            lambda: Paid(
                fields.number_text("zp_trans_id"), Dong(fields.whole("amount", least=1)),
                fields.milliseconds("server_time") if fields.values.get("server_time") else request.now,
            )
        )  # fmt: skip
        return QueryResult(Status.PAID, (money,))

    def refund(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        app, stamp = credentials["app_id"], _milliseconds(request.now)
        description = ascii_text(request.reason, 100)
        fields: dict[str, Any] = {
            "app_id": app,
            "m_refund_id": _refund_id(request, app),
            "zp_trans_id": request.txn_id,
            "amount": int(request.amount),
            "timestamp": stamp,
            "description": description,
        }
        fields["mac"] = mac(credentials["key1"], app, request.txn_id, int(request.amount), description, stamp)
        return _call("refund", fields)

    def read_refund(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        fields = _answer(answer)
        code = _code(fields)
        number = _read(lambda: fields.number_text("refund_id")) if fields.values.get("refund_id") else ""
        if code == codes.OK:
            return RefundResult(RefundStatus.DONE, number)
        if code == codes.PROCESSING or fields.values.get("sub_return_code") == codes.REFUND_KNOWN:
            return RefundResult(RefundStatus.PROCESSING, number)
        return RefundResult(RefundStatus.REFUSED, number, _problem(fields))

    def refund_progress(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        app, stamp = credentials["app_id"], _milliseconds(request.now)
        number = _refund_id(request, app)
        signature = mac(credentials["key1"], app, number, stamp)
        return _call("query_refund", {"app_id": app, "m_refund_id": number, "timestamp": stamp, "mac": signature})

    def read_refund_progress(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        told = self.read_refund(answer, request, credentials)
        if told.status is not RefundStatus.REFUSED:
            return told
        # The query does not tell "unknown" from "refused"; asked again under the same id it is never paid twice.
        return RefundResult(RefundStatus.MISSING, told.refund_id, told.problem)


def _refund_id(request: RefundRequest, app: str) -> str:
    """Made of the moment the refund was first asked, so that asking again is the same refund."""
    return f"{request.requested_at.astimezone(SCHOOL_TIME):%y%m%d}_{app}_{request.refund_reference}"


def _milliseconds(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


def _call(name: str, fields: dict[str, Any]) -> Outgoing:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Outgoing("POST", f"/v2/{name}", headers, urlencode(fields).encode())


def _answer(answer: Incoming) -> Fields:
    """Answers are not signed: they are believed because we asked over a checked connection."""
    if answer.status != 200:
        raise AnswerError("http_status", status=answer.status)
    return Fields(_read(lambda: json_object(answer.body)))


def _code(fields: Fields) -> int:
    value = fields.values.get("return_code")
    if type(value) is not int:
        raise AnswerError("field_missing", field="return_code")
    return value


def _problem(fields: Fields) -> str:
    detail = fields.values.get("sub_return_code")
    return f"refused_{detail if type(detail) is int else _code(fields)}"


def _read(function: Callable[[], T]) -> T:
    try:
        return function()
    except UnreadableError as error:
        raise AnswerError(error.code, **error.params) from error
