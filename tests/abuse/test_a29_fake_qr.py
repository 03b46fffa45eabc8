"""A29: a fake QR or page is found out; our own pages show only registered accounts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import factories, money
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.vietqr import encode
from truongso.workspaces.qr_check import QrVerdict, check_qr
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def test_a_strangers_account_is_named_as_such_even_with_our_invoice_code(school: School, client: Client) -> None:
    invoice = money.invoice(school, [894_000])
    fake = encode(bank_bin="970422", account="0071000123456", amount=Dong(894_000), memo=invoice.code)
    assert check_qr(fake).verdict is QrVerdict.STRANGER
    shown = text(client.post("/kt/qr", {"payload": fake}))
    assert "KHÔNG phải tài khoản của trường nào" in shown
    assert "TRUONG TIEU HOC" not in shown


def test_another_schools_account_is_not_this_invoices(school: School, other_school: School) -> None:
    invoice = money.invoice(school, [894_000])
    factories.bank_account(other_school, number="5555000055")
    mixed = encode(bank_bin="970436", account="5555000055", amount=Dong(894_000), memo=invoice.code)
    assert check_qr(mixed).verdict is QrVerdict.UNKNOWN_INVOICE


def test_every_page_to_pay_names_the_beneficiary_and_one_registered_account(school: School, client: Client) -> None:
    School.objects.filter(pk=school.pk).update(support_contact="A", support_phone="02140000111", has_public_page=True)
    invoice = money.invoice(school, [894_000])
    factories.bank_account(school, number="99990000")
    for address in (
        f"/p/{invoice.public_id}",
        f"/p/{invoice.public_id}/cach/tien-mat",
        f"/kt/{invoice.public_id[:12]}",
    ):
        shown = text(client.get(address))
        assert "TRUONG TIEU HOC LE VAN TAM" in shown, address
        assert set(re.findall(r"0071 0001 2345 6|9999 0000", shown)) == {"0071 0001 2345 6"}, address
    public = text(client.get("/truong/79-thu"))
    assert "Chỉ chuyển tiền vào các tài khoản này." in public
