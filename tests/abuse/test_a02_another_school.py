"""A02: a query without a school raises, and no row of one school can point to another's, whatever a view forgets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from tests import money
from truongso.fees.models import Exemption, Invoice
from truongso.kernel.db import savepoint
from truongso.kernel.tenancy import SchoolScoped, UnscopedQueryError
from truongso.organizations.models import School
from truongso.people.models import Student

NOW = dt.datetime(2026, 10, 5, 2, tzinfo=dt.UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def owned() -> list[type[SchoolScoped]]:
    return [one for one in apps.get_models() if issubclass(one, SchoolScoped)]


def test_every_table_of_a_school_refuses_a_query_without_one() -> None:
    assert len(owned()) > 100
    open_doors = []
    for model in owned():
        try:
            list(model.objects.all()[:1])
            open_doors.append(model.__name__)
        except UnscopedQueryError:
            pass
    assert open_doors == []


def test_a_row_of_one_school_cannot_point_to_anothers(school: School, other_school: School) -> None:
    theirs = money.invoice(other_school, (300_000,), full_name="Phạm Gia Hân")
    own = money.invoice(school, (250_000,))
    values: dict[str, Any] = {
        "rule_code": "MIEN_100",
        "valid_from": dt.date(2026, 9, 1),
        "document": b"x",
        "created_at": NOW,
    }

    def exempt() -> None:
        with savepoint():
            Exemption.objects.create(school=school, student=theirs.student, **values)
            connection.check_constraints()

    def redirect() -> None:
        with savepoint(), connection.cursor() as cursor:
            cursor.execute("UPDATE fees_invoice SET student_id = %s WHERE id = %s", [theirs.student_id, own.pk])
            connection.check_constraints()

    for act in (exempt, redirect):
        with pytest.raises(IntegrityError):
            act()
    assert Exemption.objects.for_school(school).count() == 0
    assert Invoice.objects.for_school(school).get().student_id == own.student_id


def test_keys_between_tables_of_schools_carry_the_school() -> None:
    """`tests/architecture/test_model_graph.py` holds every key; here that pupils' keys are among them."""
    keys = [f for model in owned() for f in model._meta.get_fields() if isinstance(f, models.ForeignKey)]
    to_pupils = [f for f in keys if f.related_model is Student]
    assert to_pupils
    assert {type(f).__name__ for f in to_pupils} == {"SchoolForeignKey"}
