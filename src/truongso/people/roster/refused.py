"""The refused rows as a table to correct and upload again."""

from __future__ import annotations

from collections.abc import Callable

from truongso.kernel.sheets import Cell
from truongso.people.roster.labels import CANONICAL, REASON_LABEL
from truongso.people.roster.plan import RosterPlan
from truongso.people.roster.types import Reason


def refused_table(plan: RosterPlan, describe: Callable[[Reason], str] = lambda reason: reason.code) -> list[list[Cell]]:
    """Header, then one line per refused row: its imported cells as they came and the reasons in the last
    column.

    `describe` puts a reason into words (the web layer has the Vietnamese texts). The table is a roster
    itself: once corrected it is read like any other, its reason column ignored. Columns that are not
    imported are left out.
    """
    header: list[Cell] = [*(CANONICAL[c.column] for c in plan.imported), REASON_LABEL]
    return [header, *([*row.cells, "; ".join(map(describe, row.reasons))] for row in plan.refused)]
