"""Terminals, slips and batches for tests of the queues."""

from __future__ import annotations

import datetime as dt
import itertools

from truongso.banking.tests.helpers import ACTOR
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.public import PosSlip, PosTerminal, SettlementBatch, SlipData, add_pos_terminal, record_pos_slip
from truongso.payments.settlements.models import SettlementItem
from truongso.payments.types import Share

TERMINAL = "12345678"
_number = itertools.count(1)


def terminal(school: School, account: BankAccount, *, days: int, basis_points: int) -> PosTerminal:
    """The school's card terminal."""
    with savepoint():
        return add_pos_terminal(
            account, code=TERMINAL, acquirer="Vietcombank", label="Máy ở văn phòng", fee_basis_points=basis_points,
            settle_days=days, actor=ACTOR,
        )  # fmt: skip


def slip(school: School, invoice: Invoice, amount: int, *, paid_on: dt.date) -> PosSlip:
    """A card payment of that day's noon."""
    n = next(_number)
    at = dt.datetime.combine(paid_on, dt.time(12), tzinfo=clock.SCHOOL_TIME)
    data = SlipData(
        amount=Dong(amount), paid_at=at, approval_code=f"{n:06}", rrn=f"{n:012}", trace="", batch_no="", card_tail="",
        card_brand="",
    )  # fmt: skip
    held = PosTerminal.objects.for_school(school).get(code=TERMINAL)
    with clock.frozen(at + dt.timedelta(minutes=5)), savepoint():
        return record_pos_slip(held, data, shares=[Share(invoice.pk, Dong(amount))], actor=ACTOR).slip


def batch_of(
    school: School,
    account: BankAccount,
    slips: list[PosSlip],
    *,
    fees: list[int],
    settled_on: dt.date,
    reference: str = "LO-1",
) -> SettlementBatch:
    """What the acquirer settles for these slips."""
    gross, fee = sum(int(s.amount) for s in slips), sum(fees)
    made: SettlementBatch = SettlementBatch.objects.create(
        school=school, kind="pos", source="pos", reference=reference, settled_on=settled_on, bank_account=account,
        gross=Dong(gross), fee=Dong(fee), net=Dong(gross - fee), created_at=clock.now(),
    )  # fmt: skip
    SettlementItem.objects.bulk_create(
        SettlementItem(
            school_id=school.pk, batch=made, source="pos", key=f"{reference}-{n}", row_number=n,
            terminal_code=TERMINAL, rrn=s.rrn, approval_code=s.approval_code,
            transacted_on=clock.school_date(s.paid_at), gross=s.amount, fee=Dong(f), net=s.amount - Dong(f),
            state="matched", evidence_id=s.evidence_id,
        )
        for n, (s, f) in enumerate(zip(slips, fees, strict=True), start=1)
    )  # fmt: skip
    return made
