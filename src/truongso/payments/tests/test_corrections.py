"""Wrong child, wrong invoice, wrong method: reversed and booked again on the same evidence in one act."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.corrections import change_method, methods_of, move_payment
from truongso.payments.models import Evidence, Payment, Receipt
from truongso.payments.public import book
from truongso.payments.types import Method, PaymentRefusedError, Share
from truongso.reporting.periods import month
from truongso.reporting.queries import cashless_figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


def pay(invoice: Invoice, amount: int, actor: Actor, **changes: Any) -> Payment:
    with savepoint():
        return book(invoice.school_id, booking=money.booking((invoice, amount), **changes), actor=actor)


def receipts(school: School) -> list[tuple[int, bool]]:
    """(number, is cancelled) of every receipt."""
    rows = Receipt.objects.for_school(school).prefetch_related("cancellations").order_by("number")
    return [(r.number, bool(r.cancellations.all())) for r in rows]


def test_a_payment_of_the_wrong_child_is_moved(school: School, actor: Actor) -> None:
    wrong, right = money.invoice(school, [100_000]), money.invoice(school, [80_000], full_name="Lê Minh Châu")
    payment = pay(wrong, 100_000, actor)
    with savepoint():
        made = move_payment(
            school.pk, payment_id=payment.pk, shares=[Share(right.pk, Dong(100_000))], reason="Nhầm em", actor=actor
        )
    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.paid, right.paid) == (Dong(0), Dong(80_000))
    assert (made.evidence_id, made.method, made.credited) == (payment.evidence_id, payment.method, Dong(20_000))
    assert receipts(school) == [(1, True), (2, False)]
    assert Evidence.objects.for_school(school).count() == 1
    figures = cashless_figures(school.pk, month(2026, 10))
    assert (figures.all.count, figures.all.value) == (1, Dong(100_000)), "counted once"
    last = AuditEntry.objects.filter(school_id=school.pk).latest("seq")
    assert (last.action, last.params["codes_before"], last.params["codes"], last.reason) == (
        "payments:payment:move", wrong.code, right.code, "Nhầm em"
    )  # fmt: skip


@pytest.mark.parametrize(("reason", "code"), [("", "reason_missing"), ("Nhầm", "invoice_cancelled")])
def test_a_move_that_fails_changes_nothing(school: School, actor: Actor, reason: str, code: str) -> None:
    wrong, right = money.invoice(school, [100_000]), money.invoice(school, [80_000], full_name="Lê Minh Châu")
    payment = pay(wrong, 100_000, actor)
    if code == "invoice_cancelled":
        with savepoint():
            cancel_invoice(school.pk, invoice_id=right.pk, reason="Lập nhầm", actor=actor)
    with pytest.raises(PaymentRefusedError, match=code), savepoint():
        move_payment(
            school.pk, payment_id=payment.pk, shares=[Share(right.pk, Dong(100_000))], reason=reason, actor=actor
        )
    wrong.refresh_from_db()
    assert wrong.paid == Dong(100_000)
    assert receipts(school) == [(1, False)]


def test_to_the_same_invoice_nothing_is_done(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    payment = pay(invoice, 100_000, actor)
    with pytest.raises(PaymentRefusedError, match="same_invoices"), savepoint():
        move_payment(
            school.pk, payment_id=payment.pk, shares=[Share(invoice.pk, Dong(100_000))], reason="Nhầm", actor=actor
        )
    assert receipts(school) == [(1, False)]


def test_a_foreign_payment_is_unknown(school: School, other_school: School, actor: Actor) -> None:
    theirs = pay(money.invoice(other_school, [100_000]), 100_000, actor)
    ours = money.invoice(school, [100_000])
    with pytest.raises(PaymentRefusedError, match="unknown_payment"), savepoint():
        move_payment(school.pk, payment_id=theirs.pk, shares=[Share(ours.pk, Dong(1))], reason="x", actor=actor)
    assert receipts(other_school) == [(1, False)]


def test_one_cashless_method_becomes_another(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [100_000])
    payment = pay(invoice, 100_000, actor)
    with savepoint():
        made = change_method(
            school.pk, payment_id=payment.pk, method=Method.MOBILE_MONEY, reason="Từ ví Mobile Money", actor=actor
        )
    assert (made.method, made.evidence_id) == ("mobile_money", payment.evidence_id)
    figures = cashless_figures(school.pk, month(2026, 10))
    assert {m.method.value: int(m.figures.value) for m in figures.by_method if m.figures.value} == {
        "mobile_money": 100_000
    }


@pytest.mark.parametrize(
    ("in_cash", "wanted"),
    [(False, Method.CASH), (False, Method.CARD_POS), (True, Method.QR_TRANSFER), (True, Method.MOBILE_MONEY)],
)
def test_evidence_decides_between_cash_and_cashless(
    school: School, actor: Actor, in_cash: bool, wanted: Method
) -> None:
    """A30."""
    payment = pay(money.invoice(school, [100_000]), 100_000, actor, **(money.in_cash() if in_cash else {}))
    with pytest.raises(PaymentRefusedError, match="evidence_proves_otherwise"), savepoint():
        change_method(school.pk, payment_id=payment.pk, method=wanted, reason="Cho đủ tỷ lệ", actor=actor)
    assert receipts(school) == [(1, False)]
    payment.refresh_from_db()
    assert payment.reversed_at is None


@pytest.mark.parametrize(
    ("kind", "source", "proved"),
    [
        ("notice", "vnpay:K1", {"web", "mobile_money"}),
        ("notice", "bill:vietcombank", {"bank_bill"}),
        ("bank_line", "bank", {"qr_transfer", "mobile_money"}),
        ("pos_slip", "pos", {"card_pos"}),
        ("settlement", "vnpay:K1", {"card_pos"}),
        ("cash_receipt", "counter", {"cash"}),
    ],
)
def test_what_a_piece_of_evidence_can_be(kind: str, source: str, proved: set[str]) -> None:
    assert methods_of(Evidence(kind=kind, source=source)) == proved


@pytest.mark.parametrize("wanted", [Method.QR_TRANSFER, Method.BANK_BILL])
def test_a_gateways_notice_is_not_called_what_it_does_not_show(school: School, actor: Actor, wanted: Method) -> None:
    payment = pay(money.invoice(school, [100_000]), 100_000, actor, source="vnpay:K1", method=Method.WEB)
    with pytest.raises(PaymentRefusedError, match="evidence_proves_otherwise"), savepoint():
        change_method(school.pk, payment_id=payment.pk, method=wanted, reason="Cho đẹp số", actor=actor)
    assert receipts(school) == [(1, False)]
    payment.refresh_from_db()
    assert (payment.method, payment.reversed_at) == ("web", None)


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_child_before_it_moves(school: School, actor: Actor) -> None:
    wrong, right = money.invoice(school, [100_000]), money.invoice(school, [80_000], full_name="Lê Minh Châu")
    with transaction():
        payment = book(school.pk, booking=money.booking((wrong, 100_000)), actor=actor)
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    address = f"/thu/khoan-nop/{payment.public_id}/sua"
    page = client.get(address, {"ma": right.code.lower()}).content.decode()
    assert "Lê Minh Châu" in page
    assert Payment.objects.for_school(school).count() == 1
    moved = client.post(address, {"ma": right.code, "ly_do": "Nhầm em"}, follow=True).content.decode()
    assert f"sang phiếu {right.code}" in moved
    assert receipts(school) == [(1, True), (2, False)]
    assert client.get(address).status_code == 404, "an undone payment is not corrected"
