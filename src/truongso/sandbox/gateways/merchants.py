"""Merchants: schools under contract with a provider, and what their notices go through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from truongso.sandbox.gateways.types import GatewayError, Merchant, NoticePlan, Provider, RefundOutcome, RefundPlan
from truongso.sandbox.guard import is_local_url


@dataclass(frozen=True, slots=True)
class Contract:
    """What a merchant signs up with; see Merchant."""

    provider: Provider
    code: str
    name: str
    keys: Mapping[str, str]
    notify_url: str = ""
    account: str = ""
    bank_bin: str = ""
    holder: str = ""
    fee_bp: int = 0
    memo_limit: int = 25


def sign_up(connection: sqlite3.Connection, contract: Contract) -> Merchant:
    """A merchant; signing up again replaces all but what its notices go through. Raises address_not_local."""
    check_local(contract.notify_url)
    connection.execute(
        "INSERT INTO merchants (provider, code, name, keys, notify_url, account, bank_bin, holder, fee_bp, memo_limit)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, code) DO UPDATE SET name = excluded.name,"
        " keys = excluded.keys, notify_url = excluded.notify_url, account = excluded.account,"
        " bank_bin = excluded.bank_bin, holder = excluded.holder, fee_bp = excluded.fee_bp,"
        " memo_limit = excluded.memo_limit",
        (
            contract.provider,
            contract.code,
            contract.name,
            json.dumps(dict(contract.keys)),
            contract.notify_url,
            contract.account,
            contract.bank_bin,
            contract.holder,
            contract.fee_bp,
            contract.memo_limit,
        ),
    )
    return merchant_named(connection, contract.provider, contract.code)


def check_local(url: str) -> None:
    """Raises address_not_local when an address is given that is not on this machine."""
    if url and not is_local_url(url):
        raise GatewayError("address_not_local", url=url)


def find(connection: sqlite3.Connection, provider: Provider, code: str) -> Merchant | None:
    row = connection.execute("SELECT * FROM merchants WHERE provider = ? AND code = ?", (provider, code)).fetchone()
    return None if row is None else _merchant(row)


def merchant_named(connection: sqlite3.Connection, provider: Provider, code: str) -> Merchant:
    """The merchant of that code. Raises merchant_unknown."""
    found = find(connection, provider, code)
    if found is None:
        raise GatewayError("merchant_unknown", merchant=code)
    return found


def merchant_of(connection: sqlite3.Connection, number: int) -> Merchant:
    """The merchant of an order. Raises merchant_unknown."""
    row = connection.execute("SELECT * FROM merchants WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise GatewayError("merchant_unknown", merchant=number)
    return _merchant(row)


def merchants(connection: sqlite3.Connection) -> list[Merchant]:
    """All of them, by provider and code."""
    return [_merchant(row) for row in connection.execute("SELECT * FROM merchants ORDER BY provider, code")]


def plan_notices(connection: sqlite3.Connection, merchant: Merchant, plan: NoticePlan) -> Merchant:
    """Let the merchant's notices be late, doubled or lost from now on."""
    connection.execute(
        "UPDATE merchants SET notice_delay = ?, notice_copies = ? WHERE id = ?",
        (plan.delay_seconds, plan.copies, merchant.id),
    )
    return merchant_of(connection, merchant.id)


def plan_refunds(connection: sqlite3.Connection, merchant: Merchant, plan: RefundPlan) -> Merchant:
    """What becomes of the merchant's refunds from now on; `done` and `refused` also end those taken in before."""
    connection.execute(
        "UPDATE merchants SET refund_outcome = ?, refund_lost = ? WHERE id = ?",
        (plan.outcome, plan.is_lost, merchant.id),
    )
    if plan.outcome in {RefundOutcome.DONE, RefundOutcome.REFUSED}:
        connection.execute(
            "UPDATE refunds SET state = ? WHERE state = 'processing'"
            " AND order_id IN (SELECT id FROM orders WHERE merchant = ?)",
            (plan.outcome, merchant.id),
        )
    return merchant_of(connection, merchant.id)


def set_notify_url(connection: sqlite3.Connection, merchant: Merchant, url: str) -> Merchant:
    """Where results go from now on. Raises address_not_local."""
    check_local(url)
    connection.execute("UPDATE merchants SET notify_url = ? WHERE id = ?", (url, merchant.id))
    return merchant_of(connection, merchant.id)


def _merchant(row: sqlite3.Row) -> Merchant:
    return Merchant(
        id=row["id"],
        provider=Provider(row["provider"]),
        code=row["code"],
        name=row["name"],
        keys=json.loads(row["keys"]),
        notify_url=row["notify_url"],
        account=row["account"],
        bank_bin=row["bank_bin"],
        holder=row["holder"],
        fee_bp=row["fee_bp"],
        plan=NoticePlan(row["notice_delay"], row["notice_copies"]),
        memo_limit=row["memo_limit"],
        refunds=RefundPlan(RefundOutcome(row["refund_outcome"]), bool(row["refund_lost"])),
    )
