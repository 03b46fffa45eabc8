"""Cards, settlement files, the bank's net credit and banks of the bill service, through their pages."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories, money
from truongso.accounts.types import Role
from truongso.banking.batches.tests.test_batches import credit
from truongso.banking.models import BankLine
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.sealing import unseal
from truongso.organizations.models import School
from truongso.payments.bills import partners
from truongso.payments.bills.models import BillPartner, BillReconciliation
from truongso.payments.bills.tests.bank import Bank, bank
from truongso.payments.bills.tests.test_reconciling import post
from truongso.payments.models import Payment, PosSlip, PosTerminal, SettlementBatch, SettlementItem, SetupChange
from truongso.payments.settlements.tests.build import DAY, bring, file, row, slip, terminal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day", "verify_after")]
SLIP = {
    "approval_code": "123456", "rrn": "628000000001", "card_tail": "1111", "card_brand": "visa", "batch_no": "7",
    "trace": "12", "day": "05/10/2026", "time": "08:30", "amount": "",
}  # fmt: skip


@pytest.fixture
def staff(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def at(school: School) -> PosTerminal:
    return terminal(school, account=factories.bank_account(school))


def upload(staff: Client, rows: list[list[Any]]) -> Any:
    sent = SimpleUploadedFile("quyet-toan.xlsx", file(rows))
    return staff.post("/thu/quyet-toan/tai-len", {"source": "pos", "settled_on": "05/10/2026", "file": sent})


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_terminal_is_added_and_switched_off(staff: Client, school: School) -> None:
    account = factories.bank_account(school)
    form = {"code": "79900019", "merchant_code": "000001234567", "acquirer": "Vietcombank", "label": "Quầy 1",
            "account": account.public_id, "fee": "1,1", "settle_days": "2"}  # fmt: skip
    assert staff.post("/thu/may-pos/moi", form).status_code == 302
    made = PosTerminal.objects.for_school(school).get()
    assert (made.code, made.fee_basis_points, made.bank_account_id) == ("79900019", 110, account.pk)
    again = staff.post("/thu/may-pos/moi", form)
    assert (again.status_code, "đã có trong danh sách" in said(again)) == (400, True)
    card = staff.post("/thu/may-pos/moi", {**form, "code": "79900020", "label": "4111111111111111"})
    assert (card.status_code, "số thẻ đầy đủ" in said(card)) == (400, True)
    staff.post(f"/thu/may-pos/{made.public_id}/doi")
    assert PosTerminal.objects.for_school(school).get().is_active is False


def test_a_slip_is_recorded_from_its_codes_alone(staff: Client, school: School, at: PosTerminal) -> None:
    invoice = money.invoice(school, [250_000])
    opened = staff.get(f"/thu/may-pos/ghi?phieu={invoice.code}")
    assert invoice.code in said(opened)
    form = {**SLIP, "terminal": at.public_id, "invoices": invoice.code.lower()}
    assert staff.post("/thu/may-pos/ghi", form).status_code == 302
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert PosSlip.objects.for_school(school).get().card_tail == "1111"
    again = staff.post("/thu/may-pos/ghi", {**form, "amount": "250.000"}, follow=True)
    assert "không ghi lần thứ hai" in said(again)
    assert Payment.objects.for_school(school).count() == 1
    assert "Chờ quyết toán" in said(staff.get("/thu/may-pos"))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"invoices": "TS2222222"}, "Không có phiếu TS2222222"),
        ({"card_tail": "4111 1111 1111 1111"}, "Chỉ được ghi 4 số cuối"),
        ({"rrn": "12AB"}, "Số tham chiếu (RRN)” chưa đúng"),
        ({"amount": "0"}, "Số tiền phải từ"),
        ({"time": "25:00"}, "Ghi giờ như 09:30"),
        ({"day": "06/10/2026"}, "ở tương lai"),
    ],
)
def test_a_slip_that_is_not_right_changes_nothing(
    staff: Client, school: School, at: PosTerminal, changes: dict[str, str], text: str
) -> None:
    invoice = money.invoice(school, [250_000])
    form = {**SLIP, "terminal": at.public_id, "invoices": invoice.code, **changes}
    answer = staff.post("/thu/may-pos/ghi", form)
    assert (answer.status_code, text in said(answer)) == (400, True), said(answer)[-3000:]
    assert not PosSlip.objects.for_school(school).exists()
    assert "4111" not in said(answer)  # not even shown again


def test_a_number_that_may_be_a_card_is_not_shown_again(staff: Client, school: School, at: PosTerminal) -> None:
    """16 digits that fail the check digit are a card number typed wrong: refused and gone from the page too."""
    form = {**SLIP, "terminal": at.public_id, "invoices": money.invoice(school, [250_000]).code}
    answer = staff.post("/thu/may-pos/ghi", {**form, "card_tail": "9704050011112222"})
    assert (answer.status_code, "97040500" in said(answer)) == (400, False)
    assert not PosSlip.objects.for_school(school).exists()


def test_from_the_file_to_the_bank(staff: Client, school: School, at: PosTerminal) -> None:
    invoice = money.invoice(school, [2_000_000])
    known, wrong = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 300_000))
    rows = [
        row(known, 11_000), row(wrong, 5_500, gross=500_000),
        row(known, 990, gross=90_000, rrn="628999999999", approval="OTHER1"),
    ]  # fmt: skip
    shown = upload(staff, rows)
    assert shown.status_code == 302
    preview = said(staff.get(shown["Location"]))
    for text in ("Khớp", "Khác số tiền đã ghi", "Chưa rõ của ai", "1.590.000", "17.490", "1.572.510"):
        assert text in preview, text
    assert not SettlementBatch.objects.for_school(school).exists()
    staff.post(f"{shown['Location']}/nhap")
    batch = SettlementBatch.objects.for_school(school).get()
    assert "Cần xử lý" in said(staff.get("/thu/quyet-toan"))
    page = f"/thu/quyet-toan/{batch.public_id}"
    differs = SettlementItem.objects.for_school(school).get(state="amount_differs")
    other = SettlementItem.objects.for_school(school).get(state="unknown")
    assert "Sửa khoản thu thành 500.000" in said(staff.get(page))
    staff.post(f"/thu/quyet-toan/giao-dich/{differs.public_id}", {"viec": "sua", "ly_do": "gõ nhầm"})
    staff.post(f"/thu/quyet-toan/giao-dich/{other.public_id}", {"viec": "de-rieng", "ly_do": "căng tin"})
    line = credit(at.bank_account, 1_572_510)
    assert "đúng số thực nhận" in said(staff.get(f"{page}/ngan-hang")).lower()
    assert "Có thể là tiền quyết toán" in said(staff.get(f"/thu/giao-dich/{line.public_id}"))
    assert staff.post(f"/thu/giao-dich/{line.public_id}/quyet-toan", {"lo": batch.public_id}).status_code == 302
    assert BankLine.objects.for_school(school).get().state == "settled"
    assert "Đã về tài khoản" in said(staff.get("/thu/quyet-toan"))
    assert "Gỡ khớp" in said(staff.get(f"/thu/giao-dich/{line.public_id}"))
    staff.post(f"/thu/giao-dich/{line.public_id}/go-quyet-toan", {"ly_do": "nhầm"})
    assert BankLine.objects.for_school(school).get().state == "waiting"


def test_a_file_that_does_not_add_up_shows_its_figures(staff: Client, school: School, at: PosTerminal) -> None:
    known = slip(at, (money.invoice(school, [1_000_000]), 1_000_000))
    shown = upload(staff, [row(known, 11_000), ["Tổng cộng", *[None] * 6, 1_000_000, 11_000, 980_000]])
    text = said(staff.get(shown["Location"]))
    for figure in ("Tệp chưa đúng nên không nhập gì", "989.000", "980.000"):
        assert figure in text
    staff.post(f"{shown['Location']}/nhap")
    assert not SettlementBatch.objects.for_school(school).exists()
    bad = staff.post("/thu/quyet-toan/tai-len", {
        "source": "pos", "settled_on": "05/10/2026", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7"),
    })  # fmt: skip
    assert (bad.status_code, "tệp PDF" in said(bad)) == (400, True)


def test_an_unknown_slip_is_booked_on_an_invoice(staff: Client, school: School, at: PosTerminal) -> None:
    invoice = money.invoice(school, [600_000])
    known = slip(at, (money.invoice(school, [1_000], full_name="Lê An"), 1_000))
    staff.post(
        f"{upload(staff, [row(known, 0, gross=600_000, rrn='628999999999', approval='ABC123')])['Location']}/nhap"
    )
    item = SettlementItem.objects.for_school(school).get()
    address = f"/thu/quyet-toan/giao-dich/{item.public_id}"
    staff.post(address, {"viec": "phieu", "phieu": "TS2222222"})
    assert Invoice.objects.for_school(school).get(pk=invoice.pk).paid == Dong(0)
    staff.post(address, {"viec": "phieu", "phieu": f" {invoice.code.lower()} "})
    assert Invoice.objects.for_school(school).get(pk=invoice.pk).paid == Dong(600_000)


def test_who_may_do_what(school: School, other_school: School, at: PosTerminal) -> None:
    known = slip(at, (money.invoice(school, [1_000]), 1_000))
    accountant = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    staff_file = upload(accountant, [row(known, 0)])["Location"]
    accountant.post(f"{staff_file}/nhap")
    batch = SettlementBatch.objects.for_school(school).get()
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=school))
    foreign = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    assert cashier.get("/thu/may-pos/ghi").status_code == 200
    assert cashier.get("/thu/quyet-toan").status_code == 403
    assert cashier.post("/thu/may-pos/moi").status_code == 403
    for address in (staff_file, f"/thu/quyet-toan/{batch.public_id}", f"/thu/quyet-toan/{batch.public_id}/ngan-hang"):
        assert foreign.get(address).status_code == 404
    assert foreign.post(f"/thu/may-pos/{at.public_id}/doi").status_code == 404


def test_a_bank_is_added_by_two_its_key_shown_once_renewed_by_two_and_switched_off(
    staff: Client, school: School
) -> None:
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    form = {"bank": "970436", "name": "", "networks": "", "reason": "Hợp đồng 12"}
    assert principal.post("/thu/ngan-hang-thu/moi", form).status_code == 403
    answer = staff.post("/thu/ngan-hang-thu/moi", form)
    partner = BillPartner.objects.get()
    secret = unseal(partner.sealed_secrets[0], place=f"payments_billpartner|sealed_secrets|{partner.public_id}")
    assert (answer.status_code, secret in said(answer), partner.key_id in said(answer)) == (200, True, True)
    assert secret not in said(staff.get("/thu/ngan-hang-thu"))
    bad = staff.post("/thu/ngan-hang-thu/moi", {**form, "networks": "300.1.1.1"})
    assert (bad.status_code, "không phải địa chỉ mạng" in said(bad)) == (400, True)
    caller = Bank(partner, secret)
    invoice = money.invoice(school, [250_000])
    assert caller.notify((invoice, 100_000), transaction_id="FT0").result == (404, "school_unknown")
    approve(principal, school)
    assert caller.notify((invoice, 100_000), transaction_id="FT1").result == (200, "ok")
    assert "FT1" in said(staff.get("/thu/ngan-hang-thu?ngay=05/10/2026"))
    change = f"/thu/ngan-hang-thu/{partner.public_id}"
    assert principal.post(change, {"viec": "khoa-moi", "ly_do": "Lộ"}).status_code == 403
    page = said(staff.post(change, {"viec": "khoa-moi", "ly_do": "Khóa bị lộ"}))
    assert "Khóa bí mật chỉ hiện một lần" in page
    partner.refresh_from_db()
    assert len(partner.sealed_secrets) == 1, "the new key is not believed yet"
    approve(principal, school)
    partner.refresh_from_db()
    new = unseal(partner.sealed_secrets[0], place=f"payments_billpartner|sealed_secrets|{partner.public_id}")
    assert (len(partner.sealed_secrets), new in page) == (2, True)
    staff.post(change, {"viec": "bo-khoa-cu"})
    assert caller.notify((invoice, 100_000)).result == (401, "not_authentic")
    staff.post(change, {"viec": "tat"})
    assert not partners.serving(partner).exists()
    other = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=factories.school(code="X", prefix="KD")))
    assert other.post(change, {"viec": "bat", "ly_do": "x"}).status_code == 404


def approve(principal: Client, school: School) -> None:
    """The principal approves what waits."""
    waiting = SetupChange.objects.for_school(school).get(state="proposed")
    principal.post(f"/cai-dat/cho-duyet/{waiting.public_id}/quyet-dinh", {"viec": "duyet"})


def test_differences_of_a_day_are_shown_and_explained(staff: Client, school: School) -> None:
    vcb = bank(school)
    vcb.notify((money.invoice(school, [250_000]), 250_000), transaction_id="FT1")
    post(vcb, [("FT1", 200_000, "booked")])
    text = said(staff.get("/thu/ngan-hang-thu"))
    for part in ("Khác số tiền", "200.000", "250.000", "Có chênh lệch"):
        assert part in text
    row_ = BillReconciliation.objects.for_school(school).get()
    staff.post(f"/thu/ngan-hang-thu/doi-chieu/{row_.public_id}", {"ly_do": ""})
    assert BillReconciliation.objects.for_school(school).get().explanation == ""
    staff.post(f"/thu/ngan-hang-thu/doi-chieu/{row_.public_id}", {"ly_do": "Ngân hàng gõ nhầm"})
    assert "Ngân hàng gõ nhầm" in said(staff.get("/thu/ngan-hang-thu"))


def test_overdue_slips_stand_out(staff: Client, school: School, at: PosTerminal) -> None:
    with savepoint():
        slip(at, (money.invoice(school, [1_000]), 1_000))
    with clock.frozen(dt.datetime.combine(DAY + dt.timedelta(days=4), dt.time(9), tzinfo=clock.SCHOOL_TIME)):
        assert "Quá hạn quyết toán" in said(staff.get("/thu/may-pos?trang_thai=overdue"))


def _rows(answer: Any) -> list[dict[str, Any]]:
    """The first sheet of a workbook as rows by heading."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_slips_and_batches_leave_as_workbooks(staff: Client, school: School, at: PosTerminal) -> None:
    invoice = money.invoice(school, [3_000_000])
    settled = slip(at, (invoice, 1_000_000), rrn="628000000001", approval="111111")
    slip(at, (invoice, 500_000), rrn="628000000002", approval="222222")
    bring(school, [row(settled, 11_000)])
    every = _rows(staff.get("/thu/may-pos/tai-ve"))
    told = sorted((s["RRN"], s["Số tiền"], s["Phiếu"], s["Trạng thái"]) for s in every)
    assert told == [
        ("628000000001", 1_000_000, invoice.code, "Đã quyết toán"),
        ("628000000002", 500_000, invoice.code, "Chờ quyết toán"),
    ]
    assert [s["RRN"] for s in _rows(staff.get("/thu/may-pos/tai-ve?trang_thai=waiting"))] == ["628000000002"]
    [batch] = _rows(staff.get("/thu/quyet-toan/tai-ve"))
    sums = [batch[name] for name in ("Số giao dịch", "Chưa khớp", "Tổng tiền", "Phí", "Thực nhận", "Ngày về tài khoản")]
    assert sums == [1, 0, 1_000_000, 11_000, 989_000, None]
    for page in ("/thu/may-pos", "/thu/quyet-toan"):
        assert f'href="{page}/tai-ve"' in said(staff.get(page)), page
