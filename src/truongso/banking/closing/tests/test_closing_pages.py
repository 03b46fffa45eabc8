"""Closing by pages: the accountant signs, the principal confirms, every address works as form and as link."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import factories

from truongso.accounts.types import Role
from truongso.accounts.web.fresh import STASH
from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.tests.test_month_close import NOVEMBER, count, take
from truongso.banking.models import StatementImport
from truongso.banking.statements.writers import StatementOut
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import DAY, arrive, line
from truongso.banking.types import Direction
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 10, 8, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def principal(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def sign(client: Client, address: str, **changes: str) -> DayClose | None:
    """Post the form as the page shows it."""
    shown = client.get(address)
    fields = {
        "first": f"{shown.context['first']:%Y-%m-%d}", "last": f"{shown.context['last']:%Y-%m-%d}",
        "seen": shown.context["seen"], "note": "",
    }  # fmt: skip
    client.post(f"{address}/ky", {**fields, **changes})
    return DayClose.objects.across_schools("test").order_by("-pk").first()


def test_a_day_is_signed_confirmed_and_reopened_by_pages(
    account: BankAccount, accountant: Client, principal: Client
) -> None:
    helpers.bring(
        account, line("TS lop 3A2", 250_000, "FT1"), line("phi", 11_000, "FT3", Direction.OUT), layout="bidv_detail"
    )
    days = reverse("banking:closing_days", args=[account.public_id])
    assert "chờ khóa đến 06/10/2026" in text(accountant, reverse("banking:closing"))
    page = text(accountant, days)
    for shown in ("1.000.000 đ", "250.000 đ", "1.239.000 đ", "−11.000 đ", "Tiền ra ngoài phần thu của học sinh"):
        assert shown in page, shown
    assert "Ký khóa sổ" not in text(principal, days)
    row = sign(accountant, days)
    assert row is not None
    own = reverse("banking:day_close", args=[row.public_id])
    assert "Chờ hiệu trưởng ký xác nhận" in text(accountant, own)
    principal.post(f"{own}/xac-nhan", {"seen": "x"})
    row.refresh_from_db()
    assert row.state == "signed"
    principal.post(f"{own}/xac-nhan", {"seen": row.digest})
    row.refresh_from_db()
    assert (row.state, row.closing) == ("confirmed", Dong(1_239_000))
    assert row.digest in text(principal, f"{own}/ban-in")
    accountant.post(f"{own}/de-nghi-mo-lai", {"why": "Sao kê sai"})
    accountant.post(f"{own}/mo-lai")
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert "Có đề nghị mở lại" in text(principal, own)
    principal.post(f"{own}/mo-lai")
    row.refresh_from_db()
    assert row.state == "reopened"


def test_signing_and_reopening_want_a_fresh_second_factor(school: School, account: BankAccount) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    people = [factories.user(role, school=school) for role in (Role.ACCOUNTANT, Role.PRINCIPAL)]
    accountant, principal = (factories.login(Client(), one, fresh=False) for one in people)
    days = reverse("banking:closing_days", args=[account.public_id])
    asked = "/xac-nhan-lai?next="
    assert sign(accountant, days) is None  # what was typed waits for the proof
    assert accountant.session[STASH]["path"] == f"{days}/ky"
    factories.prove(accountant, people[0])
    row = sign(accountant, days)
    assert row is not None
    own, month = reverse("banking:day_close", args=[row.public_id]), "/thu/khoa-so/thang/2026-10"
    for page in (own, month):
        for verb in ("xac-nhan", "tra-lai", "de-nghi-mo-lai", "mo-lai"):
            answer = principal.post(f"{page}/{verb}", {"seen": row.digest, "why": "Sai"})
            assert answer.headers["Location"].startswith(asked), (page, verb)
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.reopen_asked_by) == ("signed", None, None)
    stale = factories.login(Client(), people[0], fresh=False)
    assert stale.post(f"{month}/ky", {"seen": "x"}).headers["Location"].startswith(asked)
    factories.prove(principal, people[1])
    principal.post(f"{own}/xac-nhan", {"seen": row.digest})
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("confirmed", people[1].pk)


def test_what_is_in_the_way_is_said_with_the_way_out(account: BankAccount, accountant: Client) -> None:
    statement, _counts = helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    StatementImport.objects.for_school(account.school_id).filter(pk=statement.pk).update(flagged=True)
    address = f"{reverse('banking:closing_days', args=[account.public_id])}?tu=06/10/2026&den=06/10/2026"
    page = text(accountant, address)
    assert "không bao giờ khóa được" in page
    assert f'href="/thu/sao-ke/{statement.public_id}"' in page
    assert "Ký khóa sổ" not in page


def test_days_passed_over_end_what_is_offered_and_are_listed_with_their_month(
    account: BankAccount, accountant: Client
) -> None:
    month, overview = reverse("banking:closing_month", args=["2026-10"]), reverse("banking:closing")
    address = reverse("banking:closing_days", args=[account.public_id])
    with clock.frozen(dt.datetime(2026, 10, 9, 9, tzinfo=clock.SCHOOL_TIME)):
        days = [DAY, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)]
        for number, day in enumerate(days):
            opening = Dong(1_000_000 + number * 10_000)
            told = line("hoc phi", 10_000, f"FT{number}", booked_on=day)
            out = StatementOut(account=account.number, holder=account.holder_name, opening=opening, lines=(told,))
            statement = helpers.bring_file(account, out, layout="bidv_detail")
            if number == 1:
                StatementImport.objects.for_school(account.school_id).filter(pk=statement.pk).update(flagged=True)
        page = text(accountant, overview)
        assert "chờ khóa đến 06/10/2026" in page
        assert "Tháng 10/2026" in page
        assert "Tháng 09/2026" not in page  # the books begin in October
        assert sign(accountant, address) is not None
        assert "chờ khóa đến 08/10/2026" in text(accountant, overview)
        assert "Ngày không khóa được" not in text(accountant, month)
        assert sign(accountant, address, note="Ngân hàng in sai số dư ngày 07") is not None
        for place in (month, f"{month}/ban-in"):
            page = text(accountant, place)
            assert "07/10/2026" in page
            assert "Ngân hàng in sai số dư ngày 07" in page
    with clock.frozen(dt.datetime(2026, 12, 9, 9, tzinfo=clock.SCHOOL_TIME)):
        page = re.sub(r"<[^>]+>", "", text(accountant, overview))
        assert "Tháng 12/2026chưa hết thángTháng 11/2026không có bút toánTháng 10/2026chưa khóa" in page


def test_days_that_follow_each_other_are_written_as_one_span(account: BankAccount, accountant: Client) -> None:
    """A summer without a statement is one span, not a hundred days."""
    for opening, day in ((1_000_000, dt.date(2026, 5, 29)), (1_050_000, dt.date(2026, 9, 7))):
        paid = line("mot", 50_000, f"FT{day:%m}", booked_on=day)
        out = StatementOut(account=account.number, holder=account.holder_name, opening=Dong(opening), lines=(paid,))
        helpers.bring_file(account, out, layout="bidv_detail")
    address = reverse("banking:closing_days", args=[account.public_id])
    said = "tức không có giao dịch: 30/05/2026 – 06/09/2026."
    assert said in text(accountant, address)
    made = sign(accountant, address)
    assert made is not None
    assert said in text(accountant, reverse("banking:day_close", args=[made.public_id]))


def test_a_note_is_asked_and_nothing_typed_is_lost(account: BankAccount, accountant: Client) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    arrive(account, "bao co khong co trong sao ke", 70_000, "FT7")
    days = reverse("banking:closing_days", args=[account.public_id])
    assert sign(accountant, days) is None
    assert sign(accountant, days, note="Ngân hàng ghi ngày 7/10", seen="x") is None
    answer = accountant.post(f"{days}/ky", {"first": "2026-10-06", "last": "2026-10-06", "seen": "x", "note": "Ghi gì"})
    assert answer.status_code == 400
    assert "Ghi gì" in answer.content.decode()
    made = sign(accountant, days, note="Ngân hàng ghi ngày 7/10")
    assert made is not None
    assert made.note == "Ngân hàng ghi ngày 7/10"


def test_the_cash_box_and_the_month_by_pages(school: School, accountant: Client, principal: Client) -> None:
    take(school, 200_000)
    count(school, {200_000: 1})
    cash = reverse("banking:closing_days", args=["tien-mat"])
    row = sign(accountant, cash)
    assert row is not None
    principal.post(reverse("banking:day_close_confirm", args=[row.public_id]), {"seen": row.digest})
    month = reverse("banking:closing_month", args=["2026-10"])
    assert "Tháng này chưa hết" in text(accountant, month)
    with clock.frozen(NOVEMBER):
        page = accountant.get(month)
        accountant.post(f"{month}/ky", {"seen": page.context["figures"].seen})
        made = MonthClose.objects.across_schools("test").get()
        principal.post(f"{month}/xac-nhan", {"seen": made.digest})
        made.refresh_from_db()
        assert made.state == "confirmed"
        assert "200.000" in text(principal, f"{month}/ban-in")
        accountant.post(f"{month}/de-nghi-mo-lai", {"why": "Sót"})
        principal.post(f"{month}/mo-lai")
        made.refresh_from_db()
        assert made.state == "reopened"
        assert "mở lại: Sót" in text(accountant, month)


def test_addresses_of_forms_lead_to_their_page(account: BankAccount, accountant: Client) -> None:
    days = reverse("banking:closing_days", args=[account.public_id])
    assert accountant.get(f"{days}/ky").headers["Location"] == days
    month = reverse("banking:closing_month", args=["2026-10"])
    assert accountant.get(f"{month}/ky").headers["Location"] == month
    assert accountant.get("/thu/khoa-so/thang/2026-13").status_code == 404
    assert accountant.get(reverse("banking:closing_days", args=["khong-co"])).status_code == 404


def test_other_roles_and_other_schools_see_nothing(
    account: BankAccount, other_school: School, accountant: Client
) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    row = sign(accountant, reverse("banking:closing_days", args=[account.public_id]))
    assert row is not None
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=account.school))
    assert cashier.get(reverse("banking:closing")).status_code == 403
    foreign = factories.login(Client(), factories.user(Role.PRINCIPAL, school=other_school))
    own = reverse("banking:day_close", args=[row.public_id])
    assert foreign.get(own).status_code == 404
    assert foreign.post(f"{own}/xac-nhan", {"seen": row.digest}).status_code == 404
    row.refresh_from_db()
    assert row.state == "signed"


def test_pages_ask_the_same_number_of_questions_for_any_number_of_lines(
    account: BankAccount, accountant: Client
) -> None:
    pages = [
        reverse("banking:closing_days", args=[account.public_id]), reverse("banking:closing"),
        reverse("banking:closing_month", args=["2026-10"]), f"{reverse('banking:bank_book')}?thang=2026-10",
    ]  # fmt: skip

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as context:
            assert accountant.get(page).status_code == 200
        return len(context)

    helpers.bring(account, *(line(f"so {n}", 1_000 + n, f"FT{n}") for n in range(2)), layout="bidv_detail")
    few = [(asked(page), asked(page))[1] for page in pages]
    after = (line(f"so {n}", 1_000 + n, f"FT{n}", booked_on=DAY + dt.timedelta(days=1)) for n in range(40))
    helpers.bring(account, *after, layout="bidv_detail")
    assert [asked(page) for page in pages] == few


@pytest.mark.django_db
def test_days_out_of_all_reason_are_refused_or_brought_nearer(account: BankAccount, accountant: Client) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    days = reverse("banking:closing_days", args=[account.public_id])
    statuses = [
        accountant.post(f"{days}/ky", {"first": first, "last": last, "seen": "x"}).status_code
        for first, last in (
            ("0001-01-01", "0001-01-02"), ("2026-10-06", "9999-12-31"), ("1900-01-01", "2199-12-31"), ("x", ""),
            ("2026-10-06", "2026-10-05"), ("2199-12-30", "2199-12-31"),
        )
    ]  # fmt: skip
    assert statuses == [302, 302, 400, 302, 400, 400]
    assert DayClose.objects.across_schools("test").count() == 0
    shown = accountant.get(f"{days}?tu=01/01/1900&den=31/12/2199").context
    assert (shown["first"], shown["last"]) == (dt.date(1900, 1, 1), dt.date(1901, 1, 2))
