"""MoMo AIO v2: signing, verifying, building and reading (README.md)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.momo import codes
from truongso.payments.providers.reading import Fields, hmac_hex, json_object, signed_by_any, unsigned
from truongso.payments.providers.texts import ascii_text
from truongso.payments.providers.types import (
    Addresses,
    AnswerError,
    Created,
    CreateRequest,
    CredentialField,
    Credentials,
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

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CREATE = (
    "accessKey", "amount", "extraData", "ipnUrl", "orderId", "orderInfo", "partnerCode", "redirectUrl", "requestId",
    "requestType",
)  # fmt: skip
_NOTICE = (
    "accessKey", "amount", "extraData", "message", "orderId", "orderInfo", "orderType", "partnerCode", "payType",
    "requestId", "responseTime", "resultCode", "transId",
)  # fmt: skip
_QUERY = ("accessKey", "orderId", "partnerCode", "requestId")
_REFUND = ("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId")


def sign(fields: Mapping[str, Any], names: tuple[str, ...], credentials: Credentials) -> str:
    """HMAC-SHA256 over the named fields as they are, `accessKey` from the credentials. Absent ones count as empty."""
    values = {**fields, "accessKey": credentials["access_key"]}
    return hmac_hex(credentials["secret_key"], "&".join(f"{n}={_raw(values.get(n))}" for n in names))


def _raw(value: object) -> str:
    return "" if value is None else str(value)


class Momo:
    """MoMo's protocol; see `Gateway`."""

    code = "momo"
    merchant_field = "partner_code"
    fields: tuple[CredentialField, ...] = (
        CredentialField("partner_code", False, r"[A-Za-z0-9_.-]{3,50}"),
        CredentialField("access_key", True, r"[\x21-\x7e]{8,128}"),
        CredentialField("secret_key", True, r"[\x21-\x7e]{8,128}"),
    )
    live = Addresses("https://payment.momo.vn", "https://payment.momo.vn")
    test = Addresses("https://test-payment.momo.vn", "https://test-payment.momo.vn")
    pay_domains: tuple[str, ...] = ("momo.vn",)
    notice_method = "POST"
    has_fixed_amount = True
    pays_straight = False
    has_refunds = True
    repeats_to_ask = True
    key_problems: frozenset[str] = frozenset({"refused_11", "refused_12", "refused_13"})
    least = Dong(1_000)
    most = Dong(20_000_000)

    def reference(self, token: int, now: dt.datetime) -> str:
        """Letters and digits only, at most 50."""
        letters = "".join(_DIGITS[token >> shift & 31] for shift in range(0, 50, 5))
        return f"{now.astimezone(SCHOOL_TIME):%y%m%d}{letters}"

    def create(self, request: CreateRequest, credentials: Credentials, addresses: Addresses) -> Outgoing | Created:
        fields: dict[str, Any] = {
            "partnerCode": credentials["partner_code"],
            "requestId": request.reference,
            "amount": int(request.amount),
            "orderId": request.reference,
            "orderInfo": ascii_text(request.description, 200),
            "redirectUrl": request.return_url,
            "ipnUrl": request.notice_url,
            "requestType": "captureWallet",
            "extraData": "",
            "lang": "vi",
        }
        return _call("create", fields, _CREATE, credentials)

    def read_created(self, answer: Incoming, request: CreateRequest, credentials: Credentials) -> Created:
        fields = _answer(answer, request.reference)
        code = _code(fields)
        if code != codes.PAID:
            raise AnswerError(f"refused_{code}")
        url = _read(lambda: fields.text("payUrl", required=True, longest=2000))
        return Created(url)

    def read_notice(self, raw: RawNotice, live: Sequence[Credentials]) -> GenuineNotice:
        values = unsigned(lambda: json_object(raw.body))
        unsigned(lambda: _simple(values))
        signed_by_any(values.get("signature"), live, lambda c: sign(values, _NOTICE, c))
        fields = Fields(values)
        code = fields.whole("resultCode")
        is_paid = code == codes.PAID
        return GenuineNotice(
            status=Status.PAID if is_paid else Status.PENDING if code in codes.IN_PROGRESS else Status.FAILED,
            reference=fields.text("orderId", required=True, longest=50), amount=Dong(fields.whole("amount")),
            txn_id=_transaction(fields) if is_paid else "", paid_at=fields.milliseconds("responseTime"),
            merchant=fields.text("partnerCode", required=True), problem="" if is_paid else str(code),
            instrument=fields.text("payType"),
        )  # fmt: skip

    def reply(self, verdict: Verdict) -> Reply:
        if verdict in {Verdict.ACCEPTED, Verdict.DUPLICATE}:
            return Reply(204, "", b"")
        status = {Verdict.FORGED: 401, Verdict.TRY_AGAIN: 503}.get(verdict, 400)
        return Reply(status, "application/json", json.dumps({"message": verdict.value}).encode())

    def query(self, request: QueryRequest, credentials: Credentials) -> Outgoing:
        fields = {
            "partnerCode": credentials["partner_code"],
            "requestId": request.request_id,
            "orderId": request.reference,
            "lang": "vi",
        }
        return _call("query", fields, _QUERY, credentials)

    def read_query(self, answer: Incoming, request: QueryRequest, credentials: Credentials) -> QueryResult:
        fields = _answer(answer, request.reference)
        code = _code(fields)
        if code in codes.IN_PROGRESS:
            return QueryResult(Status.PENDING, problem=str(code))
        if code != codes.PAID:
            return QueryResult(Status.FAILED, problem=str(code))
        money = _read(lambda: Paid(_transaction(fields), Dong(fields.whole("amount")), _when(fields)))
        return QueryResult(Status.PAID, (money,))

    def refund(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        fields: dict[str, Any] = {
            "partnerCode": credentials["partner_code"],
            "orderId": request.refund_reference,
            "requestId": request.refund_reference,
            "amount": int(request.amount),
            "transId": int(request.txn_id),
            "lang": "vi",
            "description": ascii_text(request.reason, 200),
        }
        return _call("refund", fields, _REFUND, credentials)

    def read_refund(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        fields = _answer(answer, request.refund_reference)
        code = _code(fields)
        number = _read(lambda: fields.number_text("transId")) if fields.values.get("transId") else ""
        if code == codes.PAID:
            return RefundResult(RefundStatus.DONE, number)
        if code in codes.IN_PROGRESS | codes.REFUND_UNCERTAIN:
            return RefundResult(RefundStatus.PROCESSING, number, str(code))
        return RefundResult(RefundStatus.REFUSED, number, str(code))

    def refund_progress(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        return self.refund(request, credentials)

    def read_refund_progress(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        """Asked by repeating the request: a no to the repetition is not what became of the first one."""
        told = self.read_refund(answer, request, credentials)
        if told.status is RefundStatus.REFUSED:
            return RefundResult(RefundStatus.PROCESSING, told.refund_id, told.problem)
        return told


def _simple(values: Mapping[str, Any]) -> None:
    """What is signed are texts and whole numbers: nothing else can be written in one way only."""
    for name in _NOTICE[1:]:
        value = values.get(name)
        if value is not None and type(value) not in {int, str}:
            raise UnreadableError("field_type", field=name)


def _transaction(fields: Fields) -> str:
    number = fields.number_text("transId")
    if not number.isascii() or not number.isdigit() or int(number) == 0:
        raise UnreadableError("field_value", field="transId")
    return number


def _when(fields: Fields) -> dt.datetime:
    """When the order last changed; without that, when the answer was written."""
    return fields.milliseconds("lastUpdated" if fields.values.get("lastUpdated") else "responseTime")


def _call(name: str, fields: dict[str, Any], signed: tuple[str, ...], credentials: Credentials) -> Outgoing:
    body = json.dumps({**fields, "signature": sign(fields, signed, credentials)}).encode()
    return Outgoing("POST", f"/v2/gateway/api/{name}", {"Content-Type": "application/json"}, body)


def _answer(answer: Incoming, order: str) -> Fields:
    """Answers are not signed: they are believed because we asked over a checked connection."""
    try:
        fields = Fields(json_object(answer.body))
    except UnreadableError as error:
        code = "http_status" if answer.status != 200 else error.code
        raise AnswerError(code, status=answer.status) from error
    if "resultCode" not in fields.values:
        raise AnswerError("http_status", status=answer.status)
    if fields.values.get("orderId") not in {order, None}:
        raise AnswerError("answer_of_another_order")
    return fields


def _code(fields: Fields) -> int:
    return int(_read(lambda: fields.whole("resultCode")))


def _read(function: Any) -> Any:
    try:
        return function()
    except UnreadableError as error:
        raise AnswerError(error.code, **error.params) from error
