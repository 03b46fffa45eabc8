"""Pages of the cash book and the count: figures, files, permissions, two people, constant queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.kernel.sheets import read_sheets
from truongso.organizations.models import BankAccount, School
from truongso.payments.cash.messages import REFUSALS, cash_refusal_text
from truongso.payments.cash.models import CashBox, CashCount
from truongso.payments.cash.types import CashRefusedError
from truongso.payments.models import Payment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]

Take = Callable[[int], Payment]
COUNT = {"day": "05/10/2026", "to_500000": "1", "to_200000": "1", "to_50000": "1", "reason": ""}


def as_user(client: Client, actor: Actor) -> Client:
    return factories.login(client, User.objects.get(pk=actor.user_id or 0))


def text(response: Any) -> str:
    return " ".join(response.content.decode().split()).replace("\xa0", " ")


def test_the_book_shows_a_day_with_its_sums(client: Client, cashier: Actor, take: Take) -> None:
    take(500_000)
    take(250_000)
    page = text(as_user(client, cashier).get("/thu/quy"))
    for figure in ("500.000 đ", "250.000 đ", "750.000 đ", "BL-2026-000002", "Phạm Thị Thu Quỹ"):
        assert figure in page
    assert "Thứ 5" not in page
    assert "Bảy trăm năm mươi nghìn đồng" in text(client.get("/thu/quy/ban-in"))
    yesterday = text(client.get("/thu/quy?tu=04/10/2026&den=04/10/2026"))
    assert "Chưa có thu chi tiền mặt" in yesterday


def test_the_workbook_holds_the_same_rows(client: Client, cashier: Actor, take: Take) -> None:
    take(500_000)
    take(250_000)
    answer = as_user(client, cashier).get("/thu/quy/tai-ve")
    assert answer["Content-Disposition"] == 'attachment; filename="so-quy-20261005-20261005-20261005.xlsx"'
    sheet = read_sheets(answer.content, "so-quy.xlsx")[0]
    amounts = [tuple(row[4:8]) for row in sheet.rows if len(row) > 7 and any(isinstance(c, int) for c in row[5:8])]
    assert amounts == [
        ("Số dư đầu kỳ", None, None, 0), ("Thu tiền mặt: Trần Thị Thu Hằng", 500_000, None, 500_000),
        ("Thu tiền mặt: Trần Thị Thu Hằng", 250_000, None, 750_000), ("Cộng phát sinh", 750_000, 0, None),
        ("Số dư cuối kỳ", None, None, 750_000),
    ]  # fmt: skip
    paper = client.get("/thu/quy/ban-in").content.decode()
    assert "Mẫu số: S11-H" in paper
    assert "Thứ 5" not in paper  # what Django's own catalogue makes of "Thu"
    header = next(row for row in sheet.rows if row and row[0] == "Ngày ghi sổ")
    assert list(header[4:8]) == ["Diễn giải", "Thu", "Chi", "Tồn"]
    assert "Thông tư 24/2024/TT-BTC" in paper
    assert AuditEntry.objects.filter(action="payments:cash_book:export").count() == 1


def test_a_day_is_counted_confirmed_reopened_by_pages(
    client: Client, school: School, cashier: Actor, accountant: Actor, take: Take
) -> None:
    take(750_000)
    signed = as_user(client, cashier).post("/thu/quy/kiem-quy", COUNT)
    count = CashCount.objects.for_school(school).get()
    address = f"/thu/quy/kiem-quy/{count.public_id}"
    assert signed["Location"] == address
    assert client.post(f"{address}/xac-nhan").status_code == 403  # the cashier confirms nothing
    as_user(client, accountant).post(f"{address}/xac-nhan")
    count.refresh_from_db()
    assert (count.state, count.decided_by) == ("confirmed", accountant.user_id)
    paper = text(client.get(f"{address}/bien-ban"))
    assert "Bằng chữ: Bảy trăm năm mươi nghìn đồng" in paper
    assert "không có" in paper
    client.post(f"{address}/de-nghi-mo-lai", {"why": ""})
    assert "Ghi lý do" in text(client.get(address))
    client.post(f"{address}/de-nghi-mo-lai", {"why": "Phụ huynh đến muộn"})
    client.post(f"{address}/mo-lai")
    assert "cần người thứ hai" in text(client.get(address))
    principal = factories.user(Role.PRINCIPAL, school=school)
    factories.login(client, principal).post(f"{address}/mo-lai")
    count.refresh_from_db()
    assert (count.state, count.reopened_by) == ("reopened", principal.pk)
    assert CashBox.objects.for_school(school).get().locked_through is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"to_50000": ""}, "Số đếm lệch sổ −50.000 đ"),
        ({"to_50000": "-1"}, "Số tờ không được âm"),
        ({"to_50000": "1,5"}, "Ghi số tờ là số nguyên"),
        ({"to_50000": "999999999"}, "Số tờ quá lớn"),
        ({"day": "06/10/2026"}, "Ngày này chưa đến"),
        ({"day": "hôm nay"}, "Ghi ngày theo dạng"),
    ],
)
def test_a_bad_count_is_explained_and_nothing_is_signed(
    client: Client, cashier: Actor, take: Take, changes: dict[str, str], says: str
) -> None:
    take(750_000)
    refused = as_user(client, cashier).post("/thu/quy/kiem-quy", {**COUNT, **changes})
    assert refused.status_code == 400
    assert says in text(refused)
    assert not CashCount.objects.across_schools("test").exists()


def test_who_may_open_what(client: Client, school: School) -> None:
    pages = ["/thu/quy", "/thu/quy/tai-ve", "/thu/quy/kiem-quy", "/thu/nop-quy"]
    for role, status in {
        Role.CASHIER: 200, Role.ACCOUNTANT: 200, Role.PRINCIPAL: 200, Role.IT_ADMIN: 403, Role.HOMEROOM_TEACHER: 403,
    }.items():  # fmt: skip
        factories.login(client, factories.user(role, school=school))
        assert [client.get(p).status_code for p in pages] == [status] * 4, role
    assert client.post("/thu/quy/dinh-muc", {"limit": "1000000"}).status_code == 403


def test_the_limit_of_the_box_warns(client: Client, cashier: Actor, accountant: Actor, take: Take) -> None:
    take(750_000)
    as_user(client, accountant).post("/thu/quy/dinh-muc", {"limit": "500.000"})
    assert "Trong quỹ nhiều hơn định mức 500.000 đ là 250.000 đ" in text(client.get("/thu/quy"))
    assert "Trong quỹ nhiều hơn định mức" in text(as_user(client, cashier).get("/thu/quay"))


def test_another_schools_count_does_not_exist(client: Client, cashier: Actor, take: Take, other_school: School) -> None:
    take(750_000)
    as_user(client, cashier).post("/thu/quy/kiem-quy", COUNT)
    address = f"/thu/quy/kiem-quy/{CashCount.objects.across_schools('test').get().public_id}"
    factories.login(client, factories.user(Role.ACCOUNTANT, school=other_school))
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/xac-nhan").status_code == 404


@pytest.mark.parametrize("address", ["/thu/quy", "/thu/quy/kiem-quy", "/thu/nop-quy"])
def test_queries_do_not_grow(client: Client, school: School, cashier: Actor, take: Take, address: str) -> None:
    as_user(client, cashier)
    take(10_000)
    numbers = []
    for n in range(2):
        deposit = {
            "account": school_account(school), "amount": "1000", "day": "05/10/2026", "slip": f"G{n}",
            "token": f"{n}" * 26,
        }  # fmt: skip
        assert client.post("/thu/nop-quy", deposit).status_code == 302
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
        for _more in range(5):
            take(10_000)
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 30


def school_account(school: School) -> str:
    account: BankAccount = BankAccount.objects.for_school(school).order_by("pk")[0]
    return str(account.public_id)


def test_every_refusal_has_a_text() -> None:
    params = {"day": "2026-10-05", "there": 1, "amount": 2, "difference": -3, "slip": "GNT 1"}
    for code in REFUSALS:
        said = cash_refusal_text(CashRefusedError(code, **params))
        assert said.endswith("."), code
        assert "%(" not in said, code


def test_dates_are_read_day_first(client: Client, cashier: Actor) -> None:
    page = as_user(client, cashier).get("/thu/quy?tu=05/10/2026&den=01/10/2026")
    assert (page.context["book"].first, page.context["book"].last) == (dt.date(2026, 10, 1), dt.date(2026, 10, 5))
