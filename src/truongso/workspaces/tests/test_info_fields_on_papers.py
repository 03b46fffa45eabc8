"""The department's fields on notice, payment page, receipt, check address and public page: each as issued."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money, pdf

from truongso.fees.models import CollectionRound, Invoice
from truongso.fees.types import RoundState
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.organizations.public import supervise
from truongso.organizations.types import SupervisionFunction
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.public import book, papers_of, receipts_of_invoice, receipts_pdf
from truongso.people.models import Student
from truongso.workspaces.tests.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(school: School, school_day: dt.datetime) -> Invoice:
    """An invoice of a round that was issued with a template of five further fields."""
    School.objects.filter(pk=school.pk).update(
        support_phone="02140000211", support_contact="Cô Phạm Thị Hòa", has_public_page=True
    )
    of_round = factories.collection_round(school, state=RoundState.DRAFT)
    CollectionRound.objects.for_school(school).filter(pk=of_round.pk).update(
        payment_template=factories.payment_template()
    )
    CollectionRound.objects.for_school(school).filter(pk=of_round.pk).update(
        state=RoundState.ISSUED.value, issued_at=school_day
    )
    of_round.refresh_from_db()
    made = money.invoice(school, [250_000], of_round=of_round)
    Student.objects.for_school(school).filter(pk=made.student_id).update(school_code="HS0007")
    return made


def test_the_payment_page_shows_every_field(invoice: Invoice, client: Client) -> None:
    shown = text(client.get(f"/p/{invoice.public_id}"))
    for expected in (
        f"Người nộp tiền {invoice.payer_name}", f"Mã hóa đơn (nội dung chuyển khoản) {invoice.code}",
        "Mã học sinh HS0007", "Lớp 3A2", "Năm học 2026–2027", f"Đợt thu {invoice.round.name}",
        "Điện thoại hỗ trợ 0214 000 0211",
    ):  # fmt: skip
        assert expected in shown, expected


def test_strangers_at_the_check_address_learn_nothing_of_the_pupil(invoice: Invoice, client: Client) -> None:
    code = "-".join(invoice.public_id[at : at + 4] for at in (0, 4, 8))
    shown = text(client.get(f"/kt/{code}"))
    assert "Phiếu báo thu thật" in shown
    assert "Năm học 2026–2027" in shown
    assert "Điện thoại hỗ trợ 0214 000 0211" in shown
    for hidden in ("HS0007", "Lớp 3A2", invoice.payer_name, invoice.student_name):
        assert hidden not in shown, hidden


def test_the_receipt_keeps_the_fields_as_issued(invoice: Invoice, school: School, actor: Actor) -> None:
    book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    Student.objects.for_school(school).filter(pk=invoice.student_id).update(school_code="HS9999")
    paper = papers_of(receipts_of_invoice(school.pk, invoice.pk))[0]
    assert paper.extras == (
        ("Mã học sinh", "HS0007"), ("Lớp", "3A2"), ("Năm học", "2026–2027"), ("Đợt thu", invoice.round.name),
        ("Điện thoại hỗ trợ", "0214 000 0211"),
    )  # fmt: skip
    made = receipts_pdf([paper])
    assert len(pdf.page_sizes(made)) == 1
    assert "Mã học sinh: HS0007 · Lớp: 3A2 · Năm học: 2026–2027" in " ".join(pdf.text(made).split())


def test_a_notice_full_to_the_brim_keeps_its_foot_and_its_code(invoice: Invoice, school: School) -> None:
    """Five further fields and a long list of items: everything stands, the code scans."""
    of_round = invoice.round
    items = [factories.fee_item(school, f"LONG{n}", f"Khoản thu dịch vụ số {n} của năm học") for n in range(6)]
    for name in ("Hoàng Thị Mỹ Duyên", "Lò Văn Phúc", "Giàng A Páo"):
        money.invoice(school, [120_000] * 6, full_name=name, items=items, of_round=of_round)
    groups = [group for _name, group in notices_by_class(school.pk, Scope(of_round.pk))]
    made = notices_pdf(letterhead(school), groups)
    assert len(pdf.page_sizes(made)) == 1
    shown = " ".join(pdf.text(made, layout=False).split()).replace("\u00a0", " ")
    for notice in groups[0]:
        assert notice.check_url.partition("://")[2] in shown
    assert shown.count("Năm học: 2026–2027 · Đợt thu:") == 4
    assert sorted(read_qr(pdf.picture(made, dpi=150))) == sorted(notice.payload for notice in groups[0])


def test_the_public_page_says_what_a_real_paper_carries(school: School, client: Client, actor: Actor) -> None:
    School.objects.filter(pk=school.pk).update(
        has_public_page=True, support_phone="02140000211", support_contact="Cô Phạm Thị Hòa"
    )
    four = "Phiếu thật của trường luôn có những thông tin này Người nộp tiền Người thụ hưởng Lý do Mã hóa đơn"
    assert four in text(client.get("/truong/79-thu"))
    unit = factories.org_unit()
    with transaction():
        supervise(
            actor=actor, school=school, unit=unit, function=SupervisionFunction.REPORTING,
            valid_from=dt.date(2025, 7, 1),
        )  # fmt: skip
    factories.payment_template(unit=unit, extra=[("class", "Lớp")], valid_from=dt.date(2026, 1, 1))
    shown = text(client.get("/truong/79-thu"))
    assert f"{four} Lớp Mẫu do Sở Giáo dục và Đào tạo ban hành, áp dụng từ 01/01/2026." in shown
