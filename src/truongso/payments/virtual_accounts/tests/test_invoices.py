"""Numbers of invoices: by the bank's rule as soon as they are issued, never given twice, shown, listed, exported."""

from __future__ import annotations

import io

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db import transaction as transaction_api
from django.test import Client
from openpyxl import load_workbook
from tests import factories, money, pdf

from truongso.accounts.types import Role
from truongso.fees.events import InvoicesIssued
from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel import outbox
from truongso.kernel.actor import Actor
from truongso.kernel.db import is_postgres, savepoint, transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import BankAccount, School
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.number_rules import propose_number_rule, take_rule_into_use
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import GivenNumber, InvoiceNumber, VirtualAccount, VirtualAccountRule
from truongso.payments.services import book
from truongso.payments.vietqr import decode
from truongso.payments.virtual_accounts import registry, services
from truongso.payments.virtual_accounts.invoices import number_invoices
from truongso.payments.virtual_accounts.messages import virtual_account_text
from truongso.payments.virtual_accounts.queries import number_for
from truongso.payments.virtual_accounts.types import OwnNumber, RuleKind, VirtualAccountRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def give(account: BankAccount, actor: Actor) -> int:
    with transaction():
        return number_invoices(account, actor=actor)


def given(school: School) -> list[str]:
    return list(InvoiceNumber.objects.for_school(school).order_by("pk").values_list("number", flat=True))


def propose(account: BankAccount, actor: Actor, kind: RuleKind, prefix: str, digits: int) -> SetupChange:
    with transaction():
        return propose_number_rule(
            account, kind=kind, prefix=prefix, digits=digits, on_notices=False, reason="Hợp đồng", actor=actor
        )


def test_issuing_gives_each_invoice_the_next_number(school: School, account: BankAccount, actor: Actor) -> None:
    factories.number_rule(account, "962TS", 6, kind="bill_seq")
    made = [money.invoice(school, [120_000 + at], full_name=f"Em {at}") for at in range(3)]
    with transaction():
        outbox.emit(InvoicesIssued(school_id=school.pk, round_id=made[0].round_id, invoice_ids=[i.pk for i in made]))
    for _again in range(2):
        outbox.deliver_due()
        assert given(school) == ["962TS000001", "962TS000002", "962TS000003"]
    entry = AuditEntry.objects.get(action="payments:virtual_account:invoices")
    assert entry.params == {"count": 3, "first": "962TS000001", "last": "962TS000003"}
    assert number_for(made[1]) == OwnNumber("962TS000002", account.pk, is_of_invoice=True)


def test_the_number_may_carry_the_invoices_code(school: School, account: BankAccount, actor: Actor) -> None:
    factories.number_rule(account, "962TS", 9, kind="bill_code")
    invoice = money.invoice(school, [120_000])
    paid = money.invoice(school, [90_000], full_name="Trần Bình")
    with transaction():
        book(school.pk, booking=money.booking((paid, 90_000)), actor=actor)
    assert give(account, actor) == 1
    assert given(school) == [f"962TS{invoice.code}"]
    assert give(account, actor) == 0


def test_without_such_a_rule_nothing_is_given(school: School, account: BankAccount, actor: Actor) -> None:
    invoice = money.invoice(school, [120_000])
    with pytest.raises(VirtualAccountRefusedError, match="no_rule"):
        give(account, actor)
    factories.number_rule(account)
    with pytest.raises(VirtualAccountRefusedError, match="rule_per_pupil"):
        give(account, actor)
    with transaction():
        outbox.emit(InvoicesIssued(school_id=school.pk, round_id=invoice.round_id, invoice_ids=[invoice.pk]))
    outbox.deliver_due()
    assert given(school) == []
    assert number_for(invoice) is None


def test_a_rule_is_two_peoples_and_numbers_what_waits(school: School, account: BankAccount, actor: Actor) -> None:
    invoice = money.invoice(school, [120_000])
    person = Actor(7, "ketoan", "web")
    with pytest.raises(VirtualAccountRefusedError) as refused:
        propose(account, person, RuleKind.INVOICE_CODE, "962TS", 6)
    assert virtual_account_text(refused.value.code, refused.value.params) == (
        "Đầu số + mã hóa đơn: số ký tự sau đầu số phải là 9, đúng độ dài mã hóa đơn."
    )
    change = propose(account, person, RuleKind.INVOICE_SEQUENCE, "962ts", 6)
    assert (change.title, change.state) == ("0071000123456 · 962TSxxxxxx", "proposed")
    assert (given(school), number_for(invoice)) == ([], None)
    change.decided_by = 99
    with transaction():
        take_rule_into_use(school, change, actor=actor)
    assert given(school) == ["962TS000001"]
    rule = VirtualAccountRule.objects.for_school(school).get()
    assert (rule.kind, rule.proposed_by, rule.approved_by) == ("bill_seq", 7, 99)


def test_pupils_and_invoices_take_their_numbers_from_one_row(
    school: School, other_school: School, account: BankAccount, actor: Actor
) -> None:
    """Numbers go on after whatever was given at the bank before, by whomever, and pupils get none beside."""
    rule = factories.number_rule(account, "962TS", 6)
    invoice = money.invoice(school, [120_000])
    with transaction():
        services.assign_by_rule(account, students=[invoice.student], actor=actor)
    foreign = factories.bank_account(other_school, number="0071000999999")
    factories.number_rule(foreign, "962TS", 6)
    with transaction():
        services.assign_by_rule(foreign, students=[factories.student(other_school, "Lê Chi")], actor=actor)
    rule.kind = RuleKind.INVOICE_SEQUENCE.value
    rule.save()
    give(account, actor)
    assert given(school) == ["962TS000003"]
    assert number_for(invoice) == OwnNumber("962TS000003", account.pk, is_of_invoice=True)
    with pytest.raises(VirtualAccountRefusedError, match="rule_per_invoice"), transaction():
        services.assign(account, student=factories.student(school, "Trần Bình"), number="962TS000009", actor=actor)
    with pytest.raises(VirtualAccountRefusedError, match="rule_per_invoice"):
        services.by_rule(account, students=[])
    rule.kind = RuleKind.SEQUENCE.value
    rule.save()
    with pytest.raises(VirtualAccountRefusedError, match="number_of_invoice"), transaction():
        services.assign(account, student=factories.student(school, "Trần Bình"), number="962TS000003", actor=actor)
    assert number_for(invoice) == OwnNumber("962TS000001", account.pk, is_of_invoice=False)
    assert GivenNumber.objects.count() == 3


def test_numbers_that_run_out_leave_the_rest_to_their_codes(school: School, account: BankAccount, actor: Actor) -> None:
    factories.number_rule(account, "962TS", 3, kind="bill_seq")
    made = [money.invoice(school, [120_000 + at], full_name=f"Em {at}") for at in range(2)]
    with transaction():
        registry.claim(account.bank_bin, {"962TS998": "invoice:0"})
    assert give(account, actor) == 1
    assert given(school) == ["962TS999"]
    assert number_for(made[1]) is None


def test_the_database_gives_no_number_twice(
    school: School, other_school: School, account: BankAccount, actor: Actor, school_day: object
) -> None:
    """Over all schools, pupils and invoices; rows neither change nor go."""
    factories.number_rule(account, "962TS", 6, kind="bill_seq")
    invoice, other = money.invoice(school, [120_000]), money.invoice(school, [130_000], full_name="Trần Bình")
    give(account, actor)
    third = money.invoice(school, [140_000], full_name="Lê Chi")
    values = {"school": school, "bank_account": account, "bank_bin": account.bank_bin, "created_at": school_day}
    for number in ("962TS000001", "962TS000777"):  # another's, and one of nobody
        with pytest.raises(DatabaseError, match=r"given once|payments_invoicenumber_once|UNIQUE"), savepoint():
            InvoiceNumber.objects.create(invoice=third, number=number, **values)
    foreign = factories.bank_account(other_school, number="0071000999999")
    with pytest.raises(DatabaseError, match="given once"), savepoint():
        VirtualAccount.objects.create(
            school=other_school, bank_account=foreign, bank_bin=account.bank_bin, number="962TS000001",
            student=factories.student(other_school, "Lê Chi"), assigned_on="2026-10-05", created_at=school_day,
        )  # fmt: skip
    with pytest.raises(IntegrityError), savepoint():
        GivenNumber.objects.create(bank_bin=account.bank_bin, number="962TS000001", holder="pupil:1")
    with pytest.raises(VirtualAccountRefusedError, match="number_taken"), transaction():
        registry.claim(account.bank_bin, {"962TS000001": "pupil:1", "962TS000500": "pupil:1"})
    with pytest.raises(DatabaseError, match="append-only"), savepoint():
        GivenNumber.objects.filter(number="962TS000001").delete()
    assert [(g.number, g.holder) for g in GivenNumber.objects.order_by("pk")] == [
        ("962TS000001", f"invoice:{invoice.pk}"), ("962TS000002", f"invoice:{other.pk}"),
    ]  # fmt: skip


def test_the_printed_code_carries_it(school: School, account: BankAccount, actor: Actor) -> None:
    factories.number_rule(account, "962TS", 6, kind="bill_seq")
    invoice = money.invoice(school, [120_000])
    give(account, actor)
    made = notices_pdf(letterhead(school), [g for _, g in notices_by_class(school.pk, Scope(invoice.round_id))])
    assert "Số riêng phiếu 962T S000 001" in " ".join(pdf.text(made).split())
    code = decode(read_qr(pdf.picture(made, dpi=150))[0])
    assert (code.account, int(code.amount or 0), code.bill_number) == ("962TS000001", 120_000, invoice.code)


def test_list_file_and_button(school: School, account: BankAccount, actor: Actor) -> None:
    factories.number_rule(account, "962TS", 6, kind="bill_seq")
    first, second = money.invoice(school, [120_000]), money.invoice(school, [90_000], full_name="Trần Bình")
    staff = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    page = staff.get("/thu/so-rieng").content.decode()
    assert "2 phiếu chờ nộp chưa có số" in page
    address = f"/thu/so-rieng/tai-khoan/{account.public_id}/cap-phieu"
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=school))
    assert cashier.post(address).status_code == 403
    assert given(school) == []
    assert "Đã cấp số riêng cho 2 phiếu." in staff.post(address, follow=True).content.decode()
    assert "Không có phiếu nào còn thiếu số riêng." in staff.post(address, follow=True).content.decode()
    with transaction():
        cancel_invoice(school.pk, invoice_id=first.pk, reason="Lập nhầm", actor=actor)
    shown = staff.get("/thu/so-rieng/phieu?q=962TS000001").content.decode()
    assert "962T S000 001" in shown
    assert "Đã hủy, số vẫn giữ" in shown
    assert "962T S000 002" not in shown
    sheet = load_workbook(io.BytesIO(staff.get("/thu/so-rieng/phieu/tai-ve").content)).worksheets[0]
    rows = [[cell.value for cell in row][:7] for row in sheet.iter_rows() if str(row[0].value).startswith("962")]
    assert rows == [
        ["962TS000002", second.code, "Trần Bình", "3A2", second.round.name, 90_000, "Chờ nộp"],
        ["962TS000001", first.code, "Nguyễn Bảo An", "3A2", first.round.name, 0, "Đã hủy, số vẫn giữ"],
    ]  # fmt: skip
    assert Invoice.objects.for_school(school).count() == 2


def test_verify_finds_a_number_that_is_not_its_holders(school: School, account: BankAccount, actor: Actor) -> None:
    factories.number_rule(account, "962TS", 6, kind="bill_seq")
    invoice = money.invoice(school, [120_000])
    give(account, actor)
    assert money.broken_invariants() == []
    drop = "DROP TRIGGER ts_payments_givennumber_no_update" + (" ON payments_givennumber" if is_postgres() else "")
    with savepoint():
        with connection.cursor() as cursor:
            cursor.execute(drop)
        GivenNumber.objects.filter(holder=f"invoice:{invoice.pk}").update(holder="pupil:1")
        found = money.broken_invariants()
        transaction_api.set_rollback(True)
    title = "I12 số tài khoản định danh đang dùng chỉ thuộc một học sinh hoặc một phiếu, trên mọi trường"
    assert f"{title}: ['{school.pk} 962TS000001']" in found
