"""The refused rows as a table to correct and upload again."""

from __future__ import annotations

from collections.abc import Callable, Collection

from truongso.kernel.sheets import Cell
from truongso.people.roster.labels import CANONICAL, REASON_LABEL
from truongso.people.roster.plan import RosterPlan
from truongso.people.roster.types import Column, Reason


def refused_table(
    plan: RosterPlan, describe: Callable[[Reason], str] = lambda reason: reason.code, *,
    without: Collection[Column] = (),
) -> list[list[Cell]]:  # fmt: skip
    """Header, then one line per refused row: its imported cells as they came and the reasons in the last
    column.

    `describe` puts a reason into words (the web layer has the Vietnamese texts); columns in `without` are left out.
    The table is a roster itself: once corrected it is read like any other, its reason column ignored. Columns that are
    not imported are left out.
    """
    kept = [place for place, one in enumerate(plan.imported) if one.column not in without]
    header: list[Cell] = [*(CANONICAL[plan.imported[place].column] for place in kept), REASON_LABEL]
    rows = [
        [*(row.cells[place] for place in kept), "; ".join(map(describe, row.reasons))] for row in plan.refused
    ]  # fmt: skip
    return [header, *rows]
