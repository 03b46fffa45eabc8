"""Addresses in one form, so that limits and opt-outs hold whatever way an address was typed. Pure."""

from __future__ import annotations

import re

from truongso.messaging.types import ChannelKind, MessagingRefusedError

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_PHONE = re.compile(r"0[235789][0-9]{8}|02[0-9]{9}")
_SEPARATORS = str.maketrans("", "", " .-()\u00a0")


def address_of(kind: ChannelKind, text: str) -> str:
    """The address in its one form: an e-mail address in small letters, a telephone number as 0xxxxxxxxx.

    Raises MessagingRefusedError bad_address. Anything with a line break or a second address is no address (A48).
    """
    found = _phone(text) if kind.takes_phone else _email(text)
    if found is None:
        raise MessagingRefusedError("bad_address", address=text[:60])
    return found


def is_address(kind: ChannelKind, text: str) -> bool:
    """True when the channel can reach the address."""
    return (_phone(text) if kind.takes_phone else _email(text)) is not None


def _email(text: str) -> str | None:
    plain = text.strip(" ").lower()
    return plain if len(plain) <= 254 and _EMAIL.fullmatch(plain) else None


def _phone(text: str) -> str | None:
    digits = text.translate(_SEPARATORS)
    if digits.startswith("+84"):
        digits = "0" + digits[3:]
    elif digits.startswith("84") and len(digits) in {11, 12}:
        digits = "0" + digits[2:]
    return digits if _PHONE.fullmatch(digits) else None
