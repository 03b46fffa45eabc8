"""The figures of some days of a bank account: the statement against the books, line by line; what is still open."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from truongso.banking import coverage
from truongso.banking.acts.places import rests_of
from truongso.banking.asides.queries import asides_of
from truongso.banking.closing.balances import Balances, balances, seen
from truongso.banking.closing.transit import in_transit, settled_here
from truongso.banking.closing.types import Blocker, DayFigures, Gap, Item, Open, Side
from truongso.banking.models import BankLine, RefundLine
from truongso.banking.types import Direction, LineState
from truongso.kernel.among import among
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import Movement, account_ids, balance, movements
from truongso.ledger.types import AccountRole, EntryKind
from truongso.organizations.public import BankAccount

_DAY = dt.timedelta(days=1)
_WAITS = {LineState.WAITING.value, LineState.PARTLY.value}
_TEXT = 120


def bank_figures(account: BankAccount, first: dt.date, last: dt.date, *, before: Dong | None = None) -> DayFigures:
    """Figures of the days `first` to `last`; the number of queries is the same for any number of lines.

    `before` is the closing balance of the closing just before, from which these days must go on.
    """
    lines, on_paper = _lines(account, first, last)
    said = balances(account, first, last)
    shown = [line for line in lines if line.pk in on_paper]
    booked = _booked(account, first, last)
    gaps, booked_side = _gaps(account, lines, on_paper, booked, first)
    printed = said.at(first - _DAY)
    opening = printed if printed is not None else before if before is not None else booked_side.opening
    proven = Side(opening, _sum(shown, Direction.IN), _sum(shown, Direction.OUT))
    days = coverage.days_of(account, first, last)
    uncovered = [d.day for d in days if not d.files]
    empty = tuple(d for d in uncovered if said.proves_empty(d))
    figures = DayFigures(
        first, last, proven, booked_side, tuple(gaps),
        (*_open(account, lines), *settled_here(account, lines), *in_transit(account, last)),
        printed is not None, empty, len(lines), lines_digest(_named(line) for line in lines),
    )  # fmt: skip
    return dataclasses.replace(figures, blockers=tuple(_blockers(figures, days, said, uncovered, before)))


def lines_digest(named: Iterable[str]) -> str:
    """sha256 of movements, each as one line of text, in order."""
    found = hashlib.sha256()
    for text in named:
        found.update(text.encode() + b"\n")
    return found.hexdigest()


def named(public_id: str, day: dt.date, direction: str, amount: Dong, reference: str) -> str:
    """A movement as the digest knows it."""
    return f"{public_id}|{day.isoformat()}|{direction}|{int(amount)}|{reference}"


def _named(line: BankLine) -> str:
    return named(line.public_id, line.booked_on, line.direction, line.amount, line.reference)


def _lines(account: BankAccount, first: dt.date, last: dt.date) -> tuple[list[BankLine], set[int]]:
    """Movements of these days in order, and the ids of those that a statement shows; one query."""
    rows: Any = BankLine.objects.for_school(account.school_id).filter(
        bank_account_id=account.pk, booked_on__range=(first, last)
    )
    found = list(rows.annotate(is_shown=seen(account.school_id)).order_by("booked_on", "pk"))
    return found, {line.pk for line in found if line.is_shown}


def _booked(account: BankAccount, first: dt.date, last: dt.date) -> tuple[int | None, list[Movement]]:
    """The account's place in the books and what moved on it; two queries."""
    ledger_id = account_ids(account.school_id).get((AccountRole.BANK, account.pk))
    return ledger_id, [] if ledger_id is None else movements(account.school_id, ledger_id, first, last)


def _gaps(
    account: BankAccount, lines: Sequence[BankLine], on_paper: set[int], booked: tuple[int | None, list[Movement]],
    first: dt.date,
) -> tuple[list[Item], Side]:  # fmt: skip
    """Every line on which statement and books differ, and the side of the books."""
    ledger_id, moved = booked
    opening = ZERO if ledger_id is None else balance(account.school_id, ledger_id, through=first - _DAY)
    side = Side(
        opening, total(m.amount for m in moved if m.amount > ZERO), -total(m.amount for m in moved if m.amount < ZERO)
    )
    of_line, elsewhere = _by_line(account, lines, moved)
    found = []
    for line in lines:
        is_shown = line.pk in on_paper
        difference = (_signed(line) if is_shown else ZERO) - of_line.get(line.pk, ZERO)
        if difference:
            found.append(Item(_kind(line, is_shown, of_line), line.booked_on, difference, _text(line), line.public_id))
    found += [Item(Gap.OTHER_DAY, m.occurred_on, -m.amount, m.kind.value) for m in elsewhere]
    return sorted(found, key=lambda i: (i.day, i.kind.value, i.line)), side


def _by_line(
    account: BankAccount, lines: Sequence[BankLine], moved: Sequence[Movement]
) -> tuple[dict[int, Dong], list[Movement]]:
    """What the books moved for each of these lines, and movements that belong to none of them; one query."""
    ids = {line.pk for line in lines}
    payouts = [m.source_id for m in moved if m.kind is EntryKind.REFUND_PAID]
    rows = RefundLine.objects.for_school(account.school_id).filter(among("payout_id", payouts))
    paid_by = dict(rows.values_list("payout_id", "line_id"))
    of_line: dict[int, Dong] = {}
    elsewhere = []
    for m in moved:
        line_id = m.source_id if m.kind is EntryKind.BANK_LINE else paid_by.get(m.source_id, 0)
        if m.kind in {EntryKind.BANK_LINE, EntryKind.REFUND_PAID} and line_id in ids:
            of_line[line_id] = of_line.get(line_id, ZERO) + m.amount
        else:
            elsewhere.append(m)
    return of_line, elsewhere


def _kind(line: BankLine, is_shown: bool, of_line: dict[int, Dong]) -> Gap:
    if not is_shown:
        return Gap.NOT_ON_STATEMENT
    if line.direction == Direction.OUT.value and not of_line.get(line.pk):
        return Gap.NOT_IN_BOOKS
    return Gap.DIFFERS


def _open(account: BankAccount, lines: Sequence[BankLine]) -> list[Item]:
    """Credits of which nobody knows yet whose they are, with who sees to them; two queries."""
    waiting = [x for x in lines if x.state in _WAITS or x.state == LineState.PARKED.value]
    owners, rests = asides_of(account.school_id, waiting), rests_of(account.school_id, waiting)
    found = []
    for line in waiting:
        aside = owners.get(line.pk)
        kind = Open.PARKED if line.state == LineState.PARKED.value else Open.UNMATCHED
        text = aside.reason[:_TEXT] if aside else _text(line)
        found.append(
            Item(kind, line.booked_on, rests[line.pk], text, line.public_id, aside.owner_id if aside else None)
        )
    return found


def _blockers(
    figures: DayFigures, days: Sequence[coverage.Day], said: Balances, uncovered: Sequence[dt.date],
    before: Dong | None,
) -> list[Blocker]:  # fmt: skip
    found = [
        Blocker("flagged", {"day": d.day.isoformat(), "file": f.public_id, "name": f.file_name})
        for d in days
        for f in d.files
        if f.flagged
    ][:1]
    partial = [d.day.isoformat() for d in days if d.files and d.partial]
    if partial:
        found.append(Blocker("partial", {"day": partial[0]}))
    missing = [d.isoformat() for d in uncovered if d not in figures.empty_days]
    if missing:
        found.append(Blocker("missing_days", {"days": missing}))
    for one in said.contradictions(figures.first, figures.last):
        found.append(
            Blocker(
                "balance_breaks",
                {"day": one.day.isoformat(), "printed": int(one.printed), "counted": int(one.counted)},
            )
        )
    if before is not None and figures.proven.opening != before:
        found.append(Blocker("opening_differs", {"opening": int(figures.proven.opening), "before": int(before)}))
    if figures.of(Gap.DIFFERS) or figures.unexplained:
        found.append(Blocker("unexplained", {"amount": int(figures.unexplained)}))
    return found


def _sum(lines: Sequence[BankLine], direction: Direction) -> Dong:
    return total(x.amount for x in lines if x.direction == direction.value)


def _signed(line: BankLine) -> Dong:
    amount: Dong = line.amount
    return amount if line.direction == Direction.IN.value else -amount


def _text(line: BankLine) -> str:
    return " ".join(f"{line.counter_name} {line.memo}".split())[:_TEXT]
