"""Words of partners and of the list they go through. No user texts here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import ZERO, Dong


class PartnerKind(StrEnum):
    """What a partner does for the school, and what its list is kept for."""

    GATEWAY = "gateway"  # a channel at VNPAY, MoMo, ZaloPay, payOS
    FEED = "feed"  # SePay, Casso, payOS telling of credits
    ACQUIRER = "acquirer"  # the bank of the card terminals
    BILL = "bill"  # a bank that collects by the bill service


class Item(StrEnum):
    """A line of the list, in the order it is worked off."""

    CONTRACT = "contract"
    CONTACT = "contact"
    SCOPE = "scope"
    FEES = "fees"
    DATES = "dates"
    TEST = "test"


MOST_TEST = Dong(100_000)
"""The largest amount of a test where we choose it: through a gateway or a card terminal."""

WARN_DAYS = 30
"""How long before a contract ends people are told."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a partner. `fees_agreed` tells no fee apart from none written down yet."""

    contract_number: str = ""
    signed_on: dt.date | None = None
    ends_on: dt.date | None = None
    is_open_ended: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    methods: tuple[str, ...] = ()
    fees_agreed: bool = False
    fee_basis_points: int = 0
    fee_fixed: Dong = ZERO
    started_on: dt.date | None = None
    integrated_on: dt.date | None = None


class PartnerFileRefusedError(Exception):
    """A partner's list cannot be changed as asked; nothing changed. `code` is stable.

    ends_before_signed, ends_missing, bad_phone, bad_email, bad_method, bad_fee, integrated_before_started,
    in_future (field), would_lack (missing: a partner in operation keeps its list complete), unknown_payment,
    test_too_large (most), test_done, too_many_tests, unknown_invoice.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
