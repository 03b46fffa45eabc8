"""Accounts: payers with play money, and the schools' receiving accounts with their webhooks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from truongso.kernel.banks import find
from truongso.kernel.money import ZERO, Dong
from truongso.sandbox.bank.feeds import SEPAY, feed_named
from truongso.sandbox.bank.types import Account, BankError, Feed, Role
from truongso.sandbox.guard import is_local_url

VIETCOMBANK, BIDV, MB = "970436", "970418", "970422"

# Invented people; the last one cannot pay much, so that a refusal can be seen.
_FIRST_CUSTOMERS = (
    ("9704360000011", "Nguyễn Thị Hạnh", VIETCOMBANK, 50_000_000),
    ("9704180000022", "Trần Văn Hùng", BIDV, 30_000_000),
    ("9704220000033", "Vàng Thị Mẩy", MB, 20_000_000),
    ("9704070000044", "Lê Minh Tuấn", "970407", 80_000_000),
    ("9704050000055", "Sùng A Páo", "970405", 12_000_000),
    ("9704360000066", "Đỗ Thu Hà", VIETCOMBANK, 100_000),
)


def seed(connection: sqlite3.Connection) -> None:
    """The payers of a new bank."""
    for number, holder, bank_bin, balance in _FIRST_CUSTOMERS:
        add_customer(connection, number=number, holder=holder, bank_bin=bank_bin, balance=Dong(balance))


def add_customer(connection: sqlite3.Connection, *, number: str, holder: str, bank_bin: str, balance: Dong) -> Account:
    """A payer; one that is there already under the same name and bank keeps its balance.

    Raises BankError number_taken when the number belongs to somebody else.
    """
    known = _known(connection, number)
    if known is None:
        connection.execute(
            "INSERT INTO accounts (number, bank_bin, holder, role, opening, balance) VALUES (?, ?, ?, ?, ?, ?)",
            (number, main_bin(bank_bin), holder, Role.CUSTOMER, balance.value, balance.value),
        )
    elif (known.role, known.holder, known.bank_bin) != (Role.CUSTOMER, holder, main_bin(bank_bin)):
        raise BankError("number_taken", account=number)
    return account_of(connection, number)


def register_receiver(
    connection: sqlite3.Connection,
    *,
    number: str,
    bank_bin: str,
    holder: str,
    webhook_url: str = "",
    webhook_secret: str = "",
    feed: str = SEPAY,
    opening: Dong = ZERO,
) -> Account:
    """A receiving account; registering it again replaces holder and `feed` (no address: ends it), keeps the money.

    Raises BankError number_taken (another bank's or a payer's), webhook_not_local, webhook_incomplete, feed_unknown.
    """
    known = _known(connection, number)
    if known is not None and (known.role, known.bank_bin) != (Role.RECEIVER, main_bin(bank_bin)):
        raise BankError("number_taken", account=number)
    connection.execute(
        "INSERT INTO accounts (number, bank_bin, holder, role, opening, balance) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (number) DO UPDATE SET holder = excluded.holder",
        (number, main_bin(bank_bin), holder, Role.RECEIVER, opening.value, opening.value),
    )
    set_feed(connection, number, Feed(feed, webhook_url, webhook_secret))
    return account_of(connection, number)


def set_feed(connection: sqlite3.Connection, number: str, feed: Feed) -> Account:
    """Let a feed watch the account, change its address, or end it (no address). Other feeds stay.

    Raises BankError account_unknown, feed_unknown, webhook_not_local, webhook_incomplete.
    """
    feed_named(feed.provider)
    if bool(feed.url) != bool(feed.secret):
        raise BankError("webhook_incomplete")
    if feed.url and not is_local_url(feed.url):
        raise BankError("webhook_not_local", url=feed.url)
    receiver(connection, number)
    connection.execute("DELETE FROM feeds WHERE account = ? AND provider = ?", (number, feed.provider))
    if feed.url:
        connection.execute("INSERT INTO feeds VALUES (?, ?, ?, ?)", (number, feed.provider, feed.url, feed.secret))
    return account_of(connection, number)


def add_virtual(connection: sqlite3.Connection, number: str, virtual: str) -> Account:
    """A number that stands for the receiving account; money sent to it arrives there and says so.

    Raises BankError account_unknown, number_taken.
    """
    account = receiver(connection, number)
    known = _known(connection, virtual)
    if known is not None and (known.number != account.number or virtual == account.number):
        raise BankError("number_taken", account=virtual)
    connection.execute("INSERT OR IGNORE INTO virtual_accounts VALUES (?, ?)", (virtual, account.number))
    return account_of(connection, number)


def switch_notices(connection: sqlite3.Connection, number: str, *, on: bool) -> Account:
    """Turn the account's feed on or off; lines booked while it is off are told by the statement alone."""
    receiver(connection, number)
    connection.execute("UPDATE accounts SET notices_on = ? WHERE number = ?", (on, number))
    return account_of(connection, number)


def account_of(connection: sqlite3.Connection, number: str) -> Account:
    """The account of that number. Raises BankError account_unknown."""
    known = _known(connection, number)
    if known is None:
        raise BankError("account_unknown", account=number, bin="")
    return known


def receiver(connection: sqlite3.Connection, number: str, bank_bin: str | None = None) -> Account:
    """The receiving account behind a number or virtual number, at that bank if named. Raises account_unknown."""
    known = _known(connection, number)
    elsewhere = known is not None and bank_bin is not None and known.bank_bin != main_bin(bank_bin)
    if known is None or known.role is not Role.RECEIVER or elsewhere:
        raise BankError("account_unknown", account=number, bin=bank_bin or "")
    return known


def payer(connection: sqlite3.Connection, number: str) -> Account:
    """The customer of that account number. Raises BankError payer_unknown."""
    known = _known(connection, number)
    if known is None or known.role is not Role.CUSTOMER:
        raise BankError("payer_unknown", account=number)
    return known


def accounts(connection: sqlite3.Connection, role: Role, *, limit: int = 1000) -> list[Account]:
    """Accounts of one kind in the order in which they came."""
    rows: Iterable[sqlite3.Row] = connection.execute(
        "SELECT * FROM accounts WHERE role = ? ORDER BY rowid LIMIT ?", (role, limit)
    )
    return [_account(connection, row) for row in rows]


def main_bin(bank_bin: str) -> str:
    """One BIN per bank: some institutions use a second one beside their own."""
    bank = find(bank_bin)
    return bank_bin if bank is None else bank.bin


def _known(connection: sqlite3.Connection, number: str) -> Account | None:
    row = connection.execute(
        "SELECT * FROM accounts WHERE number = ? OR number IN (SELECT account FROM virtual_accounts WHERE number = ?)",
        (number, number),
    ).fetchone()
    return None if row is None else _account(connection, row)


def _account(connection: sqlite3.Connection, row: sqlite3.Row) -> Account:
    number = row["number"]
    is_receiver = row["role"] == Role.RECEIVER
    feeds = connection.execute("SELECT * FROM feeds WHERE account = ? ORDER BY rowid", (number,)) if is_receiver else ()
    virtual = (
        connection.execute("SELECT number FROM virtual_accounts WHERE account = ? ORDER BY rowid", (number,))
        if is_receiver
        else ()
    )
    return Account(
        number=number,
        bank_bin=row["bank_bin"],
        holder=row["holder"],
        role=Role(row["role"]),
        opening=Dong(row["opening"]),
        balance=Dong(row["balance"]),
        notices_on=bool(row["notices_on"]),
        feeds=tuple(Feed(feed["provider"], feed["url"], feed["secret"]) for feed in feeds),
        virtual_numbers=tuple(one["number"] for one in virtual),
    )
