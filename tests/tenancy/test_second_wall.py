"""PostgreSQL's own wall: as the product's role, no statement sees or writes a school's row outside its scope."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests import app_role, factories
from truongso.cli import database
from truongso.cli.errors import Refused
from truongso.kernel import audit, clock, database_roles, jobs, row_security, scope
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, Job
from truongso.kernel.scope import Scope
from truongso.kernel.tenancy import SchoolScoped
from truongso.organizations.models import BankAccount, School
from truongso.people.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def schools(product_roles: None, school: School, other_school: School) -> Iterator[tuple[School, School]]:
    """Two schools, one pupil and one account each; the test works as the product's role."""
    for one in (school, other_school):
        factories.student(one)
        factories.bank_account(one)
    with app_role.working():
        yield school, other_school


def _counts() -> list[int]:
    """Rows of four tables as the database shows them, whatever the program's own scoping says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM people_student), (SELECT count(*) FROM organizations_bankaccount), "
            "(SELECT count(*) FROM people_family), (SELECT count(*) FROM kernel_auditentry WHERE school_id > 0)"
        )
        return list(cursor.fetchone())


def test_every_table_of_a_school_stands_behind_the_wall_and_nothing_else_passes_it(
    product_roles: None, school: School
) -> None:
    owned = {m._meta.db_table for m in apps.get_models() if issubclass(m, SchoolScoped)}
    kernel = {"kernel_auditentry", "kernel_audithead", "kernel_job", "kernel_outboxevent"}
    assert owned | kernel <= set(row_security.tables())
    assert len(owned) >= 116
    assert row_security.differences() == []
    with app_role.working():
        assert database_roles.rights_differences() == []


def test_rows_are_seen_of_the_scope_alone(schools: tuple[School, School]) -> None:
    here, there = schools
    both = _counts()
    assert both[:2] == [2, 2]
    with scope.entered(Scope({here.pk})):
        assert _counts()[:2] == [1, 1]
        assert Student.objects.for_school(here).count() == 1
        assert Student.objects.for_school(there).count() == 0  # though the program asked for it by name
    with scope.entered(Scope({here.pk, there.pk})):
        assert _counts() == both
    with scope.entered(Scope()):
        assert _counts() == [0, 0, 0, 0]
        assert list(Student.objects.for_school(here)) == []
        assert Student.objects.across_schools("a test of the way out").count() == 2
        assert _counts() == [0, 0, 0, 0]  # the way out was for one statement
    assert _counts() == both


def test_a_connection_that_was_told_nothing_sees_nothing(schools: tuple[School, School]) -> None:
    with connection.connection.cursor() as cursor:  # past the program: the server's own answer
        cursor.execute("SELECT set_config('ts.schools', '', true)")
        cursor.execute("SELECT count(*) FROM people_student")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE people_student SET full_name = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("SELECT set_config('ts.schools', '*', true)")
        cursor.execute("SELECT count(*) FROM people_student WHERE full_name <> 'x'")
        assert cursor.fetchone() == (2,)


def test_nothing_is_written_for_another_school(schools: tuple[School, School]) -> None:
    here, there = schools
    foreign, own = BankAccount.objects.for_school(there).get(), Student.objects.for_school(here)
    with scope.entered(Scope({here.pk})):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            BankAccount.objects.create(
                school=there, bank_bin="970436", number="1", holder_name="X", created_at=clock.now()
            )
        assert BankAccount.objects.for_school(there).update(label="mine") == 0
        with connection.cursor() as cursor:
            cursor.execute("UPDATE organizations_bankaccount SET label = 'mine' WHERE id = %s", [foreign.pk])
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM people_student WHERE school_id = %s", [there.pk])
            assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            own.update(school=there)  # nor handed over
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            audit.record(Actor.system("test"), "a:b:c", school_id=there.pk, subject=("x", "1"))
    assert _counts()[:2] == [2, 2]
    assert [a.label for a in BankAccount.objects.across_schools("a test").order_by("pk")] == [foreign.label] * 2


def test_a_rollback_leaves_the_scope_as_the_program_has_it(schools: tuple[School, School]) -> None:
    here, there = schools
    with scope.entered(Scope({here.pk})):
        assert _counts()[0] == 1
        with transaction.atomic():
            with scope.entered(Scope({there.pk})):
                assert Student.objects.for_school(there).count() == 1
            transaction.set_rollback(True)
        assert Student.objects.for_school(there).count() == 0
        assert Student.objects.for_school(here).count() == 1


def test_a_job_works_for_its_own_school_alone(schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = schools
    seen: list[tuple[int, int]] = []

    def look(progress: jobs.Progress) -> dict[str, int]:
        progress.set_total(1)
        seen.append((Student.objects.for_school(here).count(), Student.objects.for_school(there).count()))
        return {"seen": 1}

    monkeypatch.setattr(jobs, "runners", lambda: {"test.look": look})
    row = Job.objects.create(
        school_id=here.pk, kind="test.look", key="1", created_at=clock.now(), updated_at=clock.now()
    )
    with scope.entered(Scope()):
        done = jobs.run(row.pk)
    assert (done.state, done.result, seen) == (jobs.DONE, {"seen": 1}, [(1, 0)])


def test_the_products_role_has_no_right_to_change_what_is_only_added_or_the_wall(
    schools: tuple[School, School],
) -> None:
    unchanging, lasting = database_roles.append_only_tables()
    assert {"kernel_auditentry", "ledger_posting", "ledger_entry", "payments_allocation"} <= unchanging
    with transaction.atomic():
        audit.record(Actor.system("test"), "a:b:c", school_id=schools[0].pk, subject=("x", "1"))
    before = AuditEntry.objects.count()
    for table in sorted(unchanging):
        column = "school_id" if table in database_roles.HELD else "id"
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)
    for table in sorted(lasting):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {table}")
    owns_nothing = (
        "ALTER TABLE people_student DISABLE ROW LEVEL SECURITY",
        "DROP POLICY ts_school ON people_student",
        "DROP TRIGGER ts_kernel_auditentry_no_update ON kernel_auditentry",
        "ALTER ROLE ts_app BYPASSRLS",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "UPDATE django_migrations SET name = 'x'",
    )
    for statement in owns_nothing:
        with (
            pytest.raises(ProgrammingError, match=r"must be (owner|superuser)|permission denied"),
            transaction.atomic(),
        ):
            connection.cursor().execute(statement)
    assert AuditEntry.objects.count() == before


def test_a_table_whose_wall_is_taken_down_or_changed_is_named(school: School) -> None:
    broken = {
        "ALTER TABLE people_student NO FORCE ROW LEVEL SECURITY": "people_student: chưa bắt buộc lọc dòng",
        "DROP POLICY ts_school ON people_family": "people_family: chính sách lọc dòng: không có",
        "CREATE POLICY other ON fees_invoice USING (true)": "fees_invoice: chính sách lọc dòng: other, ts_school",
        "ALTER POLICY ts_school ON kernel_job USING (true)": "kernel_job: chính sách lọc dòng bị sửa",
    }
    for statement, said in broken.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        assert row_security.differences() == [said]
        row_security.install()
        assert row_security.differences() == []


def test_a_right_on_one_column_is_named_too(product_roles: None, school: School) -> None:
    for grant, said in (
        ("UPDATE (amount) ON ledger_posting TO ts_app", "ts_app được UPDATE ledger_posting.amount"),
        ("SELECT (full_name) ON people_student TO ts_report", "ts_report được SELECT people_student.full_name"),
        ("UPDATE (hash) ON kernel_auditentry TO PUBLIC", "PUBLIC được UPDATE kernel_auditentry.hash"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT {grant}")
            assert database_roles.rights_differences() == [said]
            cursor.execute(f"REVOKE {grant.replace(' TO ', ' FROM ')}")
    assert database_roles.rights_differences() == []


def test_the_products_own_role_is_told_that_it_lays_no_rights(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(database, "start_on_database", lambda: None)  # the test's own database stands already
    with pytest.raises(Refused, match="không phải superuser nên chưa đổi gì"):
        database.run(argparse.Namespace(what="roles"))
    assert capsys.readouterr().out == ""


def test_references_across_schools_are_still_refused_by_the_keys(schools: tuple[School, School]) -> None:
    here, there = schools
    foreign = BankAccount.objects.for_school(there).get()

    def name_it() -> None:
        own = BankAccount.objects.for_school(here)
        own.update(replaced_by_id=foreign.pk, replaced_at=clock.now(), is_active=False)
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        name_it()
