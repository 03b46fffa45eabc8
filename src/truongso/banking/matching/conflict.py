"""Does a memo name a pupil other than the one whose code it carries?

Another pupil's full name is a conflict unless the coded pupil is named too, or the name is plainly the
payer's: inside a bank's frame, or equal to the payer's name where banks and payers write it. A name that is
only beside its class ("Binh 4B") is a conflict as well. In doubt the answer is yes: a person looks, nothing
is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from truongso.banking.matching.codes import Found
from truongso.banking.matching.fold import Reading, squeeze
from truongso.banking.matching.frames import Frames
from truongso.banking.matching.names import Mention, Pupil, PupilIndex, longest
from truongso.banking.matching.types import Transfer


@dataclass(frozen=True, slots=True)
class Named:
    """Names and classes of a memo, without the payer's; `doubtful` are names of the payer that pupils bear
    too.
    """

    names: list[Mention]
    doubtful: list[Mention]
    classes: list[Mention]


def named(
    transfer: Transfer, reading: Reading, pupils: PupilIndex, frames: Frames, codes: Collection[Found] = ()
) -> Named:
    """What the memo says about pupils outside the given codes and outside the frames of banks."""
    bounds: list[int] = []
    for hit in codes:
        bounds += (hit.start, hit.end)
    names = pupils.names_in(reading, bounds)
    classes = pupils.classes_in(reading) if pupils.may_name_class(reading) else []
    if not names and not classes:
        return _NOTHING
    framed = frames.spans(reading, "names")
    if names:
        names = longest([one for one in names if not any(start <= one.start < end for start, end in framed)])
    payer = squeeze(transfer.payer_name)
    spans = [*((hit.start, hit.end) for hit in codes), *framed]
    if payer:
        spans += _parts_of_payer(names, payer, reading.row)
    names = [one for one in names if not _within(one, spans)]
    classes = [one for one in classes if not _within(one, [*spans, *frames.spans(reading, "reference")])]
    own = [one for one in names if _is_payers(one, payer, reading, frames)]
    return Named([one for one in names if one not in own], own, classes)


def conflicting(
    said: Named,
    own: list[Pupil],
    *,
    reading: Reading,
    pupils: PupilIndex,
    frames: Frames,
    tempting: Callable[[Pupil], bool],
) -> list[Pupil]:
    """Pupils the memo names although its codes belong to `own`; none when all is in accord.

    `tempting` tells whether a pupil owes just this amount while `own` do not: then even the payer's own
    name counts.
    """
    own_names = {pupil.name for pupil in own}
    own_classes = {pupil.class_row for pupil in own}
    classes = {one.row for one in said.classes}
    is_own_named = any(one.row in own_names for one in said.names)
    found: list[Pupil] = []
    for one in said.names:
        bearers = pupils.by_name[one.row]
        if one.row in own_names:
            if classes and classes.isdisjoint(own_classes):
                found += [pupil for pupil in bearers if pupil.class_row in classes]
        elif not is_own_named or any(pupil.class_row in classes for pupil in bearers):
            found += sorted(bearers, key=lambda pupil: pupil.class_row not in classes)
    for one in said.doubtful:
        bearers = [pupil for pupil in pupils.by_name[one.row] if pupil not in own]
        found += [one for one in bearers if one.class_row in classes - own_classes or tempting(one)]
    if not found and not is_own_named:
        found = _beside_class(said, own, reading, pupils, frames)
    return list(dict.fromkeys(found))


def _beside_class(said: Named, own: list[Pupil], reading: Reading, pupils: PupilIndex, frames: Frames) -> list[Pupil]:
    own_classes = {pupil.class_row for pupil in own}
    in_accord = not own_classes.isdisjoint(one.row for one in said.classes)
    if in_accord and any(pupil.given in reading.words for pupil in own):
        return []
    return [
        one.pupil
        for mention in said.classes
        for one in pupils.short_names_by(reading, mention)
        if one.pupil not in own
        if one.is_short_name or not in_accord or one.words not in frames.memo_phrases
    ]


def _is_payers(one: Mention, payer: str, reading: Reading, frames: Frames) -> bool:
    if payer and one.row != payer:
        return False
    follows = frames.followed_by_transfer_words(reading, one.end)
    heads = frames.opens_with_payer(reading, one.start)
    if payer:
        return follows or heads
    return heads and (follows or one.end == len(reading.row))


def _parts_of_payer(names: list[Mention], payer: str, row: str) -> list[tuple[int, int]]:
    """Where the payer's longer name holds a pupil's ("Lý [Nguyễn Minh Vân]"): that is no mention of the
    pupil.
    """
    found = []
    for one in names:
        at = row.find(payer, max(0, one.end - len(payer)))
        if len(payer) > len(one.row) and 0 <= at <= one.start and at + len(payer) >= one.end:
            found.append((at, at + len(payer)))
    return found


def _within(one: Mention, spans: Iterable[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in spans)


_NOTHING = Named([], [], [])
