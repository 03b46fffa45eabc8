"""What is asked to be printed, and what one notice says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from truongso.fees.public import InfoField
from truongso.kernel.money import Dong


@dataclass(frozen=True, slots=True)
class Scope:
    """Which invoices: of one round, narrowed to classes (by name), grades or invoices; all empty: the whole round."""

    round_id: int
    class_names: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    invoice_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One item of the invoice; what a credit note takes off is negative."""

    description: str
    amount: Dong
    reduction_percent: int = 0


@dataclass(frozen=True, slots=True)
class FeeNotice:
    """One notice: the sum, the way to pay, and as `info` the fields of the template it was issued with: the four
    mandatory ones (payer, beneficiary, reason, invoice code) and what the department adds.

    `payload` is the VietQR of what is still owed, to the school's account or, where the school has decided so, to the
    own number of pupil or invoice; empty when the sum is beyond fast transfers.
    """

    code: str
    student_name: str
    class_name: str
    info: tuple[InfoField, ...]
    round_name: str
    owed: Dong
    paid: Dong
    due_on: dt.date
    lines: tuple[NoticeLine, ...]
    account_number: str
    bank_name: str
    payload: str
    check_url: str
    own_number: str = ""  # the own number of pupil or invoice at the bank
    is_numbered: bool = False  # the number is the invoice's


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every notice of a school repeats: its name and whom a family can ask (letter NB-PL.II.3: support)."""

    school_name: str
    support_phone: str
    support_hours: str
    guide_url: str = ""  # where each way to pay is shown step by step; none while the school has no public page
