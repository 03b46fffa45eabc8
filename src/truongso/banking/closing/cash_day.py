"""The figures of some days of the cash box: the cash book against the confirmed count of the last day."""

from __future__ import annotations

import datetime as dt

from truongso.banking.closing.bank_day import lines_digest
from truongso.banking.closing.transit import deposits_under_way
from truongso.banking.closing.types import Blocker, DayFigures, Item, Open, Side
from truongso.kernel.money import Dong
from truongso.ledger.public import Movement, account_ids, movements
from truongso.ledger.types import AccountRole
from truongso.payments.public import CashKind, CountState, cash_book, cash_counts


def cash_figures(school_id: int, first: dt.date, last: dt.date, *, before: Dong | None = None) -> DayFigures:
    """Figures of the days `first` to `last`, proven by the count that closed the last one; at most 13 queries.

    `before` is the closing balance of the closing just before.
    """
    book = cash_book(school_id, first, last)
    side = Side(book.opening, book.taken, book.given)
    account = account_ids(school_id).get((AccountRole.CASH, 0))
    moved = [] if account is None else movements(school_id, account, first, last)
    counted = cash_counts(school_id).filter(day=last, state=CountState.CONFIRMED.value).first()
    found = [
        Item(Open.COUNTED, row.day, row.amount, row.note)
        for row in book.rows
        if row.kind in {CashKind.DIFFERENCE, CashKind.DIFFERENCE_UNDONE}
    ]
    blockers = []
    if counted is None:
        blockers.append(Blocker("not_counted", {"day": last.isoformat()}))
    elif counted.counted != side.closing:
        blockers.append(Blocker("unexplained", {"amount": int(counted.counted - side.closing)}))
    if before is not None and before != side.opening:
        blockers.append(Blocker("opening_differs", {"opening": int(side.opening), "before": int(before)}))
    return DayFigures(
        first, last, side, side, (), (*found, *deposits_under_way(school_id, last)), True, (), len(moved),
        lines_digest(movement_name(m) for m in moved), tuple(blockers),
    )  # fmt: skip


def movement_name(m: Movement) -> str:
    """A movement of cash as the digest knows it."""
    return f"{m.entry_id}|{m.occurred_on.isoformat()}|{int(m.amount)}"
