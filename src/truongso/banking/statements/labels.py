"""Labels compared without accents, case and punctuation: banks print them bilingually and never twice alike.
Labels compared without accents, case and punctuation: banks print them bilingually and never twice alike."""

from __future__ import annotations

import re
import unicodedata

from truongso.kernel.sheets import Cell

_PARTS = re.compile(r"[/\n()|:]| - ")


def fold(text: str) -> str:
    """Upper-case ASCII words separated by single spaces: "Số tiền ghi có" becomes "SO TIEN GHI CO"."""
    plain = text.replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFD", plain)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"[A-Z0-9]+", letters.upper()))


def cell_labels(cell: Cell) -> set[str]:
    """The labels a header cell may be read as: the whole of it and each part of a bilingual one."""
    if not isinstance(cell, str):
        return set()
    labels = {fold(cell), *(fold(part) for part in _PARTS.split(cell))}
    return labels - {""}


def carries(cell: Cell, labels: frozenset[str]) -> bool:
    """Whether a header cell is one of `labels`, alone or followed by more words."""
    return any(
        found == label or found.startswith(label + " ") for found in cell_labels(cell) for label in labels
    )
