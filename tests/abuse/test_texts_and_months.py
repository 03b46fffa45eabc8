"""What no database takes, and what no closed month takes: a clear answer, nothing changed, never a fault."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, money
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.models import Period
from truongso.organizations.models import School
from truongso.payments.models import Payment, PaymentReversal, PosSlip, SettlementItem
from truongso.payments.public import book
from truongso.payments.settlements.tests.build import bring, row, slip, terminal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]

ACTOR = Actor.system("test", "cli")


@pytest.fixture
def staff(client: Client, school: School) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def close_month(school: School) -> None:
    today = clock.today()
    Period.objects.for_school(school).filter(year=today.year, month=today.month).update(is_closed=True)


@pytest.mark.parametrize("sent", [{"ly_do": "a\x00b"}, {"ma": "TS\x00"}, {"la\x00": "1"}])
def test_nul_is_refused_at_the_gate(staff: Client, school: School, sent: dict[str, str]) -> None:
    paid, other = money.invoice(school, [250_000]), money.invoice(school, [250_000], full_name="Lê Minh Châu")
    with savepoint():
        payment = book(school.pk, booking=money.booking((paid, 250_000)), actor=ACTOR)
    address = reverse("payments:correction", args=[payment.public_id])
    assert staff.post(address, {"ma": other.code, "ly_do": "Nhầm", **sent}).status_code == 400
    family = reverse("workspaces:pay_start", args=[other.public_id])
    assert Client().post(family, {"kenh": "a\x00"}).status_code == 400
    assert Payment.objects.for_school(school).get().reversed_at is None


def test_a_long_reason_is_kept_as_far_as_it_fits(staff: Client, school: School) -> None:
    paid, other = money.invoice(school, [250_000]), money.invoice(school, [250_000], full_name="Lê Minh Châu")
    with savepoint():
        payment = book(school.pk, booking=money.booking((paid, 250_000)), actor=ACTOR)
    address = reverse("payments:correction", args=[payment.public_id])
    assert staff.post(address, {"ma": other.code, "ly_do": "Nhầm " * 400}).status_code == 302
    assert len(PaymentReversal.objects.for_school(school).get().reason) == 300


def test_a_slip_of_a_closed_month(staff: Client, school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [250_000])
    close_month(school)
    form = {
        "terminal": at.public_id, "invoices": invoice.code, "amount": "250.000", "approval_code": "A1B2C3",
        "rrn": "628123456789", "day": f"{clock.today():%d/%m/%Y}", "time": "08:30",
    }  # fmt: skip
    answer = staff.post("/thu/may-pos/ghi", form)
    assert (answer.status_code, "đã khóa" in answer.content.decode()) == (400, True)
    assert not PosSlip.objects.for_school(school).exists()


def test_a_settled_card_of_a_closed_month(staff: Client, school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [250_000])
    known = slip(at, (money.invoice(school, [1_000], full_name="Lê Minh Châu"), 1_000))
    bring(school, [row(known, 0, rrn="628999999999", approval="ZZZZZZ", gross=250_000)])
    close_month(school)
    item = SettlementItem.objects.for_school(school).get()
    said = staff.post(
        f"/thu/quyet-toan/giao-dich/{item.public_id}", {"viec": "phieu", "phieu": invoice.code}, follow=True
    )
    assert (said.status_code, "đã khóa" in said.content.decode()) == (200, True)
    invoice.refresh_from_db()
    assert invoice.paid == Dong(0)
