"""An unknown statement: shown once on a page, used again by itself, shared as a file; and the calendar of its days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking import coverage
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.mapping.services import read_again
from truongso.banking.models import BankLine, StatementImport
from truongso.banking.statement_import import apply
from truongso.banking.statements.custom import CustomLayout, to_file
from truongso.banking.tests.helpers import ACTOR, bring, file, line
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("truongso.banking.tests.urls")]
HERE = "/thu/sao-ke"
TABLE = (
    "Ngân hàng Hợp tác xã;;;\nHôm;Việc;Vào;Còn\n05/10/2026;{code} nop;250.000;1.250.000\n"
    "06/10/2026;khac;70.000;1.320.000\n07/10/2026;khac;7O.000;1.390.000\n"
)
ANSWERS = {"ten": "HTX", "hang": "2", "so": "auto", "ngay": "auto", "cot_0": "date", "cot_1": "memo", "cot_2": "credit",
           "cot_3": "balance"}  # fmt: skip


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


def _upload(browser: Client, account: BankAccount, text: str) -> Any:
    upload = SimpleUploadedFile("htx.csv", text.encode())
    return browser.post(f"{HERE}/tai-len", {"account": account.public_id, "file": upload})


def test_shown_tried_kept_and_used_again(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    table = TABLE.format(code=invoice.code)
    columns = _upload(browser, account, table)["Location"]
    statement = StatementImport.objects.for_school(school).get()
    assert (columns, statement.state) == (f"{HERE}/{statement.public_id}/cot", "mapping")
    page = browser.get(columns).content.decode()
    assert "Những dòng đầu của tệp" in page
    assert "Chưa biết mẫu sao kê này" in page
    assert browser.get(f"{HERE}/{statement.public_id}")["Location"] == columns
    tried = browser.post(columns, {**ANSWERS, "viec": "xem"}).content.decode()
    assert "250.000\u00a0đ" in tried
    assert "Không đọc được số tiền “7O.000”" in tried
    assert StatementLayout.objects.for_school(school).count() == 0
    answer = browser.post(columns, {**ANSWERS, "viec": "luu"})
    assert answer["Location"] == f"{HERE}/{statement.public_id}"
    statement.refresh_from_db()
    assert (statement.state, statement.counts["new"], statement.counts["refused"]) == ("previewed", 2, 1)
    assert (statement.period_from, statement.period_to) == (dt.date(2026, 10, 5), dt.date(2026, 10, 6))
    assert "HTX" in browser.get(answer["Location"]).content.decode()
    apply(statement, actor=ACTOR)
    assert BankLine.objects.for_school(school).count() == 2
    deeper = "Kỳ mới;;;\n" + table.replace("05/10", "08/10").replace("06/10", "09/10")
    later = clock.now() + dt.timedelta(days=2)
    with clock.frozen(later):
        again = _upload(browser, account, deeper)["Location"]
    assert StatementLayout.objects.for_school(school).get().used_at == later
    assert "Nhập 2 dòng mới" in browser.get(again).content.decode()
    assert money.broken_invariants() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cot_0": ""}, "Chọn cột nào là ngày giao dịch."),
        ({"cot_2": ""}, "Chọn cột tiền vào"),
        ({"ten": " "}, "Đặt tên cho mẫu cột"),
        ({"cot_3": "credit"}, "Cột D được chọn cho hai việc"),
        ({"cot_1": "signed_amount"}, "không chọn cả hai"),
        ({"so": "hai"}, "Lỗi:"),
    ],
)
def test_wrong_choices_get_one_message_and_change_nothing(
    school: School, account: BankAccount, browser: Client, change: dict[str, str], said: str
) -> None:
    columns = _upload(browser, account, TABLE)["Location"]
    answer = browser.post(columns, {**ANSWERS, **change, "viec": "luu"})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert StatementLayout.objects.for_school(school).count() == 0
    assert StatementImport.objects.for_school(school).get().state == "mapping"


def test_layouts_are_shared_changed_and_deleted(
    school: School, other_school: School, account: BankAccount, browser: Client
) -> None:
    columns = _upload(browser, account, TABLE)["Location"]
    browser.post(columns, {**ANSWERS, "viec": "luu"})
    mine = StatementLayout.objects.for_school(school).get()
    shared = browser.get(f"{HERE}/mau/{mine.public_id}/tai-ve").content
    assert b"0071000" not in shared
    theirs = factories.bank_account(other_school, number="0099")
    other = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    assert other.get(f"{HERE}/mau/{mine.public_id}/tai-ve").status_code == 404
    assert other.post(f"{HERE}/mau/{mine.public_id}/xoa").status_code == 404
    answer = other.post(f"{HERE}/mau/them", {"tk": theirs.public_id, "tep": SimpleUploadedFile("m.json", shared)})
    assert answer.status_code == 302
    assert "Nhập" in other.get(_upload(other, theirs, TABLE)["Location"]).content.decode()
    twice = other.post(f"{HERE}/mau/them", {"tk": theirs.public_id, "tep": SimpleUploadedFile("m.json", shared)})
    assert "đã có mẫu cột tên đó" in twice.content.decode()
    spoilt = SimpleUploadedFile("m.json", shared.replace(b'"version": 1', b'"version": 9'))
    assert (
        "không phải mẫu cột" in other.post(f"{HERE}/mau/them", {"tk": theirs.public_id, "tep": spoilt}).content.decode()
    )
    browser.post(columns, {**ANSWERS, "ten": "HTX mới", "viec": "luu"})
    assert [x.name for x in StatementLayout.objects.for_school(school)] == ["HTX mới"]
    assert "HTX mới" in browser.get(f"{HERE}/mau").content.decode()
    browser.post(f"{HERE}/mau/{mine.public_id}/xoa")
    assert StatementLayout.objects.for_school(school).count() == 0
    assert "Mẫu cột đã xóa" in browser.get(HERE).content.decode()


def test_an_applied_file_is_never_a_preview_again(school: School, account: BankAccount, browser: Client) -> None:
    """Somebody shows columns while somebody else applies; and addresses opened out of turn."""
    columns = _upload(browser, account, TABLE)["Location"]
    waiting = StatementImport.objects.for_school(school).get()
    assert browser.post(f"{HERE}/{waiting.public_id}/nhap")["Location"] == columns
    assert browser.post(columns, {**ANSWERS, "hang": "9" * 5000}).status_code == 200
    browser.post(columns, {**ANSWERS, "viec": "luu"})
    stale = StatementImport.objects.for_school(school).get()
    browser.post(f"{HERE}/{stale.public_id}/nhap")
    with transaction():
        read_again(stale)
    kept = StatementImport.objects.for_school(school).get()
    assert (kept.state, kept.applied_at is not None, stale.state) == ("applied", True, "previewed")
    assert BankLine.objects.for_school(school).count() == 2


def test_a_file_whose_columns_were_deleted_asks_for_them_again(
    school: School, account: BankAccount, browser: Client
) -> None:
    columns = _upload(browser, account, TABLE)["Location"]
    browser.post(columns, {**ANSWERS, "viec": "luu"})
    one = StatementImport.objects.for_school(school).get()
    layout = StatementLayout.objects.for_school(school).get()
    browser.post(f"{HERE}/mau/{layout.public_id}/xoa")
    page = f"{HERE}/{one.public_id}"
    answers = [browser.get(page), browser.post(f"{page}/nhap"), browser.get(f"{page}/dong-chua-nhap")]
    assert [x["Location"] for x in answers] == [columns] * 3
    assert browser.get(columns).status_code == 200
    assert (BankLine.objects.for_school(school).count(), StatementImport.objects.for_school(school).get().state) == (
        0, "previewed",
    )  # fmt: skip


def test_a_damaged_layout_is_passed_over(school: School, account: BankAccount, browser: Client) -> None:
    layout = CustomLayout(name="x", header=("NGAY", "CO"), columns={"date": 0, "credit": 1})
    assert to_file(layout)
    StatementLayout.objects.create(
        school=school, bank_account=account, name="x", definition={"version": 7}, created_at=clock.now(),
        changed_at=clock.now(),
    )  # fmt: skip
    _statement, counts = bring(account, line("khac", 5_000, "R1"))
    assert counts["new"] == 1


def test_covered_days_gaps_and_contradictions(school: School, account: BankAccount, browser: Client) -> None:
    october = [dt.date(2026, 10, day) for day in range(1, 32)]
    bring(account, line("a", 1_000, "R1", booked_on=october[1]), line("b", 1_000, "R2", booked_on=october[3]))
    cut = file(account, line("c", 2_000, "R3", booked_on=october[7]), line("d", 3_000, "R4", booked_on=october[8]),
               layout="bidv_detail")  # fmt: skip
    assert cut
    bring(account, line("c", 2_000, "R3", booked_on=october[7]), layout="bidv_detail")
    StatementImport.objects.for_school(school).filter(layout="bidv_detail").update(flagged=True)
    days = coverage.days_of(account, october[0], october[9])
    kinds = [day.kind for day in days]
    assert kinds == ["none", *["statement"] * 3, *["none"] * 3, "statement", *["none"] * 2]
    assert coverage.gaps(days) == [(october[4], october[6]), (october[8], october[9])]
    assert [f.layout for f in coverage.flagged_imports(account, october[0], october[30])] == ["bidv_detail"]
    assert list(coverage.flagged_imports(account, october[0], october[6])) == []
    assert coverage.overlaps(days) == []
    files = list(coverage.applied_files(account, october[0], october[30]))
    files[1].period_from, files[0].opening_balance, files[0].closing_balance = october[4], Dong(0), Dong(400)
    assert [b.difference for b in coverage.breaks(files)] == [Dong(1_000_000 - 400)]
    page = browser.get(f"{HERE}/lich?thang=2026-10&ngay=2026-10-08").content.decode()
    for text in ("Còn ngày chưa có sao kê", "05/10/2026 – 07/10/2026", "chưa khóa sổ được", "1 giao dịch"):
        assert text in page
    assert browser.get(f"{HERE}/lich?thang=x&ngay=y&tk=z").status_code == 200
    assert "từ hai tệp sao kê" not in page
    bring(account, line("b", 1_000, "R2", booked_on=october[3]), line("c", 2_000, "R3", booked_on=october[7]))
    days = coverage.days_of(account, october[0], october[9])
    assert coverage.overlaps(days) == [(october[3], october[3]), (october[7], october[7])]
    assert coverage.gaps(days) == [(october[8], october[9])]
    page = browser.get(f"{HERE}/lich?thang=2026-10").content.decode()
    assert ("từ hai tệp sao kê" in page, page.count(" double")) == (True, 3)  # two days and the key
