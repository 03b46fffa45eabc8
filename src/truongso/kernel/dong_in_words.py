"""Amounts in Vietnamese words, as receipts carry them: "Một nghìn không trăm linh năm đồng".

The accounting form: groups of three digits after the first are read in full ("không trăm linh năm"); after
hai mươi … chín mươi, 1 is "mốt" and 4 "tư"; after any ten, 5 is "lăm".
"""

from __future__ import annotations

from dataclasses import dataclass

from truongso.kernel.money import Dong

LIMIT = Dong(10**18)
"""Amounts stay below this on either side of zero."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TEN = {5: "lăm"}
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}


@dataclass(frozen=True, slots=True)
class Usage:
    """The two words that differ by region: for a zero ten (105) and for 1,000."""

    zero_ten: str
    thousand: str


NORTH = Usage("linh", "nghìn")
SOUTH = Usage("lẻ", "ngàn")


def dong_in_words(amount: Dong, *, usage: Usage = NORTH, exact: bool = False) -> str:
    """`amount` in words with a capital first letter and "đồng"; `exact` adds "chẵn"; negative begins "Âm".

    Raises ValueError when |amount| is 10^18 đ or more.
    """
    if abs(amount.value) >= LIMIT.value:
        raise ValueError("amount in words is limited to less than 10^18 dong")
    words = _number(abs(amount.value), usage)
    if amount.value < 0:
        words.insert(0, "âm")
    words.append("đồng")
    if exact:
        words.append("chẵn")
    text = " ".join(words)
    return text[0].upper() + text[1:]


def _number(number: int, usage: Usage) -> list[str]:
    """A number below 10^18: what counts the tỷ (10^9), then the rest below one tỷ."""
    if number == 0:
        return [_DIGITS[0]]
    high, low = divmod(number, 10**9)
    words = [*_below_milliard(high, usage, full=False), "tỷ"] if high else []
    return words + _below_milliard(low, usage, full=bool(high))


def _below_milliard(number: int, usage: Usage, *, full: bool) -> list[str]:
    words: list[str] = []
    for size, unit in ((10**6, ["triệu"]), (10**3, [usage.thousand]), (1, [])):
        group = number // size % 1000
        if group:
            words += _group(group, usage, full=full or bool(words)) + unit
    return words


def _group(group: int, usage: Usage, *, full: bool) -> list[str]:
    """Three digits, 1–999. `full` reads the hundreds even when they are zero."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if ones:
            words += [usage.zero_ten, _DIGITS[ones]] if words else [_DIGITS[ones]]
        return words
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if ones:
        changed = _AFTER_TEN if tens == 1 else _AFTER_TENS
        words.append(changed.get(ones, _DIGITS[ones]))
    return words
