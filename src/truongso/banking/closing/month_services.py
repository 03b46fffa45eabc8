"""Closing months of the books: signed by two, after every account and the cash box are closed; reopened by two."""

from __future__ import annotations

from truongso.banking.closing import lifecycle
from truongso.banking.closing.models import MonthClose
from truongso.banking.closing.months import MonthFigures, month_figures
from truongso.banking.closing.queries import month_closes
from truongso.banking.closing.signatures import is_genuine, month_digest, signature
from truongso.banking.closing.types import STANDING, CloseState, ClosingRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.ledger.public import close_month, open_month
from truongso.organizations.public import School, lock_school


@transaction_required
def sign_month(school: School, *, year: int, month: int, note: str, seen: str, actor: Actor) -> MonthClose:
    """Sign a month; from now on it takes no entry. `seen` is the digest of the figures that the person looked at.

    Raises ClosingRefusedError `needs_person`, the code of what is in the way (`month_not_over`, `month_closed`,
    `earlier_open`, `account_open`, `cash_open`), `figures_changed`.
    """
    who = lifecycle.person(actor)
    lock_school(school)
    for blocker in month_figures(school, year, month).blockers:
        raise ClosingRefusedError(blocker.code, **blocker.params)
    close_month(school.pk, year, month)  # waits for entries under way; the figures are those after them
    figures = month_figures(school, year, month)
    if seen != figures.seen:
        raise ClosingRefusedError("figures_changed")
    row = MonthClose(
        school_id=school.pk, year=year, month=month, postings=figures.postings, moved=figures.moved,
        postings_digest=figures.postings_digest, details=figures.details(),
        note=" ".join(note.split())[: lifecycle.LONGEST_NOTE], signed_at=clock.now(), signed_by=who,
    )  # fmt: skip
    row.digest = month_digest(row)
    row.signature = signature(row)
    row.save(force_insert=True)
    _note(actor, "sign", row)
    return row


@transaction_required
def confirm_month(school: School, *, close_id: int, seen: str, actor: Actor) -> MonthClose:
    """The principal signs too.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_signed` (state), `same_person`, `figures_changed`.
    """
    lock_school(school)
    row = lifecycle.held(MonthClose, school.pk, close_id)
    who = lifecycle.require_signed_by_other(row, actor)
    figures = month_figures(school, row.year, row.month)
    if seen != row.digest or not is_genuine(row) or not _same(row, figures):
        raise ClosingRefusedError("figures_changed")
    lifecycle.decide(row, CloseState.CONFIRMED, who)
    _note(actor, "confirm", row)
    return row


@transaction_required
def refuse_month(school: School, *, close_id: int, reason: str, actor: Actor) -> MonthClose:
    """The principal sends it back with a reason: the month takes entries again.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_signed` (state), `same_person`, `reason_missing`,
    `not_last`.
    """
    why = lifecycle.reason_of(reason)
    lock_school(school)
    row = lifecycle.held(MonthClose, school.pk, close_id)
    who = lifecycle.require_signed_by_other(row, actor)
    _require_last(row)
    lifecycle.decide(row, CloseState.REFUSED, who, why)
    open_month(school.pk, row.year, row.month)
    _note(actor, "refuse", row, why)
    return row


@transaction_required
def ask_month_reopening(school: School, *, close_id: int, reason: str, actor: Actor) -> MonthClose:
    """Ask to open the last closed month again; nothing opens until another person agrees.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_confirmed` (state), `not_last`, `asked_before`,
    `reason_missing`.
    """
    who, why = lifecycle.person(actor), lifecycle.reason_of(reason)
    lock_school(school)
    row = lifecycle.held(MonthClose, school.pk, close_id)
    _require_last(row)
    lifecycle.ask(row, who, why)
    _note(actor, "ask_reopening", row, why)
    return row


@transaction_required
def reopen_month(school: School, *, close_id: int, actor: Actor) -> MonthClose:
    """A second person opens the month again.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_confirmed` (state), `not_last`, `not_asked`,
    `same_person`.
    """
    who = lifecycle.person(actor)
    lock_school(school)
    row = lifecycle.held(MonthClose, school.pk, close_id)
    _require_last(row)
    lifecycle.reopen(row, who)
    open_month(school.pk, row.year, row.month)
    _note(actor, "reopen", row, row.reopen_reason)
    return row


def _same(row: MonthClose, figures: MonthFigures) -> bool:
    return (row.postings, row.moved, row.postings_digest) == (
        figures.postings, figures.moved, figures.postings_digest,
    )  # fmt: skip


def _require_last(row: MonthClose) -> None:
    latest = month_closes(row.school_id).filter(state__in=STANDING).first()
    if latest is None or latest.pk != row.pk:
        raise ClosingRefusedError("not_last")


def _note(actor: Actor, verb: str, row: MonthClose, reason: str = "") -> None:
    audit.record(
        actor, f"banking:month_close:{verb}", school_id=row.school_id, subject=("month_close", row.public_id),
        params={"month": f"{row.year}-{row.month:02}", "digest": row.digest}, reason=reason,
    )  # fmt: skip
