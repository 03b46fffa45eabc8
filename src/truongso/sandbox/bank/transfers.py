"""Paying: money from a payer's account to a receiving account, told through a channel."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence

from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import ZERO, Dong
from truongso.sandbox.bank import accounts, deliveries, lines
from truongso.sandbox.bank.memos import Narrative, Trip, UnknownChannelError, plain, travel
from truongso.sandbox.bank.types import BankError, Line, Order, Transfer

TRANSFER_LIMIT = Dong(500_000_000)
"""A NAPAS fast transfer stays below this amount (VietQR format document, 09/2021)."""


def pay(connection: sqlite3.Connection, order: Order) -> Transfer:
    """Carry out one transfer. A repeated `key` with equal accounts and amount gives the first transfer again.

    Raises BankError payer_unknown, account_unknown, amount_positive, amount_large, channel_unknown,
    balance_low, key_used.
    """
    payer = accounts.payer(connection, order.payer)
    receiver = accounts.receiver(connection, order.receiver, order.bank_bin)
    earlier = None if order.key is None else _by_key(connection, order.key)
    if earlier is not None:
        if (earlier.payer, earlier.receiver, earlier.amount) != (payer.number, receiver.number, order.amount):
            raise BankError("key_used", key=order.key)
        return earlier
    _check_amount(order.amount)
    cursor = connection.execute(
        "INSERT INTO transfers (key, payer, receiver, amount, typed_memo, channel) VALUES (?, ?, ?, ?, ?, ?)",
        (order.key, payer.number, receiver.number, order.amount.value, order.memo, order.channel),
    )
    number = cursor.lastrowid or 0
    trip = Trip(
        number=number,
        payer_account=payer.number,
        payer_name=payer.holder,
        receiver_account=receiver.number,
        receiver_name=receiver.holder,
        receiver_bin=receiver.bank_bin,
        at=order.at.astimezone(SCHOOL_TIME),
        payer_bin=payer.bank_bin,
    )
    try:
        told = travel(order.memo, order.channel, trip)
    except UnknownChannelError as error:
        raise BankError("channel_unknown", channel=order.channel) from error
    typed = plain(order.memo)
    lines.book(
        connection,
        payer,
        Direction.OUT,
        order.amount,
        memo=Narrative(typed, typed),
        at=order.at,
        counter=receiver,
        transfer=number,
    )
    received = lines.book(
        connection,
        receiver,
        Direction.IN,
        order.amount,
        memo=told,
        at=order.at,
        counter=payer,
        transfer=number,
        virtual_account="" if order.receiver == receiver.number else order.receiver,
    )
    if order.notify:
        deliveries.announce(connection, receiver, received, delay_seconds=order.delay_seconds)
    return transfer_of(connection, number)


def pay_many(connection: sqlite3.Connection, orders: Sequence[Order]) -> list[Transfer]:
    """All of the transfers in order, or none: the error's params name the first bad one (`index`, from 0)."""
    done = []
    for index, order in enumerate(orders):
        try:
            done.append(pay(connection, order))
        except BankError as error:
            raise BankError(error.code, **{**error.params, "index": index}) from error
    return done


def book_other(
    connection: sqlite3.Connection,
    *,
    number: str,
    direction: Direction,
    amount: Dong,
    memo: str,
    at: dt.datetime,
    notify: bool = True,
) -> Line:
    """A line that is no customer's transfer: interest, a bank's fee, a settlement, money the school pays out.

    Raises BankError account_unknown, amount_positive, balance_low.
    """
    account = accounts.receiver(connection, number)
    if amount <= ZERO:
        raise BankError("amount_positive")
    words = plain(memo)
    line = lines.book(connection, account, direction, amount, memo=Narrative(words, words), at=at)
    if notify:
        deliveries.announce(connection, account, line)
    return line


def transfer_of(connection: sqlite3.Connection, number: int) -> Transfer:
    """The transfer of that number. Raises BankError transfer_unknown."""
    row = connection.execute("SELECT * FROM transfers WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise BankError("transfer_unknown", id=number)
    payer = accounts.account_of(connection, row["payer"])
    receiver = accounts.account_of(connection, row["receiver"])
    line = connection.execute(
        "SELECT id FROM lines WHERE transfer = ? AND account = ?", (number, receiver.number)
    ).fetchone()
    return Transfer(
        id=number,
        payer=payer.number,
        payer_name=payer.holder,
        receiver=receiver.number,
        receiver_name=receiver.holder,
        receiver_bin=receiver.bank_bin,
        amount=Dong(row["amount"]),
        typed_memo=row["typed_memo"],
        channel=row["channel"],
        line=lines.line_of(connection, line["id"]),
    )


def _by_key(connection: sqlite3.Connection, key: str) -> Transfer | None:
    row = connection.execute("SELECT id FROM transfers WHERE key = ?", (key,)).fetchone()
    return None if row is None else transfer_of(connection, row["id"])


def _check_amount(amount: Dong) -> None:
    if amount <= ZERO:
        raise BankError("amount_positive")
    if amount >= TRANSFER_LIMIT:
        raise BankError("amount_large", limit=TRANSFER_LIMIT.value)
