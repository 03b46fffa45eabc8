"""Credits that the bank takes back: the payments on them are undone, their receipts cancelled, the families told.

The credit's entry stays and the booking that takes it back gets the mirror image of it, so the books follow the
statement line by line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from truongso.banking.acts.places import parts_of
from truongso.banking.acts.types import BookedPart
from truongso.banking.acts.undoing import book_part_again
from truongso.banking.asides.types import AsideKind
from truongso.banking.line_acts import held_line, move_line, note_decision
from truongso.banking.models import Aside, BankLine, MatchDecision
from truongso.banking.statements import reversals
from truongso.banking.statements.reversals import LONGEST, Movement, Reverses
from truongso.banking.taken_back_notice import tell_families
from truongso.banking.types import DecisionKind, Direction, LineRefusedError, LineState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, savepoint, transaction, transaction_required
from truongso.kernel.money import total
from truongso.ledger.public import NewEntry, account_ids, open_bank_account, open_books, post_many, turn_entry
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.public import BankAccount
from truongso.payments.public import undo
from truongso.payments.types import PaymentRefusedError

REASON = "Ngân hàng đã thu hồi giao dịch báo có"
_TAKEN = ("taken_back", "sent_back")
_LOOK_BACK = dt.timedelta(days=90)
_STANDING = (
    LineState.WAITING.value, LineState.PARTLY.value, LineState.MATCHED.value, LineState.PARKED.value,
    LineState.NOT_FEES.value,
)  # fmt: skip


@transaction_required
def take_back(
    school_id: int, *, line_id: int, credit_id: int, reason: str, actor: Actor, by_rule: bool = False
) -> None:
    """Let an outgoing line take back an earlier credit of its account and amount.

    Payments on the credit are undone by reversing entries (`payments.undo` cancels the receipts and tells others by
    event), their families told, the credit becomes `reversed`, and the outgoing line moves the money from the bank out
    of what waits. Raises LineRefusedError `not_reversible` when the two do not fit or one of them is settled otherwise,
    `reason_missing`.
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
    parts = parts_of(school_id, [credit]).get(credit.pk, [])
    for part in parts:
        undo(school_id, payment_id=part.payment_id, reason=reason, actor=actor)
    is_sent = Aside.objects.for_school(school_id).filter(
        line=credit, ended_at__isnull=True, kind=AsideKind.SEND_BACK.value
    )
    said = ("sent_back", "sends_back") if is_sent.exists() else ("taken_back", "takes_back")
    move_line(credit, LineState.REVERSED, actor=actor)
    BankLine.objects.for_school(school_id).filter(pk=line.pk).update(reverses_id=credit.pk)
    _post(line, actor)
    _note(credit, line, DecisionKind.UNDONE, said[0], reason=reason, actor=actor, parts=parts)
    _note(line, credit, DecisionKind.AUTO if by_rule else DecisionKind.PERSON, said[1], reason=reason, actor=actor)
    audit.record(
        actor, "banking:line:take_back", school_id=school_id, subject=("bank_line", credit.pk), reason=reason,
        params={"line": line.public_id, "payments": len(parts)},
    )  # fmt: skip
    if parts:
        tell_families(credit, parts, actor=actor)


@transaction_required
def give_back(school_id: int, *, line_id: int, reason: str, actor: Actor) -> bool:
    """The outgoing line took nothing back after all: the entry is reversed today, the credit stands again.

    What was booked on the credit is booked once more as it was, where the invoices still take it; otherwise the credit
    waits. Returns whether nothing is left waiting. Raises LineRefusedError `unknown_line`, `not_taken_back`,
    `reason_missing`.
    """
    why = " ".join(reason.split())[:300]
    if not why:
        raise LineRefusedError("reason_missing")
    line = held_line(school_id, line_id)
    if line.reverses_id is None:
        raise LineRefusedError("not_taken_back")
    credit = held_line(school_id, line.reverses_id)
    BankLine.objects.for_school(school_id).filter(pk=line.pk).update(reverses_id=None)
    turn_entry(school_id, EntryKind.BANK_LINE, line.pk, occurred_on=clock.today(), actor_id=actor.user_id)
    move_line(credit, LineState.WAITING, actor=actor)
    _note(line, credit, DecisionKind.PERSON, "gives_back", reason=why, actor=actor)
    _note(credit, line, DecisionKind.PERSON, "given_back", reason=why, actor=actor)
    audit.record(
        actor, "banking:line:give_back", school_id=school_id, subject=("bank_line", credit.pk), reason=why,
        params={"line": line.public_id},
    )  # fmt: skip
    return _booked_again(credit, actor)


@transaction_required
def _booked_again(credit: BankLine, actor: Actor) -> bool:
    said = MatchDecision.objects.for_school(credit.school_id).filter(line=credit, rule__in=_TAKEN)
    said = said.order_by("-pk")
    parts = [BookedPart.of_json(raw) for raw in said[0].reason["params"].get("parts", [])] if said else []
    if not parts:
        return False
    try:
        with savepoint():
            for part in parts:
                book_part_again(credit, part, actor)
    except (LineRefusedError, PaymentRefusedError):
        return False
    is_whole = total(part.amount for part in parts) == credit.amount
    move_line(credit, LineState.MATCHED if is_whole else LineState.PARTLY, actor=actor)
    return is_whole


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


def to_send_back(line: BankLine) -> list[BankLine]:
    """Credits of a stranger that wait to be sent back and that an outgoing line may be, the latest first; 1 query."""
    rows = BankLine.objects.for_school(line.school_id).filter(
        bank_account_id=line.bank_account_id, direction=Direction.IN.value, amount=line.amount,
        state=LineState.PARKED.value, booked_on__lte=line.booked_on, asides__ended_at__isnull=True,
        asides__kind=AsideKind.SEND_BACK.value,
    )  # fmt: skip
    return list(rows.order_by("-booked_on", "-pk")[:20])


def take_back_certain(account: BankAccount, *, actor: Actor) -> int:
    """Work off the outgoing lines that the bank itself marks as taking a credit back, where one credit is named.

    Opens its own transactions, one for each; what is not certain, or falls into a closed month, waits for a person.
    Doing it again does nothing more, nor does it where a person said that nothing was taken back. Returns how many
    credits were taken back.
    """
    marked = BankLine.objects.for_school(account.school_id).filter(
        bank_account_id=account.pk, direction=Direction.OUT.value, undoes=True, reverses__isnull=True,
        booked_on__gte=clock.today() - _LOOK_BACK,
    )  # fmt: skip
    said = MatchDecision.objects.for_school(account.school_id).filter(line_id=OuterRef("pk"), rule="gives_back")
    return sum(_try(line, actor) for line in marked.exclude(Exists(said)).order_by("booked_on", "pk"))


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
    """Money out of the bank, out of what waits. A line that took something back before turns its entry once more."""
    school_id, account = line.school_id, line.bank_account
    if turn_entry(school_id, EntryKind.BANK_LINE, line.pk, occurred_on=line.booked_on, actor_id=actor.user_id):
        return
    open_books(school_id)
    bank = open_bank_account(school_id, bank_account_id=account.pk, name=f"{account.number} {account.holder_name}")
    suspense = account_ids(school_id)[AccountRole.SUSPENSE, 0]
    entry = NewEntry(EntryKind.BANK_LINE, line.pk, line.booked_on, (Leg(suspense, bank, line.amount),))
    post_many(school_id, entries=[entry], actor_id=actor.user_id)


def _note(
    line: BankLine,
    other: BankLine,
    kind: DecisionKind,
    code: str,
    *,
    reason: str,
    actor: Actor,
    parts: Sequence[BookedPart] = (),
) -> None:
    params: dict[str, Any] = {"day": other.booked_on.isoformat(), "text": reason[:300], "line": other.public_id}
    if parts:
        params["parts"] = [part.as_json() for part in parts]
    note_decision(line, kind, code, params, actor=actor)


def _movement(line: BankLine) -> Movement:
    return Movement(line.pk, line.booked_on, int(line.amount), line.reference, line.memo)
