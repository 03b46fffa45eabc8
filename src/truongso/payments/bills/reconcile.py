"""The partner's own list of a day against ours: differences are kept until they are gone or explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.kernel.money import Dong, total
from truongso.organizations.public import School
from truongso.payments.bills import calls
from truongso.payments.bills.inquiry import plausible_day
from truongso.payments.bills.models import BillPartner, BillReconciliation, BillTransaction
from truongso.payments.bills.partners import served_school
from truongso.payments.bills.requests import Reconcile
from truongso.payments.bills.services import Call, actor_of
from truongso.payments.bills.types import BillCode, BillRefusedError, BillState, DifferenceKind, ReconcileState

Side = Mapping[str, tuple[Dong, str]]  # transaction id → amount and state (booked, reversed)


def differences(ours: Side, theirs: Side) -> list[dict[str, Any]]:
    """How two lists of a day differ, by transaction id. A reversed one that only one side knows is no difference:
    no money moved."""
    found = []
    for key in sorted({*ours, *theirs}):
        here, there = ours.get(key), theirs.get(key)
        kind = _kind(here, there)
        if kind is not None:
            found.append(
                {
                    "kind": kind.value,
                    "transaction_id": key,
                    "ours": None if here is None else int(here[0]),
                    "theirs": None if there is None else int(there[0]),
                }
            )
    return found


def take_list(partner: BillPartner, asked: Reconcile, call: Call) -> dict[str, Any]:
    """Take a part of the partner's list; with the last part compare. Raises BillRefusedError."""
    school = served_school(partner, asked.school_code)
    plausible_day(asked.day)

    def act() -> dict[str, Any]:
        with transaction():
            reserved = calls.reserve(partner, nonce=call.nonce, path=call.path, body=call.body)
            known = calls.answered(reserved)
            return known if known is not None else calls.finish(reserved, _take(partner, school, asked))

    return retrying(act)


def ours_of(row: BillReconciliation) -> dict[str, tuple[Dong, str]]:
    """Our side of a day: what is on record but not booked yet counts as booked, the payer has paid it."""
    rows = BillTransaction.objects.for_school(row.school_id).filter(partner_id=row.partner_id, paid_on=row.day)
    return {
        key: (amount, "reversed" if state == BillState.REVERSED.value else "booked")
        for key, amount, state in rows.values_list("transaction_id", "amount", "state")
    }


def standing_differences(row: BillReconciliation) -> list[dict[str, Any]]:
    """What differs now: a late payment may have closed a gap since the list came. 1 query."""
    return differences(ours_of(row), _theirs(row)) if row.state == ReconcileState.DIFFERS.value else []


@dataclass(frozen=True, slots=True)
class DayDifference:
    """What a bank's list of a day and ours differ in: `kind` as in `DifferenceKind`, the two amounts."""

    day: dt.date
    partner: str
    kind: str
    transaction_id: str
    ours: Dong | None
    theirs: Dong | None


def bill_differences(school_id: int, first: dt.date, last: dt.date) -> list[DayDifference]:
    """What stands unexplained of these days, oldest first; 1 query and 1 for each day that differs."""
    rows = BillReconciliation.objects.for_school(school_id).filter(
        day__range=(first, last), state=ReconcileState.DIFFERS.value, explained_at__isnull=True
    )
    return [
        DayDifference(
            row.day, row.partner.name, d["kind"], d["transaction_id"], _amount(d["ours"]), _amount(d["theirs"])
        )
        for row in rows.select_related("partner").order_by("day", "pk")
        for d in standing_differences(row)
    ]


def _amount(value: int | None) -> Dong | None:
    return None if value is None else Dong(value)


@transaction_required
def explain(row: BillReconciliation, *, text: str, actor: Actor) -> None:
    """Keep why the lists differ; the day needs no more attention. BillRefusedError `malformed` without a text."""
    text = " ".join(text.split())[:300]
    if not text:
        raise BillRefusedError(BillCode.MALFORMED, field="explanation")
    row.explanation, row.explained_by, row.explained_at = text, actor.user_id, clock.now()
    row.save(update_fields=["explanation", "explained_by", "explained_at"])
    audit.record(
        actor, "payments:bill:explain", school_id=row.school_id, subject=("bill_reconciliation", row.pk), reason=text,
        params={"day": row.day.isoformat()},
    )  # fmt: skip


@transaction_required
def _take(partner: BillPartner, school: School, asked: Reconcile) -> dict[str, Any]:
    row = _row(partner, school, asked)
    row.listed[str(asked.part)] = [[t.transaction_id, int(t.amount), t.state] for t in asked.transactions]
    row.updated_at = clock.now()
    if len(row.listed) == row.parts:
        _compare(row)
        audit.record(
            actor_of(partner), "payments:bill:reconcile", school_id=school.pk, subject=("bill_reconciliation", row.pk),
            params={"day": row.day.isoformat(), "state": row.state, "differences": len(row.differences)},
        )  # fmt: skip
    row.save()
    return _answer(row)


@transaction_required
def _row(partner: BillPartner, school: School, asked: Reconcile) -> BillReconciliation:
    """The day's row; a finished one, or one of another list, starts anew."""
    made: BillReconciliation
    made, _created = BillReconciliation.objects.for_school(school).select_for_update().get_or_create(
        school=school, partner=partner, day=asked.day,
        defaults={"parts": asked.parts, "listed_total": asked.total, "updated_at": clock.now()},
    )  # fmt: skip
    same_list = (made.parts, made.listed_total) == (asked.parts, asked.total)
    if made.state != ReconcileState.INCOMPLETE.value or not same_list:
        made.parts, made.listed_total, made.listed = asked.parts, asked.total, {}
        made.state, made.differences = ReconcileState.INCOMPLETE.value, []
        made.explanation, made.explained_by, made.explained_at = "", None, None
    return made


def _compare(row: BillReconciliation) -> None:
    theirs, ours = _theirs(row), ours_of(row)
    listed = _booked(theirs)
    if listed != row.listed_total:
        raise BillRefusedError(BillCode.TOTAL_DIFFERS, total=int(row.listed_total), transactions=int(listed))
    row.differences, row.our_total = differences(ours, theirs), _booked(ours)
    row.state = (ReconcileState.DIFFERS if row.differences else ReconcileState.AGREES).value


def _theirs(row: BillReconciliation) -> dict[str, tuple[Dong, str]]:
    found: dict[str, tuple[Dong, str]] = {}
    for part in row.listed.values():
        for key, amount, state in part:
            if key in found:
                raise BillRefusedError(BillCode.MALFORMED, field="transactions", transaction_id=key)
            found[key] = (Dong(amount), state)
    return found


def _answer(row: BillReconciliation) -> dict[str, Any]:
    theirs = _theirs(row)
    complete = row.state != ReconcileState.INCOMPLETE.value
    return {
        "date": row.day.isoformat(),
        "state": row.state,
        "count": len([1 for _amount, state in theirs.values() if state == "booked"]),
        "total": int(_booked(theirs)),
        "our_count": len([1 for _amount, state in ours_of(row).values() if state == "booked"]) if complete else None,
        "our_total": int(row.our_total) if complete else None,
        "differences": row.differences,
    }


def _booked(side: Side) -> Dong:
    return total(amount for amount, state in side.values() if state == "booked")


def _kind(here: tuple[Dong, str] | None, there: tuple[Dong, str] | None) -> DifferenceKind | None:
    if here is None or there is None:
        only = here or there
        if only is None or only[1] == "reversed":
            return None
        return DifferenceKind.MISSING_HERE if here is None else DifferenceKind.MISSING_THERE
    if here[0] != there[0]:
        return DifferenceKind.AMOUNT_DIFFERS
    return None if here[1] == there[1] else DifferenceKind.STATE_DIFFERS
