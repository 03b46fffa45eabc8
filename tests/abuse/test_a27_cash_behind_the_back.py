"""A27: an insider with the database's password edits cash: counts, deposits, closed days. The database refuses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories, money
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.cash import services
from truongso.payments.cash.types import CountedCash, DepositRequest
from truongso.payments.public import book
from truongso.payments.types import EvidenceKind, Method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]
DAY = dt.date(2026, 10, 5)


@pytest.fixture
def closed(school: School) -> School:
    """500.000 đ taken, 100.000 đ handed in, counted 300.000 đ, confirmed."""
    cashier, accountant = (
        Actor(factories.user(r, school=school).pk, str(r), "web") for r in (Role.CASHIER, Role.ACCOUNTANT)
    )
    invoice = money.invoice(school, (500_000,))
    request = money.booking(
        (invoice, 500_000), kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now()
    )
    with savepoint():
        book(school.pk, booking=request, actor=cashier)
        slip = DepositRequest(invoice.bank_account_id, Dong(100_000), DAY, "GNT 1", new_public_id())
        services.deposit(school.pk, request=slip, actor=cashier)
        cash = CountedCash({200_000: 1, 100_000: 1})
        count = services.sign_count(school.pk, day=DAY, cash=cash, reason="Thiếu 100.000 đ", actor=cashier)
        services.confirm_count(school.pk, count_id=count.pk, actor=accountant)
    return school


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_cashcount SET counted = 400000, difference = 0",
        "UPDATE payments_cashcount SET reason = 'khác'",
        "UPDATE payments_cashcount SET decided_by = 99",
        "UPDATE payments_cashcount SET state = 'refused'",
        "UPDATE payments_cashcount SET state = 'reopened', reopened_by = 1, reopened_at = decided_at",
        "DELETE FROM payments_cashcount",
        "UPDATE payments_cashcountline SET pieces = 3",
        "DELETE FROM payments_cashcountline",
        "UPDATE payments_cashdeposit SET amount = 200000",
        "UPDATE payments_cashdeposit SET deposited_on = '2026-10-01'",
        "DELETE FROM payments_cashdeposit",
        "UPDATE payments_cashbox SET locked_through = NULL",
        "UPDATE payments_cashbox SET locked_through = '2026-10-01'",
        "DELETE FROM payments_cashbox",
    ],
)
def test_counts_deposits_and_the_lock_stay_as_they_are(closed: School, sql: str) -> None:
    with pytest.raises(IntegrityError):
        _by_hand(sql)


def _by_hand(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


@pytest.mark.parametrize("kind", ["payment", "deposit", "refund_paid", "cash_day"])
def test_no_entry_of_any_kind_moves_cash_of_a_closed_day(closed: School, kind: str) -> None:
    with pytest.raises(IntegrityError, match=r"cash day is closed|signed count"), transaction.atomic():
        _post(closed, kind, DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        _post(closed, kind, DAY - dt.timedelta(days=3))


def _post(school: School, kind: str, day: dt.date) -> None:
    """An entry by hand: 1.000 đ out of the box into the account of differences."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_period WHERE school_id = %s", [school.pk])
        (period,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO ledger_entry (school_id, period_id, occurred_on, kind, source_id, created_at) "
            "VALUES (%s, %s, %s, %s, 4711, %s) RETURNING id",
            [school.pk, period, day.isoformat(), kind, connection.ops.adapt_datetimefield_value(clock.now())],
        )
        (entry,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO ledger_posting (school_id, entry_id, debit_id, credit_id, amount) SELECT %s, %s, d.id, c.id, "
            "1000 FROM ledger_account d, ledger_account c WHERE d.school_id = %s AND d.role = 'cash_difference' "
            "AND c.school_id = %s AND c.role = 'cash'",
            [school.pk, entry, school.pk, school.pk],
        )
