"""The page of what was learnt about payers: who may see it, search, forgetting with a reason."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.decide import decide_lines
from truongso.banking.learning.models import ForgottenPayer
from truongso.banking.learning.queries import learnt
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/thu/doi-soat/da-hoc"


@pytest.fixture
def taught(school: School) -> Invoice:
    account = factories.bank_account(school)
    invoice = money.invoice(school, [300_000], full_name="Phạm Bảo An")
    with transaction():
        row = arrive(
            account, f"{invoice.code} nop", 300_000, "R1", counter_account="0987654321", counter_name="PHAM VAN HUNG"
        )
        assert decide_lines(school.pk, [row], actor=ACTOR) == 1
    return invoice


def _browser(school: School, role: Role) -> Client:
    return factories.login(Client(), factories.user(role, school=school, full_name="Phạm Thị Hòa"))


def _entry(invoice: Invoice, **changes: str) -> dict[str, str]:
    entry = {"tai_khoan": "0987654321", "nguoi_nop": "PHAM VAN HUNG", "hoc_sinh": str(invoice.student_id)}
    return {**entry, "ly_do": "Nộp hộ một lần", **changes}


def test_list_and_search(school: School, taught: Invoice) -> None:
    browser = _browser(school, Role.ACCOUNTANT)
    page = browser.get(PAGE).content.decode()
    for text in ("PHAM VAN HUNG", "0987654321", "Phạm Bảo An"):
        assert text in page
    assert "0987654321" in browser.get(PAGE, {"q": "bao an"}).content.decode()
    nothing = browser.get(PAGE, {"q": "lò thị"}).content.decode()
    assert "0987654321" not in nothing
    assert "Không có người nộp nào khớp" in nothing
    assert PAGE in browser.get("/thu/doi-soat").content.decode()


def test_forgetting_with_a_reason(school: School, taught: Invoice) -> None:
    browser = _browser(school, Role.ACCOUNTANT)
    told = browser.post(f"{PAGE}/bo", _entry(taught), follow=True).content.decode()
    assert "Đã bỏ ghi nhớ" in told
    assert learnt(school.pk) == []
    assert "Nộp hộ một lần" in told  # among what is forgotten, to take back
    assert ForgottenPayer.objects.for_school(school).get().reason == "Nộp hộ một lần"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ly_do": "  "}, "Ghi lý do bỏ ghi nhớ"),
        ({"hoc_sinh": "999999"}, "không còn trong danh sách"),
        ({"hoc_sinh": "x'"}, "không còn trong danh sách"),
        ({"tai_khoan": ""}, "không còn trong danh sách"),
    ],
)
def test_refusals_change_nothing(school: School, taught: Invoice, changes: dict[str, str], says: str) -> None:
    browser = _browser(school, Role.ACCOUNTANT)
    answer = browser.post(f"{PAGE}/bo", _entry(taught, **changes))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "0987654321" in answer.content.decode()
    assert not ForgottenPayer.objects.for_school(school).exists()


def test_only_who_decides_about_matches(school: School, taught: Invoice) -> None:
    for role in (Role.PRINCIPAL, Role.CASHIER):
        browser: Client = _browser(school, role)
        assert browser.get(PAGE).status_code in (403, 404)
        assert browser.post(f"{PAGE}/bo", _entry(taught)).status_code in (403, 404)
    assert not ForgottenPayer.objects.for_school(school).exists()
