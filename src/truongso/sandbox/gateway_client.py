"""The sandbox gateways from outside: merchants, payers without a browser, switches, notices, payouts.

    with running_bank(directory) as bank, running_gateways(directory, bank=bank.url) as gateways:
        merchant = gateways.sign_up("vnpay", name="…", notify="http://127.0.0.1:…/…")
        back = gateways.visit(pay_url).pay()

Answers are the JSON objects of the interface, see `truongso/sandbox/gateways/README.md`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from truongso.kernel.money import Dong
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.json_client import TIMEOUT_SECONDS, Json, JsonClient, SandboxRefusal, given, running

__all__ = ["SandboxGateways", "SandboxRefusal", "Visit", "running_gateways"]

_PAGE = "/thanh-toan/"


@dataclass(frozen=True, slots=True)
class Visit:
    """A payer on a gateway's page."""

    gateways: SandboxGateways
    token: str

    def order(self) -> Json:
        return self.gateways.order(self.token)

    def finish(
        self, outcome: str, *, source: str | None = None, delay: float | None = None, copies: int | None = None
    ) -> str:
        """End the visit: paid, cancelled, no_funds, over_limit, expired, processing, suspicious, failed.

        The notice goes out after `delay` seconds, `copies` times (0: lost), or as the merchant's notices do. Returns
        the address the payer's browser is sent back to.
        """
        body = given({"outcome": outcome, "source": source, "delay": delay, "copies": copies})
        return str(self.gateways.post(f"/api/orders/{self.token}/outcome", body)["return_url"])

    def transfer(self, bank: SandboxBank, *, payer: str, amount: Dong | None = None, channel: str = "intact") -> Json:
        """Pay a payOS link as people do: scan its code at the sandbox bank."""
        return bank.pay(payload=self.order()["payload"], payer=payer, amount=amount, channel=channel)

    def pay(self, *, source: str | None = None, delay: float | None = None, copies: int | None = None) -> str:
        """Pay what is asked."""
        return self.finish("paid", source=source, delay=delay, copies=copies)

    def notify(
        self,
        *,
        changes: Mapping[str, Any] | None = None,
        is_forged: bool = False,
        delay: float | None = None,
        copies: int | None = None,
    ) -> list[Json]:
        """Send the notice again: as it was, with other fields rightly signed, or signed with a wrong key."""
        body = given({"changes": changes, "forged": is_forged, "delay": delay, "copies": copies})
        found: list[Json] = self.gateways.post(f"/api/orders/{self.token}/notice", body)["deliveries"]
        return found

    def deliveries(self) -> list[Json]:
        """This order's notices, newest first."""
        return self.gateways.deliveries(order=self.token)

    def wait_for_deliveries(self) -> None:
        """Until every notice of this order has been answered or given up. Raises TimeoutError."""
        self.gateways.wait_for_deliveries(order=self.token)


class SandboxGateways(JsonClient):
    """The gateways' process at a local address. Refusals raise SandboxRefusal; an unreachable one OSError."""

    def base(self, provider: str) -> str:
        """The base address of a provider, below which its published paths stand."""
        return f"{self.url}/{provider}"

    def sign_up(
        self,
        provider: str,
        *,
        name: str,
        code: str | None = None,
        keys: Mapping[str, str] | None = None,
        notify: str | None = None,
        account: str | None = None,
        bin: str | None = None,  # noqa: A002  what banks call it
        holder: str | None = None,
        fee_bp: int | None = None,
        memo_limit: int | None = None,
    ) -> Json:
        """A merchant with `code` and `keys` (drawn when not given):

        vnpay {hash_secret} · momo {access_key, secret_key} · zalopay {key1, key2} · payos {api_key, checksum_key}.
        """
        body = given(
            {
                "provider": provider,
                "name": name,
                "code": code,
                "keys": None if keys is None else dict(keys),
                "notify": notify,
                "account": account,
                "bin": bin,
                "holder": holder,
                "fee_bp": fee_bp,
                "memo_limit": memo_limit,
            }
        )
        made: Json = self.post("/api/merchants", body)["merchant"]
        return made

    def plan_notices(self, provider: str, code: str, *, delay: float = 0.0, copies: int = 1) -> Json:
        """Let a merchant's notices be late, doubled or lost (0 copies) from now on."""
        found: Json = self.post(f"/api/merchants/{provider}/{code}/notices", {"delay": delay, "copies": copies})
        return found

    def plan_refunds(self, provider: str, code: str, *, outcome: str = "done", is_lost: bool = False) -> Json:
        """What becomes of a merchant's refunds from now on: done, processing, refused, unclear (done, but answered like
        a failure); `is_lost`: the answers never arrive. done and refused also end those taken in before."""
        body = {"outcome": outcome, "lost": is_lost}
        found: Json = self.post(f"/api/merchants/{provider}/{code}/refunds", body)
        return found

    def switch(self, provider: str, *, down: bool | None = None, slow: float | None = None) -> Json:
        """The outage switch (503, no notices), and the seconds every answer takes."""
        return self.post(f"/api/providers/{provider}", given({"down": down, "slow": slow}))

    def visit(self, address: str) -> Visit:
        """Open a pay page as a browser does: payUrl, order_url, checkoutUrl or the address of vpcpay.html.

        Raises SandboxRefusal with the HTTP status when there is no such page.
        """
        status, location = 302, address
        while status in {301, 302, 303}:
            parts = urlsplit(location)
            if parts.path.startswith(_PAGE):
                return Visit(self, parts.path.removeprefix(_PAGE))
            connection = HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_SECONDS)
            try:
                connection.request("GET", f"{parts.path}?{parts.query}")
                response = connection.getresponse()
                status, location = response.status, response.headers.get("Location", "")
                response.read()
            finally:
                connection.close()
        raise SandboxRefusal(status, "http", {}, f"HTTP {status}")

    def find(self, provider: str, ref: str) -> Visit:
        """The visit to an order by the merchant's name of it. Raises LookupError."""
        found = self.get("/api/orders", {"provider": provider, "ref": ref})["orders"]
        if not found:
            raise LookupError(ref)
        return Visit(self, found[0]["token"])

    def order(self, token: str) -> Json:
        found: Json = self.get(f"/api/orders/{token}")["order"]
        return found

    def deliveries(self, *, order: str = "", state: str = "", limit: int = 100) -> list[Json]:
        """Notices, newest first; `state` is waiting, delivered or gave_up."""
        query = {"order": order, "state": state, "limit": limit}
        found: list[Json] = self.get("/api/deliveries", query)["deliveries"]
        return found

    def delay(self, delivery: int, seconds: float) -> Json:
        """Hold a waiting notice back; 0 sends it now."""
        found: Json = self.post(f"/api/deliveries/{delivery}/delay", {"seconds": seconds})["delivery"]
        return found

    def wait_for_deliveries(self, *, order: str = "", timeout: float = 60.0) -> None:
        """Until no notice waits any more, of `order` or of all. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while self.deliveries(order=order, state="waiting", limit=1):
            if time.monotonic() > deadline:
                raise TimeoutError("notices are still waiting")
            time.sleep(0.05)

    def pay_out(self, provider: str, code: str, *, at: dt.datetime | None = None) -> Json:
        """Pay the merchant what came in, less fee and refunds, in one line at the bank."""
        body = given({"at": None if at is None else at.isoformat()})
        made: Json = self.post(f"/api/merchants/{provider}/{code}/payouts", body)["settlement"]
        return made

    def payout_file(self, provider: str, code: str, number: int) -> bytes:
        """The provider's CSV of a payout."""
        return self.request("GET", f"/api/merchants/{provider}/{code}/payouts/{number}/file")

    def wallets(self) -> list[Json]:
        """Mobile Money wallets at the bank, as its customers."""
        found: list[Json] = self.get("/api/wallets")["wallets"]
        return found

    def pay_by_wallet(
        self,
        *,
        wallet: str,
        payload: str,
        amount: Dong | None = None,
        memo: str | None = None,
        key: str | None = None,
        at: dt.datetime | None = None,
        notify: bool = True,
    ) -> Json:
        """Scan a VietQR with a Mobile Money wallet and pay it; returns the bank's transfer."""
        body = given(
            {
                "wallet": wallet,
                "payload": payload,
                "amount": None if amount is None else amount.value,
                "memo": memo,
                "key": key,
                "at": None if at is None else at.isoformat(),
                "notify": notify,
            }
        )
        made: Json = self.post("/api/wallets/pay", body)["transfer"]
        return made


@contextmanager
def running_gateways(
    data_dir: Path, *, bank: str = "", port: int = 0, speed: float = 60.0, patience: float = 0.0
) -> Iterator[SandboxGateways]:
    """A gateways' process of one's own; `bank` is the sandbox bank's address, `patience` as at `running_bank`. Raises
    RuntimeError."""
    options = ["--port", str(port), "--speed", str(speed), "--patience", str(patience), "--bank", bank]
    with running("truongso.sandbox.gateways", data_dir, options) as url:
        yield SandboxGateways(url)
