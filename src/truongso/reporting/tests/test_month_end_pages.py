"""Month-end, posting files and findings by pages."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.acts.handling import set_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.tests.helpers import arrive
from truongso.banking.types import LineState
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import BankAccount, OrgUnit, School, Supervision
from truongso.organizations.types import SupervisionFunction, UnitKind
from truongso.reporting.flags.models import Flag, FlagNote
from truongso.reporting.flags.tests.test_flags import class_by_one, look, pay
from truongso.reporting.posting.models import PostingFile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]
ACTOR = Actor(user_id=1, label="user 1", channel="web")


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 10, 20, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def officer(school: School) -> Client:
    unit = OrgUnit.objects.create(
        kind=UnitKind.COMMUNE_DIVISION.value, code="P1", name="Phòng VHXH Tân Định", valid_from=dt.date(2025, 7, 1)
    )
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    return factories.login(Client(), factories.user(Role.OFFICER, unit=unit))


def text(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_the_month_on_one_page_paper_and_workbook(account: BankAccount, accountant: Client) -> None:
    money.invoice(account.school, [250_000])
    line = arrive(account, "khong ro cua ai", 90_000, "FT5", booked_on=dt.date(2026, 10, 8))
    owner = factories.user(Role.ACCOUNTANT, school=account.school, full_name="Vũ Thị Lan")
    with savepoint():
        set_aside(
            account.school_id, line_id=line.pk, state=LineState.PARKED, kind=AsideKind.ASKED, reason="Hỏi lớp 3A2",
            owner_id=owner.pk, actor=ACTOR,
        )  # fmt: skip
    page = text(accountant, f"{reverse('reporting:month_end')}?thang=2026-10")
    for shown in ("Lớp 3A2", "Khoản thu 0", "250.000", "Vũ Thị Lan", "đã hỏi gia đình", "12 ngày", "S12-H", "S11-H"):
        assert shown in page, shown
    assert "BẢNG TỔNG HỢP PHẢI THU" in text(accountant, f"{reverse('reporting:month_end_paper')}?thang=2026-10")
    answer = accountant.get(f"{reverse('reporting:month_end_export')}?thang=2026-10")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [[c.value for c in row] for row in book.worksheets[0].iter_rows(min_row=4)] == [
        ["3A2", "Khoản thu 0", 0, 250_000, 0, 0, 250_000], ["Cộng", None, 0, 250_000, 0, 0, 250_000],
    ]  # fmt: skip
    assert [c.value for c in book.worksheets[1][4]] == [
        dt.datetime(2026, 10, 8), account.number, "khong ro cua ai", 90_000, "đã hỏi gia đình", "Vũ Thị Lan", 12,
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="reporting:month_end:export").count() == 1
    assert text(accountant, f"{reverse('reporting:month_end')}?thang=13-2026")


def test_a_posting_file_is_made_taken_twice_the_same_and_asked_for_again(school: School, accountant: Client) -> None:
    money.invoice(school, [250_000])
    posting = reverse("reporting:posting")
    assert "1 bút toán chưa có trong tệp nào" in text(accountant, f"{posting}?thang=2026-10")
    made = accountant.post(reverse("reporting:posting_export"), {"thang": "2026-10"}, follow=True)
    assert "Đã tạo tệp số 1." in made.content.decode()
    file = PostingFile.objects.for_school(school).get()
    one, two = (accountant.get(reverse("reporting:posting_xlsx", args=[file.public_id])).content for _ in range(2))
    assert one == two == bytes(file.xlsx)
    taken = accountant.get(reverse("reporting:posting_csv", args=[file.public_id]))
    assert taken["Content-Disposition"] == 'attachment; filename="but-toan-2026-10-tep-1.csv"'
    assert len(list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))) == 2
    again = accountant.post(reverse("reporting:posting_export"), {"thang": "2026-10"}, follow=True)
    assert "Kỳ này đã xuất trong tệp số 1" in again.content.decode()
    assert PostingFile.objects.for_school(school).count() == 1
    assert AuditEntry.objects.filter(action="reporting:posting:download").count() == 3


def test_account_numbers_are_set_and_bad_ones_keep_what_was_typed(school: School, accountant: Client) -> None:
    money.invoice(school, [250_000])
    address = reverse("reporting:posting_accounts")
    rows = accountant.get(address).context["rows"]
    field = next(f"tk_{a.account_id}" for a, _typed in rows if a.code == "1111")
    refused = accountant.post(address, {field: "11 11!", "grouping": "entry"})
    assert refused.status_code == 400
    assert "11 11!" in refused.content.decode()
    assert accountant.post(address, {field: "111.1", "grouping": "entry", "tk_x": "1"}).status_code == 302
    page = text(accountant, address)
    assert 'value="111.1"' in page
    assert 'value="entry" checked' in page
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert principal.get(address).status_code == 403
    assert principal.post(reverse("reporting:posting_export"), {"thang": "2026-10"}).status_code == 403


def test_a_finding_is_explained_by_the_school_and_noted_by_the_department(
    account: BankAccount, accountant: Client, officer: Client, other_school: School
) -> None:
    made = class_by_one(account)
    assert "Không có điểm nào cần giải thích" in text(accountant, reverse("reporting:flags"))
    accountant.post(reverse("reporting:flags_check"))
    flag = Flag.objects.for_school(account.school).get()
    own, theirs = (reverse(f"reporting:{n}", args=[flag.public_id]) for n in ("flag", "unit_flag"))
    assert "Tài khoản …0711 nộp cho 5 trong 10 gia đình lớp 3A2" in text(accountant, reverse("reporting:flags"))
    page = text(accountant, own)
    assert page.count(f'href="/thu/khoan-nop/{made[0].public_id}"') == 1
    assert "chờ trường giải thích" in text(officer, reverse("reporting:unit_flags"))
    seen = text(officer, theirs)
    assert "1.250.000 đ" in seen
    assert made[0].payer_name not in seen
    assert made[0].invoice_code not in seen
    accountant.post(f"{own}/giai-thich", {"text": "Cô chủ nhiệm chuyển giúp"})
    officer.post(f"{theirs}/tra-loi", {"text": "Đã rõ, lần sau gia đình tự nộp"})
    officer.post(f"{theirs}/ghi-nhan")
    assert [n.of_school for n in FlagNote.objects.for_school(account.school).order_by("pk")] == [True, False]
    assert "đã ghi nhận" in text(officer, reverse("reporting:unit_flags"))
    assert "Phòng đã ghi nhận" in text(accountant, reverse("reporting:flags"))
    foreign = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    assert foreign.get(own).status_code == 404
    assert foreign.post(f"{own}/giai-thich", {"text": "x"}).status_code == 404
    assert accountant.post(f"{theirs}/ghi-nhan").status_code == 403
    assert FlagNote.objects.for_school(account.school).count() == 2


def test_the_words_accuse_nobody(account: BankAccount, accountant: Client) -> None:
    class_by_one(account)
    look(account.school)
    flag = Flag.objects.for_school(account.school).get()
    page = text(accountant, reverse("reporting:flag", args=[flag.public_id])) + text(
        accountant, "/bao-cao/can-giai-thich"
    )
    for word in ("gian lận", "vi phạm", "nghi vấn", "sai phạm", "bất thường"):
        assert word not in page.lower(), word


def test_addresses_of_forms_lead_to_their_page(account: BankAccount, accountant: Client, officer: Client) -> None:
    class_by_one(account)
    look(account.school)
    flag = Flag.objects.for_school(account.school).get()
    for client, address, page in (
        (accountant, reverse("reporting:posting_export"), reverse("reporting:posting")),
        (accountant, reverse("reporting:flags_check"), reverse("reporting:flags")),
        (
            accountant,
            reverse("reporting:flag_explain", args=[flag.public_id]),
            f"/bao-cao/can-giai-thich/{flag.public_id}",
        ),
        (
            officer,
            reverse("reporting:unit_flag_review", args=[flag.public_id]),
            f"/phong/can-giai-thich/{flag.public_id}",
        ),
    ):
        assert client.get(address).headers["Location"] == page


def test_pages_ask_the_same_number_of_questions_for_any_number_of_payments(
    account: BankAccount, accountant: Client, officer: Client
) -> None:
    class_by_one(account)
    look(account.school)
    flag = Flag.objects.for_school(account.school).get()
    pages = [
        (accountant, f"{reverse('reporting:month_end')}?thang=2026-10"),
        (accountant, f"{reverse('reporting:posting')}?thang=2026-10"),
        (accountant, reverse("reporting:flags")),
        (accountant, reverse("reporting:flag", args=[flag.public_id])),
        (officer, reverse("reporting:unit_flags")),
        (officer, reverse("reporting:unit_flag", args=[flag.public_id])),
    ]

    def asked(client: Client, page: str) -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get(page).status_code == 200
        return len(context)

    few = [(asked(*page), asked(*page))[1] for page in pages]
    for number in range(200, 220):
        pay(account, number, "0711")
    look(account.school)
    assert [asked(*page) for page in pages] == few
