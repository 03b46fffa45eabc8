"""Class collection sheets: who has paid, how and when; nothing else about anybody."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories, money, pdf

from truongso.fees.models import Invoice
from truongso.fees.types import RoundState
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import write_xlsx
from truongso.organizations.models import School
from truongso.payments.class_sheets.papers import class_sheets_pdf, class_workbook, summary
from truongso.payments.class_sheets.queries import class_sheets
from truongso.payments.class_sheets.types import ClassSheet
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import Payment
from truongso.payments.services import book, undo
from truongso.payments.types import EvidenceKind, Method

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoices(school: School, actor: Actor, school_day: dt.datetime) -> list[Invoice]:
    """An, Bình, Châu, Dung of 3A2, each owing 250.000 in one round."""
    of_round = factories.collection_round(school, state=RoundState.ISSUED)
    names = ("An", "Bình", "Châu", "Dung")
    made = [money.invoice(school, full_name=f"Nguyễn Văn {name}", of_round=of_round) for name in names]
    cash: dict[str, Any] = {"kind": EvidenceKind.CASH_RECEIPT, "method": Method.CASH}
    book(school.pk, booking=money.booking((made[0], 250_000)), actor=actor)
    book(school.pk, booking=money.booking((made[1], 50_000), **cash), actor=actor)
    book(school.pk, booking=money.booking((made[1], 100_000)), actor=actor)
    wrong = book(school.pk, booking=money.booking((made[2], 250_000)), actor=actor)
    undo(school.pk, payment_id=wrong.pk, reason="Ghi nhầm", actor=actor)
    return made


def _sheet(school: School, invoices: list[Invoice]) -> ClassSheet:
    (found,) = class_sheets(school.pk, Scope(invoices[0].round_id))
    return found


def test_rows_say_what_is_paid_how_and_when(school: School, invoices: list[Invoice]) -> None:
    with CaptureQueriesContext(connection) as queries:
        sheet = _sheet(school, invoices)
    day = dt.date(2026, 10, 5)
    assert [(r.student_name.split()[-1], r.paid.value, r.owed.value, r.methods, r.paid_on) for r in sheet.rows] == [
        ("An", 250_000, 0, (Method.QR_TRANSFER,), day),
        ("Bình", 150_000, 100_000, (Method.CASH, Method.QR_TRANSFER), day),
        ("Châu", 0, 250_000, (), None),
        ("Dung", 0, 250_000, (), None),
    ]
    assert (sheet.total, sheet.paid, sheet.owed, sheet.settled) == (Dong(1_000_000), Dong(400_000), Dong(600_000), 1)
    assert (sheet.payments, sheet.cashless) == (3, 2)
    assert len(queries) == 2
    assert summary(sheet).replace("\u00a0", " ") == (
        "Đã nộp đủ 1/4 · Còn thiếu 600.000 đ · Không tiền mặt 2/3 lượt (66,7 %)"
    )


def test_the_paper_has_every_pupil_and_a_column_to_sign(school: School, invoices: list[Invoice]) -> None:
    school.support_phone, school.support_hours = "02140000111", "7:30 – 16:30"
    made = class_sheets_pdf(school, "UBND phường Tân Định", [_sheet(school, invoices)])
    text = " ".join(pdf.text(made).replace("\u00a0", " ").split())
    for expected in (
        "UBND PHƯỜNG TÂN ĐỊNH", "TRƯỜNG TIỂU HỌC LÊ VĂN TÁM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BẢNG KÊ THU LỚP 3A2", "Tính đến ngày 05/10/2026", "Ký nhận", f"1 Nguyễn Văn An {invoices[0].code} 250.000",
        "VietQR 05/10", "Chưa nộp", "Tiền mặt + VietQR,", "Cộng 1.000.000", "Giáo viên chủ nhiệm",
        "BẢNG KÊ THU LỚP 3A2 · trang 1 Cần giúp: 0214 000 0111 (7:30 – 16:30)",
    ):  # fmt: skip
        assert expected in text, expected


def test_nothing_but_what_is_needed_is_shown(school: School, invoices: list[Invoice]) -> None:
    text = pdf.text(class_sheets_pdf(school, "", [_sheet(school, invoices)]))
    book_text = str([list(sheet.rows) for sheet in class_workbook([_sheet(school, invoices)])])
    for private in ("Trần Thị Thu Hằng", "0900000001", "14/03/2018", invoices[0].public_id):
        assert private not in text
        assert private not in book_text


def test_the_workbook_has_the_same_rows(school: School, invoices: list[Invoice]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(class_workbook([_sheet(school, invoices)])))).worksheets[0]
    assert sheet.title == "Lớp 3A2"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert rows[1][:7] == [2, "Nguyễn Văn Bình", invoices[1].code, 250_000, 150_000, 100_000,
                           "Tiền mặt + VietQR, thiếu 100.000"]  # fmt: skip
    assert rows[2][6] == "Chưa nộp"


def test_another_school_sees_nothing(school: School, other_school: School, invoices: list[Invoice]) -> None:
    assert class_sheets(other_school.pk, Scope(invoices[0].round_id)) == []
    assert Payment.objects.for_school(other_school).count() == 0


def test_a_long_class_repeats_its_header(school: School, invoices: list[Invoice]) -> None:
    sheet = _sheet(school, invoices)
    long = ClassSheet(sheet.class_name, sheet.round_name, sheet.rows * 20, 60, 40)
    made = class_sheets_pdf(school, "", [long, sheet])
    text = pdf.text(made)
    assert len(pdf.page_sizes(made)) == 4
    assert text.count("Ký nhận") == 4


def test_no_class_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a class"):
        class_sheets_pdf(School(name="Trường"), "", [])
