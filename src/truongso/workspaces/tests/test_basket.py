"""Several invoices together: by link or by code and second thing, one code for each receiving account."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.models import InvoiceGroup
from truongso.payments.public import book
from truongso.payments.vietqr import decode
from truongso.workspaces.basket import Entry, basket_of, read_token, token_of
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def _brother(invoice: Invoice, name: str, amount: int) -> Invoice:
    school = invoice.school
    pupil = factories.student(
        school, name, school_class=factories.school_class(school, name[-3:]), family=invoice.family
    )
    item = factories.fee_item(school, name[-6:], "Tiền ăn")
    return factories.invoice(pupil, [factories.Charge(item, amount)])


def _token(*invoices: Invoice, is_own: bool = True) -> str:
    return token_of([Entry(i.pk, is_own) for i in invoices])


def test_siblings_are_offered_from_the_familys_own_page(school: School, client: Client, actor: Actor) -> None:
    first = money.invoice(school, [250_000])
    second, third = _brother(first, "Nguyễn Minh Khôi", 655_000), _brother(first, "Nguyễn Gia Hân", 95_000)
    assert "Nộp chung với 2 phiếu khác của gia đình" in text(client.get(f"/p/{first.public_id}"))
    page = client.get(f"/p/{first.public_id}/gop", follow=True)
    shown = text(page)
    assert "Tất cả 1.000.000 đ" in shown
    for name in ("Nguyễn Bảo An", "Nguyễn Minh Khôi", "Nguyễn Gia Hân"):
        assert name in shown
    token = _token(first, second, third)
    assert InvoiceGroup.objects.for_school(school).count() == 0
    assert client.get(f"/gop/{token}/nop").status_code == 302
    paying = client.post(f"/gop/{token}/ma", follow=True)
    group = InvoiceGroup.objects.for_school(school).get()
    assert f"Nội dung chuyển khoản: {group.code} GOP 3 PHIEU" in text(paying)
    read = decode(read_qr(client.get(f"/gop/{token}/0.png").content)[0])
    assert (read.amount, read.bill_number, read.account) == (Dong(1_000_000), group.code, "0071000123456")
    client.post(f"/gop/{token}/ma")
    assert InvoiceGroup.objects.for_school(school).count() == 1


def test_two_schools_are_two_codes_and_money_is_never_mixed(
    school: School, other_school: School, client: Client
) -> None:
    here, there = money.invoice(school, [250_000]), None
    factories.bank_account(other_school, number="8888000011112222")
    there = money.invoice(other_school, [90_000], full_name="Nguyễn Gia Hân")
    token = _token(here, there)
    shown = text(client.get(f"/gop/{token}"))
    assert "Tất cả 340.000 đ Tiền vào 2 tài khoản nhận khác nhau, nên có 2 mã QR." in shown
    paying = client.get(f"/gop/{token}/nop")
    assert text(paying).count("Nội dung chuyển khoản:") == 2
    for page in (shown, text(paying)):
        assert page.count("Tổ hỗ trợ phụ huynh") == 1
        whom = page.split("Tổ hỗ trợ phụ huynh")[1]
        assert [name in whom for name in (here.school.short_name, there.school.short_name)] == [True, True]
    codes = [decode(read_qr(client.get(f"/gop/{token}/{n}.png").content)[0]) for n in (0, 1)]
    assert [(c.account, int(c.amount or 0), c.bill_number) for c in codes] == [
        ("0071000123456", 250_000, here.code), ("8888000011112222", 90_000, there.code),
    ]  # fmt: skip
    assert client.get(f"/gop/{token}/2.png").status_code == 404


def test_an_invoice_is_added_by_link_or_by_code_and_second_thing(
    school: School, other_school: School, client: Client
) -> None:
    mine, theirs = money.invoice(school), money.invoice(other_school, [90_000], full_name="Lý Thị Mẩy")
    start = token_of([])
    by_link = client.post(f"/gop/{start}", {"what": f"https://truong.example/p/{mine.public_id}?x=1"}, follow=True)
    assert "Nguyễn Bảo An" in text(by_link)
    by_code = client.post(f"/gop/{start}", {"what": theirs.code.lower(), "proof": "14/03/2018"}, follow=True)
    shown = text(by_code)
    assert "L*** Th*** Mẩy" in shown
    assert "Lý Thị" not in by_code.content.decode()
    assert theirs.public_id not in by_code.content.decode()
    for proof in ("", "15/03/2018", "0900000002"):
        refused = client.post(f"/gop/{start}", {"what": theirs.code, "proof": proof})
        assert refused.status_code == 422
        assert "Không có phiếu khớp cả hai thông tin." in text(refused)


def test_what_was_looked_up_never_leads_to_the_familys_page(school: School, client: Client) -> None:
    invoice = money.invoice(school)
    token = _token(invoice, is_own=False)
    for path in (f"/gop/{token}", f"/gop/{token}/nop"):
        page = client.get(path).content.decode()
        assert invoice.public_id not in page
        assert "Nguyễn Bảo" not in page


def test_paid_invoices_count_no_more_and_the_page_turns(school: School, client: Client, actor: Actor) -> None:
    first, second = money.invoice(school, [250_000]), money.invoice(school, [100_000], full_name="Lý Thị Mẩy")
    token = _token(first, second)
    client.post(f"/gop/{token}/ma")
    tag = client.get(f"/gop/{token}/trang-thai")["ETag"]
    assert client.get(f"/gop/{token}/trang-thai", headers={"If-None-Match": tag}).status_code == 304
    book(school.pk, booking=money.booking((first, 250_000)), actor=actor)
    changed = client.get(f"/gop/{token}/trang-thai", headers={"If-None-Match": tag})
    assert changed.json() == {"text": "Còn phải nộp 100.000\u00a0đ"}
    basket = basket_of(read_token(token) or [])
    assert (basket.owed, basket.bundles[0].memo[:9]) == (Dong(100_000), second.code)
    book(school.pk, booking=money.booking((second, 100_000)), actor=actor)
    assert client.get(f"/gop/{token}/trang-thai").json() == {"text": "Đã nộp đủ tất cả"}
    refused = client.post(f"/gop/{token_of([])}", {"what": f"/p/{first.public_id}"})
    assert "Phiếu này không còn khoản phải nộp." in text(refused)


def test_an_invoice_paid_while_the_codes_are_made_is_said(
    school: School, client: Client, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking at the basket and making its code somebody pays: the basket comes back and says so."""
    first, second = money.invoice(school, [250_000]), money.invoice(school, [100_000], full_name="Lý Thị Mẩy")
    stale = basket_of(read_token(_token(first, second)) or [])
    monkeypatch.setattr("truongso.workspaces.web.basket.basket_of", lambda _entries: stale)
    book(school.pk, booking=money.booking((second, 100_000)), actor=actor)
    answer = client.post(f"/gop/{_token(first, second)}/ma")
    assert (answer.status_code, answer["Location"]) == (302, f"/gop/{_token(first, second)}")
    monkeypatch.undo()
    said = f"Phiếu {second.code} vừa được nộp đủ hoặc đã hủy. Bỏ phiếu đó rồi lấy mã lại."
    assert said in text(client.get(answer["Location"]))
    assert InvoiceGroup.objects.for_school(school).count() == 0


def test_one_invoice_is_taken_out(school: School, client: Client) -> None:
    first, second = money.invoice(school), money.invoice(school, full_name="Lý Thị Mẩy")
    answer = client.post(f"/gop/{_token(first, second)}/bo", {"bo": str(first.pk)})
    assert read_token(answer["Location"].rsplit("/", 1)[1]) == [Entry(second.pk, is_own=True)]


@pytest.mark.parametrize(
    "forged", ["abc", "eyJ4IjoxfQ", signing.dumps([[1, 1]], salt="other")], ids=["text", "json", "salt"]
)
def test_a_made_up_basket_does_not_open(db: None, client: Client, forged: str) -> None:
    answer = client.get(f"/gop/{forged}")
    assert answer.status_code == 404
    assert "Không mở được danh sách nộp chung" in text(answer)
