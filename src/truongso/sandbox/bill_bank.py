"""A bank that uses the schools' bill service: asks what is owed, takes the money, posts it, takes it back, compares.

Signed by the service's published protocol (version 1) and not with the product's own code. The bank holds what it
collects and pays it into the school's account in one line (`pay_out`), as banks do the working day after.

    teller = BillBank(product_url, key_id="bk_…", secret="…", bank=bank)
    bill = teller.inquiry(invoice_code="TS7K2M9QA", school_code="79-THU")
    teller.pay(bill["invoices"][0], school_code="79-THU", payer="TRAN THI HANG")
    teller.pay_out(account="…")
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong, total
from truongso.kernel.sheet_writer import write_csv
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.guard import is_local_url
from truongso.sandbox.json_client import Json

_BASE = "/api/bill/v1/"
_TIMEOUT_SECONDS = 30.0
SETTLEMENT_HEADER = ("Mã giao dịch", "Ngày giao dịch", "Số tiền", "Phí", "Thực nhận", "Ngày thanh toán")


class BillError(Exception):
    """The service refused: HTTP `status`, `result` and the whole `answer`."""

    def __init__(self, status: int, answer: Json) -> None:
        super().__init__(f"{status} {answer.get('result')}: {answer.get('message')}")
        self.status, self.result, self.answer = status, str(answer.get("result", "")), answer


class ForgedAnswerError(Exception):
    """An answer that does not bear the service's signature: nothing of it is believed."""


@dataclass(slots=True)
class BillBank:
    """One partner of the service with its key. `bank` is where collected money is paid out; None: nowhere."""

    url: str
    key_id: str
    secret: str
    bank: SandboxBank | None = None
    name: str = "NGAN HANG THU"
    held: list[Json] = field(default_factory=list)
    """Collected and not paid out yet: the notifies as they were posted."""
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        if not is_local_url(self.url):
            raise ValueError("the sandbox is on this machine")

    def inquiry(self, *, invoice_code: str = "", pupil_code: str = "", school_code: str = "") -> Json:
        """What an invoice or a pupil owes. Raises BillError."""
        asked = {"invoice_code": invoice_code, "pupil_code": pupil_code, "school_code": school_code}
        return self.call("inquiry", {name: value for name, value in asked.items() if value})

    def pay(
        self,
        bill: Mapping[str, Any],
        *,
        school_code: str,
        payer: str = "",
        amount: Dong | None = None,
        channel: str = "app",
        at: dt.datetime | None = None,
    ) -> Json:
        """Take the money for one invoice of an inquiry and post it; `channel` app, web, counter, atm or auto_debit."""
        paid = amount or Dong(bill["outstanding"])
        items = [{"invoice_code": bill["invoice_code"], "amount": paid.value}]
        account = str(bill["beneficiary"]["account"])
        return self.notify(items, school_code=school_code, account=account, payer=payer, channel=channel, at=at)

    def notify(
        self,
        items: Sequence[Mapping[str, Any]],
        *,
        school_code: str,
        account: str,
        payer: str = "",
        channel: str = "app",
        at: dt.datetime | None = None,
        transaction_id: str = "",
    ) -> Json:
        """Post a payment of {invoice_code, amount} items; the answer with `transaction_id` added. Raises BillError."""
        when = (at or clock.now()).astimezone(SCHOOL_TIME)
        posted = {
            "transaction_id": transaction_id or f"FT{when:%y%j}{secrets.randbelow(10**6):06d}{next(self._numbers):04d}",
            "school_code": school_code,
            "paid_at": when.isoformat(timespec="seconds"),
            "amount": sum(int(item["amount"]) for item in items),
            "currency": "VND",
            "channel": channel,
            "beneficiary_account": account,
            "payer_name": payer,
            "payer_account": "",
            "items": [dict(item) for item in items],
        }
        answer = self.call("notify", posted)
        if not answer.get("duplicate"):
            self.held.append(posted)
        return answer

    def reverse(self, transaction_id: str, *, school_code: str, amount: Dong, reason: str) -> Json:
        """Take a payment of today back as a whole. Raises BillError."""
        body = {"transaction_id": transaction_id, "school_code": school_code, "amount": amount.value, "reason": reason}
        answer = self.call("reversal", body)
        self.held = [one for one in self.held if one["transaction_id"] != transaction_id]
        return answer

    def transactions(self, day: dt.date, *, school_code: str, page: int = 1) -> Json:
        """The school's list of a day."""
        body = {"school_code": school_code, "date": day.isoformat(), "page": page}
        return self.call("transactions", body)

    def reconcile(self, day: dt.date, *, school_code: str, rows: Sequence[Mapping[str, Any]] | None = None) -> Json:
        """Send the bank's own list of a day in one part; without `rows` what it holds. Raises BillError."""
        told = rows if rows is not None else [self._row(one) for one in self.held if self._day(one) == day]
        body = {
            "school_code": school_code,
            "date": day.isoformat(),
            "part": 1,
            "parts": 1,
            "total": sum(int(row["amount"]) for row in told if row["state"] == "booked"),
            "transactions": [dict(row) for row in told],
        }
        return self.call("reconcile", body)

    def pay_out(self, account: str, *, fee: Dong = Dong(0), at: dt.datetime | None = None) -> tuple[Json, bytes]:  # noqa: B008
        """Pay what is held for an account into it in one line, `fee` a payment; the line and the file of it."""
        if self.bank is None:
            raise ValueError("no sandbox bank to pay out at")
        mine = [one for one in self.held if one["beneficiary_account"] == account]
        when = (at or clock.now()).astimezone(SCHOOL_TIME)
        net = total(Dong(one["amount"]) - fee for one in mine)
        memo = f"{self.name} THU HO {when:%d%m%Y} {len(mine)} GD"
        line = self.bank.book_line(account, direction="in", amount=net, memo=memo, at=when)
        rows = [
            [
                one["transaction_id"],
                self._moment(one),
                one["amount"],
                fee,
                Dong(one["amount"]) - fee,
                f"{when:%d/%m/%Y}",
            ]
            for one in mine
        ]
        self.held = [one for one in self.held if one not in mine]
        return line, write_csv([list(SETTLEMENT_HEADER), *rows])

    def call(self, name: str, body: Mapping[str, Any], *, nonce: str = "", at: int | None = None) -> Json:
        """One signed call; `nonce` and `at` (Unix seconds) for repeats and stale calls. Raises BillError."""
        raw = json.dumps(dict(body), ensure_ascii=False).encode()
        path, stamp = _BASE + name, str(int(clock.now().timestamp()) if at is None else at)
        chosen = nonce or secrets.token_hex(12)
        headers = {
            "Content-Type": "application/json",
            "X-TS-Key": self.key_id,
            "X-TS-Timestamp": stamp,
            "X-TS-Nonce": chosen,
            "X-TS-Signature": self._signature((stamp, chosen, "POST", path), raw),
        }
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, raw, headers)
            response = connection.getresponse()
            content, told = response.read(), response.headers  # names of headers come in any case
        finally:
            connection.close()
        answer: Json = json.loads(content)
        if response.status == 401:  # a call that was not authentic gets an unsigned answer
            raise BillError(401, answer)
        signed = (told.get("X-TS-Timestamp", ""), chosen, str(response.status))
        if not hmac.compare_digest(self._signature(signed, content), told.get("X-TS-Signature", "")):
            raise ForgedAnswerError(name)
        if answer.get("result") != "ok":
            raise BillError(response.status, answer)
        return answer

    def _signature(self, parts: Sequence[str], body: bytes) -> str:
        text = b"".join(f"{part}\n".encode() for part in parts) + body
        return f"v1={hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()}"

    @staticmethod
    def _row(posted: Mapping[str, Any]) -> Json:
        return {"transaction_id": posted["transaction_id"], "amount": posted["amount"], "state": "booked"}

    @staticmethod
    def _day(posted: Mapping[str, Any]) -> dt.date:
        return dt.datetime.fromisoformat(posted["paid_at"]).astimezone(SCHOOL_TIME).date()

    @staticmethod
    def _moment(posted: Mapping[str, Any]) -> str:
        return f"{dt.datetime.fromisoformat(posted['paid_at']).astimezone(SCHOOL_TIME):%d/%m/%Y %H:%M:%S}"
