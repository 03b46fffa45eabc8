"""Accounts: payers with play money, and the schools' receiving accounts with their webhooks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from truongso.kernel.banks import find
from truongso.kernel.money import ZERO, Dong
from truongso.sandbox.bank.types import Account, BankError, Role
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
    opening: Dong = ZERO,
) -> Account:
    """A receiving account; registering it again replaces holder, webhook and secret and keeps the money.

    Raises BankError number_taken (another bank's or a payer's), webhook_not_local, webhook_incomplete.
    """
    if bool(webhook_url) != bool(webhook_secret):
        raise BankError("webhook_incomplete")
    if webhook_url and not is_local_url(webhook_url):
        raise BankError("webhook_not_local", url=webhook_url)
    known = _known(connection, number)
    if known is not None and (known.role, known.bank_bin) != (Role.RECEIVER, main_bin(bank_bin)):
        raise BankError("number_taken", account=number)
    connection.execute(
        "INSERT INTO accounts (number, bank_bin, holder, role, opening, balance, webhook_url, webhook_secret)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET holder = excluded.holder,"
        " webhook_url = excluded.webhook_url, webhook_secret = excluded.webhook_secret",
        (
            number,
            main_bin(bank_bin),
            holder,
            Role.RECEIVER,
            opening.value,
            opening.value,
            webhook_url,
            webhook_secret,
        ),
    )
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
    """The receiving account of that number, at that bank if named. Raises BankError account_unknown."""
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
    return [_account(row) for row in rows]


def main_bin(bank_bin: str) -> str:
    """One BIN per bank: some institutions use a second one beside their own."""
    bank = find(bank_bin)
    return bank_bin if bank is None else bank.bin


def _known(connection: sqlite3.Connection, number: str) -> Account | None:
    row = connection.execute("SELECT * FROM accounts WHERE number = ?", (number,)).fetchone()
    return None if row is None else _account(row)


def _account(row: sqlite3.Row) -> Account:
    return Account(
        number=row["number"],
        bank_bin=row["bank_bin"],
        holder=row["holder"],
        role=Role(row["role"]),
        opening=Dong(row["opening"]),
        balance=Dong(row["balance"]),
        webhook_url=row["webhook_url"],
        webhook_secret=row["webhook_secret"],
        notices_on=bool(row["notices_on"]),
    )
