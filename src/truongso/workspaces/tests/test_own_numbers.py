"""A pupil's own number at the bank on the payment page, the saved picture, the notice and the QR check."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories, money, pdf

from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import BankAccount, School
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import VirtualAccountRule
from truongso.payments.public import VirtualAccount, assign_number, number_payload
from truongso.payments.vietqr import decode, encode
from truongso.payments.virtual_accounts.invoices import number_invoices
from truongso.workspaces.qr_check import QrVerdict, check_qr
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
NUMBER = "962TS000007"


@pytest.fixture
def invoice(school: School, actor: Actor) -> Invoice:
    """An invoice whose pupil has a number of his own."""
    made = money.invoice(school, [250_000])
    factories.number_rule(made.bank_account, "962TS", 6)
    with transaction():
        assign_number(made.bank_account, student=made.student, number=NUMBER, actor=actor)
    return made


def test_the_page_offers_both_codes_and_both_pictures(invoice: Invoice, client: Client) -> None:
    page = client.get(f"/p/{invoice.public_id}")
    assert "Số tài khoản riêng của em 962T S000 007" in text(page)
    pictures = [client.get(f"/p/{invoice.public_id}/qr.png{asked}").content for asked in ("", "?so=rieng")]
    main, own = (decode(read_qr(one)[0]) for one in pictures)
    assert (main.account, own.account) == ("0071000123456", NUMBER)
    assert (own.amount, own.memo, own.bill_number) == (main.amount, main.memo, invoice.code)


def test_without_a_number_nothing_is_shown(school: School, client: Client) -> None:
    plain = money.invoice(school, [250_000])
    assert "Số tài khoản riêng" not in text(client.get(f"/p/{plain.public_id}"))
    asked = client.get(f"/p/{plain.public_id}/qr.png?so=rieng").content
    assert decode(read_qr(asked)[0]).account == "0071000123456"


@pytest.mark.parametrize(("on_notices", "account"), [(False, "0071000123456"), (True, NUMBER)])
def test_the_notice_prints_the_number_and_its_code_where_the_school_says_so(
    invoice: Invoice, school: School, on_notices: bool, account: str
) -> None:
    VirtualAccountRule.objects.for_school(school).update(on_notices=on_notices)
    made = notices_pdf(letterhead(school), [g for _, g in notices_by_class(school.pk, Scope(invoice.round_id))])
    assert "Số riêng của em 962T S000 007" in " ".join(pdf.text(made).split())
    assert decode(read_qr(pdf.picture(made, dpi=150))[0]).account == account


def test_the_check_knows_the_number_and_whose_it_is(invoice: Invoice, school: School) -> None:
    assert check_qr(number_payload(invoice, NUMBER)).verdict is QrVerdict.GENUINE
    other = money.invoice(school, [250_000], full_name="Trần Bình Minh")
    assert check_qr(number_payload(other, NUMBER)).verdict is QrVerdict.OTHER_ACCOUNT
    account: BankAccount = invoice.bank_account
    stranger = encode(bank_bin=account.bank_bin, account="962TS000008", memo=invoice.code)
    assert check_qr(stranger).verdict is QrVerdict.STRANGER
    assert check_qr(encode(bank_bin=account.bank_bin, account=NUMBER)).verdict is QrVerdict.ACCOUNT_ONLY


def test_a_number_of_a_replaced_account_is_shown_no_more(invoice: Invoice, school: School, client: Client) -> None:
    other = factories.bank_account(school, number="0071000999999")
    BankAccount.objects.for_school(school).filter(pk=invoice.bank_account_id).update(
        is_active=False, replaced_by=other, replaced_at=invoice.issued_at
    )
    assert "Số tài khoản riêng" not in text(client.get(f"/p/{invoice.public_id}"))


def test_a_number_of_no_rule_that_two_people_decided_on_is_shown_to_no_family(
    invoice: Invoice, school: School, client: Client
) -> None:
    VirtualAccount.objects.for_school(school).update(is_of_rule=False)
    assert "Số tài khoản riêng" not in text(client.get(f"/p/{invoice.public_id}"))
    asked = client.get(f"/p/{invoice.public_id}/qr.png?so=rieng").content
    assert decode(read_qr(asked)[0]).account == "0071000123456"
    assert check_qr(number_payload(invoice, NUMBER)).verdict is QrVerdict.STRANGER


def test_an_invoice_with_a_number_of_its_own_has_one_code(school: School, client: Client, actor: Actor) -> None:
    account = factories.bank_account(school)
    factories.number_rule(account, "962TS", 6, kind="bill_seq")
    invoice = money.invoice(school, [250_000])
    other = money.invoice(school, [250_000], pupil=invoice.student)
    with transaction():
        number_invoices(account, actor=actor)
    shown = text(client.get(f"/p/{invoice.public_id}"))
    assert "962T S000 001" in shown
    assert "Số riêng của phiếu này, tiền vào tài khoản 0071 0001 2345 6 của trường" in shown
    assert "Số tài khoản riêng của em" not in shown
    code = decode(read_qr(client.get(f"/p/{invoice.public_id}/qr.png").content)[0])
    assert (code.account, code.bill_number) == ("962TS000001", invoice.code)
    assert "962TS000001" in client.get(f"/p/{invoice.public_id}/app-ngan-hang").content.decode()
    assert check_qr(number_payload(invoice, "962TS000001")).verdict is QrVerdict.GENUINE
    assert check_qr(number_payload(invoice, "962TS000002")).verdict is QrVerdict.OTHER_ACCOUNT
    assert check_qr(number_payload(other, "962TS000002")).verdict is QrVerdict.GENUINE
