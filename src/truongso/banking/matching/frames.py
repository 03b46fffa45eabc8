"""The frames that banks and wallets put around the payer's words, as data.

Frames are not cut out before codes are read, because a printed code is certain wherever it stands. They
serve two questions that come after: is this name the payer's or the receiver's rather than a pupil's, and
is this piece of text a bank's own number, in which no mistyped code may be looked for?
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import compress

from truongso.banking.matching.fold import Reading, squeeze

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """One pattern and what must occur first. It reads the row, or the folded text where punctuation decides."""

    name: str
    needs: str
    pattern: re.Pattern[str]
    is_on_text: bool


@dataclass(frozen=True, slots=True)
class Frames:
    """All patterns, plus the words that follow a payer's name and phrases that look like given names."""

    by_content: Mapping[str, tuple[Frame, ...]]
    needs: Mapping[str, tuple[str, ...]]  # of the same frames, to look for all of them at once
    transfer_words: tuple[str, ...]
    memo_phrases: frozenset[str]
    memo_words: frozenset[str]

    def spans(self, reading: Reading, holds: str) -> list[Span]:
        """Pieces of the row that hold what is asked for: `names` or `reference`."""
        row = reading.row
        spans: list[Span] = []
        for frame in compress(self.by_content[holds], map(row.__contains__, self.needs[holds])):
            if frame.is_on_text:
                text = reading.text
                hits = [hit.span() for hit in frame.pattern.finditer(text)]
                spans += [(len(squeeze(text[:start])), len(squeeze(text[:end]))) for start, end in hits]
            else:
                spans += [hit.span() for hit in frame.pattern.finditer(row)]
        return spans

    def opens_with_payer(self, reading: Reading, start: int) -> bool:
        """Whether the words right before row[start:] are those that banks write before a payer's name."""
        row = reading.row
        for frame in self.by_content["payer_head"]:
            if frame.needs in row and any(hit.end() == start for hit in frame.pattern.finditer(row, 0, start + 1)):
                return True
        return False

    def followed_by_transfer_words(self, reading: Reading, end: int) -> bool:
        """Whether row[end:] goes on with "chuyển tiền" and the like, as in the memo that banks fill in
        themselves.
        """
        return reading.row.startswith(self.transfer_words, end)


@lru_cache(maxsize=1)
def known_frames() -> Frames:
    """The frames of `data/frames.json`, read once."""
    raw = json.loads(resources.files(__package__).joinpath("data/frames.json").read_text(encoding="utf-8"))
    frames: dict[str, tuple[Frame, ...]] = {"names": (), "reference": (), "payer_head": ()}
    for frame in raw["frames"]:
        pattern, is_on_text = re.compile(frame["pattern"]), frame.get("on") == "text"
        frames[frame["holds"]] += (Frame(frame["name"], frame["needs"], pattern, is_on_text),)
    needs = {holds: tuple(frame.needs for frame in some) for holds, some in frames.items()}
    return Frames(
        frames, needs, tuple(raw["transfer_words"]), frozenset(raw["memo_phrases"]), frozenset(raw["memo_words"])
    )
