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
from truongso.payments.models import SetupChange

pytestmark = [pytest.mark.django_db]
HERE = "/thu/ket-noi"


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))


def approve(browser: Client, school: School) -> None:
    """The principal approves what waits."""
    change = SetupChange.objects.for_school(school).get(state="proposed")
    assert browser.post(f"/cai-dat/cho-duyet/{change.public_id}/quyet-dinh", {"viec": "duyet"}).status_code == 302


def secret_in(page: str) -> str:
    found = re.findall(r'data-copy="([A-Za-z0-9_-]{43})"', page)
    assert len(found) == 1
    return str(found[0])


def test_the_secret_is_on_one_page_only_and_works_once_another_approves(
    school: School, account: BankAccount, accountant: Client, browser: Client
) -> None:
    assert browser.post(f"{HERE}/moi", {"tai_khoan": account.public_id, "ly_do": "Nối"}).status_code == 403
    accountant.post(f"{HERE}/moi", {"tai_khoan": account.public_id, "ly_do": ""})
    assert FeedConnection.objects.for_school(school).count() == 0, "not without a reason"
    answer = accountant.post(f"{HERE}/moi", {"tai_khoan": account.public_id, "ly_do": "Nối SePay"})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    made = FeedConnection.objects.for_school(school).get()
    assert f"/hooks/sepay/{made.public_id}" in page
    secret = secret_in(page)
    later = accountant.get(HERE).content.decode()
    assert (secret in later, "Chờ duyệt" in later, made.is_active) == (False, True, False)
    sepay = Hook(account, made, secret)
    assert sepay.send(sepay.body("tien", 1_000)).status_code == 401, "nothing is believed before it is approved"
    approve(browser, school)
    assert sepay.send(sepay.body("tien", 1_000)).status_code == 200
    assert "thông báo cuối" in browser.get(HERE).content.decode()


def test_another_key_takes_two_people_and_both_live_until_the_former_is_dropped(
    school: School, account: BankAccount, accountant: Client, browser: Client
) -> None:
    sepay = hook(school, account)
    here = f"{HERE}/{sepay.connection.public_id}"
    new = Hook(
        account, sepay.connection, secret_in(accountant.post(f"{here}/khoa-moi", {"ly_do": "Lộ"}).content.decode())
    )
    assert new.send(new.body("tien", 1_000, number=1)).status_code == 401
    approve(browser, school)
    assert [h.send(h.body("tien", 1_000, number=n)).status_code for n, h in enumerate((new, sepay), 2)] == [200, 200]
    browser.post(f"{here}/bo-khoa-cu")
    assert [h.send(h.body("tien", 1_000, number=n)).status_code for n, h in enumerate((new, sepay), 4)] == [200, 401]


def test_a_feed_that_is_not_approved_never_comes_alive(
    school: School, account: BankAccount, accountant: Client, browser: Client
) -> None:
    accountant.post(f"{HERE}/moi", {"tai_khoan": account.public_id, "ly_do": "Nối"})
    change = SetupChange.objects.for_school(school).get()
    decide = f"/cai-dat/cho-duyet/{change.public_id}/quyet-dinh"
    assert accountant.post(decide, {"viec": "duyet"}).status_code == 403
    browser.post(decide, {"viec": "tu-choi", "ly_do": "Chưa ký hợp đồng"})
    browser.post(decide, {"viec": "duyet"})
    made = FeedConnection.objects.for_school(school).get()
    assert (made.is_active, SetupChange.objects.for_school(school).get().state) == (False, "rejected")
    assert "Đã ngừng" in browser.get(HERE).content.decode()


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


def test_one_connection_for_an_account(school: School, account: BankAccount, accountant: Client) -> None:
    hook(school, account)
    page = accountant.post(
        f"{HERE}/moi", {"tai_khoan": account.public_id, "ly_do": "Nối"}, follow=True
    ).content.decode()
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
    own = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert own.post(f"{HERE}/moi", {"tai_khoan": theirs.account.public_id, "ly_do": "x"}).status_code == 404
    assert own.post(f"{HERE}/{theirs.connection.public_id}/khoa-moi", {"ly_do": "x"}).status_code == 404
    assert browser.post(f"{HERE}/{theirs.connection.public_id}/ngung").status_code == 404
    assert FeedConnection.objects.for_school(other_school).get().is_active
    for role, status in {Role.ACCOUNTANT: 200, Role.CASHIER: 403, Role.IT_ADMIN: 403}.items():
        client = factories.login(Client(), factories.user(role, school=school))
        assert client.get(HERE).status_code == status
