"""What the bank says stood on an account: the balances its statements print, and the movements between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum, When

from truongso.banking.coverage import applied_files
from truongso.banking.models import BankLine, StatementImport, StatementRow
from truongso.banking.types import Direction
from truongso.kernel.clock import school_date
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import BankAccount

_DAY = dt.timedelta(days=1)
_AHEAD = dt.timedelta(days=62)  # how far a later statement is looked for that proves days without one


@dataclass(frozen=True, slots=True)
class Anchor:
    """The balance that a statement prints for the end of a day: its closing one, or the opening one of the next day."""

    day: dt.date
    opens: bool
    balance: Dong


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement prints another balance for the end of a day than the one before it leads to."""

    day: dt.date
    printed: Dong
    counted: Dong


@dataclass(frozen=True)
class Balances:
    """An account by its statements: printed balances, and what moved on each day with a statement row."""

    anchors: tuple[Anchor, ...]
    moved: dict[dt.date, Dong]

    def at(self, day: dt.date) -> Dong | None:
        """The balance at the end of a day: counted from the latest printed one before, else back from the next one.
        None when no statement prints any."""
        before = [a for a in self.anchors if a.day <= day]
        if before:
            return before[-1].balance + self._between(before[-1].day, day)
        if self.anchors:
            return self.anchors[0].balance - self._between(day, self.anchors[0].day)
        return None

    def contradictions(self, first: dt.date, last: dt.date) -> list[Contradiction]:
        """Printed balances from the eve of `first` to `last` that the ones before do not lead to."""
        found = []
        for earlier, later in zip(self.anchors, self.anchors[1:], strict=False):
            counted = earlier.balance + self._between(earlier.day, later.day)
            if first - _DAY <= later.day <= last and counted != later.balance:
                found.append(Contradiction(later.day, later.balance, counted))
        return found

    def proves_empty(self, day: dt.date) -> bool:
        """Whether nothing moved on a day without statement: the balance printed after it is the one counted to it."""
        before = [a for a in self.anchors if a.day < day]
        after = next((a for a in self.anchors if a.day >= day), None)
        if not before or after is None:
            return False
        return before[-1].balance + self._between(before[-1].day, after.day) == after.balance

    def _between(self, after: dt.date, through: dt.date) -> Dong:
        moved = ZERO
        for day, amount in self.moved.items():
            if after < day <= through:
                moved = moved + amount
        return moved


def balances(account: BankAccount, first: dt.date, last: dt.date) -> Balances:
    """What the statements say of an account around some days; four queries. One that does not add up says nothing."""
    anchors = _anchors([f for f in applied_files(account, dt.date.min, last + _AHEAD) if not f.flagged])
    eve = first - _DAY
    start = max((a.day for a in anchors if a.day < eve), default=eve - _DAY)
    rows = (
        on_statement(account)
        .filter(booked_on__gt=start, booked_on__lte=last + _AHEAD)
        .order_by()
        .values_list("booked_on")
        .annotate(s=Sum(_signed("")))
    )
    return Balances(anchors, {day: Dong(int(s)) for day, s in rows})


def _anchors(files: Sequence[StatementImport]) -> tuple[Anchor, ...]:
    """Printed balances of files in order of days; files that print them on each row only are read row by row."""
    ends = _ends_of([f for f in files if f.opening_balance is None and f.closing_balance is None])
    found: set[Anchor] = set()
    for file in files:
        opening, closing = ends.get(file.pk, (file.opening_balance, file.closing_balance))
        if file.period_from is None or file.period_to is None:
            continue
        if opening is not None:
            found.add(Anchor(file.period_from - _DAY, True, opening))
        if closing is not None and file.period_to < school_date(file.uploaded_at):
            found.add(Anchor(file.period_to, False, closing))
    return tuple(sorted(found, key=lambda a: (a.day, a.opens, a.balance)))


def _ends_of(files: Sequence[StatementImport]) -> dict[int, tuple[Dong, Dong]]:
    """File id → (opening, closing) as the balances of its first and last row say, oldest or newest on top; files whose
    rows do not lead from one to the other are left out. Two queries, none without such files."""
    if not files:
        return {}
    rows = StatementRow.objects.for_school(files[0].school_id).filter(
        statement__in=[f.pk for f in files], line__isnull=False
    )
    sums = {
        pk: (low, high, Dong(int(moved)))
        for pk, low, high, moved in rows.order_by()
        .values_list("statement_id")
        .annotate(low=Min("row_number"), high=Max("row_number"), moved=Sum(_signed("line__")))
    }
    wanted = Q(pk__in=[])
    for pk, (low, high, _moved) in sums.items():
        wanted |= Q(statement_id=pk, row_number__in=(low, high))
    ends = {(r.statement_id, r.row_number): r.line for r in rows.filter(wanted).select_related("line")}
    found = {}
    for pk, (low, high, moved) in sums.items():
        for oldest, newest in ((ends[pk, low], ends[pk, high]), (ends[pk, high], ends[pk, low])):
            if oldest is None or newest is None or oldest.balance is None or newest.balance is None:
                continue
            opening = oldest.balance - (oldest.amount if oldest.direction == Direction.IN.value else -oldest.amount)
            if opening + moved == newest.balance and oldest.booked_on <= newest.booked_on:
                found[pk] = (opening, newest.balance)
                break
    return found


def _signed(prefix: str) -> Case:
    """The amount of a line, negative for what goes out."""
    amount = F(f"{prefix}amount")
    return Case(
        When(**{f"{prefix}direction": Direction.IN.value}, then=amount), default=-amount, output_field=BigIntegerField()
    )


def on_statement(account: BankAccount) -> QuerySet[BankLine]:
    """Movements of an account that a statement shows (not only the bank's feed)."""
    return BankLine.objects.for_school(account.school_id).filter(seen(account.school_id), bank_account_id=account.pk)


def seen(school_id: int) -> Q:
    """A row of a statement shows the line."""
    rows = StatementRow.objects.for_school(school_id).filter(line_id=OuterRef("pk"))
    return Q(Exists(rows))
