"""Mobile Money: a phone's account that scans any VietQR and pays it through the sandbox bank.

No operator publishes a merchant interface; the practical way is a transfer to the school's own account. Limits are
those of Decree 368/2025/NĐ-CP (from 01/01/2026): 100 million đồng a month per customer and operator, and as much
again for essential payments, tuition among them; every receiver in the sandbox is a school.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong, total
from truongso.sandbox.bank.scan import scan
from truongso.sandbox.bank.types import BankError
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateways.types import GatewayError

OPERATORS = {"971005": "Viettel Money", "971011": "VNPT Money"}
"""MobiFone Money's BIN is not known."""
MONTHLY_LIMIT = Dong(200_000_000)
CHANNEL = "mobile_money"
_FIRST = (
    ("0981000001", "Lò Thị Mai", "971005"),
    ("0911000002", "Giàng A Chứ", "971011"),
)
_FIRST_BALANCE = 10_000_000


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code asks for, as the wallet shows it. `amount` None: the payer says how much."""

    payload: str
    bank_bin: str
    account: str
    amount: Dong | None
    memo: str


def read(payload: str) -> Scanned:
    """What a VietQR asks for. Raises BankError `qr_<reason>`."""
    asked = scan(payload)
    return Scanned(payload.strip(), asked.bank_bin, asked.account, asked.amount, asked.memo)


def wallets(bank: SandboxBank) -> list[dict[str, Any]]:
    """The wallets at the bank; the first two are opened when there is none."""
    found = [one for one in bank.customers() if one["bin"] in OPERATORS]
    if found:
        return found
    return bank.add_customers(
        {"account": number, "name": name, "bin": operator, "balance": _FIRST_BALANCE}
        for number, name, operator in _FIRST
    )


def spent_this_month(bank: SandboxBank, number: str) -> Dong:
    """What a wallet has paid since the first of the month (school time)."""
    first = clock.now().astimezone(SCHOOL_TIME).date().replace(day=1)
    lines = bank.lines(number, first=first)
    return total(Dong(line["amount"]) for line in lines if line["direction"] == "out")


def pay(
    bank: SandboxBank,
    *,
    wallet: str,
    payload: str,
    amount: Dong | None = None,
    memo: str | None = None,
    key: str | None = None,
    at: dt.datetime | None = None,
    notify: bool = True,
) -> dict[str, Any]:
    """The transfer a scanned code asks for, from a wallet, with the wallet's words around the memo.

    Raises BankError (the code), GatewayError wallet_limit, SandboxBankError (the bank refused).
    """
    asked = read(payload)
    wanted = amount or asked.amount
    if wanted is None:
        raise BankError("amount_missing")
    left = MONTHLY_LIMIT - spent_this_month(bank, wallet)
    if wanted > left:
        raise GatewayError("wallet_limit", limit=MONTHLY_LIMIT.value, left=max(left, ZERO).value)
    return bank.pay(
        payer=wallet, payload=payload, amount=wanted, memo=memo, channel=CHANNEL, key=key, at=at, notify=notify
    )
