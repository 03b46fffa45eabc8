"""Receipts for the school: found, printed, exported, taken back; nothing of another school, nothing without a right."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money, pdf

from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Receipt
from truongso.payments.receipt_queries import ReceiptFilter, ReceiptState, receipts, sums
from truongso.payments.services import book, undo

pytestmark = pytest.mark.django_db
LIST = "/thu/bien-lai"


@pytest.fixture
def staff(school: School, client: Client, school_day: dt.datetime) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def _receipt(school: School, actor: Actor, name: str, amount: int = 250_000, **changes: object) -> Receipt:
    invoice = money.invoice(school, [amount], full_name=name)
    booking = money.booking((invoice, amount), reference=f"FT-{name}", **changes)  # type: ignore[arg-type]
    payment = book(school.pk, booking=booking, actor=actor)
    found: Receipt = Receipt.objects.for_school(school).get(payment=payment)
    return found


def _text(response: Any) -> str:
    assert response.status_code == 200
    body = re.sub(r"<(script|style|svg|title).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").split())


@pytest.fixture
def three(school: School, actor: Actor, school_day: dt.datetime) -> list[Receipt]:
    made = [_receipt(school, actor, name) for name in ("Nguyễn Bảo An", "Lý Thị Mẩy", "Đặng Văn Hòa")]
    undo(school.pk, payment_id=made[1].payment_id, reason="Ghi nhầm học sinh", actor=actor)
    return made


def test_the_list_shows_numbers_and_sums(staff: Client, three: list[Receipt]) -> None:
    text = _text(staff.get(LIST))
    assert "2 biên lai còn giá trị, 500.000 đ · 1 đã huỷ" in text
    assert text.index("BL-2026-000003") < text.index("BL-2026-000002") < text.index("BL-2026-000001")
    assert "Đặng Văn Hòa – lớp 3A2" in text


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("dang hoa", [3]),
        ("ĐẶNG VĂN", [3]),
        ("BL-2026-000002", [2]),
        ("2026-1", [1]),
        ("000003", [3]),
        ("3a2 ly may", [2]),
        ("khong co", []),
        ("tran thi thu hang", [3, 2, 1]),
    ],
)
def test_words_are_found_without_accents(school: School, three: list[Receipt], words: str, numbers: list[int]) -> None:
    assert [r.number for r in receipts(school.pk, ReceiptFilter(words=words))] == numbers


def test_filters_narrow_by_day_class_state_and_code(school: School, three: list[Receipt]) -> None:
    day = dt.date(2026, 10, 5)
    assert receipts(school.pk, ReceiptFilter(first=day, last=day)).count() == 3
    assert receipts(school.pk, ReceiptFilter(first=day + dt.timedelta(days=1))).count() == 0
    assert receipts(school.pk, ReceiptFilter(last=day - dt.timedelta(days=1))).count() == 0
    assert receipts(school.pk, ReceiptFilter(class_name="3A2")).count() == 3
    assert receipts(school.pk, ReceiptFilter(class_name="5A1")).count() == 0
    assert [r.number for r in receipts(school.pk, ReceiptFilter(state=ReceiptState.CANCELLED))] == [2]
    code = three[0].content["invoice_code"]
    assert [r.number for r in receipts(school.pk, ReceiptFilter(words=code.lower()))] == [1]
    valid = sums(receipts(school.pk, ReceiptFilter(state=ReceiptState.VALID)))
    assert (valid.valid, valid.amount, valid.cancelled) == (2, Dong(500_000), 0)


def test_a_wrong_day_is_said_and_narrows_nothing(staff: Client, three: list[Receipt]) -> None:
    text = _text(staff.get(LIST, {"tu": "31/02/2026"}))
    assert "BL-2026-000001" in text
    text = _text(staff.get(LIST, {"tu": "05/10/2026", "den": "04/10/2026"}))
    assert "Ngày cuối đứng trước ngày đầu. Đổi lại hai ngày." in text


def test_queries_do_not_grow_with_rows(staff: Client, school: School, actor: Actor, three: list[Receipt]) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(LIST).status_code == 200
        counts.append(len(queries))
        for n in "ABCDEF" if not counts[1:] else "":
            _receipt(school, actor, f"Học Sinh {n}")
    assert counts[0] == counts[1]


def test_one_receipt_shows_paper_money_and_history(
    staff: Client, school: School, actor: Actor, three: list[Receipt]
) -> None:
    text = _text(staff.get(f"{LIST}/{three[1].public_id}"))
    for expected in (
        "BL-2026-000002", "Đã huỷ", "BIÊN LAI THU TIỀN", "ĐÃ HUỶ", "Lý Thị Mẩy – lớp 3A2", "FT-Lý Thị Mẩy",
        "Ghi nhận, phát hành biên lai", "Hoàn tác, huỷ biên lai", "test: Ghi nhầm học sinh",
    ):  # fmt: skip
        assert expected in text, expected
    assert "Hoàn tác khoản nộp" not in text
    assert "Hoàn tác khoản nộp" not in _text(staff.get(f"{LIST}/{three[0].public_id}")), "a provider told of it"
    in_cash = _receipt(school, actor, "Hoàng Gia Bảo", **money.in_cash())
    standing = staff.get(f"{LIST}/{in_cash.public_id}")
    assert "Hoàn tác khoản nộp" in _text(standing)
    assert f"/thu/khoan-nop/{in_cash.payment.public_id}/hoan-tac" in standing.content.decode()


def test_a_second_print_is_a_copy_and_the_electronic_file_is_not(staff: Client, three: list[Receipt]) -> None:
    url = f"{LIST}/{three[0].public_id}"
    electronic = staff.get(f"{url}.pdf")
    first, second = staff.post(f"{url}/in"), staff.post(f"{url}/in")
    assert "Liên điện tử" in pdf.text(electronic.content)
    assert "Liên giao người nộp tiền" in pdf.text(first.content)
    assert "Bản sao" in pdf.text(second.content)
    assert first["Content-Disposition"] == 'inline; filename="bien-lai-BL-2026-000001.pdf"'
    assert AuditEntry.objects.filter(action="payments:receipt:print").count() == 2
    assert "Bản sao" not in pdf.text(staff.get(f"{url}.pdf").content)


def test_printing_needs_a_post(staff: Client, three: list[Receipt]) -> None:
    assert staff.get(f"{LIST}/{three[0].public_id}/in").headers["Location"] == f"{LIST}/{three[0].public_id}"
    assert AuditEntry.objects.filter(action="payments:receipt:print").count() == 0


def test_many_are_printed_at_once_the_oldest_first(staff: Client, three: list[Receipt]) -> None:
    chosen = staff.post(f"{LIST}/in", {"chon": [three[2].public_id, three[0].public_id]})
    text = pdf.text(chosen.content)
    assert text.index("BL-2026-000001") < text.index("BL-2026-000003")
    assert "BL-2026-000002" not in text
    everything = staff.post(f"{LIST}/in?q=may", {"tat-ca": "1"})
    assert re.findall(r"BL-2026-\d+", pdf.text(everything.content)) == ["BL-2026-000002"]


def test_printing_nothing_says_what_to_do(staff: Client, three: list[Receipt]) -> None:
    response = staff.post(f"{LIST}/in?lop=3A2", {}, follow=True)
    assert response.redirect_chain == [(f"{LIST}?lop=3A2", 302)]
    assert "Chưa chọn biên lai nào. Đánh dấu các biên lai cần in rồi bấm In." in _text(response)
    assert AuditEntry.objects.filter(action="payments:receipt:print").count() == 0


def test_the_export_says_what_the_list_says_and_is_recorded(staff: Client, three: list[Receipt]) -> None:
    response = staff.get(f"{LIST}/tai-ve", {"trang_thai": "da-huy"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("Số biên lai", "Ngày phát hành", "Ngày nhận tiền")
    assert len(rows) == 2
    assert (rows[1][0], rows[1][4], rows[1][9], rows[1][10], rows[1][11]) == (
        "BL-2026-000002", "Lý Thị Mẩy – lớp 3A2", 250_000, "Đã huỷ", "Ghi nhầm học sinh",
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="payments:receipts:export")
    assert entry.params == {"count": 1, "filter": {"trang_thai": "da-huy"}}


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.CASHIER, "", 200),
        (Role.CASHIER, "/{id}", 200),
        (Role.CASHIER, "/tai-ve", 403),
        (Role.PRINCIPAL, "/tai-ve", 200),
        (Role.IT_ADMIN, "", 403),
        (Role.IT_ADMIN, "/{id}.pdf", 403),
        (None, "", 302),
    ],
)
def test_who_may_open_what(  # noqa: PLR0917  fixtures and parameters
    school: School, client: Client, three: list[Receipt], role: Role | None, path: str, status: int
) -> None:
    if role is not None:
        factories.login(client, factories.user(role, school=school))
    assert client.get(LIST + path.format(id=three[0].public_id)).status_code == status


@pytest.mark.parametrize("path", ["", ".pdf"])
def test_another_school_sees_nothing(client: Client, other_school: School, three: list[Receipt], path: str) -> None:
    factories.login(client, factories.user(Role.ACCOUNTANT, school=other_school))
    assert client.get(f"{LIST}/{three[0].public_id}{path}").status_code == 404
    assert client.post(f"{LIST}/{three[0].public_id}/in").status_code == 404
    assert AuditEntry.objects.filter(action="payments:receipt:print").count() == 0
    assert "BL-2026" not in client.get(LIST).content.decode()
