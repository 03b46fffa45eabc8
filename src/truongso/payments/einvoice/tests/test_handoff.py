"""Hand-off to an e-invoice provider: each paid đồng once, cancelled receipts taken back, numbers kept."""

from __future__ import annotations

import datetime as dt
import io
import json

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from tests import factories, money

from truongso.fees.models import FeeItem, Invoice, InvoiceLine
from truongso.fees.types import FeeNature, RoundState
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_xlsx
from truongso.organizations.models import School
from truongso.payments.credit.services import CreditUse, LineReduction, reduce_lines, use_credit
from truongso.payments.einvoice.drafts import rulings
from truongso.payments.einvoice.files import as_json, read_numbers, workbook
from truongso.payments.einvoice.rules import defaults, ruling_on
from truongso.payments.einvoice.services import RefusedNumber, Returned, decide_document, hand_off, take_numbers
from truongso.payments.einvoice.types import DocumentType, EInvoiceRefusedError, TaxCategory
from truongso.payments.models import DocumentNumber, HandOff, HandOffRow
from truongso.payments.services import book, undo

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
LATER = dt.datetime(2026, 11, 2, 9, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture
def items(school: School, school_day: dt.datetime) -> dict[str, FeeItem]:
    natures = {"BT": FeeNature.SERVICE, "AN": FeeNature.PASS_THROUGH, "BH": FeeNature.ON_BEHALF}
    return {code: factories.fee_item(school, code, f"Khoản {code}", nature=n) for code, n in natures.items()}


@pytest.fixture
def paid(school: School, items: dict[str, FeeItem], actor: Actor) -> list[Invoice]:
    """An paid 100 + 40 + 500 nghìn, Bình 100; with 5.000 too much from An."""
    of_round = factories.collection_round(school, state=RoundState.ISSUED)
    an = money.invoice(school, [100_000, 40_000, 500_000], full_name="Nguyễn An", of_round=of_round,
                       items=[items["BT"], items["AN"], items["BH"]])  # fmt: skip
    binh = money.invoice(school, [100_000], full_name="Nguyễn Bình", of_round=of_round, items=[items["BT"]])
    book(school.pk, booking=money.booking((an, 640_000), amount=645_000, payer_name="=CMD()"), actor=actor)
    book(school.pk, booking=money.booking((binh, 100_000)), actor=actor)
    return [an, binh]


def _run(school: School, actor: Actor, first: dt.date = FIRST, last: dt.date = LAST) -> HandOff:
    with clock.frozen(LATER):
        return hand_off(school.pk, first=first, last=last, actor=actor)


def _rows(made: HandOff) -> list[HandOffRow]:
    rows = HandOffRow.objects.for_school(made.school_id).filter(handoff=made)
    return list(rows.select_related("adjusts").order_by("pk"))


def test_every_nature_has_a_default_with_its_basis() -> None:
    for nature in FeeNature:
        for ownership in ("public", "private"):
            ruling = ruling_on(dt.date(2026, 1, 1), nature=nature.value, ownership=ownership)
            assert ruling.legal_basis
            assert not ruling.own
    assert all(rows for rows in defaults().values())
    with pytest.raises(LookupError):
        ruling_on(dt.date(1990, 1, 1), nature="tuition", ownership="public")


def test_what_the_school_decides_holds_from_its_day(school: School, items: dict[str, FeeItem], actor: Actor) -> None:
    def decide(day: dt.date, document: DocumentType) -> None:
        decide_document(school.pk, item_id=items["BT"].pk, document=document, tax_category=TaxCategory.RATE_8,
                        legal_basis="Công văn 1", valid_from=day, actor=actor)  # fmt: skip

    decide(dt.date(2026, 10, 1), DocumentType.SALES_INVOICE)
    decide(dt.date(2026, 11, 1), DocumentType.VAT_INVOICE)
    own = rulings(school.pk)[items["BT"].pk]

    def on(day: dt.date) -> DocumentType:
        return ruling_on(day, nature="service", ownership="public", own=own).document

    assert [on(dt.date(2026, m, 15)) for m in (9, 10, 11)] == [
        DocumentType.RECEIPT, DocumentType.SALES_INVOICE, DocumentType.VAT_INVOICE,
    ]  # fmt: skip
    with pytest.raises(EInvoiceRefusedError, match="dates_taken"):
        decide(dt.date(2026, 11, 1), DocumentType.NONE)
    with pytest.raises(EInvoiceRefusedError, match="unknown_item"):
        decide_document(school.pk, item_id=999, document=DocumentType.NONE, tax_category=TaxCategory.RATE_0,
                        legal_basis="x", valid_from=LAST, actor=actor)  # fmt: skip


@pytest.mark.usefixtures("verify_after")
def test_amounts_by_document_type_without_surplus_and_without_on_behalf(
    school: School, paid: list[Invoice], actor: Actor
) -> None:
    made = _run(school, actor)
    assert [(r.code, r.document, r.amount, r.content["pupils"]) for r in _rows(made)] == [
        ("BL-2026-000001-BL", "receipt", Dong(100_000), ["Nguyễn An"]),
        ("BL-2026-000001-PT", "cash_voucher", Dong(40_000), ["Nguyễn An"]),
        ("BL-2026-000002-BL", "receipt", Dong(100_000), ["Nguyễn Bình"]),
    ]
    assert (made.rows, made.amount) == (3, Dong(240_000))
    assert _rows(made)[0].content["items"] == [
        {"code": "BT", "name": "Khoản BT", "amount": 100_000, "tax_category": "not_subject",
         "legal_basis": "Dịch vụ phục vụ hoạt động giáo dục theo nghị quyết của địa phương (cần kế toán xác nhận)"},
    ]  # fmt: skip


def test_running_again_hands_off_only_what_is_new(school: School, paid: list[Invoice], actor: Actor) -> None:
    _run(school, actor)
    with pytest.raises(EInvoiceRefusedError, match="nothing_new"):
        _run(school, actor)
    more = money.invoice(school, [70_000], full_name="Nguyễn Châu")
    book(school.pk, booking=money.booking((more, 70_000)), actor=actor)
    again = _run(school, actor)
    assert [(r.code, r.amount) for r in _rows(again)] == [("BL-2026-000003-BL", Dong(70_000))]
    assert HandOffRow.objects.for_school(school).count() == 4


def test_a_receipt_cancelled_later_is_taken_back_once(school: School, paid: list[Invoice], actor: Actor) -> None:
    first = _run(school, actor)
    undo(school.pk, payment_id=_rows(first)[0].receipt.payment_id, reason="Ghi nhầm", actor=actor)
    second = _run(school, actor)
    assert [(r.code, r.kind, r.amount, r.adjusts.code if r.adjusts else "") for r in _rows(second)] == [
        ("BL-2026-000001-BL-DC", "adjustment", Dong(100_000), "BL-2026-000001-BL"),
        ("BL-2026-000001-PT-DC", "adjustment", Dong(40_000), "BL-2026-000001-PT"),
    ]
    assert second.amount == Dong(-140_000)
    with pytest.raises(EInvoiceRefusedError, match="nothing_new"):
        _run(school, actor)


def _lower(invoice: Invoice, item: str, amount: int, actor: Actor) -> None:
    """A refund of part of a fee is approved: the line is lowered, what was paid of it becomes credit."""
    lines = InvoiceLine.objects.for_school(invoice.school_id).exclude(kind="credit")
    line = lines.get(invoice=invoice, fee_item__code=item)
    lowered = LineReduction(invoice.pk, line.pk, Dong(amount))
    with savepoint():
        reduce_lines(invoice.school_id, reductions=[lowered], reason="Không phục vụ bữa ăn", actor=actor)


@pytest.mark.usefixtures("verify_after")
def test_a_part_given_back_later_is_told_part_by_part(school: School, paid: list[Invoice], actor: Actor) -> None:
    first = _run(school, actor)
    _lower(paid[0], "AN", 15_000, actor)
    second = _run(school, actor)
    assert [(r.code, r.kind, r.amount, r.adjusts and r.adjusts.code) for r in _rows(second)] == [
        ("BL-2026-000001-PT-DC", "adjustment", Dong(15_000), "BL-2026-000001-PT"),
    ]
    assert second.amount == Dong(-15_000)
    (told,) = json.loads(as_json(second, _rows(second)))["documents"]
    assert (told["amount"], told["why"]) == (-15_000, "lowered")
    assert [(i["code"], i["amount"]) for i in told["items"]] == [("AN", 15_000)]
    with pytest.raises(EInvoiceRefusedError, match="nothing_new"):
        _run(school, actor)
    _lower(paid[0], "AN", 5_000, actor)
    assert [(r.code, r.amount) for r in _rows(_run(school, actor))] == [("BL-2026-000001-PT-DC2", Dong(5_000))]
    undo(school.pk, payment_id=_rows(first)[0].receipt.payment_id, reason="Ghi nhầm", actor=actor)
    last = _run(school, actor)
    assert [(r.code, r.amount, r.content["why"]) for r in _rows(last)] == [
        ("BL-2026-000001-BL-DC", Dong(100_000), "cancelled"), ("BL-2026-000001-PT-DC3", Dong(20_000), "cancelled"),
    ]  # fmt: skip
    assert sum(int(h.amount) for h in HandOff.objects.for_school(school)) == 100_000  # Bình's, the only one that stands


@pytest.mark.usefixtures("verify_after")
def test_money_of_a_receipt_used_later_is_added_to_it(school: School, paid: list[Invoice], actor: Actor) -> None:
    """5.000 đ too much were credit when the receipt was handed off; then they paid for another item."""
    _run(school, actor)
    item = FeeItem.objects.for_school(school).get(code="BT")
    more = money.invoice(school, [60_000], pupil=paid[0].student, items=[item])
    with savepoint():
        use_credit(school.pk, uses=[CreditUse(more.pk, Dong(5_000))], reason="Trừ vào đợt sau", actor=actor)
    made = _run(school, actor)
    assert [(r.code, r.kind, r.amount, r.content["why"]) for r in _rows(made)] == [
        ("BL-2026-000001-BL-BS", "addition", Dong(5_000), "used_later"),
    ]  # fmt: skip
    assert made.amount == Dong(5_000)
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(workbook(made, _rows(made))))).worksheets[0]
    assert [cell.value for cell in sheet[4]][2:4] == [
        "Điều chỉnh tăng (dùng tiền còn lại của biên lai)", "BL-2026-000001-BL",
    ]  # fmt: skip


def test_a_receipt_cancelled_before_never_appears(school: School, paid: list[Invoice], actor: Actor) -> None:
    from truongso.payments.models import Payment

    wrong = Payment.objects.for_school(school).order_by("pk").first()
    assert wrong is not None
    undo(school.pk, payment_id=wrong.pk, reason="Ghi nhầm", actor=actor)
    assert [r.code for r in _rows(_run(school, actor))] == ["BL-2026-000002-BL"]


def test_periods_are_whole_past_days_of_one_school(
    school: School, other_school: School, paid: list[Invoice], actor: Actor
) -> None:
    for first, last, code in (
        (LAST, FIRST, "bad_period"), (FIRST, dt.date(2026, 11, 2), "period_open"),
        (dt.date(2026, 9, 1), dt.date(2026, 9, 30), "nothing_new"),
    ):  # fmt: skip
        with pytest.raises(EInvoiceRefusedError, match=code):
            _run(school, actor, first, last)
    with pytest.raises(EInvoiceRefusedError, match="nothing_new"):
        _run(other_school, actor)
    assert HandOff.objects.for_school(school).count() == 0


def test_files_say_the_same_and_start_no_formula(school: School, paid: list[Invoice], actor: Actor) -> None:
    first = _run(school, actor)
    undo(school.pk, payment_id=_rows(first)[0].receipt.payment_id, reason="Ghi nhầm", actor=actor)
    second = _run(school, actor)
    said = json.loads(as_json(second, _rows(second)))
    assert [(d["code"], d["kind"], d["amount"], d["adjusts"]) for d in said["documents"]] == [
        ("BL-2026-000001-BL-DC", "adjustment", -100_000, "BL-2026-000001-BL"),
        ("BL-2026-000001-PT-DC", "adjustment", -40_000, "BL-2026-000001-PT"),
    ]
    assert (said["total"], said["currency"]) == (-140_000, "VND")
    book_ = openpyxl.load_workbook(io.BytesIO(write_xlsx(workbook(first, _rows(first)))))
    sheet = book_.worksheets[0]
    assert [cell.value for cell in sheet[4]][:2] == ["BL-2026-000001-BL", "Biên lai thu tiền"]
    buyer = sheet.cell(4, 6)
    assert (buyer.value, buyer.data_type) == ("=CMD()", "s")
    assert sum(row[10].value for row in sheet.iter_rows(min_row=4)) == 240_000
    assert [row[3].value for row in book_.worksheets[1].iter_rows(min_row=2)] == [100_000, 40_000, 100_000]


def test_numbers_come_back_and_bad_lines_are_named(school: School, paid: list[Invoice], actor: Actor) -> None:
    _run(school, actor)
    header = ["Mã dòng", "Ký hiệu", "Số", "Ngày lập"]
    rows: list[list[ExportCell]] = [
        ["BL-2026-000001-BL", "1C26TAA", 17, dt.date(2026, 11, 2)],
        ["BL-2026-000001-PT", "1C26TAA", "00018", "02/11/2026"],
        ["BL-2026-999999-BL", "1C26TAA", "19", "02/11/2026"],
        ["BL-2026-000002-BL", "1C26TAA", "17", "02/11/2026"],
        ["BL-2026-000002-BL", "1C26TAA", "", "02/11/2026"],
        ["BL-2026-000002-BL", "1C26TAA", "20", "31/02/2026"],
    ]
    content = write_xlsx([SheetOut("Số", header, rows, banner=[["Nhà cung cấp X"]])])
    returned = read_numbers(content, "so.xlsx")
    taken, refused = take_numbers(school.pk, returned=returned, actor=actor)
    assert taken == 2
    assert refused == [
        RefusedNumber(5, "BL-2026-999999-BL", "unknown_code"),
        RefusedNumber(6, "BL-2026-000002-BL", "number_taken"),
        RefusedNumber(7, "BL-2026-000002-BL", "no_number"),
        RefusedNumber(8, "BL-2026-000002-BL", "bad_date"),
    ]
    found = DocumentNumber.objects.for_school(school).order_by("pk").values_list("series", "number", "issued_on")
    assert list(found) == [("1C26TAA", "17", dt.date(2026, 11, 2)), ("1C26TAA", "00018", dt.date(2026, 11, 2))]
    assert take_numbers(school.pk, returned=returned[:2], actor=actor) == (0, [])
    other = Returned(1, "BL-2026-000001-BL", "1C26TAA", "99", dt.date(2026, 11, 2))
    assert take_numbers(school.pk, returned=[other], actor=actor)[1][0].reason == "other_number"


def test_another_schools_rows_take_no_number(
    school: School, other_school: School, paid: list[Invoice], actor: Actor
) -> None:
    _run(school, actor)
    one = Returned(1, "BL-2026-000001-BL", "1C26TAA", "1", LAST)
    assert take_numbers(other_school.pk, returned=[one], actor=actor)[1][0].reason == "unknown_code"
    assert DocumentNumber.objects.for_school(school).count() == 0


@pytest.mark.parametrize("content", [b"a;b;c\n1;2;3\n", "Mã dòng;Số;Ngày\n".encode()])
def test_files_without_header_or_rows_are_refused(content: bytes) -> None:
    with pytest.raises(EInvoiceRefusedError, match=r"no_header|no_rows"):
        read_numbers(content, "so.csv")


def test_rows_are_fixed_and_mirrored(school: School, paid: list[Invoice], actor: Actor) -> None:
    made = _run(school, actor)
    row = _rows(made)[0]
    rows = HandOffRow.objects.for_school(school)
    for act in (lambda: rows.update(amount=Dong(1)), rows.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOffRow.objects.create(
            school=school, handoff=made, receipt_id=row.receipt_id, code="X", kind="adjustment", document=row.document,
            adjusts=row, amount=row.amount + Dong(1), content={}, created_at=clock.now(),
        )  # fmt: skip
