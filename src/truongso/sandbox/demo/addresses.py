"""Where the demo's site, sandbox bank and gateways find each other. Each keeps the others' addresses in its own file;
a later start on other ports moves them, or no transfer would ever be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truongso.sandbox.sqlite_file import opened

_KEPT = (
    ("bank/sandbox_bank.sqlite3", "feeds", ("url",)),
    ("bank/sandbox_bank.sqlite3", "billers", ("url",)),
    ("gateways/sandbox_gateways.sqlite3", "merchants", ("notify_url",)),
    ("gateways/sandbox_gateways.sqlite3", "orders", ("return_url", "cancel_url", "notify_url")),
    ("truongso.sqlite3", "payments_channel", ("api_base",)),
    ("truongso.sqlite3", "payments_attempt", ("pay_url",)),
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Origins, as `http://127.0.0.1:8000`."""

    site: str
    bank: str
    gateways: str

    @classmethod
    def kept(cls, figures: dict[str, Any]) -> Addresses | None:
        """Those of the last start; None in data made before they were kept."""
        found = figures.get("addresses")
        return cls(**found) if found else None


def move(data: Path, was: Addresses, now: Addresses) -> None:
    """Everybody's notes of the others' addresses, in the files of `data`; nobody may be running on them."""
    if was == now:
        return
    pairs = {was.site: now.site, was.bank: now.bank, was.gateways: now.gateways}
    former = re.compile(f"^({'|'.join(map(re.escape, pairs))})(?![0-9])")

    def moved(text: str | None) -> str | None:
        return former.sub(lambda found: pairs[found[1]], text) if text else text

    for name, table, columns in _KEPT:
        with opened(data / name) as connection:
            connection.create_function("moved", 1, moved, deterministic=True)
            for column in columns:
                query = f"UPDATE {table} SET {column} = moved({column}) WHERE {column} <> moved({column})"  # noqa: S608
                connection.execute(query)
