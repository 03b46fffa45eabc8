"""Finding invoice codes in the row of a memo: as printed, or over exactly one error."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import compress
from string import ascii_uppercase
from typing import NamedTuple

from truongso.banking.matching.fold import Reading
from truongso.fees.types import LENGTH, CodeIndex, Slip, is_valid

_READ_AT_MOST = 600
_PLACES = range(_READ_AT_MOST)
_SIXES = [slice(at, at + 6) for at in _PLACES]
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
    found: dict[str, Found] = {}
    for prefix in index.prefixes:
        at = row.find(prefix)
        while at >= 0:
            word = row[at : at + LENGTH]
            if word in codes and word not in found:
                found[word] = Found(word, at, at + LENGTH)
            at = row.find(prefix, at + 1)
    return sorted(found.values(), key=lambda hit: hit.start) if len(found) > 1 else list(found.values())


def corrected_codes(reading: Reading, index: CodeIndex, taken: list[Found]) -> list[Found]:
    """Codes of the index within one error of some piece of the row, outside the pieces already `taken`.

    Two guards keep chance away. A piece that is itself a whole valid code, only unknown here, is another
    code and not a mistyped one. A piece with a symbol missing must not be the inside of a word that is just
    one or two signs longer: that would be a second error.
    """
    known = {hit.code for hit in taken}
    hits = _near(reading, index, _anchored_by_prefix(reading.row, index), known)
    hits = hits or _near(reading, index, _anchored_by_tail(reading.row, index), known)
    if not hits:
        return []
    blocked = [*taken, *unknown_codes(reading, index)]
    best: dict[str, Found] = {}
    for hit in sorted(hits, key=lambda one: _distance_from_words(reading, one)):
        if not any(hit.start < one.end and one.start < hit.end for one in blocked):
            best.setdefault(hit.code, hit)
    return _without_second_errors(reading, list(best.values())) if len(best) > 1 else list(best.values())


def _without_second_errors(reading: Reading, hits: list[Found]) -> list[Found]:
    """Several readings, in order, less those that would also need a sign or two glued on where others need not."""
    clean = [hit for hit in hits if not _inside_a_word(reading, hit.start, hit.end)]
    kept = [
        hit for hit in hits if hit in clean or all(hit.end <= other.start or other.end <= hit.start for other in clean)
    ]
    return sorted(kept, key=lambda hit: hit.start)


def _anchored_by_prefix(row: str, index: CodeIndex) -> list[tuple[int, int]]:
    spans = []
    for prefix in index.prefixes:
        at = row.find(prefix)
        while at >= 0:
            spans += [(at, at + 8), (at, at + 9), (at, at + 10)]
            at = row.find(prefix, at + 1)
    return spans


def _anchored_by_tail(row: str, index: CodeIndex) -> list[tuple[int, int]]:
    """Where the last six symbols of a code stand: the damage is then in the prefix or right behind it."""
    tails, first, last = index.long_tails, 0, len(row)
    if index.tails_hold_digits:  # then the letters before and after the digits of the row are no matter
        first = max(0, len(row) - len(row.lstrip(ascii_uppercase)) - 5)
        last = len(row.rstrip(ascii_uppercase))
    if tails.isdisjoint(map(row.__getitem__, _SIXES[first:last])):
        return []
    spans = []
    for at in compress(_PLACES[first:last], map(tails.__contains__, map(row.__getitem__, _SIXES[first:last]))):
        spans += [(at - 2, at + 6), (at - 3, at + 6), (at - 4, at + 6)]
    return spans


def _near(reading: Reading, index: CodeIndex, spans: list[tuple[int, int]], known: set[str]) -> list[Found]:
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
    row, prefixes = reading.row, index.prefixes
    starts = [start for start in reading.starts if row[start : start + 2] in prefixes]
    return [
        Found(word, start, start + LENGTH)
        for start in starts
        if start + LENGTH in reading.ends and (word := row[start : start + LENGTH]) not in index and is_valid(word)
    ]


def _distance_from_words(reading: Reading, hit: Found) -> tuple[int, int]:
    """Orders readings: those that begin and end with words first, then from the left."""
    return (hit.start not in reading.starts) + (hit.end not in reading.ends), hit.start


def _inside_a_word(reading: Reading, start: int, end: int) -> bool:
    starts, ends = reading.starts, reading.ends
    before = start - starts[bisect_right(starts, start) - 1]
    after = ends[bisect_left(ends, end)] - end
    return before in _STRAY or after in _STRAY
