"""Pupils' names and classes in a memo: whole words, without accents, whatever the bank did to the white
space.

A name is looked for as a row of letters that begins and ends where words begin and end; breaks inside do
not matter. Of overlapping names the longest counts: "Nguyễn Văn An Bình" is not a mention of "Nguyễn Văn
An".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import NamedTuple

from truongso.banking.matching.fold import Reading, read, squeeze
from truongso.banking.matching.frames import known_frames

_HEAD = 4
_SHORTEST = 5
_GLUED = 12
_SURE_WITHOUT_BOUNDS = 9
_CLASS_WORDS = 3
_WORDS_KEPT = 50_000
_NAME_LETTERS = re.compile("[A-Z]{5}")
_GLUED_BEFORE = (
    "CON",
    "CHO",
    "CUA",
    "HS",
    "BE",
    "EM",
    "CHAU",
    "IB",
    "IBFT",
    "HP",
    "PHI",
    "TIEN",
    "LOP",
    "TEN",
)
_GLUED_AFTER = (
    *(
        "HOC",
        "HP",
        "NOP",
        "DONG",
        "TIEN",
        "CHUYEN",
        "CK",
        "LOP",
        "THANG",
        "THANH",
        "TT",
        "BAO",
        "BHYT",
        "AN",
        "CON",
    ),
    *("GD", "FT", "MAGIAO", "MAGD", "TRACE", "CTTU", "TAI", "THOIGIAN", "QUA", "CTLNHIDI", "MAC", "TU"),
)
_BEFORE_CLASS = {"LOP", "L", "HS"}
"""Between a given name and its class: "Mai HS lớp 3B"."""
_NUMBER_CLASS = re.compile(r"(?<![0-9/.-])[0-9]{1,2}[/.-][0-9]{1,2}(?![0-9/.-])")
"""6/1, 6.1, 6-1: as classes are written; not a part of a date, an amount or an account number."""


@dataclass(slots=True, eq=False)
class Pupil:
    """A pupil as the matcher knows one: folded name and class, and the codes of the invoices."""

    key: str
    label: str
    name: str
    short: str
    given: str
    class_row: str
    codes: list[str] = field(default_factory=list)


class Mention(NamedTuple):
    """A name or class found at row[start:end]."""

    row: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Beside:
    """A given name beside a class; `is_short_name` when the word before is the pupil's too, `words` are
    both.
    """

    pupil: Pupil
    is_short_name: bool
    words: str


class PupilIndex:
    """The pupils of one receiving account, found by the words of a memo."""

    def __init__(self) -> None:
        self.by_key: dict[str, Pupil] = {}
        self.by_name: dict[str, list[Pupil]] = {}
        self._heads: set[str] = set()
        self._longest_name = 0
        self._plain_words = set(known_frames().memo_words)
        self._places: dict[str, tuple[int, ...]] = {}
        self._in_class: dict[str, dict[str, list[Pupil]]] = {}
        self._class_words: dict[str, str] = {}
        self._number_classes: set[str] = set()
        self._class_signs: set[str] = {"LOP"}

    def add(self, key: str, student_name: str, class_name: str) -> Pupil:
        """The pupil of this key, made known if new."""
        pupil = self.by_key.get(key)
        if pupil is not None:
            return pupil
        words = read(student_name).words
        class_row = class_key(class_name)
        label = f"{student_name} {class_name}".strip()
        pupil = Pupil(key, label, "".join(words), "".join(words[-2:]), words[-1] if words else "", class_row)
        self.by_key[key] = pupil
        if len(words) > 1 and len(pupil.name) >= _SHORTEST:
            self._plain_words.update(words)
            self._places.clear()
            self.by_name.setdefault(pupil.name, []).append(pupil)
            self._heads.add(pupil.name[:_HEAD])
            self._longest_name = max(self._longest_name, len(pupil.name))
        if class_row:
            self._in_class.setdefault(class_row, {}).setdefault(pupil.given, []).append(pupil)
            self._add_class(class_row, class_name)
        return pupil

    def _add_class(self, class_row: str, class_name: str) -> None:
        written = [f"LOP{class_row}", f"L{class_row}"]
        if class_row.isdigit():
            self._number_classes.add(class_row)
        elif not class_row.isalpha():
            written.append(class_row)
        for words in written:
            self._class_words[words] = class_row
        self._class_signs.update(written)
        parts = read(class_name).words
        if len(parts) > 1 and not class_row.isdigit():
            self._class_signs.add(parts[-2])  # "Lá 1": the words stand apart

    def names_in(
        self, reading: Reading, bounds: Collection[int], outside: Callable[[], Collection[tuple[int, int]]]
    ) -> list[Mention]:
        """Full names mentioned, in order; where they overlap the longest.

        `bounds` are further word bounds. Names that begin within the spans of `outside` are left out; it is asked
        only when a name may begin somewhere.
        """
        row, heads = reading.row, self._heads
        inner = self._inside_words(reading, bounds)
        begins = [start for start in (*reading.starts, *bounds, *inner) if row[start : start + _HEAD] in heads]
        if not begins:
            return []
        skipped = outside()
        ends = sorted({*reading.ends, *bounds, *inner})
        found = [
            Mention(row[start:end], start, end)
            for start in dict.fromkeys(begins)
            if not any(first <= start < last for first, last in skipped)
            for end in ends[bisect_left(ends, start + _SHORTEST) : bisect_right(ends, start + self._longest_name)]
            if row[start:end] in self.by_name and _stands_alone(reading, start, end, bounds)
        ]
        return _longest(found) if len(found) > 1 else found

    def _inside_words(self, reading: Reading, bounds: Collection[int]) -> list[int]:
        """Places inside words where a name may begin or end because something is glued to it; codes are
        skipped.

        Names of pupils and the usual words of memos are whole. In a word with digits a name reaches to the
        digits, or lies anywhere when the word is as long as a sentence without spaces.
        """
        plain, known = self._plain_words, self._places
        strange = [place for place in zip(reading.words, reading.starts, strict=True) if place[0] not in plain]
        places: list[int] = []
        for word, start in strange:
            if start in bounds and start + len(word) in bounds:
                continue
            inside = known.get(word)
            if inside is None:
                if len(known) >= _WORDS_KEPT:
                    known.clear()
                inside = known[word] = _places_in(word)
            if inside:
                places += [start + place for place in inside]
        return places

    def classes_in(self, reading: Reading) -> list[Mention]:
        """Classes mentioned: "3A2", "lop 3A2", "L3A2", "6/1", "7.10"; bare words or numbers only after "lớp"."""
        row, found = reading.row, []
        for at, start in enumerate(reading.starts):
            for end in reading.ends[at : at + _CLASS_WORDS]:
                class_row = self._class_words.get(row[start:end])
                if class_row:
                    found.append(Mention(class_row, start, end))
        for hit in _NUMBER_CLASS.finditer(reading.text) if self._number_classes else ():
            class_row = squeeze(hit.group())
            if class_row in self._number_classes:
                start = len(squeeze(reading.text[: hit.start()]))
                found.append(Mention(class_row, start, start + len(class_row)))
        return found

    def may_name_class(self, reading: Reading) -> bool:
        """A cheap look whether `classes_in` can find anything."""
        words = reading.words
        if not self._class_signs.isdisjoint(words):
            return True
        return bool(self._number_classes) and _NUMBER_CLASS.search(reading.memo) is not None

    def short_names_by(self, reading: Reading, mention: Mention) -> list[Beside]:
        """Pupils of a mentioned class whose given name stands right beside the class ("con Bảo Chi 3A2")."""
        pupils = self._in_class.get(mention.row)
        if not pupils:
            return []
        before, after = _words_until(reading, mention.start), _words_from(reading, mention.end)
        return [
            Beside(pupil, "".join(words[-2:]) == pupil.short, "".join(words[-2:]))
            for words in (before, after[:1], after[:2], after[:3])
            for pupil in pupils.get(words[-1] if words else "", ())
        ]


def _places_in(word: str) -> tuple[int, ...]:
    """Where inside an unusual word a name may begin or end."""
    size = len(word)
    if size < _HEAD or word.isdigit():
        return ()
    if word.isalpha() or (size >= _GLUED and _NAME_LETTERS.search(word)):
        return tuple(range(1, size))
    lead = size - len(word.lstrip(ascii_uppercase))
    trail = len(word.rstrip(ascii_uppercase))
    return (lead, trail, trail + 1) if trail < size else (lead,)


def class_key(class_name: str) -> str:
    """A class name as a row: "Lớp 3A2" and "3a2" are one class."""
    row = squeeze(class_name)
    return row[3:] if row.startswith("LOP") and len(row) > 3 else row


def _words_until(reading: Reading, place: int) -> list[str]:
    words = [word for word, end in zip(reading.words, reading.ends, strict=True) if end <= place]
    while words and words[-1] in _BEFORE_CLASS:
        words = words[:-1]
    return words


def _words_from(reading: Reading, place: int) -> list[str]:
    return [word for word, start in zip(reading.words, reading.starts, strict=True) if start >= place]


def _stands_alone(reading: Reading, start: int, end: int, bounds: Collection[int]) -> bool:
    """Whether row[start:end] is a run of whole words, or the glue around it is the usual: digits, fee
    words, frames.

    In a word as long as a whole sentence bounds cannot be asked for; there a long name is sure enough.
    """
    row = reading.row
    begins = start in reading.starts or start in bounds or not row[max(start - 2, 0) : start].isalpha()
    ends = end in reading.ends or end in bounds or row[end].isdigit()
    if begins and ends:
        return True
    if (begins or row.endswith(_GLUED_BEFORE, 0, start)) and (ends or row.startswith(_GLUED_AFTER, end)):
        return True
    if end - start < _SURE_WITHOUT_BOUNDS:
        return False
    at = bisect_right(reading.ends, start)
    return len(reading.words[at]) >= _GLUED and not reading.words[at].isdigit()


def _longest(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(set(found), key=lambda one: (one.start - one.end, one.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda one: one.start)
