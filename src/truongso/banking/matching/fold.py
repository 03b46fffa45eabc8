"""The text of a memo made comparable, in both readings of its whitespace.

Banks break memos (MB after every 35 signs, rejoined with one or two spaces), payers space out codes, wallets remove
every space: so white space can stand inside a code, and can be missing between words. A `Reading` therefore holds
one row of letters and digits without anything between them (the reading without white space) and the places where
words began and ended (the reading as it stands).
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from itertools import accumulate

from truongso.fees.types import fold_letters

_KEPT = set(string.ascii_uppercase + string.digits)
_SPACED = {ord(sign): " " for sign in map(chr, range(128)) if sign not in _KEPT}
_PLAIN = str.maketrans(_SPACED)


@dataclass(slots=True)
class Reading:
    """A folded text: `text` (upper case, punctuation kept), `row` (A–Z and 0–9 only), word bounds within `row`."""

    text: str
    words: list[str]
    row: str
    starts: list[int]
    ends: list[int]


def read(memo: str) -> Reading:
    """Fold a memo. An empty memo gives an empty row without words."""
    text = fold_letters(memo)
    words = text.translate(_PLAIN).split()
    ends = list(accumulate(map(len, words)))
    return Reading(text, words, "".join(words), [0, *ends[:-1]] if ends else [], ends)


def squeeze(text: str) -> str:
    """A name, class or account as a row of A–Z and 0–9."""
    return "".join(fold_letters(text).translate(_PLAIN).split())
