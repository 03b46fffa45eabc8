"""Moving cash: who may take it and give it out, counting the box, handing in to the bank.

Locks: whoever moves cash holds the box's row, shared for receipts, alone for counting and giving out. It is taken
first (order everywhere: box → invoice → payment → receipt book → audit head).
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Max, QuerySet

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.ledger.public import NewEntry, account_ids, balance, movements, open_books, post_many, reverse_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.public import BankAccount
from truongso.payments.cash.models import CashBox, CashCount, CashCountLine, CashDeposit
from truongso.payments.cash.types import DENOMINATIONS, CashRefusedError, CountedCash, CountState, DepositRequest

_LOCKING = [s.value for s in CountState if s.locks]
LAST_DAY = dt.date(9999, 12, 31)
MOST_PIECES = 100_000


@transaction_required
def require_open(school_id: int, day: dt.date) -> None:
    """Hold the box open for a cash movement dated `day` until the transaction ends.

    Raises CashRefusedError `day_locked` (day) when that day or a later one has been counted. The database's own wall
    (trigger on postings) says the same of every entry that touches the cash account, whoever posts it.
    """
    _refuse_locked(_box(school_id, alone=False), day)


@transaction_required
def require_cash(school_id: int, *, amount: Dong, day: dt.date) -> None:
    """Hold the box alone for giving out `amount` on `day`: at no later moment may the book fall under zero.

    Raises CashRefusedError `day_locked`, `not_enough_cash` (there, amount).
    """
    _refuse_locked(_box(school_id, alone=True), day)
    there = _least_from(school_id, day)
    if amount > there:
        raise CashRefusedError("not_enough_cash", there=int(there), amount=int(amount))


@transaction_required
def sign_count(school_id: int, *, day: dt.date, cash: CountedCash, reason: str, actor: Actor) -> CashCount:
    """Count the box at the end of `day` and sign; from now on that day takes no cash movement.

    Raises CashRefusedError `needs_person`, `future_day`, `unknown_denomination`, `bad_pieces`, `day_locked`,
    `later_cash` (day: of the latest movement), `reason_missing` (difference).
    """
    person = _person(actor)
    if day > clock.today():
        raise CashRefusedError("future_day")
    _check_pieces(cash)
    box = _box(school_id, alone=True)
    _refuse_locked(box, day)
    later = movements(school_id, _cash_account(school_id), day + dt.timedelta(days=1), LAST_DAY)
    if later:
        raise CashRefusedError("later_cash", day=later[-1].occurred_on.isoformat())
    expected = balance(school_id, _cash_account(school_id), through=day)
    difference, why = cash.amount - expected, " ".join(reason.split())[:300]
    if difference and not why:
        raise CashRefusedError("reason_missing", difference=int(difference))
    count: CashCount = CashCount.objects.create(
        school_id=school_id, day=day, expected=expected, counted=cash.amount, difference=difference,
        reason=why if difference else "", counted_at=clock.now(), counted_by=person,
    )  # fmt: skip
    CashCountLine.objects.bulk_create(
        CashCountLine(school_id=school_id, count=count, denomination=Dong(value), pieces=pieces)
        for value, pieces in sorted(cash.pieces.items(), reverse=True)
        if pieces
    )
    _relock(school_id)
    _note(actor, "sign", count, {"expected": int(expected), "counted": int(cash.amount)}, why)
    return count


@transaction_required
def confirm_count(school_id: int, *, count_id: int, actor: Actor) -> CashCount:
    """Another person confirms a signed count; its difference is booked on that day.

    Raises CashRefusedError `needs_person`, `unknown_count`, `not_signed` (state), `same_person`.
    """
    count = _signed(school_id, count_id, actor)
    if count.difference:
        _book_difference(count, actor)
    _decide(count, CountState.CONFIRMED, actor)
    _note(actor, "confirm", count, {"difference": int(count.difference)})
    return count


@transaction_required
def refuse_count(school_id: int, *, count_id: int, reason: str, actor: Actor) -> CashCount:
    """Another person sends a signed count back; the day is open again and is counted anew.

    Raises CashRefusedError `needs_person`, `unknown_count`, `not_signed` (state), `same_person`, `why_missing`.
    """
    why = _why(reason)
    count = _signed(school_id, count_id, actor)
    count.decision_note = why
    _decide(count, CountState.REFUSED, actor)
    _relock(school_id)
    _note(actor, "refuse", count, {}, why)
    return count


@transaction_required
def ask_reopening(school_id: int, *, count_id: int, reason: str, actor: Actor) -> CashCount:
    """Ask to open the last closed day again; nothing opens until another person agrees.

    Raises CashRefusedError `needs_person`, `unknown_count`, `not_confirmed` (state), `not_last_day`, `asked_before`,
    `why_missing`.
    """
    person, why = _person(actor), _why(reason)
    count = _confirmed(school_id, count_id)
    if count.reopen_asked_at is not None:
        raise CashRefusedError("asked_before")
    count.reopen_reason, count.reopen_asked_by, count.reopen_asked_at = why, person, clock.now()
    count.save(update_fields=["reopen_reason", "reopen_asked_by", "reopen_asked_at"])
    _note(actor, "ask_reopening", count, {}, why)
    return count


@transaction_required
def reopen(school_id: int, *, count_id: int, actor: Actor) -> CashCount:
    """A second person opens the last closed day again; its difference is taken back by a reversing entry.

    Raises CashRefusedError `needs_person`, `unknown_count`, `not_confirmed` (state), `not_last_day`, `not_asked`,
    `same_person`.
    """
    person = _person(actor)
    count = _confirmed(school_id, count_id)
    if count.reopen_asked_at is None:
        raise CashRefusedError("not_asked")
    if count.reopen_asked_by == person:
        raise CashRefusedError("same_person")
    if count.difference:
        reverse_many(school_id, sources=[(EntryKind.CASH_DAY, count.pk)], occurred_on=count.day, actor_id=actor.user_id)
    count.state, count.reopened_by, count.reopened_at = CountState.REOPENED.value, person, clock.now()
    count.save(update_fields=["state", "reopened_by", "reopened_at"])
    _relock(school_id)
    _note(actor, "reopen", count, {}, count.reopen_reason)
    return count


@transaction_required
def deposit(school_id: int, *, request: DepositRequest, actor: Actor) -> tuple[CashDeposit, bool]:
    """Record cash handed in to the bank: out of the box, in transit. Returns it, and whether the form had been sent
    before (then nothing is recorded).

    Raises CashRefusedError `amount_not_positive`, `slip_missing`, `future_day`, `unknown_account`, `slip_known`
    (slip), `day_locked`, `not_enough_cash`.
    """
    known = CashDeposit.objects.for_school(school_id).filter(token=request.token).first()
    if known is not None:
        return known, True
    slip = " ".join(request.slip_number.split())[:40]
    if request.amount <= ZERO:
        raise CashRefusedError("amount_not_positive")
    if not slip:
        raise CashRefusedError("slip_missing")
    if request.deposited_on > clock.today():
        raise CashRefusedError("future_day")
    if not BankAccount.objects.for_school(school_id).filter(pk=request.bank_account_id).exists():
        raise CashRefusedError("unknown_account")
    require_cash(school_id, amount=request.amount, day=request.deposited_on)
    standing = CashDeposit.objects.for_school(school_id).filter(cancelled_at__isnull=True)
    known = CashDeposit.objects.for_school(school_id).filter(token=request.token).first()
    if known is not None:  # the other press of the button committed while this one waited for the box
        return known, True
    if standing.filter(bank_account_id=request.bank_account_id, slip_number=slip).exists():
        raise CashRefusedError("slip_known", slip=slip)
    made: CashDeposit = CashDeposit.objects.create(
        school_id=school_id, token=request.token, bank_account_id=request.bank_account_id, amount=request.amount,
        deposited_on=request.deposited_on, slip_number=slip, created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip
    accounts = account_ids(school_id)
    leg = Leg(accounts[AccountRole.IN_TRANSIT, 0], accounts[AccountRole.CASH, 0], request.amount)
    entry = NewEntry(EntryKind.DEPOSIT, made.pk, request.deposited_on, (leg,))
    post_many(school_id, entries=[entry], actor_id=actor.user_id)
    audit.record(
        actor, "payments:deposit:record", school_id=school_id, subject=("deposit", made.public_id),
        params={"amount": int(request.amount), "slip": slip},
    )  # fmt: skip
    return made, False


@transaction_required
def cancel_deposit(school_id: int, *, deposit_id: int, reason: str, actor: Actor) -> CashDeposit:
    """Take a wrongly recorded deposit back by a reversing entry, today. Whoever calls knows that no bank line is
    linked to it (`banking.deposits`).

    Raises CashRefusedError `why_missing`, `unknown_deposit`, `cancelled_before`, `day_locked`.
    """
    why = _why(reason)
    _refuse_locked(_box(school_id, alone=True), clock.today())
    found = CashDeposit.objects.for_school(school_id).filter(pk=deposit_id)
    made: CashDeposit | None = found.select_for_update().first()
    if made is None:
        raise CashRefusedError("unknown_deposit")
    if made.cancelled_at is not None:
        raise CashRefusedError("cancelled_before")
    made.cancelled_at, made.cancelled_by, made.cancel_reason = clock.now(), actor.user_id, why
    made.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    reverse_many(school_id, sources=[(EntryKind.DEPOSIT, made.pk)], occurred_on=clock.today(), actor_id=actor.user_id)
    audit.record(actor, "payments:deposit:cancel", school_id=school_id, subject=("deposit", made.public_id), reason=why)
    return made


@transaction_required
def set_limit(school_id: int, *, limit: Dong | None, actor: Actor) -> None:
    """The most cash the school wants to keep in the box (None: no limit set); pages warn above it.

    Raises CashRefusedError `amount_not_positive`.
    """
    if limit is not None and limit <= ZERO:
        raise CashRefusedError("amount_not_positive")
    box = _box(school_id, alone=True)
    box.keep_at_most = limit
    box.save(update_fields=["keep_at_most"])
    audit.record(
        actor, "payments:cash:limit", school_id=school_id, subject=("cash_box", school_id),
        params={"limit": None if limit is None else int(limit)},
    )  # fmt: skip


def _box(school_id: int, *, alone: bool) -> CashBox:
    """The school's box, held until the transaction ends; made at first use."""
    CashBox.objects.bulk_create([CashBox(school_id=school_id)], ignore_conflicts=True)
    rows: QuerySet[CashBox] = CashBox.objects.for_school(school_id)
    if alone and connection.features.has_select_for_update:
        return rows.select_for_update().get()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # Django has no FOR SHARE
            cursor.execute("SELECT id FROM payments_cashbox WHERE school_id = %s FOR SHARE", [school_id])
    return rows.get()


def _refuse_locked(box: CashBox, day: dt.date) -> None:
    if box.locked_through is not None and day <= box.locked_through:
        raise CashRefusedError("day_locked", day=box.locked_through.isoformat())


def _relock(school_id: int) -> None:
    """`locked_through` follows from the counts; a trigger refuses any other value."""
    counts = CashCount.objects.for_school(school_id).filter(state__in=_LOCKING)
    CashBox.objects.for_school(school_id).update(locked_through=counts.aggregate(last=Max("day"))["last"])


def _cash_account(school_id: int) -> int:
    found = account_ids(school_id).get((AccountRole.CASH, 0))
    if found is None:
        open_books(school_id)
        found = account_ids(school_id)[AccountRole.CASH, 0]
    return found


def _least_from(school_id: int, day: dt.date) -> Dong:
    """The lowest balance at the end of `day` or of any later day with movements: so much can be given out on `day`."""
    account = _cash_account(school_id)
    running = least = balance(school_id, account, through=day)
    days: dict[dt.date, Dong] = {}
    for m in movements(school_id, account, day + dt.timedelta(days=1), LAST_DAY):
        days[m.occurred_on] = days.get(m.occurred_on, ZERO) + m.amount
    for later in sorted(days):
        running = running + days[later]
        least = min(least, running)
    return least


def _check_pieces(cash: CountedCash) -> None:
    known = {int(d) for d in DENOMINATIONS}
    if set(cash.pieces) - known:
        raise CashRefusedError("unknown_denomination")
    if any(not 0 <= pieces <= MOST_PIECES for pieces in cash.pieces.values()):
        raise CashRefusedError("bad_pieces")


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise CashRefusedError("needs_person")
    return actor.user_id


def _why(reason: str) -> str:
    why = " ".join(reason.split())[:300]
    if not why:
        raise CashRefusedError("why_missing")
    return why


def _count(school_id: int, count_id: int) -> CashCount:
    _box(school_id, alone=True)
    found: CashCount | None = CashCount.objects.for_school(school_id).filter(pk=count_id).first()
    if found is None:
        raise CashRefusedError("unknown_count")
    return found


def _signed(school_id: int, count_id: int, actor: Actor) -> CashCount:
    """A count that waits for another person than the one who signed it."""
    person = _person(actor)
    count = _count(school_id, count_id)
    if count.state != CountState.SIGNED.value:
        raise CashRefusedError("not_signed", state=count.state)
    if count.counted_by == person:
        raise CashRefusedError("same_person")
    return count


def _confirmed(school_id: int, count_id: int) -> CashCount:
    """The confirmed count of the last locked day: an earlier one would change what later counts expected."""
    count = _count(school_id, count_id)
    if count.state != CountState.CONFIRMED.value:
        raise CashRefusedError("not_confirmed", state=count.state)
    locked = CashBox.objects.for_school(school_id).values_list("locked_through", flat=True).get()
    if count.day != locked:
        raise CashRefusedError("not_last_day")
    return count


def _decide(count: CashCount, state: CountState, actor: Actor) -> None:
    count.state, count.decided_by, count.decided_at = state.value, actor.user_id, clock.now()
    count.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])


def _book_difference(count: CashCount, actor: Actor) -> None:
    """More cash than the book says is held for clearing; less is a claim to be cleared. Both on CASH_DIFFERENCE."""
    open_books(count.school_id)
    accounts = account_ids(count.school_id)
    cash, cleared = accounts[AccountRole.CASH, 0], accounts[AccountRole.CASH_DIFFERENCE, 0]
    more = count.difference > ZERO
    leg = Leg(cash, cleared, count.difference) if more else Leg(cleared, cash, -count.difference)
    post_many(
        count.school_id, entries=[NewEntry(EntryKind.CASH_DAY, count.pk, count.day, (leg,))], actor_id=actor.user_id
    )


def _note(actor: Actor, verb: str, count: CashCount, params: dict[str, int], reason: str = "") -> None:
    audit.record(
        actor, f"payments:cash_count:{verb}", school_id=count.school_id, subject=("cash_count", count.public_id),
        params={"day": count.day.isoformat(), **params}, reason=reason,
    )  # fmt: skip
