"""The sandbox bank from outside: a client of its JSON interface, and a process to talk to.

    with running_bank(directory) as bank:
        bank.register_account(bin="970436", number="…", holder="…", webhook="http://127.0.0.1:…", secret="…")
        bank.pay(payload=payload, payer=bank.customers()[0]["number"], channel="mbvcb")

Answers are the JSON objects of the interface, see `truongso/sandbox/bank/README.md`.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from truongso.kernel.money import Dong
from truongso.sandbox.guard import is_local_url

TIMEOUT_SECONDS = 60.0
_START_SECONDS = 30.0

Json = dict[str, Any]


class SandboxBankError(Exception):
    """The bank refused: stable `code` with `params`, `message` in words, HTTP `status`."""

    def __init__(self, status: int, code: str, params: Mapping[str, Any], message: str) -> None:
        super().__init__(message or code)
        self.status, self.code, self.params, self.message = status, code, dict(params), message


class SandboxBank:
    """A bank at a local address. Refusals raise SandboxBankError; an unreachable bank raises OSError."""

    def __init__(self, url: str) -> None:
        if not is_local_url(url):
            raise ValueError("the sandbox bank is on this machine")
        self.url = url.rstrip("/")
        self._host = urlsplit(url).netloc

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
        return _one(self._post("/api/accounts", {**body, "balance": balance.value}), "account")

    def set_feed(self, number: str, feed: str, *, webhook: str = "", secret: str = "") -> Json:
        """Let another feed (sepay, casso, payos) watch the account beside those there are; no webhook ends it."""
        body = {"feed": feed, "webhook": webhook, "secret": secret}
        return _one(self._post(f"/api/accounts/{number}/feeds", body), "account")

    def add_virtual(self, number: str, virtual: str) -> Json:
        """A number that stands for the account: money sent to it arrives there, told with `virtual_account`."""
        return _one(self._post(f"/api/accounts/{number}/virtual", {"number": virtual}), "account")

    def accounts(self) -> list[Json]:
        return _many(self._get("/api/accounts"), "accounts")

    def customers(self) -> list[Json]:
        return _many(self._get("/api/customers"), "customers")

    def add_customers(self, customers: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Payers as {name, account, balance (đồng), bin?}; one that is there keeps its balance."""
        return _many(self._post("/api/customers", {"customers": [dict(one) for one in customers]}), "customers")

    def pay(self, **order: Any) -> Json:
        """One transfer; takes what `transfer_request` takes."""
        return _one(self._post("/api/pay", transfer_request(**order)), "transfer")

    def pay_many(self, orders: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Transfers made of `transfer_request`s, all or none, at most 5,000."""
        return _many(self._post("/api/pay-many", {"transfers": [dict(order) for order in orders]}), "transfers")

    def lines(self, number: str, *, first: dt.date | None = None, last: dt.date | None = None) -> list[Json]:
        """Lines of an account, oldest first."""
        return _many(self._get(f"/api/accounts/{number}/lines", _period(first, last)), "lines")

    def balance(self, number: str) -> Dong:
        return Dong(self._get(f"/api/accounts/{number}/lines")["account"]["balance"])

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
        return _one(self._post(f"/api/accounts/{number}/lines", body), "line")

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
        return self._request("GET", f"/api/accounts/{number}/statement?{urlencode(query)}")

    def switch_notices(self, number: str, *, on: bool) -> Json:
        """Turn the account's feed off, so that only the statement tells, or on again."""
        return _one(self._post(f"/api/accounts/{number}/notices", {"on": on}), "account")

    def deliveries(
        self, *, account: str = "", line: int | None = None, state: str = "", limit: int = 100
    ) -> list[Json]:
        """The delivery log, newest first; `state` is waiting, delivered or gave_up."""
        query = {"account": account, "line": "" if line is None else line, "state": state, "limit": limit}
        return _many(self._get("/api/deliveries", query), "deliveries")

    def resend(self, line: int, *, delay: float = 0.0, feed: str | None = None) -> Json:
        """Send a line's notice again, byte for byte, to every feed or the named one; returns the first delivery."""
        body: Json = {"delay": delay} if feed is None else {"delay": delay, "feed": feed}
        return _one(self._post(f"/api/lines/{line}/notice", body), "delivery")

    def delay(self, delivery: int, seconds: float) -> Json:
        """Hold a waiting notice back; 0 sends it now."""
        return _one(self._post(f"/api/deliveries/{delivery}/delay", {"seconds": seconds}), "delivery")

    def wait_for_deliveries(self, *, timeout: float = 30.0) -> None:
        """Until no notice waits any more. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while self.deliveries(state="waiting", limit=1):
            if time.monotonic() > deadline:
                raise TimeoutError("notices are still waiting")
            time.sleep(0.05)

    def pay_url(self, payload: str) -> str:
        """The page that opens with this code scanned."""
        return f"{self.url}/pay?{urlencode({'payload': payload})}"

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Json:
        target = f"{path}?{urlencode(query)}" if query else path
        answer: Json = json.loads(self._request("GET", target))
        return answer

    def _post(self, path: str, body: Json) -> Json:
        answer: Json = json.loads(self._request("POST", path, json.dumps(body).encode()))
        return answer

    def _request(self, method: str, target: str, body: bytes | None = None) -> bytes:
        connection = HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if 200 <= response.status < 300:
            return content
        raise _refusal(response.status, content)


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
def running_bank(data_dir: Path, *, port: int = 0, speed: float = 60.0) -> Iterator[SandboxBank]:
    """A bank process of one's own, stopped at the end; it also stops when this process dies.

    Raises RuntimeError with what the process said when it does not start.
    """
    command = [sys.executable, "-m", "truongso.sandbox.bank", "--port", str(port), "--data", str(data_dir)]
    process = subprocess.Popen(  # noqa: S603  our own module
        [*command, "--speed", str(speed), "--until-input-ends"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield SandboxBank(_address(process))
    finally:
        _stop(process)


def _address(process: subprocess.Popen[str]) -> str:
    first = process.stdout.readline() if process.stdout is not None else ""
    words = first.split()
    if not words:
        raise RuntimeError(f"the sandbox bank did not start (exit code {process.wait(_START_SECONDS)})")
    return words[-1]


def _stop(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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


def _refusal(status: int, content: bytes) -> SandboxBankError:
    try:
        answer = json.loads(content)
        return SandboxBankError(status, answer["error"], answer["params"], answer["message"])
    except (ValueError, KeyError, TypeError):
        return SandboxBankError(status, "http", {}, f"HTTP {status}")
