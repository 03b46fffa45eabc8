"""Labels compared without accents, case and punctuation: banks print them bilingually, never twice alike."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable

from truongso.kernel.sheets import Cell

_PARTS = re.compile(r"[/\n()|:]| - ")


_WORDS = re.compile(r"[A-Z0-9]+")
_UPPER = bytes(range(256)).upper()
_BETWEEN_WORDS = bytes(sign for sign in range(128) if not chr(sign).isalnum())


@functools.lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Upper-case ASCII words separated by single spaces: "Số tiền ghi có" becomes "SO TIEN GHI CO"."""
    if text.isascii():
        return " ".join(_WORDS.findall(text.upper()))
    plain = text.replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFD", plain)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(letters.upper()))


def squeeze(text: str) -> str:
    """Letters and digits only, upper case, no accents: what is left of `fold` without its spaces."""
    if text.isascii():
        return text.encode("ascii").translate(_UPPER, _BETWEEN_WORDS).decode("ascii")
    return fold(text).replace(" ", "")


def cell_labels(cell: Cell) -> set[str]:
    """The labels a header cell may be read as: the whole of it and each part of a bilingual one."""
    if not isinstance(cell, str):
        return set()
    labels = {fold(cell), *(fold(part) for part in _PARTS.split(cell))}
    return labels - {""}


def row_labels(row: Iterable[Cell]) -> list[set[str]]:
    """The labels of each cell of a row."""
    return [cell_labels(cell) for cell in row]


def carries(found: Iterable[str], labels: Collection[str]) -> bool:
    """Whether a cell with the labels `found` is one of `labels`, alone or followed by more words."""
    return any(text == label or text.startswith(label + " ") for text in found for label in labels)
