"""Bank feeds: what a provider pushes about movements on the school's own account, in one form for all providers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from truongso.kernel.money import Dong
from truongso.payments.providers import casso, payos, sepay
from truongso.payments.providers.types import ForgedError, UnreadableError

SEPAY, CASSO, PAYOS = "sepay", "casso", "payos"


class FeedError(Exception):
    """A notice that is not genuine (`is_forged`) or cannot be read; `code` is stable."""

    def __init__(self, code: str, *, is_forged: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_forged = is_forged


@dataclass(frozen=True, slots=True)
class FeedMovement:
    """One movement as a feed reports it. `external_id` is the provider's own number, the key against duplicates.

    `virtual_account` is the number that stands for one invoice or pupil, when the payer used one.
    """

    external_id: str
    account: str
    is_credit: bool
    amount: Dong
    booked_at: dt.datetime
    reference: str
    memo: str
    balance: Dong | None
    virtual_account: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_bank: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A provider of bank feeds. `gives_secret`: the provider makes the signing secret, otherwise we do."""

    code: str
    name: str
    gives_secret: bool
    verify: Callable[[bytes, Mapping[str, str], Sequence[str], dt.datetime], None]
    read: Callable[[bytes], FeedMovement]


def verify(provider: str, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: dt.datetime) -> None:
    """Return when the raw body comes from the provider. Raises FeedError; an unknown provider is never genuine."""
    try:
        _feed(provider).verify(body, headers, secrets, now)
    except (sepay.SignatureError, ForgedError, UnreadableError) as error:
        raise FeedError(error.code, is_forged=True) from error


def read(provider: str, body: bytes) -> FeedMovement:
    """The movement in a verified body. Raises FeedError."""
    try:
        return _feed(provider).read(body)
    except (sepay.NoticeError, ForgedError, UnreadableError) as error:
        raise FeedError(error.code, is_forged=False) from error


def _feed(provider: str) -> Feed:
    feed = FEEDS.get(provider)
    if feed is None:
        raise FeedError("unknown_provider", is_forged=True)
    return feed


def _verify_sepay(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: dt.datetime) -> None:
    sepay.verify_signature(body, headers, secrets=secrets, now=now)


def _read_sepay(body: bytes) -> FeedMovement:
    notice = sepay.parse_notice(body)
    return FeedMovement(
        external_id=str(notice.id), account=notice.account, is_credit=notice.transfer_type is sepay.TransferType.IN,
        amount=notice.amount, booked_at=notice.booked_at, reference=notice.reference, memo=notice.content,
        balance=notice.accumulated, virtual_account=notice.sub_account,
    )  # fmt: skip


def _verify_casso(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], _now: dt.datetime) -> None:
    casso.verify(body, headers, secrets=secrets)


def _read_casso(body: bytes) -> FeedMovement:
    notice = casso.parse(body)
    return FeedMovement(
        external_id=notice.id, account=notice.account, is_credit=notice.is_credit, amount=notice.amount,
        booked_at=notice.booked_at, reference=notice.reference, memo=notice.description, balance=notice.balance,
        virtual_account=notice.virtual_account, payer_name=notice.payer_name, payer_account=notice.payer_account,
        payer_bank=notice.payer_bank,
    )  # fmt: skip


def _verify_payos(body: bytes, _headers: Mapping[str, str], secrets: Sequence[str], _now: dt.datetime) -> None:
    payos.verify(body, secrets=secrets)


def _read_payos(body: bytes) -> FeedMovement:
    told = payos.transfer_in(body)
    return FeedMovement(
        # Banks reuse short references: the moment belongs to the key.
        external_id=f"{told.reference[:60]}@{told.at:%y%m%d%H%M%S}", account=told.account, is_credit=True,
        amount=told.amount, booked_at=told.at, reference=told.reference, memo=told.description, balance=None,
        virtual_account=told.virtual_account, payer_name=told.payer_name, payer_account=told.payer_account,
        payer_bank=told.payer_bank,
    )  # fmt: skip


FEEDS: dict[str, Feed] = {
    SEPAY: Feed(SEPAY, "SePay", False, _verify_sepay, _read_sepay),
    CASSO: Feed(CASSO, "Casso", True, _verify_casso, _read_casso),
    PAYOS: Feed(PAYOS, "payOS", True, _verify_payos, _read_payos),
}
