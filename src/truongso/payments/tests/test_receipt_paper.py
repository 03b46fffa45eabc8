"""Receipts on paper: every word as issued, copies and cancellations marked, no orders taken from typed text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from tests import money, pdf

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.models import Receipt
from truongso.payments.prints import print_receipts
from truongso.payments.receipt_paper import Edition, ReceiptPaper, paper_of
from truongso.payments.receipt_pdf import receipts_pdf
from truongso.payments.receipt_queries import receipts_of_invoice
from truongso.payments.services import book, undo
from truongso.payments.types import EvidenceKind, Method

pytestmark = pytest.mark.django_db
A5 = "595.276 x 419.528 pts"


@pytest.fixture
def moment() -> dt.datetime:
    return dt.datetime(2026, 12, 11, 19, 42, 3, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture
def paper(school: School, actor: Actor, moment: dt.datetime) -> ReceiptPaper:
    School.objects.filter(pk=school.pk).update(tax_code="5300123456", budget_code="1234567")
    with clock.frozen(moment):
        return paper_of(_receipt(school, actor, [1_000_005, 294_000]))


def _receipt(school: School, actor: Actor, amounts: list[int], **changes: Any) -> Receipt:
    invoice = money.invoice(school, amounts)
    whole = sum(amounts)
    booking = money.booking(
        (invoice, whole), reference="FT23345 8812", received_at=clock.now(), payer_name="NGUYEN VAN HUNG", **changes
    )
    book(school.pk, booking=booking, actor=actor)
    return receipts_of_invoice(school.pk, invoice.pk)[0]


def test_the_pdf_says_everything_a_receipt_must(paper: ReceiptPaper) -> None:
    made = receipts_pdf([paper])
    text = " ".join(pdf.text(made).split())
    for expected in (
        "TRƯỜNG TIỂU HỌC LÊ VĂN TÁM", "12 đường Hoa Sen, phường Tân Định", "Mã số thuế: 5300123456", "Mã ĐVQHNS:",
        "BIÊN LAI THU TIỀN", "Ngày 11 tháng 12 năm 2026", "Số: BL-2026-000001", "Liên điện tử",
        "Họ tên người nộp tiền NGUYEN VAN HUNG", "Học sinh Nguyễn Bảo An – lớp 3A2",
        "Người thụ hưởng TRUONG TIEU HOC LE VAN TAM", "Lý do thanh toán Thu tháng 10/2026",
        f"Mã hóa đơn {paper.invoice_code}", "Chuyển khoản VietQR (không dùng tiền mặt) – mã giao dịch",
        "FT23345 8812", "Ngày nhận tiền 19:42 11/12/2026", "1.294.005 đ",
        "Bằng chữ Một triệu hai trăm chín mươi tư nghìn không trăm linh năm đồng",
        "Khoản thu 0 1.000.005", "Khoản thu 1 294.000", "Người nộp tiền Người thu tiền",
        "Phát hành điện tử 19:42 11/12/2026",
    ):  # fmt: skip
        assert expected in text, expected
    assert "ĐÃ HUỶ" not in text
    assert "BẢN SAO" not in text
    assert pdf.page_sizes(made) == [A5]
    assert {row[0].split("+")[1] for row in pdf.fonts(made)} == {"Tinos", "Tinos-Bold", "Tinos-Italic"}


def test_paper_and_page_say_whom_to_ask_and_where_to_check(paper: ReceiptPaper, school: School) -> None:
    check = f"127.0.0.1:8000/kt/{paper.public_id[:4]}-{paper.public_id[4:8]}-{paper.public_id[8:12]}"
    school.support_phone, school.support_hours = "02140000111", "thứ Hai – thứ Sáu, 7:30 – 16:30"
    school.save()
    now = paper_of(Receipt.objects.for_school(school).get())
    asked = "Cần giúp: 0214 000 0111 (thứ Hai – thứ Sáu, 7:30 – 16:30)"
    assert (now.short_check, now.support) == (check, asked)
    made = receipts_pdf([now])
    assert f"Kiểm tra biên lai thật: {check} · {asked}" in " ".join(pdf.text(made).split())
    assert pdf.page_sizes(made) == [A5]
    page = " ".join(strip_tags(render_to_string("payments/_receipt.html", {"paper": now})).split())
    assert f"Kiểm tra biên lai thật: {check} · {asked}" in page


def test_markup_in_names_stays_text(school: School, actor: Actor) -> None:
    name = 'Trần #pagebreak() $x$ \\ *An* _b_ <c> @d "e"'
    invoice = money.invoice(school, [250_000], full_name=name)
    booking = money.booking((invoice, 250_000), payer_name='#read("x")')
    book(school.pk, booking=booking, actor=actor)
    made = receipts_pdf([paper_of(receipts_of_invoice(school.pk, invoice.pk)[0])])
    text = " ".join(pdf.text(made).split())
    assert f"Học sinh {name} – lớp 3A2" in text
    assert 'Họ tên người nộp tiền #read("x")' in text
    assert len(pdf.page_sizes(made)) == 1


def test_surplus_is_on_the_paper(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [450_000])
    book(school.pk, booking=money.booking((invoice, 450_000), amount=456_000), actor=actor)
    paper = paper_of(receipts_of_invoice(school.pk, invoice.pk)[0])
    assert (paper.amount, paper.surplus) == (Dong(456_000), Dong(6_000))
    assert "Nộp thừa, ghi có cho gia đình: 6.000 đ" in pdf.text(receipts_pdf([paper])).replace("\u00a0", " ")


def test_a_cancelled_receipt_keeps_its_number_and_is_stamped(school: School, actor: Actor, moment: dt.datetime) -> None:
    with clock.frozen(moment):
        receipt = _receipt(school, actor, [250_000])
        undo(school.pk, payment_id=receipt.payment_id, reason="Ghi nhầm học sinh", actor=actor)
    paper = paper_of(Receipt.objects.for_school(school).get(pk=receipt.pk))
    text = " ".join(pdf.text(receipts_pdf([paper])).split())
    assert paper.number == "BL-2026-000001"
    assert "ĐÃ HUỶ" in text
    assert "Huỷ lúc 19:42 11/12/2026. Lý do: Ghi nhầm học sinh" in text


def test_a_bank_line_is_never_named_by_its_row(school: School, actor: Actor) -> None:
    kind: dict[str, Any] = {"kind": EvidenceKind.BANK_LINE, "source": "bank"}
    assert paper_of(_receipt_of_line(school, actor, "FT1", kind)).reference == "FT1"
    assert paper_of(_receipt_of_line(school, actor, "", kind)).reference == ""


def _receipt_of_line(school: School, actor: Actor, bank_reference: str, kind: dict[str, Any]) -> Receipt:
    invoice = money.invoice(school, [250_000])
    booking = money.booking((invoice, 250_000), bank_reference=bank_reference, **kind)
    book(school.pk, booking=booking, actor=actor)
    return receipts_of_invoice(school.pk, invoice.pk)[0]


def test_cash_is_not_called_cashless(school: School, actor: Actor) -> None:
    receipt = _receipt(school, actor, [250_000], kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH)
    assert paper_of(receipt).method_text == "Tiền mặt"


def test_a_renamed_school_keeps_its_name_on_old_receipts(school: School, actor: Actor) -> None:
    receipt = _receipt(school, actor, [250_000])
    School.objects.filter(pk=school.pk).update(name="Trường Tiểu học Mới")
    assert paper_of(Receipt.objects.for_school(school).get(pk=receipt.pk)).school_name == "Trường Tiểu học Lê Văn Tám"


def test_the_second_print_is_a_copy_and_both_are_recorded(school: School, actor: Actor) -> None:
    receipt = _receipt(school, actor, [250_000])
    first = print_receipts(school.pk, receipts=[receipt], actor=actor)[0]
    second = print_receipts(school.pk, receipts=[receipt], actor=actor)[0]
    assert (first.edition, second.edition) == (Edition.PRINTED, Edition.REPRINT)
    assert "Liên giao người nộp tiền" in pdf.text(receipts_pdf([first]))
    assert "Bản sao, lần in thứ 2" in pdf.text(receipts_pdf([second]))
    prints = AuditEntry.objects.filter(action="payments:receipt:print", subject_id=str(receipt.pk))
    assert [p.params["number"] for p in prints] == [1, 1]


def test_many_receipts_each_begin_a_page(paper: ReceiptPaper) -> None:
    made = receipts_pdf([paper] * 30)
    assert pdf.page_sizes(made) == [A5] * 30
    assert pdf.text(made).count("BIÊN LAI THU TIỀN") == 30


def test_no_receipts_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a receipt"):
        receipts_pdf([])


def test_the_check_code_leads_to_this_receipt(paper: ReceiptPaper) -> None:
    assert paper.check_url == f"http://127.0.0.1:8000/kt/{paper.public_id}?m={paper.fingerprint}"
    assert f"Ký số: {paper.fingerprint}" in pdf.text(receipts_pdf([paper]))
    assert read_qr(pdf.picture(receipts_pdf([paper]), dpi=150)) == [paper.check_url]
