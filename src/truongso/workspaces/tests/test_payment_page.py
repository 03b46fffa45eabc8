"""The family's page in each of its states: exact texts, no account, nothing kept, nothing told to strangers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tests import factories, money, pdf

from truongso.fees.models import Invoice, InvoiceLine
from truongso.fees.public import cancel_invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.models import Receipt
from truongso.payments.public import book, receipts_of_invoice, signed_receipt_file, undo
from truongso.payments.vietqr import decode
from truongso.workspaces.payment_page import _shown

pytestmark = pytest.mark.django_db
DUE_SOON = dt.datetime(2026, 10, 16, 8, tzinfo=clock.SCHOOL_TIME)
Frozen = Callable[[dt.datetime], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def _text(response: Any) -> str:
    """What a reader sees, spaces collapsed."""
    assert response.status_code in {200, 404, 429}
    body = re.sub(r"<(script|style|svg|title).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").split())


def _pay(school: School, actor: Actor, invoice: Invoice, amount: int, *, settled: int | None = None) -> None:
    booking = money.booking((invoice, settled or amount), amount=amount, reference="FT23345 8812")
    book(school.pk, booking=booking, actor=actor)


def test_an_unpaid_invoice_shows_what_is_owed_and_how_to_pay(school: School, client: Client, frozen: Frozen) -> None:
    School.objects.filter(pk=school.pk).update(
        support_contact="Cô Phạm Thị Hòa", support_phone="02140000111", support_hours="7:30–16:30, thứ hai đến thứ sáu"
    )
    invoice = money.invoice(school, [588_000, 306_000])
    with frozen(DUE_SOON):
        response = client.get(f"/p/{invoice.public_id}")
    text = _text(response)
    for expected in (
        "Số tiền cần nộp", "Chưa nộp", "894.000 đ", "Tám trăm chín mươi tư nghìn đồng", "Nguyễn Bảo An · 3A2",
        "Hạn 20/10/2026 (còn 4 ngày)", "Lưu ảnh mã QR", "Mở app ngân hàng", "Nộp trên chính máy này",
        "Người nộp tiền Trần Thị Thu Hằng", "Người thụ hưởng TRUONG TIEU HOC LE VAN TAM", "Lý do Thu tháng 10/2026",
        f"Mã hóa đơn (nội dung chuyển khoản) {invoice.code}", "Ngân hàng Vietcombank", "Số tài khoản 0071 0001 2345 6",
        "Xem 2 dòng khoản thu", "Khoản thu 0 588.000 đ", "Khoản thu 1 306.000 đ", "Cộng 894.000 đ",
        "Tổ hỗ trợ phụ huynh Cô Phạm Thị Hòa 0214 000 0111 7:30–16:30, thứ hai đến thứ sáu",
        "Trường không bao giờ hỏi mật khẩu hay mã OTP ngân hàng.", "Kiểm tra lại",
    ):  # fmt: skip
        assert expected in text, expected
    page = response.content.decode()
    for copied in ("TRUONG TIEU HOC LE VAN TAM", invoice.code, "0071000123456", "894000"):
        assert f'data-copy="{copied}"' in page
    assert f"<title>Mã VietQR: 894.000\u00a0đ, nội dung {invoice.code}</title>" in page
    assert 'href="tel:02140000111"' in page


def test_lines_show_reductions_and_their_legal_basis(school: School, client: Client) -> None:
    pupil = factories.student(school, school_class=factories.school_class(school))
    item = factories.fee_item(school, name="Tiền ăn bán trú")
    invoice = factories.invoice(pupil, [factories.Charge(item, 28_000, 21)])
    values: dict[str, Any] = {
        "description": "Tiền ăn bán trú", "kind": "charge", "quantity": 21, "unit_amount": Dong(28_000),
        "gross": Dong(588_000), "reduction_percent": 50, "reduction": Dong(294_000), "amount": Dong(294_000),
        "reduction_basis": "Nghị định 238/2025/NĐ-CP", "legal_basis": "Nghị quyết 18/2025/NQ-HĐND",
    }  # fmt: skip
    line = InvoiceLine(**values)
    shown = [(s.text, s.note, str(s.amount), s.is_reduction) for s in _shown(line)]
    assert shown == [
        ("Tiền ăn bán trú (21 × 28.000)", "Nghị quyết 18/2025/NQ-HĐND", "588.000\u00a0đ", False),
        ("Miễn, giảm 50\u00a0%", "Nghị định 238/2025/NĐ-CP", "−294.000\u00a0đ", True),
    ]
    assert "Tiền ăn bán trú (21 × 28.000) 588.000 đ" in _text(client.get(f"/p/{invoice.public_id}"))


def test_an_overdue_invoice_says_so_and_can_still_be_paid(school: School, client: Client, frozen: Frozen) -> None:
    invoice = money.invoice(school)
    with frozen(DUE_SOON + dt.timedelta(days=7)):
        text = _text(client.get(f"/p/{invoice.public_id}"))
    assert "Quá hạn 250.000 đ" in text
    assert "Hạn 20/10/2026 (quá hạn 3 ngày)" in text
    assert "Lưu ảnh mã QR" in text


def test_a_part_leaves_the_rest_with_a_fresh_code(
    school: School, client: Client, actor: Actor, school_day: dt.datetime
) -> None:
    invoice = money.invoice(school, [450_000, 205_000])
    _pay(school, actor, invoice, 600_000)
    text = _text(client.get(f"/p/{invoice.public_id}"))
    assert "Còn thiếu Nộp một phần 55.000 đ Năm mươi lăm nghìn đồng" in text
    assert "Nhà trường đã nhận 600.000 đ trong 655.000 đ. Mã QR dưới đây là cho phần còn thiếu." in text
    assert "Đã nộp 600.000 đ Còn thiếu 55.000 đ" in text
    png = client.get(f"/p/{invoice.public_id}/qr.png").content
    assert int(decode(read_qr(png)[0]).amount or 0) == 55_000


def test_a_paid_invoice_gives_the_receipt(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school, [894_000])
    _pay(school, actor, invoice, 894_000)
    receipt = receipts_of_invoice(school.pk, invoice.pk)[0]
    response = client.get(f"/p/{invoice.public_id}")
    text = _text(response)
    for expected in (
        "Đã nộp đủ 894.000 đ", "Nhà trường đã nhận lúc 12:00 ngày 05/10/2026 cho em Nguyễn Bảo An , lớp 3A2.",
        f"Số biên lai BL-{receipt.year}-000001", "Tải biên lai (PDF)", "Xem và in biên lai",
        "Tài khoản của trường đã nhận tiền 12:00 05/10/2026 · 894.000 đ · mã giao dịch FT23345 8812",
        "Đã khớp phiếu báo thu, biên lai đã phát hành",
    ):  # fmt: skip
        assert expected in text, expected
    for gone in ("Lưu ảnh mã QR", "Chép", "Đang chờ tiền về", "Số tài khoản"):
        assert gone not in text, gone
    assert f"/p/{invoice.public_id}/bien-lai/{receipt.public_id}.pdf" in response.content.decode()


def test_too_much_is_shown_as_credit(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school, [450_000])
    _pay(school, actor, invoice, 456_000, settled=450_000)
    text = _text(client.get(f"/p/{invoice.public_id}"))
    assert "Đã nộp đủ 450.000 đ" in text
    assert "Nộp thừa, đã ghi có Phần nộp thừa 6.000 đ được ghi có cho gia đình." in text


def test_an_undone_payment_tells_the_family_not_to_pay_twice(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school)
    payment = book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    undo(school.pk, payment_id=payment.pk, reason="Ghi nhầm học sinh", actor=actor)
    text = _text(client.get(f"/p/{invoice.public_id}"))
    assert "Biên lai BL-2026-000001 không còn giá trị. Nếu anh/chị đã chuyển tiền, đừng chuyển lại" in text
    assert "Ghi nhầm học sinh" not in text
    assert "Lưu ảnh mã QR" in text


def test_a_cancelled_invoice_takes_no_money(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school)
    cancel_invoice(school.pk, invoice_id=invoice.pk, reason="Lập nhầm", actor=actor)
    text = _text(client.get(f"/p/{invoice.public_id}"))
    assert "Phiếu này đã huỷ Anh/chị đừng chuyển tiền theo phiếu này." in text
    assert "Số tài khoản" not in text
    assert client.get(f"/p/{invoice.public_id}/qr.png").status_code == 404


def test_half_a_milliard_goes_by_plain_transfer(school: School, client: Client) -> None:
    invoice = money.invoice(school, [500_000_000])
    text = _text(client.get(f"/p/{invoice.public_id}"))
    assert "Phiếu này chuyển khoản không qua mã QR" in text
    assert "Số tài khoản 0071 0001 2345 6" in text
    assert client.get(f"/p/{invoice.public_id}/qr.png").status_code == 404


def test_other_open_invoices_of_the_family_follow_a_paid_one(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school, [250_000])
    item = factories.fee_item(school, "AN", "Tiền ăn")
    brother = factories.student(
        school, "Nguyễn Minh Khôi", school_class=factories.school_class(school, "5A1"), family=invoice.family
    )
    factories.invoice(brother, [factories.Charge(item, 655_000)])
    _pay(school, actor, invoice, 250_000)
    assert "Còn khoản của con khác Nguyễn Minh Khôi · 5A1 · 655.000 đ" in _text(client.get(f"/p/{invoice.public_id}"))


def test_queries_do_not_grow_with_lines_and_payments(school: School, client: Client, actor: Actor) -> None:
    small, large = money.invoice(school, [250_000]), money.invoice(school, [100_000] * 9, full_name="Lý Thị Mẩy")
    for _ in range(6):
        _pay_part(school, actor, large)
    counts = []
    for invoice in (small, large):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/p/{invoice.public_id}")
        counts.append(len(queries))
    assert counts == [12, 14]


def _pay_part(school: School, actor: Actor, invoice: Invoice) -> None:
    book(school.pk, booking=money.booking((invoice, 100_000)), actor=actor)


def test_the_state_is_asked_cheaply_and_answers_304(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school)
    url = f"/p/{invoice.public_id}/trang-thai"
    with CaptureQueriesContext(connection) as queries:
        first = client.get(url)
    assert len(queries) == 1
    assert first.json() == {"state": "unpaid", "text": "Chưa nộp, số tiền cần nộp 250.000\u00a0đ"}
    tag = first["ETag"]
    assert f'data-tag="{tag.replace(chr(34), "&quot;")}"' in client.get(f"/p/{invoice.public_id}").content.decode()
    again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    _pay(school, actor, invoice, 250_000)
    changed = client.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json() == {"state": "paid", "text": "Đã nộp đủ 250.000\u00a0đ"}


@pytest.mark.parametrize("path", ["", "/trang-thai", "/qr.png", "/app-ngan-hang"])
def test_pages_are_kept_by_nobody(school: School, client: Client, path: str) -> None:
    invoice = money.invoice(school)
    response = client.get(f"/p/{invoice.public_id}{path}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response.cookies == {}


def test_no_form_and_no_session_on_the_page(school: School, client: Client) -> None:
    page = client.get(f"/p/{money.invoice(school).public_id}").content.decode()
    assert "csrfmiddlewaretoken" not in page
    assert "<form" not in page


def test_the_page_is_compressed(school: School, client: Client) -> None:
    response = client.get(f"/p/{money.invoice(school).public_id}", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 12_000


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(school: School, client: Client, method: str) -> None:
    assert getattr(client, method)(f"/p/{money.invoice(school).public_id}").status_code == 405


def test_an_unknown_address_says_what_to_do(db: None, client: Client) -> None:
    response = client.get("/p/00000000000000000000000000")
    assert response.status_code == 404
    text = _text(response)
    assert "Không tìm thấy phiếu báo thu" in text
    assert "Mở lại đường dẫn trong tin nhắn của nhà trường, hoặc quét lại mã trên phiếu giấy." in text
    assert response["X-Robots-Tag"].startswith("noindex")


def test_guessing_ends_after_ten_misses_and_families_are_still_served(
    school: School, client: Client, school_day: dt.datetime
) -> None:
    invoice = money.invoice(school)
    answers = [client.get(f"/p/{n:026}").status_code for n in range(11)]
    assert answers == [404] * 10 + [429]
    refused = client.get("/kt/00000000000000000000000000")
    assert refused.status_code == 429
    assert "Anh/chị chờ 10 phút rồi mở lại đường dẫn" in _text(refused)
    assert 0 < int(refused["Retry-After"]) <= 600
    assert client.get(f"/p/{invoice.public_id}").status_code == 200
    with clock.frozen(school_day + dt.timedelta(minutes=11)):
        assert client.get("/p/00000000000000000000000000").status_code == 404


def test_an_address_of_wrong_form_never_reaches_the_database(db: None, client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/p/' OR 1=1").status_code == 404
    assert ["kernel_tally" in query["sql"] for query in queries] == [True]


def test_a_receipt_opens_only_under_its_own_invoice(school: School, client: Client, actor: Actor) -> None:
    mine, other = money.invoice(school), money.invoice(school, full_name="Lý Thị Mẩy")
    _pay(school, actor, mine, 250_000)
    receipt = receipts_of_invoice(school.pk, mine.pk)[0]
    page = client.get(f"/p/{mine.public_id}/bien-lai/{receipt.public_id}")
    assert "BIÊN LAI THU TIỀN" in _text(page)
    assert "Hai trăm năm mươi nghìn đồng" in _text(page)
    file = client.get(f"/p/{mine.public_id}/bien-lai/{receipt.public_id}.pdf")
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == f'attachment; filename="bien-lai-BL-{receipt.year}-000001.pdf"'
    assert "Liên điện tử" in pdf.text(file.content)
    for suffix in ("", ".pdf"):
        assert client.get(f"/p/{other.public_id}/bien-lai/{receipt.public_id}{suffix}").status_code == 404


def test_the_check_page_masks_the_payer_and_hides_the_child(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school)
    payment = book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    receipt = receipts_of_invoice(school.pk, invoice.pk)[0]
    text = _text(client.get(f"/kt/{receipt.public_id}"))
    for expected in (
        "Biên lai thật", "Trường Trường Tiểu học Lê Văn Tám", "Tr*** Th*** Th*** Hằng", "250.000 đ", "Còn giá trị",
    ):  # fmt: skip
        assert expected in text, expected
    for hidden in ("Nguyễn Bảo An", "Trần Thị", "3A2", invoice.code, invoice.public_id):
        assert hidden not in client.get(f"/kt/{receipt.public_id}").content.decode(), hidden
    undo(school.pk, payment_id=payment.pk, reason="Ghi nhầm", actor=actor)
    text = _text(client.get(f"/kt/{receipt.public_id}"))
    assert "Biên lai này đã huỷ" in text
    assert "Ghi nhầm" not in text


def test_an_unknown_receipt_may_be_a_fake(db: None, client: Client) -> None:
    response = client.get("/kt/00000000000000000000000000")
    assert response.status_code == 404
    assert "Không có phiếu hay biên lai nào mang mã này" in _text(response)


def test_bank_apps_open_with_the_transfer_filled_in(school: School, client: Client) -> None:
    invoice = money.invoice(school, [894_000])
    page = client.get(f"/p/{invoice.public_id}/app-ngan-hang").content.decode().replace("&amp;", "&")
    assert (
        f'href="https://dl.vietqr.io/pay?app=mb&ba=0071000123456@vcb&am=894000&tn={invoice.code}%20THU%20THANG%2010'
        '&bn=TRUONG%20TIEU%20HOC%20LE%20VAN%20TAM"'
    ) in page
    with override_settings(BANK_APP_LINKS=False):
        off = client.get(f"/p/{invoice.public_id}/app-ngan-hang").content.decode()
    assert "dl.vietqr.io" not in off
    assert "Lưu ảnh mã QR" in off


def test_in_the_demo_the_sandbox_bank_opens(school: School, client: Client) -> None:
    invoice = money.invoice(school)
    assert "ngân hàng thử" not in _text(client.get(f"/p/{invoice.public_id}"))
    with override_settings(SANDBOX_URL="http://127.0.0.1:8100"):
        page = client.get(f"/p/{invoice.public_id}").content.decode()
    found = re.search(r'href="http://127\.0\.0\.1:8100/pay\?payload=([^"]+)"', page)
    assert found
    assert decode(unquote(found[1])).bill_number == invoice.code


def test_the_family_downloads_the_signed_file_of_its_receipt(school: School, client: Client, actor: Actor) -> None:
    invoice, other = money.invoice(school, [200_000]), money.invoice(school, [50_000], full_name="Lê Minh Khôi")
    book(school.pk, booking=money.booking((invoice, 200_000)), actor=actor)
    receipt = Receipt.objects.for_school(school).get()
    address = f"/p/{invoice.public_id}/bien-lai/{receipt.public_id}.json"
    for page in (f"/p/{invoice.public_id}/lich-su", f"/p/{invoice.public_id}/bien-lai/{receipt.public_id}"):
        assert address in client.get(page).content.decode(), page
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.content == signed_receipt_file(receipt)
    assert client.get(address.replace(invoice.public_id, other.public_id)).status_code == 404
    assert client.get(f"/p/{invoice.public_id}/bien-lai/{'a' * 26}.json").status_code == 404
