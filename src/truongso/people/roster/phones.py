"""Vietnamese phone numbers as schools write them, brought to one form.

Numbering plan since 2018: mobile 03, 05, 07, 08, 09 with ten digits; fixed 02x(x) with ten or eleven.
"""

from __future__ import annotations

import re

from truongso.kernel.sheets import Cell
from truongso.people.roster.types import Reason

_SEPARATORS = re.compile(r"[;,/|&\n]| và | hoặc ", re.IGNORECASE)
_NOTE = re.compile(r"\([^()\d]*\)")
_FILLERS = re.compile(r"[\s.\-()'\u00a0]")
_NATIONAL = re.compile(r"0[35789]\d{8}|02\d{8,9}", re.ASCII)
_LOST_ZERO = re.compile(r"[35789]\d{8}|2\d{8,9}", re.ASCII)
_FOREIGN = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)


def read_phones(cell: Cell) -> tuple[str, ...] | Reason:
    """The numbers in a cell, without repeats, in the order written; () for a blank cell.

    National numbers come out as digits with the leading 0 (+84, 84 and a 0 lost in a number cell are put
    right), foreign ones as + and digits. A note in brackets, such as (mẹ), is dropped. Code `bad_phone`
    with `value`.
    """
    if cell is None or isinstance(cell, bool):
        return ()
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell)
    numbers: list[str] = []
    for part in _SEPARATORS.split(_NOTE.sub(" ", text)):
        compact = _FILLERS.sub("", part)
        if not compact:
            continue
        found = _one(compact) or _two_run_together(compact)
        if not found:
            return Reason("bad_phone", {"value": " ".join(text.split())[:40]})
        numbers += found
    return tuple(dict.fromkeys(numbers))


def _one(compact: str) -> list[str]:
    if _FOREIGN.fullmatch(compact) and not compact.startswith("+84"):
        return [compact]
    national = re.sub(r"^(?:\+84|0084)0?|^84(?=\d{9,10}$)", "0", compact)
    if _LOST_ZERO.fullmatch(national):
        national = "0" + national
    return [national] if _NATIONAL.fullmatch(national) else []


def _two_run_together(compact: str) -> list[str]:
    """Two ten-digit numbers parted only by a dash or a space."""
    if len(compact) != 20:
        return []
    first, second = _one(compact[:10]), _one(compact[10:])
    return first + second if first and second else []
