"""A31: no figure of a report is kept where somebody could edit it: each is counted again from the evidence, and what is
handed over as a file stays as it was made.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models

from tests import money
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import book
from truongso.reporting.periods import month
from truongso.reporting.posting.models import PostingFile
from truongso.reporting.posting.services import make_file
from truongso.reporting.queries import cashless_figures
from truongso.reporting.selfcheck import differences

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
KEPT = {
    "postingfile.amount": "the sum of a file that is never written again",
    "flag.amount": "what a pattern was about when it was seen: a word of warning, in no report",
}
"""Money columns of the reporting room, with what holds them."""


def attempt(sql: str, *values: Any) -> None:
    with pytest.raises(DatabaseError), savepoint(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_room_of_reports_keeps_no_figure() -> None:
    kept = {
        f"{model._meta.model_name}.{field.name}"
        for model in apps.get_app_config("reporting").get_models()
        for field in model._meta.fields
        if isinstance(field, models.BigIntegerField) and re.search(r"amount|total|share|percent|count", field.name)
    }
    assert kept == set(KEPT)


def test_figures_and_what_is_behind_them_cannot_be_edited(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, (200_000,))
    with savepoint():
        by_bank = book(school.pk, booking=money.booking((invoice, 120_000)), actor=actor)
        book(school.pk, booking=money.booking((invoice, 30_000), **money.in_cash()), actor=actor)
    period = month(2026, 10)
    before = cashless_figures(school.pk, period)
    assert (before.cashless.value, before.all.value) == (Dong(120_000), Dong(150_000))
    attempt("UPDATE payments_payment SET amount = 900000 WHERE id = %s", by_bank.pk)
    attempt("UPDATE payments_payment SET method = 'cash' WHERE id = %s", by_bank.pk)
    attempt(
        "UPDATE payments_payment SET received_at = %s WHERE id = %s", dt.datetime(2026, 9, 1, tzinfo=dt.UTC), by_bank.pk
    )
    attempt("DELETE FROM payments_payment WHERE id = %s", by_bank.pk)
    assert cashless_figures(school.pk, period) == before
    assert differences() == []
    assert Payment.objects.for_school(school).count() == 2


def test_a_file_that_was_handed_over_stays(school: School, actor: Actor) -> None:
    money.invoice(school, (200_000,))
    with savepoint():
        made = make_file(school, year=2026, month=10, actor=actor)
    before = bytes(made.csv)
    for column, value in (("csv", b"x"), ("sha256", "0" * 64), ("amount", 1), ("entries", 0)):
        attempt(f"UPDATE reporting_postingfile SET {column} = %s WHERE id = %s", value, made.pk)
    attempt("DELETE FROM reporting_postingfile WHERE id = %s", made.pk)
    assert bytes(PostingFile.objects.for_school(school).get().csv) == before
