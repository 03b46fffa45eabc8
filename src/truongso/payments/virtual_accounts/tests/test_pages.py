"""Pages of pupils' own numbers: rule and list with a look before, one pupil's numbers, the card on the pupil's page."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.sheet_writer import write_csv
from truongso.organizations.models import BankAccount, School
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.tasks import apply_due
from truongso.payments.virtual_accounts import services
from truongso.payments.virtual_accounts.models import VirtualAccountList, VirtualAccountRule
from truongso.payments.virtual_accounts.queries import numbers, numbers_of_student
from truongso.people.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

PAGE = "/thu/so-rieng"


@pytest.fixture
def account(school: School) -> BankAccount:
    """A receiving account whose bank gives numbers of 962 and six symbols."""
    made = factories.bank_account(school)
    factories.number_rule(made)
    return made


@pytest.fixture
def an(school: School) -> Student:
    return factories.student(school, "Nguyễn Bảo An", school_code="HS0007")


@pytest.fixture
def accountant(school: School, client: Client) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def text(answer: object) -> str:
    content = answer.content.decode()  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def test_by_rule_with_two_people_and_a_look_before(
    accountant: Client, account: BankAccount, an: Student, school: School
) -> None:
    factories.student(school, "Trần Bình")
    assert "Chưa cấp số riêng cho học sinh nào" in text(accountant.get(PAGE))
    rule = {"kind": "pupil_code", "start": "962ts", "digits": "6", "on_notices": "on", "reason": "Hợp đồng 12/2026"}
    asked = accountant.post(f"{PAGE}/tai-khoan/{account.public_id}/quy-tac", rule, follow=True)
    assert "Đã gửi đề nghị đầu số" in text(asked)
    change = SetupChange.objects.for_school(school).get()
    assert f"đang chờ duyệt hoặc chờ đến giờ: {account.number} · 962TSxxxxxx" in text(accountant.get(PAGE))
    again = accountant.post(f"{PAGE}/tai-khoan/{account.public_id}/quy-tac", rule)
    assert (again.status_code, "Đã có một đề nghị như vậy đang chờ." in text(again)) == (422, True)
    decide = reverse("workspaces:change_decide", args=[change.public_id])
    assert accountant.post(decide, {"viec": "duyet"}).status_code == 403
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    page = text(principal.get(reverse("workspaces:change", args=[change.public_id])))
    assert "Đầu số 962TS và 6 ký tự" in page
    assert "chuyển vào số riêng của học sinh" in page
    principal.post(decide, {"viec": "duyet"})
    change.refresh_from_db()
    assert (change.state, apply_due(), VirtualAccountRule.objects.for_school(school).get().prefix) == (
        "approved", 0, "962",
    )  # fmt: skip
    with clock.frozen(clock.now() + dt.timedelta(hours=25)):
        assert apply_due() == 1
    kept = VirtualAccountRule.objects.for_school(school).get()
    assert (kept.prefix, kept.digits, kept.on_notices, kept.proposed_by, kept.approved_by) == (
        "962TS", 6, True, change.proposed_by, change.decided_by,
    )  # fmt: skip
    shown = text(accountant.get(f"{PAGE}/tai-khoan/{account.public_id}"))
    assert "Cấp số cho 1 học sinh" in shown
    assert "Trần Bình – Học sinh chưa có mã. Ghi mã ở trang học sinh rồi cấp lại." in shown
    assert not numbers(school.pk).exists()
    done = accountant.post(f"{PAGE}/tai-khoan/{account.public_id}/cap", follow=True)
    assert "Đã cấp số tài khoản riêng cho 1 học sinh." in text(done)
    assert [one.number for one in numbers(school.pk)] == ["962TSHS0007"]
    assert "1 trong 2 học sinh đã có số" in text(accountant.get(PAGE))


def test_a_rule_that_cannot_be_is_told_at_the_form(accountant: Client, account: BankAccount) -> None:
    answer = accountant.post(
        f"{PAGE}/tai-khoan/{account.public_id}/quy-tac",
        {"kind": "sequence", "start": "đầu", "digits": "6", "reason": "Hợp đồng"},
    )
    assert answer.status_code == 422
    assert "Đầu số cần 2 đến 12 chữ cái không dấu và chữ số" in text(answer)


def test_writing_wants_the_second_factor_anew(account: BankAccount, an: Student) -> None:
    stale = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=an.school), fresh=False)
    form = {"account": account.public_id, "number": "962HS0007"}
    assert "Đã cấp số" not in text(stale.post(f"{PAGE}/hoc-sinh/{an.public_id}/cap", form, follow=True))
    assert not numbers(an.school_id).exists()


def test_a_list_with_refused_rows_is_looked_at_and_taken(
    accountant: Client, account: BankAccount, an: Student, school: School
) -> None:
    rows = [("Số TK định danh", "Mã học sinh", "Họ tên"), ("962000001", "HS0007", ""), ("962000002", "HS9999", "Ai Đó")]
    file = SimpleUploadedFile("va.csv", write_csv(rows))
    answer = accountant.post(f"{PAGE}/tai-khoan/{account.public_id}/danh-sach", {"file": file})
    kept = VirtualAccountList.objects.for_school(school).get()
    assert answer["Location"] == f"{PAGE}/danh-sach/{kept.public_id}"
    shown = text(accountant.get(answer["Location"]))
    assert "Sẽ cấp 1" in shown
    assert "3 Ai Đó 962000002 Không tìm thấy học sinh này trong trường." in shown
    book = load_workbook(io.BytesIO(accountant.get(f"{answer['Location']}/chua-cap").content))
    assert [cell.value for cell in book.worksheets[0][2]][:4] == [3, "962000002", "HS9999", "Ai Đó"]
    assert not numbers(school.pk).exists()
    accountant.post(f"{answer['Location']}/cap")
    assert [one.number for one in numbers(school.pk)] == ["962000001"]
    again = accountant.post(f"{answer['Location']}/cap", follow=True)
    assert "Danh sách này đã được cấp số trước đó." in text(again)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.7", "Không đọc được bảng trong tệp."), (b"a,b\n1,2\n", "Tệp cần một cột số tài khoản định danh")],
)
def test_a_file_that_is_no_list(accountant: Client, account: BankAccount, content: bytes, said: str) -> None:
    file = SimpleUploadedFile("x.csv", content)
    answer = accountant.post(f"{PAGE}/tai-khoan/{account.public_id}/danh-sach", {"file": file})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not VirtualAccountList.objects.for_school(account.school_id).exists()


def test_one_pupils_numbers_from_the_pupils_page(accountant: Client, account: BankAccount, an: Student) -> None:
    own = f"{PAGE}/hoc-sinh/{an.public_id}"
    page = accountant.get(f"/hoc-sinh/{an.public_id}")
    assert "Số tài khoản riêng Cấp, thay, lịch sử Đang dùng chưa cấp" in text(page)
    form = {"account": account.public_id, "number": "962 HS 0007"}
    assert "Đã cấp số tài khoản riêng." in text(accountant.post(f"{own}/cap", form, follow=True))
    assert "962H S000 7" in text(accountant.get(f"/hoc-sinh/{an.public_id}"))
    refused = accountant.post(f"{own}/cap", {**form, "number": "962HS0008"})
    assert (refused.status_code, "Học sinh đã có số tài khoản riêng khác." in text(refused)) == (422, True)
    held = numbers_of_student(an.school_id, an.pk)[0]
    shown = accountant.post(f"{PAGE}/{held.public_id}/doi", {"so": "962HS0009", "ly-do": "Mất"}, follow=True)
    assert "Đã thay số." in text(shown)
    assert "Mất" in text(shown)
    present = numbers_of_student(an.school_id, an.pk)[0]
    without = accountant.post(f"{PAGE}/{present.public_id}/doi", {"so": "", "ly-do": ""}, follow=True)
    assert "Ghi lý do thu hồi hoặc thay số." in text(without)
    accountant.post(f"{PAGE}/{present.public_id}/doi", {"so": "", "ly-do": "Chuyển trường"})
    assert not numbers(an.school_id).exists()


def test_others_see_as_much_as_their_right(
    account: BankAccount, an: Student, other_school: School, actor: Actor
) -> None:
    with transaction():
        held = services.assign(account, student=an, number="962HS0007", actor=actor)
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=an.school))
    assert "962H S000 7" in text(cashier.get(PAGE))
    assert "Cấp theo đầu số" not in text(cashier.get(PAGE))
    assert cashier.post(f"{PAGE}/{held.public_id}/doi", {"ly-do": "x"}).status_code == 403
    foreign = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    assert foreign.post(f"{PAGE}/{held.public_id}/doi", {"ly-do": "x"}).status_code == 404
    assert foreign.get(f"{PAGE}/hoc-sinh/{an.public_id}").status_code == 404
    it_admin = factories.login(Client(), factories.user(Role.IT_ADMIN, school=an.school))
    assert "Số tài khoản riêng" not in text(it_admin.get(f"/hoc-sinh/{an.public_id}"))
    assert numbers(an.school_id).count() == 1
