"""Linking deposits of cash to the bank's lines of them, and taking a wrong link back.

The money has been in the books as cash all along: receipts brought it into the box, the deposit put it in transit, the
bank's line put it on the account against money of unknown purpose. The link clears both: unknown purpose against
transit. No payment is made, nothing is counted again, and none of it is ever cashless.
"""

from __future__ import annotations

from truongso.banking.decide import decide_lines
from truongso.banking.deposits.fit import LINKABLE, NOT_DEPOSIT
from truongso.banking.deposits.models import DepositLink
from truongso.banking.deposits.types import LinkState
from truongso.banking.line_acts import entry_day, held_line, move_line, note_decision, require_whole
from truongso.banking.models import BankLine
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.ledger.public import NewEntry, account_ids, open_books, post_many, reverse_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.payments.public import CashDeposit, cancel_deposit


@transaction_required
def link(school_id: int, *, line_id: int, deposit_id: int, actor: Actor) -> DepositLink:
    """Say that a bank line is a deposit of cash; the line leaves the queue for good. In the books it stands on the day
    of the line, today where that month is closed.

    Raises LineRefusedError `unknown_line`, `not_waiting` (state), `unknown_deposit`, `deposit_cancelled`,
    `deposit_linked`, `deposit_other_account`, `deposit_differs` (amount, owed), `deposit_later`.
    """
    line, deposit = held_line(school_id, line_id), _deposit(school_id, deposit_id)
    _check(line, deposit)
    made: DepositLink = DepositLink.objects.create(
        school_id=school_id, line=line, deposit=deposit, linked_at=clock.now(), linked_by=actor.user_id
    )
    open_books(school_id)
    accounts = account_ids(school_id)
    leg = Leg(accounts[AccountRole.SUSPENSE, 0], accounts[AccountRole.IN_TRANSIT, 0], line.amount)
    entry = NewEntry(EntryKind.DEPOSIT_LINK, made.pk, entry_day(line), (leg,))
    post_many(school_id, entries=[entry], actor_id=actor.user_id)
    move_line(line, LineState.DEPOSIT, actor=actor)
    note_decision(line, DecisionKind.PERSON, "deposit_linked", {"slip": deposit.slip_number}, actor=actor)
    audit.record(
        actor, "banking:line:link_deposit", school_id=school_id, subject=("bank_line", line.pk),
        params={"deposit": deposit.public_id, "slip": deposit.slip_number},
    )  # fmt: skip
    return made


@transaction_required
def unlink(school_id: int, *, line_id: int, reason: str, actor: Actor) -> None:
    """Take a wrong link back by a reversing entry, today; the line waits again and the deposit is in transit again.

    Raises LineRefusedError `unknown_line`, `not_linked`, `reason_missing`.
    """
    why = _why(reason)
    line = held_line(school_id, line_id)
    rows = DepositLink.objects.for_school(school_id).filter(line=line, state=LinkState.STANDING.value)
    found: DepositLink | None = rows.first()
    if found is None:
        raise LineRefusedError("not_linked")
    found.state, found.undone_at, found.undone_by, found.undo_reason = (
        LinkState.UNDONE.value, clock.now(), actor.user_id, why,
    )  # fmt: skip
    found.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
    reverse_many(
        school_id, sources=[(EntryKind.DEPOSIT_LINK, found.pk)], occurred_on=clock.today(), actor_id=actor.user_id
    )
    move_line(line, LineState.WAITING, actor=actor)
    note_decision(line, DecisionKind.UNDONE, "undone", {"text": why}, actor=actor)
    audit.record(actor, "banking:line:unlink_deposit", school_id=school_id, subject=("bank_line", line.pk), reason=why)


@transaction_required
def not_a_deposit(school_id: int, *, line_id: int, reason: str, actor: Actor) -> None:
    """Say that a line which looks like a deposit is none, with a reason that stays on record; the rules then look at
    it like at any other line.

    Raises LineRefusedError `unknown_line`, `not_waiting` (state), `reason_missing`.
    """
    why = _why(reason)
    line = held_line(school_id, line_id)
    if line.state not in LINKABLE:
        raise LineRefusedError("not_waiting", state=line.state)
    note_decision(line, DecisionKind.PERSON, NOT_DEPOSIT, {"text": why}, actor=actor)
    audit.record(actor, "banking:line:not_deposit", school_id=school_id, subject=("bank_line", line.pk), reason=why)
    decide_lines(school_id, [line], actor=actor, again=True)  # what a person took back is not booked by this


@transaction_required
def cancel(school_id: int, *, deposit_id: int, reason: str, actor: Actor) -> CashDeposit:
    """Cancel a wrongly recorded deposit; one whose line is linked is unlinked first.

    Raises LineRefusedError `unknown_deposit`, `deposit_linked`, CashRefusedError as `cancel_deposit` does.
    """
    _deposit(school_id, deposit_id)  # held, so that a link being made now waits or is seen
    rows = DepositLink.objects.for_school(school_id).filter(deposit_id=deposit_id, state=LinkState.STANDING.value)
    if rows.exists():
        raise LineRefusedError("deposit_linked")
    return cancel_deposit(school_id, deposit_id=deposit_id, reason=reason, actor=actor)


def _check(line: BankLine, deposit: CashDeposit) -> None:
    if line.direction != Direction.IN.value or line.state not in LINKABLE:
        raise LineRefusedError("not_waiting", state=line.state)
    require_whole(line)
    if deposit.cancelled_at is not None:
        raise LineRefusedError("deposit_cancelled")
    standing = DepositLink.objects.for_school(line.school_id).filter(deposit=deposit, state=LinkState.STANDING.value)
    if standing.exists():
        raise LineRefusedError("deposit_linked")
    if line.bank_account_id != deposit.bank_account_id:
        raise LineRefusedError("deposit_other_account")
    if line.amount != deposit.amount:
        raise LineRefusedError("deposit_differs", amount=int(line.amount), owed=int(deposit.amount))
    if line.booked_on < deposit.deposited_on:
        raise LineRefusedError("deposit_later")


def _deposit(school_id: int, deposit_id: int) -> CashDeposit:
    query = CashDeposit.objects.for_school(school_id).filter(pk=deposit_id)
    found: CashDeposit | None = query.select_for_update().first()
    if found is None:
        raise LineRefusedError("unknown_deposit")
    return found


def _why(reason: str) -> str:
    why = " ".join(reason.split())[:300]
    if not why:
        raise LineRefusedError("reason_missing")
    return why
