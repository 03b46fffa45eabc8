"""Families with credit: list, workbook, and paying open invoices from it."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import CreditMove
from truongso.payments.public import book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "school_day")]


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


def overpaid(school: School, extra: int, name: str = "Nguyễn Bảo An") -> Invoice:
    invoice = money.invoice(school, [100_000], full_name=name)
    with transaction():
        book(school.pk, booking=money.booking((invoice, 100_000 + extra)), actor=money.ACTOR)
    return invoice


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_the_list_finds_and_exports(school: School, accountant: Client) -> None:
    overpaid(school, 30_000)
    overpaid(school, 5_000, "Lê Minh Châu")
    page = text(accountant.get("/thu/tien-nop-thua"))
    assert "2 gia đình, 35.000" in page
    page = text(accountant.get("/thu/tien-nop-thua", {"q": "chau"}))
    assert "Lê Minh Châu" in page
    assert "Nguyễn Bảo An" not in page
    page = text(accountant.get("/thu/tien-nop-thua", {"con_no": "on"}))
    assert "Không có gia đình nào khớp" in page
    assert accountant.get("/thu/tien-nop-thua/tai-ve")["Content-Type"].endswith("sheet")


def test_credit_pays_open_invoices_after_a_preview(school: School, accountant: Client) -> None:
    first = overpaid(school, 30_000)
    second = money.invoice(school, [90_000], full_name="Nguyễn Bảo Khang", family=first.family)
    page = text(accountant.get("/thu/tien-nop-thua/dung"))
    assert f'value="{second.code}:30000"' in page
    answer = accountant.post("/thu/tien-nop-thua/dung", {"chon": second.code, "thay": f"{second.code}:30000"})
    assert answer.status_code == 302
    second.refresh_from_db()
    assert second.paid == Dong(30_000)


@pytest.mark.parametrize("form", [{}, {"chon": "?", "thay": "?"}])
def test_nothing_happens_unless_it_was_seen(school: School, accountant: Client, form: dict[str, str]) -> None:
    first = overpaid(school, 30_000)
    second = money.invoice(school, [90_000], full_name="Nguyễn Bảo Khang", family=first.family)
    for sent in (form, {"chon": second.code, "thay": f"{second.code}:29999"}):
        assert "Số liệu vừa thay đổi" in text(accountant.post("/thu/tien-nop-thua/dung", sent))
    assert CreditMove.objects.for_school(school).count() == 0


def test_the_principal_looks_but_does_not_use(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school, username="ht"))
    assert client.get("/thu/tien-nop-thua").status_code == 200
    assert client.get("/thu/tien-nop-thua/dung").status_code == 403
