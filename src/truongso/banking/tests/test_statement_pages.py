"""Upload, look, apply: through the views, with files as people send them."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking import statement_import
from truongso.banking.models import BankLine, StatementImport, StatementRow
from truongso.banking.statements.writers import FileFormat
from truongso.banking.tests.helpers import ACTOR, bring, file, line
from truongso.banking.types import APPLY_JOB
from truongso.banking.web import statements
from truongso.fees.models import Invoice
from truongso.kernel import jobs
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry, Job
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]
HERE = "/thu/sao-ke"


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school, full_name="Phạm Thị Hòa"))


def _upload(browser: Client, account: BankAccount, content: bytes, name: str = "saoke.xlsx") -> Any:
    upload = SimpleUploadedFile(name, content)
    return browser.post(f"{HERE}/tai-len", {"account": account.public_id, "file": upload})


def _spoilt(account: BankAccount, *cells: tuple[str, str]) -> bytes:
    """A statement of three bookings in which some amounts are replaced by text."""
    content = file(account, *(line(f"tien {n}", 50_000 + n, f"R{n}") for n in range(3)))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet: Any = book.active
    for row in sheet.iter_rows():
        for cell in row:
            for old, new in cells:
                if str(cell.value) == old:
                    cell.value = new
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_look_apply_and_result(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    content = file(
        account, line(f"{invoice.code} nop", 250_000, "R1"), line("khong ro", 70_000, "R2"), layout="bidv_detail"
    )
    answer = _upload(browser, account, content)
    assert answer.status_code == 302
    look = browser.get(answer["Location"]).content.decode()
    for text in (
        "BIDV – Báo cáo chi tiết số dư tài khoản",
        "1.000.000\u00a0đ",
        "1.320.000\u00a0đ",
        "cộng 320.000\u00a0đ",
        "Nhập 2 dòng mới",
    ):
        assert text in look
    assert BankLine.objects.for_school(school).count() == 0
    assert browser.post(f"{answer['Location']}/nhap").status_code == 302
    result = browser.get(answer["Location"]).content.decode()
    assert "Xử lý 1 giao dịch chờ" in result
    assert "khong ro" in result
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert browser.post(f"{answer['Location']}/nhap").status_code == 302
    assert BankLine.objects.for_school(school).count() == 2
    listed = browser.get(HERE).content.decode()
    assert "Phạm Thị Hòa" in listed
    assert "06/10/2026" in listed
    assert money.broken_invariants() == []


def test_the_same_file_says_so_and_adds_nothing(school: School, account: BankAccount, browser: Client) -> None:
    content = file(account, line("khong ro", 70_000, "R2"))
    first = _upload(browser, account, content)["Location"]
    browser.post(f"{first}/nhap")
    second = _upload(browser, account, content)["Location"]
    page = browser.get(second).content.decode()
    assert "Đúng tệp này đã được nhập lúc" in page
    assert "dòng mới</button>" not in page
    assert BankLine.objects.for_school(school).count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Tệp không có dòng nào"),
        (b"%PDF-1.7 x", "Đây là tệp PDF"),
        (b"\x89PNG\r\n", "Đây là ảnh chụp"),
        (b"<html><table></table></html>", "Tệp không có dòng nào"),
        (b"<html><body>Het phien</body></html>", "trang web không có bảng nào"),
        (b"PK\x03\x04 broken", "Tệp bị hỏng"),
        (b"\x00" * 2_000, ""),
        (b"x" * (32 * 1024 * 1024 + 1), "Tệp quá lớn (tối đa 32 MB)"),
    ],
)
def test_a_bad_file_gets_one_clear_message_and_changes_nothing(
    school: School, account: BankAccount, browser: Client, content: bytes, said: str
) -> None:
    answer = _upload(browser, account, content)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Lỗi:" in page
    assert said in page
    assert StatementImport.objects.for_school(school).count() == 0


def test_a_statement_of_another_account_is_refused_and_one_with_wrong_totals_flagged(
    school: School, account: BankAccount, browser: Client
) -> None:
    other = factories.bank_account(school, number="0071000999999")
    page = _upload(browser, account, file(other, line("x", 1_000, "R1"))).content.decode()
    assert "Đây là sao kê của tài khoản 0071000999999, không phải 0071000123456" in page
    content = file(account, line("x", 1_000, "R1"), line("y", 2_000, "R2"), layout="bidv_detail", form=FileFormat.CSV)
    cut = b"\n".join(row for row in content.split(b"\n") if b"R2" not in row)
    assert StatementImport.objects.for_school(school).count() == 0
    page = browser.get(_upload(browser, account, cut, "saoke.csv")["Location"]).content.decode()
    assert "Tổng hoặc số dư của tệp không khớp" in page
    assert "Tệp có thể thiếu dòng" in page
    assert StatementImport.objects.for_school(school).get().flagged


def test_refused_rows_are_named_downloaded_corrected_and_imported(
    school: School, account: BankAccount, browser: Client
) -> None:
    plain = file(account, *(line(f"tien {n}", 50_000 + n, f"R{n}") for n in range(3)))
    amounts = {str(c.value) for row in openpyxl.load_workbook(io.BytesIO(plain)).active.iter_rows() for c in row}
    written = next(a for a in amounts if a.replace(",", "").replace(".", "") == "50002")
    here = _upload(browser, account, _spoilt(account, (written, "năm mươi nghìn")))["Location"]
    look = browser.get(here).content.decode()
    assert "Không đọc được số tiền “năm mươi nghìn”" in look
    browser.post(f"{here}/nhap")
    assert BankLine.objects.for_school(school).count() == 2
    assert "Không đọc được số tiền “năm mươi nghìn”" in browser.get(here).content.decode()
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{here}/dong-chua-nhap").content))
    assert {e.params["count"] for e in AuditEntry.objects.filter(action="banking:statement:refused")} == {1}
    assert book["Nguồn tệp"].max_row == 5
    sheet: Any = book.worksheets[0]
    assert sheet.max_row == 3
    for cell in sheet[3]:
        if cell.value == "năm mươi nghìn":
            cell.value = written
    out = io.BytesIO()
    book.save(out)
    corrected = _upload(browser, account, out.getvalue(), "sua.xlsx")["Location"]
    browser.post(f"{corrected}/nhap")
    rows = BankLine.objects.for_school(school).order_by("amount").values_list("amount", "memo")
    assert list(rows) == [(Dong(50_000 + n), f"tien {n}") for n in range(3)]


def test_the_original_comes_back_byte_for_byte(account: BankAccount, browser: Client) -> None:
    content = file(account, line("khong ro", 70_000, "R2"))
    here = _upload(browser, account, content, "../../sao kê.XLSX")["Location"]
    answer = browser.get(f"{here}/tep")
    assert answer.content == content
    assert answer["Content-Disposition"].startswith('attachment; filename="sao-ke-')
    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_long_files_run_as_a_job_that_can_be_started_again(
    school: School, account: BankAccount, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "INLINE_LINES", 5)
    monkeypatch.setattr(statement_import, "CHUNK", 3)
    content = file(account, *(line(f"tien {n}", 1_000 + n, f"R{n}") for n in range(8)))
    here = _upload(browser, account, content)["Location"]
    browser.post(f"{here}/nhap")
    browser.post(f"{here}/nhap")
    job = Job.objects.get(kind=APPLY_JOB)
    assert BankLine.objects.for_school(school).count() == 0
    running = browser.get(here).content.decode()
    assert "Đang nhập sao kê" in running
    done = jobs.run(job.pk)
    assert (done.state, done.done, done.total, done.result["new"]) == ("done", 8, 8, 8)
    assert "Kết quả nhập sao kê" in browser.get(here).content.decode()
    assert BankLine.objects.for_school(school).count() == 8


def test_an_import_killed_after_its_first_chunk_goes_on_and_doubles_nothing(
    school: School, account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_import, "CHUNK", 4)
    invoice = money.invoice(school, [250_000])
    lines = [line(f"{invoice.code} nop", 250_000, "R0"), *(line(f"tien {n}", 1_000, f"R{n % 3}") for n in range(1, 10))]
    with transaction():
        statement = statement_import.preview(account, content=file(account, *lines), file_name="a.xlsx", actor=ACTOR)

    def die(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        statement_import.apply(statement, actor=ACTOR, on_progress=die)
    assert BankLine.objects.for_school(school).count() == 4
    assert StatementImport.objects.for_school(school).get().state == "previewed"
    counts = statement_import.apply(statement, actor=ACTOR)
    assert counts == {
        "new": 10, "known": 0, "refused": 0, "credits": 10, "credits_dong": 259_000, "outgoing": 0, "booked": 1,
    }  # fmt: skip
    assert StatementImport.objects.for_school(school).get().counts == counts
    assert BankLine.objects.for_school(school).count() == 10
    assert StatementRow.objects.for_school(school).count() == 10
    assert Payment.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


def test_other_schools_files_and_accounts_are_out_of_reach(
    school: School, other_school: School, account: BankAccount, browser: Client
) -> None:
    theirs = factories.bank_account(other_school, number="0099")
    foreign, _counts = bring(theirs, line("x", 1_000, "R1"))
    for path in ("", "/tep", "/dong-chua-nhap"):
        assert browser.get(f"{HERE}/{foreign.public_id}{path}").status_code == 404
    assert browser.post(f"{HERE}/{foreign.public_id}/nhap").status_code == 404
    page = _upload(browser, theirs, file(theirs, line("y", 1_000, "R2"))).content.decode()
    assert "Chọn một tài khoản nhận tiền của trường." in page
    assert StatementImport.objects.for_school(other_school).count() == 1


def test_a_principal_looks_but_does_not_import(school: School, account: BankAccount) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    statement, _counts = bring(account, line("x", 1_000, "R1"))
    assert client.get(HERE).status_code == 200
    assert client.get(f"{HERE}/{statement.public_id}").status_code == 200
    assert _upload(client, account, file(account, line("y", 1_000, "R2"))).status_code == 403
    assert client.get(f"{HERE}/{statement.public_id}/tep").status_code == 403
    assert not AuditEntry.objects.filter(action="banking:statement:download").exists()


def test_a_bank_s_own_file_leaves_with_its_digest_on_record(
    school: School, account: BankAccount, browser: Client
) -> None:
    statement, _counts = bring(account, line("x", 1_000, "R1"))
    got = browser.get(f"{HERE}/{statement.public_id}/tep")
    taken = AuditEntry.objects.get(action="banking:statement:download")
    assert (taken.school_id, taken.subject_id) == (school.pk, str(statement.pk))
    assert taken.params["sha256"] == hashlib.sha256(got.content).hexdigest()


def test_covered_days_are_joined() -> None:
    import datetime as dt

    from truongso.banking.queries import joined

    def d(day: int) -> dt.date:
        return dt.date(2026, 10, day)

    assert joined([(d(5), d(6)), (d(1), d(3)), (d(4), d(4)), (d(9), d(12)), (d(10), d(11))]) == (
        (d(1), d(6)),
        (d(9), d(12)),
    )
    assert joined([]) == ()


def test_a_wrong_file_is_taken_back_as_long_as_nothing_of_it_is_recorded(
    school: School, account: BankAccount, browser: Client
) -> None:
    _upload(browser, account, "Lương tháng 9\nTên;Số\nHòa;1\n".encode(), "luong.csv")
    unknown = StatementImport.objects.for_school(school).get()
    assert unknown.state == "mapping"
    assert "Bỏ tệp" in browser.get(f"{HERE}/{unknown.public_id}/cot").content.decode()
    applied, _counts = bring(account, line("mot", 250_000, "FT1"))
    other = factories.login(Client(), factories.user(Role.CASHIER, school=school))
    assert other.post(f"{HERE}/{unknown.public_id}/bo").status_code == 403
    refused = browser.post(f"{HERE}/{applied.public_id}/bo", follow=True).content.decode()
    assert "đã nhập hoặc đang nhập" in refused
    assert StatementImport.objects.for_school(school).count() == 2
    taken = browser.post(f"{HERE}/{unknown.public_id}/bo", follow=True).content.decode()
    assert "Đã bỏ tệp luong.csv" in taken
    assert list(StatementImport.objects.for_school(school)) == [applied]
    entry = AuditEntry.objects.get(action="banking:statement:discard")
    assert (entry.subject_id, entry.params["file"]) == (str(unknown.pk), "luong.csv")
    assert BankLine.objects.for_school(school).count() == 1


def test_a_file_that_a_job_works_on_stays(school: School, account: BankAccount, browser: Client) -> None:
    with transaction():
        found = statement_import.preview(
            account, content=file(account, line("mot", 1, "FT1")), file_name="a.xlsx", actor=ACTOR
        )
        jobs.start(APPLY_JOB, school_id=school.pk, key=found.public_id, params={}, started_by=None)
    browser.post(f"{HERE}/{found.public_id}/bo")
    assert StatementImport.objects.for_school(school).get() == found
