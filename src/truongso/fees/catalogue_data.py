"""The catalogue a school may start from, and law on reductions, as shipped. Pure: reads one data file.

Sample rates are those of named provinces (2021–2026), most of them ceilings. They are references: a school's own rate
comes from the decision of its own authority.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from truongso.fees.pricing import Rule
from truongso.fees.types import FeeNature, FeeUnit
from truongso.kernel.money import Dong
from truongso.kernel.names import fold


@dataclass(frozen=True, slots=True)
class SampleRate:
    """A rate seen elsewhere: `province`, what it is valid for, whether it is a ceiling. `levels` empty: all levels."""

    province: str
    amount: Dong
    is_cap: bool
    levels: tuple[str, ...]
    validity: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A fee item as schools have it, with the legal basis it rests on."""

    code: str
    name: str
    nature: FeeNature
    unit: FeeUnit
    is_voluntary: bool
    legal_basis: str
    is_active: bool
    note: str
    samples: tuple[SampleRate, ...]


@cache
def catalogue() -> tuple[CatalogueItem, ...]:
    """All items a school can invoice; parents'-board money and sponsorship are not among them."""
    return tuple(
        CatalogueItem(
            code=i["code"], name=i["name"], nature=FeeNature(i["nature"]), unit=FeeUnit(i["unit"]),
            is_voluntary=i["is_voluntary"], legal_basis=i["legal_basis"], is_active=i["is_active"], note=i["note"],
            samples=tuple(_sample(s) for s in i["samples"]),
        )
        for i in _data()["items"]
    )  # fmt: skip


@cache
def reduction_rules() -> tuple[Rule, ...]:
    """Reductions of tuition under Resolution 217/2025/QH15 and Decree 238/2025/NĐ-CP."""
    return tuple(
        Rule(
            code=r["code"], name=r["name"], nature=r["nature"], percent=r["percent"], everyone=r["everyone"],
            ownership=r["ownership"], legal_basis=r["legal_basis"],
            valid_from=dt.date.fromisoformat(r["valid_from"]), valid_to=_day(r["valid_to"]),
        )
        for r in _data()["reductions"]
    )  # fmt: skip


def is_school_money(code: str, name: str) -> bool:
    """False for the parents' board's fund under any of its usual names (Circular 55/2011/TT-BGDĐT art. 10)."""
    forbidden = _data()["not_school_money"]
    folded = fold(name)
    return code.upper() not in forbidden["codes"] and not any(words in folded for words in forbidden["words"])


@cache
def _data() -> dict[str, Any]:
    text = files("truongso.fees").joinpath("data/catalogue.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _sample(s: dict[str, Any]) -> SampleRate:
    return SampleRate(
        province=s["province"], amount=Dong(s["amount"]), is_cap=s["is_cap"], levels=tuple(s["levels"]),
        validity=s["validity"], valid_from=_day(s["valid_from"]), valid_to=_day(s["valid_to"]),
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
