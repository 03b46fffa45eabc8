"""Terminals, sales and batches. Of a card only its brand and last four digits exist here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong, total


class Brand(StrEnum):
    NAPAS = "NAPAS"
    VISA = "VISA"
    MASTERCARD = "MASTERCARD"
    JCB = "JCB"


FEE_BP = {Brand.NAPAS: 50, Brand.VISA: 180, Brand.MASTERCARD: 180, Brand.JCB: 220}
"""The acquirer's fee (MDR) in hundredths of a per cent. Invented: each contract has its own."""


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `refusal` is the issuer's response code when it says no (51: no funds); "" when it pays."""

    name: str
    brand: Brand
    last4: str
    refusal: str = ""


CARDS = {
    card.name: card
    for card in (
        Card("napas", Brand.NAPAS, "0018"),
        Card("visa", Brand.VISA, "4242"),
        Card("mastercard", Brand.MASTERCARD, "5454"),
        Card("jcb", Brand.JCB, "0505"),
        Card("no_funds", Brand.VISA, "0051", "51"),
        Card("lost", Brand.NAPAS, "0041", "41"),
    )
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal at a school: its number (8), the merchant's (15), the account its money goes to."""

    tid: str
    mid: str
    name: str
    account: str
    bank_bin: str


@dataclass(frozen=True, slots=True)
class Sale:
    """One payment by card, as on the slip. `rrn` has 12 digits, `approval` 6 signs, `fee` is the acquirer's."""

    id: int
    batch: int
    trace: int
    rrn: str
    approval: str
    brand: Brand
    last4: str
    amount: Dong
    fee: Dong
    invoice: str
    at: dt.datetime
    is_void: bool

    @property
    def masked(self) -> str:
        """The card as slips and files show it."""
        return f"**** **** **** {self.last4}"


@dataclass(frozen=True, slots=True)
class Batch:
    """The sales between two closings. `settled_on` is the day the net sum was paid, `line` the bank's line of it."""

    id: int
    terminal: Terminal
    number: int
    closed_at: dt.datetime | None
    settled_on: dt.date | None
    memo: str
    line: int | None
    sales: tuple[Sale, ...]

    @property
    def counted(self) -> tuple[Sale, ...]:
        return tuple(sale for sale in self.sales if not sale.is_void)

    @property
    def gross(self) -> Dong:
        return total(sale.amount for sale in self.counted)

    @property
    def fee(self) -> Dong:
        return total(sale.fee for sale in self.counted)

    @property
    def net(self) -> Dong:
        return self.gross - self.fee
