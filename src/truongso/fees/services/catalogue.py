"""The school's fee items and their dated rates."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import IntegrityError
from django.db.models import Max, Q

from truongso.fees.catalogue_data import (
    CatalogueItem,
    SampleRate,
    catalogue,
    is_school_money,
    reduction_rules,
)
from truongso.fees.models import CollectionRound, FeeItem, FeeRate, ReductionRule
from truongso.fees.types import FeeNature, FeesRefusedError, FeeUnit, RoundState
from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import tidy

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]*")  # it stands in addresses
_NAME_LENGTH, _CODE_LENGTH, _BASIS_LENGTH, _NOTE_LENGTH = 160, 20, 300, 300
_SAMPLE_MARK = "Mức tham khảo"  # kept as data in the document number, so that nobody takes a sample for a decision


@transaction_required
def create_item(
    school_id: int,
    *,
    code: str,
    name: str,
    nature: FeeNature,
    unit: FeeUnit,
    is_voluntary: bool,
    legal_basis: str,
    note: str = "",
    actor: Actor,
) -> FeeItem:
    """Add a fee item.

    Refused: `item_unnamed`, `item_uncoded`, `item_code_taken`, `not_school_money` (parents'-board money, Circular
    55/2011/TT-BGDĐT art. 10), `donation_is_voluntary` (nobody can be made to give).
    """
    code, name = tidy(code).upper(), tidy(name)
    _check_item(code, name, nature, is_voluntary)
    try:
        with savepoint():
            item: FeeItem = FeeItem.objects.create(
                school_id=school_id, code=code, name=name, nature=nature.value, unit=unit.value,
                is_voluntary=is_voluntary, legal_basis=tidy(legal_basis)[:_BASIS_LENGTH],
                note=tidy(note)[:_NOTE_LENGTH],
            )  # fmt: skip
    except IntegrityError as error:
        raise FeesRefusedError("item_code_taken", code=code) from error
    audit.record(
        actor, "fees:item:create", school_id=school_id, subject=("fee_item", item.pk),
        params={"code": code, "name": name, "nature": nature.value, "voluntary": is_voluntary},
    )  # fmt: skip
    return item


@transaction_required
def update_item(
    school_id: int,
    *,
    item_id: int,
    name: str,
    nature: FeeNature,
    unit: FeeUnit,
    is_voluntary: bool,
    legal_basis: str,
    note: str,
    actor: Actor,
) -> FeeItem:
    """Change an item; issued invoices keep what they say.

    Refused as in `create_item`, and `item_used` when the nature or unit of an item already invoiced would change
    (its past and its future would be counted as different money).
    """
    item = _item(school_id, item_id)
    name = tidy(name)
    _check_item(item.code, name, nature, is_voluntary)
    if (item.nature, item.unit) != (nature.value, unit.value) and _last_use(school_id, item_id) is not None:
        raise FeesRefusedError("item_used", name=item.name)
    before = {"name": item.name, "nature": item.nature, "unit": item.unit, "voluntary": item.is_voluntary}
    item.name, item.nature, item.unit, item.is_voluntary = name, nature.value, unit.value, is_voluntary
    item.legal_basis, item.note = tidy(legal_basis)[:_BASIS_LENGTH], tidy(note)[:_NOTE_LENGTH]
    item.save(update_fields=["name", "nature", "unit", "is_voluntary", "legal_basis", "note"])
    _unplan(school_id, item_id)
    audit.record(
        actor, "fees:item:update", school_id=school_id, subject=("fee_item", item_id),
        params={"before": before, "name": name, "nature": nature.value, "unit": unit.value, "voluntary": is_voluntary},
    )  # fmt: skip
    return item


@transaction_required
def set_item_active(school_id: int, *, item_id: int, active: bool, actor: Actor) -> None:
    """Take an item out of use, or back into it. Its history stays."""
    if FeeItem.objects.for_school(school_id).filter(pk=item_id, is_active=not active).update(is_active=active):
        action = "fees:item:activate" if active else "fees:item:deactivate"
        audit.record(actor, action, school_id=school_id, subject=("fee_item", item_id))


@transaction_required
def add_rate(
    school_id: int,
    *,
    item_id: int,
    grade: str,
    amount: Dong,
    cap: Dong | None,
    valid_from: dt.date,
    valid_to: dt.date | None,
    document_number: str,
    deciding_body: str,
    actor: Actor,
    ends_previous: bool = False,
) -> FeeRate:
    """Add a rate for a grade ("" for every grade), from–to.

    `ends_previous` ends the rate of that grade which is open when this one begins, on the day before. Refused:
    `rate_not_positive`, `rate_above_cap`, `rate_dates`, `rate_overlaps`.
    """
    item = _item(school_id, item_id)
    grade = tidy(grade)
    _check_rate(amount, cap, valid_from, valid_to)
    if ends_previous:
        _end_previous(school_id, item, grade, valid_from, actor)
    _refuse_overlap(school_id, item_id, grade, valid_from, valid_to)
    rate: FeeRate = FeeRate.objects.create(
        school_id=school_id, fee_item=item, grade=grade, amount=amount, cap=cap, valid_from=valid_from,
        valid_to=valid_to, document_number=tidy(document_number)[:120], deciding_body=tidy(deciding_body)[:160],
    )  # fmt: skip
    _unplan(school_id, item_id)
    audit.record(
        actor, "fees:rate:add", school_id=school_id, subject=("fee_item", item_id),
        params={"rate": rate.pk, "grade": grade, "amount": amount.value, "from": valid_from.isoformat()},
    )  # fmt: skip
    return rate


@transaction_required
def change_rate(
    school_id: int,
    *,
    rate_id: int,
    amount: Dong,
    cap: Dong | None,
    document_number: str,
    deciding_body: str,
    actor: Actor,
) -> FeeRate:
    """Correct a rate nobody was charged by yet. Refused: `rate_used`, `rate_not_positive`, `rate_above_cap`."""
    rate = _rate(school_id, rate_id)
    _check_rate(amount, cap, rate.valid_from, rate.valid_to)
    if rate_is_used(rate):
        raise FeesRefusedError("rate_used", name=rate.fee_item.name)
    before = rate.amount.value
    rate.amount, rate.cap = amount, cap
    rate.document_number, rate.deciding_body = tidy(document_number)[:120], tidy(deciding_body)[:160]
    rate.save(update_fields=["amount", "cap", "document_number", "deciding_body"])
    _unplan(school_id, rate.fee_item_id)
    audit.record(
        actor, "fees:rate:change", school_id=school_id, subject=("fee_item", rate.fee_item_id),
        params={"rate": rate_id, "before": before, "amount": amount.value},
    )  # fmt: skip
    return rate


@transaction_required
def end_rate(school_id: int, *, rate_id: int, valid_to: dt.date, actor: Actor) -> FeeRate:
    """Let a rate end on a day (included).

    Refused: `rate_dates` (before it begins), `rate_used_later` (a round priced after that day was issued with it),
    `rate_overlaps` (the end would move into the next rate).
    """
    rate = _rate(school_id, rate_id)
    if valid_to < rate.valid_from:
        raise FeesRefusedError("rate_dates")
    last = _last_use(school_id, rate.fee_item_id, rate.valid_from, rate.valid_to)
    if last is not None and last > valid_to:
        raise FeesRefusedError("rate_used_later", day=last)
    _refuse_overlap(school_id, rate.fee_item_id, rate.grade, rate.valid_from, valid_to, besides=rate_id)
    rate.valid_to = valid_to
    rate.save(update_fields=["valid_to"])
    _unplan(school_id, rate.fee_item_id)
    audit.record(
        actor, "fees:rate:end", school_id=school_id, subject=("fee_item", rate.fee_item_id),
        params={"rate": rate_id, "to": valid_to.isoformat()},
    )  # fmt: skip
    return rate


def rate_is_used(rate: FeeRate) -> bool:
    """Whether an issued round was priced on a day of this rate; then it is history and never edited."""
    return _last_use(rate.school_id, rate.fee_item_id, rate.valid_from, rate.valid_to) is not None


@transaction_required
def seed_catalogue(
    school_id: int, *, level: str, actor: Actor, sample_rates_from: dt.date | None = None
) -> list[FeeItem]:
    """Give a school the usual items it does not have yet; returns those added. Safe to repeat.

    With `sample_rates_from`, each new item also gets the first sample rate that fits the level, from that day, marked
    as a sample in its document number (demo data; a real school enters the rates of its own decision).
    """
    present = set(FeeItem.objects.for_school(school_id).values_list("code", flat=True))
    new = [entry for entry in catalogue() if entry.code not in present]
    items: list[FeeItem] = FeeItem.objects.bulk_create(
        FeeItem(
            school_id=school_id, code=e.code, name=e.name, nature=e.nature.value, unit=e.unit.value,
            is_voluntary=e.is_voluntary, legal_basis=e.legal_basis, is_active=e.is_active, note=e.note,
        )
        for e in new
    )  # fmt: skip
    if sample_rates_from is not None:
        FeeRate.objects.bulk_create(
            FeeRate(school_id=school_id, fee_item=item, **_as_rate(sample, sample_rates_from))
            for item, entry in zip(items, new, strict=True)
            for sample in _samples_for(entry, level, sample_rates_from)[:1]
        )
    if items:
        audit.record(
            actor, "fees:catalogue:seed", school_id=school_id, subject=("school", school_id),
            params={"items": [i.code for i in items]},
        )  # fmt: skip
    return items


@transaction_required
def install_reduction_rules() -> int:
    """Lay the shipped law on reductions into the database; returns how many rules were new. Safe to repeat."""
    before = ReductionRule.objects.count()
    ReductionRule.objects.bulk_create(
        [
            ReductionRule(
                code=r.code, name=r.name, nature=r.nature, percent=r.percent, everyone=r.everyone,
                ownership=r.ownership, legal_basis=r.legal_basis, valid_from=r.valid_from, valid_to=r.valid_to,
            )
            for r in reduction_rules()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return ReductionRule.objects.count() - before


def _samples_for(entry: CatalogueItem, level: str, day: dt.date) -> list[SampleRate]:
    fitting = [s for s in entry.samples if not s.levels or level in s.levels]
    return [s for s in fitting if (s.valid_from or day) <= day and (s.valid_to is None or s.valid_to >= day)]


def _as_rate(sample: SampleRate, first: dt.date) -> dict[str, Any]:
    return {
        "amount": sample.amount,
        "cap": sample.amount if sample.is_cap else None,
        "valid_from": first,
        "document_number": f"{_SAMPLE_MARK}: {sample.province} {sample.validity}".strip()[:120],
    }


def _check_item(code: str, name: str, nature: FeeNature, is_voluntary: bool) -> None:
    if not name or len(name) > _NAME_LENGTH:
        raise FeesRefusedError("item_unnamed", most=_NAME_LENGTH)
    if not _CODE.fullmatch(code) or len(code) > _CODE_LENGTH:
        raise FeesRefusedError("item_uncoded", most=_CODE_LENGTH)
    if not is_school_money(code, name):
        raise FeesRefusedError("not_school_money", name=name)
    if nature is FeeNature.DONATION and not is_voluntary:
        raise FeesRefusedError("donation_is_voluntary", name=name)


def _check_rate(amount: Dong, cap: Dong | None, valid_from: dt.date, valid_to: dt.date | None) -> None:
    if amount <= ZERO:
        raise FeesRefusedError("rate_not_positive", amount=amount)
    if cap is not None and amount > cap:
        raise FeesRefusedError("rate_above_cap", amount=amount, cap=cap)
    if valid_to is not None and valid_to < valid_from:
        raise FeesRefusedError("rate_dates")


def _refuse_overlap(
    school_id: int,
    item_id: int,
    grade: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    *,
    besides: int = 0,
) -> None:
    rates = FeeRate.objects.for_school(school_id).filter(fee_item_id=item_id, grade=grade).exclude(pk=besides)
    rates = rates.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if valid_to is not None:
        rates = rates.filter(valid_from__lte=valid_to)
    other = rates.first()
    if other is not None:
        raise FeesRefusedError("rate_overlaps", day=other.valid_from, amount=other.amount)


def _end_previous(school_id: int, item: FeeItem, grade: str, begins: dt.date, actor: Actor) -> None:
    open_rate = (
        FeeRate.objects.for_school(school_id)
        .filter(fee_item=item, grade=grade, valid_to__isnull=True, valid_from__lt=begins)
        .first()
    )
    if open_rate is not None:
        end_rate(school_id, rate_id=open_rate.pk, valid_to=begins - dt.timedelta(days=1), actor=actor)


def _last_use(
    school_id: int, item_id: int, first: dt.date | None = None, last: dt.date | None = None
) -> dt.date | None:
    """The latest pricing day of issued rounds with the item, within a span; None when there is none."""
    rounds = (
        CollectionRound.objects.for_school(school_id)
        .exclude(state=RoundState.DRAFT.value)
        .filter(items__fee_item_id=item_id)
    )
    if first is not None:
        rounds = rounds.filter(priced_on__gte=first)
    if last is not None:
        rounds = rounds.filter(priced_on__lte=last)
    found: dt.date | None = rounds.aggregate(last=Max("priced_on"))["last"]
    return found


def _unplan(school_id: int, item_id: int) -> None:
    """Previews that rest on the item are out of date."""
    CollectionRound.objects.for_school(school_id).filter(
        state=RoundState.DRAFT.value,
        pk__in=CollectionRound.objects.for_school(school_id).filter(items__fee_item_id=item_id).values("pk"),
    ).update(planned_at=None)


def _item(school_id: int, item_id: int) -> FeeItem:
    item = FeeItem.objects.for_school(school_id).filter(pk=item_id).first()
    if item is None:
        raise FeesRefusedError("no_such_item")
    return item  # type: ignore[no-any-return]


def _rate(school_id: int, rate_id: int) -> FeeRate:
    rate = FeeRate.objects.for_school(school_id).select_related("fee_item").filter(pk=rate_id).first()
    if rate is None:
        raise FeesRefusedError("no_such_rate")
    return rate  # type: ignore[no-any-return]
