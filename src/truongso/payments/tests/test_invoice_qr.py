"""The one QR of an invoice: what it says, what it never says, and when there is none."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.fees.public import invoice_by_public_id
from truongso.kernel import documents
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.public import book, grouped, invoice_memo, invoice_payload, invoice_picture
from truongso.payments.vietqr import Initiation, Reason, VietQrError, decode

pytestmark = pytest.mark.django_db


def _loaded(invoice: Invoice) -> Invoice:
    found = invoice_by_public_id(invoice.public_id)
    assert found is not None
    return found


def _of_round(school: School, name: str, *, full_name: str = "Nguyễn Bảo An") -> Invoice:
    pupil = factories.student(school, full_name, school_class=factories.school_class(school))
    round_ = factories.collection_round(school, name=name)
    item = factories.fee_item(school)
    return _loaded(factories.invoice(pupil, [factories.Charge(item, 894_000)], of_round=round_, code="TS7K4Q2M9"))


def test_the_payload_asks_for_exactly_this_transfer(school: School) -> None:
    invoice = _of_round(school, "Thu tháng 12/2026")
    qr = decode(invoice_payload(invoice))
    assert qr.initiation is Initiation.DYNAMIC
    order = qr.transfer()
    assert (order.bank_bin, order.account, order.amount) == ("970436", "0071000123456", Dong(894_000))
    assert (order.memo, order.bill_number) == ("TS7K4Q2M9 THU THANG 12", "TS7K4Q2M9")


@pytest.mark.parametrize(
    ("name", "memo"),
    [
        ("Học phí", "TS7K4Q2M9 HOC PHI"),
        ("Thu các khoản đầu năm học 2026–2027", "TS7K4Q2M9 THU CAC KHOAN"),
        ("Thu tháng 12 – Nguyễn Bảo An – 3A2", "TS7K4Q2M9 THU THANG 12"),
        ("Bảo hiểm", "TS7K4Q2M9"),
        ("Lớp 3A2 tháng 12", "TS7K4Q2M9 LOP"),
        ("Khoảnthukhôngcókhoảngtrắngnào", "TS7K4Q2M9"),
    ],
)
def test_the_memo_is_code_and_whole_words_without_child_or_class(school: School, name: str, memo: str) -> None:
    invoice = _of_round(school, name)
    assert invoice_memo(invoice) == memo
    assert len(memo) <= 25


def test_after_a_part_the_payload_asks_for_the_rest(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [450_000, 205_000])
    book(school.pk, booking=money.booking((invoice, 600_000)), actor=actor)
    assert decode(invoice_payload(_loaded(invoice))).amount == Dong(55_000)


def test_nothing_owed_has_no_payload(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [250_000])
    book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    with pytest.raises(VietQrError) as refused:
        invoice_payload(_loaded(invoice))
    assert refused.value.reason is Reason.AMOUNT


def test_half_a_milliard_is_no_fast_transfer(school: School) -> None:
    with pytest.raises(VietQrError) as refused:
        invoice_payload(_loaded(money.invoice(school, [500_000_000])))
    assert refused.value.reason is Reason.AMOUNT_TOO_LARGE


def test_the_saved_picture_is_read_back_to_the_payload(school: School) -> None:
    invoice = _of_round(school, "Thu tháng 12/2026")
    png = invoice_picture(invoice)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size == (1080, 1440)
    assert read_qr(png) == [invoice_payload(invoice)]
    assert len(png) < 60_000


def test_the_picture_says_whom_to_ask_and_where_to_check(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = money.invoice(school, [250_000])
    invoice.school.support_phone, invoice.school.support_hours = "02140000111", "7:30 – 16:30"
    drawn: dict[str, object] = {}

    def compile_typst_png(template: Path, data: dict[str, object], *, ppi: int) -> bytes:
        drawn.update(data)
        return documents.compile_typst_png(template, data, ppi=ppi)

    monkeypatch.setattr("truongso.payments.invoice_picture.compile_typst_png", compile_typst_png)
    invoice_picture(invoice)
    code = invoice.public_id
    assert (drawn["check"], drawn["support"]) == (
        f"127.0.0.1:8000/kt/{code[:4]}-{code[4:8]}-{code[8:12]}", "Cần giúp: 0214 000 0111 (7:30 – 16:30)",
    )  # fmt: skip


def test_the_picture_is_still_read_after_a_messenger_shrank_it(school: School) -> None:
    invoice = _of_round(school, "Thu tháng 12/2026")
    out = io.BytesIO()
    with Image.open(io.BytesIO(invoice_picture(invoice))) as picture:
        picture.convert("RGB").resize((540, 720)).save(out, "JPEG", quality=60)
    assert read_qr(out.getvalue()) == [invoice_payload(invoice)]


@pytest.mark.parametrize(
    ("number", "shown"), [("0071000123456", "0071 0001 2345 6"), ("VQRQ1234", "VQRQ 1234"), ("1", "1")]
)
def test_account_numbers_are_grouped_by_four(number: str, shown: str) -> None:
    assert grouped(number) == shown
