"""ZaloPay's results: the callback, sent on success alone, and the redirect."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from truongso.sandbox.gateways.keys import mixed
from truongso.sandbox.gateways.types import Merchant, Notice, Order, OrderState, Outcome, Verdict
from truongso.sandbox.gateways.zalopay.signing import mac, raw_mac
from truongso.sandbox.sending import Answer

_REDIRECT_STATUS = {OrderState.PAID: 1, OrderState.CANCELLED: -49}
"""`status` on the redirect (general knowledge, UNVERIFIED); 2 for every failure."""


class ZalopayTwin:
    TITLE: str = "ZaloPay"
    ANSWER_SECONDS: float = 10.0
    WAITS_MINUTES: tuple[float, ...] = (1, 5, 15)
    """At most three more calls (comment in the provider's sample); the waits are UNVERIFIED."""
    OUTCOMES: Mapping[str, Outcome] = {
        "paid": Outcome(OrderState.PAID, "1"),
        "cancelled": Outcome(OrderState.CANCELLED, "-49"),
        "no_funds": Outcome(OrderState.FAILED, "-117"),
        "expired": Outcome(OrderState.EXPIRED, "-54"),
        "processing": Outcome(OrderState.PROCESSING, "3"),
        "failed": Outcome(OrderState.FAILED, "-500"),
    }
    SOURCES: tuple[tuple[str, str], ...] = (("zalopayapp", "Ví ZaloPay"), ("ATM", "Thẻ ATM"), ("CC", "Thẻ quốc tế"))
    KEYS: Mapping[str, Callable[[], str]] = {"key1": lambda: mixed(32), "key2": lambda: mixed(32)}

    def number(self, order: Order) -> str:
        """zp_trans_id: yymmdd and digits, below 2^53."""
        return f"{order.created_at:%y%m%d}{order.id % 10**9:09d}"

    def tells(self, order: Order) -> bool:
        return order.state is OrderState.PAID

    def notice_fields(self, merchant: Merchant, order: Order) -> dict[str, Any]:
        at = order.ended_at or order.created_at
        return {
            "app_id": int(merchant.code),
            "app_trans_id": order.ref,
            "app_time": order.details["app_time"],
            "app_user": order.details["app_user"],
            "amount": order.amount.value,
            "embed_data": order.details["embed_data"],
            "item": order.details["item"],
            "zp_trans_id": int(order.number),
            "server_time": int(at.timestamp() * 1000),
            "channel": 38,
            "merchant_user_id": order.details["app_user"],
            "user_fee_amount": 0,
            "discount_amount": 0,
        }

    def notice(self, url: str, fields: Mapping[str, Any], keys: Mapping[str, str]) -> Notice:
        data = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"))
        body = {"data": data, "mac": raw_mac(keys["key2"], data), "type": 1}
        return Notice("POST", url, json.dumps(body, ensure_ascii=False).encode())

    def verdict(self, answer: Answer) -> Verdict:
        """1 is heard, 0 asks for another call, so does no answer; all else (-1: bad mac) ends the matter."""
        try:
            said = json.loads(answer.body)["return_code"] if answer.accepted else 0
        except (ValueError, KeyError, TypeError):
            said = 0
        return {1: Verdict.DONE, 2: Verdict.DONE, 0: Verdict.AGAIN}.get(said, Verdict.STOP)

    def back(self, merchant: Merchant, order: Order) -> str:
        if not order.return_url:
            return ""
        status = _REDIRECT_STATUS.get(order.state, 2)
        signed = (merchant.code, order.ref, "", order.source, order.amount.value, 0, status)
        names = ("appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status")
        query = urlencode({**dict(zip(names, signed, strict=True)), "checksum": mac(merchant.keys["key2"], signed)})
        return f"{order.return_url}{'&' if '?' in order.return_url else '?'}{query}"
