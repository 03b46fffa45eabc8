"""The page of sums told twice: what waits, the person's word, and putting it right."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.types import Role
from truongso.banking.batches.tests.test_same_money import ONCE_BY_BILL, ONCE_BY_LINE, TWICE, held, stands, told
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "school_day")]
PAGE = "/thu/trung-tien"


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


def text(answer: object) -> str:
    return answer.content.decode().replace("\u00a0", " ")  # type: ignore[attr-defined, no-any-return]


def test_two_sums_and_then_one_after_all(school: School, accountant: Client) -> None:
    _caller, invoice, line = held(school)
    address = f"{PAGE}/{told(school).public_id}"
    page = text(accountant.get(PAGE))
    for shown in ("FT26279000111", invoice.code, "100.000 đ", "Hai khoản khác nhau", "Là một khoản", line.memo):
        assert shown in page
    accountant.post(address, {})
    assert stands(school, invoice) == ONCE_BY_LINE  # nothing chosen, nothing done
    said = text(accountant.post(address, {"viec": "khac"}, follow=True))
    assert "Đã ghi là hai khoản" in said
    assert "Đã ghi là hai khoản (31 ngày qua)" in said
    assert stands(school, invoice) == TWICE
    said = text(accountant.post(address, {"dong": line.public_id}, follow=True))
    assert "Đã ghi là một khoản" in said
    assert "Không có giao dịch thu hộ nào chờ xác định." in said
    assert stands(school, invoice) == ONCE_BY_BILL
    said = text(accountant.post(address, {"viec": "khac"}, follow=True))
    assert "Giao dịch thu hộ này không còn chờ xác định" in said
    assert stands(school, invoice) == ONCE_BY_BILL


def test_who_may_not_decide_only_reads(school: School, other_school: School) -> None:
    _caller, invoice, line = held(school)
    address = f"{PAGE}/{told(school).public_id}"
    stranger = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    assert "FT26279000111" not in text(stranger.get(PAGE))
    assert stranger.post(address, {"dong": line.public_id}).status_code == 404
    teacher = factories.login(Client(), factories.user(Role.HOMEROOM_TEACHER, school=school))
    assert teacher.post(address, {"dong": line.public_id}).status_code == 403
    assert stands(school, invoice) == ONCE_BY_LINE
