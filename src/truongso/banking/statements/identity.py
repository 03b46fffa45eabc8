"""Which recorded line a reported booking is, when its content key is new.

Channels of one bank tell the same booking differently: without references, without balances, memos cut or broken
elsewhere, the day of posting for the day of transfer. A booking is a recorded one when something speaks for it and
nothing against it; each recorded line stands for one booking of a file only, so honest twins stay twins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from truongso.banking.statements.labels import squeeze

_SAME_MEMO = 16  # letters and digits that two reports of one transfer must share when no reference agrees
_STRONG = 8  # letters and digits from which on a reference names one transfer on any day; shorter ones are counters
_STRONG_DIGITS = 6
DAYS_APART = 10  # posting and transfer date of one booking lie no further apart, holidays included
_DAYS_UNPROVEN = 3  # without a common balance: standing orders come weekly under one number


@dataclass(frozen=True, slots=True)
class Facts:
    """What one report says of a booking; amount signed, in đồng; reference and memo squeezed to letters and digits."""

    day: dt.date
    amount: int
    reference: str
    memo: str
    balance: int | None

    @classmethod
    def of(cls, day: dt.date, amount: int, *, reference: str, memo: str, balance: int | None) -> Facts:
        """From texts as the bank printed them."""
        return cls(day, amount, squeeze(reference), squeeze(memo), balance)

    @property
    def strong_reference(self) -> str:
        """The reference when it names one transfer on any day, else nothing."""
        return self.reference if _is_strong(self.reference) else ""


def is_strong(reference: str) -> bool:
    """Whether a reference as printed names one transfer on any day."""
    return _is_strong(squeeze(reference))


def _is_strong(reference: str) -> bool:
    return len(reference) >= _STRONG and sum(map(str.isdigit, reference)) >= _STRONG_DIGITS


def pair(reports: Sequence[Facts], recorded: Sequence[tuple[int, Facts]]) -> dict[int, int]:
    """Position of a report → id of the line that it is. The surest evidence pairs first, then the others one by one.

    A recorded line may come several times, once for each way in which it was told.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    for rule in (_same_all, _same_reference_and_balance, _same_reference, _same_balance_and_memo):
        waiting: dict[Hashable, list[tuple[int, Facts]]] = {}
        for line_id, facts in recorded:
            for key in rule(facts):
                waiting.setdefault(key, []).append((line_id, facts))
        for place, report in enumerate(reports):
            if place not in found:
                same = _first(waiting, rule(report), report, taken)
                if same is not None:
                    found[place] = same
                    taken.add(same)
    _pair_rest(reports, recorded, found, taken)
    return found


def _same_all(x: Facts) -> Iterator[Hashable]:
    yield x.day, x.amount, x.reference, x.memo, x.balance


def _same_reference_and_balance(x: Facts) -> Iterator[Hashable]:
    if x.reference and x.balance is not None:
        yield x.amount, x.reference, x.balance, x.day
        if x.strong_reference:
            yield x.amount, x.reference, x.balance


def _same_reference(x: Facts) -> Iterator[Hashable]:
    """The memo may have been altered: the bank's own number and the amount say more than words."""
    if x.reference:
        yield x.amount, x.reference, x.day
        if x.strong_reference:
            yield x.amount, x.reference


def _same_balance_and_memo(x: Facts) -> Iterator[Hashable]:
    if x.balance is not None:
        yield x.amount, x.day, x.balance, x.memo


def _first(
    waiting: dict[Hashable, list[tuple[int, Facts]]], keys: Iterable[Hashable], report: Facts, taken: set[int]
) -> int | None:
    for key in keys:
        for line_id, facts in waiting.get(key, ()):
            if line_id not in taken and not _contradict(report, facts):
                return line_id
    return None


def _pair_rest(
    reports: Sequence[Facts], recorded: Sequence[tuple[int, Facts]], found: dict[int, int], taken: set[int]
) -> None:
    """Memos that share their letters, on one day; as many pairs as can be made (augmenting paths)."""
    pool: dict[tuple[dt.date, int], list[tuple[int, Facts]]] = {}
    for line_id, facts in recorded:
        if line_id not in taken:
            pool.setdefault((facts.day, facts.amount), []).append((line_id, facts))
    fits: dict[int, list[int]] = {}
    for place, report in enumerate(reports):
        near = pool.get((report.day, report.amount), ()) if place not in found else ()
        lines = [i for i, facts in near if same_memo(report.memo, facts.memo) and not _contradict(report, facts)]
        if lines:
            fits[place] = list(dict.fromkeys(lines))
    owner: dict[int, int] = {}
    mine: dict[int, int] = {}
    for place in fits:
        _augment(place, fits, owner, mine)
    found.update(mine)


def _augment(start: int, fits: dict[int, list[int]], owner: dict[int, int], mine: dict[int, int]) -> None:
    """Give `start` a line, moving others to their second choice where that helps (breadth first)."""
    came: dict[int, int] = {}
    queue = [start]
    for place in queue:
        for line_id in fits[place]:
            if line_id in came:
                continue
            came[line_id] = place
            if line_id in owner:
                queue.append(owner[line_id])
                continue
            step: int | None = line_id
            while step is not None:
                giver = came[step]
                previous = mine.get(giver)
                owner[step], mine[giver] = giver, step
                step = previous
            return


def _contradict(a: Facts, b: Facts) -> bool:
    """Different balances, or different references on one channel's terms, are different bookings."""
    if a.balance is not None and b.balance is not None and a.balance != b.balance:
        return True
    if a.reference and b.reference and a.reference != b.reference:
        return True
    apart = abs((a.day - b.day).days)
    if apart and not same_memo(a.memo, b.memo):  # the day or the memo may have been altered, not both
        return True
    return apart > (DAYS_APART if a.balance is not None and a.balance == b.balance else _DAYS_UNPROVEN)


def same_memo(one: str, other: str) -> bool:
    """Whether two squeezed memos are of one transfer: equal, or the shorter a long part of the longer."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _SAME_MEMO and short in long)
