"""payOS' signed data and the transfer that a notice tells of."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.payos import codes
from truongso.payments.providers.reading import Fields, check_signature, hmac_hex, json_object, unsigned
from truongso.payments.providers.types import Credentials, ForgedError, UnreadableError

KEY = "checksum_key"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer that came for a payment link. `virtual_account` is "" when none was used."""

    order_code: int
    amount: Dong
    reference: str
    description: str
    account: str
    virtual_account: str
    payer_name: str
    payer_account: str
    payer_bank: str
    at: dt.datetime
    currency: str
    link_id: str
    is_paid: bool
    code: str


def signed_text(data: Mapping[str, Any]) -> str:
    """What is signed of a data object."""
    return "&".join(f"{key}={_value(data[key])}" for key in sorted(data))


def sign_data(data: Mapping[str, Any], secret: str) -> str:
    return hmac_hex(secret, signed_text(data))


def transfer_of(body: bytes, live: Sequence[Credentials]) -> Transfer:
    """The transfer of a genuine notice. Raises ForgedError or UnreadableError."""
    verify(body, secrets=[c.get(KEY, "") for c in live])
    return transfer_in(body)


def verify(body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when one live checksum key signed this notice. Raises ForgedError."""
    envelope = Fields(unsigned(lambda: json_object(body)))
    signed = signed_text(unsigned(lambda: envelope.object("data")).values)
    check_signature(envelope.values.get("signature"), [hmac_hex(secret, signed) for secret in secrets if secret])


def transfer_in(body: bytes) -> Transfer:
    """The transfer in a verified notice. Raises UnreadableError."""
    data = Fields(json_object(body)).object("data")
    code = data.text("code", required=True)
    return Transfer(
        order_code=data.whole("orderCode"), amount=Dong(data.whole("amount", least=1)),
        reference=data.text("reference", required=True, longest=80), description=data.text("description"),
        account=data.text("accountNumber", required=True, longest=40),
        virtual_account=data.text("virtualAccountNumber", longest=40),
        payer_name=data.text("counterAccountName"), payer_account=data.text("counterAccountNumber"),
        payer_bank=data.text("counterAccountBankId"), at=moment(data, "transactionDateTime"),
        currency=data.text("currency") or "VND", link_id=data.text("paymentLinkId", longest=80),
        is_paid=code == codes.OK, code=code,
    )  # fmt: skip


def transfer_key(reference: str, at: dt.datetime) -> str:
    """What tells one transfer from all others: banks reuse short references, so the moment belongs to it."""
    return f"{reference[:60]}@{at.astimezone(SCHOOL_TIME):%y%m%d%H%M%S}"


def moment(fields: Fields, name: str) -> dt.datetime:
    """ISO 8601, or local time of the school's zone without an offset."""
    text = fields.text(name, required=True, longest=40)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableError("field_value", field=name) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=SCHOOL_TIME)


def _value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if isinstance(value, int | str):
        return str(value)
    raise ForgedError("signature_malformed")  # fractions have no one way of being written
