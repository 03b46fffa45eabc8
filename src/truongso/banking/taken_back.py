"""Credits that the bank takes back: the payments on them are undone, their receipts cancelled, the families told.

The credit's entry stays and the booking that takes it back gets the mirror image of it, so the books follow the
statement line by line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError

from truongso.banking.line_acts import note_decision
from truongso.banking.models import BankLine
from truongso.banking.statements import reversals
from truongso.banking.statements.reversals import LONGEST, Movement, Reverses
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.ledger.public import NewEntry, account_ids, open_bank_account, open_books, post_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.public import BankAccount
from truongso.payments.public import standing_payments_of, undo
from truongso.payments.types import EvidenceKind

REASON = "Ngân hàng đã thu hồi giao dịch báo có"
_LOOK_BACK = dt.timedelta(days=90)
_STANDING = (LineState.WAITING.value, LineState.MATCHED.value, LineState.PARKED.value, LineState.NOT_FEES.value)


@transaction_required
def take_back(
    school_id: int, *, line_id: int, credit_id: int, reason: str, actor: Actor, by_rule: bool = False
) -> None:
    """Let an outgoing line take back an earlier credit of its account and amount.

    Payments on the credit are undone by reversing entries (`payments.undo` cancels the receipts and tells others by
    event), the credit becomes `reversed`, and the outgoing line moves the money from the bank out of what waits. Raises
    LineRefusedError `not_reversible` when the two do not fit or one of them is settled otherwise, `reason_missing`.
    """
    if not reason.strip():
        raise LineRefusedError("reason_missing")
    rows = BankLine.objects.for_school(school_id).filter(pk__in=(line_id, credit_id)).order_by("pk")
    rows = rows.select_for_update(of=("self",))
    lines = {row.pk: row for row in rows}
    line, credit = lines.get(line_id), lines.get(credit_id)
    if line is None or credit is None:
        raise LineRefusedError("unknown_line")
    if not _fit(line, credit):
        raise LineRefusedError("not_reversible", state=credit.state)
    payments = standing_payments_of(school_id, kind=EvidenceKind.BANK_LINE, reference=str(credit.pk))
    for payment_id in payments:
        undo(school_id, payment_id=payment_id, reason=reason, actor=actor)
    BankLine.objects.for_school(school_id).filter(pk=credit.pk).update(state=LineState.REVERSED.value)
    BankLine.objects.for_school(school_id).filter(pk=line.pk).update(reverses_id=credit.pk)
    _post(line, actor)
    _note(credit, line, DecisionKind.UNDONE, "taken_back", reason=reason, actor=actor)
    _note(line, credit, DecisionKind.AUTO if by_rule else DecisionKind.PERSON, "takes_back", reason=reason, actor=actor)
    audit.record(
        actor, "banking:line:take_back", school_id=school_id, subject=("bank_line", credit.pk), reason=reason,
        params={"line": line.public_id, "payments": len(payments)},
    )  # fmt: skip


def candidates(line: BankLine) -> list[Reverses]:
    """Credits that an outgoing line may take back, the likeliest first; one query."""
    earlier = (
        BankLine.objects.for_school(line.school_id)
        .filter(
            bank_account_id=line.bank_account_id, direction=Direction.IN.value, amount=line.amount, state__in=_STANDING,
            booked_on__gte=line.booked_on - LONGEST, booked_on__lte=line.booked_on,
        )
        .order_by("-booked_on", "-pk")[:50]
    )  # fmt: skip
    return reversals.candidates(_movement(line), [_movement(credit) for credit in earlier])


def take_back_certain(account: BankAccount, *, actor: Actor) -> int:
    """Work off the outgoing lines that the bank itself marks as taking a credit back, where one credit is named.

    Opens its own transactions, one for each; what is not certain, or falls into a closed month, waits for a person.
    Doing it again does nothing more. Returns how many credits were taken back.
    """
    marked = BankLine.objects.for_school(account.school_id).filter(
        bank_account_id=account.pk, direction=Direction.OUT.value, undoes=True, reverses__isnull=True,
        booked_on__gte=clock.today() - _LOOK_BACK,
    )  # fmt: skip
    return sum(_try(line, actor) for line in marked.order_by("booked_on", "pk"))


def _try(line: BankLine, actor: Actor) -> bool:
    credit = reversals.certain(candidates(line))
    if credit is None:
        return False

    def act() -> None:
        with transaction():
            take_back(line.school_id, line_id=line.pk, credit_id=credit.id, reason=REASON, actor=actor, by_rule=True)

    return _done(act)


def _done(act: Callable[[], None]) -> bool:
    try:
        retrying(act)
    except LineRefusedError:
        return False
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        return False
    return True


def _fit(line: BankLine, credit: BankLine) -> bool:
    return (
        line.direction == Direction.OUT.value
        and line.state == LineState.OUTGOING.value
        and line.reverses_id is None
        and credit.direction == Direction.IN.value
        and credit.state in _STANDING
        and (credit.bank_account_id, credit.amount) == (line.bank_account_id, line.amount)
        and credit.booked_on <= line.booked_on
    )


def _post(line: BankLine, actor: Actor) -> None:
    school_id, account = line.school_id, line.bank_account
    open_books(school_id)
    bank = open_bank_account(school_id, bank_account_id=account.pk, name=f"{account.number} {account.holder_name}")
    suspense = account_ids(school_id)[AccountRole.SUSPENSE, 0]
    entry = NewEntry(EntryKind.BANK_LINE, line.pk, line.booked_on, (Leg(suspense, bank, line.amount),))
    post_many(school_id, entries=[entry], actor_id=actor.user_id)


def _note(line: BankLine, other: BankLine, kind: DecisionKind, code: str, *, reason: str, actor: Actor) -> None:
    params = {"day": other.booked_on.isoformat(), "text": reason[:300], "line": other.public_id}
    note_decision(line, kind, code, params, actor=actor)


def _movement(line: BankLine) -> Movement:
    return Movement(line.pk, line.booked_on, int(line.amount), line.reference, line.memo)
