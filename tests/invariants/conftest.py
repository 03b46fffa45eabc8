"""A school whose books hold one of everything that is guarded, and the attacker who writes SQL by hand."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories, money
from tests.invariants.asides import TABLES as ASIDE_TABLES
from tests.invariants.asides import fill_asides
from tests.invariants.cards import fill_cards
from tests.invariants.cash_rows import add_cash_rows
from tests.invariants.closings import TABLES as CLOSING_TABLES
from tests.invariants.closings import fill_closings
from tests.invariants.families import fill_families
from tests.invariants.gateways import TABLES as GATEWAY_TABLES
from tests.invariants.gateways import fill_gateways
from tests.invariants.guardians import TABLES as GUARDIAN_TABLES
from tests.invariants.guardians import fill_guardians
from tests.invariants.hygiene import TABLES as HYGIENE_TABLES
from tests.invariants.hygiene import fill_hygiene
from tests.invariants.papers import TABLES as PAPER_TABLES
from tests.invariants.papers import fill_papers
from tests.invariants.privacy_rows import TABLES as PRIVACY_TABLES
from tests.invariants.privacy_rows import fill_privacy
from tests.invariants.refunds import fill_refunds
from tests.invariants.teaching import TABLES as TEACHING_TABLES
from tests.invariants.teaching import fill_teaching
from truongso.banking.learning.models import ForgottenPayer
from truongso.banking.models import BankLine, MatchDecision
from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.audit_heads import keep
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Evidence, Payment, Receipt
from truongso.payments.public import book, undo

Value = str | int | None

GUARDED = (
    "banking_bankline", "banking_claimmessage", "banking_depositlink", "banking_forgottenpayer",
    "banking_matchdecision",
    "banking_paymentclaim", "payments_groupedinvoice", "payments_invoicegroup", "fees_invoice", "fees_invoiceline",
    "kernel_auditentry", "kernel_kepthead", "ledger_account", "ledger_entry", "ledger_period", "ledger_posting",
    "people_family", "payments_allocation", "payments_cashbox",
    "payments_cashcount", "payments_cashcountline", "payments_cashdeposit", "payments_creditentry",
    "payments_evidence", "payments_payment", "payments_paymentreversal", "payments_receipt", "payments_receiptbook",
    "payments_receiptcancellation", "payments_creditmove", "payments_refundaccount", "payments_refundcounter",
    "payments_refunddecision", "payments_refundfile", "payments_refunditem", "payments_refundpart",
    "payments_refundpayout", "payments_refundrequest", "payments_refundvoucher", *GATEWAY_TABLES,
    *PAPER_TABLES, *CLOSING_TABLES, *ASIDE_TABLES, *HYGIENE_TABLES, *PRIVACY_TABLES,
    *TEACHING_TABLES, *GUARDIAN_TABLES,
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """One school after: a part payment, an overpayment, an undone payment, and a bank line decided about."""

    school: School
    invoice: Invoice
    lines: list[InvoiceLine]
    part: Payment
    over: Payment
    undone: Payment
    bank_line: BankLine

    def one(self, sql: str, *values: Value) -> Any:
        """The single value of a query."""
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0]

    def refuses(self, sql: str, *values: Value, match: str) -> None:
        """The statement fails on the database's own guard, and no guarded row is other than before."""
        before = snapshot()
        said = ""
        try:
            _execute(sql, values)
        except IntegrityError as error:
            said = str(error)
        assert re.search(match, said), f"{sql}: {said or 'was done'}"
        assert snapshot() == before

    def bare_payment(self, amount: int) -> int:
        """Id of a payment of `amount` đồng on evidence of its own, without allocation, receipt or entry."""
        like = self.part
        evidence = Evidence.objects.create(
            school=self.school,
            kind="notice",
            source="bare",
            reference=str(amount),
            amount=Dong(amount),
            occurred_at=like.received_at,
            created_at=like.created_at,
        )
        made: Payment = Payment.objects.create(
            school=self.school,
            evidence=evidence,
            method=like.method,
            amount=Dong(amount),
            received_at=like.received_at,
            received_on=like.received_on,
            family_id=like.family_id,
            payer_name=like.payer_name,
            beneficiary_name=like.beneficiary_name,
            reason=like.reason,
            invoice_code=like.invoice_code,
            created_at=like.created_at,
        )
        return int(made.pk)


def _execute(sql: str, values: Sequence[Value]) -> None:
    """Run one statement on its own; deferred keys are checked at once, as they would be at its commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, values)


def snapshot() -> Sequence[tuple[Any, ...]]:
    """Every guarded row. PostgreSQL says them as text in one answer: it is asked before and after each refusal."""
    if connection.vendor == "postgresql":
        queries = [" UNION ALL ".join(f"SELECT '{table}', CAST(row AS text) FROM {table} row" for table in GUARDED)]
    else:
        queries = [f"SELECT '{table}', row.* FROM {table} row ORDER BY id" for table in GUARDED]
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            rows += cursor.fetchall()
    return sorted(rows) if connection.vendor == "postgresql" else rows


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests of a file: making it takes longer than most of what is done to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world(factories.school(), money.ACTOR)
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world: World, db: None) -> World:
    """The world as it was made: what a test writes goes back at its end, what it sets on the objects is its own."""
    return copy.deepcopy(standing_world)


def make_world(school: School, actor: Actor) -> World:
    """The books of the school with at least one row in every guarded table."""
    with clock.frozen(dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)):
        invoice = money.invoice(school, (200_000, 100_000))
        other = money.invoice(school, (50_000,), full_name="Lê Minh Châu")
        with savepoint():
            part = book(school.pk, booking=money.booking((invoice, 120_000)), actor=actor)
            over = book(school.pk, booking=money.booking((other, 70_000)), actor=actor)
            undone = book(school.pk, booking=money.booking((invoice, 30_000)), actor=actor)
            undo(school.pk, payment_id=undone.pk, reason="Ghi nhầm hóa đơn", actor=actor)
        line = BankLine.objects.create(
            school=school,
            bank_account=invoice.bank_account,
            direction="in",
            amount=Dong(90_000),
            booked_on=dt.date(2026, 10, 5),
            memo="NGUYEN BAO AN 3A2 hoc phi",
            content_key="k" * 64,
            occurrence=1,
            created_at=clock.now(),
        )
        keep(clock.today())
        MatchDecision.objects.create(
            school=school,
            line=line,
            decision="person",
            rule="none",
            version=1,
            reason={"code": "not_fees", "params": {"text": "tiền ăn"}},
            decided_at=clock.now(),
        )
        ForgottenPayer.objects.create(
            school=school,
            payer_account="0123456789",
            student_id=invoice.student_id,
            reason="Tài khoản của người khác",
            forgotten_at=clock.now(),
        )
        add_cash_rows(invoice.bank_account)
        fill_cards(school)
        fill_refunds(school)
        fill_families(school, invoice, money.invoice(school, (40_000,), full_name="Vàng A Sử"))
        fill_gateways(invoice)
        fill_papers(invoice, Receipt.objects.for_school(school).get(payment=part))
        fill_closings(invoice)
        fill_asides(line, invoice)
        fill_hygiene(school)
        fill_privacy(school, invoice)
        fill_teaching(school, invoice)
        fill_guardians(other)
    invoice.refresh_from_db()
    return World(
        school=school,
        invoice=invoice,
        lines=list(InvoiceLine.objects.for_school(school).filter(invoice=invoice).order_by("pk")),
        part=part,
        over=over,
        undone=undone,
        bank_line=line,
    )


@pytest.fixture
def foreign(other_school: School) -> Invoice:
    """An invoice of another school, in its books."""
    return money.invoice(other_school, (300_000,), full_name="Phạm Gia Hân")
