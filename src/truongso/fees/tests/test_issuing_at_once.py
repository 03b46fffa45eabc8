"""Two workers on one round, on an engine that lets them truly run at once."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, connections
from tests import factories

from truongso.fees import selfcheck, tasks
from truongso.fees.models import CollectionRound, Invoice, InvoiceLine
from truongso.fees.services.issue import owing_students
from truongso.fees.tests.build import ACTOR, plan, setting, start
from truongso.fees.types import FeesRefusedError
from truongso.ledger.models import Entry
from truongso.people.models import SchoolClass

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def together(*works: Any) -> list[BaseException]:
    """Run the works in threads that begin at the same moment; returns what they raised."""
    gate, raised = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Any) -> None:
        try:
            gate.wait(10)
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_two_workers_issue_every_invoice_once() -> None:
    s = setting(factories.school())
    grown: SchoolClass = s.class_3a2
    for n in range(40):
        factories.student(s.school, f"Lê Văn {n}", school_class=grown)
    start(s)
    students = owing_students(s.school.pk, s.round.pk)

    def work() -> None:
        for at in range(0, len(students), 5):
            tasks._issue(s.school.pk, s.round.pk, students[at : at + 5], ACTOR)

    assert together(work, work, work) == []
    assert Invoice.objects.for_school(s.school).count() == 44
    assert InvoiceLine.objects.for_school(s.school).count() == 88
    assert Entry.objects.for_school(s.school).count() == 44
    for check in selfcheck.CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(check.sql)
            assert cursor.fetchall() == [], check.title


def test_two_people_press_issue_and_one_is_told() -> None:
    s = setting(factories.school())
    CollectionRound.objects.for_school(s.school).filter(pk=s.round.pk).update(due_on=dt.date(2099, 1, 1))
    plan(s)
    raised = together(lambda: start(s), lambda: start(s))
    assert [type(e) for e in raised] == [FeesRefusedError]
    assert raised[0].code in {"already_issued", "round_not_draft"}  # type: ignore[attr-defined]
