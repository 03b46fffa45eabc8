"""Reads of bank lines, decisions and imports."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.types import LineState
from truongso.kernel.money import ZERO, Dong
from truongso.payments.public import payers_of_students


def learnt_payers(school_id: int) -> Mapping[str, Collection[str]]:
    """Payer account → pupils it paid for, from standing payments; only ever a suggestion."""
    return payers_of_students(school_id)


def waiting_lines(school_id: int) -> QuerySet[BankLine]:
    """The queue: credits that wait for a person, oldest first."""
    return (
        BankLine.objects.for_school(school_id).filter(state=LineState.WAITING.value).order_by("booked_on", "pk")
    )


def with_last_decision(lines: QuerySet[BankLine]) -> QuerySet[BankLine]:
    """Annotate each line with the id of its latest decision."""
    latest = MatchDecision.objects.across_schools("subquery correlated to lines of one school").filter(
        line_id=OuterRef("pk"), school_id=OuterRef("school_id")
    )
    return lines.annotate(last_decision=Subquery(latest.order_by("-pk").values("pk")[:1]))


def queue_figures(school_id: int) -> tuple[int, Dong]:
    """How many credits wait and their sum; one query."""
    figures = waiting_lines(school_id).order_by().aggregate(n=Count("pk"), s=Sum("amount"))
    return figures["n"], figures["s"] or ZERO
