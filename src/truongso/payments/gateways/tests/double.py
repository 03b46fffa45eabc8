"""A gateway that answers our calls from memory, in its own words and signatures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from truongso.kernel import clock
from truongso.kernel.outgoing import Answer, OutgoingError
from truongso.payments.gateways.tests.twin import CREDENTIALS, _hmac

_VN = dt.timezone(dt.timedelta(hours=7))


@dataclass
class Order:
    """What the gateway knows of an order."""

    amount: int = 0
    state: str = "pending"  # pending, paid, failed
    txn: str = ""
    at: dt.datetime | None = None
    transfers: list[tuple[str, int, dt.datetime]] = field(default_factory=list)

    def state_now(self) -> str:
        """Money that has not come yet is not told."""
        return "pending" if self.state == "paid" and self.at and self.at > clock.now() else self.state


@dataclass
class Double:
    """Stands in for `kernel.outgoing.call`. `down` makes every call fail with that code."""

    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    refund_state: str = "done"
    down: str = ""
    calls: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def pay(self, reference: str, txn: str, *, at: dt.datetime | None = None, amount: int | None = None) -> None:
        order = self.orders.setdefault(reference, Order())
        order.state, order.txn, order.at = "paid", txn, at or clock.now()
        order.amount = order.amount if amount is None else amount

    def call(self, base: str, *, method: str, path: str, headers: Any, body: bytes, **_more: Any) -> Answer:
        if self.down:
            raise OutgoingError(self.down)
        form = "form" in headers.get("Content-Type", "")
        given: dict[str, Any] = (
            {k: v[0] for k, v in parse_qs(body.decode()).items()} if form else json.loads(body or b"{}")
        )
        self.calls.append((method, base + path, given))
        answer: Callable[[str, dict[str, Any]], dict[str, Any]] = {
            "https://merchant.vnpay.vn": self._vnpay, "https://payment.momo.vn": self._momo,
            "https://openapi.zalopay.vn": self._zalopay, "https://api-merchant.payos.vn": self._payos,
        }[base]  # fmt: skip
        return Answer(200, json.dumps(answer(path, given)).encode())

    def _vnpay(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        order = self.orders.get(given["vnp_TxnRef"])
        names: tuple[str, ...] = (
            "ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount", "BankCode", "PayDate",
            "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo", "PromotionCode", "PromotionAmount",
        )  # fmt: skip
        reply = {"vnp_ResponseId": "r1", "vnp_Command": given["vnp_Command"], "vnp_TmnCode": given["vnp_TmnCode"]}
        if order is None:
            reply |= {"vnp_ResponseCode": "91", "vnp_Message": "not found"}
        else:
            moment = (order.at or clock.now()).astimezone(_VN)
            status = {"paid": "00", "pending": "01", "failed": "02"}[order.state_now()]
            reply |= {
                "vnp_ResponseCode": "00", "vnp_TxnRef": given["vnp_TxnRef"], "vnp_Amount": str(order.amount * 100),
                "vnp_PayDate": f"{moment:%Y%m%d%H%M%S}", "vnp_TransactionNo": order.txn or "0",
                "vnp_TransactionType": "01", "vnp_TransactionStatus": status,
            }  # fmt: skip
        if given["vnp_Command"] == "refund":
            names = names[:-2]
            self.refunds[given["vnp_RequestId"]] = int(given["vnp_Amount"]) // 100
            reply |= {
                "vnp_Amount": given["vnp_Amount"], "vnp_TransactionType": given["vnp_TransactionType"],
                "vnp_TransactionStatus": {"done": "00", "processing": "05"}.get(self.refund_state, "09"),
            }  # fmt: skip
        text = "|".join(reply.get(f"vnp_{n}", "") for n in names)
        return {**reply, "vnp_SecureHash": _hmac(CREDENTIALS["vnpay"]["hash_secret"], text, "sha512")}

    def _momo(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        stamp = int(clock.now().timestamp()) * 1000
        reply = {"orderId": given["orderId"], "requestId": given["requestId"], "responseTime": stamp, "message": ""}
        if path.endswith("create"):
            self.orders[given["orderId"]] = Order(given["amount"])
            return {**reply, "resultCode": 0, "payUrl": f"https://payment.momo.vn/pay/{given['orderId']}"}
        if path.endswith("refund"):
            self.refunds[given["requestId"]] = given["amount"]
            code = {"done": 0, "processing": 7002}.get(self.refund_state, 1080)
            return {**reply, "resultCode": code, "transId": 555, "amount": given["amount"]}
        order = self.orders.get(given["orderId"], Order(state="failed"))
        code = {"paid": 0, "pending": 1000, "failed": 1006}[order.state_now()]
        when = int(order.at.timestamp()) * 1000 if order.at else 0
        return {
            **reply,
            "resultCode": code,
            "amount": order.amount,
            "transId": int(order.txn or 0),
            "lastUpdated": when,
        }

    def _zalopay(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("create"):
            self.orders[given["app_trans_id"]] = Order(int(given["amount"]))
            return {"return_code": 1, "order_url": "https://qcgateway.zalopay.vn/openinapp?order=x"}
        if "refund" in path:
            if path.endswith("/refund"):
                self.refunds[given["m_refund_id"]] = int(given["amount"])
            return {"return_code": {"done": 1, "processing": 3}.get(self.refund_state, 2), "refund_id": 777}
        order = self.orders.get(given["app_trans_id"], Order(state="failed"))
        code = {"paid": 1, "pending": 3, "failed": 2}[order.state_now()]
        when = int(order.at.timestamp()) * 1000 if order.at else 0
        return {"return_code": code, "amount": order.amount, "zp_trans_id": int(order.txn or 0), "server_time": when}

    def _payos(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        if given:
            self.orders[str(given["orderCode"])] = Order(given["amount"])
            data: dict[str, Any] = {
                "orderCode": given["orderCode"], "checkoutUrl": "https://pay.payos.vn/web/abc", "paymentLinkId": "abc",
            }  # fmt: skip
        else:
            reference = path.rsplit("/", 1)[1]
            order = self.orders.get(reference)
            if order is None:
                return {"code": "101", "desc": "not found", "data": None}
            whole = [(order.txn, order.amount, order.at or clock.now())] if order.state == "paid" else []
            paid = [one for one in order.transfers or whole if one[2] <= clock.now()]
            done = sum(a for _, a, _ in paid) >= order.amount
            data = {
                "id": "abc", "orderCode": int(reference), "amount": order.amount,
                "status": "PAID" if done else {"failed": "CANCELLED"}.get(order.state, "PENDING"),
                "transactions": [
                    {"reference": r, "amount": a, "transactionDateTime": at.astimezone(_VN).isoformat()}
                    for r, a, at in paid
                ],
            }  # fmt: skip
        parts = []
        for key in sorted(data):
            value = data[key]
            if isinstance(value, list):
                value = json.dumps(value, separators=(",", ":"), sort_keys=True)
            parts.append(f"{key}={value}")
        signature = _hmac(CREDENTIALS["payos"]["checksum_key"], "&".join(parts), "sha256")
        return {"code": "00", "desc": "success", "data": data, "signature": signature}
