"""What happens to a memo on its way: damage to the code, the payer's own words, the bank's frame, breaks,
case.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any

from truongso.banking.matching.fold import squeeze
from truongso.fees.types import ALPHABET

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOKALIKES = {
    "Q": "O0",
    "D": "O0",
    "U": "0O",
    "8": "0O",
    "J": "I1L",
    "T": "1I",
    "7": "1I",
    "Y": "1",
    "2": "1",
}
_NARRATIVE_LENGTH = 210
_WRAP = 35


class Slipped(StrEnum):
    """The kinds of a single error in a code."""

    WRONG = "wrong"
    MISSING = "missing"
    EXTRA = "extra"
    SWAPPED = "swapped"
    LOOKALIKE = "lookalike"


@dataclass(frozen=True, slots=True)
class Party:
    """Names and accounts that banks write into their frames."""

    payer: str
    payer_account: str
    school: str
    school_account: str


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, Any]:
    """Frames, words and name parts of `data/noise.json`."""
    text = resources.files(__package__).joinpath("data/noise.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


class Noise:
    """Mangles memos with a given source of chance, so that a seed repeats everything."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def pick(self, part: str) -> str:
        """One entry of a list of the vocabulary."""
        return str(self.draw.choice(vocabulary()[part]))

    def digits(self, count: int) -> str:
        """A row of digits."""
        return "".join(self.draw.choices("0123456789", k=count))

    def damaged(self, code: str, slip: Slipped) -> str:
        """The code with exactly one error."""
        draw, at = self.draw, self.draw.randrange(len(code))
        if slip is Slipped.WRONG:
            other = draw.choice([one for one in draw.choice((ALPHABET, _ALNUM)) if one != code[at]])
            return code[:at] + other + code[at + 1 :]
        if slip is Slipped.MISSING:
            return code[:at] + code[at + 1 :]
        if slip is Slipped.EXTRA:
            at = draw.randint(0, len(code))
            return code[:at] + draw.choice(_ALNUM + code[at - 1]) + code[at:]
        if slip is Slipped.SWAPPED:
            at = draw.choice([one for one in range(len(code) - 1) if code[one] != code[one + 1]])
            return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        at = draw.choice([one for one, symbol in enumerate(code) if symbol in _LOOKALIKES] or [at])
        return code[:at] + draw.choice(_LOOKALIKES.get(code[at], "0O1IL")) + code[at + 1 :]

    def spaced(self, code: str) -> str:
        """The code with up to three separators inside."""
        for _ in range(self.draw.randint(1, 3)):
            at = self.draw.randint(1, len(code) - 1)
            code = code[:at] + self.draw.choice((" ", " ", ".", "-", "  ", "_", "/")) + code[at:]
        return code

    def with_words(self, code: str) -> str:
        """The payer's own words: code first as a rule, sometimes last, sometimes twice."""
        words, style = self.pick("words"), self.draw.random()
        if style < 0.1:
            return f"{words.strip() or 'nop tien'} {code}"
        return f"{code} {code}{words}" if style < 0.15 else f"{code}{words}"

    def glued(self, code: str) -> str:
        """The code without a bound to the words around it."""
        words = self.pick("words").replace(" ", "")
        return str(self.draw.choice((f"{code}{words}", f"T{code}", f"{code}naptien", f"hp{code}")))

    def framed(self, memo: str, party: Party, *, always: bool = False) -> str:
        """The memo inside the frame of a bank or wallet, cut at the length of a narrative."""
        frames = vocabulary()["frames"]
        return self.fill(self.draw.choice(frames[1:] if always else frames), memo, party)[:_NARRATIVE_LENGTH]

    def fill(self, frame: str, memo: str, party: Party) -> str:
        """A frame with its fields filled in."""
        return frame.format(
            memo=memo,
            payer=party.payer,
            account=party.payer_account,
            school=party.school,
            school_account=party.school_account,
            **{f"n{count}": self.digits(count) for count in (6, 10, 11, 12, 15)},
            h2="".join(self.draw.choices(_ALNUM[10:], k=2)),
            h8="".join(self.draw.choices(_ALNUM, k=8)),
        )

    def recased(self, memo: str) -> str:
        """Upper, lower, title or swapped case."""
        change: Callable[[str], str] = self.draw.choice((str.upper, str.lower, str.title, str.swapcase))
        return change(memo)

    def broken(self, memo: str) -> str:
        """The breaks of MB: after every 35 signs, rejoined with one or two spaces."""
        gap = self.draw.choice((" ", "  "))
        return gap.join(memo[at : at + _WRAP] for at in range(0, len(memo), _WRAP))

    def unpunctuated(self, memo: str) -> str:
        """Dots become spaces, hyphens become spaces or vanish."""
        return memo.replace(".", " ").replace("-", self.draw.choice((" ", "")))

    def cut_after(self, memo: str, code: str) -> str:
        """The memo, cut at or soon after the last symbol of its code."""
        for end in range(1, len(memo) + 1):
            if code in squeeze(memo[:end]):
                return memo[: end + self.draw.choice((0, 0, 1, 3, 9))]
        return memo
