"""What every gateway speaks, in one form: requests to build, answers and notices to read. Pure, no Django, no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from truongso.kernel.money import Dong

Credentials = Mapping[str, str]
MAX_BYTES = 256 * 1024  # of a notice or an answer


class ProtocolError(Exception):
    """A message that cannot be believed or read; `code` is stable, `params` fill the message."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


class ForgedError(ProtocolError):
    """Not proved to come from the gateway: no signature, a wrong one, or one by foreign keys.

    Codes: no_secret, signature_missing, signature_malformed, signature_wrong.
    """


class UnreadableError(ProtocolError):
    """Signed or not, it cannot be read in exactly one way.

    Codes: too_large, not_json, not_a_query, duplicate_key (key), unknown_key (key), field_missing, field_type,
    field_value (field).
    """


class AnswerError(ProtocolError):
    """The gateway's answer to our question is no use: http_status, answer_unsigned, answer_of_another_order, or it
    refused (`refused_<code>`)."""


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing a gateway gives to a merchant. `pattern` fits the whole value; secrets are never shown again."""

    name: str
    is_secret: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a gateway is: `api` for our calls, `pay` the page on which a payer continues when we build its address."""

    api: str
    pay: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call to make: `path` is appended to the base address."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came back."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class RawNotice:
    """A notice as received; `query` is the raw query string, nothing decoded."""

    method: str
    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """An order to open. `description` is plain ASCII; moments are aware; `note` is a short code of at most 9 signs."""

    reference: str
    amount: Dong
    description: str
    note: str
    notice_url: str
    return_url: str
    client_ip: str
    now: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Created:
    """An opened order: where the payer continues, and the gateway's own number of it when it gives one."""

    pay_url: str
    gateway_id: str = ""


class Status(StrEnum):
    """What a gateway says of an order."""

    PAID = "paid"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class GenuineNotice:
    """A notice that its gateway signed. Genuine is not yet valid: merchant, order, amount and currency are claims.

    `txn_id` is the gateway's number of the money ("" when there was none), `problem` its code when it failed,
    `instrument` what the payer used in the gateway's own words.
    """

    status: Status
    reference: str
    amount: Dong
    txn_id: str
    paid_at: dt.datetime | None
    merchant: str
    currency: str = "VND"
    problem: str = ""
    instrument: str = ""


class Verdict(StrEnum):
    """What was made of a notice, to be said in the gateway's own words."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    UNKNOWN_ORDER = "unknown_order"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CONTENT = "wrong_content"
    TRY_AGAIN = "try_again"


@dataclass(frozen=True, slots=True)
class Reply:
    """The HTTP answer to a notice."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A question about an order. `request_id` is new each time; `created_at` is when the order was opened."""

    reference: str
    gateway_id: str
    request_id: str
    created_at: dt.datetime
    now: dt.datetime
    client_ip: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Money of an order: one transaction of the gateway."""

    txn_id: str
    amount: Dong
    paid_at: dt.datetime


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The gateway's answer. PAID carries the money; PENDING may also carry part of it (payOS)."""

    status: Status
    moneys: tuple[Paid, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to give back of one transaction. `refund_reference` is ours and the same when asked again."""

    reference: str
    refund_reference: str
    txn_id: str
    amount: Dong
    paid_amount: Dong
    reason: str
    created_at: dt.datetime
    requested_at: dt.datetime
    now: dt.datetime
    by: str
    client_ip: str
    has_twin: bool = False  # another refund of the payment has the same amount: the amount does not tell which is meant


class RefundStatus(StrEnum):
    """What a gateway says of a refund. REFUSED is final; MISSING: it has never heard of it, asking again is safe;
    UNCLEAR: a failure that leaves open whether the money went, to be asked about before it is believed."""

    DONE = "done"
    PROCESSING = "processing"
    REFUSED = "refused"
    MISSING = "missing"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class RefundResult:
    status: RefundStatus
    refund_id: str = ""
    problem: str = ""


class Gateway(Protocol):
    """One gateway's protocol: builds requests, reads answers and notices. Holds no state and opens no connection.

    `credentials` come as a mapping of the fields it names. Reading takes several live sets, the present one first, so
    that keys can be replaced without losing notices.
    """

    code: str
    merchant_field: str
    fields: tuple[CredentialField, ...]
    live: Addresses
    test: Addresses
    pay_domains: tuple[str, ...]  # the payer is sent nowhere but to these and names under them
    notice_method: str  # GET or POST
    has_fixed_amount: bool  # the payer cannot pay another amount than asked
    pays_straight: bool  # money goes to the school's own account at once, each transfer a bank line of its own
    has_refunds: bool
    repeats_to_ask: bool  # what became of a refund is asked by sending it again: never without a person
    key_problems: frozenset[str]  # refusals that mean "unknown merchant or wrong keys"
    least: Dong
    most: Dong

    def reference(self, token: int, now: dt.datetime) -> str:
        """An order's name made of 49 random bits."""
        ...

    def create(self, request: CreateRequest, credentials: Credentials, addresses: Addresses) -> Outgoing | Created: ...

    def read_created(self, answer: Incoming, request: CreateRequest, credentials: Credentials) -> Created:
        """Raises AnswerError."""
        ...

    def read_notice(self, raw: RawNotice, live: Sequence[Credentials]) -> GenuineNotice:
        """Raises ForgedError or UnreadableError."""
        ...

    def reply(self, verdict: Verdict) -> Reply: ...

    def query(self, request: QueryRequest, credentials: Credentials) -> Outgoing: ...

    def read_query(self, answer: Incoming, request: QueryRequest, credentials: Credentials) -> QueryResult:
        """Raises AnswerError."""
        ...

    def refund(self, request: RefundRequest, credentials: Credentials) -> Outgoing: ...

    def read_refund(self, answer: Incoming, request: RefundRequest, credentials: Credentials) -> RefundResult:
        """Raises AnswerError."""
        ...

    def refund_progress(self, request: RefundRequest, credentials: Credentials) -> Outgoing: ...

    def read_refund_progress(
        self, answer: Incoming, request: RefundRequest, credentials: Credentials
    ) -> RefundResult: ...
