"""What a call asks, read strictly from its raw body. Pure: no database, no Django.

One object, no field twice, none unknown, none missing, whole numbers only: what the signature covers and what is
worked on can not be two things (abuse case A23). Refusals are BillRefusedError `malformed` with the field's name.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from truongso.kernel.money import Dong, total
from truongso.payments.bills.types import MAX_INVOICES, MAX_LISTED, MAX_PARTS, BillChannel, BillCode, BillRefusedError

LARGEST = 999_999_999_999
TRANSACTION_ID_FORM = r"[A-Za-z0-9._/-]{1,60}"
NONCE_FORM = r"[A-Za-z0-9._-]{8,64}"
DAY_FORM = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TRANSACTION_ID = re.compile(TRANSACTION_ID_FORM)
_NONCE = re.compile(NONCE_FORM)
_DAY = re.compile(DAY_FORM)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Ask for one invoice, or for a pupil of a school. Exactly one of the two codes is given."""

    school_code: str
    invoice_code: str
    pupil_code: str


@dataclass(frozen=True, slots=True)
class Part:
    """What of a transaction is for one invoice."""

    invoice_code: str
    amount: Dong


@dataclass(frozen=True, slots=True)
class Notify:
    """A payment the bank has taken."""

    transaction_id: str
    school_code: str
    paid_at: dt.datetime
    amount: Dong
    channel: BillChannel
    beneficiary_account: str
    payer_name: str
    payer_account: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reversal:
    """A payment the bank takes back whole."""

    transaction_id: str
    school_code: str
    amount: Dong
    reason: str


@dataclass(frozen=True, slots=True)
class DayList:
    """A page of our list of a day."""

    school_code: str
    day: dt.date
    page: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A transaction as the partner lists it."""

    transaction_id: str
    amount: Dong
    state: str


@dataclass(frozen=True, slots=True)
class Reconcile:
    """A part of the partner's own list of a day; `total` is the sum of what it has as booked, over all parts."""

    school_code: str
    day: dt.date
    part: int
    parts: int
    total: Dong
    transactions: tuple[Listed, ...]


def is_nonce(text: str) -> bool:
    """Whether a text can be an idempotency key."""
    return _NONCE.fullmatch(text) is not None


def read_inquiry(body: bytes) -> Inquiry:
    fields = _Fields(body, optional=("school_code", "invoice_code", "pupil_code"))
    asked = Inquiry(
        fields.text("school_code", 20, default=""), _code(fields.text("invoice_code", 20, default="")),
        fields.text("pupil_code", 20, default="").upper(),
    )  # fmt: skip
    if bool(asked.invoice_code) == bool(asked.pupil_code):
        _refuse("invoice_code")
    if asked.pupil_code and not asked.school_code:
        _refuse("school_code")
    return asked


def read_notify(body: bytes) -> Notify:
    """Also refused: `total_differs` when the items do not add up to the amount."""
    fields = _Fields(
        body,
        needed=(
            "transaction_id", "school_code", "paid_at", "amount", "currency", "channel", "beneficiary_account", "items",
        ),
        optional=("payer_name", "payer_account"),
    )  # fmt: skip
    if fields.text("currency", 3) != "VND":
        _refuse("currency")
    parts = tuple(
        Part(_code(item.text("invoice_code", 20)), item.amount("amount"))
        for item in fields.rows("items", needed=("invoice_code", "amount"), most=MAX_INVOICES)
    )
    if not parts or len({p.invoice_code for p in parts}) != len(parts):
        _refuse("items")
    asked = Notify(
        transaction_id=fields.matching("transaction_id", _TRANSACTION_ID), school_code=fields.text("school_code", 20),
        paid_at=fields.moment("paid_at"), amount=fields.amount("amount"), channel=fields.word("channel", BillChannel),
        beneficiary_account=fields.text("beneficiary_account", 19), payer_name=fields.text("payer_name", 120, ""),
        payer_account=fields.text("payer_account", 40, ""), parts=parts,
    )  # fmt: skip
    added = total(p.amount for p in parts)
    if added != asked.amount:
        raise BillRefusedError(BillCode.TOTAL_DIFFERS, amount=int(asked.amount), items=int(added))
    return asked


def read_reversal(body: bytes) -> Reversal:
    fields = _Fields(body, needed=("transaction_id", "school_code", "amount", "reason"))
    return Reversal(
        fields.matching("transaction_id", _TRANSACTION_ID), fields.text("school_code", 20), fields.amount("amount"),
        fields.text("reason", 200),
    )  # fmt: skip


def read_day_list(body: bytes) -> DayList:
    fields = _Fields(body, needed=("school_code", "date"), optional=("page",))
    return DayList(fields.text("school_code", 20), fields.day("date"), fields.number("page", 1, 100_000, default=1))


def read_reconcile(body: bytes) -> Reconcile:
    fields = _Fields(body, needed=("school_code", "date", "part", "parts", "total", "transactions"))
    listed = tuple(
        Listed(row.matching("transaction_id", _TRANSACTION_ID), row.amount("amount"), row.word("state", _ListedState))
        for row in fields.rows("transactions", needed=("transaction_id", "amount", "state"), most=MAX_LISTED)
    )
    if len({t.transaction_id for t in listed}) != len(listed):
        _refuse("transactions")
    parts = fields.number("parts", 1, MAX_PARTS)
    return Reconcile(
        fields.text("school_code", 20), fields.day("date"), fields.number("part", 1, parts), parts,
        Dong(fields.number("total", 0, LARGEST * MAX_LISTED)), listed,
    )  # fmt: skip


def _ListedState(text: str) -> str:  # noqa: N802 - stands where an enum class stands
    if text not in {"booked", "reversed"}:
        raise ValueError(text)
    return text


def _code(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


class _Fields:
    """The fields of one object, each asked for by name and form."""

    def __init__(
        self,
        source: bytes | Mapping[str, Any],
        *,
        needed: tuple[str, ...] = (),
        optional: tuple[str, ...] = (),
        prefix: str = "",
    ) -> None:
        self._values = _object(source) if isinstance(source, bytes) else source
        self._prefix = prefix
        for name in needed:
            if name not in self._values:
                self._wrong(name)
        for name in self._values:
            if name not in needed and name not in optional:
                self._wrong(name)

    def text(self, name: str, longest: int, default: str | None = None) -> str:
        """A text without control signs, white space folded; not empty unless there is a default."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            return self._wrong(name)
        if _CONTROL.search(value):
            return self._wrong(name)
        folded = " ".join(value.split())
        if len(folded) > longest or (not folded and default is None):
            return self._wrong(name)
        return folded

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._values[name]
        return value if isinstance(value, str) and pattern.fullmatch(value) else self._wrong(name)

    def amount(self, name: str) -> Dong:
        """Whole đồng above zero."""
        return Dong(self.number(name, 1, LARGEST))

    def number(self, name: str, least: int, most: int, default: int | None = None) -> int:
        value = self._values.get(name, default)
        return value if type(value) is int and least <= value <= most else self._wrong(name)

    def word(self, name: str, words: Callable[[str], Any]) -> Any:
        try:
            return words(self.text(name, 20))
        except ValueError:
            return self._wrong(name)

    def moment(self, name: str) -> dt.datetime:
        """An ISO moment with its offset."""
        try:
            value = dt.datetime.fromisoformat(self.text(name, 40))
            return value if value.tzinfo is not None and value.timestamp() else self._wrong(name)
        except (ValueError, OverflowError):
            return self._wrong(name)

    def day(self, name: str) -> dt.date:
        """A day as 2026-10-05; no other way of ISO 8601."""
        try:
            return dt.date.fromisoformat(self.matching(name, _DAY))
        except ValueError:
            return self._wrong(name)

    def rows(self, name: str, *, needed: tuple[str, ...], most: int) -> list[_Fields]:
        value = self._values[name]
        if not isinstance(value, list) or len(value) > most or not all(isinstance(v, dict) for v in value):
            return self._wrong(name)
        return [_Fields(v, needed=needed, prefix=f"{name}[{n}].") for n, v in enumerate(value)]

    def _wrong(self, name: str) -> NoReturn:
        _refuse(f"{self._prefix}{name[:40]}")


def _object(body: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            _refuse(next(name for name in names if names.count(name) > 1)[:40])
        return found

    def never(_text: str) -> NoReturn:
        raise ValueError("not a whole number")

    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=once, parse_float=never, parse_constant=never)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, a fraction, or nested beyond reason
        _refuse("")
    if not isinstance(value, dict):
        _refuse("")
    return value


def _refuse(field: str) -> NoReturn:
    raise BillRefusedError(BillCode.MALFORMED, field=field)
