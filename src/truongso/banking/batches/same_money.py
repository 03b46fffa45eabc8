"""One sum told twice: a line was booked, then the bank's bill service told of a payment just like it.

The bill payment waits until a person says whether it is the line's money. If so, it counts once, as if the notify had
come first: the payment stands on the notify, the line is its money out of transit. If not, both count. Either word can
be taken back. Only the bank's own number in the line is certain without a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from truongso.banking.batches.services import link
from truongso.banking.batches.straight import is_of_bill, maybe_bills
from truongso.banking.line_acts import held_line
from truongso.banking.matching.fold import squeeze
from truongso.banking.models import BankLine
from truongso.banking.queries import waiting_lines
from truongso.banking.services import undo_match
from truongso.banking.types import Direction, LineRefusedError, LineState
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.payments.public import (
    BILL_EARLY,
    BILL_LATE,
    BillTransaction,
    bill_batch,
    bill_suspects,
    bills_in_doubt,
    bills_of,
    book_bill_afresh,
    book_bill_apart,
    held_bill,
    serves_bills,
)

_BOOKED = (LineState.MATCHED.value, LineState.PARTLY.value)
_TAKEN = (*_BOOKED, LineState.WAITING.value, LineState.PARKED.value, LineState.NOT_FEES.value)


@dataclass(frozen=True, slots=True)
class Question:
    """A bill payment and the lines that may be its money; `is_decided` when a person has told them apart."""

    transaction: BillTransaction
    lines: tuple[BankLine, ...]
    is_decided: bool


def questions(school_id: int) -> list[Question]:
    """What a person is asked, what waits first; and what was told apart in a month and may be put right."""
    lines_of = _waiting_lines_of_bills(school_id)
    found = []
    for row in [*bills_in_doubt(school_id), *bills_of(school_id, list(lines_of))]:
        lines = lines_of.get((row.partner.code, row.transaction_id)) or _lines(row)
        is_decided = row.told_apart_at is not None
        if lines or not is_decided:
            found.append(Question(row, tuple(lines), is_decided))
    return sorted(found, key=lambda q: q.is_decided)


@transaction_required
def is_same(school_id: int, *, transaction_id: int, line_id: int, actor: Actor) -> None:
    """A line is the money of a bill payment: what was booked on the line is taken back, the payment stands on the
    bank's notify, the line pays it out of transit.

    Raises LineRefusedError `unknown_line`, `bill_gone`, `bill_differs`, `batch_paid`; PaymentRefusedError
    `payment_refunded` when money of the line was given back.
    """
    row = held_bill(school_id, transaction_id)
    if row is None or row.reversed_at is not None:
        raise LineRefusedError("bill_gone")
    line = held_line(school_id, line_id)
    if not _fits(line, row):
        raise LineRefusedError("bill_differs")
    why = f"Cùng một khoản với giao dịch thu hộ số {row.transaction_id}"
    was_booked = line.state in _BOOKED
    if was_booked:
        undo_match(school_id, line_id=line_id, reason=why, actor=actor)
    if was_booked or not row.was_booked:
        book_bill_afresh(row, reason=why, actor=actor)
    link(school_id, line_id=line_id, batch_ids=[bill_batch(row)], actor=actor)


@transaction_required
def is_other(school_id: int, *, transaction_id: int, actor: Actor) -> None:
    """A bill payment is money of its own: booked; what nobody owes becomes the family's credit.

    Raises LineRefusedError `bill_gone` when it does not wait any more.
    """
    row = held_bill(school_id, transaction_id)
    if row is None or row.reversed_at is not None or row.was_booked:
        raise LineRefusedError("bill_gone")
    book_bill_apart(row, actor=actor)


@transaction_required
def settle_certain(school_id: int, *, actor: Actor) -> int:
    """Decide where the bank's own number of the payment stands in one line and in no other; how many."""
    asked = [q for q in questions(school_id) if not q.is_decided]
    named = [(q, [x for x in q.lines if is_of_bill(x, q.transaction.transaction_id)]) for q in asked]
    claimed = [x.pk for _q, lines in named for x in lines]
    sure = [(q, lines[0]) for q, lines in named if len(lines) == 1 and claimed.count(lines[0].pk) == 1]
    for question, line in sure:
        is_same(school_id, transaction_id=question.transaction.pk, line_id=line.pk, actor=actor)
    return len(sure)


def _waiting_lines_of_bills(school_id: int) -> dict[tuple[str, str], list[BankLine]]:
    """Partner and number of booked bill payments → lines in the queue that name their invoice. 1 query without any."""
    waiting = list(waiting_lines(school_id).select_related("bank_account")) if serves_bills(school_id) else []
    found: dict[tuple[str, str], list[BankLine]] = {}
    lines = {line.pk: line for line in waiting}
    for pk, transfers in maybe_bills(school_id, waiting).items():
        memo = squeeze(lines[pk].memo)
        for transfer in transfers:
            if any(squeeze(code) in memo for code in transfer.codes):
                found.setdefault((transfer.partner, transfer.transaction_id), []).append(lines[pk])
    return found


def _fits(line: BankLine, row: BillTransaction) -> bool:
    """Whether a line can be the money of a payment; a booked one must be booked on an invoice of it."""
    same = (line.amount, line.bank_account.number) == (row.amount, row.beneficiary_account)
    near = -BILL_EARLY <= line.booked_on - row.paid_on <= BILL_LATE
    if not (same and near and line.direction == Direction.IN.value and line.state in _TAKEN):
        return False
    return line.state not in _BOOKED or any(p.evidence.reference == str(line.pk) for p in bill_suspects(row))


def _lines(row: BillTransaction) -> list[BankLine]:
    """Booked lines that may be the money of a transaction. 2 queries."""
    ids = [int(p.evidence.reference) for p in bill_suspects(row)]
    rows = BankLine.objects.for_school(row.school_id).filter(pk__in=ids).select_related("bank_account")
    return [line for line in rows.order_by("pk") if _fits(line, row)]
