"""What can be wrong with a payload: reasons that refuse it, oddities that do not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a payload is refused, or cannot be written. Stable words, translated elsewhere."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CRC_MISSING = "crc_missing"
    CRC = "crc"
    LENGTH = "length"
    DUPLICATE = "duplicate"
    ORDER = "order"
    PAYLOAD_FORMAT = "payload_format"
    INITIATION = "initiation"
    GUID = "guid"
    BANK_BIN = "bank_bin"
    ACCOUNT = "account"
    AMOUNT = "amount"
    AMOUNT_TOO_LARGE = "amount_too_large"
    CURRENCY = "currency"
    COUNTRY = "country"
    MEMO = "memo"
    BILL_NUMBER = "bill_number"
    NOT_TRANSFER = "not_transfer"


class OddityCode(StrEnum):
    """What a readable payload does differently from the document. Seen in public samples; never a refusal."""

    MISSING = "missing"
    """A mandatory object is absent."""
    ACCOUNT_LENGTH = "account_length"
    """The account is longer than its stated length, so it is left unread (NAPAS' own example §6.1.1)."""
    NESTED_SERVICE = "nested_service"
    """The service code stands inside 38-01 instead of 38-02."""
    EMPTY_OBJECT = "empty_object"
    """An object of length 00."""
    STATIC_WITH_AMOUNT = "static_with_amount"
    """Initiation 11 (reusable) although an amount is given."""
    FIELD_TOO_LONG = "field_too_long"
    """A text is longer than the document allows."""
    NOT_ASCII = "not_ascii"
    """Text with diacritics (lengths were counted in characters)."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """One oddity and where it stands: object ids joined by dots (`38.01.01`), empty for the whole payload."""

    code: OddityCode
    path: str = ""


class VietQrError(ValueError):
    """The one error of this package. `reason` is stable; `params` holds what a message may show."""

    def __init__(self, reason: Reason, **params: str | int) -> None:
        super().__init__(f"{reason}: {params}" if params else str(reason))
        self.reason = reason
        self.params: dict[str, str | int] = params
