"""Casso webhook v2: verifying and reading (README.md)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truongso.kernel.money import Dong
from truongso.payments.providers.reading import Fields, check_signature, hmac_hex, json_object
from truongso.payments.providers.types import ForgedError, UnreadableError

SIGNATURE_HEADER = "X-Casso-Signature"
_SIGNATURE = re.compile(r"t=([0-9]{1,15}),v1=([0-9a-fA-F]{128})")
_MOMENT = "%Y-%m-%d %H:%M:%S"
_LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class CassoNotice:
    """One movement. `amount` is positive whatever the direction; `balance` None when not sent."""

    id: str
    account: str
    is_credit: bool
    amount: Dong
    booked_at: dt.datetime
    reference: str
    description: str
    balance: Dong | None
    virtual_account: str
    payer_name: str
    payer_account: str
    payer_bank: str


def signed_text(fields: Mapping[str, Any], timestamp: str) -> str:
    """What is signed of a body sent at `timestamp` (ms)."""
    return f"{timestamp}.{json.dumps(fields, ensure_ascii=False, separators=(',', ':'), sort_keys=True)}"


def sign(body: bytes, *, timestamp: int, secret: str) -> str:
    """The value of X-Casso-Signature."""
    return f"t={timestamp},v1={hmac_hex(secret, signed_text(json_object(body), str(timestamp)), 'sha512')}"


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """Return when one live secret signed this body. Raises ForgedError or UnreadableError."""
    given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER.lower(), "").strip()
    if not given:
        raise ForgedError("signature_missing")
    found = _SIGNATURE.fullmatch(given)
    if found is None:
        raise ForgedError("signature_malformed")
    fields = json_object(body)
    _no_fractions(fields)
    signed = signed_text(fields, found[1])
    check_signature(found[2], [hmac_hex(secret, signed, "sha512") for secret in secrets if secret])


def parse(body: bytes) -> CassoNotice:
    """The movement in a verified body. Raises UnreadableError."""
    envelope = Fields(json_object(body))
    if envelope.whole("error") != 0:
        raise UnreadableError("field_value", field="error")
    data = envelope.object("data")
    amount = data.values.get("amount")
    if type(amount) is not int:
        raise UnreadableError("field_missing" if amount is None else "field_type", field="amount")
    if not 0 < abs(amount) <= _LARGEST:
        raise UnreadableError("field_value", field="amount")
    balance = data.values.get("runningBalance")
    if balance is not None and (type(balance) is not int or abs(balance) > _LARGEST):
        raise UnreadableError("field_type", field="runningBalance")
    return CassoNotice(
        id=data.number_text("id"), account=data.text("accountNumber", required=True, longest=40),
        is_credit=amount > 0, amount=Dong(abs(amount)), booked_at=data.moment("transactionDateTime", _MOMENT),
        reference=data.text("reference"), description=data.text("description"),
        balance=None if balance is None else Dong(balance),
        virtual_account=data.text("virtualAccountNumber", longest=40), payer_name=data.text("counterAccountName"),
        payer_account=data.text("counterAccountNumber"),
        payer_bank=data.text("counterAccountBankId") or data.text("counterAccountBankName"),
    )  # fmt: skip


def _no_fractions(value: object) -> None:
    if isinstance(value, dict):
        for one in value.values():
            _no_fractions(one)
    elif isinstance(value, list):
        for one in value:
            _no_fractions(one)
    elif value is not None and type(value) not in {int, str, bool}:
        raise UnreadableError("field_type", field="number")
