"""The sandbox bank from outside: a client of its JSON interface, and a process to talk to.

    with running_bank(directory) as bank:
        bank.register_account(bin="970436", number="…", holder="…", webhook="http://127.0.0.1:…", secret="…")
        bank.pay(payload=payload, payer=bank.customers()[0]["number"], channel="mbvcb")

Answers are the JSON objects of the interface, see `truongso/sandbox/bank/README.md`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from truongso.kernel.money import Dong
from truongso.sandbox.json_client import Json, JsonClient, SandboxRefusal, running

SandboxBankError = SandboxRefusal


class SandboxBank(JsonClient):
    """A bank at a local address. Refusals raise SandboxBankError; an unreachable bank raises OSError."""

    def register_account(
        self,
        *,
        bin: str,  # noqa: A002  what banks call it
        number: str,
        holder: str,
        webhook: str = "",
        secret: str = "",
        feed: str = "sepay",
        balance: Dong = Dong(0),  # noqa: B008  immutable
    ) -> Json:
        """Register a receiving account, or change the webhook and secret of one of its feeds."""
        body = {"bin": bin, "number": number, "holder": holder, "webhook": webhook, "secret": secret, "feed": feed}
        return _one(self.post("/api/accounts", {**body, "balance": balance.value}), "account")

    def set_feed(self, number: str, feed: str, *, webhook: str = "", secret: str = "") -> Json:
        """Let another feed (sepay, casso, payos) watch the account beside those there are; no webhook ends it."""
        body = {"feed": feed, "webhook": webhook, "secret": secret}
        return _one(self.post(f"/api/accounts/{number}/feeds", body), "account")

    def add_virtual(self, number: str, virtual: str) -> Json:
        """A number that stands for the account: money sent to it arrives there, told with `virtual_account`."""
        return _one(self.post(f"/api/accounts/{number}/virtual", {"number": virtual}), "account")

    def accounts(self) -> list[Json]:
        return _many(self.get("/api/accounts"), "accounts")

    def register_biller(self, *, school_code: str, name: str, url: str, key_id: str, secret: str) -> Json:
        """A school at whose bill service the bank is a partner: payers find it on the page of bills."""
        body = {"school_code": school_code, "name": name, "url": url, "key_id": key_id, "secret": secret}
        return _one(self.post("/api/billers", body), "biller")

    def customers(self) -> list[Json]:
        return _many(self.get("/api/customers"), "customers")

    def add_customers(self, customers: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Payers as {name, account, balance (đồng), bin?}; one that is there keeps its balance."""
        return _many(self.post("/api/customers", {"customers": [dict(one) for one in customers]}), "customers")

    def pay(self, **order: Any) -> Json:
        """One transfer; takes what `transfer_request` takes."""
        return _one(self.post("/api/pay", transfer_request(**order)), "transfer")

    def pay_many(self, orders: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Transfers made of `transfer_request`s, all or none, at most 5,000."""
        return _many(self.post("/api/pay-many", {"transfers": [dict(order) for order in orders]}), "transfers")

    def lines(self, number: str, *, first: dt.date | None = None, last: dt.date | None = None) -> list[Json]:
        """Lines of an account, oldest first."""
        return _many(self.get(f"/api/accounts/{number}/lines", _period(first, last)), "lines")

    def balance(self, number: str) -> Dong:
        return Dong(self.get(f"/api/accounts/{number}/lines")["account"]["balance"])

    def book_line(
        self,
        number: str,
        *,
        direction: str,
        amount: Dong,
        memo: str,
        at: dt.datetime | None = None,
        notify: bool = True,
    ) -> Json:
        """A line that is no customer's transfer: `direction` in (interest, cash) or out (pay-outs, fees)."""
        body: Json = {"direction": direction, "amount": amount.value, "memo": memo, "notify": notify}
        if at is not None:
            body["at"] = at.isoformat()
        return _one(self.post(f"/api/accounts/{number}/lines", body), "line")

    def statement(
        self,
        number: str,
        *,
        layout: str = "",
        file_format: str = "xlsx",
        first: dt.date | None = None,
        last: dt.date | None = None,
    ) -> bytes:
        """The statement file; without `layout` in that of the account's bank."""
        query = {"layout": layout, "format": file_format, **_period(first, last)}
        return self.request("GET", f"/api/accounts/{number}/statement?{urlencode(query)}")

    def switch_notices(self, number: str, *, on: bool) -> Json:
        """Turn the account's feed off, so that only the statement tells, or on again."""
        return _one(self.post(f"/api/accounts/{number}/notices", {"on": on}), "account")

    def deliveries(
        self, *, account: str = "", line: int | None = None, state: str = "", limit: int = 100
    ) -> list[Json]:
        """The delivery log, newest first; `state` is waiting, delivered or gave_up."""
        query = {"account": account, "line": "" if line is None else line, "state": state, "limit": limit}
        return _many(self.get("/api/deliveries", query), "deliveries")

    def resend(self, line: int, *, delay: float = 0.0, feed: str | None = None) -> Json:
        """Send a line's notice again, byte for byte, to every feed or the named one; returns the first delivery."""
        body: Json = {"delay": delay} if feed is None else {"delay": delay, "feed": feed}
        return _one(self.post(f"/api/lines/{line}/notice", body), "delivery")

    def delay(self, delivery: int, seconds: float) -> Json:
        """Hold a waiting notice back; 0 sends it now."""
        return _one(self.post(f"/api/deliveries/{delivery}/delay", {"seconds": seconds}), "delivery")

    def wait_for_deliveries(self, *, account: str = "", left: int = 0, timeout: float = 60.0) -> None:
        """Until no more than `left` notices wait, of `account` or of all. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while len(self.deliveries(account=account, state="waiting", limit=left + 1)) > left:
            if time.monotonic() > deadline:
                raise TimeoutError("notices are still waiting")
            time.sleep(0.05)

    def pay_url(self, payload: str) -> str:
        """The page that opens with this code scanned."""
        return f"{self.url}/pay?{urlencode({'payload': payload})}"


def transfer_request(
    *,
    payer: str,
    payload: str | None = None,
    account: str | None = None,
    amount: Dong | None = None,
    memo: str | None = None,
    channel: str = "intact",
    at: dt.datetime | None = None,
    notify: bool = True,
    delay: float = 0.0,
    key: str | None = None,
) -> Json:
    """A transfer for `pay` or `pay_many`: a `payload`, or `account` with `amount` and `memo`.

    `amount` and `memo` beside a payload replace its own. `channel` is one of memos.CHANNELS or several
    joined by "+". `at` dates it (aware). `key` makes a repeat the same transfer.
    """
    request: Json = {"payer": payer, "channel": channel, "notify": notify, "delay": delay}
    known = {"payload": payload, "account": account, "memo": memo, "key": key}
    request.update({name: value for name, value in known.items() if value is not None})
    if amount is not None:
        request["amount"] = amount.value
    if at is not None:
        request["at"] = at.isoformat()
    return request


@contextmanager
def running_bank(data_dir: Path, *, port: int = 0, speed: float = 60.0, patience: float = 0.0) -> Iterator[SandboxBank]:
    """A bank process of one's own, stopped at the end; it also stops when this process dies. A school has `patience`
    seconds to answer a notice where that is longer than the feeds give it.

    Raises RuntimeError with what the process said when it does not start.
    """
    options = ["--port", str(port), "--speed", str(speed), "--patience", str(patience)]
    with running("truongso.sandbox.bank", data_dir, options) as url:
        yield SandboxBank(url)


def _one(answer: Json, name: str) -> Json:
    value: Json = answer[name]
    return value


def _many(answer: Json, name: str) -> list[Json]:
    values: list[Json] = answer[name]
    return values


def _period(first: dt.date | None, last: dt.date | None) -> dict[str, str]:
    return {
        "from": "" if first is None else first.isoformat(),
        "to": "" if last is None else last.isoformat(),
    }
