"""What pricing needs to know, read from the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from truongso.fees.models import CollectionRound, FeeRate, ReductionRule, RoundClass, RoundItem
from truongso.fees.pricing import Rate, Rule


def round_items(round_: CollectionRound) -> list[RoundItem]:
    """Items of a round with their catalogue entry, in the order they were chosen."""
    rows = RoundItem.objects.for_school(round_.school_id).filter(round=round_)
    return list(rows.select_related("fee_item").order_by("pk"))


def pupils_of(round_: CollectionRound) -> QuerySet[Any, Any]:
    """Rows (student, class, grade, enrolled from): pupils studying in the round's classes on its pricing day."""
    day = round_.priced_on
    still_there = Q(school_class__enrolments__valid_to__isnull=True) | Q(school_class__enrolments__valid_to__gte=day)
    return (
        classes_of(round_)
        .filter(
            still_there,
            school_class__enrolments__valid_from__lte=day,
            school_class__enrolments__student__status="studying",
        )
        .values_list(
            "school_class__enrolments__student_id",
            "school_class_id",
            "school_class__grade",
            "school_class__enrolments__valid_from",
        )
    )


def known_rules() -> list[Rule]:
    """Reductions in law, from the database."""
    return [
        Rule(
            code=r.code, name=r.name, nature=r.nature, percent=r.percent, everyone=r.everyone, ownership=r.ownership,
            legal_basis=r.legal_basis, valid_from=r.valid_from, valid_to=r.valid_to,
        )
        for r in ReductionRule.objects.order_by("pk")
    ]  # fmt: skip


def classes_of(round_: CollectionRound) -> QuerySet[Any, Any]:
    """The round's class rows."""
    return RoundClass.objects.for_school(round_.school_id).filter(round=round_)


def rates_of(school_id: int, item_id: int) -> list[Rate]:
    """All rates of an item, past and to come."""
    rows = FeeRate.objects.for_school(school_id).filter(fee_item_id=item_id)
    return [Rate(r.grade, r.amount, r.valid_from, r.valid_to, r.document_number) for r in rows]
