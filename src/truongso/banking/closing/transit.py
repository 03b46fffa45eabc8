"""Money of intermediaries around a day: what came for earlier payments, what was kept of it, what is under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Sum

from truongso.banking.closing.types import Item, Open
from truongso.banking.models import BankLine, BatchLink, DepositLink
from truongso.banking.types import LineState
from truongso.kernel.among import among
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import BankAccount
from truongso.payments.public import Payment, SettlementItem, cash_deposits, settlement_figures
from truongso.payments.types import EvidenceKind

_STANDING = "standing"
_LATER = (EvidenceKind.NOTICE.value, EvidenceKind.POS_SLIP.value, EvidenceKind.SETTLEMENT.value)
"""Evidence of money that an intermediary holds first."""


def settled_here(account: BankAccount, lines: Sequence[BankLine]) -> list[Item]:
    """Of credits that brought batches and deposits: the fee kept, and the payments of earlier days; 4 queries."""
    school_id = account.school_id
    by_id = {x.pk: x for x in lines if x.state in {LineState.SETTLED.value, LineState.DEPOSIT.value}}
    links = list(
        BatchLink.objects.for_school(school_id)
        .filter(among("line_id", by_id), state=_STANDING)
        .select_related("batch")
        .order_by("pk")
    )
    figures = settlement_figures(school_id, [k.batch_id for k in links])
    line_of = {k.batch_id: by_id[k.line_id] for k in links}
    found = []
    for k in links:
        fee = figures[k.batch_id].fee if k.batch_id in figures else ZERO
        if fee:
            line = line_of[k.batch_id]
            found.append(Item(Open.FEE, line.booked_on, fee, k.batch.reference, line.public_id))
    paid = (
        SettlementItem.objects.for_school(school_id)
        .filter(among("batch_id", line_of), state="matched", evidence__payments__reversed_at__isnull=True, gross__gt=0)
        .order_by()
        .values_list("batch_id", "evidence__payments__received_on")
        .annotate(s=Sum("evidence__payments__amount"))
    )
    for batch_id, day, amount in sorted(paid, key=lambda row: (row[0], row[1] or dt.date.min)):
        line = line_of[batch_id]
        if day is not None and day < line.booked_on:
            found.append(Item(Open.EARLIER, day, Dong(int(amount)), "", line.public_id))
    handed_in = DepositLink.objects.for_school(school_id).filter(among("line_id", by_id), state=_STANDING)
    for one in handed_in.select_related("deposit").order_by("pk"):
        line = by_id[one.line_id]
        if one.deposit.deposited_on < line.booked_on:
            day, slip = one.deposit.deposited_on, one.deposit.slip_number
            found.append(Item(Open.EARLIER, day, line.amount, slip, line.public_id))
    return found


def in_transit(account: BankAccount, last: dt.date) -> list[Item]:
    """What families had paid by the end of a day and intermediaries had not credited, by day and source, of the whole
    school; and cash handed in to this account that it did not show yet. Two queries."""
    school_id = account.school_id
    credited = SettlementItem.objects.for_school(school_id).filter(
        Exists(
            BatchLink.objects.for_school(school_id).filter(
                batch_id=OuterRef("batch_id"), state=_STANDING, line__booked_on__lte=last
            )
        ),
        evidence_id=OuterRef("evidence_id"), state="matched", gross__gt=0,
    )  # fmt: skip
    rows = (
        Payment.objects.for_school(school_id)
        .filter(~Exists(credited), evidence__kind__in=_LATER, reversed_at__isnull=True, received_on__lte=last)
        .order_by("received_on", "evidence__source")
        .values_list("received_on", "evidence__source")
        .annotate(s=Sum("amount"))
    )
    found = [Item(Open.IN_TRANSIT, day, Dong(int(s)), source) for day, source, s in rows]
    return found + deposits_under_way(school_id, last, account)


def deposits_under_way(school_id: int, last: dt.date, account: BankAccount | None = None) -> list[Item]:
    """Cash handed in by the end of a day that the bank account (any, or this one) did not show yet; one query."""
    shown = DepositLink.objects.for_school(school_id).filter(
        deposit_id=OuterRef("pk"), state=_STANDING, line__booked_on__lte=last
    )
    rows = cash_deposits(school_id).filter(~Exists(shown), cancelled_at__isnull=True, deposited_on__lte=last)
    if account is not None:
        rows = rows.filter(bank_account_id=account.pk)
    return [Item(Open.DEPOSIT, d.deposited_on, d.amount, d.slip_number) for d in rows.order_by("deposited_on", "pk")]
