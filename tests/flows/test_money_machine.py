"""Money under any sequence of acts: issue, pay, replay, import twice, reverse, credit. After every step the whole
set of invariants is recomputed from the raw rows and the school's figures equal a plain model."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from tests import app_role, factories, money
from tests.books import BooksMachine
from tests.depth import tries
from truongso.banking import services as banking
from truongso.banking.models import BankLine
from truongso.banking.statement_import import apply, preview
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.types import Direction, LineState
from truongso.fees.models import Invoice, InvoiceLine
from truongso.fees.public import credit_line
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import ZERO, Dong, total
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole, EntryKind
from truongso.payments.models import CreditEntry, Receipt
from truongso.payments.public import book, undo
from truongso.payments.types import EvidenceKind, Method, PaymentRefusedError

ACTOR = Actor.system("machine", "cli")
DAY = dt.date(2026, 10, 6)
_numbers = itertools.count(1)
AMOUNTS = st.integers(min_value=1, max_value=900_000)


@dataclass
class Bill:
    """What the model knows of an invoice."""

    pk: int
    code: str
    total: int
    paid: int = 0


@dataclass
class Money:
    """What the model knows of a payment that stands."""

    pk: int
    shares: dict[int, int]
    surplus: int
    line: int | None = None


@dataclass
class Model:
    bills: dict[int, Bill] = field(default_factory=dict)
    standing: list[Money] = field(default_factory=list)
    receipts: int = 0
    bank: int = 0
    waiting: int = 0


class MoneyMachine(BooksMachine):
    """One school per run."""

    def __init__(self) -> None:
        super().__init__()
        number = next(_numbers)
        self.school = factories.school(code=f"MAY-{number}", name=f"Trường thử {number}", prefix="TS")
        self.account = factories.bank_account(self.school, number=f"90000000{number:05}")
        self.model = Model()
        self.files: list[bytes] = []

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def issue(self, amounts: list[int]) -> None:
        made = money.invoice(self.school, amounts, full_name=f"Nguyễn Văn {chr(65 + len(self.model.bills) % 26)}")
        self.model.bills[made.pk] = Bill(made.pk, made.code, sum(amounts))

    @precondition(lambda self: self.model.bills)
    @rule(data=st.data(), amount=AMOUNTS, cash=st.booleans())
    def pay(self, data: st.DataObject, amount: int, cash: bool) -> None:
        bill = self._pick(data)
        kind, method = (EvidenceKind.CASH_RECEIPT, Method.CASH) if cash else (EvidenceKind.NOTICE, Method.WEB)
        invoice = Invoice.objects.for_school(self.school).get(pk=bill.pk)
        request = money.booking((invoice, amount), kind=kind, method=method)
        with transaction():
            payment = book(self.school.pk, booking=request, actor=ACTOR)
        self._paid(payment.pk, {bill.pk: amount}, amount)
        with pytest.raises(PaymentRefusedError, match="already_booked"), transaction():
            book(self.school.pk, booking=request, actor=ACTOR)

    @precondition(lambda self: self.model.bills)
    @rule(data=st.data(), amount=AMOUNTS, how=st.sampled_from(["exact", "any", "nothing"]), twins=st.booleans())
    def import_statement(self, data: st.DataObject, amount: int, how: str, twins: bool) -> None:
        bill = self._pick(data)
        owed = bill.total - bill.paid
        amount = owed if how == "exact" and owed else amount
        memo = "chuyen tien" if how == "nothing" else f"{bill.code} nop"
        line = StatementLine(DAY, Direction.IN, Dong(amount), memo, f"R{len(self.files)}")
        lines = (line, line) if twins else (line,)
        out = StatementOut(account=self.account.number, holder=self.account.holder_name, opening=Dong(5), lines=lines)
        content = write_statement("vietcombank_simple", out, FileFormat.CSV)
        self.files.append(content)
        known = set(BankLine.objects.for_school(self.school).values_list("pk", flat=True))
        self._import(content)
        fresh = list(BankLine.objects.for_school(self.school).exclude(pk__in=known).order_by("pk"))
        assert len(fresh) == len(lines)
        self.model.bank += amount * len(lines)
        for row in fresh:
            if row.state == LineState.MATCHED.value:
                decision = row.decisions.get()
                assert how != "nothing"
                assert bill.total > bill.paid, "a paid invoice is never booked by itself"
                self._paid(decision.payment_id, {bill.pk: amount}, amount, line=row.pk)
            else:
                self.model.waiting += amount

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def import_again(self, data: st.DataObject) -> None:
        before = BankLine.objects.for_school(self.school).count()
        self._import(data.draw(st.sampled_from(self.files)))
        assert BankLine.objects.for_school(self.school).count() == before

    @precondition(lambda self: self.model.waiting and self.model.bills)
    @rule(data=st.data())
    def assign(self, data: st.DataObject) -> None:
        line = BankLine.objects.for_school(self.school).filter(state=LineState.WAITING.value).earliest("pk")
        bill = self._pick(data)
        amount = int(line.amount)
        with transaction():
            payment = banking.assign(self.school.pk, line_id=line.pk, shares=[(bill.pk, line.amount)], actor=ACTOR)
        self.model.waiting -= amount
        self._paid(payment.pk, {bill.pk: amount}, amount, line=line.pk)

    @precondition(lambda self: self.model.standing)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        found = data.draw(st.sampled_from(self.model.standing))
        with transaction():
            if found.line is None:
                undo(self.school.pk, payment_id=found.pk, reason="thử", actor=ACTOR)
            else:
                banking.undo_match(self.school.pk, line_id=found.line, reason="thử", actor=ACTOR)
                self.model.waiting += sum(found.shares.values()) + found.surplus
        self.model.standing.remove(found)
        for pk, amount in found.shares.items():
            self.model.bills[pk].paid -= amount

    @precondition(lambda self: any(b.paid < b.total for b in self.model.bills.values()))
    @rule(data=st.data(), part=st.integers(min_value=1, max_value=900_000))
    def credit(self, data: st.DataObject, part: int) -> None:
        open_bills = [b for b in self.model.bills.values() if b.paid < b.total]
        bill = data.draw(st.sampled_from(open_bills))
        lines = InvoiceLine.objects.for_school(self.school).filter(invoice_id=bill.pk).exclude(kind="credit")
        line = next(x for x in lines.order_by("pk") if x.amount - x.credited > x.paid)
        amount = min(Dong(part), line.amount - line.credited - line.paid)
        with transaction():
            credit_line(
                self.school.pk, invoice_id=bill.pk, line_id=line.pk, amount=amount, reason="nghỉ ốm", actor=ACTOR
            )
        bill.total -= int(amount)

    @invariant()
    def the_database_equals_the_model(self) -> None:
        rows = {i.pk: (int(i.total), int(i.paid)) for i in Invoice.objects.for_school(self.school)}
        assert rows == {b.pk: (b.total, b.paid) for b in self.model.bills.values()}
        assert Receipt.objects.for_school(self.school).count() == self.model.receipts
        credit = CreditEntry.objects.for_school(self.school)
        held = total(c.amount for c in credit.filter(reverses=None)) - total(
            c.amount for c in credit.exclude(reverses=None)
        )
        assert int(held) == sum(m.surplus for m in self.model.standing)
        accounts = account_ids(self.school.pk)
        if accounts:
            owed = sum(b.total - b.paid for b in self.model.bills.values())
            assert int(balance(self.school.pk, accounts[AccountRole.RECEIVABLE, 0])) == owed
            assert int(balance(self.school.pk, accounts[AccountRole.SUSPENSE, 0])) == -self.model.waiting
            bank = accounts.get((AccountRole.BANK, self.account.pk))
            assert int(balance(self.school.pk, bank) if bank else ZERO) == self.model.bank

    def _pick(self, data: st.DataObject) -> Bill:
        return data.draw(st.sampled_from(list(self.model.bills.values())))

    def _import(self, content: bytes) -> None:
        with transaction():
            statement = preview(self.account, content=content, file_name="saoke.csv", actor=ACTOR)
        apply(statement, actor=ACTOR)

    def _paid(self, pk: int, shares: dict[int, int], amount: int, *, line: int | None = None) -> None:
        taken = {}
        for bill_id, share in shares.items():
            bill = self.model.bills[bill_id]
            taken[bill_id] = min(share, bill.total - bill.paid)
            bill.paid += taken[bill_id]
        self.model.standing.append(Money(pk, taken, amount - sum(taken.values()), line))
        self.model.receipts += 1


@pytest.mark.django_db
def test_money_machine(product_roles: None) -> None:
    """On PostgreSQL as the product's own role: the money path needs no right it does not have."""
    with app_role.working():
        run_state_machine_as_test(
            MoneyMachine,
            settings=settings(
                max_examples=tries(6, 200), stateful_step_count=20, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            ),
        )  # fmt: skip


def test_every_kind_of_entry_is_known() -> None:
    """A new kind of entry belongs into a machine: this one, or the one of its slice."""
    here = {"invoice", "adjustment", "bank_line", "payment", "reversal"}
    of_refunds = {"credit_use", "refund", "refund_paid"}  # tests/flows/test_refund_machine.py
    of_cash = {"cash_day", "deposit", "deposit_link"}  # payments/cash/tests/test_cash_property.py
    of_batches = {"settlement"}  # banking/batches/tests
    of_asides = {"no_fee"}  # banking/asides/tests
    assert {k.value for k in EntryKind} == here | of_refunds | of_cash | of_batches | of_asides
