"""The seam to the gateways: the one place that knows how a refund is asked of them."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.money import Dong
from truongso.payments.gateways.refunds import asks_by_repeating, can_refund, refund_progress, request_refund
from truongso.payments.gateways.types import GatewayRefusedError, RefundOutcome, RefundState
from truongso.payments.models import Payment
from truongso.payments.refunds.types import RefundRefusedError


def is_possible(school_id: int, payment_id: int) -> bool:
    """Whether the payment's gateway takes refunds; 2 queries."""
    payment = Payment.objects.for_school(school_id).filter(pk=payment_id).first()
    return payment is not None and can_refund(school_id, payment=payment)


def must_not_ask(school_id: int, *, payment: Payment, may_repeat: bool) -> bool:
    """Whether asking what became of a refund would be sending it again, when nobody may; 2 queries."""
    return not may_repeat and asks_by_repeating(school_id, payment=payment)


def ask(
    school_id: int,
    *,
    payment: Payment,
    amount: Dong,
    reason: str,
    reference: str,
    requested_at: dt.datetime,
    was_asked: bool,
    has_twin: bool,
    may_repeat: bool,
) -> RefundOutcome:
    """Ask for a refund, or what became of it; outside transactions. The same reference and moment are never paid twice.

    One that was asked is asked for again only when the gateway says that it never got it, by a person and on the same
    day (`may_repeat`): gateways tell repeated requests from new ones for a day. Else MISSING, for a person to see.
    Once it was asked, only the refund itself shown as refused is REFUSED; any other no (to the question, to the
    repeated request, of our own) is UNKNOWN, for the first asking may stand.

    Raises RefundRefusedError `gateway_refused` (problem), never for one that was asked.
    """

    def request() -> RefundOutcome:
        return request_refund(
            school_id, payment=payment, amount=amount, reason=reason, reference=reference, requested_at=requested_at,
            has_twin=has_twin,
        )  # fmt: skip

    try:
        if not was_asked:
            return request()
        told = refund_progress(
            school_id, payment=payment, amount=amount, reason=reason, reference=reference,
            requested_at=requested_at, has_twin=has_twin,
        )  # fmt: skip
        if told.state is RefundState.REFUSED:
            return told
        if told.state is RefundState.MISSING and may_repeat:
            told = request()
    except GatewayRefusedError as error:
        if was_asked:
            return RefundOutcome(RefundState.UNKNOWN, amount, reference, problem=error.code)
        raise RefundRefusedError("gateway_refused", problem=error.code) from error
    if told.state in {RefundState.REFUSED, RefundState.UNSUPPORTED}:
        return RefundOutcome(RefundState.UNKNOWN, amount, reference, problem=told.problem)
    return told
