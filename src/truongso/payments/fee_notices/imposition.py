"""Where each notice stands on the sheets, so that a pile cut in four stays in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

PER_SHEET = 4
T = TypeVar("T")


def cut_and_stack(group: Sequence[T], *, per_sheet: int = PER_SHEET) -> list[tuple[T | None, ...]]:
    """Sheets of `per_sheet` places (left to right, then down) holding the group in cutting order.

    The first place of all sheets holds the first quarter in order, the second place the next, and so on: the whole
    pile is cut at once and the four small piles are laid upon each other. Empty places are None, at the end only.
    """
    sheets = -(-len(group) // per_sheet)
    return [
        tuple(group[at] if (at := place * sheets + sheet) < len(group) else None for place in range(per_sheet))
        for sheet in range(sheets)
    ]


def sheets_of(groups: Sequence[Sequence[T]], *, whole_pile: bool) -> list[tuple[T | None, ...]]:
    """Every group on sheets of its own; or, with `whole_pile`, all of them as one pile."""
    piles = [[one for group in groups for one in group]] if whole_pile else groups
    return [sheet for pile in piles for sheet in cut_and_stack(pile)]
