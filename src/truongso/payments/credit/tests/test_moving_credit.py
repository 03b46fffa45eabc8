"""Family credit: made when a paid fee is lowered, used on other invoices, taken back. Money is never counted twice."""

from __future__ import annotations

import pytest
from tests import money

from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.credit.queries import credit_of_families, credit_of_invoice
from truongso.payments.credit.services import CreditUse, LineReduction, reduce_lines, restore_credit, use_credit
from truongso.payments.models import Allocation, CreditEntry, CreditMove, Payment, Receipt
from truongso.payments.public import book, undo
from truongso.payments.types import PaymentRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


def second_invoice(first: Invoice, amount: int, name: str = "Nguyễn Bảo Khang") -> Invoice:
    """An invoice of a brother or sister: the same family."""
    return money.invoice(first.school, [amount], family=first.family, full_name=name)


def pay(invoice: Invoice, amount: int, actor: Actor) -> Payment:
    with savepoint():
        return book(invoice.school_id, booking=money.booking((invoice, amount)), actor=actor)


def line_of(invoice: Invoice, number: int = 0) -> InvoiceLine:
    lines = InvoiceLine.objects.for_school(invoice.school_id).filter(invoice=invoice).exclude(kind="credit")
    found: InvoiceLine = lines.order_by("pk")[number]
    return found


def held(school: School, role: AccountRole) -> int:
    """What the books say is owed to others on an account (credits less debits)."""
    return -int(balance(school.pk, account_ids(school.pk)[role, 0]))


def figures(*payments: Payment) -> list[tuple[int, int, int]]:
    rows = {p.pk: p for p in Payment.objects.for_school(payments[0].school_id)}
    return [(int(rows[p.pk].allocated), int(rows[p.pk].credited), int(rows[p.pk].refunded)) for p in payments]


def counts(school: School) -> tuple[int, ...]:
    return tuple(
        m.objects.for_school(school).count() for m in (Allocation, CreditEntry, CreditMove, InvoiceLine, Receipt)
    )


def test_a_credit_note_on_a_paid_line_makes_family_credit(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [200_000, 100_000])
    payment = pay(invoice, 300_000, actor)
    line = line_of(invoice)
    with savepoint():
        taken = reduce_lines(
            school.pk, reductions=[LineReduction(invoice.pk, line.pk, Dong(35_000))], reason="Nghỉ 1 ngày", actor=actor
        )
    assert [(t.payment_id, t.invoice_id, t.amount) for t in taken] == [(payment.pk, invoice.pk, Dong(35_000))]
    invoice.refresh_from_db()
    assert (invoice.total, invoice.paid) == (Dong(265_000), Dong(265_000))
    assert figures(payment) == [(265_000, 35_000, 0)]
    assert credit_of_families(school.pk) == {invoice.family_id: Dong(35_000)}
    assert credit_of_invoice(school.pk, invoice.pk) == Dong(35_000)
    assert held(school, AccountRole.FAMILY_CREDIT) == 35_000
    assert held(school, AccountRole.RECEIVABLE) == 0
    assert held(school, AccountRole.REVENUE_SERVICE) == 265_000
    assert Receipt.objects.for_school(school).count() == 1, "the receipt stays: the money came"


def test_unpaid_money_is_lowered_first(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [200_000])
    payment = pay(invoice, 150_000, actor)
    with savepoint():
        taken = reduce_lines(
            school.pk,
            reductions=[LineReduction(invoice.pk, line_of(invoice).pk, Dong(80_000))],
            reason="Thôi học",
            actor=actor,
        )
    assert [t.amount for t in taken] == [Dong(30_000)]
    invoice.refresh_from_db()
    assert (invoice.total, invoice.paid) == (Dong(120_000), Dong(120_000))
    assert figures(payment) == [(120_000, 30_000, 0)]


def test_the_newest_money_is_freed_first(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [200_000])
    first, second = pay(invoice, 120_000, actor), pay(invoice, 80_000, actor)
    with savepoint():
        reduce_lines(
            school.pk,
            reductions=[LineReduction(invoice.pk, line_of(invoice).pk, Dong(100_000))],
            reason="Giảm",
            actor=actor,
        )
    assert figures(first, second) == [(100_000, 20_000, 0), (0, 80_000, 0)]


@pytest.mark.parametrize(
    ("amount", "reason", "code"),
    [(200_001, "Giảm", "amount_above_fee"), (0, "Giảm", "amount_not_positive"), (1, "  ", "reason_missing")],
)
def test_a_fee_is_lowered_by_no_more_than_it_is(
    school: School, actor: Actor, amount: int, reason: str, code: str
) -> None:
    invoice = money.invoice(school, [200_000])
    payment = pay(invoice, 200_000, actor)
    before = counts(school)
    one = LineReduction(invoice.pk, line_of(invoice).pk, Dong(amount))
    with pytest.raises(PaymentRefusedError, match=code), savepoint():
        reduce_lines(school.pk, reductions=[one], reason=reason, actor=actor)
    assert counts(school) == before
    assert figures(payment) == [(200_000, 0, 0)]


def test_a_line_of_another_school_is_unknown(school: School, other_school: School, actor: Actor) -> None:
    theirs = money.invoice(other_school, [50_000])
    one = LineReduction(theirs.pk, line_of(theirs).pk, Dong(1))
    with pytest.raises(PaymentRefusedError, match="unknown_invoice"), savepoint():
        reduce_lines(school.pk, reductions=[one], reason="Giảm", actor=actor)
    assert line_of(theirs).credited == Dong(0)


def test_credit_pays_another_invoice_of_the_family(school: School, actor: Actor) -> None:
    first = money.invoice(school, [100_000])
    older, newer = pay(first, 130_000, actor), pay(first, 20_000, actor)
    second = second_invoice(first, 90_000)
    with savepoint():
        made = use_credit(school.pk, uses=[CreditUse(second.pk, Dong(40_000))], reason="Trừ vào tháng 11", actor=actor)
    second.refresh_from_db()
    assert second.paid == Dong(40_000)
    assert figures(older, newer) == [(130_000, 0, 0), (10_000, 10_000, 0)]
    assert [(m.payment_id, m.amount) for m in made] == [(older.pk, Dong(30_000)), (newer.pk, Dong(10_000))]
    assert held(school, AccountRole.FAMILY_CREDIT) == 10_000
    assert Payment.objects.for_school(school).count() == 2, "no payment of its own: nothing to count twice"
    assert Receipt.objects.for_school(school).count() == 2
    last = AuditEntry.objects.filter(school_id=school.pk).latest("seq")
    assert (last.action, last.params["amount"]) == ("payments:credit:use", 40_000)


@pytest.mark.parametrize(
    ("amount", "code"), [(50_001, "credit_short"), (90_001, "above_owed"), (0, "amount_not_positive")]
)
def test_credit_is_used_no_further_than_it_reaches(school: School, actor: Actor, amount: int, code: str) -> None:
    first = money.invoice(school, [100_000])
    payment = pay(first, 150_000, actor)
    second = second_invoice(first, 90_000)
    before = counts(school)
    with pytest.raises(PaymentRefusedError, match=code), savepoint():
        use_credit(school.pk, uses=[CreditUse(second.pk, Dong(amount))], reason="Trừ", actor=actor)
    assert counts(school) == before
    assert figures(payment) == [(100_000, 50_000, 0)]


def test_credit_of_one_family_never_pays_for_another(school: School, actor: Actor) -> None:
    first = money.invoice(school, [100_000])
    payment = pay(first, 150_000, actor)
    stranger = money.invoice(school, [40_000], full_name="Lê Minh Châu")
    with pytest.raises(PaymentRefusedError, match="credit_short"), savepoint():
        use_credit(school.pk, uses=[CreditUse(stranger.pk, Dong(10_000))], reason="Trừ", actor=actor)
    assert figures(payment) == [(100_000, 50_000, 0)]


def test_a_use_is_taken_back_once(school: School, actor: Actor) -> None:
    first = money.invoice(school, [100_000])
    payment = pay(first, 150_000, actor)
    second = second_invoice(first, 90_000)
    with savepoint():
        (move,) = use_credit(school.pk, uses=[CreditUse(second.pk, Dong(50_000))], reason="Trừ", actor=actor)
        restore_credit(school.pk, move_id=move.pk, reason="Nhầm em", actor=actor)
    second.refresh_from_db()
    assert second.paid == Dong(0)
    assert figures(payment) == [(100_000, 50_000, 0)]
    with pytest.raises(PaymentRefusedError, match="already_undone"), savepoint():
        restore_credit(school.pk, move_id=move.pk, reason="Nhầm em", actor=actor)
    assert figures(payment) == [(100_000, 50_000, 0)]


def test_undoing_a_payment_takes_its_credit_back_from_everywhere(school: School, actor: Actor) -> None:
    """50 of credit paid another invoice, 20 of that were freed again by a credit note: the undo unties all of it."""
    first = money.invoice(school, [100_000])
    payment = pay(first, 150_000, actor)
    second = second_invoice(first, 90_000)
    with savepoint():
        use_credit(school.pk, uses=[CreditUse(second.pk, Dong(50_000))], reason="Trừ", actor=actor)
        reduce_lines(
            school.pk,
            reductions=[
                LineReduction(second.pk, line_of(second).pk, Dong(60_000)),
                LineReduction(first.pk, line_of(first).pk, Dong(15_000)),
            ],
            reason="Nghỉ",
            actor=actor,
        )
    assert figures(payment) == [(115_000, 35_000, 0)]
    with savepoint():
        undo(school.pk, payment_id=payment.pk, reason="Ngân hàng thu hồi", actor=actor)
    assert figures(payment) == [(0, 0, 0)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert [(i.total, i.paid) for i in (first, second)] == [(Dong(85_000), Dong(0)), (Dong(30_000), Dong(0))]
    assert credit_of_families(school.pk) == {}
    assert held(school, AccountRole.FAMILY_CREDIT) == 0
    assert -held(school, AccountRole.RECEIVABLE) == 115_000


def test_many_families_cost_no_more_queries(school: School, actor: Actor, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    invoices = [money.invoice(school, [100_000], full_name=f"Nguyễn Văn {chr(65 + n)}") for n in range(12)]
    for invoice in invoices:
        pay(invoice, 100_000, actor)
    wants = [LineReduction(i.pk, line_of(i).pk, Dong(10_000)) for i in invoices]
    with savepoint(), django_assert_max_num_queries(40):
        taken = reduce_lines(school.pk, reductions=wants, reason="Nghỉ bão", actor=actor)
    assert sum(int(t.amount) for t in taken) == 120_000
