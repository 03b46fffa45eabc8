"""The order in which classes and their pupils are listed. Pure: no database, no Django."""

from __future__ import annotations

import re
from functools import lru_cache

from truongso.kernel.names import fold

_CLASS_LENGTH = 40
_KEY_LENGTH = 360
_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=1024)  # a round has few classes and many pupils
def class_key(class_name: str) -> str:
    """A key of fixed length whose text order is the usual order of classes: 2A before 10A, 3A2 before 3A10.

    Digits and lower-case letters alone, so that every database collation sorts it the same.
    """
    plain = "".join(c for c in fold(class_name).lower() if c.isascii() and c.isalnum())
    return _DIGITS.sub(lambda m: m[0].zfill(3), plain)[:_CLASS_LENGTH].ljust(_CLASS_LENGTH, "0")


def invoice_key(class_name: str, name_key: str) -> str:
    """Class first, then the pupil's place in the roll (`kernel.names.sort_key`)."""
    return (class_key(class_name) + name_key)[:_KEY_LENGTH]
