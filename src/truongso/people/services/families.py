"""Which new pupils share a household, among themselves and with pupils already there. Pure.

Two pupils are siblings when a guardian's phone number agrees, or when both parents' names agree and their
phone numbers, where both state some, do not contradict it: common names alone must not open one family's page
to another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from truongso.kernel.names import tidy

SHARED_BY_TOO_MANY = 8
"""A number given for more pupils than this is the school's or the teacher's own, no mark of a family."""


@dataclass(frozen=True)
class Household:
    """What marks a pupil's household; `family_id` when it exists already."""

    phones: frozenset[str]
    parents: tuple[str, str] | None
    family_id: int | None = None

    @classmethod
    def of(cls, phones: Iterable[str], father: str, mother: str, family_id: int | None = None) -> Household:
        """Parents count only when both are named."""
        names = (tidy(father).casefold(), tidy(mother).casefold())
        return cls(frozenset(phones), names if all(names) else None, family_id)


def assign(known: Sequence[Household], new: Sequence[Household]) -> list[int | str]:
    """For each new pupil the id of the existing family, or a label shared by those who make up a new one.

    A new pupil never joins two families that exist apart: the one with the same number comes first, then the
    oldest.
    """
    counts = Counter(number for household in (*known, *new) for number in household.phones)
    usable = {number for number, count in counts.items() if count <= SHARED_BY_TOO_MANY}
    groups = _grouped(new, usable)
    candidates = _existing_families(known, new, groups, usable)
    return [
        min(found)[1] if (found := candidates.get(groups.root(place))) else f"new-{groups.root(place)}"
        for place in range(len(new))
    ]


def _grouped(new: Sequence[Household], usable: set[str]) -> _Groups:
    groups = _Groups(len(new))
    by_phone: dict[str, int] = {}
    by_parents: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, household in enumerate(new):
        for number in household.phones & usable:
            groups.join(place, by_phone.setdefault(number, place))
        if household.parents:
            for other in by_parents[household.parents]:
                if _agree(household, new[other]):
                    groups.join(place, other)
            by_parents[household.parents].append(place)
    return groups


def _existing_families(
    known: Sequence[Household], new: Sequence[Household], groups: _Groups, usable: set[str]
) -> dict[int, list[tuple[int, int]]]:
    """Group root → (0 by number, 1 by names; family) of every family that fits."""
    by_phone: dict[str, list[int]] = defaultdict(list)
    by_parents: dict[tuple[str, str], list[Household]] = defaultdict(list)
    for household in known:
        for number in household.phones & usable:
            by_phone[number].append(household.family_id or 0)
        if household.parents:
            by_parents[household.parents].append(household)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, household in enumerate(new):
        fitting = found[groups.root(place)]
        fitting += [(0, family) for number in household.phones & usable for family in by_phone[number]]
        if household.parents:
            fitting += [(1, h.family_id or 0) for h in by_parents[household.parents] if _agree(household, h)]
    return found


def _agree(one: Household, other: Household) -> bool:
    return not one.phones or not other.phones or bool(one.phones & other.phones)


class _Groups:
    """Disjoint sets of places; the root is the first place of the set."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def root(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._above[second] = first
