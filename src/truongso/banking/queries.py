"""Reads of bank lines, decisions, imports and feeds. The number of queries never depends on the number of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from truongso.banking.matching.types import Verdict
from truongso.banking.models import (
    BankLine,
    FeedConnection,
    FeedSighting,
    MatchDecision,
    StatementImport,
    StatementRow,
)
from truongso.banking.types import Direction, ImportState, LineState, RowState
from truongso.fees.public import InvoiceFilter, invoices
from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import fold
from truongso.kernel.pace import is_silent
from truongso.organizations.public import BankAccount
from truongso.payments.public import Evidence, problem_notices
from truongso.payments.types import EvidenceKind
from truongso.people.public import families_named

OPEN_STATES = (LineState.WAITING.value, LineState.PARTLY.value)
"""Credits that a person has to do something about."""
BY_PEOPLE = ("person", "undone")
_MATCHER = [v.value for v in Verdict]
_SHOWN_INVOICES = 20
_COVERAGE = dt.timedelta(days=120)


class QueueFilter(StrEnum):
    """Which credits the workbench lists."""

    WAITING = "waiting"
    SUGGESTED = "suggested"
    UNCLEAR = "unclear"
    PARKED = "parked"
    NOT_FEES = "not_fees"


def waiting_lines(school_id: int) -> QuerySet[BankLine]:
    """The queue: credits that wait for a person, oldest first."""
    return BankLine.objects.for_school(school_id).filter(state=LineState.WAITING.value).order_by("booked_on", "pk")


def queue_figures(school_id: int) -> tuple[int, Dong]:
    """How many credits wait, wholly or for their rest, and the sum that is not booked; one query, 2 with rests."""
    rows = BankLine.objects.for_school(school_id).filter(state__in=OPEN_STATES).order_by()
    partly = Count("pk", filter=Q(state=LineState.PARTLY.value))
    figures = rows.aggregate(n=Count("pk"), s=Sum("amount"), partly=partly)
    used = _used_of_parts(school_id) if figures["partly"] else ZERO
    return figures["n"], (figures["s"] or ZERO) - used


def waiting_of_schools(school_ids: Collection[int]) -> dict[int, tuple[int, dt.date]]:
    """School id → how many credits wait and since when the oldest does; one query."""
    rows = BankLine.objects.for_schools(school_ids).filter(state__in=OPEN_STATES).order_by()
    found = rows.values_list("school_id").annotate(n=Count("pk"), oldest=Min("booked_on"))
    return {school_id: (count, oldest) for school_id, count, oldest in found}


def _used_of_parts(school_id: int) -> Dong:
    ids = BankLine.objects.for_school(school_id).filter(state=LineState.PARTLY.value).values_list("pk", flat=True)
    proofs = Evidence.objects.for_school(school_id).filter(
        kind=EvidenceKind.BANK_LINE.value, reference__in=[str(pk) for pk in ids]
    )
    used: Dong = proofs.aggregate(s=Sum("used"))["s"] or ZERO
    return used


def statement_names(school_id: int, ids: Collection[int]) -> dict[int, str]:
    """Names of imported files by id; 1 query."""
    rows = StatementImport.objects.for_school(school_id).filter(pk__in=ids)
    return dict(rows.values_list("pk", "file_name"))


def queue_lines(
    school_id: int, wanted: QueueFilter, words: str = "", *, owner: int | None = None
) -> QuerySet[BankLine]:
    """Credits of one kind, oldest first; `words` are searched without accents in memo, payer, account and amount.

    `owner` narrows parked ones to those that this person sees to.
    """
    states = {QueueFilter.PARKED: [LineState.PARKED.value], QueueFilter.NOT_FEES: [LineState.NOT_FEES.value]}
    rows = BankLine.objects.for_school(school_id).filter(
        state__in=states.get(wanted, OPEN_STATES), direction=Direction.IN.value
    )
    if owner is not None:
        rows = rows.filter(asides__ended_at__isnull=True, asides__owner_id=owner)
    if wanted in {QueueFilter.SUGGESTED, QueueFilter.UNCLEAR}:
        rows = _with_verdict(rows)
        suggested = Q(verdict__in=[Verdict.SUGGEST.value, Verdict.AUTO.value])
        rows = rows.filter(suggested if wanted is QueueFilter.SUGGESTED else ~suggested | Q(verdict__isnull=True))
    if words.strip():
        rows = rows.filter(pk__in=_found(rows, words))
    return rows.select_related("bank_account").order_by("booked_on", "booked_at", "pk")


def queue_counts(school_id: int) -> dict[QueueFilter, int]:
    """How many credits stand in each list; one query."""
    rows = _with_verdict(BankLine.objects.for_school(school_id).filter(direction=Direction.IN.value))
    waiting, suggested = Q(state__in=OPEN_STATES), Q(verdict__in=[Verdict.SUGGEST.value, Verdict.AUTO.value])
    listed = [*OPEN_STATES, LineState.PARKED.value, LineState.NOT_FEES.value]
    n = rows.filter(state__in=listed).aggregate(
        waiting=Count("pk", filter=waiting), suggested=Count("pk", filter=waiting & suggested),
        parked=Count("pk", filter=Q(state=LineState.PARKED.value)),
        not_fees=Count("pk", filter=Q(state=LineState.NOT_FEES.value)),
    )  # fmt: skip
    return {
        QueueFilter.WAITING: n["waiting"], QueueFilter.SUGGESTED: n["suggested"],
        QueueFilter.UNCLEAR: n["waiting"] - n["suggested"], QueueFilter.PARKED: n["parked"],
        QueueFilter.NOT_FEES: n["not_fees"],
    }  # fmt: skip


def last_suggestions(school_id: int, lines: Iterable[BankLine]) -> dict[int, MatchDecision]:
    """The matcher's latest word on each line, by line id; one query. What people decided later is not among it."""
    ids = [line.pk for line in lines]
    latest = (
        MatchDecision.objects.for_school(school_id)
        .filter(line_id__in=ids, decision__in=_MATCHER)
        .order_by()
        .values("line_id")
        .annotate(latest=Max("pk"))
        .values("latest")
    )
    return {d.line_id: d for d in MatchDecision.objects.for_school(school_id).filter(pk__in=latest)}


def last_words_of_people(school_id: int, lines: Iterable[BankLine]) -> dict[int, MatchDecision]:
    """The latest decision of a person on each line (parked why, undone why), by line id; one query."""
    ids = [line.pk for line in lines]
    rows = MatchDecision.objects.for_school(school_id).filter(line_id__in=ids, decision__in=BY_PEOPLE).order_by("pk")
    return {d.line_id: d for d in rows}


def recent_decisions(school_id: int, limit: int = 30) -> list[MatchDecision]:
    """What was booked, set aside or undone last, by the rules or by people, with line and payment; one query."""
    rows = MatchDecision.objects.for_school(school_id).filter(Q(payment__isnull=False) | Q(decision__in=BY_PEOPLE))
    return list(rows.select_related("line", "payment").order_by("-pk")[:limit])


def decisions_of(line: BankLine) -> list[MatchDecision]:
    """The history of a line, oldest first; the same word of the matcher said again is left out; one query."""
    rows = MatchDecision.objects.for_school(line.school_id).filter(line=line).select_related("payment").order_by("pk")
    told: list[MatchDecision] = []
    for row in rows:
        if told and _said(row) == _said(told[-1]):
            continue
        told.append(row)
    return told


def sightings_of(line: BankLine) -> tuple[list[StatementRow], list[FeedSighting]]:
    """Where a line was reported: rows of files, and notices of feeds; two queries."""
    rows = StatementRow.objects.for_school(line.school_id).filter(line=line).defer("statement__content")
    notices = FeedSighting.objects.for_school(line.school_id).filter(line=line)
    return (
        list(rows.select_related("statement").order_by("pk")),
        list(notices.select_related("connection", "notice").order_by("pk")),
    )


def matched_counts(school_id: int) -> int:
    """How many credits are matched; one query."""
    return BankLine.objects.for_school(school_id).filter(state=LineState.MATCHED.value).count()


def find_invoices(school_id: int, words: str) -> list[Any]:
    """Invoices money could go to, open ones first, at most 20; one query.

    By code, pupil, payer or class without accents, or by any guardian of the family: the memo often names the parent
    who is not the payer on the invoice. Not by telephone number: what is searched here stands in the address, and parts
    of a number would tell the rest of one that is shown masked; whole numbers are found by `people:find_number`.
    """
    if not words.strip():
        return []
    settled = Case(When(paid__gte=F("total"), then=Value(1)), default=Value(0), output_field=IntegerField())
    of_guardian = invoices(school_id, InvoiceFilter()).filter(family_id__in=families_named(school_id, words))
    rows = invoices(school_id, InvoiceFilter(words=words)) | of_guardian
    rows = rows.filter(cancelled_at__isnull=True)
    return list(rows.annotate(settled=settled).order_by("settled", "sort_key", "pk")[:_SHOWN_INVOICES])


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """What is known of a receiving account: last file, last feed notice, the days its files cover."""

    account: BankAccount
    last_import: StatementImport | None
    connection: FeedConnection | None
    covered: tuple[tuple[dt.date, dt.date], ...]


def account_overviews(school_id: int, accounts: Sequence[BankAccount]) -> list[AccountOverview]:
    """Overview of each account; 4 queries. Covered days are those of files applied within the last 120 days."""
    applied = _light_imports(school_id).filter(state=ImportState.APPLIED.value)
    latest = applied.order_by().values("bank_account_id").annotate(latest=Max("pk")).values("latest")
    last = {row.bank_account_id: row for row in _light_imports(school_id).filter(pk__in=latest)}
    feeds = {row.bank_account_id: row for row in FeedConnection.objects.for_school(school_id).filter(is_active=True)}
    recent = applied.filter(applied_at__gte=clock.now() - _COVERAGE).values("pk")
    spans = (
        StatementRow.objects.for_school(school_id)
        .filter(statement__in=recent, line__isnull=False)
        .order_by()
        .values("bank_account_id", "statement_id")
        .annotate(first=Min("line__booked_on"), last=Max("line__booked_on"))
    )
    days: dict[int, list[tuple[dt.date, dt.date]]] = {}
    for span in spans:
        days.setdefault(span["bank_account_id"], []).append((span["first"], span["last"]))
    return [AccountOverview(a, last.get(a.pk), feeds.get(a.pk), joined(days.get(a.pk, []))) for a in accounts]


def joined(spans: Iterable[tuple[dt.date, dt.date]]) -> tuple[tuple[dt.date, dt.date], ...]:
    """Spans of days with overlapping and adjacent ones made one, earliest first."""
    found: list[tuple[dt.date, dt.date]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + dt.timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def imports(school_id: int) -> QuerySet[StatementImport]:
    """Imported files, newest first, without their content."""
    return _light_imports(school_id).select_related("bank_account").order_by("-pk")


def same_file_applied(statement: StatementImport) -> StatementImport | None:
    """An import of the very same file that was applied before, if any; one query."""
    rows = _light_imports(statement.school_id).filter(
        sha256=statement.sha256, bank_account_id=statement.bank_account_id, state=ImportState.APPLIED.value
    )
    return rows.exclude(pk=statement.pk).order_by("pk").first()


def refused_rows(statement: StatementImport) -> QuerySet[StatementRow]:
    """Rows of an applied file that could not be read, in file order."""
    rows = StatementRow.objects.for_school(statement.school_id).filter(statement=statement)
    return rows.filter(state=RowState.REFUSED.value).order_by("row_number")


def new_credits(statement: StatementImport, state: LineState) -> QuerySet[BankLine]:
    """Credits that an applied file brought, in one state, oldest first."""
    rows = StatementRow.objects.for_school(statement.school_id).filter(statement=statement, state=RowState.NEW.value)
    lines = BankLine.objects.for_school(statement.school_id).filter(pk__in=rows.values("line_id"))
    return lines.filter(state=state.value, direction=Direction.IN.value).order_by("booked_on", "pk")


def new_reversals(statement: StatementImport) -> QuerySet[BankLine]:
    """Outgoing lines that an applied file brought and that take an earlier credit back, with that credit."""
    rows = StatementRow.objects.for_school(statement.school_id).filter(statement=statement, state=RowState.NEW.value)
    lines = BankLine.objects.for_school(statement.school_id).filter(pk__in=rows.values("line_id"))
    return lines.filter(reverses__isnull=False).select_related("reverses").order_by("booked_on", "pk")


@dataclass(frozen=True, slots=True)
class FeedOverview:
    """A connection with what went wrong with its notices within 30 days, and how many wait to be booked."""

    connection: FeedConnection
    problems: tuple[tuple[str, int, dt.datetime], ...]
    waiting: int


def feed_overviews(school_id: int) -> list[FeedOverview]:
    """All connections, live ones first; 2 queries."""
    rows = FeedConnection.objects.for_school(school_id).select_related("bank_account").order_by("-is_active", "-pk")
    found = problem_notices(school_id, since=clock.now() - dt.timedelta(days=30))
    return [
        FeedOverview(
            row,
            tuple((p.problem, p.count, p.latest) for p in found if p.connection == row.public_id and p.problem),
            sum(p.count for p in found if p.connection == row.public_id and not p.problem),
        )
        for row in rows
    ]


def is_feed_silent(account: BankAccount) -> bool:
    """Whether every live feed of an account has been quiet for longer than it ever usually is: money that comes is
    booked by the statement then. An account without a feed is none of this; 1 query."""
    rows = FeedConnection.objects.for_school(account.school_id).filter(bank_account=account, is_active=True)
    paces = list(rows.values_list("pace", flat=True))
    return bool(paces) and all(is_silent(kept, clock.now()) for kept in paces)


def _light_imports(school_id: int) -> QuerySet[StatementImport]:
    return StatementImport.objects.for_school(school_id).defer("content")


def _with_verdict(rows: QuerySet[BankLine]) -> QuerySet[BankLine]:
    """Annotate each line with the matcher's latest verdict."""
    latest = MatchDecision.objects.of_outer_school().filter(line_id=OuterRef("pk"), decision__in=_MATCHER)
    return rows.annotate(verdict=Subquery(latest.order_by("-pk").values("decision")[:1]))


def _found(rows: QuerySet[BankLine], words: str) -> list[int]:
    """Ids of lines in which every word occurs. Memos are compared folded, which databases cannot; queues are short."""
    wanted = fold(words).replace(".", "").split()
    hits = []
    for pk, memo, name, account, reference, amount in rows.values_list(
        "pk", "memo", "counter_name", "counter_account", "reference", "amount"
    ):
        text = fold(f"{memo} {name} {account} {reference} {int(amount)}").replace(".", "")
        if all(word in text for word in wanted):
            hits.append(pk)
    return hits


def _said(decision: MatchDecision) -> tuple[object, ...]:
    if decision.decision not in {Verdict.SUGGEST.value, Verdict.NONE.value}:
        return (decision.pk,)
    codes = tuple((c["code"], c["amount"]) for c in decision.candidates)
    return (decision.decision, decision.rule, decision.reason["code"], codes)
