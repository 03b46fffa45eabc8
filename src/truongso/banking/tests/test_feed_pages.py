"""Setting a feed up: the secret is shown once, problems are told, ended connections take nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.types import Role
from truongso.banking.models import FeedConnection
from truongso.banking.tests.helpers import Hook, hook
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]
HERE = "/thu/ket-noi"


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))


def test_the_secret_is_on_one_page_only_and_works(school: School, account: BankAccount, browser: Client) -> None:
    answer = browser.post(f"{HERE}/moi", {"tai_khoan": account.public_id})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    made = FeedConnection.objects.for_school(school).get()
    assert f"/hooks/sepay/{made.public_id}" in page
    secret = re.findall(r'data-copy="([A-Za-z0-9_-]{43})"', page)
    assert len(secret) == 1
    later = browser.get(HERE).content.decode()
    assert secret[0] not in later
    assert f"/hooks/sepay/{made.public_id}" in later
    sepay = Hook(account, made, secret[0])
    assert sepay.send(sepay.body("tien", 1_000)).status_code == 200
    assert "thông báo cuối" in browser.get(HERE).content.decode()


def test_refused_notices_are_told_with_what_to_do(school: School, account: BankAccount, browser: Client) -> None:
    sepay = hook(school, account)
    body = sepay.body("tien", 1_000)
    for _ in range(2):
        sepay.send(body, sepay.headers(body, secret="khác"))
    sepay.send(sepay.body("tien", 1_000, accountNumber="1"))
    page = " ".join(browser.get(HERE).content.decode().split())
    assert "Chữ ký không đúng." in page
    assert "2 lần, gần nhất" in page
    assert "Thông báo về tài khoản khác." in page


def test_one_connection_for_an_account(school: School, account: BankAccount, browser: Client) -> None:
    hook(school, account)
    page = browser.post(f"{HERE}/moi", {"tai_khoan": account.public_id}, follow=True).content.decode()
    assert "Tài khoản này đã có kết nối." in page
    assert FeedConnection.objects.for_school(school).count() == 1


def test_an_ended_connection_takes_nothing(school: School, account: BankAccount, browser: Client) -> None:
    sepay = hook(school, account)
    assert browser.post(f"{HERE}/{sepay.connection.public_id}/ngung").status_code == 302
    assert sepay.send(sepay.body("tien", 1_000)).status_code == 401
    assert "Đã ngừng" in browser.get(HERE).content.decode()


def test_only_principal_and_accountant_and_only_their_own(
    school: School, other_school: School, account: BankAccount, browser: Client
) -> None:
    theirs = hook(other_school, factories.bank_account(other_school, number="0099"))
    assert browser.post(f"{HERE}/moi", {"tai_khoan": theirs.account.public_id}).status_code == 404
    assert browser.post(f"{HERE}/{theirs.connection.public_id}/ngung").status_code == 404
    assert FeedConnection.objects.for_school(other_school).get().is_active
    for role, status in {Role.ACCOUNTANT: 200, Role.CASHIER: 403, Role.IT_ADMIN: 403}.items():
        client = factories.login(Client(), factories.user(role, school=school))
        assert client.get(HERE).status_code == status
