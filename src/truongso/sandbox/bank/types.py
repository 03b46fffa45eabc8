"""What the sandbox bank keeps: accounts, lines, transfers, notices. Pure: no Django, no user texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.types import Direction
from truongso.kernel.money import Dong
from truongso.sandbox.errors import SandboxError


class BankError(SandboxError):
    """What the bank will not do. `code` is stable, `params` fill its text; nothing was changed.

    Codes: account_unknown (bin, account) · payer_unknown (account) · account_kind (account) · number_taken
    (account) · amount_missing · amount_positive · amount_large (limit) · balance_low (balance, amount) ·
    channel_unknown (channel) · webhook_not_local (url) · webhook_incomplete · key_used (key) ·
    transfer_unknown (id) · line_unknown (id) · delivery_unknown (id) · no_webhook (account) · layout_needed
    (bin) · layout_unknown (layout) · period_reversed · feed_unknown (feed) · biller_unknown · bill_unknown (number) ·
    bill_nothing_owed (number) · bill_no_answer · bill_refused (told) · bill_payment_unknown ·
    bill_nothing_held; `qr_…` and `image_…` from reading a code.
    """


class Role(StrEnum):
    """Whose account it is: a payer with the bank's app, or a receiver with notices and statements."""

    CUSTOMER = "customer"
    RECEIVER = "receiver"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Feed:
    """Who is told of an account's lines: a feed provider's protocol, the school's address and its signing key."""

    provider: str
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `balance` is never negative; `opening` is what it held before its first line.

    `feeds` is empty for customers; `notices_on` is the switch of them all: off, only the statement tells of
    new lines. `virtual_numbers` are the numbers that stand for the account: money sent to one arrives here.
    """

    number: str
    bank_bin: str
    holder: str
    role: Role
    opening: Dong
    balance: Dong
    notices_on: bool
    feeds: tuple[Feed, ...] = ()
    virtual_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One movement as the account's bank tells it.

    `id` is never used twice, not even by another data directory; `reference` is a short counter that starts
    again every day, as some banks have it. `balance` is the balance when the line was booked, whatever the
    date it carries. `memo` is what a notice says; `narrative` is the same before the bank's 35-sign breaks,
    which statements of such banks add themselves. `counter_bin` is the other side's bank; `virtual_account` the
    number the payer sent to when it stands for the account ("" otherwise).
    """

    id: int
    account: str
    booked_at: dt.datetime
    direction: Direction
    amount: Dong
    balance: Dong
    narrative: str
    memo: str
    reference: str
    counter_account: str
    counter_name: str
    transfer: int | None
    counter_bin: str = ""
    virtual_account: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer to carry out. `bank_bin` None: whatever bank the receiver is at.

    `channel` names how the memo travels (see memos); `at` is aware. `key` makes a repeated request the same
    transfer. `notify` False keeps the notice back; `delay_seconds` sends it later.
    """

    payer: str
    receiver: str
    amount: Dong
    memo: str
    at: dt.datetime
    bank_bin: str | None = None
    channel: str = "intact"
    notify: bool = True
    delay_seconds: float = 0.0
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer carried out: the order's words and the receiver's line."""

    id: int
    payer: str
    payer_name: str
    receiver: str
    receiver_name: str
    receiver_bin: str
    amount: Dong
    typed_memo: str
    channel: str
    line: Line


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to a school by a feed. `body` never changes; what is signed anew is in the headers.

    `status` is the last HTTP answer (None: no answer), `error` a stable word (refused, timeout, broken,
    no_webhook) when there was none. `next_at` is None once delivered or given up.
    """

    id: int
    line: int
    account: str
    feed: str
    url: str
    body: bytes
    state: DeliveryState
    attempts: int
    status: int | None
    error: str
    created_at: dt.datetime
    next_at: dt.datetime | None
    delivered_at: dt.datetime | None
