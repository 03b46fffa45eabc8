"""How cashless payment is counted (R17, R41). Pure: no Django.

The letters leave the reckoning open; the rule of this house, in one place:

* A transaction is one settled receipt, that is one payment; every payment rests on evidence. Promises,
  screenshots and unmatched bank lines count nowhere.
* Cashless is every method but cash. Cash that the school itself carries to the bank stays cash.
* A payment counts once, on the day the money was received (`Payment.received_on`).
* An undone payment counts −1, same method, on the day it was undone (`PaymentReversal`). Undone within the
  period it adds nothing; undone later it lowers the later period, so that a report handed in stays true.
* Evidence freed by an undo and booked again (a transfer given to the wrong pupil, then to the right one)
  counts on the day it was booked again, not on the day the money came: the first booking counted there.
  The pair −1 and +1 leaves the period of the correction as it was.

* A refund is negative in its payment's method on the day the money left the school, whatever way it went back; one
  that came back to the school counts again on that day. The amount counts in full; the transaction counts −1 when
  all of its money has been given back (a meal refunded does not undo that the fee was paid).

Figures are therefore additive: those of a quarter are the sums of its months and of its days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.payments.types import Method
from truongso.reporting.periods import Period
from truongso.reporting.types import CashlessFigures, DayFigures, Figures, GivenBack, MethodFigures, Movement


@dataclass(frozen=True, slots=True)
class BookedPayment:
    """A payment as booked, with the evidence it rests on; `undone_at` None while it stands."""

    id: int
    evidence_id: int
    method: Method
    value: Dong
    received_on: dt.date
    booked_at: dt.datetime
    undone_at: dt.datetime | None


def movements(payments: Iterable[BookedPayment]) -> list[Movement]:
    """Every count and un-count of the payments, by the rule above.

    All payments that ever rested on a piece of evidence must be among them.
    """
    found: list[Movement] = []
    ordered = sorted(payments, key=lambda p: (p.evidence_id, p.id))
    for _evidence, group in groupby(ordered, lambda p: p.evidence_id):
        earlier: list[BookedPayment] = []
        for one in group:
            found.append(Movement(one.id, _counted_on(one, earlier), one.method, 1, one.value))
            if one.undone_at is not None:
                found.append(Movement(one.id, clock.school_date(one.undone_at), one.method, -1, one.value))
            earlier.append(one)
    return found


def standing_out(moves: Iterable[Movement], period: Period) -> list[Movement]:
    """The movements that make up the period's figures, without pairs booked and undone within it."""
    inside = [m for m in moves if period.holds(m.day)]
    net: dict[int, int] = {}
    for move in inside:
        net[move.payment_id] = net.get(move.payment_id, 0) + move.sign
    return [m for m in inside if net[m.payment_id] != 0]


def by_day(moves: Iterable[Movement]) -> list[DayFigures]:
    """Movements as figures of days."""
    return [DayFigures(m.day, m.method, m.figures) for m in moves]


def add_up(days: Iterable[DayFigures], period: Period) -> CashlessFigures:
    """The report of a period from figures of days (of which others than the period's are left out)."""
    sums = dict.fromkeys(sorted(Method, key=lambda m: not m.is_cashless), Figures())  # cash last
    given = dict.fromkeys(sums, Figures())
    for one in days:
        if period.holds(one.day):
            sums[one.method] += one.figures
            given[one.method] += one.refunded
    return CashlessFigures(tuple(MethodFigures(method, sums[method], given[method]) for method in sums))


def refunds_by_day(refunds: Iterable[GivenBack]) -> list[DayFigures]:
    """Refunds as figures of days. All refunds of a payment must be among them, in the order they happened."""
    given: dict[int, Dong] = {}
    found = []
    for one in refunds:
        before = given.get(one.payment_id, ZERO)
        now = given[one.payment_id] = before + one.value
        count = int(now >= one.paid) - int(before >= one.paid)
        found.append(DayFigures(one.day, one.method, refunded=Figures(count, one.value)))
    return found


def _counted_on(payment: BookedPayment, earlier: Sequence[BookedPayment]) -> dt.date:
    again = any(e.undone_at is not None and e.undone_at <= payment.booked_at for e in earlier)
    return clock.school_date(payment.booked_at) if again else payment.received_on
