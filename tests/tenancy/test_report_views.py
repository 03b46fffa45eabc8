"""`ts_report` reads sums by school and month, of the schools its session names; no person and no payment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from tests import money
from truongso.kernel import database_roles, report_views
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.payments.services import book

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def _asked(sql: str, schools: str) -> list[tuple[Any, ...]]:
    """What the role reads in a session that names these schools."""
    with savepoint(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ts.schools', %s, true)", [schools])
        cursor.execute(f"SET LOCAL ROLE {database_roles.REPORT}")
        cursor.execute(sql)  # refused, the savepoint takes the role back too
        rows = list(cursor.fetchall())
        cursor.execute("RESET ROLE")
    return rows


def test_sums_are_read_and_nothing_else(product_roles: None, school: School, other_school: School) -> None:
    for one, amount in ((school, 250_000), (other_school, 90_000)):
        owed = money.invoice(one, [amount], full_name="Nguyễn Bảo An")
        with savepoint():
            book(one.pk, booking=money.booking((owed, amount)), actor=money.ACTOR)
    asked = "SELECT school_code, payments, amount FROM ts_report_collection ORDER BY amount"
    here, there = (school.code, 1, 250_000), (other_school.code, 1, 90_000)
    assert _asked(asked, "*") == [there, here]
    assert _asked(asked, f"{{{school.pk}}}") == [here]
    assert _asked(asked, "{0}") == []
    invoices = _asked("SELECT school_id, invoices, paid_invoices, asked, paid FROM ts_report_invoices", "*")
    assert sorted(invoices) == sorted([(school.pk, 1, 1, 250_000, 250_000), (other_school.pk, 1, 1, 90_000, 90_000)])
    months = _asked("SELECT month FROM ts_report_collection", "*")
    assert all(isinstance(month, dt.date) and month.day == 1 for (month,) in months)
    for table in ("payments_payment", "fees_invoice", "people_student", "accounts_user"):
        with pytest.raises(ProgrammingError, match="permission denied"), savepoint():
            _asked(f"SELECT count(*) FROM {table}", "*")


def test_what_is_otherwise_is_named_and_laid_again(product_roles: None) -> None:
    assert report_views.differences() == database_roles.rights_differences() == []
    broken = {
        "GRANT SELECT ON ts_report_invoices TO PUBLIC": {"ts_app được SELECT ts_report_invoices"},
        "ALTER VIEW ts_report_invoices OWNER TO CURRENT_USER": {"ts_owner không phải chủ của ts_report_invoices"},
    }
    for statement, said in broken.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        assert said <= set(database_roles.rights_differences())
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW ts_report_invoices")
        assert report_views.differences() == ["khung nhìn ts_report_invoices bị thiếu hoặc bị sửa"]
        report_views.install()
        database_roles.lay_rights()
        assert report_views.differences() == database_roles.rights_differences() == []
