"""A bank that calls the bill service, for tests."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from django.test import Client

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.payments.bills import signing
from truongso.payments.bills.models import BillPartner
from truongso.payments.bills.partners import create_partner, switch

ACTOR = Actor.system("test", "cli")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Said:
    """An answer: status, headers, body."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def result(self) -> tuple[int, str]:
        return self.status, str(self.body["result"])


@dataclass(frozen=True)
class Bank:
    """A partner with its secret. `base` is the address of a live server; without it the test client is used."""

    partner: BillPartner
    secret: str
    base: str = ""

    def call(self, name: str, payload: Any, **more: Any) -> Said:
        """A signed call; `nonce`, `at` (Unix seconds), `secret`, `key_id`, `headers`, `body`, `sent` change it."""
        body = more.get("body", json.dumps(payload, ensure_ascii=False).encode())
        path = f"/api/bill/v1/{name}"
        headers = signing.signed_headers(
            more.get("secret", self.secret), key_id=more.get("key_id", self.partner.key_id),
            timestamp=more.get("at", int(clock.now().timestamp())),
            nonce=more.get("nonce", f"nonce-{next(_numbers):06}"), path=path, body=body,
        )  # fmt: skip
        headers = {"Content-Type": more.get("content_type", "application/json"), **headers, **more.get("headers", {})}
        return self._send(path, more.get("sent", body), headers)

    def notify(self, *parts: tuple[Invoice, int], transaction_id: str = "", **more: Any) -> Said:
        """Post a payment of these invoices; `fields` replace parts of the payload."""
        payment = self.payment(*parts, transaction_id=transaction_id) | more.pop("fields", {})
        return self.call("notify", payment, **more)

    def payment(self, *parts: tuple[Invoice, int], transaction_id: str = "") -> dict[str, Any]:
        """The payload of a notify."""
        first = parts[0][0]
        return {
            "transaction_id": transaction_id or f"FT26279{next(_numbers):06}",
            "school_code": first.school.code,
            "paid_at": clock.now().isoformat(timespec="seconds"),
            "amount": sum(amount for _, amount in parts),
            "currency": "VND",
            "channel": "app",
            "beneficiary_account": first.bank_account.number,
            "payer_name": "TRAN THI THU HANG",
            "payer_account": "",
            "items": [{"invoice_code": i.code, "amount": amount} for i, amount in parts],
        }

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> Said:
        if not self.base:
            kind = headers.pop("Content-Type")
            answer: Any = Client().post(path, data=body, content_type=kind, headers=headers)
            return Said(answer.status_code, dict(answer.headers), answer.content)
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - our own live server
                return Said(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            return Said(error.code, dict(error.headers), error.read())


def bank(school: School | None, *, base: str = "", name: str = "Vietcombank", networks: tuple[str, ...] = ()) -> Bank:
    """A partner of the school (None: shared by the installation)."""
    with transaction():
        partner, secret = create_partner(school, name=name, networks=networks, actor=ACTOR)
        if school is not None:
            switch(school, partner, on=True, actor=ACTOR)
    return Bank(partner, secret, base)
