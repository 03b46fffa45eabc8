"""Filling a text's own places: `{ten}` is replaced by a value and by nothing else. Pure.

There is no evaluation: no attribute, index, format or expression can be reached from a text somebody edited, and a
value that looks like a place is not filled again (A47). Nothing that could begin a second header or line of a
protocol passes (A48).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from truongso.messaging.types import MessagingRefusedError

_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,29})\}")
MAX_TEXT = 2000
MAX_SUBJECT = 120
_MAX_VALUE = 300
_PLAIN_SIGNS = str.maketrans("“”‘’–—", "\"\"''--")


def check_text(text: str, *, allowed: Collection[str]) -> str:
    """The text as it may be stored: NFC, plain line ends.

    Raises MessagingRefusedError: blank, too_long, control_characters, unknown_placeholder, bad_braces.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not plain:
        raise MessagingRefusedError("blank", field="text")
    if len(plain) > MAX_TEXT:
        raise MessagingRefusedError("too_long", field="text", limit=MAX_TEXT)
    if any(_is_control(char) for char in plain.replace("\n", "")):
        raise MessagingRefusedError("control_characters", field="text")
    _check_places(plain, allowed)
    return plain


def check_subject(subject: str, *, allowed: Collection[str]) -> str:
    """A subject as it may be stored: one line. Raises as `check_text`; blank is fine."""
    plain = unicodedata.normalize("NFC", subject).strip()
    if len(plain) > MAX_SUBJECT:
        raise MessagingRefusedError("too_long", field="subject", limit=MAX_SUBJECT)
    one_line(plain, field="subject")
    _check_places(plain, allowed)
    return plain


def one_line(text: str, *, field: str) -> str:
    """The text itself when it has no line break or other control character; a header takes nothing else (A48)."""
    if any(_is_control(char) for char in text):
        raise MessagingRefusedError("control_characters", field=field)
    return text


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places replaced, once and literally; values become one line of at most 300 characters.

    Raises MessagingRefusedError unknown_placeholder for a place without a value.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise MessagingRefusedError("unknown_placeholder", name=found[1], allowed=", ".join(sorted(values)))
        return _flat(values[found[1]])

    return _PLACE.sub(value, text)


def _check_places(text: str, allowed: Collection[str]) -> None:
    for name in _PLACE.findall(text):
        if name not in allowed:
            raise MessagingRefusedError("unknown_placeholder", name=name, allowed=", ".join(sorted(allowed)))
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        raise MessagingRefusedError("bad_braces")


def _flat(value: str) -> str:
    """A value on one line: control and direction marks become spaces."""
    plain = "".join(" " if _is_control(char) else char for char in unicodedata.normalize("NFC", value))
    return " ".join(plain.split(" "))[:_MAX_VALUE]


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"}


def sms_text(text: str) -> str:
    """The text as an SMS carries it: one line in plain letters, capital and small as they were; what is no plain
    letter or sign becomes a space. An SMS with accents costs two to three times as much."""
    bare = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return "".join(char if char.isascii() else " " for char in bare.translate(_PLAIN_SIGNS)).replace("\n", " ")
