"""What the gateways keep: merchants, orders, refunds, notices. Pure: no Django, no user texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from truongso.kernel.money import Dong
from truongso.sandbox.errors import SandboxError


class GatewayError(SandboxError):
    """What the gateways will not do. Nothing was changed.

    Codes: provider_unknown (provider) · merchant_unknown (merchant) · order_unknown (order) · order_ended (order) ·
    outcome_unknown (outcome) · notice_unknown (order) · delivery_unknown (id) · address_not_local (url) ·
    bank_missing · account_missing (merchant) · nothing_to_settle · bank_refused (message) ·
    terminal_unknown (tid) · terminal_taken (tid) · sale_unknown (trace) · batch_empty (tid) · batch_unknown (batch) ·
    batch_settled (batch) · card_refused (reason) · amount_positive · wallet_limit (limit, left).
    """


class Provider(StrEnum):
    VNPAY = "vnpay"
    MOMO = "momo"
    ZALOPAY = "zalopay"
    PAYOS = "payos"


class OrderState(StrEnum):
    """`processing`: the payer has confirmed, the result is not known yet."""

    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN_STATES = (OrderState.PENDING, OrderState.PROCESSING)


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What happens to a result's notice: sent after so many seconds, so many times (0: lost on the way)."""

    delay_seconds: float = 0.0
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Merchant:
    """A school's contract with a provider.

    `code` is what the provider calls it (TmnCode, partnerCode, app_id, client id); `keys` its keys by name;
    `notify_url` where results go when the request names no address; `account` with `bank_bin` and `holder` where the
    money is paid out; `fee_bp` the provider's fee in hundredths of a per cent; `plan` what becomes of its notices,
    `refunds` of its refunds.
    """

    id: int
    provider: Provider
    code: str
    name: str
    keys: Mapping[str, str]
    notify_url: str
    account: str
    bank_bin: str
    holder: str
    fee_bp: int
    plan: NoticePlan
    memo_limit: int
    refunds: RefundPlan


@dataclass(frozen=True, slots=True)
class Order:
    """A payment asked for. `ref` is the merchant's own name of it, `number` the provider's ("" before the payer acts).

    `code` is the provider's result code; `source` what the payer paid with (a bank's code, a wallet); `details` what
    else the request said. `paid` is what has come in. `token` opens the payer's page.
    """

    id: int
    token: str
    merchant: int
    ref: str
    request_id: str
    amount: Dong
    info: str
    details: Mapping[str, Any]
    return_url: str
    cancel_url: str
    notify_url: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    state: OrderState
    code: str
    source: str
    number: str
    paid: Dong
    ended_at: dt.datetime | None
    settlement: int | None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as a request asks for it."""

    ref: str
    amount: Dong
    info: str
    request_id: str = ""
    details: Mapping[str, Any] | None = None
    return_url: str = ""
    cancel_url: str = ""
    notify_url: str = ""
    expires_at: dt.datetime | None = None
    number: str = ""
    token: str = ""


class RefundState(StrEnum):
    DONE = "done"
    PROCESSING = "processing"
    REFUSED = "refused"


class RefundOutcome(StrEnum):
    """What becomes of a merchant's refunds: done, taken in to be done later, refused, or done with an answer that
    sounds like a failure."""

    DONE = "done"
    PROCESSING = "processing"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """`is_lost`: what was asked is done, and the answer never arrives."""

    outcome: RefundOutcome = RefundOutcome.DONE
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back. `number` is the provider's."""

    id: int
    order: int
    request_id: str
    amount: Dong
    reason: str
    number: str
    at: dt.datetime
    state: RefundState


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a payer's visit may end, with the provider's code for it."""

    state: OrderState
    code: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice ready to be sent; the same bytes at every attempt."""

    method: str
    url: str
    body: bytes | None = None


class Verdict(StrEnum):
    """What a merchant's answer means: heard, to be tried again, or refused for good."""

    DONE = "done"
    AGAIN = "again"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way. `status` and `answer` are the last reply, `error` a stable word when there was none."""

    id: int
    order: int
    provider: Provider
    method: str
    url: str
    body: bytes | None
    state: DeliveryState
    attempts: int
    status: int | None
    error: str
    answer: bytes
    created_at: dt.datetime
    next_at: dt.datetime | None
    delivered_at: dt.datetime | None
