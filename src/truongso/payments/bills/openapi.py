"""The bill service described as OpenAPI 3.1, with the limits, words and refusals of the code itself. Pure: no Django.

Fields are named a second time here, as `requests.py` reads them and the answers give them: the tests of this document
put its fields and limits to the readers, and hold real answers to its schemas.
"""

from __future__ import annotations

from typing import Any

from truongso.payments.bills.requests import DAY_FORM, LARGEST, NONCE_FORM, TRANSACTION_ID_FORM
from truongso.payments.bills.signing import KEY_HEADER, NONCE_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from truongso.payments.bills.types import (
    DRIFT_SECONDS,
    MAX_BODY,
    MAX_INVOICES,
    MAX_LISTED,
    MAX_PARTS,
    STATUS,
    BillChannel,
    BillCode,
    BillState,
    DifferenceKind,
    ReconcileState,
)

Schema = dict[str, Any]

# One sign that is no space, and none that controls or changes the direction of writing.
_NO_CONTROL = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]"
_WORDS = rf"^{_NO_CONTROL}*[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]{_NO_CONTROL}*$"

_EVERY_CALL = (
    BillCode.MALFORMED, BillCode.NOT_AUTHENTIC, BillCode.TIMESTAMP_DRIFT, BillCode.TOO_LARGE, BillCode.NOT_JSON,
    BillCode.TRY_AGAIN,
)  # fmt: skip


def document(server: str) -> Schema:
    """The whole document; `server` is the address the paths stand under, without a slash at its end."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bank bill service",
            "version": "1",
            "description": (
                "A bank asks what a pupil or an invoice owes and posts the payment. Every call is signed: HMAC-SHA256 "
                "with the secret over timestamp, nonce, method, path and the raw body, joined by line feeds. Bodies "
                f"have at most {MAX_BODY} bytes; no field twice, none that is not listed, whole numbers only. "
                "Fields may be added to answers, never to what a call needs."
            ),
        },
        "servers": [{"url": server}],
        "security": [{"key": [], "timestamp": [], "nonce": [], "signature": []}],
        "paths": {f"/{name}": {"post": _operation(name)} for name in _OPERATIONS},
        "components": {"schemas": _SCHEMAS, "securitySchemes": _SIGNATURE},
    }


def _operation(name: str) -> Schema:
    summary, request, answer, refusals = _OPERATIONS[name]
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": _json({"$ref": f"#/components/schemas/{request}"})},
        "responses": {
            "200": {"description": "Done or answered.", "content": _json({"$ref": f"#/components/schemas/{answer}"})},
            **_refusals((*_EVERY_CALL, *refusals)),
        },
    }


def _refusals(codes: tuple[BillCode, ...]) -> Schema:
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(str(STATUS[code]), []).append(code.value)
    return {
        status: {
            "description": "Refused; nothing was changed.",
            "content": _json(
                _object(
                    {"result": {"enum": sorted(results)}, "message": {"type": "string"}},
                    {"details": {"type": "object"}},
                    is_open=True,
                )
            ),
        }
        for status, results in sorted(found.items())
    }


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _object(needed: Schema, optional: Schema | None = None, *, is_open: bool = False, **more: Any) -> Schema:
    """An object. What a call sends is closed; answers are open, fields may be added to them."""
    schema: Schema = {"type": "object", "properties": needed | (optional or {}), **more}
    if needed:
        schema["required"] = list(needed)
    return schema if is_open else schema | {"additionalProperties": False}


def _answer(needed: Schema) -> Schema:
    said = {"result": {"const": BillCode.OK.value}, "message": {"type": "string"}}
    return _object(said | needed, is_open=True)


def _part(needed: Schema) -> Schema:
    return _object(needed, is_open=True)


def _text(longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": _WORDS}


def _maybe(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest, "pattern": f"^{_NO_CONTROL}*$"}


def _number(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _list(of: Schema, **more: int) -> Schema:
    return {"type": "array", "items": of, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_DAY: Schema = {"type": "string", "format": "date", "pattern": f"^{DAY_FORM}$"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_SUM: Schema = {"type": "integer", "minimum": 0}
_STRING: Schema = {"type": "string"}
_BOOLEAN: Schema = {"type": "boolean"}
_SCHOOL = _text(20)
_LISTED_STATES = [BillState.BOOKED.value, BillState.REVERSED.value]

_SIGNATURE: Schema = {
    "key": {"type": "apiKey", "in": "header", "name": KEY_HEADER, "description": "The key id."},
    "timestamp": {
        "type": "apiKey", "in": "header", "name": TIMESTAMP_HEADER,
        "description": f"Unix seconds, at most {DRIFT_SECONDS} from our clock.",
    },
    "nonce": {
        "type": "apiKey", "in": "header", "name": NONCE_HEADER,
        "description": f"Idempotency key, one per act: {NONCE_FORM}.",
    },
    "signature": {
        "type": "apiKey", "in": "header", "name": SIGNATURE_HEADER,
        "description": "v1= and the lower-case hex of the HMAC-SHA256.",
    },
}  # fmt: skip

_SCHEMAS: Schema = {
    "Dong": _number(1, LARGEST) | {"description": "Whole đồng."},
    "TransactionId": {"type": "string", "pattern": f"^{TRANSACTION_ID_FORM}$", "description": "The bank's own."},
    "Inquiry": _object(
        {},
        {"school_code": _maybe(20), "invoice_code": _maybe(20), "pupil_code": _maybe(20)},
        oneOf=[
            {"required": ["invoice_code"], "properties": {"invoice_code": _text(20), "pupil_code": {"maxLength": 0}}},
            {
                "required": ["school_code", "pupil_code"],
                "properties": {
                    "school_code": _SCHOOL, "pupil_code": _text(20), "invoice_code": {"maxLength": 0},
                },
            },
        ],
        description="Either an invoice's code, or a pupil's with the school's.",
    ),
    "Notify": _object(
        {
            "transaction_id": _ref("TransactionId"), "school_code": _SCHOOL, "paid_at": _MOMENT, "amount": _ref("Dong"),
            "currency": {"const": "VND"}, "channel": {"enum": [one.value for one in BillChannel]},
            "beneficiary_account": _text(19),
            "items": _list(
                _object({"invoice_code": _text(20), "amount": _ref("Dong")}), minItems=1, maxItems=MAX_INVOICES
            ),
        },
        {"payer_name": _maybe(120), "payer_account": _maybe(40)},
        description="`amount` is the sum of the items; each invoice once, all of one school and receiving account.",
    ),
    "Reversal": _object(
        {
            "transaction_id": _ref("TransactionId"), "school_code": _SCHOOL, "amount": _ref("Dong"),
            "reason": _text(200),
        },
        description="The whole transaction, on the day it was paid.",
    ),
    "DayList": _object({"school_code": _SCHOOL, "date": _DAY}, {"page": _number(1, 100_000)}),
    "Reconcile": _object(
        {
            "school_code": _SCHOOL, "date": _DAY, "part": _number(1, MAX_PARTS), "parts": _number(1, MAX_PARTS),
            "total": _number(0, LARGEST * MAX_LISTED),
            "transactions": _list(
                _object(
                    {
                        "transaction_id": _ref("TransactionId"), "amount": _ref("Dong"),
                        "state": {"enum": _LISTED_STATES},
                    }
                ),
                maxItems=MAX_LISTED,
            ),
        },
        description="`part` of `parts`; `total` is the sum of all that is booked, over all parts. No id twice.",
    ),
    "Owed": _answer(
        {
            "school": _part({"code": _STRING, "name": _STRING, "acceptor_code": _STRING}),
            "pupil": _STRING | {"description": "Masked."},
            "outstanding": _SUM,
            "invoices": _list(_ref("OwedInvoice")),
        }
    ),
    "OwedInvoice": _part(
        {
            "invoice_code": _STRING, "state": {"enum": ["open", "paid", "cancelled"]}, "payer": _STRING,
            "pupil": _STRING, "reason": _STRING, "due_on": _DAY, "total": _SUM, "paid": _SUM, "outstanding": _SUM,
            "partial_allowed": _BOOLEAN,
            "items": _list(_part({"code": _STRING, "name": _STRING, "amount": _SUM, "outstanding": _SUM})),
            "beneficiary": _part({"bank_bin": _STRING, "account": _STRING, "name": _STRING}),
        }
    ),
    "Notified": _answer(
        {
            "transaction_id": _ref("TransactionId"), "duplicate": _BOOLEAN,
            "state": {"enum": [one.value for one in BillState]}, "amount": _ref("Dong"), "credited": _SUM,
            "invoices": _list(
                _part({"invoice_code": _STRING, "amount": _ref("Dong"), "allocated": _SUM, "credited": _SUM})
            ),
            "receipts": _list(_part({"number": _STRING, "check_url": _STRING})),
        }
    ),
    "Reversed": _answer(
        {
            "transaction_id": _ref("TransactionId"), "duplicate": _BOOLEAN,
            "state": {"const": BillState.REVERSED.value}, "amount": _ref("Dong"), "was_booked": _BOOLEAN,
        }
    ),
    "Day": _answer(
        {
            "date": _DAY, "page": _SUM, "pages": _SUM,
            "totals": {
                "type": "object",
                "required": _LISTED_STATES,
                "additionalProperties": _part({"count": _SUM, "amount": _SUM}),
            },
            "transactions": _list(
                _part(
                    {
                        "transaction_id": _ref("TransactionId"), "state": {"enum": [one.value for one in BillState]},
                        "amount": _ref("Dong"), "paid_at": {"type": ["string", "null"]},
                        "channel": {"enum": ["", *(one.value for one in BillChannel)]}, "invoices": _list(_STRING),
                    }
                )
            ),
        }
    ),
    "Reconciled": _answer(
        {
            "date": _DAY, "state": {"enum": [one.value for one in ReconcileState]}, "count": _SUM, "total": _SUM,
            "our_count": {"type": ["integer", "null"]}, "our_total": {"type": ["integer", "null"]},
            "differences": _list(
                _part(
                    {
                        "kind": {"enum": [one.value for one in DifferenceKind]}, "transaction_id": _STRING,
                        "ours": {"type": ["integer", "null"]}, "theirs": {"type": ["integer", "null"]},
                    }
                )
            ),
        }
    ),
}  # fmt: skip

# name → what it does, schema of the call, schema of the answer, refusals beside those of every call
_OPERATIONS: dict[str, tuple[str, str, str, tuple[BillCode, ...]]] = {
    "inquiry": (
        "What an invoice or a pupil owes; names are masked.", "Inquiry", "Owed",
        (BillCode.SCHOOL_UNKNOWN, BillCode.INVOICE_UNKNOWN, BillCode.PUPIL_UNKNOWN, BillCode.SCHOOL_NEEDED),
    ),
    "notify": (
        "A payment of one or several invoices of one school and account.", "Notify", "Notified",
        (
            BillCode.SCHOOL_UNKNOWN, BillCode.INVOICE_UNKNOWN, BillCode.NONCE_REUSED, BillCode.TRANSACTION_DIFFERS,
            BillCode.TOTAL_DIFFERS, BillCode.ACCOUNT_DIFFERS, BillCode.TIME_IMPLAUSIBLE,
        ),
    ),
    "reversal": (
        "A whole payment taken back on its day.", "Reversal", "Reversed",
        (
            BillCode.SCHOOL_UNKNOWN, BillCode.NONCE_REUSED, BillCode.REVERSAL_DIFFERS, BillCode.REVERSAL_TOO_LATE,
            BillCode.ALREADY_SETTLED,
        ),
    ),
    "transactions": (
        "Our list of a day, with totals.", "DayList", "Day", (BillCode.SCHOOL_UNKNOWN, BillCode.TIME_IMPLAUSIBLE),
    ),
    "reconcile": (
        "The bank's own list of a day; answers the differences.", "Reconcile", "Reconciled",
        (BillCode.SCHOOL_UNKNOWN, BillCode.NONCE_REUSED, BillCode.TIME_IMPLAUSIBLE, BillCode.TOTAL_DIFFERS),
    ),
}  # fmt: skip
