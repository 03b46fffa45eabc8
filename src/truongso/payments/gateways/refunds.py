"""Giving money back through the gateway it came by. What is owed back and who approved it is decided elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.payments.gateways.addresses import gateway_of
from truongso.payments.gateways.calls import CallError, exchange
from truongso.payments.gateways.credentials import present_credentials
from truongso.payments.gateways.models import AttemptMoney
from truongso.payments.gateways.queries import money_of_evidence
from truongso.payments.gateways.query_back import SERVER_IP
from truongso.payments.gateways.types import GatewayRefusedError, RefundOutcome, RefundState
from truongso.payments.providers.types import RefundRequest

if TYPE_CHECKING:
    from truongso.payments.models import Payment


def can_refund(school_id: int, *, payment: Payment) -> bool:
    """Whether the payment came through a gateway that takes refunds."""
    money = money_of_evidence(school_id, payment.evidence_id)
    return money is not None and gateway_of(money.channel).has_refunds


def asks_by_repeating(school_id: int, *, payment: Payment) -> bool:
    """Whether the payment's gateway is asked about a refund by sending it again: a question that may let money go."""
    money = money_of_evidence(school_id, payment.evidence_id)
    return money is not None and gateway_of(money.channel).repeats_to_ask


def request_refund(
    school_id: int,
    *,
    payment: Payment,
    amount: Dong,
    reason: str,
    reference: str,
    requested_at: dt.datetime | None = None,
    by: str = "",
    has_twin: bool = False,
) -> RefundOutcome:
    """Ask the gateway to give `amount` of a payment back. Call it outside transactions; it books nothing.

    `reference` (letters and digits, at most 20) names the refund for good and `requested_at` is when it was first
    asked: with the same two, asking again is the same refund, never a second one. UNKNOWN means that no answer came.
    A failure that leaves open what happened is asked about at once: REFUSED only when the gateway shows no such refund.
    Raises GatewayRefusedError not_by_gateway, amount_not_positive, refund_exceeds_payment, bad_reference.
    """
    refund = _Refund(amount, reason, reference, requested_at or clock.now(), by, has_twin)
    told = _go(school_id, payment, refund, again=False)
    if told.state is not RefundState.UNCLEAR:
        return told
    seen = _go(school_id, payment, refund, again=True)
    return replace(told, state=RefundState.REFUSED) if seen.state is RefundState.MISSING else seen


def refund_progress(
    school_id: int,
    *,
    payment: Payment,
    amount: Dong,
    reason: str,
    reference: str,
    requested_at: dt.datetime,
    by: str = "",
    has_twin: bool = False,
) -> RefundOutcome:
    """What became of a refund that was PROCESSING or UNKNOWN; takes what `request_refund` was given.

    `has_twin`: another refund of the payment has the same amount. MISSING: the gateway does not show it. REFUSED: the
    refund itself is shown as refused; a question that was not answered is UNKNOWN, for whatever reason.
    """
    return _go(school_id, payment, _Refund(amount, reason, reference, requested_at, by, has_twin), again=True)


@dataclass(frozen=True, slots=True)
class _Refund:
    amount: Dong
    reason: str
    reference: str
    requested_at: dt.datetime
    by: str
    has_twin: bool = False


def _go(school_id: int, payment: Payment, refund: _Refund, *, again: bool) -> RefundOutcome:
    money = money_of_evidence(school_id, payment.evidence_id)
    if money is None:
        raise GatewayRefusedError("not_by_gateway")
    if refund.amount <= ZERO:
        raise GatewayRefusedError("amount_not_positive")
    if refund.amount > money.amount:
        raise GatewayRefusedError("refund_exceeds_payment", paid=int(money.amount))
    if not refund.reference.isascii() or not refund.reference.isalnum() or len(refund.reference) > 20:
        raise GatewayRefusedError("bad_reference")
    gateway, credentials = gateway_of(money.channel), present_credentials(money.channel)
    if not gateway.has_refunds:
        return RefundOutcome(RefundState.UNSUPPORTED, refund.amount, refund.reference)
    request = _request(money, refund)
    ask = gateway.refund_progress if again else gateway.refund
    read = gateway.read_refund_progress if again else gateway.read_refund
    try:
        told = exchange(money.channel, ask(request, credentials), lambda a: read(a, request, credentials))
    except CallError as error:
        # A question that is turned down (too often, bad hash) says nothing of the refund it asked about.
        state = RefundState.UNKNOWN if again or error.is_down else RefundState.REFUSED
        return RefundOutcome(state, refund.amount, refund.reference, problem=error.code)
    return RefundOutcome(RefundState(told.status.value), refund.amount, refund.reference, told.refund_id, told.problem)


def _request(money: AttemptMoney, refund: _Refund) -> RefundRequest:
    return RefundRequest(
        reference=money.attempt.reference, refund_reference=refund.reference, txn_id=money.transaction_id,
        amount=refund.amount, paid_amount=money.amount, reason=refund.reason, created_at=money.attempt.created_at,
        requested_at=refund.requested_at, now=clock.now(), by=refund.by, client_ip=SERVER_IP,
        has_twin=refund.has_twin,
    )  # fmt: skip
