"""The accountant's composed pages: overview, an invoice's life, a payment's proof, cash, undo, search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.lines import Reported, record
from truongso.banking.models import BankLine
from truongso.banking.services import assign
from truongso.banking.statements.keys import LineKey
from truongso.banking.statements.types import StatementLine
from truongso.banking.types import Direction
from truongso.fees.models import CollectionRound, Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment
from truongso.payments.public import book, undo
from truongso.workspaces.tests.counter_form import counter_form

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test", "cli")
NOW = dt.datetime(2026, 10, 12, 9, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def invoice(school: School) -> Invoice:
    """250.000 đ owed by Nguyễn Bảo An of 3A2, booked."""
    return money.invoice(school)


def as_(client: Client, school: School, role: Role = Role.ACCOUNTANT) -> Client:
    return factories.login(client, factories.user(role=role, school=school))


def text(response: object) -> str:
    return " ".join(response.content.decode().split()).replace("\xa0", " ")  # type: ignore[attr-defined]


def transfer(invoice: Invoice, amount: int) -> Payment:
    """A bank line that a person assigned to the invoice."""
    account = BankAccount.objects.for_school(invoice.school).get()
    line = StatementLine(
        booked_on=dt.date(2026, 10, 11), booked_at=None, direction=Direction.IN,
        amount=Dong(amount), reference="FT26284001", memo=f"{invoice.code} nop tien", counter_name="TRAN THI HANG",
        counter_account="19001", balance=None,
    )  # fmt: skip
    with savepoint():
        made = record(account, [Reported(LineKey("k1", 1), line)], actor_id=None)[0]
        return assign(
            invoice.school_id, line_id=made.pk, shares=[(invoice.pk, Dong(min(amount, 250_000)))], actor=SYSTEM
        )


# Overview


def test_before_the_first_round_three_steps(client: Client, school: School) -> None:
    page = text(as_(client, school).get("/thu"))
    assert "Ba bước trước đợt thu đầu tiên" in page
    assert page.count("Chưa có</span>") == 3
    assert "Xong cả ba bước thì lập được đợt thu." in page
    factories.bank_account(school)
    factories.fee_item(school)
    factories.student(school)
    page = text(client.get("/thu"))
    assert page.count("Đã có</span>") == 3
    assert "Lập đợt thu đầu tiên" in page


def test_the_overview_shows_exact_figures(client: Client, school: School, invoice: Invoice) -> None:
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 100_000), received_at=NOW), actor=SYSTEM)
    page = text(as_(client, school).get("/thu"))
    assert "100.000 đ</p><small>1 giao dịch · 1 không tiền mặt</small>" in page
    assert "40,0 % của 250.000 đ" in page
    assert "150.000 đ</p><small>1 phiếu của mọi đợt · 0 quá hạn</small>" in page
    assert "mọi giao dịch đã khớp" in page
    assert "Quý IV năm 2026, Năm 2026" in page
    assert "chậm nhất 19/12/2026" in page


def test_undoing_an_earlier_payment_takes_nothing_off_today(client: Client, school: School, invoice: Invoice) -> None:
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 100_000), received_at=NOW), actor=SYSTEM)
        old = book(
            school.pk, booking=money.booking((invoice, 70_000), received_at=NOW - dt.timedelta(days=3)), actor=SYSTEM
        )
        undo(school.pk, payment_id=old.pk, reason="Nhầm học sinh", actor=SYSTEM)
    page = text(as_(client, school).get("/thu"))
    assert "100.000 đ</p><small>1 giao dịch · 1 không tiền mặt</small>" in page


def test_waiting_money_is_listed_with_its_reason(client: Client, school: School, invoice: Invoice) -> None:
    payment = transfer(invoice, 250_000)
    line = BankLine.objects.for_school(school).get(pk=int(payment.evidence.reference))
    as_(client, school).post(f"/thu/khoan-nop/{payment.public_id}/hoan-tac", {"reason": "Nhầm học sinh"})
    page = text(client.get("/thu"))
    assert "1 giao dịch</p>" in page
    assert f"/thu/giao-dich/{line.public_id}" in page
    assert "Chờ người xem và quyết định" in page


def test_overview_queries_do_not_grow(client: Client, school: School, invoice: Invoice) -> None:
    as_(client, school)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/thu")
        counts.append(len(queries))
        for n in range(8):
            other = money.invoice(school, full_name=f"Trần Văn {chr(65 + n)}")
            with savepoint():
                book(school.pk, booking=money.booking((other, 10_000), received_at=NOW), actor=SYSTEM)
    assert counts[0] == counts[1]
    assert counts[0] <= 28


# Invoice


def test_an_invoice_shows_its_whole_life(client: Client, school: School, invoice: Invoice) -> None:
    as_(client, school)
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    client.post("/thu/quay/thu", counter_form(invoice, "100.000", amount="100.000"))
    payment = Payment.objects.for_school(school).get()
    client.post(f"/thu/khoan-nop/{payment.public_id}/hoan-tac", {"reason": "Ghi nhầm học sinh"})
    response = client.get(f"/thu/phieu/{invoice.code}")
    page = text(response)
    titles = [event.title.replace("\xa0", " ") for event in response.context["history"]]
    assert titles == ["Phát hành phiếu", "Ghi nhận 100.000 đ", "Biên lai BL-2026-000001", "Hoàn tác 100.000 đ"]
    assert "Ghi nhầm học sinh" in page
    assert [line.kind.value for line in response.context["ledger"]] == ["invoice", "payment", "reversal"]
    assert f"/p/{invoice.public_id}" in page
    assert "<svg" in page
    assert "đã hoàn tác" in page


def test_an_invoice_of_another_school_does_not_exist(
    client: Client, school: School, other_school: School, invoice: Invoice
) -> None:
    payment = transfer(invoice, 250_000)
    as_(client, other_school)
    for address in (
        f"/thu/phieu/{invoice.code}",
        f"/thu/quay/qr/{invoice.code}",
        f"/thu/khoan-nop/{payment.public_id}",
        f"/thu/khoan-nop/{payment.public_id}/hoan-tac",
        "/thu/phieu/TS2222222",
    ):
        assert client.get(address).status_code == 404
    assert client.post(f"/thu/khoan-nop/{payment.public_id}/hoan-tac", {"reason": "x"}).status_code == 404
    payment.refresh_from_db()
    assert payment.reversed_at is None


def test_pages_by_permission(client: Client, school: School, invoice: Invoice) -> None:
    payment = transfer(invoice, 100_000)
    pages = ["/thu", f"/thu/phieu/{invoice.code}", f"/thu/khoan-nop/{payment.public_id}", "/tim?q=an"]
    writes = ["/thu/quay", f"/thu/khoan-nop/{payment.public_id}/hoan-tac"]
    expected = {
        Role.ACCOUNTANT: ([200] * 4, [200, 200]),
        Role.CASHIER: ([200] * 4, [200, 403]),  # a match with the bank is not the cashier's to undo
        Role.PRINCIPAL: ([200] * 4, [403, 403]),
        Role.IT_ADMIN: ([403, 403, 403, 200], [403, 403]),
        Role.HOMEROOM_TEACHER: ([403] * 4, [403, 403]),
    }
    for role, (reads, actions) in expected.items():
        as_(client, school, role)
        assert [client.get(p).status_code for p in pages] == reads, role
        assert [client.get(p).status_code for p in writes] == actions, role


# Payment


def test_a_payment_opens_down_to_the_bank_line_and_the_books(client: Client, school: School, invoice: Invoice) -> None:
    payment = transfer(invoice, 250_000)
    response = as_(client, school).get(f"/thu/khoan-nop/{payment.public_id}")
    page = text(response)
    for said in (
        payment.payer_name, payment.beneficiary_name, payment.reason, invoice.code,  # the four fields
        "FT26284001", f"{invoice.code} nop tien", "TRAN THI HANG", "BL-2026-000001", "Khoản thu 0",
    ):  # fmt: skip
        assert said in page
    ledger = [(x.kind.value, x.debit[:4], x.credit[:4], int(x.amount)) for x in response.context["trail"].ledger]
    assert ledger == [("bank_line", "1121", "3388", 250_000), ("payment", "3388", "131 ", 250_000)]


def test_undo_needs_a_reason_and_frees_the_bank_line(client: Client, school: School, invoice: Invoice) -> None:
    payment = transfer(invoice, 250_000)
    address = f"/thu/khoan-nop/{payment.public_id}/hoan-tac"
    refused = as_(client, school).post(address, {"reason": "  "})
    assert refused.status_code == 400
    payment.refresh_from_db()
    assert payment.reversed_at is None
    client.post(address, {"reason": "Nhầm học sinh"})
    assert Payment.objects.for_school(school).get().reversed_at == NOW
    invoice.refresh_from_db()
    line = BankLine.objects.for_school(school).get()
    assert int(invoice.paid) == 0
    assert line.state == "waiting"
    assert "đã được hoàn tác trước đó" in text(client.post(address, {"reason": "lần nữa"}, follow=True))
    assert money.broken_invariants() == []


# Search and navigation


def test_search_finds_pupils_invoices_and_receipts(client: Client, school: School, invoice: Invoice) -> None:
    transfer(invoice, 250_000)
    as_(client, school)
    page = text(client.get("/tim?q=bao+an"))
    assert "Nguyễn Bảo An" in page
    assert f"/thu/phieu/{invoice.code}" in page
    spaced = f"{invoice.code[:4]} {invoice.code[4:].lower()}"
    assert client.get("/tim", {"q": spaced})["Location"] == f"/thu/phieu/{invoice.code}"
    assert "BL-2026-000001" in text(client.get("/tim?q=BL-2026-1"))
    assert "Không tìm thấy" in text(client.get("/tim?q=zzzz"))
    assert "Gõ tên học sinh" in text(client.get("/tim"))


def test_search_shows_only_what_the_role_may_read(
    client: Client, school: School, other_school: School, invoice: Invoice
) -> None:
    page = text(as_(client, school, Role.IT_ADMIN).get("/tim?q=bao+an"))
    assert "Nguyễn Bảo An" in page
    assert invoice.code not in page
    assert client.get("/tim", {"q": invoice.code}).status_code == 200
    assert "Không tìm thấy" in text(as_(client, other_school).get("/tim?q=bao+an"))


def test_the_rail_shows_pages_of_the_role(client: Client, school: School) -> None:
    def rail(role: Role) -> list[str]:
        groups = as_(client, school, role).get("/tai-khoan").context["nav"]
        return [str(item["label"]) for group in groups for item in group["items"]]

    everyday = ["Tổng quan thu", "Đợt thu", "Phiếu báo thu", "Quầy thu", "Sổ quỹ", "Đối soát", "Sao kê", "Biên lai"]
    assert [label for label in rail(Role.ACCOUNTANT) if label in everyday] == everyday
    cashier = rail(Role.CASHIER)
    assert [label for label in cashier if label in everyday] == [
        "Tổng quan thu", "Phiếu báo thu", "Quầy thu", "Sổ quỹ", "Biên lai",
    ]  # fmt: skip
    assert not {"Miễn giảm", "Danh mục khoản thu", "Không dùng tiền mặt"} & set(cashier)
    assert rail(Role.IT_ADMIN)[:5] == [
        "Học sinh", "Phân công giảng dạy", "Thông tin trường", "Đối tác thanh toán", "Thay đổi chờ duyệt",
    ]  # fmt: skip
    assert rail(Role.SUBJECT_TEACHER) == ["Lớp tôi dạy", "Tài khoản & bảo mật"]
    assert rail(Role.HOMEROOM_TEACHER) == ["Lớp chủ nhiệm", "Tài khoản & bảo mật"]
    assert rail(Role.SUPPORT) == ["Xem giúp trường", "Tài khoản & bảo mật"]


def test_the_rail_marks_the_present_page(client: Client, school: School, invoice: Invoice) -> None:
    payment = transfer(invoice, 250_000)
    as_(client, school)
    for address, label in (
        ("/thu", "Tổng quan thu"),
        (f"/thu/phieu/{invoice.code}", "Phiếu báo thu"),
        (f"/thu/khoan-nop/{payment.public_id}", "Phiếu báo thu"),
        ("/bao-cao/khong-tien-mat/khoan-nop", "Không dùng tiền mặt"),
    ):
        groups = client.get(address).context["nav"]
        present = [str(i["label"]) for g in groups for i in g["items"] if i["current"]]
        assert present == [label], address
