"""The cash book (sổ quỹ tiền mặt): every movement of the cash account, day by day, with the balance after it.

It reads the books of account, so that its closing balance is that of the ledger by construction; what the movements
are comes from receipts, deposits, counts and refunds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import Movement, account_ids, balance, movements
from truongso.ledger.types import AccountRole, EntryKind
from truongso.payments.cash.models import CashCount, CashDeposit
from truongso.payments.models import Receipt, RefundVoucher
from truongso.payments.receipt_paper import receipt_number


class CashKind(StrEnum):
    """What a row of the cash book is."""

    RECEIPT = "receipt"
    RECEIPT_UNDONE = "receipt_undone"
    DEPOSIT = "deposit"
    DEPOSIT_CANCELLED = "deposit_cancelled"
    DIFFERENCE = "difference"
    DIFFERENCE_UNDONE = "difference_undone"
    REFUND = "refund"
    REFUND_UNDONE = "refund_undone"
    OTHER = "other"


_KINDS = {
    EntryKind.PAYMENT: (CashKind.RECEIPT, CashKind.RECEIPT_UNDONE),
    EntryKind.DEPOSIT: (CashKind.DEPOSIT, CashKind.DEPOSIT_CANCELLED),
    EntryKind.CASH_DAY: (CashKind.DIFFERENCE, CashKind.DIFFERENCE_UNDONE),
    EntryKind.REFUND_PAID: (CashKind.REFUND, CashKind.REFUND_UNDONE),
}


@dataclass(frozen=True, slots=True)
class CashRow:
    """One movement: what came in or went out, what paper proves it, who moved it, what lay in the box after it."""

    day: dt.date
    at: dt.datetime
    kind: CashKind
    number: str  # receipt, refund voucher or slip
    person: str  # payer, who took a refund, or bank account
    note: str  # invoice codes, reason of a difference
    payment_public_id: str
    actor_id: int | None
    amount: Dong
    balance: Dong

    @property
    def taken(self) -> Dong | None:
        return self.amount if self.amount > ZERO else None

    @property
    def given(self) -> Dong | None:
        return -self.amount if self.amount < ZERO else None


@dataclass(frozen=True, slots=True)
class CashierSum:
    """What one person moved."""

    actor_id: int | None
    receipts: int
    taken: Dong
    given: Dong

    @property
    def kept(self) -> Dong:
        return self.taken - self.given


@dataclass(frozen=True, slots=True)
class CashBook:
    """Rows of some days with the balance before and after them. `opening` + in − out = `closing`, always."""

    first: dt.date
    last: dt.date
    opening: Dong
    rows: tuple[CashRow, ...]
    closing: Dong

    @property
    def taken(self) -> Dong:
        return total(r.amount for r in self.rows if r.amount > ZERO)

    @property
    def given(self) -> Dong:
        return -total(r.amount for r in self.rows if r.amount < ZERO)

    def sum_of(self, *kinds: CashKind) -> Dong:
        """What rows of some kinds moved; money that went out is negative."""
        return total(r.amount for r in self.rows if r.kind in kinds)

    @property
    def by_cashier(self) -> list[CashierSum]:
        """Sums of each person, the most taken first."""
        people: dict[int | None, list[CashRow]] = {}
        for row in self.rows:
            people.setdefault(row.actor_id, []).append(row)
        sums = [
            CashierSum(
                who, sum(r.kind is CashKind.RECEIPT for r in rows), total(r.amount for r in rows if r.amount > ZERO),
                -total(r.amount for r in rows if r.amount < ZERO),
            )
            for who, rows in people.items()
        ]  # fmt: skip
        return sorted(sums, key=lambda s: (-int(s.taken), s.actor_id or 0))


def cash_balance(school_id: int, *, through: dt.date | None = None) -> Dong:
    """What lies in the cash box by the books, at the end of a day or now; three queries."""
    account = account_ids(school_id).get((AccountRole.CASH, 0))
    return ZERO if account is None else balance(school_id, account, through=through)


def cash_book(school_id: int, first: dt.date, last: dt.date) -> CashBook:
    """The cash book of some days; at most eight queries."""
    account = account_ids(school_id).get((AccountRole.CASH, 0))
    if account is None:
        return CashBook(first, last, ZERO, (), ZERO)
    moved = movements(school_id, account, first, last)
    opening = balance(school_id, account, through=first - dt.timedelta(days=1))
    papers = _papers(school_id, moved)
    rows, running = [], opening
    for one in moved:
        running = running + one.amount
        number, person, note, public_id = papers.get((one.kind, one.source_id), ("", "", "", ""))
        kind = _KINDS.get(one.kind, (CashKind.OTHER, CashKind.OTHER))[one.is_reversal]
        rows.append(
            CashRow(
                one.occurred_on,
                one.created_at,
                kind,
                number,
                person,
                note,
                public_id,
                one.actor_id,
                one.amount,
                running,
            )
        )
    return CashBook(first, last, opening, tuple(rows), running)


def _papers(school_id: int, moved: Sequence[Movement]) -> dict[tuple[EntryKind, int], tuple[str, str, str, str]]:
    """(number, person, note, payment's public id) of each thing booked; one query for each kind there is."""
    ids: dict[EntryKind, set[int]] = {}
    for one in moved:
        ids.setdefault(one.kind, set()).add(one.source_id)
    found: dict[tuple[EntryKind, int], tuple[str, str, str, str]] = {}
    if wanted := ids.get(EntryKind.PAYMENT):
        receipts = Receipt.objects.for_school(school_id).filter(payment_id__in=wanted).select_related("payment")
        for r in receipts:
            p = r.payment
            found[EntryKind.PAYMENT, p.pk] = (receipt_number(r), p.payer_name, p.invoice_code, p.public_id)
    if wanted := ids.get(EntryKind.DEPOSIT):
        deposits = CashDeposit.objects.for_school(school_id).filter(pk__in=wanted).select_related("bank_account")
        for d in deposits:
            found[EntryKind.DEPOSIT, d.pk] = (d.slip_number, str(d.bank_account), d.cancel_reason, "")
    if wanted := ids.get(EntryKind.REFUND_PAID):
        vouchers = RefundVoucher.objects.for_school(school_id).filter(payout_id__in=wanted)
        for v in vouchers:
            found[EntryKind.REFUND_PAID, v.payout_id] = (f"PC-{v.year}-{v.number:06}", v.recipient_name, "", "")
    if wanted := ids.get(EntryKind.CASH_DAY):
        for c in CashCount.objects.for_school(school_id).filter(pk__in=wanted):
            found[EntryKind.CASH_DAY, c.pk] = ("", "", c.reason, "")
    return found
