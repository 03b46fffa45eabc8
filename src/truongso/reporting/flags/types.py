"""Patterns, thresholds, and what was found. No Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from truongso.kernel.money import ZERO, Dong


class Pattern(StrEnum):
    """What is looked for. Each has harmless reasons too; the school says which."""

    ONE_ACCOUNT = "one_account"  # one account pays for most families of a class
    UNSETTLED_SLIPS = "unsettled_slips"  # card slips typed in, never paid out by the acquirer
    CASH_LINES = "cash_lines"  # cash handed in at the bank, booked as transfers of several families
    ROUND_SPLITS = "round_splits"  # one invoice paid in several round sums on one day
    SHARE_UP_TOTAL_DOWN = "share_up_total_down"  # the cashless share grows while less is collected


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From what on something is told of (settings `TRUONGSO_FLAG_…`)."""

    one_account_families: int = 5
    one_account_percent: int = 50  # of the families of the class that paid without cash
    own_class_percent: int = 80  # of the families the account paid for: a wallet's pooled account pays in every class
    slip_days: int = 14
    slips: int = 3
    cash_line_families: int = 2
    split_parts: int = 3
    split_round: int = 50_000  # đồng
    split_groups: int = 3
    share_points: int = 10
    total_fall_percent: int = 20


@dataclass(frozen=True, slots=True)
class Paid:
    """A standing cashless payment with one of the invoices it paid; one row for each of them."""

    payment_id: int
    day: dt.date
    amount: Dong  # of the whole payment
    family_id: int
    invoice_id: int
    class_name: str
    payer: str  # the account that paid; where the bank names none, "@" and the name it reports
    line_id: int | None  # the bank line it rests on


@dataclass(frozen=True, slots=True)
class Quarter:
    """What a quarter holds by the cashless report, and what was charged in it."""

    total: Dong
    cashless: Dong
    charged: Dong


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `subject` tells two of one pattern apart, `params` fill its text, `payments` stand behind it."""

    pattern: Pattern
    subject: str
    params: Mapping[str, Any] = field(default_factory=dict)
    payments: tuple[int, ...] = ()
    amount: Dong = ZERO
