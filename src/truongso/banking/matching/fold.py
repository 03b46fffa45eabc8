"""The text of a memo made comparable, in both readings of its white space.

Banks break memos (MB after every 35 signs, rejoined with one or two spaces), payers space out codes,
wallets remove every space: so white space can stand inside a code, and can be missing between words. A
`Reading` therefore holds one row of letters and digits without anything between them (the reading without
white space) and the places where words began and ended (the reading as it stands).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from truongso.fees.types import fold_letters

_TABLE = bytes(ord(chr(sign).upper()) if sign < 128 and chr(sign).isalnum() else ord(" ") for sign in range(256))
_NEITHER = bytes(sign for sign in range(256) if _TABLE[sign] == ord(" "))
"""What is neither letter nor digit."""


@dataclass(slots=True)
class Reading:
    """A folded text: its words, `row` (the words without anything between), where words begin and end in
    `row`.
    """

    memo: str
    words: list[str]
    row: str
    starts: list[int]
    ends: list[int]

    @property
    def text(self) -> str:
        """The whole text folded, punctuation and spaces as they were."""
        return fold_letters(self.memo)


def read(memo: str) -> Reading:
    """Fold a memo. An empty memo gives an empty row without words."""
    words = _words(memo)
    ends = list(accumulate(map(len, words)))
    return Reading(memo, words, "".join(words), [0, *ends[:-1]] if ends else [], ends)


def squeeze(text: str) -> str:
    """A name, class or account as a row of A–Z and 0–9."""
    plain = text if text.isascii() else fold_letters(text)
    return plain.encode("ascii").translate(_TABLE, _NEITHER).decode("ascii")


def _words(text: str) -> list[str]:
    plain = text if text.isascii() else fold_letters(text)
    return plain.encode("ascii").translate(_TABLE).decode("ascii").split()
