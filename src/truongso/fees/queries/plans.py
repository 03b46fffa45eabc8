"""What a draft round comes to, and what speaks against issuing it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from truongso.fees.class_order import class_key
from truongso.fees.models import (
    CollectionRound,
    Exemption,
    InvoiceLine,
    OptIn,
    PlannedLine,
    ReductionRule,
    RoundItem,
)
from truongso.fees.pricing import rate_for
from truongso.fees.queries.inputs import classes_of, pupils_of, rates_of, round_items
from truongso.fees.types import FeeUnit, LineKind, Problem, RoundState
from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong

_LATELY = dt.timedelta(days=92)  # an exemption that ended within about a term is worth a question


@dataclass(frozen=True, slots=True)
class PlanTotals:
    """The whole plan: `invoices` is the number of pupils with something to pay, `zero` those with lines of 0 đ only."""

    invoices: int
    zero: int
    gross: Dong
    reduction: Dong
    amount: Dong
    reduced_pupils: int


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """One row of the plan's totals by item or by class."""

    id: int
    name: str
    pupils: int
    gross: Dong
    reduction: Dong
    amount: Dong


def plan_totals(round_: CollectionRound) -> PlanTotals:
    """Totals of the plan; 3 queries."""
    lines = _lines(round_)
    sums = lines.aggregate(gross=Sum("gross"), reduction=Sum("reduction"), amount=Sum("amount"))
    by_pupil = lines.values("student_id").annotate(due=Sum("amount"))
    owing = by_pupil.filter(due__gt=0).count()
    pupils = lines.aggregate(
        all=Count("student_id", distinct=True),
        reduced=Count("student_id", distinct=True, filter=Q(reduction__gt=0)),
    )
    return PlanTotals(
        invoices=owing, zero=pupils["all"] - owing, gross=_dong(sums["gross"]), reduction=_dong(sums["reduction"]),
        amount=_dong(sums["amount"]), reduced_pupils=pupils["reduced"],
    )  # fmt: skip


def totals_by_item(round_: CollectionRound) -> list[PlanGroup]:
    """The plan by fee item, in the order the items were chosen; items nobody is charged for stand with 0; 2 queries."""
    found = {g.id: g for g in _groups(_lines(round_), "fee_item_id", "fee_item__name")}
    return [
        found.get(i.fee_item_id) or PlanGroup(i.fee_item_id, i.fee_item.name, 0, ZERO, ZERO, ZERO)
        for i in round_items(round_)
    ]


def totals_by_class(round_: CollectionRound) -> list[PlanGroup]:
    """The plan by class, in the order of class names; 1 query."""
    groups = _groups(_lines(round_), "school_class_id", "school_class__name")
    return sorted(groups, key=lambda g: class_key(g.name))


def planned_pupils(round_: CollectionRound) -> QuerySet[Any, Any]:
    """Rows (student_id, name, class_name, class_id, amount) by class and name, for pages that show a part of them."""
    found: QuerySet[Any, Any] = (
        _lines(round_)
        .values("student_id", "school_class_id", name=F("student__full_name"), class_name=F("school_class__name"))
        .annotate(amount=Sum("amount"), order=F("student__sort_key"))
        .order_by("class_name", "order", "student_id")
    )
    return found


def planned_lines(round_: CollectionRound, student_id: int) -> list[PlannedLine]:
    """The lines of one pupil, in the order the items were chosen; 1 query."""
    lines = _lines(round_).filter(student_id=student_id)
    return list(lines.select_related("fee_item", "student", "school_class").order_by("pk"))


def problems(round_: CollectionRound) -> list[Problem]:
    """What stops the issue (blocking, first) and what is worth a look. A bounded number of queries."""
    items = round_items(round_)
    pupils = list(pupils_of(round_))
    found = [
        *_basics(round_, items), *_empty_classes(round_, {row[1] for row in pupils}),
        *_prices(round_, items, pupils), *_looks(round_, items, {row[0] for row in pupils}),
    ]  # fmt: skip
    return sorted(found, key=lambda p: not p.blocking)


def _basics(round_: CollectionRound, items: Sequence[RoundItem]) -> list[Problem]:
    found = []
    if not items:
        found.append(Problem("no_items", blocking=True))
    if not classes_of(round_).exists():
        found.append(Problem("no_classes", blocking=True))
    if not round_.bank_account.is_active:
        found.append(Problem("account_inactive", blocking=True, params={"account": round_.bank_account.number}))
    if round_.due_on < clock.today():
        found.append(Problem("due_past", blocking=True, params={"day": round_.due_on}))
    for item in items:
        if not item.fee_item.is_active:
            found.append(Problem("item_inactive", blocking=True, params={"item": item.fee_item.name}))
        if not item.fee_item.legal_basis:
            found.append(Problem("no_legal_basis", blocking=True, params={"item": item.fee_item.name}))
    return found


def _empty_classes(round_: CollectionRound, filled: set[int]) -> list[Problem]:
    rows = classes_of(round_).exclude(school_class_id__in=filled).values_list("school_class__name", flat=True)
    return [Problem("class_empty", blocking=True, params={"class_name": name}) for name in sorted(rows, key=class_key)]


def _prices(round_: CollectionRound, items: Sequence[RoundItem], pupils: Sequence[tuple[Any, ...]]) -> list[Problem]:
    """Grades with pupils to charge and no rate; voluntary items nobody chose."""
    found = []
    chosen = _chosen(round_, [i.fee_item_id for i in items if i.fee_item.is_voluntary])
    for item in items:
        charged = pupils
        if item.fee_item.is_voluntary:
            charged = [row for row in pupils if row[0] in chosen.get(item.fee_item_id, ())]
            if pupils and not charged:
                found.append(Problem("nobody_chose", blocking=False, params={"item": item.fee_item.name}))
        rates = rates_of(round_.school_id, item.fee_item_id)
        for grade in sorted({row[2] for row in charged}):
            if rate_for(rates, grade, round_.priced_on) is None:
                params = {"item": item.fee_item.name, "grade": grade, "day": round_.priced_on}
                found.append(Problem("no_rate", blocking=True, params=params))
    return found


def _chosen(round_: CollectionRound, item_ids: Sequence[int]) -> dict[int, set[int]]:
    rows = _valid(OptIn.objects.for_school(round_.school_id).filter(fee_item_id__in=item_ids), round_.priced_on)
    found: dict[int, set[int]] = {}
    for item_id, student_id in rows.values_list("fee_item_id", "student_id"):
        found.setdefault(item_id, set()).add(student_id)
    return found


def _looks(round_: CollectionRound, items: Sequence[RoundItem], students: set[int]) -> list[Problem]:
    found = []
    exemptions = Exemption.objects.for_school(round_.school_id)
    bare = set(_valid(exemptions.filter(document=b""), round_.priced_on).values_list("student_id", flat=True))
    if bare & students:
        found.append(Problem("exemption_unproved", blocking=False, params={"count": len(bare & students)}))
    lapsed = exemptions.filter(valid_to__lt=round_.priced_on, valid_to__gte=round_.priced_on - _LATELY)
    current = _valid(exemptions, round_.priced_on).values_list("student_id", flat=True)
    ended = (set(lapsed.values_list("student_id", flat=True)) - set(current)) & students
    if ended:
        found.append(Problem("exemption_lapsed", blocking=False, params={"count": len(ended)}))
    rounds = CollectionRound.objects.for_school(round_.school_id).exclude(state=RoundState.DRAFT.value)
    same_month = rounds.filter(priced_on__year=round_.priced_on.year, priced_on__month=round_.priced_on.month)
    again = same_month.filter(items__fee_item__in=[i.fee_item_id for i in items]).exclude(pk=round_.pk)
    for item, other in again.values_list("items__fee_item__name", "name").distinct():
        found.append(Problem("charged_this_month", blocking=False, params={"item": item, "round": other}))
    return [*found, *_yearly_again(round_, items)]


def _yearly_again(round_: CollectionRound, items: Sequence[RoundItem]) -> list[Problem]:
    """Items priced by the year that pupils of the plan were charged already in this school year."""
    yearly = {i.fee_item_id: i.fee_item.name for i in items if i.fee_item.unit == FeeUnit.YEAR.value}
    if not yearly:
        return []
    before = InvoiceLine.objects.for_school(round_.school_id).filter(
        fee_item_id__in=yearly, kind=LineKind.CHARGE.value, amount__gt=F("credited"),
        invoice__cancelled_at__isnull=True, invoice__round__school_year_id=round_.school_year_id,
    )  # fmt: skip
    planned = _lines(round_).filter(fee_item_id__in=yearly, amount__gt=0).values_list("fee_item_id", "student_id")
    again = Counter(
        item for item, _pupil in set(planned) & set(before.values_list("fee_item_id", "invoice__student_id"))
    )
    return [
        Problem("charged_this_year", blocking=False, params={"item": yearly[item], "count": again[item]})
        for item in yearly
        if again[item]
    ]


def _valid(rows: QuerySet[Any], day: dt.date) -> QuerySet[Any]:
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


def _lines(round_: CollectionRound) -> QuerySet[Any]:
    return PlannedLine.objects.for_school(round_.school_id).filter(round=round_)


def _groups(lines: QuerySet[Any], key: str, name: str) -> list[PlanGroup]:
    rows = lines.values(key, name).annotate(
        pupils=Count("student_id", distinct=True), g=Sum("gross"), r=Sum("reduction"), a=Sum("amount")
    )
    return [
        PlanGroup(row[key], row[name], row["pupils"], _dong(row["g"]), _dong(row["r"]), _dong(row["a"])) for row in rows
    ]


def _dong(value: object) -> Dong:
    return ZERO if value is None else Dong(int(value))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """A voluntary item of a round: how many pupils of the round chose it."""

    item_code: str
    item_name: str
    pupils: int


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """An exemption with what people need to judge it. `percent` None: the rule is no longer in law."""

    exemption: Exemption
    class_name: str
    percent: int | None


def exemptions_of_round(round_: CollectionRound) -> list[ExemptionRow]:
    """Exemptions of the round's pupils that hold on its day or ended lately, by class and name; 3 queries."""
    day = round_.priced_on
    places = {row[0]: row[4] for row in pupils_of(round_).values_list(*_PLACE)}
    rows = (
        Exemption.objects.for_school(round_.school_id)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day - _LATELY), valid_from__lte=day)
        .select_related("student")
    )
    rules = {rule.code: rule for rule in ReductionRule.objects.filter(everyone=False)}
    found = []
    for exemption in rows:
        if exemption.student_id in places:
            rule = rules.get(exemption.rule_code)
            found.append(ExemptionRow(exemption, places[exemption.student_id], rule.percent if rule else None))
    return sorted(found, key=lambda r: (class_key(r.class_name), r.exemption.student.sort_key, r.exemption.valid_from))


def opt_in_counts(round_: CollectionRound) -> list[ChoiceCount]:
    """The round's voluntary items with the number of its pupils who chose each; 3 queries."""
    items = [i.fee_item for i in round_items(round_) if i.fee_item.is_voluntary]
    pupils = {row[0] for row in pupils_of(round_)}
    chosen = _chosen(round_, [i.pk for i in items])
    return [ChoiceCount(i.code, i.name, len(chosen.get(i.pk, set()) & pupils)) for i in items]


_PLACE = (
    "school_class__enrolments__student_id",
    "school_class_id",
    "school_class__grade",
    "school_class__enrolments__valid_from",
    "school_class__name",
)
