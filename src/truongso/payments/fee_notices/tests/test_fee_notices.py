"""Fee notices: four to a sheet, in cutting order, every mandatory field, QR codes that scan as printed."""

from __future__ import annotations

import datetime as dt

import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories, pdf

from truongso.fees.models import CollectionRound, Invoice, InvoiceLine
from truongso.fees.types import LineKind, RoundState
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import qr_svg, read_qr
from truongso.organizations.models import School
from truongso.payments.fee_notices.imposition import cut_and_stack, sheets_of
from truongso.payments.fee_notices.pdf import items_text, notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import NoticeLine, Scope
from truongso.payments.invoice_qr import invoice_payload
from truongso.workspaces.check_code import check_address

A4 = "595.276 x 841.89 pts (A4)"


@pytest.mark.parametrize("count", range(13))
def test_the_cut_pile_is_in_order(count: int) -> None:
    sheets = cut_and_stack(list(range(count)))
    piles = [one for place in range(4) for sheet in sheets if (one := sheet[place]) is not None]
    assert piles == list(range(count))
    assert len(sheets) == (count + 3) // 4


def test_classes_do_not_share_sheets_unless_the_whole_pile_is_cut() -> None:
    assert sheets_of(["ab", "c"], whole_pile=False) == [("a", "b", None, None), ("c", None, None, None)]
    assert sheets_of(["ab", "c"], whole_pile=True) == [("a", "b", "c", None)]


def _lines(*amounts: tuple[str, int]) -> list[NoticeLine]:
    return [NoticeLine(name, Dong(amount)) for name, amount in amounts]


def test_items_are_named_with_amounts_and_reductions() -> None:
    lines = [*_lines(("Ăn", 588_000)), NoticeLine("Bán trú", Dong(75_000), 50), *_lines(("Trừ nghỉ", -56_000))]
    assert items_text(lines) == "Ăn 588.000 · Bán trú 75.000 (giảm 50%) · Trừ nghỉ −56.000"


def test_long_lists_are_shortened_and_still_add_up() -> None:
    lines = _lines(*((f"Khoản thu số {n}", 10_000 * n) for n in range(1, 21)))
    text = items_text(lines, 100)
    assert (
        text == "Khoản thu số 1 10.000 · Khoản thu số 2 20.000 · Khoản thu số 3 30.000 · 17 khoản khác cộng 2.040.000"
    )
    assert sum(line.amount.value for line in lines) == 10_000 + 20_000 + 30_000 + 2_040_000


def test_one_item_longer_than_the_space_is_still_named() -> None:
    long = "Tiền " + "rất " * 60 + "dài"
    assert items_text(_lines((long, 5_000))) == f"{long} 5.000"
    assert items_text(_lines((long, 5_000), ("Nước", 2_000), ("Sổ", 1_000))).endswith("2 khoản khác cộng 3.000")


@pytest.fixture
def issued(school: School, school_day: dt.datetime) -> CollectionRound:
    School.objects.filter(pk=school.pk).update(support_phone="02140000000", support_hours="7:00–17:00")
    school.refresh_from_db()
    found = factories.collection_round(school, state=RoundState.ISSUED)
    items = [factories.fee_item(school), factories.fee_item(school, "NUOC", "Nước uống", amount=12_000)]
    charges = [factories.Charge(items[0], 250_000), factories.Charge(items[1], 12_000)]
    for name, people in {"3A10": ["Lê Văn Út"], "3A2": ["Vàng Thị Mỷ", "Nguyễn Bảo An", "Trần Bình"]}.items():
        taught = factories.school_class(school, name)
        for person in people:
            factories.invoice(factories.student(school, person, school_class=taught), charges, of_round=found)
    return found


@pytest.mark.django_db
def test_notices_come_by_class_and_given_name_in_three_queries(school: School, issued: CollectionRound) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = notices_by_class(school.pk, Scope(issued.pk))
    assert [(name, [n.student_name for n in group]) for name, group in found] == [
        ("3A2", ["Nguyễn Bảo An", "Trần Bình", "Vàng Thị Mỷ"]),
        ("3A10", ["Lê Văn Út"]),
    ]
    assert len(queries) == 3


@pytest.mark.django_db
def test_scope_paid_and_cancelled(school: School, other_school: School, issued: CollectionRound) -> None:
    one, other = Invoice.objects.for_school(school).filter(class_name="3A2").order_by("pk")[:2]
    Invoice.objects.for_school(school).filter(pk=one.pk).update(cancelled_at=clock.now())
    assert [n for n, _ in notices_by_class(school.pk, Scope(issued.pk, class_names=("3A10",)))] == ["3A10"]
    assert [n for n, _ in notices_by_class(school.pk, Scope(issued.pk, grades=("4",)))] == []
    names = [n.student_name for _, group in notices_by_class(school.pk, Scope(issued.pk)) for n in group]
    assert one.student_name not in names
    assert other.student_name in names
    assert notices_by_class(other_school.pk, Scope(issued.pk)) == []


@pytest.mark.django_db
def test_credit_notes_are_taken_off_in_the_list(school: School, issued: CollectionRound) -> None:
    line = InvoiceLine.objects.for_school(school).filter(description="Nước uống").first()
    assert line is not None
    InvoiceLine.objects.create(
        school=school, invoice_id=line.invoice_id, fee_item_id=line.fee_item_id, kind=LineKind.CREDIT.value,
        adjusts=line, description="Trừ nước", nature=line.nature, quantity=1, unit_amount=Dong(5_000),
        gross=Dong(5_000), amount=Dong(5_000), created_at=clock.now(),
    )  # fmt: skip
    code = Invoice.objects.for_school(school).get(pk=line.invoice_id).code
    found = next(n for _, g in notices_by_class(school.pk, Scope(issued.pk)) for n in g if n.code == code)
    assert [(x.description, x.amount.value) for x in found.lines][-1] == ("Trừ nước", -5_000)


@pytest.mark.django_db
def test_the_paper_says_what_it_must_and_its_codes_scan(school: School, issued: CollectionRound) -> None:
    groups = [group for _, group in notices_by_class(school.pk, Scope(issued.pk))]
    made = notices_pdf(letterhead(school), groups)
    assert pdf.page_sizes(made) == [A4, A4]
    text = " ".join(pdf.text(made, layout=False).split())
    for notice in groups[0]:
        for expected in (
            notice.student_name, notice.code, *(one.value for one in notice.info), "Thu tháng 10/2026",
            "262.000 đ", "20/10/2026", "Phục vụ bán trú 250.000 · Nước uống 12.000", "0071 0001 2345 6 – Vietcombank",
        ):  # fmt: skip
            assert expected.replace("\u00a0", " ") in text.replace("\u00a0", " "), expected
    for label in ("Người nộp tiền", "Người thụ hưởng", "Lý do", "Mã hóa đơn", "0214 000 0000", "7:00–17:00"):
        assert label in text
    family_page = Invoice.objects.for_school(school).get(code=groups[1][0].code).public_id
    assert check_address(family_page).removeprefix("http://") in text
    assert family_page not in text
    invoices = Invoice.objects.for_school(school).filter(class_name="3A2").select_related("round", "bank_account")
    payloads = sorted(invoice_payload(invoice) for invoice in invoices)
    for dpi in (150, 300):
        assert sorted(read_qr(pdf.picture(made, dpi=dpi))) == payloads
    assert {row[0].split("+")[1] for row in pdf.fonts(made)} == {"Tinos", "Tinos-Bold"}


@pytest.mark.django_db
def test_the_qr_is_forty_millimetres_with_its_quiet_zone(school: School, issued: CollectionRound) -> None:
    groups = [group for _, group in notices_by_class(school.pk, Scope(issued.pk, class_names=("3A10",)))]
    page = pdf.grey(notices_pdf(letterhead(school), groups), dpi=254)  # 10 pixels to the millimetre
    found = zxingcpp.read_barcodes(page, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    corners = found[0].position
    modules = _modules(groups[0][0].payload)
    drawn = 400 * modules / (modules + 8)  # what is left of 40 mm without four modules on either side
    assert abs((corners.top_right.x - corners.top_left.x) - drawn) <= 6
    assert abs((corners.bottom_left.y - corners.top_left.y) - drawn) <= 6
    assert abs(corners.top_left.x - (80 + 400 * 4 / (modules + 8))) <= 6


def _modules(payload: str) -> int:
    """Modules to a side of the code, quiet zone not counted."""
    side = qr_svg(payload, title="x").partition('viewBox="0 0 ')[2].partition(" ")[0]
    return int(side) - 8


@pytest.mark.django_db
def test_a_partly_paid_invoice_asks_for_the_rest(school: School, issued: CollectionRound) -> None:
    from truongso.payments.fee_notices.types import FeeNotice

    notice = notices_by_class(school.pk, Scope(issued.pk))[0][1][0]
    changed = {f: getattr(notice, f) for f in FeeNotice.__slots__} | {"owed": Dong(62_000), "paid": Dong(200_000)}
    text = pdf.text(notices_pdf(letterhead(school), [[FeeNotice(**changed)]])).replace("\u00a0", " ")
    assert "62.000 đ" in text
    assert "đã nộp 200.000 đ" in text


@pytest.mark.django_db
def test_a_sum_beyond_fast_transfers_has_no_code_but_says_what_to_do(school: School, issued: CollectionRound) -> None:
    taught = factories.school_class(school, "5A1", grade="5")
    pupil = factories.student(school, "Phạm Đại Phú", school_class=taught)
    item = factories.fee_item(school, "LON", "Khoản lớn", amount=None)
    factories.invoice(pupil, [factories.Charge(item, 500_000_000)], of_round=issued)
    found = notices_by_class(school.pk, Scope(issued.pk, grades=("5",)))
    assert found[0][1][0].payload == ""
    made = notices_pdf(letterhead(school), [found[0][1]])
    assert "Chuyển khoản thường theo" in " ".join(pdf.text(made).split())
    assert read_qr(pdf.picture(made, dpi=150)) == []


@pytest.mark.django_db
def test_markup_in_names_stays_text(school: School, issued: CollectionRound) -> None:
    taught = factories.school_class(school, "5A1", grade="5")
    pupil = factories.student(school, "#read(1) $x$ *An*", school_class=taught)
    factories.invoice(pupil, [factories.Charge(factories.fee_item(school, "X", "#pagebreak()"), 5_000)],
                      of_round=issued, payer_name='#"a" \\ _b_')  # fmt: skip
    found = notices_by_class(school.pk, Scope(issued.pk, grades=("5",)))
    text = " ".join(pdf.text(notices_pdf(letterhead(school), [found[0][1]])).split())
    assert "#read(1) $x$ *An* · lớp 5A1" in text
    assert "#pagebreak() 5.000" in text
    assert '#"a" \\ _b_' in text


def test_no_notice_is_an_error() -> None:
    from truongso.payments.fee_notices.types import Letterhead

    with pytest.raises(ValueError, match="needs a notice"):
        notices_pdf(Letterhead("Trường", "", ""), [])
