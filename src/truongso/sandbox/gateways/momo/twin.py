"""MoMo's results: redirect and IPN, the same signed fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from truongso.sandbox.gateways.keys import mixed
from truongso.sandbox.gateways.momo.signing import RESULT, signature
from truongso.sandbox.gateways.types import Merchant, Notice, Order, OrderState, Outcome, Verdict
from truongso.sandbox.sending import Answer

MESSAGES = {
    0: "Successful.",
    10: "System is under maintenance.",
    13: "Merchant authentication failed.",
    20: "Bad format request.",
    22: "Transaction amount is out of range.",
    40: "Duplicated requestId.",
    41: "Duplicated orderId.",
    42: "Invalid orderId or orderId is not found.",
    1000: "Transaction is initiated, waiting for user confirmation.",
    1001: "Transaction failed due to insufficient funds.",
    1003: "Transaction cancelled.",
    1004: "Transaction failed because the amount exceeds daily/monthly payment limit.",
    1005: "Transaction failed because the url or QR code expired.",
    1006: "Transaction failed because user has denied to confirm the payment.",
    1080: "Refund attempt failed during processing.",
    1081: "Refund rejected. The original transaction might have been refunded.",
    7000: "Transaction is being processed.",
    7002: "Transaction is being processed by the provider of the payment instrument selected.",
    99: "Unknown error.",
}


class MomoTwin:
    TITLE: str = "MoMo"
    ANSWER_SECONDS: float = 15.0
    WAITS_MINUTES: tuple[float, ...] = (1, 5, 15)
    """UNVERIFIED: MoMo's page names no plan."""
    OUTCOMES: Mapping[str, Outcome] = {
        "paid": Outcome(OrderState.PAID, "0"),
        "cancelled": Outcome(OrderState.CANCELLED, "1006"),
        "no_funds": Outcome(OrderState.FAILED, "1001"),
        "over_limit": Outcome(OrderState.FAILED, "1004"),
        "expired": Outcome(OrderState.EXPIRED, "1005"),
        "processing": Outcome(OrderState.PROCESSING, "7002"),
        "failed": Outcome(OrderState.FAILED, "99"),
    }
    SOURCES: tuple[tuple[str, str], ...] = (("qr", "Ví MoMo"), ("napas", "Thẻ ATM"), ("credit", "Thẻ quốc tế"))
    KEYS: Mapping[str, Callable[[], str]] = {"access_key": lambda: mixed(16), "secret_key": lambda: mixed(32)}

    def number(self, order: Order) -> str:
        return str(order.id)

    def tells(self, order: Order) -> bool:
        """Success and failure; while it is processed nothing is told."""
        return order.state not in {OrderState.PENDING, OrderState.PROCESSING}

    def notice_fields(self, merchant: Merchant, order: Order) -> dict[str, Any]:
        code = int(order.code or 1000)
        at = order.ended_at or order.created_at
        return {
            "partnerCode": merchant.code,
            "orderId": order.ref,
            "requestId": order.request_id,
            "amount": order.amount.value,
            "orderInfo": order.info,
            "orderType": "momo_wallet",
            "transId": int(order.number or 0),
            "resultCode": code,
            "message": MESSAGES[code],
            "payType": order.source,
            "responseTime": int(at.timestamp() * 1000),
            "extraData": order.details.get("extraData", ""),
        }

    def notice(self, url: str, fields: Mapping[str, Any], keys: Mapping[str, str]) -> Notice:
        body = {**fields, "signature": signature(RESULT, fields, keys)}
        return Notice("POST", url, json.dumps(body, ensure_ascii=False).encode())

    def verdict(self, answer: Answer) -> Verdict:
        """204, nothing else."""
        return Verdict.DONE if answer.status == 204 else Verdict.AGAIN

    def back(self, merchant: Merchant, order: Order) -> str:
        fields = self.notice_fields(merchant, order)
        query = urlencode({**fields, "signature": signature(RESULT, fields, merchant.keys)})
        return f"{order.return_url}{'&' if '?' in order.return_url else '?'}{query}"
