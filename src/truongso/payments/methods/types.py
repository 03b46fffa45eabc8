"""Ways to pay of a school: what is offered, ready and used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong
from truongso.payments.types import Method

FOUR = (Method.QR_TRANSFER, Method.WEB, Method.MOBILE_MONEY, Method.CARD_POS)
"""The four ways of which a school offers at least three (NB-PL.II.3a)."""

LEAST_OF_FOUR = 3


class Lack(StrEnum):
    """What keeps a way to pay from being ready, or from being in good health."""

    OFF = "off"  # the school has switched it off
    NO_ACCOUNT = "no_account"  # no active receiving account
    NO_CHANNEL = "no_channel"  # no active channel at a gateway
    CHANNEL_DOWN = "channel_down"  # every active channel is failing
    NO_TERMINAL = "no_terminal"  # no active card terminal
    NO_PARTNER = "no_partner"  # no active bank at the bill service
    NOT_LIVE = "not_live"  # set up, but no partner has been put into operation: its list is not complete


class Caution(StrEnum):
    """What a family should know of a way that is offered, before it goes there."""

    UNUSED = "unused"  # the bank has never called: it may not show the school yet
    SILENT = "silent"  # quiet for longer than it ever usually is


@dataclass(frozen=True, slots=True)
class Proof:
    """A standing payment that shows a way to pay in use within the period; `count` and `amount` of all of them."""

    payment_public_id: str
    paid_on: dt.date
    count: int
    amount: Dong


@dataclass(frozen=True, slots=True)
class Readiness:
    """How one way to pay stands: `lack` says why it is not ready, `proof` that it is used."""

    method: Method
    lack: Lack | None
    proof: Proof | None

    @property
    def is_ready(self) -> bool:
        return self.lack is None

    @property
    def is_used(self) -> bool:
        return self.proof is not None


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A way to pay as a family chooses it, for one amount. `total` is what leaves its purse, fee included."""

    method: Method
    fee: Dong
    total: Dong
    how_to: str
    channels: tuple[str, ...]  # public ids of channels that work now, the cheapest first
    is_down: bool  # offered, but not working at the moment
    caution: Caution | None = None

    @property
    def is_free(self) -> bool:
        return not self.fee
