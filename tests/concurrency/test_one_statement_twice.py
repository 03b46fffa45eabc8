"""One statement applied by two at once, its parts recorded ahead of their booking: as if one had done it."""

from __future__ import annotations

import threading

import pytest

from tests import factories, money
from truongso.banking import statement_import
from truongso.banking.lines import lock_account
from truongso.banking.models import BankLine, StatementImport, StatementRow
from truongso.banking.statement_import import apply, preview
from truongso.banking.tests.helpers import ACTOR, at_once, file, line
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, Receipt

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def statement(school: School, monkeypatch: pytest.MonkeyPatch) -> StatementImport:
    """Twelve credits in parts of two."""
    monkeypatch.setattr(statement_import, "CHUNK", 2)
    account = factories.bank_account(school)
    invoices = [money.invoice(school, [100_000 + n], full_name=f"Nguyễn Văn {chr(65 + n)}n") for n in range(12)]
    lines = [line(f"{i.code} nop", i.total.value, f"R{n}") for n, i in enumerate(invoices)]
    with transaction():
        return preview(account, content=file(account, *lines), file_name="saoke.xlsx", actor=ACTOR)


def _nothing_doubled(school: School) -> None:
    assert BankLine.objects.for_school(school).filter(state="matched").count() == 12
    assert StatementRow.objects.for_school(school).filter(state="new").count() == 12
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 12
    assert all(i.paid == i.total for i in Invoice.objects.for_school(school))
    assert money.broken_invariants() == []


def test_parts_are_recorded_by_a_connection_of_their_own(
    school: School, statement: StatementImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorders: list[str] = []

    def noting(account: BankAccount) -> None:
        recorders.append(threading.current_thread().name)
        lock_account(account)

    monkeypatch.setattr("truongso.banking.recording.lock_account", noting)
    assert apply(statement, actor=ACTOR)["booked"] == 12
    assert len(recorders) == 6
    assert {name.partition("_")[0] for name in recorders} == {"recording"}
    _nothing_doubled(school)


def test_two_at_once_book_each_line_once(school: School, statement: StatementImport) -> None:
    outcomes = at_once(2, lambda _n: apply(StatementImport.objects.for_school(school).get(), actor=ACTOR)["booked"])
    assert all(isinstance(o, int) for o in outcomes), outcomes
    assert 12 in outcomes
    _nothing_doubled(school)


def test_what_was_recorded_and_not_decided_is_decided_by_the_next_run(
    school: School, statement: StatementImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_args: object, **_more: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(statement_import, "decide_lines", dying)
        with pytest.raises(KeyboardInterrupt):
            apply(statement, actor=ACTOR)
    left = BankLine.objects.for_school(school).filter(state="waiting").count()
    assert left in {2, 4}  # the first part, and the second where its recording had begun
    assert Payment.objects.for_school(school).count() == 0
    assert apply(statement, actor=ACTOR)["booked"] == 12
    _nothing_doubled(school)
