"""Numbers of pupils: given one by one, by the bank's rule or from its list; taken back, replaced, kept as history."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.db import DatabaseError, IntegrityError
from openpyxl import Workbook
from tests import factories

from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.sheet_writer import SheetOut, write_csv, write_xlsx
from truongso.organizations.models import BankAccount, School
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.number_rules import propose_number_rule
from truongso.payments.virtual_accounts import services
from truongso.payments.virtual_accounts.messages import virtual_account_text
from truongso.payments.virtual_accounts.models import VirtualAccount, VirtualAccountRule
from truongso.payments.virtual_accounts.queries import number_at_bank, numbers, numbers_of_student
from truongso.payments.virtual_accounts.types import RuleKind, VirtualAccountRefusedError
from truongso.people.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

Row = tuple[str | int, ...]
HEADER = ("STT", "Số TK định danh", "Mã học sinh", "Họ và tên", "Lớp")


@pytest.fixture
def account(school: School) -> BankAccount:
    """A receiving account whose bank gives numbers of 962 and six symbols."""
    made = factories.bank_account(school)
    factories.number_rule(made)
    return made


@pytest.fixture
def an(school: School) -> Student:
    return factories.student(school, "Nguyễn Bảo An", school_code="HS0007")


def assign(account: BankAccount, student: Student, number: str, actor: Actor) -> VirtualAccount:
    with transaction():
        return services.assign(account, student=student, number=number, actor=actor)


def listed(account: BankAccount, rows: list[Row], actor: Actor, *, csv: bool = False) -> services.Judged:
    with transaction():
        kept = services.store_list(account, content=_file(rows, csv=csv), file_name="danh-sach.xlsx", actor=actor)
    return services.judge_list(kept)


def _file(rows: list[Row], *, csv: bool = False) -> bytes:
    everything = [("DANH SÁCH TÀI KHOẢN ĐỊNH DANH",), HEADER, *rows]
    if csv:
        return write_csv(everything)
    return write_xlsx([SheetOut("VA", [], everything)])


def test_a_number_is_given_taken_back_and_replaced_with_history(
    account: BankAccount, an: Student, actor: Actor, school_day: dt.datetime
) -> None:
    first = assign(account, an, " 962-hs 0007 ", actor)
    assert (first.number, first.assigned_on, first.released_on) == ("962HS0007", school_day.date(), None)
    with transaction():
        second = services.replace(first, number="962HS9999", reason="Ngân hàng cấp lại", actor=actor)
    with transaction():
        services.release(second, reason="Học sinh chuyển trường", actor=actor)
    assert [(one.number, one.released_on, one.release_reason) for one in numbers_of_student(an.school_id, an.pk)] == [
        ("962HS9999", school_day.date(), "Học sinh chuyển trường"),
        ("962HS0007", school_day.date(), "Ngân hàng cấp lại"),
    ]  # fmt: skip
    assert not numbers(an.school_id).exists()
    acts = AuditEntry.objects.filter(action__startswith="payments:virtual_account").order_by("seq")
    assert [entry.action.rsplit(":", 1)[1] for entry in acts] == ["assign", "release", "assign", "release"]
    again = assign(account, an, "962HS0007", actor)
    assert numbers_of_student(an.school_id, an.pk)[0] == again


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        ("12", "bad_number", "Số “12” không hợp lệ: cần 6 đến 19 chữ cái không dấu và chữ số."),
        ("SỐ123456", "bad_number", "không hợp lệ"),
        ("962HS00011", "not_of_rule", "không đúng đầu số hoặc độ dài đã duyệt"),
        ("963HS0001", "not_of_rule", "không đúng đầu số hoặc độ dài đã duyệt"),
        ("0071000123456", "own_account", "là số tài khoản chính của trường"),
        ("962HS0001", "number_taken", "Số 962HS0001 đang cấp cho học sinh khác."),
    ],
)
def test_numbers_that_cannot_be_given(account: BankAccount, actor: Actor, number: str, code: str, text: str) -> None:
    an = factories.student(account.school)
    assign(account, factories.student(an.school, "Trần Bình"), "962HS0001", actor)
    with pytest.raises(VirtualAccountRefusedError) as refused:
        assign(account, an, number, actor)
    assert refused.value.code == code
    assert text in virtual_account_text(code, refused.value.params)
    assert numbers_of_student(an.school_id, an.pk) == []


def test_one_pupil_one_number_one_holder(account: BankAccount, an: Student, actor: Actor, other_school: School) -> None:
    held = assign(account, an, "962HS0007", actor)
    with pytest.raises(VirtualAccountRefusedError, match="pupil_has_one"):
        assign(account, an, "962HS0008", actor)
    foreign = factories.bank_account(other_school, number="0071000999999")
    factories.number_rule(foreign)
    with pytest.raises(VirtualAccountRefusedError, match="number_taken"):
        assign(foreign, factories.student(other_school, "Lê Chi"), "962HS0007", actor)
    with pytest.raises(VirtualAccountRefusedError, match="unknown_pupil"):
        assign(account, factories.student(other_school, "Lê Chi"), "962HS0010", actor)
    with pytest.raises(VirtualAccountRefusedError, match="same_number"), transaction():
        services.replace(held, number="962 hs 0007", reason="x", actor=actor)
    with pytest.raises(VirtualAccountRefusedError, match="reason_missing"), transaction():
        services.release(held, reason=" ", actor=actor)
    assert [one.number for one in numbers(an.school_id)] == ["962HS0007"]
    assert number_at_bank(account.bank_bin, "962HS0007") == held
    assert number_at_bank("970418", "962HS0007") is None


def test_the_database_holds_the_same(account: BankAccount, an: Student, actor: Actor, school_day: dt.datetime) -> None:
    held = assign(account, an, "962HS0007", actor)
    values = {"school": an.school, "bank_account": account, "bank_bin": account.bank_bin,
              "assigned_on": school_day.date(), "created_at": school_day}  # fmt: skip
    with pytest.raises(IntegrityError), savepoint():
        VirtualAccount.objects.create(number="962HS0007", student=factories.student(an.school, "B"), **values)
    with pytest.raises(IntegrityError), savepoint():
        VirtualAccount.objects.create(number="962HS0008", student=an, **values)
    rows = VirtualAccount.objects.for_school(an.school).filter(pk=held.pk)
    with pytest.raises(DatabaseError, match="fixed once given"), savepoint():
        rows.update(number="962HS0009")
    with transaction():
        services.release(held, reason="thôi", actor=actor)
    with pytest.raises(DatabaseError, match="taken back stays so"), savepoint():
        rows.update(released_on=None)
    with pytest.raises(DatabaseError, match="never deleted"), savepoint():
        rows.delete()


@pytest.mark.parametrize("csv", [False, True])
def test_a_banks_list_with_its_refused_rows(
    account: BankAccount, an: Student, actor: Actor, school: School, csv: bool
) -> None:
    taught = factories.school_class(school, "3A2")
    binh = factories.student(school, "Trần Bình", school_class=taught)
    for name in ("Lê Chi", "Lê Chi"):
        factories.student(school, name)
    taken = assign(account, factories.student(school, "Đỗ Dung", school_code="HS0004"), "962000004", actor)
    judged = listed(
        account,
        [
            (1, "962000001", "HS0007", "Nguyễn Bảo An", ""),
            (2, "962000002", "", "tran binh", "3a2"),
            (3, "962000003", "", "Lê Chi", ""),
            (4, "962000004", "HS0004", "", ""),
            (5, "962000005", "HS0004", "", ""),
            (6, "962000006", "HS7777", "Không Có", ""),
            (7, "962000001", "", "Trần Bình", ""),
            (8, "12", "HS0007", "", ""),
            (9, "", "", "Trần Bình", "3A2"),
        ],
        actor,
        csv=csv,
    )
    assert [(one.student_id, one.number) for one in judged.given] == [(an.pk, "962000001"), (binh.pk, "962000002")]
    assert judged.known == 1
    assert taken.released_on is None
    assert [(one.row.row_number, one.code) for one in judged.refused] == [
        (5, "pupil_unclear"), (7, "pupil_has_one"), (8, "unknown_pupil"), (9, "row_twice"), (10, "row_twice"),
        (11, "row_twice"),
    ]  # fmt: skip
    assert numbers(school.pk).count() == 1


def test_a_list_is_taken_over_once(account: BankAccount, an: Student, actor: Actor) -> None:
    with transaction():
        kept = services.store_list(
            account, content=_file([(1, "962000001", "HS0007", "", ""), (2, "x", "HS0008", "", "")]),
            file_name="va.xlsx", actor=actor,
        )  # fmt: skip
        assert services.apply_list(kept, actor=actor) == 1
    assert [one.number for one in numbers(an.school_id)] == ["962000001"]
    with pytest.raises(VirtualAccountRefusedError, match="already_applied"), transaction():
        services.apply_list(kept, actor=actor)
    with pytest.raises(VirtualAccountRefusedError, match="nothing_accepted"), transaction():
        services.apply_list(
            services.store_list(
                account, content=_file([(1, "962000001", "HS0007", "", "")]), file_name="", actor=actor
            ),
            actor=actor,
        )


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "no_rows"), (None, "no_columns")],
)
def test_files_that_are_no_list(account: BankAccount, actor: Actor, rows: list[Row] | None, code: str) -> None:
    content = write_csv([("a", "b"), ("1", "2")]) if rows is None else _file(rows)
    with pytest.raises(VirtualAccountRefusedError, match=code), transaction():
        services.store_list(account, content=content, file_name="x.csv", actor=actor)


def rule(account: BankAccount, kind: RuleKind, prefix: str, actor: Actor) -> None:
    with transaction():
        services.set_rule(
            account, kind=kind, prefix=prefix, digits=6, on_notices=False, proposed_by=7, approved_by=8, actor=actor
        )


def test_the_rule_of_a_bank_by_code_and_by_count(school: School, an: Student, actor: Actor) -> None:
    account = factories.bank_account(school)
    no_code = factories.student(an.school, "Trần Bình")
    with pytest.raises(VirtualAccountRefusedError, match="no_rule"):
        services.by_rule(account, students=[an])
    rule(account, RuleKind.PUPIL_CODE, "962TS", actor)
    with transaction():
        assert services.assign_by_rule(account, students=[an, no_code], actor=actor) == 1
    rule(account, RuleKind.SEQUENCE, "962", actor)
    assert services.by_rule(account, students=[an, no_code]).known == 1
    with transaction():
        assert services.assign_by_rule(account, students=[an, no_code], actor=actor) == 1
    assert {one.student_id: one.number for one in numbers(an.school_id)} == {
        an.pk: "962TSHS0007", no_code.pk: "962000001",
    }  # fmt: skip
    with transaction():
        services.release(numbers_of_student(an.school_id, no_code.pk)[0], reason="thôi", actor=actor)
        services.assign_by_rule(account, students=[no_code], actor=actor)
    assert numbers_of_student(an.school_id, no_code.pk)[0].number == "962000002"  # never used again
    with pytest.raises(VirtualAccountRefusedError, match="nothing_to_assign"), transaction():
        services.assign_by_rule(account, students=[an], actor=actor)


@pytest.mark.parametrize(
    ("prefix", "digits", "code"), [("9", 6, "bad_prefix"), ("962", 2, "bad_digits"), ("96212345678", 9, "no_room")]
)
def test_rules_that_make_no_number(account: BankAccount, actor: Actor, prefix: str, digits: int, code: str) -> None:
    with pytest.raises(VirtualAccountRefusedError, match=code), transaction():
        propose_number_rule(
            account, kind=RuleKind.SEQUENCE, prefix=prefix, digits=digits, on_notices=False, reason="x", actor=actor
        )
    assert not SetupChange.objects.for_school(account.school_id).exists()


def test_without_a_rule_of_two_people_no_number_is_given(school: School, an: Student, actor: Actor) -> None:
    account = factories.bank_account(school)
    with pytest.raises(VirtualAccountRefusedError, match="no_rule"):
        assign(account, an, "962HS0007", actor)
    VirtualAccountRule.objects.create(school=school, bank_account=account, kind="sequence", prefix="962")
    with pytest.raises(VirtualAccountRefusedError, match="no_rule"):
        assign(account, an, "962HS0007", actor)
    with pytest.raises(IntegrityError), savepoint():
        VirtualAccountRule.objects.for_school(school).update(proposed_by=7, approved_by=7)
    judged = listed(account, [(1, "962000001", "HS0007", "", "")], actor)
    assert (judged.given, [one.code for one in judged.refused]) == ((), ["no_rule"])
    assert not VirtualAccount.objects.for_school(school).exists()


def test_a_number_never_goes_to_a_second_pupil(account: BankAccount, an: Student, actor: Actor) -> None:
    held = assign(account, an, "962HS0007", actor)
    with transaction():
        services.release(held, reason="Chuyển trường", actor=actor)
    other = factories.student(an.school, "Trần Bình", school_code="HS0008")
    with pytest.raises(VirtualAccountRefusedError, match="number_was_others"):
        assign(account, other, "962HS0007", actor)
    assert numbers_of_student(an.school_id, other.pk) == []


def test_number_cells_that_a_workbook_has_rounded_are_no_numbers(school: School, an: Student, actor: Actor) -> None:
    account = factories.bank_account(school)
    factories.number_rule(account, "9620", 12)
    book, kept = Workbook(), io.BytesIO()
    for row in (HEADER, (1, 9620000000001234, "HS0007", "", "")):
        book.active.append(row)
    book.save(kept)
    with transaction():
        stored = services.store_list(account, content=kept.getvalue(), file_name="va.xlsx", actor=actor)
    judged = services.judge_list(stored)
    assert judged.given == ()
    assert [(one.code, one.row.number) for one in judged.refused] == [("bad_number", "9.62000E+15")]
    said = virtual_account_text("bad_number", judged.refused[0].params)
    assert "Số lấy từ Excel phải ở cột định dạng văn bản (Text)" in said
    judged = listed(account, [(1, "9620000000001234", "HS0007", "", "")], actor)
    assert [one.number for one in judged.given] == ["9620000000001234"]
