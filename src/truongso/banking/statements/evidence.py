"""What running balances say about amounts that can be read in two ways."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from truongso.banking.statements.amounts import AmountError, NumberForm, parse_amount
from truongso.kernel.sheets import Cell

_EITHER = re.compile(r"[+\u2212-]?\s*([1-9][0-9]{0,2})([.,])([0-9]{3})")
_MOST = 200  # ambiguous amounts looked at: the first that the balances decide settles the file


def settle_by_balances(form: NumberForm, columns: Mapping[str, int], rows: Sequence[Sequence[Cell]]) -> NumberForm:
    """The form with separators settled that only balances can settle.

    "1.000" between a balance of 5000 and one of 6000 is one thousand; between 5000 and 5001 it is one. Asked only for
    separators that no amount has settled, and only balances that can be read in one way count.
    """
    money = [columns[role] for role in ("debit", "credit", "signed_amount") if role in columns]
    if "balance" not in columns:
        return form
    looked = 0
    for column in money:
        for place, row in enumerate(rows):
            cell = row[column] if column < len(row) else None
            match = _EITHER.fullmatch(cell) if isinstance(cell, str) else None
            if match is None or _is_settled(form, match[2]):
                continue
            form = _settled(form, match, _moves(rows, place, columns["balance"], form))
            looked += 1
            if looked >= _MOST:
                return form
    return form


def _is_settled(form: NumberForm, separator: str) -> bool:
    return (separator in form.thousands) != (separator in form.decimals)


def _settled(form: NumberForm, match: re.Match[str], moves: Collection[int]) -> NumberForm:
    separator, thousands, ones = match[2], int(match[1] + match[3]), int(match[1])
    if (thousands in moves) == (ones in moves):
        return form
    if thousands in moves:
        return replace(form, thousands=form.thousands | {separator}, decimals=form.decimals - {separator})
    return replace(form, decimals=form.decimals | {separator}, thousands=form.thousands - {separator})


def _certain(row: Sequence[Cell], column: int, form: NumberForm) -> int:
    """A balance that can be read in one way, 0 when it cannot."""
    try:
        return parse_amount(row[column], replace(form, asks=True)) or 0 if column < len(row) else 0
    except AmountError:
        return 0


def _moves(rows: Sequence[Sequence[Cell]], place: int, column: int, form: NumberForm) -> set[int]:
    """By how much the balance of a row differs from those of the neighbouring rows."""
    here = _certain(rows[place], column, form)
    near = [_certain(rows[i], column, form) for i in (place - 1, place + 1) if 0 <= i < len(rows)]
    return {abs(here - other) for other in near if other and here}
