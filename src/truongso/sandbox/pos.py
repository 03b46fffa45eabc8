"""A card terminal from outside: sell, void, close the batch, let the acquirer pay and send its file.

terminal = SandboxTerminal.put_up(gateways, tid="79900019", mid="000000790001", name="…", account="…", bin="970436")
slip = terminal.sell(Dong(450_000), invoice="TS7K2M9QA")
batch = terminal.close_batch()
terminal.settle(batch["number"])
content = terminal.settlement_file(batch["number"])
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from truongso.kernel.money import Dong
from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.json_client import Json, given


@dataclass(frozen=True, slots=True)
class SandboxTerminal:
    """A terminal of the gateways' process. Refusals raise SandboxRefusal (card_refused, batch_empty, …)."""

    gateways: SandboxGateways
    tid: str

    @classmethod
    def put_up(
        cls,
        gateways: SandboxGateways,
        *,
        tid: str,
        mid: str,
        name: str,
        account: str,
        bin: str,  # noqa: A002  what banks call it
    ) -> SandboxTerminal:
        """A terminal (8 signs) of a merchant (≤ 15) whose money goes to `account` at the sandbox bank."""
        body = {"tid": tid, "mid": mid, "name": name, "account": account, "bin": bin}
        gateways.post("/api/terminals", body)
        return cls(gateways, tid)

    def sell(self, amount: Dong, *, invoice: str = "", card: str = "napas", at: dt.datetime | None = None) -> Json:
        """Take a payment; `card` is napas, visa, mastercard, jcb, no_funds or lost. Returns the slip.

        Slip: tid, mid, merchant, batch, trace, rrn, approval, brand, last4, card (masked), amount, invoice, at, is_void
        """
        body = given({"amount": amount.value, "card": card, "invoice": invoice, "at": _iso(at)})
        slip: Json = self.gateways.post(f"/api/terminals/{self.tid}/sales", body)["slip"]
        return slip

    def void(self, trace: str) -> Json:
        """Undo a sale of the open batch by its trace number."""
        slip: Json = self.gateways.post(f"/api/terminals/{self.tid}/void", {"trace": int(trace)})["slip"]
        return slip

    def close_batch(self, *, at: dt.datetime | None = None) -> Json:
        """Close the open batch; returns number, count, gross, fee, net."""
        batch: Json = self.gateways.post(f"/api/terminals/{self.tid}/batches", given({"at": _iso(at)}))["batch"]
        return batch

    def settle(self, number: int, *, at: dt.datetime | None = None) -> Json:
        """The acquirer pays the batch's net sum in one line at the bank; returns the batch with `memo` and `line`."""
        path = f"/api/terminals/{self.tid}/batches/{number}/settle"
        batch: Json = self.gateways.post(path, given({"at": _iso(at)}))["batch"]
        return batch

    def settlement_file(self, number: int, *, file_format: str = "csv") -> bytes:
        """The acquirer's file of a closed batch, csv or xlsx."""
        return self.gateways.request("GET", f"/api/terminals/{self.tid}/batches/{number}/file?format={file_format}")


def _iso(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()
