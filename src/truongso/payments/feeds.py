"""Bank feeds: what a provider pushes about movements on the school's own account, in one form for all providers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from truongso.kernel.money import Dong
from truongso.payments.providers import sepay

SEPAY = "sepay"


class FeedError(Exception):
    """A notice that is not genuine (`is_forged`) or cannot be read; `code` is stable."""

    def __init__(self, code: str, *, is_forged: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_forged = is_forged


@dataclass(frozen=True, slots=True)
class FeedMovement:
    """One movement as a feed reports it. `external_id` is the provider's own number, the key against duplicates."""

    external_id: str
    account: str
    is_credit: bool
    amount: Dong
    booked_at: dt.datetime
    reference: str
    memo: str
    balance: Dong | None


def verify(provider: str, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: dt.datetime) -> None:
    """Return when the raw body comes from the provider. Raises FeedError; an unknown provider is never genuine."""
    if provider != SEPAY:
        raise FeedError("unknown_provider", is_forged=True)
    try:
        sepay.verify_signature(body, headers, secrets=secrets, now=now)
    except sepay.SignatureError as error:
        raise FeedError(error.code, is_forged=True) from error


def read(provider: str, body: bytes) -> FeedMovement:
    """The movement in a verified body. Raises FeedError."""
    if provider != SEPAY:
        raise FeedError("unknown_provider", is_forged=True)
    try:
        notice = sepay.parse_notice(body)
    except sepay.NoticeError as error:
        raise FeedError(error.code, is_forged=False) from error
    return FeedMovement(
        external_id=str(notice.id), account=notice.account, is_credit=notice.transfer_type is sepay.TransferType.IN,
        amount=notice.amount, booked_at=notice.booked_at, reference=notice.reference, memo=notice.content,
        balance=notice.accumulated,
    )  # fmt: skip
