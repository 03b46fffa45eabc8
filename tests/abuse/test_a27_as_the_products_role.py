"""A27: somebody at the program's own database connection edits, deletes or back-dates what was posted."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests import app_role, money
from truongso.kernel.actor import Actor
from truongso.ledger.public import close_month
from truongso.organizations.models import School
from truongso.payments.models import Receipt
from truongso.payments.public import book

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("school_day")]
_KEPT = ("payments_receipt", "payments_payment", "payments_allocation", "ledger_entry", "ledger_posting",
         "kernel_auditentry")  # fmt: skip


def _rows() -> list[object]:
    with connection.cursor() as cursor:
        found: list[object] = []
        for table in _KEPT:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found += cursor.fetchall()
        return found


def _refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        connection.cursor().execute(statement)
    return str(caught.value)


def test_posted_rows_are_neither_edited_nor_removed_nor_back_dated(
    product_roles: None, school: School, actor: Actor
) -> None:
    invoice = money.invoice(school, (200_000,))
    with transaction.atomic():
        book(school.pk, booking=money.booking((invoice, 200_000)), actor=actor)
        close_month(school.pk, 2026, 10)
    receipt = Receipt.objects.for_school(school).get()
    before = _rows()
    with app_role.working():
        for table in _KEPT:
            assert "permission denied" in _refused(f"DELETE FROM {table}")
            assert "permission denied" in _refused(f"TRUNCATE {table} CASCADE")
        for statement in (
            "UPDATE payments_receipt SET number = number + 1",
            "UPDATE payments_allocation SET amount = 1",
            "UPDATE ledger_posting SET amount = 1",
            "UPDATE ledger_entry SET occurred_on = '2026-09-01'",
            "UPDATE kernel_auditentry SET actor_label = 'Người khác'",
        ):
            assert "permission denied" in _refused(statement)
        _refused("UPDATE fees_invoice SET paid = 0")
        _refused("UPDATE payments_payment SET amount = 1")
        _refused("INSERT INTO payments_receipt SELECT * FROM payments_receipt")
        again = "SELECT school_id, period_id, occurred_on, kind, 999, created_at FROM ledger_entry LIMIT 1"
        into = "INSERT INTO ledger_entry (school_id, period_id, occurred_on, kind, source_id, created_at)"
        assert "closed" in _refused(f"{into} {again}")
        assert "must be owner" in _refused("ALTER TABLE ledger_posting DISABLE TRIGGER ALL")
        assert "permission denied" in _refused("SET session_replication_role = replica")
        assert _rows() == before
    assert Receipt.objects.for_school(school).get().number == receipt.number
