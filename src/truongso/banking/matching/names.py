"""Pupils' names and classes in a memo: whole words, without accents, whatever the bank did to the white
space.

A name is looked for as a row of letters that begins and ends where words begin and end; breaks inside do
not matter. Of overlapping names the longest counts: "Nguyễn Văn An Bình" is not a mention of "Nguyễn Văn
An".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
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
_NUMBER_CLASS = re.compile(r"[0-9](?<![0-9/.-][0-9])[0-9]?[/.-][0-9]{1,2}(?![0-9/.-])")
"""6/1, 6.1, 6-1: as classes are written; not a part of a date, an amount or an account number. The first digit
stands before the look back at what precedes it, so that the search skips from digit to digit."""


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
        self._name_cuts: dict[str, list[slice]] = {}  # head → lengths of the names that begin so
        self._names_begin_with_digits = False
        self._head_pieces: set[str] = set()  # the heads, and what of one can stand before the end of a word
        self._plain_words = set(known_frames().memo_words)
        self._openings: dict[str, Sequence[int]] = {}  # word → where in it a name may begin
        self._quiet_words: set[str] = set()  # in these none can begin
        self._in_class: dict[str, dict[str, list[Pupil]]] = {}
        self._class_words: dict[str, str] = {}
        self._class_pieces: set[str] = set()  # what may stand as the first word of those
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
            self._forget_words()
            self.by_name.setdefault(pupil.name, []).append(pupil)
            cut, cuts = slice(len(pupil.name)), self._name_cuts.setdefault(pupil.name[:_HEAD], [])
            if cut not in cuts:
                cuts.append(cut)
            self._names_begin_with_digits |= pupil.name[0].isdigit()
            self._head_pieces.update(pupil.name[:size] for size in range(1, _HEAD + 1))
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
            self._class_pieces.update(words[:size] for size in range(1, len(words) + 1))
        self._class_signs.update(written)
        parts = read(class_name).words
        if len(parts) > 1 and not class_row.isdigit():
            self._class_signs.add(parts[-2])  # "Lá 1": the words stand apart

    def names_in(self, reading: Reading, bounds: Collection[int] = ()) -> list[Mention]:
        """Full names mentioned, those that overlap too (`longest` chooses); `bounds` are further word bounds."""
        row, is_name, found = reading.row, self.by_name.__contains__, []
        for start in self._begins(reading, bounds):
            rest = row[start:]
            for name in filter(is_name, map(rest.__getitem__, self._name_cuts[rest[:_HEAD]])):
                end = start + len(name)
                if self._may_end(reading, end, bounds) and _stands_alone(reading, start, end, bounds):
                    found.append(Mention(name, start, end))
        return found

    def _may_end(self, reading: Reading, place: int, bounds: Collection[int]) -> bool:
        """Whether a name may end here: where a word ends, at a bound, or inside a word that something is glued to.

        Names of pupils and the usual words of memos are whole, and so are codes.
        """
        at = bisect_left(reading.ends, place)
        if reading.ends[at] == place or place in bounds:
            return True
        word, start = reading.words[at], reading.starts[at]
        if word in self._plain_words or (start in bounds and start + len(word) in bounds):
            return False
        return place - start in _places_in(word)

    def _begins(self, reading: Reading, bounds: Collection[int]) -> list[int]:
        """Where a name may begin: at bounds, and in words that are not known to be quiet; codes have bounds alone."""
        row, heads, quiet = reading.row, self._name_cuts, self._quiet_words
        places = [*reading.starts, *bounds] if self._names_begin_with_digits else bounds
        begins = [place for place in places if row[place : place + _HEAD] in heads] if places else []
        for word, start in zip(reading.words, reading.starts, strict=True):
            if word in quiet or word.isdigit() or (start in bounds and start + len(word) in bounds):
                continue
            openings = self._openings.get(word)
            if openings is None:
                openings = self._learn_word(word)
            for place in openings:
                if row[start + place : start + place + _HEAD] in heads:
                    begins.append(start + place)  # noqa: PERF401 - seldom more than one
        return begins

    def _learn_word(self, word: str) -> Sequence[int]:
        """Places of a word where a name may begin, as far as the word alone can tell; a quiet word has none.

        Long words with digits are not kept: most are numbers that never come again.
        """
        pieces = self._head_pieces
        if word[-1].isdigit() and len(word) < _GLUED and not self._names_begin_with_digits:
            return (0,) if word[:_HEAD] in pieces else ()  # inside it a name would begin behind the last digit
        places = (0,) if word in self._plain_words else (0, *_places_in(word))
        openings = [place for place in places if word[place : place + _HEAD] in pieces]
        if len(word) <= _HEAD or word.isalpha():
            if len(self._quiet_words) + len(self._openings) >= _WORDS_KEPT:
                self._forget_words()
            if openings:
                self._openings[word] = openings
            else:
                self._quiet_words.add(word)
        return openings

    def _forget_words(self) -> None:
        """What was learnt about words no longer holds, or takes too much room."""
        self._openings.clear()
        self._quiet_words.clear()

    def classes_in(self, reading: Reading) -> list[Mention]:
        """Classes mentioned: "3A2", "lop 3A2", "L3A2", "6/1", "7.10"; bare words or numbers only after "lớp"."""
        row, ends, written, found = reading.row, reading.ends, self._class_words, []
        for at in [at for at, word in enumerate(reading.words) if word in self._class_pieces]:
            start = reading.starts[at]
            for end in ends[at : at + _CLASS_WORDS]:
                class_row = written.get(row[start:end])
                if class_row:
                    found.append(Mention(class_row, start, end))
        return found + self._number_classes_in(reading) if self._number_classes else found

    def _number_classes_in(self, reading: Reading) -> list[Mention]:
        text, found = reading.text, []
        for hit in _NUMBER_CLASS.finditer(text) if _has_separator(text) else ():
            class_row = squeeze(hit.group())
            if class_row in self._number_classes:
                start = len(squeeze(text[: hit.start()]))
                found.append(Mention(class_row, start, start + len(class_row)))
        return found

    def may_name_class(self, reading: Reading) -> bool:
        """A cheap look whether `classes_in` can find anything."""
        words = reading.words
        if not self._class_signs.isdisjoint(words):
            return True
        memo = reading.memo
        return bool(self._number_classes) and _has_separator(memo) and _NUMBER_CLASS.search(memo) is not None

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


def _has_separator(text: str) -> bool:
    """Whether it can hold a number class at all; takes a tenth of the search."""
    return "/" in text or "." in text or "-" in text


def _places_in(word: str) -> Sequence[int]:
    """Where inside an unusual word a name may begin or end; a range where it is everywhere, to be asked at once."""
    size = len(word)
    if size < _HEAD or word.isdigit():
        return ()
    if word.isalpha() or (size >= _GLUED and _NAME_LETTERS.search(word)):
        return range(1, size)
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


def longest(found: Collection[Mention]) -> list[Mention]:
    """The mentions in order; where they overlap the longest."""
    kept: list[Mention] = []
    for mention in sorted(set(found), key=lambda one: (one.start - one.end, one.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda one: one.start)
