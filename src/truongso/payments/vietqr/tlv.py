"""Objects of an EMVCo QR payload: id (2 digits), length (2 digits), value. Lengths count characters.

Some libraries count bytes instead. Both agree on ASCII, which is all that we write.
"""

from __future__ import annotations

import binascii
import re

from .errors import Reason, VietQrError

_HEAD = re.compile(r"([0-9]{2})([0-9]{2})")


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, initial FFFF, not reflected, no final xor."""
    return binascii.crc_hqx(data, 0xFFFF)


def crc_hex(text: str) -> str:
    """The four upper-case hex digits for `text`, which ends in "6304". Lone surrogates count as they are."""
    return f"{crc16(text.encode('utf-8', 'surrogatepass')):04X}"


def write(object_id: str, value: str) -> str:
    """One object. Raises VietQrError(LENGTH) for an empty value or one of more than 99 characters."""
    if not 1 <= len(value) <= 99:
        raise VietQrError(Reason.LENGTH, path=object_id, length=len(value))
    return f"{object_id}{len(value):02d}{value}"


def scan(text: str, path: str = "") -> tuple[dict[str, str], str]:
    """Objects of `text` in written order, and the rest that is not a whole object ("" when all was read).

    Raises VietQrError(DUPLICATE) when an id comes twice: which of two amounts holds must not be left to
    the reader.
    """
    objects: dict[str, str] = {}
    at = 0
    while head := _HEAD.match(text, at):
        object_id, end = head[1], head.end() + int(head[2])
        if end > len(text):
            break
        if object_id in objects:
            raise VietQrError(Reason.DUPLICATE, path=f"{path}{object_id}")
        objects[object_id] = text[head.end() : end]
        at = end
    return objects, text[at:]


def read(text: str, path: str = "") -> dict[str, str]:
    """Objects of `text` in written order. Raises VietQrError(LENGTH) when they do not fill it exactly."""
    objects, rest = scan(text, f"{path}." if path else "")
    if rest:
        raise VietQrError(Reason.LENGTH, path=path)
    return objects
