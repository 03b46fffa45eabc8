"""Every notice, receipt and QR code can be checked: real ones say whose they are, others look clearly different."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import factories, money

from truongso.fees.models import CollectionRound
from truongso.fees.public import cancel_invoice
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import qr_png
from truongso.organizations.models import BankAccount, School
from truongso.payments.public import book, group_invoices, group_payload, invoice_payload, receipts_of_invoice
from truongso.payments.vietqr import encode
from truongso.workspaces.check_code import check_address, grouped_code, read_code
from truongso.workspaces.qr_check import QrVerdict, check_qr
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def test_a_short_code_is_read_however_it_is_typed() -> None:
    public_id = "k7f29mqx3bcd00000000000000"
    assert grouped_code(public_id) == "k7f2-9mqx-3bcd"
    assert check_address(public_id) == "http://127.0.0.1:8000/kt/k7f2-9mqx-3bcd"
    for typed in (
        "k7f2-9mqx-3bcd", " K7F2 9MQX 3BCD ", "http://127.0.0.1:8000/kt/k7f2-9mqx-3bcd?m=3F2A", "k7f2.9mqx.3bcd",
    ):  # fmt: skip
        assert read_code(typed) == "k7f29mqx3bcd", typed
    assert read_code(public_id) == public_id
    assert read_code("o7f2-9mqx-ibcd") == "07f29mqx1bcd"
    for typed in ("", "k7f2-9mqx", "k7f2-9mqx-3bcu", "' OR 1=1 --  "):
        assert read_code(typed) == "", typed


def test_a_notice_shows_the_account_and_masks_the_payer(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school, [894_000])
    page = client.get(f"/kt/{grouped_code(invoice.public_id)}")
    shown = text(page)
    for expected in (
        "Phiếu báo thu thật", "Trường Trường Tiểu học Lê Văn Tám", "Người thụ hưởng TRUONG TIEU HOC LE VAN TAM",
        "Tài khoản nhận Vietcombank · 0071 0001 2345 6", "Người nộp tiền Tr*** Th*** Th*** Hằng",
        "Tổng phải nộp 894.000 đ", "Còn phải nộp 894.000 đ", "Chưa nộp",
    ):  # fmt: skip
        assert expected in shown, expected
    for hidden in ("Nguyễn Bảo An", "3A2", "Trần Thị", invoice.public_id, invoice.code):
        assert hidden not in page.content.decode(), hidden
    book(school.pk, booking=money.booking((invoice, 894_000)), actor=actor)
    assert "Đã nộp đủ" in text(client.get(f"/kt/{grouped_code(invoice.public_id)}"))
    gone = money.invoice(school, full_name="Lý Thị Mẩy")
    cancel_invoice(school.pk, invoice_id=gone.pk, reason="Lập nhầm", actor=actor)
    assert "Phiếu này đã huỷ" in text(client.get(f"/kt/{grouped_code(gone.public_id)}"))


def test_a_receipt_shows_its_signature_and_a_changed_paper_is_found_out(
    school: School, client: Client, actor: Actor
) -> None:
    invoice = money.invoice(school)
    book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    receipt = receipts_of_invoice(school.pk, invoice.pk)[0]
    shown = text(client.get(f"/kt/{grouped_code(receipt.public_id)}"))
    assert "Biên lai thật" in shown
    assert "Chữ ký số Khớp" in shown
    forged = text(client.get(f"/kt/{receipt.public_id}?m=0000-0000-0000-0000"))
    assert "Tờ giấy này đã bị sửa hoặc là giả" in forged


def test_the_page_to_type_a_code_leads_on(school: School, client: Client) -> None:
    invoice = money.invoice(school)
    assert "Giấy này có thật không?" in text(client.get("/kt"))
    answer = client.get("/kt", {"ma": grouped_code(invoice.public_id).upper()})
    assert answer["Location"] == f"/kt/{invoice.public_id[:12]}"
    assert "Mã kiểm tra có 12 chữ và số" in text(client.get("/kt", {"ma": "abc"}))


def test_unknown_codes_look_different_and_say_what_to_do(db: None, client: Client) -> None:
    answer = client.get("/kt/0000-0000-0000")
    assert answer.status_code == 404
    shown = text(answer)
    assert "Không có phiếu hay biên lai nào mang mã này" in shown
    assert "Đừng chuyển tiền." in shown
    assert "Biên lai thật" not in shown


def test_verdicts_on_codes(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [894_000])
    second = money.invoice(school, [100_000], full_name="Lý Thị Mẩy")
    account = BankAccount.objects.for_school(school).get()
    other = factories.bank_account(school, number="99990000")
    closed = factories.bank_account(school, number="77770000")
    BankAccount.objects.for_school(school).filter(pk=closed.pk).update(is_active=False)

    def code(number: str = account.number, amount: int | None = 894_000, bill: str = invoice.code) -> str:
        due = None if amount is None else Dong(amount)
        return encode(bank_bin="970436", account=number, amount=due, memo=bill, bill_number=bill)

    group = group_invoices(school.pk, invoice_ids=[invoice.pk, second.pk])
    expected = {
        invoice_payload(invoice): QrVerdict.GENUINE,
        code(amount=None): QrVerdict.GENUINE,
        code(bill="", amount=None): QrVerdict.ACCOUNT_ONLY,
        code(amount=894_001): QrVerdict.AMOUNT_DIFFERS,
        code(amount=500_000): QrVerdict.AMOUNT_DIFFERS,
        code(number=other.number): QrVerdict.OTHER_ACCOUNT,
        code(number=closed.number): QrVerdict.CLOSED_ACCOUNT,
        code(number="0000111122"): QrVerdict.STRANGER,
        group_payload(group, [invoice, second]): QrVerdict.GENUINE,
        code(bill=group.code, amount=900_000): QrVerdict.AMOUNT_DIFFERS,
        code(bill="TSKXWQRAB"): QrVerdict.ACCOUNT_ONLY,
        invoice_payload(invoice).replace("894000", "894001"): QrVerdict.UNREADABLE,
        "https://example.vn": QrVerdict.UNREADABLE,
    }
    found = {payload: check_qr(payload).verdict for payload in expected}
    assert found == expected
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    assert check_qr(code(amount=500_000)).verdict is QrVerdict.PART
    assert check_qr(code(amount=894_001)).verdict is QrVerdict.AMOUNT_DIFFERS
    stale = invoice_payload(invoice)
    book(school.pk, booking=money.booking((invoice, 894_000)), actor=actor)
    assert check_qr(stale).verdict is QrVerdict.SETTLED


def test_a_picture_of_a_code_is_judged_on_the_page(school: School, client: Client) -> None:
    invoice = money.invoice(school, [894_000])
    picture = SimpleUploadedFile("qr.png", qr_png(invoice_payload(invoice)), "image/png")
    shown = text(client.post("/kt/qr", {"picture": picture}))
    assert "Đúng mã của trường Tài khoản của trường, phiếu và số tiền đều khớp." in shown
    assert "Người thụ hưởng TRUONG TIEU HOC LE VAN TAM" in shown
    assert "Nguyễn Bảo An" not in shown
    changed = encode(bank_bin="970436", account="0071000123456", amount=Dong(994_000), memo=invoice.code)
    flagged = text(client.post("/kt/qr", {"payload": changed}))
    assert "Số tiền trong mã không khớp phiếu" in flagged
    assert "894.000" not in flagged
    stranger = encode(bank_bin="970436", account="6666888899", amount=Dong(894_000), memo=invoice.code)
    assert "KHÔNG phải tài khoản của trường nào" in text(client.post("/kt/qr", {"payload": stranger}))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Chọn ảnh mã QR hoặc dán nội dung mã."),
        ({"picture": SimpleUploadedFile("a.png", b"GIF89a")}, "Không mở được ảnh này."),
        ({"payload": "x" * 700}, "700"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(
    db: None, client: Client, data: dict[str, object], said: str
) -> None:
    answer = client.post("/kt/qr", data)
    assert answer.status_code == 422
    assert said in text(answer)


def test_the_day_of_a_due_notice_is_told(school: School, client: Client) -> None:
    invoice = money.invoice(school)
    assert invoice.due_on == dt.date(2026, 10, 20)
    assert "Hạn nộp 20/10/2026" in text(client.get(f"/kt/{invoice.public_id}"))
