"""The page of a bank line: a refund is proposed, linked and unlinked; the list of debits."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.types import Role
from truongso.banking.refunds.tests.test_refund_lines import seen
from truongso.organizations.models import School
from truongso.payments.refunds.tests.build import VIETCOMBANK, approved, ask_fee, items, paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "school_day")]


def test_a_person_links_and_unlinks(school: School) -> None:
    (due,) = approved(school, ask_fee(paid(school)))
    debit = seen(school, "chuyen khoan", 35_000, counter=VIETCOMBANK.number)
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    address = f"/thu/giao-dich/{debit.public_id}"
    assert "Đúng tài khoản nhận và đúng số tiền" in client.get(address).content.decode()
    page = client.post(f"{address}/hoan-tien", {"khoan": due.code}, follow=True).content.decode()
    assert "Đã ghi nhận khoản hoàn đã chi" in page
    assert "3384" in page, "the books are shown"
    assert [i.state for i in items(school)] == ["paid"]
    listed = client.get("/thu/tien-ra", {"xem": "hoan"}).content.decode()
    assert debit.public_id in listed
    page = client.post(f"{address}/bo-hoan-tien", {"ly_do": ""}, follow=True).content.decode()
    assert "Ghi lý do" in page
    assert [i.state for i in items(school)] == ["paid"]
    client.post(f"{address}/bo-hoan-tien", {"ly_do": "Nhầm dòng"})
    assert [i.state for i in items(school)] == ["due"]


def test_the_principal_looks_only_and_strangers_find_nothing(school: School, other_school: School) -> None:
    (due,) = approved(school, ask_fee(paid(school)))
    debit = seen(school, due.code, 35_000)
    address = f"/thu/giao-dich/{debit.public_id}"
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school, username="ht"))
    assert principal.get(address).status_code == 200
    assert principal.post(f"{address}/hoan-tien", {"khoan": due.code}).status_code == 403
    stranger = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school, username="xa"))
    assert stranger.post(f"{address}/hoan-tien", {"khoan": due.code}).status_code == 404
    assert [i.state for i in items(school)] == ["due"]
