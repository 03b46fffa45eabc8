"""Which bank lines look like the net of settlement batches: the exact sum, a few days, what the memo names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from truongso.banking.batches.models import BatchLink
from truongso.banking.batches.services import LINKABLE
from truongso.banking.deposits.types import LinkState
from truongso.banking.matching.fold import squeeze
from truongso.banking.models import BankLine
from truongso.banking.types import Direction
from truongso.kernel.money import Dong, total
from truongso.payments.public import SettlementBatch, settlement_batches, terminal_codes_of

WITHIN = dt.timedelta(days=7)
"""A net credit appears on the settlement day or, over a weekend or holiday, some days later."""


@dataclass(frozen=True, slots=True)
class BatchSuggestion:
    """Batches whose net is the line's amount; `is_named` when the memo names terminal or batch, `open` items first
    want settling."""

    line: BankLine
    batches: tuple[SettlementBatch, ...]
    is_named: bool
    open: int

    @property
    def net(self) -> Dong:
        return total(b.net for b in self.batches)

    @property
    def days(self) -> int:
        return abs(int((self.line.booked_on - self.batches[0].settled_on).days))


def batches_for(line: BankLine) -> list[BatchSuggestion]:
    """What a line may pay, the likeliest first: one batch, or all batches of a day and account. 2 queries."""
    if line.direction != Direction.IN.value or line.state not in LINKABLE:
        return []
    days = (line.booked_on - WITHIN, line.booked_on + dt.timedelta(days=1))
    rows = settlement_batches(line.school_id).filter(paid_at__isnull=True, settled_on__range=days)
    waiting = [b for b in rows if b.bank_account_id in {None, line.bank_account_id}]
    return _ordered(_fitting(line, waiting))


def lines_for(batch: SettlementBatch) -> list[BatchSuggestion]:
    """Lines that may pay a batch alone, or with the other batches of its day; 3 queries."""
    if batch.paid_at is not None:
        return []
    same_day = settlement_batches(batch.school_id).filter(
        paid_at__isnull=True, source=batch.source, settled_on=batch.settled_on, bank_account_id=batch.bank_account_id
    )
    waiting = list(same_day)
    amounts = {int(batch.net), int(total(b.net for b in waiting))}
    days = (batch.settled_on - dt.timedelta(days=1), batch.settled_on + WITHIN)
    rows = BankLine.objects.for_school(batch.school_id).filter(
        direction=Direction.IN.value, state__in=LINKABLE, amount__in=amounts, booked_on__range=days
    )
    if batch.bank_account_id is not None:
        rows = rows.filter(bank_account_id=batch.bank_account_id)
    found = [s for line in rows.select_related("bank_account") for s in _fitting(line, waiting)]
    return _ordered([s for s in found if batch.pk in {b.pk for b in s.batches}])


def links_of_line(line: BankLine) -> list[BatchLink]:
    """Standing links of a line; 1 query."""
    rows = BatchLink.objects.for_school(line.school_id).filter(line=line, state=LinkState.STANDING.value)
    return list(rows.select_related("batch"))


def link_of_batch(batch: SettlementBatch) -> BatchLink | None:
    """The link under which a batch is paid; 1 query."""
    rows = BatchLink.objects.for_school(batch.school_id).filter(batch=batch, state=LinkState.STANDING.value)
    found: BatchLink | None = rows.select_related("line__bank_account").first()
    return found


def _fitting(line: BankLine, waiting: Sequence[SettlementBatch]) -> list[BatchSuggestion]:
    groups: dict[tuple[str, dt.date, int | None], list[SettlementBatch]] = {}
    for batch in waiting:
        groups.setdefault((batch.source, batch.settled_on, batch.bank_account_id), []).append(batch)
    sets = [(b,) for b in waiting] + [tuple(g) for g in groups.values() if len(g) > 1]
    chosen = [s for s in sets if total(b.net for b in s) == line.amount]
    codes = terminal_codes_of(line.school_id, [b.pk for s in chosen for b in s]) if chosen else {}
    memo = squeeze(line.memo)
    return [
        BatchSuggestion(line, s, any(_names(memo, b, codes.get(b.pk, ())) for b in s), sum(_open(b) for b in s))
        for s in chosen
    ]


def _names(memo: str, batch: SettlementBatch, codes: Sequence[str]) -> bool:
    """Whether the memo says POS and a terminal of the batch, or the batch's own number."""
    number = squeeze(batch.reference.split(" ")[0])
    return any(code and code in memo for code in codes) or (len(number) >= 6 and number in memo)


def _open(batch: Any) -> int:
    return int(batch.open_count)  # annotated by settlement_batches


def _ordered(found: list[BatchSuggestion]) -> list[BatchSuggestion]:
    return sorted(found, key=lambda s: (not s.is_named, s.days, len(s.batches), s.line.pk))
