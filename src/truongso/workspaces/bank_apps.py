"""Links that open a bank's app with a transfer filled in.

Data in `data/bank_apps.json`, unverified there; saving the picture of the QR works with every bank and leads.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from truongso.kernel import banks
from truongso.kernel.money import Dong


@dataclass(frozen=True, slots=True)
class AppLink:
    """One bank's app: what people call it and the address that opens it."""

    name: str
    url: str


def app_links(*, bank_bin: str, account: str, holder: str, amount: Dong, memo: str) -> list[AppLink]:
    """Links for one transfer, by name; empty when switched off or when the receiving bank has no code there."""
    bank = banks.find(bank_bin)
    if bank is None or not bank.link_code or not getattr(settings, "BANK_APP_LINKS", True):
        return []
    data = _data()
    return [
        AppLink(
            row["name"],
            f"{data['address']}?"
            + urlencode(
                {
                    "app": row["app"],
                    "ba": f"{account}@{bank.link_code.lower()}",
                    "am": amount.value,
                    "tn": memo,
                    "bn": holder,
                },
                quote_via=quote,
                safe="@",
            ),
        )
        for row in data["apps"]
    ]


def sandbox_link(payload: str) -> str:
    """The local sandbox bank with this code scanned; "" outside demo and tests."""
    address = settings.SANDBOX_URL
    return f"{address}/pay?{urlencode({'payload': payload}, quote_via=quote)}" if address else ""


def wallet_link(payload: str) -> str:
    """The sandbox's Mobile Money wallet with this code scanned; "" where there is none."""
    address = settings.SANDBOX_WALLET_URL
    return f"{address}?{urlencode({'payload': payload}, quote_via=quote)}" if address else ""


@functools.cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data/bank_apps.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
