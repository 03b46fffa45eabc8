"""A transfer becomes Mobile Money by the number the payer's app shows; nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import book
from truongso.payments.types import EvidenceKind, Method

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("school_day")]


def text(answer: object) -> str:
    return answer.content.decode().replace("\u00a0", " ")  # type: ignore[attr-defined, no-any-return]


def transfer(school: School, **changes: object) -> Payment:
    values: dict[str, Any] = {
        "kind": EvidenceKind.BANK_LINE, "source": "bank", "reference": "1", "in_suspense": True, **changes,
    }  # fmt: skip
    with transaction():
        return book(
            school.pk, booking=money.booking((money.invoice(school, [100_000]), 100_000), **values), actor=money.ACTOR
        )


@pytest.fixture
def cashier(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.CASHIER, school=school))


def methods(school: School) -> list[str]:
    rows = Payment.objects.for_school(school).filter(reversed_at__isnull=True)
    return list(rows.values_list("method", flat=True))


def test_the_cashier_relabels_with_the_apps_number(school: School, cashier: Client) -> None:
    payment = transfer(school)
    page = text(cashier.get(f"/thu/khoan-nop/{payment.public_id}"))
    assert ('accesskey="m"' in page, f"/thu/khoan-nop/{payment.public_id}/mobile-money" in page) == (True, True)
    assert "Mã giao dịch trong ứng dụng" in text(cashier.get(f"/thu/khoan-nop/{payment.public_id}/mobile-money"))
    done = text(
        cashier.post(f"/thu/khoan-nop/{payment.public_id}/ghi-mobile-money", {"ma_gd": "2509 1234-5678"}, follow=True)
    )
    assert "Đã ghi là Mobile Money." in done
    assert methods(school) == ["mobile_money"]
    made = AuditEntry.objects.get(action="payments:payment:method")
    assert made.reason == "Nộp bằng Mobile Money, mã giao dịch 250912345678"


@pytest.mark.parametrize("number", ["", "12345", "a" * 31, "Mobile Money!", "<b>123456</b>"])
def test_without_a_number_nothing_changes(school: School, cashier: Client, number: str) -> None:
    payment = transfer(school)
    said = text(cashier.post(f"/thu/khoan-nop/{payment.public_id}/ghi-mobile-money", {"ma_gd": number}, follow=True))
    assert "Chép mã giao dịch trong ứng dụng Mobile Money" in said
    assert methods(school) == ["qr_transfer"]


def test_what_is_no_transfer_is_not_relabelled(school: School, cashier: Client, other_school: School) -> None:
    by_web = transfer(school, kind=EvidenceKind.NOTICE, source="vnpay:K", method=Method.WEB, in_suspense=False)
    said = text(
        cashier.post(f"/thu/khoan-nop/{by_web.public_id}/ghi-mobile-money", {"ma_gd": "123456789"}, follow=True)
    )
    assert "Chỉ khoản chuyển khoản ngân hàng" in said
    assert methods(school) == ["web"]
    foreign = transfer(other_school)
    assert cashier.get(f"/thu/khoan-nop/{foreign.public_id}/mobile-money").status_code == 404
