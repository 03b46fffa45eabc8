"""Terminals, slips and settlement files for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from tests import factories

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import SheetOut, write_csv, write_xlsx
from truongso.organizations.models import BankAccount, School
from truongso.payments.pos.models import PosTerminal
from truongso.payments.pos.services import SlipRecorded, add_terminal, record_slip
from truongso.payments.pos.types import SlipData
from truongso.payments.settlements.models import SettlementFile
from truongso.payments.settlements.services import Applied, apply, preview
from truongso.payments.types import Share

ACTOR = Actor.system("test", "cli")
DAY = dt.date(2026, 10, 5)
HEADER = [
    "Mã thiết bị (TID)", "Số lô", "Số thẻ", "Loại thẻ", "Mã chuẩn chi", "RRN", "Ngày giao dịch", "Số tiền giao dịch",
    "Phí", "Thực nhận",
]  # fmt: skip
_numbers = itertools.count(100_001)


def terminal(school: School, code: str = "79900019", account: BankAccount | None = None) -> PosTerminal:
    """A terminal of 1.1 % and T+2."""
    with savepoint():
        return add_terminal(
            account or _account(school), code=code, acquirer="Vietcombank", merchant_code="000001234567",
            fee_basis_points=110, actor=ACTOR,
        )  # fmt: skip


def _account(school: School) -> BankAccount:
    found: BankAccount | None = BankAccount.objects.for_school(school).first()
    return found or factories.bank_account(school)


def data(amount: int, *, rrn: str = "", approval: str = "", **changes: Any) -> SlipData:
    """A slip of 8:30 on the day."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "approval_code": approval or f"{number}", "rrn": rrn or f"628{number:09}", "trace": "12", "batch_no": "7",
        "card_tail": "1111", "card_brand": "visa", "amount": Dong(amount),
        "paid_at": dt.datetime.combine(DAY, dt.time(8, 30), tzinfo=clock.SCHOOL_TIME),
    }  # fmt: skip
    return SlipData(**{**values, **changes})


def slip(at: PosTerminal, *parts: tuple[Invoice, int], **changes: Any) -> SlipRecorded:
    """A recorded slip for these invoices."""
    amount = changes.pop("amount", sum(a for _, a in parts))
    shares = [Share(i.pk, Dong(a)) for i, a in parts]
    with savepoint():
        return record_slip(at, data(amount, **changes), shares=shares, actor=ACTOR)


def row(recorded: SlipRecorded, fee: int, **changes: Any) -> list[Any]:
    """The acquirer's row of a slip, as in HEADER."""
    slip_ = recorded.slip
    gross = changes.get("gross", int(slip_.amount))
    return [
        changes.get("tid", slip_.terminal.code), changes.get("lot", "000007"), changes.get("card", "411111******1111"),
        "VISA", changes.get("approval", slip_.approval_code), changes.get("rrn", slip_.rrn),
        changes.get("at", "05/10/2026 08:30:00"), gross, fee, changes.get("net", gross - fee),
    ]  # fmt: skip


def file(rows: Sequence[Sequence[Any]], *, header: Sequence[str] = HEADER, form: str = "xlsx") -> bytes:
    """A settlement file with a title above the table."""
    if form == "csv":
        return write_csv([["BẢNG KÊ QUYẾT TOÁN"], [], list(header), *[list(r) for r in rows]])
    return write_xlsx([SheetOut("Bang ke", list(header), [tuple(r) for r in rows])])


def show(
    school: School, rows: Sequence[Sequence[Any]], *, source: str = "pos", settled_on: dt.date = DAY, **more: Any
) -> SettlementFile:
    """Preview a file of these rows."""
    name = f"quyet-toan.{more.get('form', 'xlsx')}"
    with savepoint():
        return preview(
            school, source_code=source, content=file(rows, **more), file_name=name, settled_on=settled_on, actor=ACTOR
        )


def bring(school: School, rows: Sequence[Sequence[Any]], **more: Any) -> Applied:
    """Preview and take over a file of these rows."""
    shown = show(school, rows, **more)
    with savepoint():
        return apply(shown, actor=ACTOR)
