"""Refunds for tests: a paid school, people who propose and decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests import money

from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.models import Payment, RefundItem, RefundRequest
from truongso.payments.public import book
from truongso.payments.refunds.planning import plan
from truongso.payments.refunds.services import approve, propose
from truongso.payments.refunds.types import Account, Ask, RefundKind, RefundWay

PROPOSER = Actor(101, "Lê Thị Kế Toán", "web")
PRINCIPAL = Actor(202, "Trần Văn Hiệu Trưởng", "web")
VIETCOMBANK = Account("970436", "0071000999888", "TRAN THI THU HANG")


def paid(school: School, amounts: tuple[int, ...] = (200_000, 100_000), name: str = "Nguyễn Bảo An") -> Invoice:
    """An invoice paid in full by transfer."""
    invoice = money.invoice(school, amounts, full_name=name)
    pay(invoice, sum(amounts))
    return invoice


def pay(invoice: Invoice, amount: int, **changes: Any) -> Payment:
    with savepoint():
        return book(invoice.school_id, booking=money.booking((invoice, amount), **changes), actor=PROPOSER)


def ask_fee(invoice: Invoice, amount: int | None = 35_000, way: RefundWay = RefundWay.BANK, **changes: object) -> Ask:
    """35 000 đ off the first line of every invoice of the round of this one."""
    line = invoice.lines.exclude(kind="credit").order_by("pk").first()
    assert line is not None
    ask = Ask(
        RefundKind.FEE, way, round_id=invoice.round_id, fee_item_id=line.fee_item_id,
        amount=None if amount is None else Dong(amount),
    )  # fmt: skip
    return replace(ask, **changes)  # type: ignore[arg-type]


def proposed(school: School, ask: Ask, *, account: Account | None = VIETCOMBANK) -> RefundRequest:
    families = [i.family_id for i in plan(school.pk, ask).items]
    with savepoint():
        return propose(
            school.pk, ask=ask, reason="Không phục vụ bữa ăn", actor=PROPOSER,
            accounts=dict.fromkeys(families, account) if account else None,
        )  # fmt: skip


def approved(school: School, ask: Ask, *, account: Account | None = VIETCOMBANK) -> list[RefundItem]:
    """The refunds of a request that was proposed and approved."""
    request = proposed(school, ask, account=account)
    with savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
    return items(school)


def items(school: School) -> list[RefundItem]:
    return list(RefundItem.objects.for_school(school).order_by("pk"))


def owed(school: School, role: AccountRole) -> int:
    """What the books say is owed to others on an account."""
    return -int(balance(school.pk, account_ids(school.pk)[role, 0]))


def money_of(school: School) -> list[tuple[int, int, int]]:
    """(allocated, credited, refunded) of every payment."""
    rows = Payment.objects.for_school(school).order_by("pk")
    return [(int(p.allocated), int(p.credited), int(p.refunded)) for p in rows]
