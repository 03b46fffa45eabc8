"""VNPAY 2.1.0: signing, verifying, building and reading (README.md)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.reading import (
    Fields,
    check_signature,
    decoded,
    hmac_hex,
    json_object,
    query_pairs,
    signed_by_any,
    unsigned,
)
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
from truongso.payments.providers.vnpay import codes

VERSION = "2.1.0"
_MOMENT = "%Y%m%d%H%M%S"
_UNSIGNED = ("vnp_SecureHash", "vnp_SecureHashType")
_API = "/merchant_webapi/api/transaction"
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OWN_REFERENCE = re.compile(r"HOAN[0-9A-Z]{8,16}")
_AMOUNT = re.compile(r"[0-9]{1,14}")
_QUERY_SIGNED = (
    "ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount", "BankCode", "PayDate",
    "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo", "PromotionCode", "PromotionAmount",
)  # fmt: skip
_REFUND_SIGNED = _QUERY_SIGNED[:-2]
_REPLIES = {
    Verdict.ACCEPTED: ("00", "Confirm Success"),
    Verdict.DUPLICATE: ("02", "Order already confirmed"),
    Verdict.FORGED: ("97", "Invalid Checksum"),
    Verdict.UNKNOWN_ORDER: ("01", "Order not found"),
    Verdict.WRONG_AMOUNT: ("04", "Invalid amount"),
    Verdict.UNREADABLE: ("99", "Unknown error"),
    Verdict.WRONG_CONTENT: ("99", "Unknown error"),
    Verdict.TRY_AGAIN: ("99", "Unknown error"),
}


def sign_fields(fields: Mapping[str, str], secret: str) -> tuple[str, str]:
    """The query string of the fields without the empty ones, and its hash."""
    query = "&".join(f"{key}={quote_plus(fields[key])}" for key in sorted(fields) if fields[key])
    return query, hmac_hex(secret, query, "sha512")


def sign_parts(parts: tuple[str, ...], secret: str) -> str:
    """Hash of API calls: parts joined by "|"."""
    return hmac_hex(secret, "|".join(parts), "sha512")


class Vnpay:
    """VNPAY's protocol; see `Gateway`."""

    code = "vnpay"
    merchant_field = "tmn_code"
    fields: tuple[CredentialField, ...] = (
        CredentialField("tmn_code", False, r"[A-Za-z0-9_]{6,20}"),
        CredentialField("hash_secret", True, r"[\x21-\x7e]{8,128}"),
    )
    live = Addresses("https://merchant.vnpay.vn", "https://pay.vnpay.vn/vpcpay.html")
    test = Addresses("https://sandbox.vnpayment.vn", "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html")
    pay_domains: tuple[str, ...] = ("vnpay.vn", "vnpayment.vn")
    notice_method = "GET"
    has_fixed_amount = True
    pays_straight = False
    has_refunds = True
    repeats_to_ask = False
    key_problems: frozenset[str] = frozenset({"refused_02", "refused_03", "refused_97", "answer_unsigned"})
    least = Dong(5_000)
    most = Dong(9_999_999_999)  # vnp_Amount has at most 12 digits, two of them for hundredths

    def reference(self, token: int, now: dt.datetime) -> str:
        """At most 100 signs, unique in a day; ten base-32 digits behind the day."""
        letters = "".join(_DIGITS[token >> shift & 31] for shift in range(0, 50, 5))
        return f"{now.astimezone(SCHOOL_TIME):%y%m%d}{letters}"

    def create(self, request: CreateRequest, credentials: Credentials, addresses: Addresses) -> Outgoing | Created:
        fields = {
            "vnp_Version": VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": credentials["tmn_code"],
            "vnp_Amount": str(int(request.amount) * 100),
            "vnp_CreateDate": _moment(request.now),
            "vnp_ExpireDate": _moment(request.expires_at),
            "vnp_CurrCode": "VND",
            "vnp_IpAddr": request.client_ip,
            "vnp_Locale": "vn",
            "vnp_OrderInfo": ascii_text(request.description, 255),
            "vnp_OrderType": "other",
            "vnp_ReturnUrl": request.return_url,
            "vnp_TxnRef": request.reference,
        }
        query, signature = sign_fields(fields, credentials["hash_secret"])
        return Created(f"{addresses.pay}?{query}&vnp_SecureHash={signature}")

    def read_created(self, answer: Incoming, request: CreateRequest, credentials: Credentials) -> Created:
        raise AnswerError("no_call")  # the address is made without asking

    def read_notice(self, raw: RawNotice, live: Sequence[Credentials]) -> GenuineNotice:
        pairs = unsigned(lambda: query_pairs(raw.query))
        for key in pairs:
            if not key.startswith("vnp_"):
                raise ForgedError("unknown_key", key=key)
        signed = "&".join(f"{k}={pairs[k]}" for k in sorted(pairs) if pairs[k] and k not in _UNSIGNED)
        signed_by_any(pairs.get("vnp_SecureHash"), live, lambda c: hmac_hex(c["hash_secret"], signed, "sha512"))
        fields = Fields(decoded(pairs))
        response = fields.text("vnp_ResponseCode", required=True, longest=2)
        state = fields.text("vnp_TransactionStatus", longest=2)
        is_paid = response == codes.OK and state == codes.OK
        paid_at = fields.moment("vnp_PayDate", _MOMENT) if is_paid else None
        number = fields.text("vnp_TransactionNo", required=is_paid, longest=80)
        if is_paid and number == "0":
            raise UnreadableError("field_value", field="vnp_TransactionNo")
        return GenuineNotice(
            status=Status.PAID if is_paid else Status.PENDING if state == codes.STATUS_PENDING else Status.FAILED,
            reference=fields.text("vnp_TxnRef", required=True, longest=100), amount=_amount(fields, "vnp_Amount"),
            txn_id=number, paid_at=paid_at, merchant=fields.text("vnp_TmnCode", required=True),
            currency=fields.text("vnp_CurrCode") or "VND",
            problem="" if is_paid else response if response != codes.OK else f"status_{state}",
            instrument=" ".join(filter(None, (fields.text("vnp_CardType"), fields.text("vnp_BankCode")))),
        )  # fmt: skip

    def reply(self, verdict: Verdict) -> Reply:
        code, message = _REPLIES[verdict]
        body = json.dumps({"RspCode": code, "Message": message}).encode()
        return Reply(200, "application/json", body)

    def query(self, request: QueryRequest, credentials: Credentials) -> Outgoing:
        fields = {
            "vnp_RequestId": request.request_id,
            "vnp_Version": VERSION,
            "vnp_Command": "querydr",
            "vnp_TmnCode": credentials["tmn_code"],
            "vnp_TxnRef": request.reference,
            "vnp_TransactionDate": _moment(request.created_at),
            "vnp_CreateDate": _moment(request.now),
            "vnp_IpAddr": request.client_ip,
            "vnp_OrderInfo": f"Tra cuu {request.reference}",
        }
        return _call(fields, credentials)

    def read_query(self, answer: Incoming, request: QueryRequest, credentials: Credentials) -> QueryResult:
        values = _answer(answer, _QUERY_SIGNED, credentials)
        fields = Fields(values)
        response = fields.text("vnp_ResponseCode", required=True)
        if response == codes.QUERY_NOT_FOUND:  # the payer never opened the page
            return QueryResult(Status.PENDING, problem=response)
        if response != codes.OK:
            raise AnswerError(f"refused_{response}")
        _same_order(fields, request.reference)
        state = fields.text("vnp_TransactionStatus", required=True)
        if state == codes.STATUS_PENDING:
            return QueryResult(Status.PENDING)
        if state != codes.OK or fields.text("vnp_TransactionType") in codes.REFUND_TYPES:
            return QueryResult(Status.FAILED, problem=f"status_{state}")
        money = Paid(
            fields.text("vnp_TransactionNo", required=True, longest=80), _amount(fields, "vnp_Amount"),
            fields.moment("vnp_PayDate", _MOMENT),
        )  # fmt: skip
        return QueryResult(Status.PAID, (money,))

    def refund(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        whole = request.amount == request.paid_amount
        fields = {
            "vnp_RequestId": request.refund_reference,
            "vnp_Version": VERSION,
            "vnp_Command": "refund",
            "vnp_TmnCode": credentials["tmn_code"],
            "vnp_TransactionType": codes.FULL_REFUND if whole else codes.PART_REFUND,
            "vnp_TxnRef": request.reference,
            "vnp_Amount": str(int(request.amount) * 100),
            "vnp_TransactionNo": request.txn_id or "0",
            "vnp_TransactionDate": _moment(request.created_at),
            "vnp_CreateBy": ascii_text(request.by, 245) or "truongso",
            "vnp_CreateDate": _moment(request.requested_at),
            "vnp_IpAddr": request.client_ip,
            "vnp_OrderInfo": ascii_text(f"{request.refund_reference} {request.reason}", 255),
        }
        return _call(fields, credentials)

    def read_refund(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        fields = Fields(_answer(answer, _REFUND_SIGNED, credentials))
        response = fields.text("vnp_ResponseCode", required=True)
        number = fields.text("vnp_TransactionNo")
        if response == codes.QUERY_DUPLICATE:  # asked before: what became of it is asked by querydr
            return RefundResult(RefundStatus.PROCESSING, number, response)
        if response == codes.OTHER_ERROR:
            return RefundResult(RefundStatus.UNCLEAR, number, response)
        if response != codes.OK:
            return RefundResult(RefundStatus.REFUSED, number, response)
        return _refund_state(fields, number)

    def refund_progress(self, request: RefundRequest, credentials: Credentials) -> Outgoing:
        asked = QueryRequest(
            reference=request.reference, gateway_id="", request_id=f"{request.refund_reference}Q{_moment(request.now)}",
            created_at=request.created_at, now=request.now, client_ip=request.client_ip,
        )  # fmt: skip
        return self.query(asked, credentials)

    def read_refund_progress(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        fields = Fields(_answer(answer, _QUERY_SIGNED, credentials))
        response = fields.text("vnp_ResponseCode", required=True)
        if response != codes.OK:
            raise AnswerError(f"refused_{response}")
        _same_order(fields, request.reference)
        if fields.text("vnp_TransactionType") not in codes.REFUND_TYPES:  # it still shows the payment itself
            return RefundResult(RefundStatus.MISSING)
        return _last_refund(fields, request)


def _last_refund(fields: Fields, request: RefundRequest) -> RefundResult:
    """An order shows its last refund, and only one is asked at a time: another one means that this one never came.

    Refunds are told by our reference at the head of the description; where it is not shown, by the amount, unless
    another refund of the payment has the same.
    """
    named = fields.text("vnp_OrderInfo", longest=255).partition(" ")[0]
    is_named = named == request.refund_reference
    if _OWN_REFERENCE.fullmatch(named) and not is_named:
        return RefundResult(RefundStatus.MISSING)
    if _amount(fields, "vnp_Amount") != request.amount:
        return RefundResult(RefundStatus.MISSING)
    if request.has_twin and not is_named:
        return RefundResult(RefundStatus.PROCESSING, problem="not_told_apart")
    return _refund_state(fields, fields.text("vnp_TransactionNo"))


def _refund_state(fields: Fields, number: str) -> RefundResult:
    state = fields.text("vnp_TransactionStatus")
    if state in {"", codes.OK, codes.STATUS_REVERSED}:
        return RefundResult(RefundStatus.DONE, number)
    if state == codes.STATUS_REFUND_REJECTED:
        return RefundResult(RefundStatus.REFUSED, number, f"status_{state}")
    # Under way (05, 06), looked at (07) or anything else: only a rejection frees the money for something else.
    return RefundResult(RefundStatus.PROCESSING, number, f"status_{state}")


def _call(fields: dict[str, str], credentials: Credentials) -> Outgoing:
    """Fields are signed in the order in which they are listed."""
    signature = sign_parts(tuple(fields.values()), credentials["hash_secret"])
    body = json.dumps({**fields, "vnp_SecureHash": signature}).encode()
    return Outgoing("POST", _API, {"Content-Type": "application/json"}, body)


def _answer(answer: Incoming, signed: tuple[str, ...], credentials: Credentials) -> dict[str, Any]:
    """The fields of a signed answer; numbers are read as they were written. Raises AnswerError."""
    if answer.status != 200:
        raise AnswerError("http_status", status=answer.status)
    try:
        values = {k: str(v) if type(v) is int else v for k, v in json_object(answer.body).items()}
        texts = Fields(values)
        parts = tuple(texts.text(f"vnp_{name}") for name in signed)
        response = texts.text("vnp_ResponseCode")
        check_signature(values.get("vnp_SecureHash"), [sign_parts(parts, credentials["hash_secret"])])
    except ForgedError as error:
        # A refusal of the call itself (unknown merchant, bad hash) comes without a signature: no news of money.
        if error.code == "signature_missing" and response not in {"", codes.OK}:
            raise AnswerError(f"refused_{response[:10]}") from error
        raise AnswerError("answer_unsigned") from error
    except UnreadableError as error:
        raise AnswerError(error.code, **error.params) from error
    if values.get("vnp_TmnCode") not in {"", None, credentials["tmn_code"]}:
        raise AnswerError("answer_of_another_merchant")
    return values


def _same_order(fields: Fields, reference: str) -> None:
    if fields.text("vnp_TxnRef", longest=100) != reference:
        raise AnswerError("answer_of_another_order")


def _amount(fields: Fields, name: str) -> Dong:
    """Hundredths of a đồng; anything but whole đồng is no amount of ours."""
    raw = fields.text(name, required=True)
    if _AMOUNT.fullmatch(raw) is None or int(raw) % 100:
        raise UnreadableError("field_value", field=name)
    return Dong(int(raw) // 100)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(SCHOOL_TIME).strftime(_MOMENT)
