"""Booking money: allocation, surplus, receipts, books, and refusals that leave nothing behind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection
from tests import money

from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry, OutboxEvent
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole, EntryKind
from truongso.organizations.models import School
from truongso.payments.models import Allocation, CreditEntry, Evidence, Payment, Receipt, ReceiptCancellation
from truongso.payments.services import book, book_many, undo
from truongso.payments.types import EvidenceKind, Method, PaymentRefusedError

pytestmark = pytest.mark.django_db


def _counts(school: School) -> tuple[int, ...]:
    return tuple(
        model.objects.for_school(school).count()
        for model in (Payment, Allocation, CreditEntry, Receipt, Entry, Evidence)
    )


def _fresh(invoice: Invoice) -> Invoice:
    found: Invoice = Invoice.objects.for_school(invoice.school_id).get(pk=invoice.pk)
    return found


def test_an_exact_payment_settles_every_line_and_gets_the_first_receipt(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [300_000, 150_000])
    payment = book(school.pk, booking=money.booking((invoice, 450_000)), actor=actor)
    assert (payment.amount, payment.allocated, payment.credited) == (Dong(450_000), Dong(450_000), Dong(0))
    assert _fresh(invoice).paid == Dong(450_000)
    lines = InvoiceLine.objects.for_school(school).filter(invoice=invoice).order_by("pk")
    assert [line.paid for line in lines] == [Dong(300_000), Dong(150_000)]
    receipt = Receipt.objects.for_school(school).get(payment=payment)
    assert (receipt.number, receipt.book, receipt.year) == (1, "BL", clock.today().year)
    assert receipt.content["payer_name"] == "Trần Thị Thu Hằng"
    assert receipt.content["invoice_code"] == invoice.code
    assert [x["amount"] for x in receipt.content["invoices"][0]["lines"]] == [300_000, 150_000]
    accounts = account_ids(school.pk)
    assert balance(school.pk, accounts[AccountRole.RECEIVABLE, 0]) == Dong(0)
    assert balance(school.pk, accounts[AccountRole.IN_TRANSIT, 0]) == Dong(450_000)
    assert AuditEntry.objects.filter(school_id=school.pk, action="payments:payment:book").count() == 1
    event = OutboxEvent.objects.get(topic="payments.payment_booked")
    assert event.payload["invoice_ids"] == [invoice.pk]
    assert money.broken_invariants() == []


def test_a_part_settles_lines_in_their_order(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [300_000, 150_000])
    book(school.pk, booking=money.booking((invoice, 320_000)), actor=actor)
    lines = InvoiceLine.objects.for_school(school).filter(invoice=invoice).order_by("pk")
    assert [line.paid for line in lines] == [Dong(300_000), Dong(20_000)]
    assert _fresh(invoice).paid == Dong(320_000)
    assert money.broken_invariants() == []


def test_too_much_becomes_credit_of_the_family(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    payment = book(school.pk, booking=money.booking((invoice, 130_000)), actor=actor)
    assert (payment.allocated, payment.credited) == (Dong(100_000), Dong(30_000))
    credit = CreditEntry.objects.for_school(school).get()
    assert (credit.family_id, credit.amount, credit.kind) == (invoice.family_id, Dong(30_000), "overpayment")
    assert balance(school.pk, account_ids(school.pk)[AccountRole.FAMILY_CREDIT, 0]) == Dong(-30_000)
    assert money.broken_invariants() == []


def test_what_the_caller_is_given_is_what_the_database_holds(school: School, actor: Actor) -> None:
    """Allocated and credited are counted up by triggers; nobody reads them back."""
    first, second = money.invoice(school, [300_000, 150_000]), money.invoice(school, [200_000])
    bookings = [
        money.booking((first, 450_000)), money.booking((second, 90_000)),
        money.booking((second, 110_000), amount=250_000), money.booking((first, 40_000)),
    ]  # fmt: skip
    made = [p for p in book_many(school.pk, bookings=bookings, actor=actor) if isinstance(p, Payment)]
    assert [(p.allocated, p.credited) for p in made] == [
        (Dong(450_000), Dong(0)), (Dong(90_000), Dong(0)), (Dong(110_000), Dong(140_000)), (Dong(0), Dong(40_000)),
    ]  # fmt: skip
    held = Payment.objects.for_school(school).in_bulk([p.pk for p in made])
    assert [(p.allocated, p.credited) for p in made] == [(held[p.pk].allocated, held[p.pk].credited) for p in made]
    assert money.broken_invariants() == []


def test_one_transfer_for_two_children(school: School, actor: Actor) -> None:
    one = money.invoice(school, [100_000], full_name="Nguyễn Bảo An")
    two = money.invoice(school, [200_000], full_name="Nguyễn Bảo Châu")
    payment = book(school.pk, booking=money.booking((one, 100_000), (two, 200_000)), actor=actor)
    assert payment.invoice_code == f"{one.code} {two.code}"
    assert (_fresh(one).paid, _fresh(two).paid) == (Dong(100_000), Dong(200_000))
    assert Receipt.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


def test_paying_twice_never_pays_more_than_is_owed(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    results = book_many(
        school.pk, bookings=[money.booking((invoice, 100_000)), money.booking((invoice, 100_000))], actor=actor
    )
    amounts = [(p.allocated, p.credited) for p in results if isinstance(p, Payment)]
    assert amounts == [(Dong(100_000), Dong(0)), (Dong(0), Dong(100_000))]
    assert _fresh(invoice).paid == Dong(100_000)
    assert [r.number for r in Receipt.objects.for_school(school).order_by("pk")] == [1, 2]
    assert money.broken_invariants() == []


def test_the_same_evidence_books_once(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    first = money.booking((invoice, 60_000), reference="txn-1")
    book(school.pk, booking=first, actor=actor)
    before = _counts(school)
    with pytest.raises(PaymentRefusedError) as refused:
        book(school.pk, booking=first, actor=actor)
    assert refused.value.code == "already_booked"
    assert _counts(school) == before
    assert _fresh(invoice).paid == Dong(60_000)


def test_the_same_reference_with_another_amount_is_refused(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    book(school.pk, booking=money.booking((invoice, 60_000), reference="txn-1"), actor=actor)
    before = _counts(school)
    with pytest.raises(PaymentRefusedError) as refused:
        book(school.pk, booking=money.booking((invoice, 100_000), reference="txn-1"), actor=actor)
    assert (refused.value.code, refused.value.params) == ("evidence_differs", {"known": 60_000, "now": 100_000})
    assert _counts(school) == before


def test_one_piece_of_evidence_may_be_split_up_to_its_amount(school: School, actor: Actor) -> None:
    one = money.invoice(school, [60_000], full_name="Nguyễn Bảo An")
    two = money.invoice(school, [40_000], full_name="Nguyễn Bảo Châu")
    part: dict[str, Any] = {"reference": "txn-1", "evidence_amount": Dong(100_000)}
    book(school.pk, booking=money.booking((one, 60_000), **part), actor=actor)
    book(school.pk, booking=money.booking((two, 40_000), **part), actor=actor)
    assert Evidence.objects.for_school(school).get().used == Dong(100_000)
    with pytest.raises(PaymentRefusedError, match="already_booked"):
        book(school.pk, booking=money.booking((two, 1), **part), actor=actor)
    assert money.broken_invariants() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0, "evidence_amount": Dong(100_000)}, "amount_not_positive"),
        ({"amount": -5, "evidence_amount": Dong(100_000)}, "amount_not_positive"),
        ({"shares": ()}, "no_invoice"),
        ({"amount": 10}, "shares_exceed_amount"),
    ],
)
def test_bad_requests_change_nothing(school: School, actor: Actor, change: dict[str, Any], code: str) -> None:
    invoice = money.invoice(school, [100_000])
    before = _counts(school)
    with pytest.raises(PaymentRefusedError) as refused:
        book(school.pk, booking=money.booking((invoice, 100_000), **change), actor=actor)
    assert refused.value.code == code
    assert _counts(school) == before


def test_another_schools_invoice_is_unknown(school: School, other_school: School, actor: Actor) -> None:
    foreign = money.invoice(other_school, [100_000])
    money.invoice(school, [100_000])
    with pytest.raises(PaymentRefusedError, match="unknown_invoice"):
        book(school.pk, booking=money.booking((foreign, 100_000)), actor=actor)
    assert _fresh(foreign).paid == Dong(0)
    assert Payment.objects.for_school(school).count() == 0


def test_a_cancelled_invoice_takes_no_money(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    Invoice.objects.for_school(school).filter(pk=invoice.pk).update(cancelled_at=clock.now())
    with pytest.raises(PaymentRefusedError) as refused:
        book(school.pk, booking=money.booking((invoice, 100_000)), actor=actor)
    assert (refused.value.code, refused.value.params) == ("invoice_cancelled", {"code": invoice.code})


def test_undo_mirrors_everything_and_frees_the_evidence(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    request = money.booking((invoice, 130_000), reference="txn-1")
    payment = book(school.pk, booking=request, actor=actor)
    undo(school.pk, payment_id=payment.pk, reason="Nhầm học sinh", actor=actor)
    assert _fresh(invoice).paid == Dong(0)
    undone = Payment.objects.for_school(school).get(pk=payment.pk)
    assert (undone.allocated, undone.credited) == (Dong(0), Dong(0))
    assert undone.reversed_at is not None
    assert ReceiptCancellation.objects.for_school(school).get().receipt.number == 1
    accounts = account_ids(school.pk)
    for role in (AccountRole.IN_TRANSIT, AccountRole.FAMILY_CREDIT):
        assert balance(school.pk, accounts[role, 0]) == Dong(0)
    assert Entry.objects.for_school(school).filter(kind=EntryKind.REVERSAL.value).count() == 1
    again = book(school.pk, booking=request, actor=actor)
    assert Receipt.objects.for_school(school).get(payment=again).number == 2
    assert money.broken_invariants() == []


def test_undo_twice_is_refused(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    payment = book(school.pk, booking=money.booking((invoice, 100_000)), actor=actor)
    undo(school.pk, payment_id=payment.pk, reason="Nhầm", actor=actor)
    before = _counts(school)
    with pytest.raises(PaymentRefusedError, match="already_undone"):
        undo(school.pk, payment_id=payment.pk, reason="Nhầm", actor=actor)
    assert _counts(school) == before


@pytest.mark.parametrize(("reason", "code"), [("  ", "reason_missing")])
def test_undo_needs_a_reason(school: School, actor: Actor, reason: str, code: str) -> None:
    invoice = money.invoice(school, [100_000])
    payment = book(school.pk, booking=money.booking((invoice, 100_000)), actor=actor)
    with pytest.raises(PaymentRefusedError, match=code):
        undo(school.pk, payment_id=payment.pk, reason=reason, actor=actor)
    assert _fresh(invoice).paid == Dong(100_000)


def test_cash_goes_to_the_cash_account(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    cash = money.booking((invoice, 100_000), kind=EvidenceKind.CASH_RECEIPT, source="counter", method=Method.CASH)
    payment = book(school.pk, booking=cash, actor=actor)
    assert payment.method == "cash"
    assert balance(school.pk, account_ids(school.pk)[AccountRole.CASH, 0]) == Dong(100_000)


def test_a_receipt_number_out_of_order_is_refused_by_the_database(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    payment = book(school.pk, booking=money.booking((invoice, 50_000)), actor=actor)
    with pytest.raises(IntegrityError), savepoint():
        Receipt.objects.create(
            school=school, year=clock.today().year, book="BL", number=3, payment=payment,
            issued_at=clock.now(), content={},
        )  # fmt: skip
    assert Receipt.objects.for_school(school).count() == 1


def test_received_on_is_the_day_at_school(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    late = dt.datetime(2026, 10, 5, 18, 30, tzinfo=dt.UTC)  # 1:30 on the 6th at school
    payment = book(school.pk, booking=money.booking((invoice, 100_000), received_at=late), actor=actor)
    assert payment.received_on == dt.date(2026, 10, 6)


def test_the_number_of_queries_does_not_grow_with_bookings(school: School, actor: Actor) -> None:
    from django.test.utils import CaptureQueriesContext

    def used(n: int) -> int:
        invoices = [money.invoice(school, [50_000], full_name=f"Nguyễn Văn {k}{n}") for k in range(n)]
        with CaptureQueriesContext(connection) as queries:
            book_many(school.pk, bookings=[money.booking((i, 50_000)) for i in invoices], actor=actor)
        return len(queries)

    used(1)  # the installation's signing key is published once
    assert used(30) == used(1)
