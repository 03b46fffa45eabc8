"""Collection rounds as drafts: what is charged, to whom, from which day's rates, until when, to which account.

Every change makes the last preview out of date (`planned_at` is emptied). Only drafts change: every function here
refuses an issued or closed round with `round_not_draft`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import IntegrityError

from truongso.fees.models import CollectionRound, PlannedLine, RoundClass, RoundItem
from truongso.fees.types import FeesRefusedError, FeeUnit, RoundState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.names import tidy

_NAME_LENGTH = 160
_MOST_UNITS = 366  # no unit is shorter than a day, no round longer than a year


@transaction_required
def create_round(
    school_id: int,
    *,
    name: str,
    school_year_id: int,
    priced_on: dt.date,
    due_on: dt.date,
    bank_account_id: int,
    actor: Actor,
    allows_partial: bool = False,
) -> CollectionRound:
    """Start a draft; `allows_partial` lets families pay in parts.

    Refused: `round_unnamed`, `due_before_priced`, `no_such_account` (not one of this school).
    """
    name = _checked_name(name)
    _check_days(priced_on, due_on)
    try:
        with savepoint():
            made: CollectionRound = CollectionRound.objects.create(
                school_id=school_id, name=name, school_year_id=school_year_id, priced_on=priced_on, due_on=due_on,
                bank_account_id=bank_account_id, allows_partial=allows_partial, created_at=clock.now(),
                created_by=actor.user_id,
            )  # fmt: skip
    except IntegrityError as error:
        raise FeesRefusedError("no_such_account") from error
    _record(actor, "create", made, name=name)
    return made


@transaction_required
def update_round(
    school_id: int,
    *,
    round_id: int,
    name: str,
    priced_on: dt.date,
    due_on: dt.date,
    bank_account_id: int,
    actor: Actor,
    allows_partial: bool | None = None,
) -> CollectionRound:
    """Change name, pricing day, due day, receiving account or paying in parts (None: as it is) of a draft.

    Refused as in `create_round`.
    """
    draft = locked_draft(school_id, round_id)
    name = _checked_name(name)
    _check_days(priced_on, due_on)
    draft.name, draft.priced_on, draft.due_on, draft.bank_account_id = (
        name,
        priced_on,
        due_on,
        bank_account_id,
    )
    if allows_partial is not None:
        draft.allows_partial = allows_partial
    try:
        with savepoint():
            _touch(draft, "name", "priced_on", "due_on", "bank_account", "allows_partial")
    except IntegrityError as error:
        raise FeesRefusedError("no_such_account") from error
    _record(actor, "update", draft, name=name, priced_on=priced_on.isoformat(), due_on=due_on.isoformat())
    return draft


@transaction_required
def set_items(school_id: int, *, round_id: int, quantities: Mapping[int, int], actor: Actor) -> CollectionRound:
    """Replace the items of a draft: fee item id → number of units.

    Refused: `quantity_out_of_range` (1–366), `no_such_item`.
    """
    draft = locked_draft(school_id, round_id)
    if any(not 1 <= quantity <= _MOST_UNITS for quantity in quantities.values()):
        raise FeesRefusedError("quantity_out_of_range", most=_MOST_UNITS)
    try:
        with savepoint():
            RoundItem.objects.for_school(school_id).filter(round=draft).delete()
            RoundItem.objects.bulk_create(
                RoundItem(school_id=school_id, round=draft, fee_item_id=item_id, quantity=quantity)
                for item_id, quantity in quantities.items()
            )
    except IntegrityError as error:
        raise FeesRefusedError("no_such_item") from error
    _touch(draft)
    _record(actor, "items", draft, items={str(item_id): quantity for item_id, quantity in quantities.items()})
    return draft


@transaction_required
def set_classes(school_id: int, *, round_id: int, class_ids: Collection[int], actor: Actor) -> CollectionRound:
    """Replace the classes of a draft. Refused: `no_such_class` (unknown, or of another school or school year)."""
    draft = locked_draft(school_id, round_id)
    wanted = sorted(set(class_ids))
    try:
        with savepoint():
            RoundClass.objects.for_school(school_id).filter(round=draft).delete()
            RoundClass.objects.bulk_create(
                RoundClass(school_id=school_id, round=draft, school_class_id=class_id) for class_id in wanted
            )
            of_year = RoundClass.objects.for_school(school_id).filter(
                round=draft, school_class__school_year_id=draft.school_year_id
            )
            if of_year.count() != len(wanted):
                raise FeesRefusedError("no_such_class")
    except IntegrityError as error:
        raise FeesRefusedError("no_such_class") from error
    _touch(draft)
    _record(actor, "classes", draft, classes=wanted)
    return draft


def repeating_items(school_id: int, round_id: int) -> dict[int, int]:
    """Items of a round that come again every month (id → quantity), without those out of use; 1 query."""
    items = RoundItem.objects.for_school(school_id).filter(
        round_id=round_id, fee_item__is_active=True, fee_item__unit__in=[FeeUnit.MONTH.value, FeeUnit.DAY.value]
    )
    return dict(items.order_by("pk").values_list("fee_item_id", "quantity"))


@transaction_required
def copy_round(
    school_id: int, *, source_id: int, name: str, priced_on: dt.date, due_on: dt.date, actor: Actor
) -> CollectionRound:
    """A new draft with the items, quantities, classes and account of an earlier round (of any state).

    Items taken out of use since are left out, and so are those charged once or by semester or year: a family would
    pay them again. Refused as in `create_round`, and `no_such_round`.
    """
    source = CollectionRound.objects.for_school(school_id).filter(pk=source_id).first()
    if source is None:
        raise FeesRefusedError("no_such_round")
    made = create_round(
        school_id, name=name, school_year_id=source.school_year_id, priced_on=priced_on, due_on=due_on,
        bank_account_id=source.bank_account.present.pk, allows_partial=source.allows_partial, actor=actor,
    )  # fmt: skip
    quantities = repeating_items(school_id, source.pk)
    classes = RoundClass.objects.for_school(school_id).filter(round=source)
    set_items(school_id, round_id=made.pk, quantities=quantities, actor=actor)
    return set_classes(
        school_id,
        round_id=made.pk,
        class_ids=list(classes.values_list("school_class_id", flat=True)),
        actor=actor,
    )


@transaction_required
def allow_parts(school_id: int, *, round_id: int, allows: bool, actor: Actor) -> CollectionRound:
    """Let families pay a round in parts, or no longer; of any state, since it changes no amount."""
    found = locked_round(school_id, round_id)
    found.allows_partial = allows
    found.save(update_fields=["allows_partial"])
    _record(actor, "parts", found, allows=allows)
    return found


@transaction_required
def delete_draft(school_id: int, *, round_id: int, actor: Actor) -> None:
    """Throw a draft away; the audit trail keeps that it was."""
    draft = locked_draft(school_id, round_id)
    _record(actor, "delete", draft, name=draft.name)
    PlannedLine.objects.for_school(school_id).filter(round=draft).delete()
    RoundItem.objects.for_school(school_id).filter(round=draft).delete()
    RoundClass.objects.for_school(school_id).filter(round=draft).delete()
    CollectionRound.objects.for_school(school_id).filter(pk=draft.pk, state=RoundState.DRAFT.value).delete()


def locked_round(school_id: int, round_id: int) -> CollectionRound:
    """The round, held by this transaction (on SQLite the transaction itself is the only writer)."""
    query = CollectionRound.objects.for_school(school_id).filter(pk=round_id)
    query = query.select_for_update()
    found = query.first()
    if found is None:
        raise FeesRefusedError("no_such_round")
    return found  # type: ignore[no-any-return]


def locked_draft(school_id: int, round_id: int) -> CollectionRound:
    """The draft, held by this transaction; `round_not_draft` when it is issued or closed."""
    found = locked_round(school_id, round_id)
    if found.state != RoundState.DRAFT.value:
        raise FeesRefusedError("round_not_draft", name=found.name)
    return found


def _touch(draft: CollectionRound, *fields: str) -> None:
    draft.planned_at = None
    draft.save(update_fields=["planned_at", *fields])


def _checked_name(name: str) -> str:
    name = tidy(name)
    if not name or len(name) > _NAME_LENGTH:
        raise FeesRefusedError("round_unnamed", most=_NAME_LENGTH)
    return name


def _check_days(priced_on: dt.date, due_on: dt.date) -> None:
    if due_on < priced_on:
        raise FeesRefusedError("due_before_priced")


def _record(actor: Actor, verb: str, round_: CollectionRound, **params: object) -> None:
    audit.record(
        actor,
        f"fees:round:{verb}",
        school_id=round_.school_id,
        subject=("round", round_.pk),
        params=dict(params),
    )
