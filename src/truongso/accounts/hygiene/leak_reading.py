"""Reading a leaked list: each line an e-mail address, a user name or a telephone number, with whatever beside it.

Lists that are sold hold passwords too. Of each line the name alone is looked at; nothing else is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from truongso.accounts.staffing.usernames import is_username
from truongso.accounts.types import AccountRefusedError
from truongso.kernel.masking import masked_address
from truongso.kernel.names import fold
from truongso.kernel.sheets import Cell, Limits, read_sheets
from truongso.messaging.public import address_of, is_address
from truongso.messaging.types import ChannelKind

MOST_ROWS = 20_000
LIMITS = Limits(max_bytes=2 * 1024 * 1024, max_rows=MOST_ROWS + 50, max_columns=60)
_HEADER_ROWS = 15
_NAMES: Final = frozenset(
    {
        "EMAIL", "E-MAIL", "MAIL", "THU DIEN TU", "EMAIL CONG VU", "USERNAME", "USER", "LOGIN", "ACCOUNT", "TAI KHOAN",
        "TEN DANG NHAP", "TEN TAI KHOAN", "PHONE", "DIEN THOAI", "SO DIEN THOAI", "SDT", "DI DONG",
    }
)  # fmt: skip
_SHORT = 4  # of a name no longer, the end says too much
# What stands between a name and a password in one cell.
_ENDS = (":", ";", "|", "\t", ",", " ")


@dataclass(frozen=True, slots=True)
class Leaked:
    """A line as read. `name` is compared and then forgotten; `fault` says why it is none of ours to compare."""

    row: int
    name: str = ""
    is_phone: bool = False
    masked: str = ""
    fault: str = ""


def read_leaked(content: bytes, file_name: str) -> list[Leaked]:
    """The lines of the first table. Raises SheetError and AccountRefusedError `leak_empty`, `leak_too_long` (most)."""
    sheet = next(one for one in read_sheets(content, file_name, limits=LIMITS) if one.rows)
    start, columns = _columns(sheet.rows)
    found: list[Leaked] = []
    met: set[str] = set()
    for number, cells in enumerate(sheet.rows[start:], start=start + 1):
        if all(cell in (None, "") for cell in cells):
            continue
        one = _read(number, cells, columns)
        if one.name in met:
            one = Leaked(number, masked=one.masked, fault="leak_twice")
        elif one.name:
            met.add(one.name)
        found.append(one)
    if not met:
        raise AccountRefusedError("leak_empty")
    if len(found) > MOST_ROWS:
        raise AccountRefusedError("leak_too_long", most=MOST_ROWS)
    return found


def _columns(rows: Sequence[Sequence[Cell]]) -> tuple[int, list[int]]:
    """(first line under the header, its columns of names); no header: the first column of every line."""
    for number, cells in enumerate(rows[:_HEADER_ROWS]):
        named = [at for at, cell in enumerate(cells) if " ".join(fold(str(cell or "")).split()) in _NAMES]
        if named:
            return number + 1, named
    return 0, []


def _read(number: int, cells: Sequence[Cell], columns: list[int]) -> Leaked:
    looked = [cells[at] for at in columns if at < len(cells)] or list(cells[:1])
    for cell in looked:
        text = f"{cell:.0f}" if isinstance(cell, float) else str(cell or "").strip()
        if (one := _named(number, text)) is not None:
            return one
    return Leaked(number, fault="leak_bad_row")


def _named(number: int, text: str) -> Leaked | None:
    for candidate in (text, _before_password(text)):
        plain = candidate.strip().strip("\"'<>").lower()
        if is_address(ChannelKind.EMAIL, plain):
            return Leaked(number, plain, masked=masked_address(plain))
        phone = f"0{plain}" if len(plain) == 9 and plain.isascii() and plain.isdigit() else plain
        if is_address(ChannelKind.SMS, phone):
            digits = address_of(ChannelKind.SMS, phone)
            return Leaked(number, digits, is_phone=True, masked=masked_address(digits))
        if is_username(plain):
            return Leaked(number, plain, masked=f"{plain[:1]}…{plain[-2:] if len(plain) > _SHORT else ''}")
    return None


def _before_password(text: str) -> str:
    ends = [at for at in (text.find(sign) for sign in _ENDS) if at > 0]
    return text[: min(ends)] if ends else text
