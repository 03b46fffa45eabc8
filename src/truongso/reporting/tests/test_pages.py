"""Pages of the cashless report: figures, drill-down, workbook, refusals, who may see them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import book, undo
from truongso.payments.types import EvidenceKind, Method

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test", "cli")
REPORT = "/bao-cao/khong-tien-mat"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 11, 22, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


def pay(school: School, amount: int, day: dt.date, method: Method = Method.QR_TRANSFER, name: str = "") -> Payment:
    kind = EvidenceKind.CASH_RECEIPT if method is Method.CASH else EvidenceKind.NOTICE
    at = dt.datetime.combine(day, dt.time(12), tzinfo=clock.SCHOOL_TIME)
    invoice = money.invoice(school, (1_000_000,), full_name=name or "Nguyễn Bảo An")
    with clock.frozen(at), savepoint():
        booking = money.booking((invoice, amount), kind=kind, method=method, received_at=at)
        return book(school.pk, booking=booking, actor=SYSTEM)


@pytest.fixture
def paid(school: School) -> School:
    """Q4: 300.000 đ and 200.000 đ by QR, 100.000 đ cash, and 40.000 đ of Q3 taken back."""
    early = pay(school, 40_000, dt.date(2026, 9, 30), name="Lê Thị Mai")
    pay(school, 300_000, dt.date(2026, 10, 5))
    pay(school, 200_000, dt.date(2026, 11, 5), name="Trần Văn Bình")
    pay(school, 100_000, dt.date(2026, 11, 6), Method.CASH, "Vàng A Páo")
    with clock.frozen(dt.datetime(2026, 10, 7, 9, tzinfo=clock.SCHOOL_TIME)), savepoint():
        undo(school.pk, payment_id=early.pk, reason="Ghi nhầm", actor=SYSTEM)
    return school


def signed_in(client: Client, school: School, role: Role = Role.ACCOUNTANT) -> Client:
    return factories.login(client, factories.user(role=role, school=school))


def text(response: object) -> str:
    return " ".join(response.content.decode().split()).replace("\xa0", " ")  # type: ignore[attr-defined]


def test_the_report_shows_exact_figures_and_ways_down(client: Client, paid: School) -> None:
    page = text(signed_in(client, paid).get(REPORT))
    assert "Thanh toán không dùng tiền mặt: Quý IV năm 2026" in page
    assert '<b>1</b><span class="sm mut">trong 2 lần</span>' in page  # 2 by QR − 1 taken back, 1 in cash
    assert '<b>460.000 đ</b><span class="sm mut">trong 560.000 đ</span>' in page
    assert "<b>50,0 %</b>" in page
    assert "<b>82,1 %</b>" in page
    assert "/bao-cao/khong-tien-mat/khoan-nop?ky=2026-Q4&amp;cach=khong-tien-mat" in page
    assert "19/12/2026" in page


def test_an_empty_period_explains_its_zero(client: Client, school: School) -> None:
    page = text(signed_in(client, school).get(f"{REPORT}?ky=2026-Q3"))
    assert "Vì sao là 0?" in page
    assert "Trong kỳ chưa có khoản nộp nào được ghi nhận" in page


def test_the_list_adds_up_to_the_figure(client: Client, paid: School) -> None:
    response = signed_in(client, paid).get(f"{REPORT}/khoan-nop?ky=2026-Q4&cach=khong-tien-mat")
    page = text(response)
    assert [int(r["amount"]) for r in response.context["rows"]] == [200_000, 300_000, -40_000]
    assert "Số trong báo cáo: 1 lần · 460.000 đ" in page
    assert "hoàn lại 07/10/2026" in page
    assert response.context["rows"][0]["payment"].public_id in page
    cash = client.get(f"{REPORT}/khoan-nop?ky=2026-Q4&cach=cash")
    assert [int(r["amount"]) for r in cash.context["rows"]] == [100_000]
    found = client.get(f"{REPORT}/khoan-nop?ky=2026-Q4&q=tran+binh")
    assert [int(r["amount"]) for r in found.context["rows"]] == [200_000]
    assert "Không có khoản nộp nào hợp" in text(client.get(f"{REPORT}/khoan-nop?ky=2026-Q4&q=khong-co"))


def test_the_workbook_holds_figures_and_every_payment(client: Client, paid: School) -> None:
    response = signed_in(client, paid).get(f"{REPORT}/tai-ve?ky=2026-Q4")
    assert response["Content-Disposition"] == 'attachment; filename="khong-tien-mat-79-thu-2026-Q4.xlsx"'
    book_ = openpyxl.load_workbook(io.BytesIO(response.content))
    origin = {row[0].value: row[1].value for row in book_["Nguồn tệp"].iter_rows()}
    taken = AuditEntry.objects.get(action="reporting:cashless:export")
    assert (taken.school_id, taken.params) == (paid.pk, {"count": origin["Số dòng"], "filter": {"ky": "2026-Q4"}})
    summary = [row for row in book_["Tổng hợp"].iter_rows(values_only=True) if row[0]]
    assert summary[-1][:7] == ("Không dùng tiền mặt", 460_000, 0, 1, 460_000, 0.5, pytest.approx(460 / 560))
    assert summary[-2][:5] == ("Tổng cộng", 560_000, 0, 2, 560_000)
    rows = list(book_["Khoản nộp"].iter_rows(min_row=2, values_only=True))
    assert [row[7] for row in rows] == [-40_000, 300_000, 200_000, 100_000]
    assert all(all(row[n] for n in (2, 3, 4, 5)) for row in rows)  # the four fields


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("ky=2026-Q9", "“2026-Q9” không phải một kỳ báo cáo"),
        ("tu=31/10/2026&den=01/10/2026", "Ngày cuối phải sau ngày đầu"),
        ("tu=31/02/2026&den=01/10/2026", "31/02/2026"),
        ("tu=01/10/2026", "Điền cả ngày đầu và ngày cuối"),
    ],
)
@pytest.mark.parametrize("page", ["", "/khoan-nop", "/tai-ve", "/ban-in"])
def test_a_bad_period_is_said(client: Client, paid: School, page: str, query: str, says: str) -> None:
    response = signed_in(client, paid).get(f"{REPORT}{page}?{query}")
    assert response.status_code == 400
    assert says in text(response)
    assert "460.000" not in text(response)


def test_days_of_ones_own_choice(client: Client, paid: School) -> None:
    page = text(signed_in(client, paid).get(f"{REPORT}?tu=01/11/2026&den=05/11/2026"))
    assert "01/11/2026 – 05/11/2026" in page
    assert "trong 200.000 đ" in page


def test_only_who_may_read_reports(client: Client, paid: School) -> None:
    for role, status in ((Role.PRINCIPAL, 200), (Role.CASHIER, 403), (Role.IT_ADMIN, 403)):
        signed_in(client, paid, role)
        assert client.get(REPORT).status_code == status
        assert client.get(f"{REPORT}/tai-ve").status_code == status
    client.logout()
    assert client.get(REPORT)["Location"].startswith("/dang-nhap")


def test_another_schools_money_is_nowhere(client: Client, paid: School, other_school: School) -> None:
    page = text(signed_in(client, other_school).get(REPORT))
    assert "trong 0 lần" in page
    assert client.get(f"{REPORT}/khoan-nop").context["rows"] == []


def test_queries_do_not_grow(client: Client, paid: School) -> None:
    signed_in(client, paid)
    counts = []
    for _round in range(2):
        for page in ("", "/khoan-nop", "/tai-ve"):
            with CaptureQueriesContext(connection) as queries:
                client.get(f"{REPORT}{page}?ky=2026-Q4")
            counts.append(len(queries))
        for day in range(10, 20):
            pay(paid, 1_000, dt.date(2026, 11, day), name="Nguyễn Bảo An")
    assert counts[:3] == counts[3:]
    assert counts[0] <= 22
