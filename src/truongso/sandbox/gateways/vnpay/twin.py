"""VNPAY's results: return address and IPN, the same signed fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from truongso.sandbox.gateways.keys import letters
from truongso.sandbox.gateways.types import Merchant, Notice, Order, OrderState, Outcome, Verdict
from truongso.sandbox.gateways.vnpay.signing import signed_query
from truongso.sandbox.sending import Answer

HEARD = frozenset({"00", "02"})
"""RspCode that end the matter: confirmed, already confirmed. VNPAY resends on all others."""


class VnpayTwin:
    TITLE: str = "VNPAY"
    ANSWER_SECONDS: float = 10.0
    WAITS_MINUTES: tuple[float, ...] = (5,) * 9
    """Ten times, every five minutes (UNVERIFIED: hearsay)."""
    OUTCOMES: Mapping[str, Outcome] = {
        "paid": Outcome(OrderState.PAID, "00"),
        "cancelled": Outcome(OrderState.CANCELLED, "24"),
        "no_funds": Outcome(OrderState.FAILED, "51"),
        "over_limit": Outcome(OrderState.FAILED, "65"),
        "bank_down": Outcome(OrderState.FAILED, "75"),
        "expired": Outcome(OrderState.EXPIRED, "11"),
        "suspicious": Outcome(OrderState.PROCESSING, "07"),
        "failed": Outcome(OrderState.FAILED, "99"),
    }
    SOURCES: tuple[tuple[str, str], ...] = (
        ("NCB", "NCB"),
        ("VIETCOMBANK", "Vietcombank"),
        ("BIDV", "BIDV"),
        ("AGRIBANK", "Agribank"),
        ("VNPAYQR", "VNPAY-QR"),
        ("VISA", "Visa"),
    )
    KEYS: Mapping[str, Callable[[], str]] = {"hash_secret": lambda: letters(32)}

    def number(self, order: Order) -> str:
        return str(order.id)

    def tells(self, order: Order) -> bool:
        """Success and failure alike; and 07, money taken but held as suspicious."""
        return order.state is not OrderState.PENDING and order.code != ""

    def notice_fields(self, merchant: Merchant, order: Order) -> dict[str, Any]:
        """Fields of IPN and return address; amounts are đồng × 100."""
        taken = order.code in {"00", "07"}
        at = order.ended_at or order.created_at
        return {
            "vnp_Amount": str(order.amount.value * 100),
            "vnp_BankCode": order.source,
            "vnp_BankTranNo": f"VNP{order.number}" if taken else "",
            "vnp_CardType": _card_type(order.source),
            "vnp_OrderInfo": order.info,
            "vnp_PayDate": f"{at:%Y%m%d%H%M%S}",
            "vnp_ResponseCode": order.code,
            "vnp_TmnCode": merchant.code,
            "vnp_TransactionNo": order.number if taken else "0",
            "vnp_TransactionStatus": transaction_status(order),
            "vnp_TxnRef": order.ref,
        }

    def notice(self, url: str, fields: Mapping[str, Any], keys: Mapping[str, str]) -> Notice:
        told = {name: str(value) for name, value in fields.items()}
        return Notice("GET", joined(url, signed_query(told, keys["hash_secret"])))

    def verdict(self, answer: Answer) -> Verdict:
        try:
            said = json.loads(answer.body)["RspCode"] if answer.status == 200 else ""
        except (ValueError, KeyError, TypeError):
            said = ""
        return Verdict.DONE if said in HEARD else Verdict.AGAIN

    def back(self, merchant: Merchant, order: Order) -> str:
        told = {name: str(value) for name, value in self.notice_fields(merchant, order).items()}
        return joined(order.return_url, signed_query(told, merchant.keys["hash_secret"]))


def transaction_status(order: Order) -> str:
    """00 done, 01 not finished, 02 failed, 07 suspected fraud."""
    if order.code in {"00", "07"}:
        return order.code
    return "01" if order.state in {OrderState.PENDING, OrderState.PROCESSING} else "02"


def joined(url: str, query: str) -> str:
    """An address with more parameters."""
    return f"{url}{'&' if '?' in url else '?'}{query}" if url else ""


def _card_type(source: str) -> str:
    return {"VNPAYQR": "QRCODE", "VISA": "VISA"}.get(source, "ATM")
