"""The body of a SePay webhook, checked field by field (developer.sepay.vn, "Tích hợp webhook").

De-duplicate by `id` within a connection: `reference` is no key, some banks print short counters there.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.sepay.errors import NoticeError

MAX_BYTES = 256 * 1024

_LARGEST = 10**15
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


class TransferType(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class SepayNotice:
    """One movement on an account as SePay reports it.

    `id` is SePay's own number of the movement; `amount` is positive whatever the direction; `accumulated`
    is the balance after it, None when not sent; `booked_at` is aware (school time); `account` may be
    alphanumeric; `sub_account` is the virtual account, `code` the payment code SePay itself recognised;
    both may be empty.
    """

    id: int
    gateway: str
    booked_at: dt.datetime
    account: str
    transfer_type: TransferType
    amount: Dong
    accumulated: Dong | None
    content: str
    description: str
    reference: str
    sub_account: str
    code: str


def parse_notice(body: bytes) -> SepayNotice:
    """The notice in a raw body of at most 256 kB. Unknown fields are ignored. Raises NoticeError."""
    if len(body) > MAX_BYTES:
        raise NoticeError("too_large", size=len(body), limit=MAX_BYTES)
    fields = _Fields(_json_object(body))
    return SepayNotice(
        id=fields.whole("id", least=1),
        gateway=fields.text("gateway", required=True),
        booked_at=fields.moment("transactionDate"),
        account=fields.text("accountNumber", required=True),
        transfer_type=fields.transfer_type("transferType"),
        amount=Dong(fields.whole("transferAmount", least=1)),
        accumulated=fields.balance("accumulated"),
        content=fields.text("content"),
        description=fields.text("description"),
        reference=fields.text("referenceCode"),
        sub_account=fields.text("subAccount"),
        code=fields.text("code"),
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except NoticeError:
        raise
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NoticeError("not_json") from error
    if not isinstance(value, dict):
        raise NoticeError("not_json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Parsers disagree on which of two equal keys counts, so neither does."""
    fields: dict[str, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise NoticeError("duplicate_key", key=key)
        fields[key] = value
    return fields


def _no_constant(name: str) -> None:
    raise NoticeError("not_json")


@dataclass(frozen=True, slots=True)
class _Fields:
    values: dict[str, Any]

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.values.get(name)
        if value is None:
            if required:
                raise NoticeError("field_missing", field=name)
            return ""
        if not isinstance(value, str):
            raise NoticeError("field_type", field=name)
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise NoticeError("field_value", field=name)
        if required and not value.strip():
            raise NoticeError("field_missing", field=name)
        return value

    def whole(self, name: str, *, least: int) -> int:
        """A JSON integer; a string, a fraction or true is refused, not converted."""
        value = self.values.get(name)
        if value is None:
            raise NoticeError("field_missing", field=name)
        if type(value) is not int:
            raise NoticeError("field_type", field=name)
        if not least <= value <= _LARGEST:
            raise NoticeError("field_value", field=name)
        return value

    def balance(self, name: str) -> Dong | None:
        if self.values.get(name) is None:
            return None
        return Dong(self.whole(name, least=-_LARGEST))

    def moment(self, name: str) -> dt.datetime:
        text = self.text(name, required=True)
        try:
            if _MOMENT.fullmatch(text) is None:
                raise NoticeError("field_value", field=name)
            return dt.datetime.fromisoformat(text).replace(tzinfo=SCHOOL_TIME)
        except NoticeError:
            raise
        except ValueError as error:
            raise NoticeError("field_value", field=name) from error

    def transfer_type(self, name: str) -> TransferType:
        try:
            return TransferType(self.text(name, required=True))
        except NoticeError:
            raise
        except ValueError as error:
            raise NoticeError("field_value", field=name) from error
