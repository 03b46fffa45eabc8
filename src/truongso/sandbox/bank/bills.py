"""Paying bills: the payer types a number, the bank asks the school what is owed, takes the money and posts it.

The bank holds what it takes and pays it into the school's account in one line. A post without an answer stays `sent`
and is repeated under the same transaction number until the school says yes or no; after a no the payer has the money
back.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong, total
from truongso.kernel.sheet_writer import ExportCell, write_csv
from truongso.sandbox.bank import accounts, deliveries, lines
from truongso.sandbox.bank.memos import Narrative, plain
from truongso.sandbox.bank.types import BankError, Line
from truongso.sandbox.bill_bank import SETTLEMENT_HEADER, BillBank, BillError, ForgedAnswerError
from truongso.sandbox.guard import is_local_url
from truongso.sandbox.json_client import Json

NAME = "NGAN HANG THU"


class BillState(StrEnum):
    """Whether the school knows: not answered yet, taken, refused (the payer has the money back)."""

    SENT = "sent"
    POSTED = "posted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Biller:
    """A school at whose bill service the bank is a partner."""

    id: int
    school_code: str
    name: str
    url: str
    key_id: str
    secret: str

    def bank(self) -> BillBank:
        """The bank's side of the protocol with this school's key."""
        return BillBank(self.url, self.key_id, self.secret)


@dataclass(frozen=True, slots=True)
class BillPayment:
    """One bill paid. `receipt` is the school's receipt number, `told` its words of a refusal."""

    id: int
    key: str
    biller: int
    payer: str
    invoice: str
    account: str
    amount: Dong
    paid_at: dt.datetime
    state: BillState
    receipt: str
    told: str
    paid_out: int | None

    @property
    def transaction_id(self) -> str:
        """The bank's number of it, in every notify of it."""
        return f"BH{self.paid_at:%y%j}{self.id:08d}"


@dataclass(frozen=True, slots=True)
class BillOrder:
    """What a payer confirms: this invoice of this biller, so much, to that beneficiary. `key` makes repeats one."""

    key: str
    payer: str
    invoice: str
    account: str
    amount: Dong
    at: dt.datetime


def register(
    connection: sqlite3.Connection, *, school_code: str, name: str, url: str, key_id: str, secret: str
) -> Biller:
    """A school's bill service; registering it again replaces name and secret. Raises BankError webhook_not_local."""
    if not is_local_url(url):
        raise BankError("webhook_not_local", url=url)
    row = connection.execute(
        "INSERT INTO billers (school_code, name, url, key_id, secret) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (url, key_id, school_code) DO UPDATE SET name = excluded.name, secret = excluded.secret"
        " RETURNING *",
        (school_code, name, url.rstrip("/"), key_id, secret),
    ).fetchone()
    return Biller(**dict(row))


def billers(connection: sqlite3.Connection) -> list[Biller]:
    """Every school, in the order in which they came."""
    return [Biller(**dict(row)) for row in connection.execute("SELECT * FROM billers ORDER BY id")]


def biller_of(connection: sqlite3.Connection, number: int) -> Biller:
    """Raises BankError biller_unknown."""
    row = connection.execute("SELECT * FROM billers WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise BankError("biller_unknown")
    return Biller(**dict(row))


def owed(biller: Biller, number: str) -> list[Json]:
    """Open bills under an invoice code or a pupil's code, as the school tells them.

    Raises BankError bill_unknown, bill_nothing_owed, bill_no_answer, bill_refused (told).
    """
    bank, found = biller.bank(), None
    for asked in ({"invoice_code": number}, {"pupil_code": number}):
        try:
            found = bank.inquiry(**asked, school_code=biller.school_code)
            break
        except BillError as error:
            if error.status != 404:
                raise BankError("bill_refused", told=str(error.answer.get("message", ""))) from error
        except (OSError, ValueError, ForgedAnswerError) as error:
            raise BankError("bill_no_answer") from error
    if found is None:
        raise BankError("bill_unknown", number=number)
    bills: list[Json] = [bill for bill in found["invoices"] if bill["state"] == "open"]
    if not bills:
        raise BankError("bill_nothing_owed", number=number)
    return bills


def take(connection: sqlite3.Connection, biller: Biller, order: BillOrder) -> BillPayment:
    """Take the payer's money for a bill; a repeated `key` gives the first payment again.

    Raises BankError payer_unknown, balance_low, key_used.
    """
    made = payment_by_key(connection, order.key)
    if made is not None:
        if (made.payer, made.invoice, made.amount) != (order.payer, order.invoice, order.amount):
            raise BankError("key_used", key=order.key)
        return made
    payer = accounts.payer(connection, order.payer)
    words = plain(f"Thanh toan hoa don {order.invoice} {biller.name}")
    lines.book(connection, payer, Direction.OUT, order.amount, memo=Narrative(words, words), at=order.at)
    row = connection.execute(
        "INSERT INTO bill_payments (key, biller, payer, invoice, account, amount, paid_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'sent') RETURNING *",
        (order.key, biller.id, payer.number, order.invoice, order.account, order.amount.value,
         int(order.at.timestamp())),
    ).fetchone()  # fmt: skip
    return _payment(row)


def payment_by_key(connection: sqlite3.Connection, key: str) -> BillPayment | None:
    """The payment made under a form's key."""
    row = connection.execute("SELECT * FROM bill_payments WHERE key = ?", (key,)).fetchone()
    return None if row is None else _payment(row)


def post(biller: Biller, payment: BillPayment, payer_name: str) -> tuple[BillState, str]:
    """Tell the school; the new state with the receipt number or the words of the refusal. Never twice a payment."""
    try:
        answer = biller.bank().notify(
            [{"invoice_code": payment.invoice, "amount": payment.amount.value}],
            school_code=biller.school_code, account=payment.account, payer=plain(payer_name).upper(),
            at=payment.paid_at, transaction_id=payment.transaction_id,
        )  # fmt: skip
    except BillError as error:
        if error.status >= 500 or error.result == "try_again":
            return BillState.SENT, ""
        return BillState.REFUSED, str(error.answer.get("message", ""))
    except (OSError, ValueError, ForgedAnswerError):
        return BillState.SENT, ""
    return BillState.POSTED, ", ".join(str(one["number"]) for one in answer.get("receipts", []))


def settle(
    connection: sqlite3.Connection, payment: BillPayment, state: BillState, said: str, *, at: dt.datetime
) -> BillPayment:
    """Keep the school's answer; after a no the payer has the money back. An answer that is there stays."""
    current = payment_of(connection, payment.id)
    if current.state is not BillState.SENT or state is BillState.SENT:
        return current
    column = "receipt" if state is BillState.POSTED else "told"
    connection.execute(f"UPDATE bill_payments SET state = ?, {column} = ? WHERE id = ?", (state, said, payment.id))  # noqa: S608
    if state is BillState.REFUSED:
        words = f"Hoan tien hoa don {payment.invoice}"
        payer = accounts.payer(connection, payment.payer)
        lines.book(connection, payer, Direction.IN, payment.amount, memo=Narrative(words, words), at=at)
    return payment_of(connection, payment.id)


def payment_of(connection: sqlite3.Connection, number: int) -> BillPayment:
    """Raises BankError bill_payment_unknown."""
    row = connection.execute("SELECT * FROM bill_payments WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise BankError("bill_payment_unknown")
    return _payment(row)


def held(connection: sqlite3.Connection) -> list[tuple[Biller, str, int, Dong]]:
    """Per school and account: how many payments the bank holds, and how much."""
    rows = connection.execute(
        "SELECT biller, account, COUNT(*) AS n, SUM(amount) AS amount FROM bill_payments"
        " WHERE state = 'posted' AND paid_out IS NULL GROUP BY biller, account ORDER BY biller, account"
    )
    return [(biller_of(connection, r["biller"]), r["account"], r["n"], Dong(r["amount"])) for r in rows]


def pay_out(connection: sqlite3.Connection, biller: Biller, account: str, *, at: dt.datetime) -> Line:
    """Pay what is held for an account into it in one line. Raises BankError bill_nothing_held, account_unknown."""
    rows = connection.execute(
        "SELECT id, amount FROM bill_payments WHERE biller = ? AND account = ? AND state = 'posted'"
        " AND paid_out IS NULL",
        (biller.id, account),
    ).fetchall()
    if not rows:
        raise BankError("bill_nothing_held")
    receiver = accounts.receiver(connection, account)
    words = f"{NAME} THU HO {at.astimezone(SCHOOL_TIME):%d%m%Y} {len(rows)} GD"
    amount = total(Dong(row["amount"]) for row in rows)
    line = lines.book(connection, receiver, Direction.IN, amount, memo=Narrative(words, words), at=at)
    connection.executemany("UPDATE bill_payments SET paid_out = ? WHERE id = ?", [(line.id, row["id"]) for row in rows])
    deliveries.announce(connection, receiver, line)
    return line


def paid_out(connection: sqlite3.Connection, line: Line) -> Sequence[BillPayment]:
    """The payments of one pay-out."""
    rows = connection.execute("SELECT * FROM bill_payments WHERE paid_out = ? ORDER BY id", (line.id,))
    return [_payment(row) for row in rows]


def settlement_file(connection: sqlite3.Connection, line_id: int) -> bytes:
    """The bank's file of a pay-out: every payment, no fee. Raises BankError line_unknown."""
    line = lines.line_of(connection, line_id)
    day = f"{line.booked_at:%d/%m/%Y}"
    rows: list[list[ExportCell]] = [list(SETTLEMENT_HEADER)]
    for one in paid_out(connection, line):
        moment = f"{one.paid_at:%d/%m/%Y %H:%M:%S}"
        rows.append([one.transaction_id, moment, one.amount, Dong(0), one.amount, day])
    return write_csv(rows)


def _payment(row: sqlite3.Row) -> BillPayment:
    values = dict(row)
    return BillPayment(
        **{
            **values,
            "amount": Dong(values["amount"]),
            "paid_at": dt.datetime.fromtimestamp(values["paid_at"], SCHOOL_TIME),
            "state": BillState(values["state"]),
        }
    )
