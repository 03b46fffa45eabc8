"""A bank's line and its bill service's notify of one sum, at the same moment: booked once, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests import money
from truongso.banking import decide
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.organizations.models import School
from truongso.payments.bills.models import BillTransaction
from truongso.payments.bills.tests.bank import Bank, bank
from truongso.payments.models import Payment

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def deciding(line: BankLine) -> None:
    def once() -> None:
        line.refresh_from_db()
        with transaction():
            decide.decide_lines(line.school_id, [line], actor=ACTOR)

    retrying(once)


def in_thread(act: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def case(school: School, name: str) -> tuple[Invoice, BankLine]:
    invoice = money.invoice(school, [100_000], full_name=name)
    return invoice, arrive(invoice.bank_account, f"THU HO {invoice.code}", 100_000, booked_on=clock.today())


def once_booked(school: School, invoice: Invoice, line: BankLine, caller: Bank, number: str) -> tuple[str, str]:
    """(state of the line, state of the notify); exactly one of them holds the money."""
    line.refresh_from_db()
    row = BillTransaction.objects.for_school(school).get(partner=caller.partner, transaction_id=number)
    payments = Payment.objects.for_school(school).filter(invoice_code=invoice.code, reversed_at__isnull=True)
    assert payments.count() == 1, (line.state, row.state)
    return line.state, row.state


def test_at_once_the_sum_is_booked_once(school: School) -> None:
    caller = bank(school)
    outcomes = set()
    for n in range(12):
        invoice, line = case(school, f"Nguyễn Văn {chr(65 + n)}")
        gate = threading.Barrier(2, timeout=20)

        def by_line(gate: threading.Barrier = gate, line: BankLine = line) -> None:
            gate.wait()
            deciding(line)

        def by_notify(gate: threading.Barrier = gate, invoice: Invoice = invoice, n: int = n) -> None:
            gate.wait()
            assert caller.notify((invoice, 100_000), transaction_id=f"FT-{n}").result == (200, "ok")

        for thread in [in_thread(by_line), in_thread(by_notify)]:
            thread.join(60)
        outcomes.add(once_booked(school, invoice, line, caller, f"FT-{n}"))
    assert outcomes <= {("matched", "received"), ("waiting", "booked")}
    assert money.broken_invariants() == []


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Let `act` happen, in another connection, after the line was judged and before it is booked."""
    judge = decide.judge_lines

    def judged_then_told(*args: Any, **given: Any) -> Any:
        found = judge(*args, **given)
        in_thread(act).join(60)
        return found

    monkeypatch.setattr(decide, "judge_lines", judged_then_told)


def test_a_notify_while_the_line_is_judged_is_seen(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = bank(school)
    other, _ = case(school, "Trần Văn Bình")
    assert caller.notify((other, 100_000), transaction_id="FT-0").result == (200, "ok")
    invoice, line = case(school, "Nguyễn Bảo An")
    between(monkeypatch, lambda: caller.notify((invoice, 100_000), transaction_id="FT-1"))
    deciding(line)
    assert once_booked(school, invoice, line, caller, "FT-1") == ("waiting", "booked")


def test_control_without_the_second_look_the_sum_is_booked_twice(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = bank(school)
    invoice, line = case(school, "Nguyễn Bảo An")
    between(monkeypatch, lambda: caller.notify((invoice, 100_000), transaction_id="FT-1"))
    monkeypatch.setattr(decide, "_looked_again", lambda _school, judged, _desk: judged)
    deciding(line)
    assert Payment.objects.for_school(school).filter(invoice_code=invoice.code).count() == 2
