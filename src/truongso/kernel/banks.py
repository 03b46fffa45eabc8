"""Banks, wallets and Mobile Money that receive NAPAS fast transfers, by BIN.

The BIN is the only key: short codes differ between public lists ("BVB" is BaoViet in one, BVBank in another).
State of July 2026; sources and renames stand in `data/banks.json`.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

from truongso.kernel.names import fold


class BankKind(StrEnum):
    """What kind of institution holds the account."""

    BANK = "bank"
    MOBILE_MONEY = "mobile_money"
    WALLET = "wallet"
    FINANCE_COMPANY = "finance_company"


@dataclass(frozen=True, slots=True)
class Bank:
    """One receiver. `short_name` is what people say, `name` the full Vietnamese name."""

    bin: str
    other_bins: tuple[str, ...]
    short_name: str
    name: str
    former_names: tuple[str, ...]
    kind: BankKind
    receives: bool
    """Can be the receiver of a VietQR transfer."""
    app_scans: bool | None
    """Its app pays by scanning a VietQR; None when unknown."""
    link_code: str
    """Its code in links that open bank apps (VietQR.io family), for example VCB; "" when it has none."""


def find(bank_bin: str) -> Bank | None:
    """The institution of a 6-digit BIN, also under a BIN it uses beside its own; None when unknown."""
    return _by_bin().get(bank_bin)


def named(text: str) -> Bank | None:
    """The institution that a statement or a feed names, by BIN or by a name it goes by; None when unclear."""
    told = text.strip()
    if told[:6].isdigit() and (found := find(told[:6])) is not None:
        return found
    return _by_name().get(fold(told))


def all_banks() -> tuple[Bank, ...]:
    """Every institution known, in BIN order."""
    return _load()


def receivers() -> list[Bank]:
    """Those that can receive a school's money, banks first, by short name: for select boxes."""
    chosen = [bank for bank in _load() if bank.receives]
    return sorted(chosen, key=lambda bank: (bank.kind is not BankKind.BANK, bank.short_name.casefold()))


@functools.cache
def _by_bin() -> dict[str, Bank]:
    return {bank_bin: bank for bank in _load() for bank_bin in (bank.bin, *bank.other_bins)}


@functools.cache
def _by_name() -> dict[str, Bank]:
    """Folded names to institutions; a name that two of them use names nobody."""
    found: dict[str, Bank | None] = {}
    for bank in _load():
        for name in {fold(n) for n in (bank.short_name, bank.name, bank.link_code, *bank.former_names) if n}:
            found[name] = None if name in found and found[name] is not bank else bank
    return {name: bank for name, bank in found.items() if bank is not None}


@functools.cache
def _load() -> tuple[Bank, ...]:
    text = resources.files(__package__).joinpath("data/banks.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["banks"]
    return tuple(
        Bank(
            bin=row["bin"],
            other_bins=tuple(row["other_bins"]),
            short_name=row["short_name"],
            name=row["name"],
            former_names=tuple(row["former_names"]),
            kind=BankKind(row["kind"]),
            receives=row["receives"],
            app_scans=row["app_scans"],
            link_code=row["code_vietqr"] or "",
        )
        for row in rows
    )
