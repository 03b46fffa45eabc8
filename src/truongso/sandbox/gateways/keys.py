"""How the providers' keys look."""

from __future__ import annotations

import secrets
import string
import uuid

_LETTERS = string.ascii_uppercase + string.digits


def letters(count: int) -> str:
    """Capital letters and digits, as VNPAY's secrets and codes."""
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def mixed(count: int) -> str:
    """Letters of both cases and digits, as MoMo's and ZaloPay's keys."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


def identifier() -> str:
    """A UUID, as payOS's client id and key."""
    return str(uuid.uuid4())


def hexadecimal() -> str:
    """64 hexadecimal digits, as payOS's checksum key."""
    return secrets.token_hex(32)
