"""Which document an item is given on a day: the school's own choice from a day on, else the default of its nature.

Defaults are data (`data/document_rules.json`), each with its legal basis and first day. They are proposals: every
accountant confirms them, the product issues no tax invoices.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from truongso.payments.einvoice.types import DocumentType, TaxCategory

_DATA = Path(__file__).parents[1] / "data" / "document_rules.json"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A document with its tax category, why, and from which day. `own`: the school decided it."""

    document: DocumentType
    tax_category: TaxCategory
    legal_basis: str
    valid_from: dt.date
    own: bool = False


@functools.cache
def defaults() -> Mapping[tuple[str, str], tuple[Ruling, ...]]:
    """(nature, ownership) → rulings, the latest first; ownership "" holds for all."""
    found: dict[tuple[str, str], list[Ruling]] = {}
    for row in json.loads(_DATA.read_text(encoding="utf-8"))["rules"]:
        ruling = Ruling(
            DocumentType(row["document"]), TaxCategory(row["tax_category"]), row["legal_basis"],
            dt.date.fromisoformat(row["valid_from"]),
        )  # fmt: skip
        found.setdefault((row["nature"], row["ownership"]), []).append(ruling)
    return {key: tuple(sorted(rows, key=lambda r: r.valid_from, reverse=True)) for key, rows in found.items()}


def ruling_on(day: dt.date, *, nature: str, ownership: str, own: Sequence[Ruling] = ()) -> Ruling:
    """What holds for an item on a day; `own` are the school's rulings for it in any order.

    Raises LookupError when neither the school nor the defaults say anything for that day.
    """
    decided = max((r for r in own if r.valid_from <= day), key=lambda r: r.valid_from, default=None)
    if decided is not None:
        return decided
    for key in ((nature, ownership), (nature, "")):
        for ruling in defaults().get(key, ()):
            if ruling.valid_from <= day:
                return ruling
    raise LookupError(f"no document type for {nature} on {day}")
