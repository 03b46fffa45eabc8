"""Issuing a round: the plan becomes invoices, once.

`start_issue` closes the draft in one conditional step; from then on the plan is frozen. The job works through the
pupils in chunks, each one transaction that holds the round's row. A chunk leaves out pupils who already have their
invoice, so a killed job, a second job or two workers at once change nothing about the result; UNIQUE (school, round,
student) stands behind that.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F, Sum

from truongso.fees.bookkeeping import charge_leg
from truongso.fees.class_order import invoice_key
from truongso.fees.events import InvoicesIssued
from truongso.fees.models import CollectionRound, Invoice, PlannedLine
from truongso.fees.pricing import rate_for
from truongso.fees.queries.inputs import classes_of, rates_of, round_items
from truongso.fees.queries.plans import plan_totals, problems
from truongso.fees.services.plan import renew_plan
from truongso.fees.services.rounds import locked_round
from truongso.fees.types import FeesRefusedError, LineKind, RoundState, new_code
from truongso.kernel import audit, clock, jobs, names, outbox
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.kernel.ids import new_public_ids
from truongso.kernel.models import Job
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.sql_values import rows_as
from truongso.ledger.public import NewEntry, account_ids, post_many
from truongso.ledger.types import EntryKind
from truongso.organizations.public import template_for
from truongso.people.public import SchoolClass, Student, payers_or_guardians

JOB_KIND = "fees.issue_round"
CHUNK = 1000

# Words of the paper itself, which is Vietnamese whatever language a page is read in.
_REASON = "{round} – lớp {class_name}"
_PAYER_UNKNOWN = "Phụ huynh em {student}"
_PUPIL_COLUMNS = {
    "student_id": "bigint", "family_id": "bigint", "class_id": "bigint", "code": "text", "public_id": "text",
    "payer": "text", "name": "text", "fold": "text", "sort_key": "text", "due": "bigint",
}  # fmt: skip
_ROUND_IN_REASON, _REASON_LENGTH, _NAME_LENGTH, _BASIS_LENGTH, _FOLD_LENGTH = 150, 200, 120, 300, 400


@dataclass(frozen=True, slots=True)
class Issued:
    """What a chunk brought about."""

    invoice_ids: list[int]
    amount: Dong


@transaction_required
def start_issue(school_id: int, *, round_id: int, seen_invoices: int, seen_amount: Dong, actor: Actor) -> Job:
    """Freeze the draft and start its issue.

    The plan is computed once more; what the person saw (`seen_invoices`, `seen_amount`) must still be true.
    Refused, with nothing changed: `already_issued`, `blocked` (params: problems), `nothing_to_issue`, `plan_changed`
    (params: invoices, amount).
    """
    found = locked_round(school_id, round_id)
    if found.state != RoundState.DRAFT.value:
        raise FeesRefusedError("already_issued", name=found.name)
    renew_plan(school_id, round_id=round_id)
    blocking = [p for p in problems(found) if p.blocking]
    if blocking:
        raise FeesRefusedError("blocked", problems=blocking)
    totals = plan_totals(found)
    if not totals.invoices:
        raise FeesRefusedError("nothing_to_issue", name=found.name)
    if (totals.invoices, totals.amount) != (seen_invoices, seen_amount):
        raise FeesRefusedError("plan_changed", invoices=totals.invoices, amount=totals.amount)
    CollectionRound.objects.for_school(school_id).filter(pk=round_id, state=RoundState.DRAFT.value).update(
        state=RoundState.ISSUED.value, issued_at=clock.now(),
        payment_template=template_for(found.school, clock.today()),
    )  # fmt: skip
    audit.record(
        actor, "fees:round:issue", school_id=school_id, subject=("round", round_id),
        params={"invoices": totals.invoices, "amount": totals.amount.value, "pupils_with_nothing_to_pay": totals.zero},
    )  # fmt: skip
    return _start_job(school_id, round_id, actor)


@transaction_required
def resume_issue(school_id: int, *, round_id: int, actor: Actor) -> Job:
    """Start the job again after it failed or its worker died; a finished or running one is left alone.

    Refused: `round_not_issued` for a draft.
    """
    found = locked_round(school_id, round_id)
    if found.state == RoundState.DRAFT.value:
        raise FeesRefusedError("round_not_issued", name=found.name)
    return _start_job(school_id, round_id, actor)


def owing_students(school_id: int, round_id: int) -> list[int]:
    """Pupils of the frozen plan with something to pay, by class and name; 1 query."""
    rows = (
        PlannedLine.objects.for_school(school_id)
        .filter(round_id=round_id)
        .values("student_id")
        .annotate(due=Sum("amount"), c=F("school_class__name"), n=F("student__sort_key"))
        .filter(due__gt=0)
    )
    ordered = sorted(rows, key=lambda r: (invoice_key(r["c"], r["n"]), r["student_id"]))
    return [r["student_id"] for r in ordered]


@transaction_required
def issue_chunk(school_id: int, *, round_id: int, student_ids: Sequence[int], actor: Actor) -> Issued:
    """Issue the invoices of these pupils that are not issued yet: invoices, lines, books, audit, event.

    Refused: `round_not_issued` (a draft, or closed before it was complete).
    """
    found = locked_round(school_id, round_id)
    if found.state != RoundState.ISSUED.value:
        raise FeesRefusedError("round_not_issued", name=found.name)
    pupils = _pupils(found, student_ids)
    if not pupils:
        return Issued([], ZERO)
    now = clock.now()
    codes = _fresh_codes(found, len(pupils))
    invoice_ids = _insert_invoices(found, pupils, codes, now)
    _insert_lines(found, pupils, invoice_ids, now, actor)
    _post(found, pupils, invoice_ids, clock.school_date(now), actor)
    issued = Issued(invoice_ids, total(p.due for p in pupils))
    audit.record(
        actor, "fees:invoices:issue", school_id=school_id, subject=("round", round_id),
        params={"first": codes[0], "last": codes[-1], "count": len(pupils), "amount": issued.amount.value},
    )  # fmt: skip
    outbox.emit(InvoicesIssued(school_id=school_id, round_id=round_id, invoice_ids=invoice_ids))
    return issued


@transaction_required
def close_round(school_id: int, *, round_id: int, actor: Actor) -> CollectionRound:
    """Close an issued round: it takes no more invoices and counts as finished. Money may still come.

    Refused: `round_not_issued` (a draft or already closed), `issue_unfinished`.
    """
    found = locked_round(school_id, round_id)
    if found.state != RoundState.ISSUED.value:
        raise FeesRefusedError("round_not_issued", name=found.name)
    missing = len(owing_students(school_id, round_id)) - _issued(found).count()
    if missing:
        raise FeesRefusedError("issue_unfinished", count=missing)
    found.state, found.closed_at = RoundState.CLOSED.value, clock.now()
    found.save(update_fields=["state", "closed_at"])
    audit.record(actor, "fees:round:close", school_id=school_id, subject=("round", round_id))
    return found


def _start_job(school_id: int, round_id: int, actor: Actor) -> Job:
    return jobs.start(
        JOB_KIND, school_id=school_id, key=str(round_id), started_by=actor.user_id,
        params={"round_id": round_id, "actor": actor.label},
    )  # fmt: skip


def _issued(round_: CollectionRound) -> Any:
    return Invoice.objects.for_school(round_.school_id).filter(round=round_)


@dataclass(slots=True)
class _Pupil:
    """What an invoice copies from the roster."""

    student_id: int
    class_id: int
    family_id: int
    name: str
    name_fold: str
    sort_key: str
    class_name: str
    payer: str = ""
    due: Dong = ZERO
    due_by_nature: dict[str, Dong] = field(default_factory=dict)


def _pupils(round_: CollectionRound, student_ids: Sequence[int]) -> list[_Pupil]:
    """The pupils of the chunk without an invoice, in the order asked for; 5 queries without joins over the plan."""
    school_id = round_.school_id
    done = set(_issued(round_).filter(among("student_id", student_ids)).values_list("student_id", flat=True))
    wanted = [s for s in student_ids if s not in done]
    if not wanted:
        return []
    natures = {i.fee_item_id: i.fee_item.nature for i in round_items(round_)}
    classes = dict(SchoolClass.objects.for_school(school_id).values_list("pk", "name"))
    plan = PlannedLine.objects.for_school(school_id).filter(among("student_id", wanted), round=round_, amount__gt=0)
    students = (
        Student.objects.for_school(school_id)
        .filter(among("pk", wanted))
        .values_list("pk", "family_id", "full_name", "name_fold", "sort_key")
    )
    payers = payers_or_guardians(school_id, wanted)
    who = {pk: (family, name, fold, key) for pk, family, name, fold, key in students}
    found: dict[int, _Pupil] = {}
    for student_id, class_id, item_id, due in plan.values_list(
        "student_id", "school_class_id", "fee_item_id", "amount"
    ):
        pupil = found.get(student_id)
        if pupil is None:
            pupil = found[student_id] = _Pupil(student_id, class_id, *who[student_id], classes[class_id])
            unknown = _PAYER_UNKNOWN.format(student=pupil.name)[:_NAME_LENGTH]
            pupil.payer = payers.get(student_id) or unknown
        nature = natures[item_id]
        pupil.due_by_nature[nature] = pupil.due_by_nature.get(nature, ZERO) + due
        pupil.due = pupil.due + due
    return [found[s] for s in wanted if s in found]


def _insert_invoices(
    round_: CollectionRound, pupils: Sequence[_Pupil], codes: Sequence[str], now: dt.datetime
) -> list[int]:
    """Insert the invoices, one for each pupil and code; returns their ids in the order of the pupils."""
    pupil, pupil_params = rows_as(
        "pupil",
        _PUPIL_COLUMNS,
        [
            (p.student_id, p.family_id, p.class_id, code, public_id, p.payer, p.name, _fold(p, code),
             invoice_key(p.class_name, p.sort_key), p.due.value)
            for p, code, public_id in zip(pupils, codes, new_public_ids(len(pupils)), strict=True)
        ],
    )  # fmt: skip
    classes = sorted({(p.class_id, p.class_name, _reason(round_.name, p.class_name)) for p in pupils})
    taught, class_params = rows_as("taught", {"id": "bigint", "name": "text", "reason": "text"}, classes)
    account = round_.bank_account
    sql = f"""
        WITH {pupil}, {taught}
        INSERT INTO fees_invoice (school_id, public_id, code, round_id, student_id, family_id, school_class_id,
            bank_account_id, payer_name, beneficiary_name, reason, student_name, class_name, search_fold, sort_key,
            total, paid, due_on, issued_at)
        SELECT %s, p.public_id, p.code, %s, p.student_id, p.family_id, p.class_id, %s, p.payer, %s, t.reason, p.name,
            t.name, p.fold, p.sort_key, p.due, 0, %s, %s
        FROM pupil p JOIN taught t ON t.id = p.class_id
        RETURNING id, student_id
    """  # noqa: S608 - no value is written into the text
    params = [
        *pupil_params, *class_params, round_.school_id, round_.pk, account.pk, account.holder_name, round_.due_on,
        connection.ops.adapt_datetimefield_value(now),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        of_student = {student_id: int(pk) for pk, student_id in cursor.fetchall()}
    return [of_student[p.student_id] for p in pupils]


def _fresh_codes(round_: CollectionRound, count: int) -> list[str]:
    """Codes this school has never used. Two rounds drawing the same one at once is left to the unique key: the chunk
    fails as a whole and is done again by the job."""
    prefix, draw = round_.school.invoice_prefix, random.Random(secrets.randbits(256))  # noqa: S311 - a code is no secret
    fresh: list[str] = []
    seen: set[str] = set()
    while len(fresh) < count:
        drawn = {new_code(prefix, draw) for _ in range(count - len(fresh))} - seen
        seen |= drawn
        codes = Invoice.objects.for_school(round_.school_id).filter(among("code", drawn))
        fresh += sorted(drawn - set(codes.values_list("code", flat=True)))
    return fresh


def _reason(round_name: str, class_name: str) -> str:
    """What the money is for, without the child's name: it travels through banks."""
    return _REASON.format(round=round_name[:_ROUND_IN_REASON], class_name=class_name)[:_REASON_LENGTH]


def _fold(p: _Pupil, code: str) -> str:
    return f"{p.name_fold} {names.fold(p.payer)} {names.fold(p.class_name)} {code}"[:_FOLD_LENGTH]


def _insert_lines(
    round_: CollectionRound,
    pupils: Sequence[_Pupil],
    invoice_ids: Sequence[int],
    now: dt.datetime,
    actor: Actor,
) -> None:
    """Copy the plan's lines of these invoices by one INSERT … SELECT, each with the law it rests on."""
    basis, basis_params = rows_as(
        "basis",
        {"fee_item_id": "bigint", "school_class_id": "bigint", "legal_basis": "text"},
        _legal_bases(round_, {p.class_id for p in pupils}),
    )
    chunk, chunk_params = rows_as(
        "chunk",
        {"student_id": "bigint", "invoice_id": "bigint"},
        [(p.student_id, pk) for p, pk in zip(pupils, invoice_ids, strict=True)],
    )
    sql = f"""
        WITH {basis}, {chunk}
        INSERT INTO fees_invoiceline (school_id, invoice_id, fee_item_id, kind, description, nature, quantity,
            unit_amount, gross, reduction_percent, reduction, reduction_basis, legal_basis, amount, credited, paid,
            created_at, created_by)
        SELECT p.school_id, k.invoice_id, p.fee_item_id, %s, f.name, f.nature, p.quantity, p.unit_amount, p.gross,
            p.reduction_percent, p.reduction, p.reduction_basis, b.legal_basis, p.amount, 0, 0, %s, %s
        FROM chunk k
        JOIN fees_plannedline p ON p.school_id = %s AND p.round_id = %s AND p.student_id = k.student_id
        JOIN fees_feeitem f ON f.school_id = p.school_id AND f.id = p.fee_item_id
        JOIN basis b ON b.fee_item_id = p.fee_item_id AND b.school_class_id = p.school_class_id
        ORDER BY k.invoice_id, p.id
    """  # noqa: S608 - no value is written into the text
    params = [
        *basis_params,
        *chunk_params,
        LineKind.CHARGE.value,
        connection.ops.adapt_datetimefield_value(now),
        actor.user_id,
        round_.school_id,
        round_.pk,
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _legal_bases(round_: CollectionRound, class_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """Rows (item, class, text): the item's legal basis and the document that set the rate of the class's grade."""
    classes = classes_of(round_).filter(school_class_id__in=class_ids)
    grades = list(classes.values_list("school_class_id", "school_class__grade"))
    found = []
    for item in round_items(round_):
        rates = rates_of(round_.school_id, item.fee_item_id)
        for class_id, grade in grades:
            rate = rate_for(rates, grade, round_.priced_on)
            texts = [item.fee_item.legal_basis, rate.document if rate else ""]
            found.append((item.fee_item_id, class_id, "; ".join(dict.fromkeys(filter(None, texts)))[:_BASIS_LENGTH]))
    return found


def _post(
    round_: CollectionRound, pupils: Sequence[_Pupil], invoice_ids: Sequence[int], day: dt.date, actor: Actor
) -> None:
    """One entry for each invoice, one posting for each nature of money on it."""
    accounts = account_ids(round_.school_id)
    entries = [
        NewEntry(
            kind=EntryKind.INVOICE, source_id=invoice_id, occurred_on=day,
            legs=tuple(charge_leg(accounts, nature, due) for nature, due in pupil.due_by_nature.items()),
        )
        for pupil, invoice_id in zip(pupils, invoice_ids, strict=True)
    ]  # fmt: skip
    post_many(round_.school_id, entries=entries, actor_id=actor.user_id)
