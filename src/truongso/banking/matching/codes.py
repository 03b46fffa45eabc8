"""Finding invoice codes in the row of a memo: as printed, or over exactly one error."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from typing import NamedTuple

from truongso.banking.matching.fold import Reading
from truongso.fees.types import ALPHABET, LENGTH, CodeIndex, Slip, is_valid

_READ_AT_MOST = 600
_TAIL = 6
_TAILS = [slice(at, at + _TAIL) for at in range(_READ_AT_MOST)]
_SIZES = (8, 9, 10)
_ANY = re.compile(".+")
_SYMBOLS = re.compile(rf"[{ALPHABET}]{{{_TAIL},}}")
_STRAY = range(1, 3)


class Found(NamedTuple):
    """A code found at row[start:end]; `slip` is the error it was read over, None as printed."""

    code: str
    start: int
    end: int
    slip: Slip | None = None


def printed_codes(row: str, index: CodeIndex) -> list[Found]:
    """Codes of the index that stand in the row unchanged, in order, each once (a memo may repeat its
    code).
    """
    codes = index.codes
    found = [
        Found(word, at, at + LENGTH)
        for prefix in index.prefixes
        for at in _places_of(prefix, row)
        if (word := row[at : at + LENGTH]) in codes
    ]
    return found if len(found) < 2 else _each_once(found)


def _each_once(found: list[Found]) -> list[Found]:
    first: dict[str, Found] = {}
    for hit in sorted(found, key=lambda hit: hit.start):
        first.setdefault(hit.code, hit)
    return list(first.values())


def corrected_codes(reading: Reading, index: CodeIndex, taken: list[Found]) -> list[Found]:
    """Codes of the index within one error of some piece of the row, outside the pieces already `taken`.

    Two guards keep chance away. A piece that is itself a whole valid code, only unknown here, is another
    code and not a mistyped one. A piece with a symbol missing must not be the inside of a word that is just
    one or two signs longer: that would be a second error.
    """
    known = {hit.code for hit in taken} if taken else ()
    hits = _near_prefixes(reading, index, known)
    hits = hits or _near(reading, index, _anchored_by_tail(reading.row, index), known)
    if not hits:
        return []
    blocked = [*taken, *unknown_codes(reading, index)]
    if len(hits) > 1:
        hits.sort(key=lambda one: _distance_from_words(reading, one))
    best: dict[str, Found] = {}
    for hit in hits:
        if not blocked or not any(hit.start < one.end and one.start < hit.end for one in blocked):
            best.setdefault(hit.code, hit)
    return _without_second_errors(reading, list(best.values())) if len(best) > 1 else list(best.values())


def _without_second_errors(reading: Reading, hits: list[Found]) -> list[Found]:
    """Several readings, in order, less those that would also need a sign or two glued on where others need not."""
    clean = [hit for hit in hits if not _inside_a_word(reading, hit.start, hit.end)]
    kept = [
        hit for hit in hits if hit in clean or all(hit.end <= other.start or other.end <= hit.start for other in clean)
    ]
    return sorted(kept, key=lambda hit: hit.start)


def _near_prefixes(reading: Reading, index: CodeIndex, known: Collection[str]) -> list[Found]:
    """Readings over one error that begin with a prefix."""
    row = reading.row
    return [
        Found(code, at, end, slip)
        for prefix in index.prefixes
        for at in _places_of(prefix, row)
        for code, end, slip in index.corrections_from(row, at)
        if code not in known and not (slip is Slip.MISSING and _inside_a_word(reading, at, end))
    ]


def _places_of(prefix: str, row: str) -> list[int]:
    places = []
    at = row.find(prefix)
    while at >= 0:
        places.append(at)
        at = row.find(prefix, at + 1)
    return places


def _anchored_by_tail(row: str, index: CodeIndex) -> list[tuple[int, int]]:
    """Where the last six symbols of a code stand: the damage is then in the prefix or right behind it."""
    tails, spans = index.long_tails, []
    mixed = index.tails_are_mixed
    for hit in (_SYMBOLS if mixed else _ANY).finditer(row, 0, _READ_AT_MOST + _TAIL - 1):
        piece = hit.group()
        if mixed and (piece.isalpha() or piece.isdigit()):
            continue
        if not tails.isdisjoint(map(piece.__getitem__, _TAILS[: len(piece)])):
            ends = [hit.start() + cut.stop for cut in _TAILS[: len(piece)] if piece[cut] in tails]
            spans += [(end - size, end) for end in ends for size in _SIZES]
    return spans


def _near(reading: Reading, index: CodeIndex, spans: list[tuple[int, int]], known: Collection[str]) -> list[Found]:
    """Readings of the spans over one error; a code already `known` is not read again out of its own neighbourhood."""
    row = reading.row
    return [
        Found(code, start, end, slip)
        for start, end in spans
        if start >= 0 and end <= len(row)
        for code, slip in index.corrections(row[start:end])
        if code not in known and not (slip is Slip.MISSING and _inside_a_word(reading, start, end))
    ]


def unknown_codes(reading: Reading, index: CodeIndex) -> list[Found]:
    """Whole words that are valid codes of the account's prefixes but none of its known codes."""
    row, starts, ends = reading.row, reading.starts, reading.ends
    begun = [at for prefix in index.prefixes for at in _places_of(prefix, row) if at in starts and at + LENGTH in ends]
    return [
        Found(word, at, at + LENGTH)
        for at in sorted(begun)
        if (word := row[at : at + LENGTH]) not in index and is_valid(word)
    ]


def _distance_from_words(reading: Reading, hit: Found) -> tuple[int, int]:
    """Orders readings: those that begin and end with words first, then from the left."""
    return (hit.start not in reading.starts) + (hit.end not in reading.ends), hit.start


def _inside_a_word(reading: Reading, start: int, end: int) -> bool:
    starts, ends = reading.starts, reading.ends
    before = start - starts[bisect_right(starts, start) - 1]
    after = ends[bisect_left(ends, end)] - end
    return before in _STRAY or after in _STRAY
