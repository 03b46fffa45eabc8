"""Imports of many parts: killed between parts nothing is doubled, invoices are read once, others' changes are seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests import factories, money

from truongso.banking import desk, statement_import
from truongso.banking.decide import decide_lines
from truongso.banking.models import BankLine, StatementImport
from truongso.banking.statement_import import apply, preview
from truongso.banking.tests.helpers import ACTOR, bring, file, line, rows
from truongso.fees.models import Invoice
from truongso.fees.public import InvoiceForMatching, invoices_for_matching
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, Receipt
from truongso.payments.public import book

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def invoices(school: School, account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> list[Invoice]:
    """Nine invoices, and parts of two lines."""
    monkeypatch.setattr(statement_import, "CHUNK", 2)
    return [money.invoice(school, [100_000 + n], full_name=f"Nguyễn Văn {chr(65 + n)}n") for n in range(9)]


def _previewed(account: BankAccount, invoices: list[Invoice]) -> StatementImport:
    lines = [line(f"{i.code} nop", i.total.value, f"R{n}") for n, i in enumerate(invoices)]
    with transaction():
        return preview(account, content=file(account, *lines), file_name="saoke.xlsx", actor=ACTOR)


def _killed_after(parts: int) -> Callable[[int, int], None]:
    seen: list[int] = []

    def at(done: int, of: int) -> None:
        seen.append(done)
        if len(seen) == parts:
            raise KeyboardInterrupt

    return at


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_killed_between_parts_and_started_again(
    school: School, account: BankAccount, invoices: list[Invoice], parts: int
) -> None:
    statement = _previewed(account, invoices)
    with pytest.raises(KeyboardInterrupt):
        apply(statement, actor=ACTOR, on_progress=_killed_after(parts))
    assert Payment.objects.for_school(school).count() == 2 * parts
    assert apply(statement, actor=ACTOR)["booked"] == 9
    before = rows()
    apply(statement, actor=ACTOR)
    assert rows() == before
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 9
    assert BankLine.objects.for_school(school).filter(state="matched").count() == 9
    assert all(i.paid == i.total for i in Invoice.objects.for_school(school))
    assert money.broken_invariants() == []


def test_killed_inside_a_part_leaves_none_of_it(
    school: School, account: BankAccount, invoices: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = _previewed(account, invoices)
    real, calls = decide_lines, []

    def dying(*args: object, **more: object) -> int:
        booked = real(*args, **more)  # type: ignore[arg-type]
        calls.append(booked)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return booked

    monkeypatch.setattr(statement_import, "decide_lines", dying)
    with pytest.raises(KeyboardInterrupt):
        apply(statement, actor=ACTOR)
    monkeypatch.setattr(statement_import, "decide_lines", real)
    assert Payment.objects.for_school(school).count() == 2
    assert apply(statement, actor=ACTOR)["booked"] == 9
    assert Payment.objects.for_school(school).count() == 9
    assert money.broken_invariants() == []


def test_a_run_broken_off_is_finished_by_the_same_transfers_in_another_file(
    school: School, account: BankAccount, invoices: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_args: object, **_more: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(statement_import, "decide_lines", dying)
        with pytest.raises(KeyboardInterrupt):
            apply(_previewed(account, invoices[:3]), actor=ACTOR)
    assert BankLine.objects.for_school(school).filter(state="waiting").count() in {2, 3}
    assert Payment.objects.for_school(school).count() == 0
    apply(_previewed(account, invoices[:4]), actor=ACTOR)
    assert BankLine.objects.for_school(school).filter(state="matched").count() == 4
    assert Payment.objects.for_school(school).count() == 4
    assert money.broken_invariants() == []


def test_the_invoices_are_read_once_however_many_parts(
    school: School, account: BankAccount, invoices: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = _previewed(account, invoices)
    read: list[int] = []

    def reading(school_id: int) -> list[InvoiceForMatching]:
        read.append(school_id)
        return invoices_for_matching(school_id)

    monkeypatch.setattr(desk, "invoices_for_matching", reading)
    assert apply(statement, actor=ACTOR)["booked"] == 9
    assert read == [school.pk]


def test_what_others_do_between_parts_is_seen(school: School, account: BankAccount, invoices: list[Invoice]) -> None:
    statement = _previewed(account, invoices)
    paid, cancelled, moved = invoices[4], invoices[6], invoices[8]

    def at(done: int, of: int) -> None:
        if done == 2:
            with transaction():
                book(school.pk, booking=money.booking((paid, paid.total.value)), actor=ACTOR)
                Invoice.objects.for_school(school).filter(pk=cancelled.pk).update(cancelled_at=clock.now())

    assert apply(statement, actor=ACTOR, on_progress=at)["booked"] == 7
    waiting = set(BankLine.objects.for_school(school).filter(state="waiting").values_list("reference", flat=True))
    assert waiting == {"R4", "R6"}
    assert Invoice.objects.for_school(school).get(pk=moved.pk).paid == moved.total
    assert Invoice.objects.for_school(school).get(pk=paid.pk).paid == paid.total
    assert Payment.objects.for_school(school).filter(reversed_at__isnull=True).count() == 8
    assert Invoice.objects.for_school(school).get(pk=cancelled.pk).paid == Dong(0)


def test_what_another_file_records_between_parts_is_known_to_all_later_parts(
    school: School, account: BankAccount, invoices: list[Invoice]
) -> None:
    """The bank's other layout leaves the references out: only day, amount and memo tell that it is the same money."""
    movements = [line(f"{i.code} nop", i.total.value, f"R{n}") for n, i in enumerate(invoices)]
    with transaction():
        content = file(account, *movements, layout="vietcombank_simple")
        statement = preview(account, content=content, file_name="saoke.xlsx", actor=ACTOR)

    def at(done: int, of: int) -> None:
        if done == 2:
            _other, counts = bring(account, movements[6], movements[8], layout="mb_detail")
            assert (counts["new"], counts["booked"]) == (2, 2)

    counts = apply(statement, actor=ACTOR, on_progress=at)
    assert (counts["new"], counts["known"], counts["booked"]) == (7, 2, 7)
    assert BankLine.objects.for_school(school).filter(state="matched").count() == 9
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 9
    assert all(i.paid == i.total for i in Invoice.objects.for_school(school))
    assert money.broken_invariants() == []
