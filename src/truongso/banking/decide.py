"""Running the matcher over bank lines and booking what is certain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from truongso.banking.batches.straight import settle_straight
from truongso.banking.deposits.fit import held, says_cash
from truongso.banking.desk import Desk
from truongso.banking.grouped import spelled_out
from truongso.banking.matching.types import RULES_VERSION, Decision, Transfer, Verdict
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.types import Direction, LineState
from truongso.kernel import banks, clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.payments.public import CashDeposit, book_many
from truongso.payments.types import Booking, EvidenceKind, Method, PaymentRefusedError, Share

SOURCE = "bank"


@transaction_required
def decide_lines(school_id: int, lines: Sequence[BankLine], *, actor: Actor, desk: Desk | None = None) -> int:
    """Match waiting credits in order and book the certain ones; returns how many were booked.

    Every line gets a stored decision with rule, version, reason and candidates. `desk` is kept by a caller who comes
    with part after part.
    """
    waiting = [x for x in lines if x.state == LineState.WAITING.value and x.direction == Direction.IN.value]
    if not waiting:
        return 0
    settled = settle_straight(school_id, waiting, actor=actor)
    waiting = [x for x in waiting if x.pk not in settled]
    desk = desk or Desk(school_id)
    desk.renew()
    memos = spelled_out(school_id, waiting, desk.invoices())
    transfers = [_transfer(line, f"{memos.get(line.pk, line.memo)} {line.virtual_account}") for line in waiting]
    decisions = desk.decide(transfers)
    deposits = held(school_id, waiting)
    certain = [
        (line, d)
        for line, d in zip(waiting, decisions, strict=True)
        if d.verdict is Verdict.AUTO and not (line.pk in deposits and says_cash(line.memo))
    ]
    results = book_many(school_id, bookings=[_booking(line, d, desk) for line, d in certain], actor=actor)
    booked = dict(zip((line.pk for line, _ in certain), results, strict=True))
    now = clock.now()
    MatchDecision.objects.bulk_create(
        (
            _of_deposit(line, deposits[line.pk], now)
            if line.pk in deposits and line.pk not in booked
            else _stored(school_id, line, decision, booked.get(line.pk), desk=desk, now=now)
            for line, decision in zip(waiting, decisions, strict=True)
        ),
        batch_size=2000,
    )
    done = {pk for pk, result in booked.items() if not isinstance(result, PaymentRefusedError)}
    BankLine.objects.for_school(school_id).filter(among("pk", done)).update(state=LineState.MATCHED.value)
    for line, transfer, decision in zip(waiting, transfers, decisions, strict=True):
        if line.pk in done:
            line.state = LineState.MATCHED.value
            desk.learn(transfer, decision.codes)
    return len(done)


def booking_for(line: BankLine, shares: Sequence[Share]) -> Booking:
    """A request to book a whole bank line on the given shares."""
    return Booking(
        kind=EvidenceKind.BANK_LINE, source=SOURCE, reference=str(line.pk), evidence_amount=line.amount,
        amount=line.amount, method=_method(line), received_at=moment(line), payer_name=line.counter_name,
        payer_account=line.counter_account, shares=tuple(shares), bank_account_id=line.bank_account_id,
        in_suspense=True, bank_reference=line.reference,
    )  # fmt: skip


def _method(line: BankLine) -> Method:
    """Mobile Money when the payer's institution, as the bank reports it, is a Mobile Money operator (its app scans the
    same VietQR); any other credit is a transfer."""
    payers = banks.named(line.counter_bank)
    is_mobile = payers is not None and payers.kind is banks.BankKind.MOBILE_MONEY
    return Method.MOBILE_MONEY if is_mobile else Method.QR_TRANSFER


def moment(line: BankLine) -> dt.datetime:
    """When the money came: the bank's time, or noon of its day when it prints dates only."""
    if line.booked_at is not None:
        return line.booked_at
    return dt.datetime.combine(line.booked_on, dt.time(12), tzinfo=clock.SCHOOL_TIME)


def _transfer(line: BankLine, memo: str) -> Transfer:
    return Transfer(
        id=str(line.pk), date=line.booked_on.isoformat(), bank_ref=line.reference, amount=line.amount, memo=memo,
        payer_name=line.counter_name, payer_account=line.counter_account, account=str(line.bank_account_id),
    )  # fmt: skip


def _booking(line: BankLine, decision: Decision, desk: Desk) -> Booking:
    shares = [
        Share(invoice.id, amount)
        for code, amount in zip(decision.codes, decision.amounts, strict=True)
        if amount and (invoice := desk.invoice(str(line.bank_account_id), code))
    ]
    return booking_for(line, shares)


def _stored(
    school_id: int,
    line: BankLine,
    decision: Decision,
    result: Any,
    *,
    desk: Desk,
    now: dt.datetime,
) -> MatchDecision:
    refused = isinstance(result, PaymentRefusedError)
    verdict = Verdict.SUGGEST if refused else decision.verdict
    reason: dict[str, Any] = {"code": decision.reason.code, "params": dict(decision.reason.params)}
    if isinstance(result, PaymentRefusedError):
        reason = {"code": f"refused_{result.code}", "params": {k: str(v) for k, v in result.params.items()}}
    _named(reason, desk)
    return MatchDecision(
        school_id=school_id, line_id=line.pk, decision=verdict.value, rule=decision.rule.value, version=RULES_VERSION,
        reason=reason, candidates=_candidates(line, decision, desk),
        payment=None if refused else result, decided_at=now,
    )  # fmt: skip


def _of_deposit(line: BankLine, deposit: CashDeposit, now: dt.datetime) -> MatchDecision:
    """The school's own cash, it seems: no invoice is proposed for it."""
    params = {"slip": deposit.slip_number, "day": f"{deposit.deposited_on:%d/%m/%Y}"}
    return MatchDecision(
        school_id=line.school_id, line_id=line.pk, decision=Verdict.SUGGEST.value, rule="deposit",
        version=RULES_VERSION, reason={"code": "deposit", "params": params}, decided_at=now,
    )  # fmt: skip


def _candidates(line: BankLine, decision: Decision, desk: Desk) -> list[dict[str, Any]]:
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
                    "outstanding": int(invoice.outstanding),
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
