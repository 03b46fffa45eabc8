"""Reading an amount as people type it: 1250000, 1.250.000, 1,250,000, 1tr250, 450k.

Only forms with one meaning are read. Decimals, negatives, broken groups and mixed separators are refused,
because a wrong guess here is a wrong amount on a family's notice. Pure: no Django, no texts.
"""

from __future__ import annotations

import re
import unicodedata

from truongso.kernel.money import Dong

# Longer texts are no amounts, and Python refuses to read thousands of digits at once.
LONGEST = 40

_UNIT = re.compile(r"\s*(?:đồng|dong|vnđ|vnd|đ|d)$")
_PLAIN = re.compile(r"(?:0|[1-9]\d*)")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,\s])\d{3}(?:\1\d{3})*")
_THOUSANDS = re.compile(r"([1-9]\d{0,5})\s*(?:k|nghìn|ngàn)")
_MILLIONS = re.compile(r"([1-9]\d{0,5})\s*(?:tr|triệu)(?:\s*(\d{3})\s*(?:k|nghìn|ngàn)?)?")
_DECIMAL = re.compile(r"\d[\d.,]*[.,]\d{1,2}")


class AmountError(ValueError):
    """The text is no amount that can be read in one way.

    `reason` is "empty", "negative", "decimal" (a fraction of a đồng or broken groups) or "unclear".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_dong(text: str) -> Dong:
    """The amount written in `text`, in whole đồng. Raises AmountError."""
    written = unicodedata.normalize("NFKC", text).strip().lower()
    if not written:
        raise AmountError("empty")
    if len(written) > LONGEST:
        raise AmountError("unclear")
    if written[0] in "-\u2212\u2013(":
        raise AmountError("negative")
    written = _UNIT.sub("", written)
    if _PLAIN.fullmatch(written) and written.isascii():
        return Dong(int(written))
    if _GROUPED.fullmatch(written) and written.isascii():
        return Dong(int(re.sub(r"\D", "", written)))
    if match := _THOUSANDS.fullmatch(written):
        return Dong(int(match[1]) * 1_000)
    if match := _MILLIONS.fullmatch(written):
        return Dong(int(match[1]) * 1_000_000 + int(match[2] or 0) * 1_000)
    raise AmountError("decimal" if _DECIMAL.fullmatch(written) else "unclear")
