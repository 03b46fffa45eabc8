"""The priced plan of a draft round: one line for each pupil and item, computed in the database.

The arithmetic is `pricing` alone. Python prices each (grade, reduction) once; one INSERT … SELECT per item gives every
pupil the price of his grade and his best reduction. So ten thousand pupils cost the database a join, not Python a loop,
and there is only one place that knows how a line is priced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from truongso.fees.models import CollectionRound, PlannedLine, RoundItem
from truongso.fees.pricing import Price, Rate, Rule, priced, ranked_rules, rate_for
from truongso.fees.queries.inputs import classes_of, known_rules, pupils_of, rates_of, round_items
from truongso.fees.services.rounds import locked_draft
from truongso.fees.types import FeeNature
from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.kernel.sql_values import rows_as

_PRICE_COLUMNS = {
    "grade": "text", "best": "bigint", "unit_amount": "bigint", "gross": "bigint", "percent": "bigint",
    "reduction": "bigint", "basis": "text", "amount": "bigint",
}  # fmt: skip

_LINE_COLUMNS = (
    "student_id, school_class_id, fee_item_id, quantity, unit_amount, gross, reduction_percent, reduction, "
    "reduction_basis, amount"
)


@dataclass(frozen=True, slots=True)
class PriceList:
    """An item's prices in a round: `prices[grade, rank]` for each rank a pupil may have.

    `codes` gives the rank of each personal category; pupils without one have `default_rank`.
    """

    prices: dict[tuple[str, int], Price]
    codes: tuple[tuple[str, int], ...]
    default_rank: int


@transaction_required
def plan_round(school_id: int, *, round_id: int) -> int:
    """Compute the plan of a draft anew; returns the number of lines. Pupils whose grade has no rate get none.

    Two preview requests at once wait for each other on the round's row.
    """
    draft = locked_draft(school_id, round_id)
    PlannedLine.objects.for_school(school_id).filter(round=draft).delete()
    for item, prices in _price_lists(draft):
        if prices.prices:
            _insert_lines(draft, item, prices)
    draft.planned_at = clock.now()
    draft.save(update_fields=["planned_at"])
    return PlannedLine.objects.for_school(school_id).filter(round=draft).count()


@transaction_required
def renew_plan(school_id: int, *, round_id: int) -> None:
    """Bring the plan of a draft up to date with roster, rates and reductions; one that already is stays as it is."""
    draft = locked_draft(school_id, round_id)
    price_lists = _price_lists(draft)
    lines = PlannedLine.objects.for_school(school_id).filter(round=draft)
    priced_items = [item.fee_item_id for item, prices in price_lists if prices.prices]
    if lines.exclude(fee_item_id__in=priced_items).exists() or any(
        _differs(draft, item, prices) for item, prices in price_lists if prices.prices
    ):
        plan_round(school_id, round_id=round_id)


def _price_lists(draft: CollectionRound) -> list[tuple[RoundItem, PriceList]]:
    rules = known_rules()
    grades = sorted(set(classes_of(draft).values_list("school_class__grade", flat=True)))
    return [
        (item, price_list(item, rates_of(draft.school_id, item.fee_item_id), rules, grades, draft))
        for item in round_items(draft)
    ]


def price_list(
    item: RoundItem,
    rates: Sequence[Rate],
    rules: Sequence[Rule],
    grades: Sequence[str],
    round_: CollectionRound,
) -> PriceList:
    """Every price of the item that a pupil of the round may get."""
    ranked = ranked_rules(
        rules, nature=FeeNature(item.fee_item.nature), ownership=round_.school.ownership, day=round_.priced_on
    )
    default = next((rank for rank, rule in enumerate(ranked) if rule.everyone), len(ranked))
    usable: list[Rule | None] = [*ranked[: default + 1]] if default < len(ranked) else [*ranked, None]
    found = {grade: rate_for(rates, grade, round_.priced_on) for grade in grades}
    return PriceList(
        prices={
            (grade, rank): priced(rate, item.quantity, rule)
            for grade, rate in found.items()
            if rate is not None
            for rank, rule in enumerate(usable)
        },
        codes=tuple((rule.code, rank) for rank, rule in enumerate(ranked[:default])),
        default_rank=default,
    )


def _insert_lines(round_: CollectionRound, item: RoundItem, prices: PriceList) -> None:
    """One INSERT … SELECT for all pupils of the round."""
    tables, fresh, params = _fresh_lines(round_, item, prices)
    sql = f"""
        WITH {tables}
        INSERT INTO fees_plannedline (school_id, round_id, {_LINE_COLUMNS})
        SELECT %s, %s, fresh.* FROM ({fresh}) fresh
    """  # noqa: S608 - no value is written into the text
    before, after = params
    with connection.cursor() as cursor:
        cursor.execute(sql, [*before, round_.school_id, round_.pk, *after])


def _differs(round_: CollectionRound, item: RoundItem, prices: PriceList) -> bool:
    """True when the item's stored lines are not what the data say now."""
    tables, fresh, (before, after) = _fresh_lines(round_, item, prices)
    sql = f"""
        WITH {tables}, fresh AS ({fresh}), stored AS (
            SELECT {_LINE_COLUMNS} FROM fees_plannedline WHERE school_id = %s AND round_id = %s AND fee_item_id = %s)
        SELECT EXISTS (SELECT * FROM fresh EXCEPT SELECT * FROM stored)
            OR EXISTS (SELECT * FROM stored EXCEPT SELECT * FROM fresh)
    """  # noqa: S608 - no value is written into the text
    with connection.cursor() as cursor:
        cursor.execute(sql, [*before, *after, round_.school_id, round_.pk, item.fee_item_id])
        return bool(cursor.fetchone()[0])


def _fresh_lines(
    round_: CollectionRound, item: RoundItem, prices: PriceList
) -> tuple[str, str, tuple[list[Any], list[Any]]]:
    """What an item's lines should be: table expressions, a SELECT of `_LINE_COLUMNS` over them, and the parameters of
    each. Table and column names are constants, values are parameters."""
    price_rows = [
        (
            grade,
            rank,
            p.unit_amount.value,
            p.gross.value,
            p.percent,
            p.reduction.value,
            p.basis,
            p.amount.value,
        )
        for (grade, rank), p in prices.prices.items()
    ]
    price, price_params = rows_as("price", _PRICE_COLUMNS, price_rows)
    ranks = prices.codes or (("", prices.default_rank),)
    category, category_params = rows_as("category", {"code": "text", "best": "bigint"}, ranks)
    pupils, pupil_params = pupils_of(round_).query.sql_with_params()
    day, school = round_.priced_on, round_.school_id
    voluntary = ""
    voluntary_params: list[Any] = []
    if item.fee_item.is_voluntary:
        voluntary = (
            "WHERE EXISTS (SELECT 1 FROM fees_optin o WHERE o.school_id = %s AND o.fee_item_id = %s "
            "AND o.student_id = p.student_id AND o.valid_from <= %s AND (o.valid_to IS NULL OR o.valid_to >= %s))"
        )
        voluntary_params = [school, item.fee_item_id, day, day]
    tables = f"""{price}, {category},
        enrolled(student_id, school_class_id, grade, valid_from) AS ({pupils}),
        pupil AS (
            SELECT student_id, school_class_id, grade FROM (
                SELECT e.*, ROW_NUMBER() OVER (
                    PARTITION BY student_id ORDER BY valid_from DESC, school_class_id DESC) AS place
                FROM enrolled e) numbered
            WHERE place = 1),
        reduced(student_id, best) AS (
            SELECT x.student_id, MIN(c.best) FROM fees_exemption x JOIN category c ON c.code = x.rule_code
            WHERE x.school_id = %s AND x.valid_from <= %s AND (x.valid_to IS NULL OR x.valid_to >= %s)
            GROUP BY x.student_id)"""  # noqa: S608 - no value is written into the text
    fresh = f"""
        SELECT p.student_id, p.school_class_id, %s, %s,
            q.unit_amount, q.gross, q.percent, q.reduction, q.basis, q.amount
        FROM pupil p LEFT JOIN reduced r ON r.student_id = p.student_id
        JOIN price q ON q.grade = p.grade AND q.best = COALESCE(r.best, %s)
        {voluntary}
    """  # noqa: S608 - no value is written into the text
    before = [*price_params, *category_params, *pupil_params, school, day, day]
    after = [item.fee_item_id, item.quantity, prices.default_rank, *voluntary_params]
    return tables, fresh, (before, after)
