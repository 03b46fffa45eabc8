"""payOS's results: the webhook of a transfer that a link asked for, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from truongso.sandbox.bank.feeds.payos import signed_body
from truongso.sandbox.gateways.keys import hexadecimal, identifier
from truongso.sandbox.gateways.types import Merchant, Notice, Order, OrderState, Outcome, Verdict
from truongso.sandbox.sending import Answer

STATUS = {
    OrderState.PENDING: "PENDING",
    OrderState.PROCESSING: "UNDERPAID",
    OrderState.PAID: "PAID",
    OrderState.FAILED: "FAILED",
    OrderState.CANCELLED: "CANCELLED",
    OrderState.EXPIRED: "EXPIRED",
}


class PayosTwin:
    TITLE: str = "payOS"
    ANSWER_SECONDS: float = 10.0
    WAITS_MINUTES: tuple[float, ...] = (1, 5, 15, 30, 60)
    """UNVERIFIED: payOS publishes no retry plan."""
    OUTCOMES: Mapping[str, Outcome] = {
        "cancelled": Outcome(OrderState.CANCELLED, "01"),
        "expired": Outcome(OrderState.EXPIRED, "02"),
    }
    """A payer does not end a link as paid: money on the account does."""
    SOURCES: tuple[tuple[str, str], ...] = (("VIETQR", "VietQR"),)
    KEYS: Mapping[str, Callable[[], str]] = {"api_key": identifier, "checksum_key": hexadecimal}

    def number(self, order: Order) -> str:
        return order.token

    def tells(self, order: Order) -> bool:
        """Every transfer is told; a link that ended without one is not."""
        return bool(order.details.get("transfers"))

    def notice_fields(self, merchant: Merchant, order: Order) -> dict[str, Any]:
        """The last transfer, as the bank's feed told it, with the link it belongs to."""
        told: dict[str, Any] = order.details["transfers"][-1]
        return {**told, "orderCode": int(order.ref), "paymentLinkId": order.token}

    def notice(self, url: str, fields: Mapping[str, Any], keys: Mapping[str, str]) -> Notice:
        return Notice("POST", url, signed_body(fields, key=keys["checksum_key"]))

    def verdict(self, answer: Answer) -> Verdict:
        return Verdict.DONE if answer.accepted else Verdict.AGAIN

    def back(self, merchant: Merchant, order: Order) -> str:
        is_cancelled = order.state is OrderState.CANCELLED
        url = order.cancel_url if is_cancelled else order.return_url
        query = urlencode(
            {
                "code": "00",
                "id": order.token,
                "cancel": "true" if is_cancelled else "false",
                "status": STATUS[order.state],
                "orderCode": order.ref,
            }
        )
        return f"{url}{'&' if '?' in url else '?'}{query}"
