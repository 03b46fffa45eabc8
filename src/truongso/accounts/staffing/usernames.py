"""Names to sign in with: given name, initials, the school's initials. Phạm Thị Hòa at Lê Văn Tám → hoapt.lvt."""

from __future__ import annotations

import re
from collections.abc import Callable

from truongso.accounts.passwords import place_word_parts
from truongso.kernel.names import fold

FORM = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*", re.ASCII)
_LONGEST = 60
_LONGEST_NAME = 80


def is_username(text: str) -> bool:
    """Whether people can sign in with this name: small letters without accents, digits, dots between them."""
    return FORM.fullmatch(text) is not None and len(text) <= _LONGEST_NAME


def suggested(full_name: str, place: str, is_taken: Callable[[str], bool]) -> str:
    """A free name for a person; "" when the person's name has no letters."""
    words = ["".join(c for c in word if c.isalnum()) for word in fold(full_name).lower().split()]
    words = [word for word in words if word and word.isascii()]
    if not words:
        return ""
    stem = words[-1] + "".join(word[0] for word in words[:-1])
    ending = "".join(word[0] for word in place_word_parts(place))
    tail = f".{ending}" if ending else ""
    name, number = f"{stem[:_LONGEST]}{tail}", 1
    while is_taken(name):
        number += 1
        name = f"{stem[:_LONGEST]}{number}{tail}"
    return name
