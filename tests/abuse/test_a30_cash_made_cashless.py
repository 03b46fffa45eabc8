"""A30: cash made to look cashless: taken at the counter, handed in, claimed as a transfer. It stays cash."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError
from django.test import Client

from tests import factories, money
from truongso.accounts.types import Role
from truongso.banking.deposits import services
from truongso.banking.models import BankLine
from truongso.banking.services import assign
from truongso.banking.tests.helpers import ACTOR, arrive, bring, line
from truongso.banking.types import LineRefusedError
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Evidence, Payment
from truongso.payments.public import CashDeposit, DepositRequest, book, record_deposit
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.public import calendar_year, cashless_figures
from truongso.workspaces.tests.counter_form import counter_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


@pytest.fixture
def handed_in(school: School) -> tuple[Invoice, CashDeposit]:
    """An invoice nobody has paid; 500.000 đ of another family's cash, taken and handed in to the bank."""
    paid = money.invoice(school, (500_000,), full_name="Lê Minh Châu")
    unpaid = money.invoice(school, (500_000,), full_name="Hoàng Gia Bảo")
    request = money.booking(
        (paid, 500_000), kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now()
    )
    slip = DepositRequest(paid.bank_account_id, Dong(500_000), dt.date(2026, 10, 5), "GNT 1", new_public_id())
    with savepoint():
        book(school.pk, booking=request, actor=ACTOR)
        deposit, _repeat = record_deposit(school.pk, request=slip, actor=ACTOR)
    return unpaid, deposit


def share(school: School) -> tuple[int, int]:
    """Cashless receipts and đồng of the year."""
    figures = cashless_figures(school.pk, calendar_year(2026)).cashless
    return figures.count, int(figures.value)


def test_the_deposit_pays_no_invoice_even_with_its_code_on_the_slip(
    school: School, handed_in: tuple[Invoice, CashDeposit]
) -> None:
    unpaid, _deposit = handed_in
    bring(unpaid.bank_account, line(f"NOP TIEN MAT {unpaid.code} HOC PHI", 500_000, "R1"))
    row = BankLine.objects.for_school(school).get()
    with pytest.raises(LineRefusedError, match="deposit_fits"), savepoint():
        assign(school.pk, line_id=row.pk, shares=[(unpaid.pk, Dong(500_000))], actor=ACTOR)
    unpaid.refresh_from_db()
    assert (unpaid.paid, share(school)) == (Dong(0), (0, 0))


def test_a_linked_deposit_is_never_evidence_of_a_transfer(
    school: School, handed_in: tuple[Invoice, CashDeposit]
) -> None:
    unpaid, deposit = handed_in
    row = arrive(unpaid.bank_account, "NOP TIEN MAT", 500_000)
    with savepoint():
        services.link(school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR)
    with pytest.raises(LineRefusedError, match="not_waiting"), savepoint():
        assign(school.pk, line_id=row.pk, shares=[(unpaid.pk, Dong(500_000))], actor=ACTOR)
    by_hand = money.booking(
        (unpaid, 500_000), kind=EvidenceKind.BANK_LINE, source="bank", reference=str(row.pk), in_suspense=True
    )
    with pytest.raises(IntegrityError, match="no fee money"), savepoint():
        book(school.pk, booking=by_hand, actor=ACTOR)
    assert not Evidence.objects.for_school(school).filter(kind="bank_line").exists()
    assert share(school) == (0, 0)


def test_a_line_that_already_paid_an_invoice_is_no_deposit(
    school: School, handed_in: tuple[Invoice, CashDeposit]
) -> None:
    unpaid, deposit = handed_in
    bring(unpaid.bank_account, line(f"{unpaid.code} NOP HOC PHI", 500_000, "R1"))
    row = BankLine.objects.for_school(school).get()
    assert row.state == "matched"
    with pytest.raises(LineRefusedError, match="not_waiting"), savepoint():
        services.link(school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR)
    assert share(school) == (1, 500_000)


def test_the_counter_knows_one_method(client: Client, school: School) -> None:
    invoice = money.invoice(school, (250_000,))
    factories.login(client, factories.user(Role.CASHIER, school=school))
    client.post("/thu/quay/thu", counter_form(invoice, "250.000", method="qr_transfer", kind="bank_line"))
    payment = Payment.objects.for_school(school).select_related("evidence").get()
    assert (payment.method, payment.evidence.kind) == ("cash", "cash_receipt")
    assert share(school) == (0, 0)
