"""The twins by provider: what the common parts (pages, queue, switches) need of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from truongso.sandbox.gateways.momo.twin import MomoTwin
from truongso.sandbox.gateways.payos.twin import PayosTwin
from truongso.sandbox.gateways.types import Merchant, Notice, Order, Outcome, Provider, Verdict
from truongso.sandbox.gateways.vnpay.twin import VnpayTwin
from truongso.sandbox.gateways.zalopay.twin import ZalopayTwin
from truongso.sandbox.sending import Answer


class Twin(Protocol):
    """A provider's side of its published protocol, apart from its own HTTP interface."""

    TITLE: str
    ANSWER_SECONDS: float
    """How long the provider waits for the answer to a notice."""
    WAITS_MINUTES: tuple[float, ...]
    """After each unanswered or refused notice."""
    OUTCOMES: Mapping[str, Outcome]
    """How a payer's visit may end, by our own word."""
    SOURCES: tuple[tuple[str, str], ...]
    """What the payer may pay with: the provider's code and its name."""
    KEYS: Mapping[str, Callable[[], str]]
    """Names of a merchant's keys and how a new one is drawn."""

    def number(self, order: Order) -> str:
        """The provider's own number of a payment."""
        ...

    def tells(self, order: Order) -> bool:
        """Whether the provider sends a notice for an order in this state."""
        ...

    def notice_fields(self, merchant: Merchant, order: Order) -> dict[str, Any]:
        """What a notice says before it is signed."""
        ...

    def notice(self, url: str, fields: Mapping[str, Any], keys: Mapping[str, str]) -> Notice:
        """The signed notice."""
        ...

    def verdict(self, answer: Answer) -> Verdict:
        """What the merchant's answer means."""
        ...

    def back(self, merchant: Merchant, order: Order) -> str:
        """Where the payer's browser is sent; "" when the merchant named no address."""
        ...


TWINS: dict[Provider, Twin] = {
    Provider.VNPAY: VnpayTwin(),
    Provider.MOMO: MomoTwin(),
    Provider.ZALOPAY: ZalopayTwin(),
    Provider.PAYOS: PayosTwin(),
}


def twin_of(provider: Provider) -> Twin:
    return TWINS[provider]
