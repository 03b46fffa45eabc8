"""What a partner's list lacks. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from truongso.payments.partners.types import WARN_DAYS, Item


class Listed(Protocol):
    """What the rules look at."""

    contract_number: str
    signed_on: dt.date | None
    ends_on: dt.date | None
    is_open_ended: bool
    contact_name: str
    contact_phone: str
    contact_email: str
    methods: list[str]
    fees_agreed: bool
    started_on: dt.date | None
    integrated_on: dt.date | None
    test_payment_id: int | None


def missing(file: Listed) -> list[Item]:
    """The lines that are not done, in the order of the list; empty when it is complete."""
    done = {
        Item.CONTRACT: bool(file.contract_number and file.signed_on and (file.ends_on or file.is_open_ended)),
        Item.CONTACT: bool(file.contact_name and file.contact_phone and file.contact_email),
        Item.SCOPE: bool(file.methods),
        Item.FEES: file.fees_agreed,
        Item.DATES: bool(file.started_on and file.integrated_on),
        Item.TEST: file.test_payment_id is not None,
    }
    return [item for item in Item if not done[item]]


def ends_within(ends_on: dt.date | None, today: dt.date, days: int = WARN_DAYS) -> bool:
    """Whether a contract ends within so many days, or has ended."""
    return ends_on is not None and ends_on <= today + dt.timedelta(days=days)
