"""After issue nothing is edited: extra lines, credit notes and cancellation, each with its entry in the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truongso.fees import selfcheck
from truongso.fees.models import Invoice, InvoiceLine
from truongso.fees.public import (
    PaidState,
    add_extra_line,
    cancel_invoice,
    credit_line,
    debts_by_class,
    school_figures,
    state_of,
)
from truongso.fees.tests.build import ACTOR, Setting, everything, issue, setting
from truongso.fees.types import FeesRefusedError
from truongso.kernel.models import AuditEntry, OutboxEvent
from truongso.kernel.money import ZERO, Dong
from truongso.ledger.models import Posting
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def s(school: School, school_day: dt.datetime) -> Setting:
    return setting(school)


def line_of(invoice: Invoice, item: Any) -> InvoiceLine:
    found: InvoiceLine = InvoiceLine.objects.for_school(invoice.school_id).get(
        invoice=invoice, fee_item=item, kind="charge"
    )
    return found


def refused(s: Setting, act: Callable[[], Any]) -> FeesRefusedError:
    before = everything(s.school)
    with pytest.raises(FeesRefusedError) as caught, transaction.atomic():
        act()
    assert everything(s.school) == before
    return caught.value


def checks_hold() -> None:
    for check in selfcheck.CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(check.sql)
            assert cursor.fetchall() == [], check.title


def test_an_extra_line_raises_the_total_and_is_booked(s: Setting) -> None:
    invoice = issue(s)["An"]
    with transaction.atomic():
        line = add_extra_line(
            s.school.pk, invoice_id=invoice.pk, item_id=s.english.pk, quantity=2, unit_amount=Dong(200_000),
            reason="Đăng ký muộn", actor=ACTOR,
        )  # fmt: skip
    invoice.refresh_from_db()
    assert (line.kind, line.description, line.amount) == ("extra", "Tiếng Anh – Đăng ký muộn", Dong(400_000))
    assert invoice.total == Dong(562_000)
    posting = Posting.objects.for_school(s.school).get(entry__kind="adjustment", entry__source_id=line.pk)
    accounts = account_ids(s.school.pk)
    assert (posting.debit_id, posting.credit_id, posting.amount) == (
        accounts[AccountRole.RECEIVABLE, 0], accounts[AccountRole.REVENUE_SERVICE, 0], Dong(400_000),
    )  # fmt: skip
    act = AuditEntry.objects.filter(school_id=s.school.pk).latest("seq")
    assert (act.action, act.reason, act.params["amount"]) == ("fees:invoice:extra", "Đăng ký muộn", 400_000)
    assert OutboxEvent.objects.filter(topic="fees.invoice_adjusted").count() == 1
    checks_hold()


def test_a_credit_note_lowers_line_and_total_and_is_booked_backwards(s: Setting) -> None:
    invoice = issue(s)["An"]
    line = line_of(invoice, s.water)
    with transaction.atomic():
        note = credit_line(
            s.school.pk, invoice_id=invoice.pk, line_id=line.pk, amount=Dong(2_000), reason="Nghỉ ốm", actor=ACTOR
        )
    invoice.refresh_from_db()
    line.refresh_from_db()
    assert (note.kind, note.adjusts_id, note.amount) == ("credit", line.pk, Dong(2_000))
    assert (line.amount, line.credited, invoice.total) == (Dong(12_000), Dong(2_000), Dong(160_000))
    posting = Posting.objects.for_school(s.school).get(entry__kind="adjustment", entry__source_id=note.pk)
    accounts = account_ids(s.school.pk)
    assert (posting.debit_id, posting.credit_id) == (
        accounts[AccountRole.REVENUE_AGREED, 0], accounts[AccountRole.RECEIVABLE, 0],
    )  # fmt: skip
    checks_hold()


def test_what_cannot_be_changed_on_an_invoice(s: Setting) -> None:
    invoices = issue(s)
    an, binh = invoices["An"], invoices["Bình"]
    line, foreign = line_of(an, s.water), line_of(binh, s.water)

    def extra(**changes: Any) -> None:
        values: dict[str, Any] = {
            "invoice_id": an.pk, "item_id": s.english.pk, "quantity": 1, "unit_amount": Dong(1), "reason": "x",
            "actor": ACTOR,
        }  # fmt: skip
        add_extra_line(s.school.pk, **{**values, **changes})

    def credit(**changes: Any) -> None:
        values: dict[str, Any] = {
            "invoice_id": an.pk, "line_id": line.pk, "amount": Dong(1), "reason": "x", "actor": ACTOR,
        }  # fmt: skip
        credit_line(s.school.pk, **{**values, **changes})

    assert refused(s, lambda: extra(reason="  ")).code == "reason_missing"
    assert refused(s, lambda: extra(quantity=0)).code == "quantity_out_of_range"
    assert refused(s, lambda: extra(unit_amount=ZERO)).code == "amount_not_positive"
    assert refused(s, lambda: extra(unit_amount=Dong(-5))).code == "amount_not_positive"
    assert refused(s, lambda: extra(item_id=0)).code == "no_such_item"
    assert refused(s, lambda: extra(invoice_id=0)).code == "no_such_invoice"
    assert refused(s, lambda: credit(reason="")).code == "reason_missing"
    assert refused(s, lambda: credit(amount=ZERO)).code == "amount_not_positive"
    assert refused(s, lambda: credit(line_id=foreign.pk)).code == "no_such_line"
    error = refused(s, lambda: credit(amount=Dong(12_001)))
    assert (error.code, error.params) == ("credit_above_unpaid", {"unpaid": Dong(12_000), "paid": ZERO})
    assert (
        refused(s, lambda: cancel_invoice(s.school.pk, invoice_id=an.pk, reason=" ", actor=ACTOR)).code
        == "reason_missing"
    )


def test_a_cancelled_invoice_owes_nothing_and_stays(s: Setting) -> None:
    invoice = issue(s)["An"]
    line = line_of(invoice, s.water)
    with transaction.atomic():
        credit_line(
            s.school.pk, invoice_id=invoice.pk, line_id=line.pk, amount=Dong(2_000), reason="Nghỉ ốm", actor=ACTOR
        )
        gone = cancel_invoice(s.school.pk, invoice_id=invoice.pk, reason="Chuyển trường", actor=ACTOR)
    assert (gone.total, gone.paid, gone.cancelled_at is not None) == (ZERO, ZERO, True)
    assert state_of(gone, dt.date(2026, 10, 5)) is PaidState.CANCELLED
    receivable = account_ids(s.school.pk)[AccountRole.RECEIVABLE, 0]
    assert balance(s.school.pk, receivable) == Dong(3 * 162_000)
    assert (
        refused(s, lambda: cancel_invoice(s.school.pk, invoice_id=invoice.pk, reason="nữa", actor=ACTOR)).code
        == "invoice_cancelled"
    )
    figures = school_figures(s.school.pk)
    assert (figures.invoices, figures.total, figures.outstanding) == (3, Dong(486_000), Dong(486_000))
    assert [(d.class_name, d.invoices, d.outstanding) for d in debts_by_class(s.school.pk)] == [
        ("3A2", 2, Dong(324_000)), ("4A1", 1, Dong(162_000)),
    ]  # fmt: skip
    checks_hold()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.booleans(), st.integers(1, 200_000)), max_size=6))
def test_total_equals_lines_equals_books_whatever_is_done(s: Setting, acts: list[tuple[bool, int]]) -> None:
    if not Invoice.objects.for_school(s.school).exists():
        issue(s)
    with transaction.atomic():
        invoice = Invoice.objects.for_school(s.school).order_by("pk").first()
        assert invoice is not None
        line = line_of(invoice, s.care)
        for is_credit, amount in acts:
            try:
                with transaction.atomic():
                    if is_credit:
                        credit_line(
                            s.school.pk, invoice_id=invoice.pk, line_id=line.pk, amount=Dong(amount), reason="x",
                            actor=ACTOR,
                        )  # fmt: skip
                    else:
                        add_extra_line(
                            s.school.pk, invoice_id=invoice.pk, item_id=s.care.pk, quantity=1,
                            unit_amount=Dong(amount), reason="x", actor=ACTOR,
                        )  # fmt: skip
            except FeesRefusedError as refusal:
                assert refusal.code == "credit_above_unpaid"  # noqa: PT017 - the only refusal possible here
        totals = sum(i.total.value for i in Invoice.objects.for_school(s.school))
        receivable = account_ids(s.school.pk)[AccountRole.RECEIVABLE, 0]
        assert balance(s.school.pk, receivable) == Dong(totals)
        checks_hold()
