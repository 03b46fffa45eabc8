"""The test bench itself: tables empty themselves in spite of the guards, and the guards are back then."""

from __future__ import annotations

import os

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories, money
from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel import triggers
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.public import book


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_guarded_rows_are_emptied_between_transactional_tests(turn: int) -> None:
    assert School.objects.count() == 0
    assert triggers.differences() == []
    invoice = factories.issued_invoice(factories.school(), 300_000)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        InvoiceLine.objects.for_school(invoice.school_id).filter(invoice=invoice).delete()
    assert Invoice.objects.for_school(invoice.school_id).get().total == Dong(300_000)


def test_fixture_schools_are_two(school: School, other_school: School) -> None:
    assert (school.invoice_prefix, other_school.invoice_prefix) == ("TS", "KD")
    assert School.objects.count() == 2


@pytest.mark.django_db
def test_engine_settings_are_those_of_production() -> None:
    engine = os.environ.get("TRUONGSO_TEST_DB", "sqlite")
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[engine]
    with connection.cursor() as cursor:
        if engine == "sqlite":
            names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
            assert [cursor.execute(f"PRAGMA {n}").fetchone()[0] for n in names] == ["wal", 2, 1, 1]
            assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        else:
            assert cursor.execute("SHOW server_version_num").fetchone()[0] >= "150000"


@pytest.mark.django_db
@pytest.mark.usefixtures("verify_after")
def test_books_are_verified_after_a_test(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, (300_000,))
    with transaction.atomic():
        book(school.pk, booking=money.booking((invoice, 300_000)), actor=actor)
    assert Invoice.objects.for_school(school).get().paid == Dong(300_000)
