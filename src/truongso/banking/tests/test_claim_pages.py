"""The accountant's list of claims: by due time, with the money each may mean, and an answer that families read."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.claims.models import ClaimMessage, PaymentClaim
from truongso.banking.claims.services import make_claim
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.services import book
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
DAY = dt.date(2026, 10, 5)


def _claim(invoice: Invoice, reference: str = "FT26278001") -> PaymentClaim:
    family = Actor.system("family", "web")
    with savepoint():
        return make_claim(
            invoice, reference=reference, amount=Dong(250_000), paid_on=DAY, payer_name="", answer_days=1, actor=family
        )


@pytest.fixture
def accountant(school: School, client: Client) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def test_claims_stand_by_when_they_are_due(school: School, accountant: Client, school_day: dt.datetime) -> None:
    invoice = money.invoice(school)
    _claim(invoice)
    shown = text(accountant.get("/thu/bao-da-nop"))
    assert "Đang mở 1 Quá hạn trả lời 0 Đã xong 0" in shown
    assert (
        f"Nguyễn Bảo An · 3A2 {invoice.code} FT26278001 250.000 đ 05/10/2026 chưa thấy tiền 17:00 06/10/2026" in shown
    )
    assert "Báo đã nộp 1" in shown
    with clock.frozen(school_day + dt.timedelta(days=3)):
        late = text(accountant.get("/thu/bao-da-nop?muc=qua-han"))
    assert "17:00 06/10/2026 quá hạn" in late


def test_a_claim_shows_the_money_it_may_mean_and_is_answered(school: School, accountant: Client) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice)
    exact = arrive(invoice.bank_account, "nop tien", 250_000, "FT26278001", booked_on=DAY)
    alike = arrive(invoice.bank_account, "hoc phi", 250_000, "FT9", booked_on=DAY)
    page = accountant.get(f"/thu/bao-da-nop/{claim.public_id}")
    assert "khớp số giao dịch và số tiền" in text(page)
    for line in (exact, alike):
        assert f"/thu/giao-dich/{line.public_id}" in page.content.decode()
    chosen = accountant.get(f"/thu/bao-da-nop/{claim.public_id}?mau=2")
    for wrong in ("9" * 5000, "0", "-1", "x"):
        assert accountant.get(f"/thu/bao-da-nop/{claim.public_id}?mau={wrong}").status_code == 200
    assert "Mời anh/chị chép lại đúng" in text(chosen)
    said = {"text": "Đã ghi nhận, cảm ơn anh/chị.", "closes": "on"}
    done = accountant.post(f"/thu/bao-da-nop/{claim.public_id}", said, follow=True)
    assert "Đã trả lời gia đình" in text(done)
    claim.refresh_from_db()
    assert (claim.state, ClaimMessage.objects.for_school(school).get().text) == ("answered", said["text"])
    assert "Gửi trả lời" not in text(accountant.get(f"/thu/bao-da-nop/{claim.public_id}"))


def test_a_claim_whose_invoice_was_paid_meanwhile_says_so(school: School, accountant: Client) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice)
    with savepoint():  # at the counter: no transfer that the claim could mean
        book(school.pk, booking=money.booking((invoice, 250_000), **money.in_cash()), actor=ACTOR)
    said = "phiếu đã nộp đủ, chưa thấy đúng khoản này"
    for address in ("/thu/bao-da-nop", f"/thu/bao-da-nop/{claim.public_id}"):
        assert said in text(accountant.get(address))
    claim.refresh_from_db()
    assert claim.state == "open"


def test_what_was_sent_is_not_asked_again(school: School, client: Client, school_day: dt.datetime) -> None:
    invoice = money.invoice(school)
    address = f"/p/{invoice.public_id}/da-chuyen"
    shown = client.get(address).content.decode()
    assert 'value="05/10/2026"' in shown  # the day is there to be changed
    assert "Báo một khoản khác" not in shown
    sent = {"reference": "FT26278001", "amount": "250.000", "paid_on": "05/10/2026", "payer_name": ""}
    said = client.post(address, sent, follow=True).content.decode()
    assert "Nhà trường đã nhận lời báo ở trên" in said
    assert said.index("Về phiếu báo thu") < said.index("<details><summary>Báo một khoản khác")


def test_an_empty_answer_is_refused_and_leaves_the_claim_open(school: School, accountant: Client) -> None:
    claim = _claim(money.invoice(school))
    assert accountant.post(f"/thu/bao-da-nop/{claim.public_id}", {"text": " ", "closes": "on"}).status_code == 422
    claim.refresh_from_db()
    assert (claim.state, ClaimMessage.objects.for_school(school).count()) == ("open", 0)


def test_who_may_not_decide_reads_only_and_others_see_nothing(
    school: School, other_school: School, client: Client
) -> None:
    claim = _claim(money.invoice(school))
    address = f"/thu/bao-da-nop/{claim.public_id}"
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    assert "Gửi trả lời" not in text(client.get(address))
    client.post(address, {"text": "Xong", "closes": "on"})
    assert ClaimMessage.objects.for_school(school).count() == 0
    factories.login(client, factories.user(Role.CASHIER, school=school))
    assert client.get(address).status_code == 403
    factories.login(client, factories.user(Role.ACCOUNTANT, school=other_school))
    assert client.get(address).status_code == 404
