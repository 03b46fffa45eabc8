"""The bank book in the form of public units, and money of unknown purpose with owner and age."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.acts.handling import assign, set_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.closing.bank_book import bank_book
from truongso.banking.closing.suspense import suspense
from truongso.banking.models import BankLine
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import DAY, arrive, line
from truongso.banking.types import Direction, LineState
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]
ACTOR = Actor(user_id=1, label="user 1", channel="web")
OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 10, 20, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def account(school: School) -> BankAccount:
    made = factories.bank_account(school)
    helpers.bring(
        made,
        line("TS hoc phi", 250_000, "FT1"),
        line("phi quan ly", 11_000, "FT3", Direction.OUT),
        layout="bidv_detail",
    )
    return made


def test_every_movement_with_the_balance_after_it(account: BankAccount) -> None:
    invoice = money.invoice(account.school, [250_000])
    credit = BankLine.objects.for_school(account.school_id).get(direction="in")
    with savepoint():
        assign(account.school_id, line_id=credit.pk, shares=[(invoice.pk, Dong(250_000))], actor=ACTOR)
    arrive(account, "chi bao co", 70_000, "FT9", booked_on=DAY + dt.timedelta(days=1))
    book = bank_book(account, *OCTOBER)
    assert (book.opening, book.paid_in, book.paid_out, book.closing) == (
        Dong(1_000_000), Dong(320_000), Dong(11_000), Dong(1_309_000),
    )  # fmt: skip
    assert [(r.paid_in, r.paid_out, r.balance, r.codes, r.is_shown) for r in book.rows] == [
        (Dong(250_000), None, Dong(1_250_000), invoice.code, True),
        (None, Dong(11_000), Dong(1_239_000), "", True),
        (Dong(70_000), None, Dong(1_309_000), "", False),
    ]
    assert bank_book(account, dt.date(2026, 9, 1), dt.date(2026, 9, 30)).closing == Dong(1_000_000)


def test_the_book_as_page_paper_and_workbook(account: BankAccount) -> None:
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=account.school))
    page = client.get(f"{reverse('banking:bank_book')}?thang=2026-10").content.decode()
    paper = client.get(f"{reverse('banking:bank_book_paper')}?thang=2026-10").content.decode()
    assert "1.239.000" in page
    for shown in ("Mẫu số: S12-H", "Thông tư 24/2024/TT-BTC", "Tháng 10/2026", account.number, "Vietcombank"):
        assert shown in paper, shown
    answer = client.get(f"{reverse('banking:bank_book_xlsx')}?thang=2026-10")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=6)]
    assert rows[0][:4] == ["Ngày ghi sổ", "Số hiệu chứng từ", "Ngày chứng từ", "Diễn giải"]
    assert [r[3:7] for r in rows[1:]] == [
        ["Số dư đầu kỳ", None, None, 1_000_000], ["TS hoc phi", 250_000, None, 1_250_000],
        ["phi quan ly", None, 11_000, 1_239_000], ["Cộng phát sinh", 250_000, 11_000, None],
        ["Số dư cuối kỳ", None, None, 1_239_000],
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="banking:bank_book:export").count() == 1
    assert client.get(f"{reverse('banking:bank_book')}?tu=31/10/2026&den=01/10/2026").status_code == 200
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=account.school))
    assert cashier.get(reverse("banking:bank_book")).status_code == 403


def test_unknown_money_has_an_owner_and_an_age_and_is_what_the_books_say(account: BankAccount) -> None:
    parked = arrive(account, "khong ro", 90_000, "FT5", booked_on=dt.date(2026, 10, 8))
    owner = factories.user(Role.ACCOUNTANT, school=account.school)
    with savepoint():
        set_aside(
            account.school_id, line_id=parked.pk, state=LineState.PARKED, kind=AsideKind.LATER,
            reason="Hỏi cô chủ nhiệm 3A2", owner_id=owner.pk, actor=ACTOR,
        )  # fmt: skip
    found = suspense(account.school_id, OCTOBER[1])
    assert [(x.amount, x.owner_id, x.kind, x.reason, x.days(dt.date(2026, 10, 31))) for x in found.lines] == [
        (Dong(250_000), None, "", "", 25), (Dong(90_000), owner.pk, "later", "Hỏi cô chủ nhiệm 3A2", 23),
    ]  # fmt: skip
    books = account_ids(account.school_id)[AccountRole.SUSPENSE, 0]
    assert found.sum == -balance(account.school_id, books) == Dong(340_000)
    assert suspense(account.school_id, dt.date(2026, 10, 7)).sum == Dong(250_000)
