"""Closing days: signed by the accountant, confirmed by the principal, locked; reopened by two people with a reason.

Locks: school → closing book of the account → the closing itself. Whatever moves the account holds its closing book
shared (trigger), so that signing waits for movements under way and sees their outcome.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max

from truongso.banking.closing import lifecycle
from truongso.banking.closing.models import CloseBook, DayClose
from truongso.banking.closing.queries import LONGEST, book_state, day_figures, first_reopened, standing_closes
from truongso.banking.closing.signatures import day_digest, is_genuine, same_figures, seen_digest, signature
from truongso.banking.closing.types import STANDING, CloseState, ClosingRefusedError, DayFigures
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.ledger.public import closed_months
from truongso.organizations.public import BankAccount, School, lock_school


@transaction_required
def sign_days(
    school: School, account: BankAccount | None, *, first: dt.date, last: dt.date, note: str, seen: str, actor: Actor
) -> DayClose:
    """Sign the figures of the next days of an account (None: the cash box); from now on they take no movement.

    `seen` is the digest of the figures that the person looked at. Raises ClosingRefusedError `needs_person`,
    `nothing_next`, `not_next` (day), `ends_before_start`, `too_long` (days), `not_over`, the code of what is in the way
    of these days (`flagged`, `partial`, `missing_days`, `balance_breaks`, `opening_differs`, `unexplained`,
    `not_counted`), `figures_changed`, `note_missing`, `passed_over` (first, last: days between that are never closed).
    """
    who = lifecycle.person(actor)
    lock_school(school)
    book = _held_book(school.pk, account)
    _check_days(school, account, first, last)
    figures = day_figures(school.pk, account, first, last)
    words = " ".join(note.split())[: lifecycle.LONGEST_NOTE]
    for blocker in figures.blockers:
        raise ClosingRefusedError(blocker.code, **blocker.params)
    if seen != seen_digest(figures):
        raise ClosingRefusedError("figures_changed")
    if figures.needs_note and not words:
        raise ClosingRefusedError("note_missing")
    if book is not None and not words:
        _check_passed_over(book, first)
    row = _row(school.pk, account, figures, words)
    row.signed_at, row.signed_by = clock.now(), who
    row.digest = day_digest(row)
    row.signature = signature(row)
    row.save(force_insert=True)
    _relock(book)
    _note(actor, "sign", row)
    return row


@transaction_required
def confirm_days(school: School, *, close_id: int, seen: str, actor: Actor) -> DayClose:
    """The principal signs too: the same figures, still what statement and books say.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_signed` (state), `same_person`, `figures_changed`.
    """
    lock_school(school)
    row = lifecycle.held(DayClose, school.pk, close_id)
    who = lifecycle.require_signed_by_other(row, actor)
    if seen != row.digest or not is_genuine(row) or not _still_holds(row):
        raise ClosingRefusedError("figures_changed")
    lifecycle.decide(row, CloseState.CONFIRMED, who)
    _note(actor, "confirm", row)
    return row


@transaction_required
def refuse_days(school: School, *, close_id: int, reason: str, actor: Actor) -> DayClose:
    """The principal sends it back with a reason: the days are open again.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_signed` (state), `same_person`, `reason_missing`,
    `not_last`.
    """
    why = lifecycle.reason_of(reason)
    row, book = _held_close(school, close_id)
    who = lifecycle.require_signed_by_other(row, actor)
    _require_last(row)
    lifecycle.decide(row, CloseState.REFUSED, who, why)
    _relock(book)
    _note(actor, "refuse", row, why)
    return row


@transaction_required
def ask_reopening(school: School, *, close_id: int, reason: str, actor: Actor) -> DayClose:
    """Ask to open the last closed days again; nothing opens until another person agrees.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_confirmed` (state), `not_last`, `month_closed`,
    `asked_before`, `reason_missing`.
    """
    who, why = lifecycle.person(actor), lifecycle.reason_of(reason)
    row, _book = _held_close(school, close_id)
    _require_reopenable(row)
    lifecycle.ask(row, who, why)
    _note(actor, "ask_reopening", row, why)
    return row


@transaction_required
def reopen_days(school: School, *, close_id: int, actor: Actor) -> DayClose:
    """A second person opens the last closed days again.

    Raises ClosingRefusedError `needs_person`, `unknown_close`, `not_confirmed` (state), `not_last`, `month_closed`,
    `not_asked`, `same_person`.
    """
    who = lifecycle.person(actor)
    row, book = _held_close(school, close_id)
    _require_reopenable(row)
    lifecycle.reopen(row, who)
    _relock(book)
    _note(actor, "reopen", row, row.reopen_reason)
    return row


def _check_days(school: School, account: BankAccount | None, first: dt.date, last: dt.date) -> None:
    state = book_state(school, account)
    if state.first is None:
        raise ClosingRefusedError("nothing_next")
    begins_anew = state.locked_through is None  # the first closing may begin on any day
    if not begins_anew and first != state.first:
        raise ClosingRefusedError("not_next", day=state.first.isoformat())
    again = first_reopened(school.pk, account) if begins_anew else None
    if again is not None and first > again:
        raise ClosingRefusedError("not_next", day=again.isoformat())
    if last < first:
        raise ClosingRefusedError("ends_before_start")
    if last - first > LONGEST:
        raise ClosingRefusedError("too_long", days=LONGEST.days)
    if last > clock.today() or (account is not None and last == clock.today()):
        raise ClosingRefusedError("not_over")


def _check_passed_over(book: CloseBook, first: dt.date) -> None:
    """Days of a statement that does not add up lie below the lock without a signature of their own: whoever signs the
    days after them says why, for the principal to read."""
    day = dt.timedelta(days=1)
    if book.locked_through is not None and first > book.locked_through + day:
        raise ClosingRefusedError(
            "passed_over", first=(book.locked_through + day).isoformat(), last=(first - day).isoformat()
        )


def _row(school_id: int, account: BankAccount | None, figures: DayFigures, note: str) -> DayClose:
    proven, booked = figures.proven, figures.booked
    return DayClose(
        school_id=school_id, bank_account=account, first_on=figures.first, last_on=figures.last,
        opening=proven.opening, money_in=proven.money_in, money_out=proven.money_out, closing=proven.closing,
        book_opening=booked.opening, book_in=booked.money_in, book_out=booked.money_out, book_closing=booked.closing,
        lines=figures.lines, lines_digest=figures.lines_digest, details=figures.details(), note=note,
    )  # fmt: skip


def _still_holds(row: DayClose) -> bool:
    return same_figures(row, day_figures(row.school_id, row.bank_account, row.first_on, row.last_on))


def _held_book(school_id: int, account: BankAccount | None) -> CloseBook | None:
    """The closing book of an account, alone; the cash box is locked by its count."""
    if account is None:
        return None
    CloseBook.objects.bulk_create([CloseBook(school_id=school_id, bank_account=account)], ignore_conflicts=True)
    rows: Any = CloseBook.objects.for_school(school_id).filter(bank_account=account)
    book: CloseBook = rows.select_for_update().get()
    return book


def _held_close(school: School, close_id: int) -> tuple[DayClose, CloseBook | None]:
    lock_school(school)
    row = lifecycle.held(DayClose, school.pk, close_id)
    return row, _held_book(school.pk, row.bank_account)


def _require_last(row: DayClose) -> None:
    latest = standing_closes(row.school_id, row.bank_account).first()
    if latest is None or latest.pk != row.pk:
        raise ClosingRefusedError("not_last")


def _require_reopenable(row: DayClose) -> None:
    if row.state != CloseState.CONFIRMED.value:
        raise ClosingRefusedError("not_confirmed", state=row.state)
    _require_last(row)
    if closed_months(row.school_id) & {(d.year, d.month) for d in (row.first_on, row.last_on)}:
        raise ClosingRefusedError("month_closed")


def _relock(book: CloseBook | None) -> None:
    """`locked_through` follows from the closings; a trigger refuses any other value."""
    if book is None:
        return
    rows = DayClose.objects.for_school(book.school_id).filter(bank_account_id=book.bank_account_id, state__in=STANDING)
    last = rows.aggregate(last=Max("last_on"))["last"]
    CloseBook.objects.for_school(book.school_id).filter(pk=book.pk).update(locked_through=last)


def _note(actor: Actor, verb: str, row: DayClose, reason: str = "") -> None:
    account = row.bank_account.number if row.bank_account else "cash"
    audit.record(
        actor, f"banking:day_close:{verb}", school_id=row.school_id, subject=("day_close", row.public_id),
        params={"account": account, "first": row.first_on.isoformat(), "last": row.last_on.isoformat(),
                "digest": row.digest}, reason=reason,
    )  # fmt: skip
