"""Words of gateways: attempts, the two axes of their state, refusals, channel health, outcome of a refund."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong


class Provider(StrEnum):
    """Gateways with which a school may have a channel."""

    VNPAY = "vnpay"
    MOMO = "momo"
    ZALOPAY = "zalopay"
    PAYOS = "payos"


class ChannelMethod(StrEnum):
    """What a payment through a channel counts as (values of payments.types.Method)."""

    WEB = "web"
    MOBILE_MONEY = "mobile_money"


class AttemptState(StrEnum):
    """Life of an attempt. Only facts move it; PAID is final, every other state may still turn into PAID."""

    CREATED = "created"  # written down, the gateway has not answered yet
    PENDING = "pending"  # the payer has the gateway's page
    PAID = "paid"  # money came: notice or query-back
    FAILED = "failed"  # the gateway says no
    EXPIRED = "expired"  # nobody paid in time
    CANCELLED = "cancelled"  # withdrawn by the payer or the school


OPEN_STATES = (AttemptState.CREATED, AttemptState.PENDING)


class AmountState(StrEnum):
    """First axis: the money that came against what was asked and still owed."""

    NONE = "none"
    PARTIAL = "partial"
    EXACT = "exact"
    OVER = "over"  # part of it became family credit


class TimeState(StrEnum):
    """Second axis: when the money came."""

    NONE = "none"
    IN_TIME = "in_time"
    LATE = "late"  # after the attempt had expired
    AFTER_CANCEL = "after_cancel"  # an invoice or the attempt itself was cancelled before


class ToldBy(StrEnum):
    """Who brought the news of money first."""

    NOTICE = "notice"
    QUERY = "query"


class GatewayRefusedError(Exception):
    """An attempt, channel or refund cannot be made as asked. `code` is stable; `params` fill the message.

    start_attempt: channel_inactive, no_invoice, unknown_invoice, invoice_cancelled, amount_not_positive,
    amount_exceeds_debt, too_many_invoices, several_families, amount_outside_limits, bad_return_url,
    gateway_unreachable, gateway_refused.
    Channels: unknown_provider, credential_missing, credential_malformed, other_merchant, bad_api_base, bad_label,
    bad_fee. Refunds: not_by_gateway, amount_not_positive, refund_exceeds_payment, bad_reference.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel has been doing. `is_failing` since the first problem after the last success."""

    is_active: bool
    is_failing: bool
    last_ok_at: dt.datetime | None
    failing_since: dt.datetime | None
    last_problem: str


class RefundState(StrEnum):
    """What a gateway made of a refund request."""

    DONE = "done"
    PROCESSING = "processing"  # ask again with refund_progress
    REFUSED = "refused"
    MISSING = "missing"  # not shown by the gateway: on the same day asking again with the same reference is safe
    UNKNOWN = "unknown"  # no answer: ask again with the same reference, it is never paid twice
    UNCLEAR = "unclear"  # an answer that sounds like a failure: `request_refund` asks what became of it
    UNSUPPORTED = "unsupported"  # the gateway has no refund interface: return the money by bank transfer


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """`reference` is ours, `refund_id` the gateway's own number of the refund ("" when it has none yet)."""

    state: RefundState
    amount: Dong
    reference: str
    refund_id: str = ""
    problem: str = ""
