"""Running the matcher over bank lines and booking what is certain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from truongso.banking.asides.books import post_no_fees
from truongso.banking.asides.types import AsideKind
from truongso.banking.batches.straight import maybe_bills, settle_straight
from truongso.banking.deposits.fit import held, says_cash
from truongso.banking.desk import Desk
from truongso.banking.grouped import spelled_out
from truongso.banking.matching.confidence import CERTAIN, confidence
from truongso.banking.matching.differences import differences
from truongso.banking.matching.mobile_money import operator_of
from truongso.banking.matching.types import RULES_VERSION, Decision, Transfer, Verdict
from truongso.banking.models import Aside, BankLine, MatchDecision
from truongso.banking.queries import last_suggestions, last_words_of_people
from truongso.banking.types import DecisionKind, Direction, LineState
from truongso.fees.public import lock_invoices
from truongso.kernel import banks, clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.bulk import new_row
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.sending import sending_ahead
from truongso.payments.public import BillTransfer, CashDeposit, book_many, serves_bills
from truongso.payments.types import Booking, EvidenceKind, Method, PaymentRefusedError, Share

SOURCE = "bank"
INTEREST_REASON = "Lãi tiền gửi ngân hàng trả, xếp theo quy tắc"
_INTEREST = "not_fees_interest"
_HELD = 50  # undone or refused once: even odds
_SAID = ("decision", "rule", "reason", "candidates", "confidence", "differs")


@dataclass(frozen=True, slots=True)
class Judged:
    """A waiting line with what the rules make of it; `books` when it is certain and nothing holds it back."""

    line: BankLine
    transfer: Transfer
    decision: Decision
    deposit: CashDeposit | None
    books: bool
    bill: str = ""  # number of the bill payment whose money the line may be


@transaction_required
def decide_lines(
    school_id: int, lines: Sequence[BankLine], *, actor: Actor, desk: Desk | None = None, again: bool = False,
    coming: Callable[[], Sequence[BankLine]] = tuple,
) -> int:  # fmt: skip
    """Match waiting credits in order and book the certain ones; returns how many were booked.

    Every line gets a stored decision with rule, version, reason and candidates. `desk` is kept by a caller who comes
    with part after part; `coming` then gives the lines of the next one, if they are known already, to be decided ahead
    while the database takes in this one's rows. With `again` the lines were decided before: what comes out as it stood
    is not stored twice, and what a person undid is proposed but never booked a second time.
    """
    waiting = _waiting(lines)
    if not waiting:
        return 0
    settled = settle_straight(school_id, waiting, actor=actor)
    waiting = [x for x in waiting if x.id not in settled]
    desk = desk or Desk(school_id)
    undone = undone_lines(school_id, waiting) if again else frozenset()
    before = last_suggestions(school_id, waiting) if again else {}
    judged = _looked_again(school_id, judge_lines(school_id, waiting, desk=desk, undone=undone), desk)
    certain = [j for j in judged if j.books]
    with sending_ahead(len(certain)):
        results = book_many(school_id, bookings=[_booking(j.line, j.decision, desk) for j in certain], actor=actor)
        booked = dict(zip((j.line.id for j in certain), results, strict=True))
        now = clock.now()
        stored = _stored(school_id, judged, booked, desk=desk, now=now)
        MatchDecision.objects.bulk_create(
            row for row in stored if row.payment_id or not says_the_same(row, before.get(row.line_id))
        )
        done = {pk for pk, result in booked.items() if not isinstance(result, PaymentRefusedError)}
        BankLine.objects.for_school(school_id).filter(among("pk", done)).update(state=LineState.MATCHED.value)
        kept = [j for j in certain if j.line.id in done]
        for j in kept:
            j.line.state = LineState.MATCHED.value
            desk.learn(j.transfer, j.decision.codes)
        is_all = len(kept) == sum(j.decision.verdict is Verdict.AUTO for j in judged)
        if is_all:
            desk.booked((j.transfer for j in kept), (j.decision for j in kept))
            desk.foresee([_transfer(line, line.memo) for line in _waiting(coming())])
    if is_all:
        desk.stored()
    _set_interest_aside(school_id, judged, actor.user_id)
    return len(done)


def _looked_again(school_id: int, judged: list[Judged], desk: Desk) -> list[Judged]:
    """With the invoices held: what a bank's bill service was just booking on them is seen now, or sees the line."""
    certain = [j for j in judged if j.books]
    if not certain or not serves_bills(school_id):
        return judged
    lock_invoices(school_id, {s.invoice_id for j in certain for s in _booking(j.line, j.decision, desk).shares})
    bills = maybe_bills(school_id, [j.line for j in certain])
    named = {j.line.id: _bill(bills.get(j.line.id, ()), j.decision) for j in certain}
    return [replace(j, books=False, bill=bill) if (bill := named.get(j.line.id, "")) else j for j in judged]


def _bill(transfers: Sequence[BillTransfer], decision: Decision) -> str:
    """Number of a bill payment of an invoice of the decision, or nothing."""
    return next((t.transaction_id for t in transfers if t.codes.intersection(decision.codes)), "")


def _set_interest_aside(school_id: int, judged: Sequence[Judged], actor_id: int | None) -> None:
    """Interest that the bank pays, in the bank's own words, is no fee and nobody's work. A person may put it back,
    and then it stays where the person put it."""
    lines = [j.line for j in judged if j.decision.reason.code == _INTEREST and j.deposit is None]
    if not lines:
        return
    said = last_words_of_people(school_id, lines)
    lines = [x for x in lines if x.pk not in said]
    now = clock.now()
    for line in lines:
        line.state = LineState.NOT_FEES.value
    BankLine.objects.for_school(school_id).filter(among("pk", (x.pk for x in lines))).update(
        state=LineState.NOT_FEES.value
    )
    asides = Aside.objects.bulk_create(
        Aside(school_id=school_id, line=x, kind=AsideKind.INTEREST.value, reason=INTEREST_REASON, made_at=now)
        for x in lines
    )
    post_no_fees(school_id, asides, actor_id=actor_id)


def preview_lines(school_id: int, lines: Sequence[BankLine], *, desk: Desk) -> list[MatchDecision]:
    """The decisions that `decide_lines(…, again=True)` would store, in order of the lines; nothing is changed.

    A decision `auto` would be booked.
    """
    waiting = _waiting(lines)
    judged = judge_lines(school_id, waiting, desk=desk, undone=undone_lines(school_id, waiting))
    return _stored(school_id, judged, {}, desk=desk, now=clock.now())


def judge_lines(school_id: int, waiting: Sequence[BankLine], *, desk: Desk, undone: Collection[int]) -> list[Judged]:
    """What the rules make of waiting credits, in order, each counting with those before it; changes nothing.

    Undone lines come last: they are not booked, so what they are proposed for is still owed to the others.
    """
    desk.renew()
    waiting = sorted(waiting, key=lambda x: x.id in undone) if undone else waiting
    memos = spelled_out(school_id, waiting, desk.known(), desk.prefixes())
    transfers = [_transfer(line, memos.get(line.id, line.memo)) for line in waiting]
    deposits, bills = held(school_id, waiting), maybe_bills(school_id, waiting)
    judged = []
    for line, transfer, decision in zip(waiting, transfers, desk.decide(transfers), strict=True):
        bill = _bill(bills.get(line.id, ()), decision)
        held_back = bill or line.id in undone or (line.id in deposits and says_cash(line.memo))
        books = decision.verdict is Verdict.AUTO and not held_back
        judged.append(Judged(line, transfer, decision, deposits.get(line.id), books=books, bill=bill))
    return judged


def _waiting(lines: Sequence[BankLine]) -> list[BankLine]:
    return [x for x in lines if x.state == LineState.WAITING.value and x.direction == Direction.IN.value]


def undone_lines(school_id: int, lines: Sequence[BankLine]) -> frozenset[int]:
    """Lines whose last booking was taken back by a person, whatever was said about them since; 1 query."""
    rows = MatchDecision.objects.for_school(school_id).filter(
        Q(decision=DecisionKind.UNDONE.value) | Q(payment__isnull=False), among("line_id", [x.id for x in lines])
    )
    last = dict(rows.order_by("pk").values_list("line_id", "decision"))
    return frozenset(pk for pk, kind in last.items() if kind == DecisionKind.UNDONE.value)


def says_the_same(new: MatchDecision, old: MatchDecision | None) -> bool:
    """Whether a decision only repeats the matcher's last word. A newer version of the rules alone is nothing new."""
    if old is None or old.payment_id:
        return False
    return all(getattr(new, name) == getattr(old, name) for name in _SAID)


def booking_for(line: BankLine, shares: Sequence[Share]) -> Booking:
    """A request to book a whole bank line on the given shares."""
    return Booking(
        kind=EvidenceKind.BANK_LINE, source=SOURCE, reference=str(line.id), evidence_amount=line.amount,
        amount=line.amount, method=_method(line), received_at=moment(line), payer_name=line.counter_name,
        payer_account=line.counter_account, shares=tuple(shares), bank_account_id=line.bank_account_id,
        in_suspense=True, bank_reference=line.reference,
    )  # fmt: skip


def _method(line: BankLine) -> Method:
    """Mobile Money when the payer's institution, as the bank reports it, is a Mobile Money operator (its app scans the
    same VietQR), or, where the bank reports none, when the memo bears an operator's frame; any other credit is a
    transfer."""
    payers = banks.named(line.counter_bank)
    told = payers.kind is banks.BankKind.MOBILE_MONEY if payers else operator_of(line.memo) is not None
    return Method.MOBILE_MONEY if told else Method.QR_TRANSFER


def moment(line: BankLine) -> dt.datetime:
    """When the money came: the bank's time, or noon of its day when it prints dates only."""
    if line.booked_at is not None:
        return line.booked_at
    return dt.datetime.combine(line.booked_on, dt.time(12), tzinfo=clock.SCHOOL_TIME)


def _transfer(line: BankLine, memo: str) -> Transfer:
    return Transfer(
        id=str(line.id), date=line.booked_on.isoformat(), bank_ref=line.reference, amount=line.amount, memo=memo,
        payer_name=line.counter_name, payer_account=line.counter_account, account=str(line.bank_account_id),
        virtual_account=line.virtual_account,
    )  # fmt: skip


def _booking(line: BankLine, decision: Decision, desk: Desk) -> Booking:
    shares = [
        Share(invoice.id, amount)
        for code, amount in zip(decision.codes, decision.amounts, strict=True)
        if amount and (invoice := desk.invoice(str(line.bank_account_id), code))
    ]
    return booking_for(line, shares)


def _stored(
    school_id: int, judged: Sequence[Judged], booked: Mapping[int, Any], *, desk: Desk, now: dt.datetime
) -> list[MatchDecision]:
    """The rows to keep, in order, each with what was owed when its turn came; `booked` as for `_row`, by line."""
    found, taken = [], dict[int, Dong]()
    for j in judged:
        found.append(_row(school_id, j, booked.get(j.line.id), desk=desk, taken=taken, now=now))
        for code, amount in _certain(j.decision):
            invoice = desk.invoice(str(j.line.bank_account_id), code)
            if invoice is not None:
                taken[invoice.id] = taken.get(invoice.id, ZERO) + amount
    return found


def _certain(decision: Decision) -> Iterable[tuple[str, Dong]]:
    """What the matcher has counted as booked, by invoice code."""
    return zip(decision.codes, decision.amounts, strict=True) if decision.verdict is Verdict.AUTO else ()


def _row(
    school_id: int, judged: Judged, result: Any, *, desk: Desk, taken: Mapping[int, Dong], now: dt.datetime
) -> MatchDecision:
    """The row to keep: `result` is the payment or its refusal, None when nothing was booked. `taken` is what the lines
    before it took of each invoice."""
    line, decision = judged.line, judged.decision
    if judged.deposit is not None and result is None and not judged.books:
        return _of_deposit(line, judged.deposit, now)
    refused = isinstance(result, PaymentRefusedError)
    is_held = decision.verdict is Verdict.AUTO and not judged.books
    verdict = Verdict.SUGGEST if refused or is_held else decision.verdict
    reason: dict[str, Any] = {"code": decision.reason.code, "params": dict(decision.reason.params)}
    if judged.bill and result is None:
        reason = {"code": "bill_maybe", "params": {"number": judged.bill}}
    if isinstance(result, PaymentRefusedError):
        reason = {"code": f"refused_{result.code}", "params": {k: str(v) for k, v in result.params.items()}}
    _named(reason, desk)
    return new_row(
        MatchDecision, school_id=school_id, line_id=line.id, decision=verdict.value, rule=decision.rule.value,
        version=RULES_VERSION, reason=reason, candidates=_candidates(line, decision, desk, taken),
        differs=differences(decision), confidence=_confidence(decision, verdict),
        payment_id=None if refused or result is None else result.id, decided_at=now,
    )  # fmt: skip


def _confidence(decision: Decision, verdict: Verdict) -> int | None:
    """As measured; a certain decision that somebody refused or undid is as good as any other proposal of its kind."""
    percent = confidence(decision)
    return _HELD if percent == CERTAIN and verdict is not Verdict.AUTO else percent


def _of_deposit(line: BankLine, deposit: CashDeposit, now: dt.datetime) -> MatchDecision:
    """The school's own cash, it seems: no invoice is proposed for it."""
    params = {"slip": deposit.slip_number, "day": f"{deposit.deposited_on:%d/%m/%Y}"}
    return new_row(
        MatchDecision, school_id=line.school_id, line_id=line.id, decision=Verdict.SUGGEST.value, rule="deposit",
        version=RULES_VERSION, reason={"code": "deposit", "params": params}, decided_at=now,
    )  # fmt: skip


def _candidates(line: BankLine, decision: Decision, desk: Desk, taken: Mapping[int, Dong]) -> list[dict[str, Any]]:
    """Proposals to show, the decision's own first, each with what speaks for it."""
    proposed = dict(zip(decision.codes, decision.amounts, strict=True))
    evidence = {c.code: [e.value for e in c.evidence] for c in decision.candidates}
    result = []
    for code in [*proposed, *(c for c in evidence if c not in proposed)]:
        invoice = desk.invoice(str(line.bank_account_id), code)
        if invoice is not None:
            result.append(
                {
                    "invoice_id": invoice.id,
                    "code": code,
                    "student_name": invoice.student_name,
                    "class_name": invoice.class_name,
                    "outstanding": int(invoice.outstanding - taken.get(invoice.id, ZERO)),
                    "amount": int(proposed[code]) if code in proposed else None,
                    "evidence": evidence.get(code, []),
                }
            )
    return result


def _named(reason: dict[str, Any], desk: Desk) -> None:
    """Reasons carry the pupil's key; people read the name."""
    key = reason["params"].get("student")
    if key:
        named = desk.someones(key)
        if named is not None:
            reason["params"]["student"] = f"{named.student_name} – {named.class_name}"
