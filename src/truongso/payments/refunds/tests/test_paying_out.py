"""Money leaving and coming back: counter, file, bank, gateway."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

import openpyxl
import pytest
from tests import money

from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.cash.types import CashRefusedError
from truongso.payments.models import RefundFile, RefundItem, RefundPayout, RefundVoucher
from truongso.payments.refunds.accounts import checked_account
from truongso.payments.refunds.bank_files import cancel_file, make_file, memo_of
from truongso.payments.refunds.numbers import codes_in
from truongso.payments.refunds.payouts import pay_refund_in_cash
from truongso.payments.refunds.queries import refund_movements
from truongso.payments.refunds.services import keep_as_credit
from truongso.payments.refunds.tests.build import PRINCIPAL, PROPOSER, approved, ask_fee, items, owed, paid, pay
from truongso.payments.refunds.types import Account, RefundRefusedError, RefundWay
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.public import between, cashless_figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


def due_in_cash(school: School) -> RefundItem:
    invoice = money.invoice(school, [200_000])
    pay(invoice, 200_000, kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now())
    (item,) = approved(school, ask_fee(invoice, way=RefundWay.CASH), account=None)
    return item


def test_cash_at_the_counter_has_a_numbered_voucher(school: School) -> None:
    item = due_in_cash(school)
    with savepoint():
        voucher = pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Trần Thị Thu Hằng", actor=PROPOSER)
    assert (voucher.year, voucher.number, voucher.recipient_name) == (2026, 1, "Trần Thị Thu Hằng")
    assert [i.state for i in items(school)] == ["paid"]
    assert (owed(school, AccountRole.REFUND_DUE), -owed(school, AccountRole.CASH)) == (0, 165_000)
    today = clock.today()
    (moved,) = refund_movements(school.pk, first=today, last=today)
    assert (moved.method, moved.value, moved.code, moved.day) == (Method.CASH, Dong(35_000), item.code, today)
    assert refund_movements(school.pk, last=today - dt.timedelta(days=1)) == []
    period = between(today, today)
    report = cashless_figures(school.pk, period)
    assert (report.all.count, report.all.value) == (1, Dong(165_000))  # the payment did happen, part of it went back
    assert (report.collected.value, report.refunded.value) == (Dong(200_000), Dong(35_000))


def test_the_same_refund_is_not_paid_twice(school: School) -> None:
    item = due_in_cash(school)
    with savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
    with pytest.raises(RefundRefusedError, match="not_due"), savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
    assert RefundPayout.objects.for_school(school).count() == 1
    assert RefundVoucher.objects.for_school(school).count() == 1


def test_no_more_cash_than_lies_there(school: School) -> None:
    (item,) = approved(school, ask_fee(paid(school), way=RefundWay.CASH), account=None)
    with pytest.raises(CashRefusedError, match="not_enough_cash"), savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
    assert [i.state for i in items(school)] == ["due"]
    assert RefundPayout.objects.for_school(school).count() == 0


def test_a_refund_goes_the_way_that_was_approved(school: School) -> None:
    (item,) = approved(school, ask_fee(paid(school)))
    pay(money.invoice(school, [200_000], full_name="Lê Minh Châu"), 200_000,
        kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now())  # fmt: skip
    with pytest.raises(RefundRefusedError, match="other_way"), savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
    assert RefundPayout.objects.for_school(school).count() == 0


@pytest.mark.parametrize("layout", ["chi-luong-xlsx", "chuyen-lo-csv"])
def test_a_file_for_the_bank_locks_its_refunds(school: School, layout: str) -> None:
    invoice = paid(school)
    (item,) = approved(school, ask_fee(invoice))
    with savepoint():
        made = make_file(
            school.pk, item_ids=[item.pk], bank_account_id=invoice.bank_account_id, layout_code=layout, actor=PROPOSER
        )
    stored = RefundFile.objects.for_school(school).get()
    assert (made.number, made.count, made.total) == (1, 1, Dong(35_000))
    assert hashlib.sha256(bytes(stored.content)).hexdigest() == made.sha256
    memo = f"{item.code} HOAN TIEN NGUYEN BAO AN 3A2"
    if layout.endswith("csv"):
        text = bytes(stored.content).decode("utf-8-sig").splitlines()[1]
        assert text == f'"0071000999888","TRAN THI THU HANG","970436","35000","{memo}"'
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(bytes(stored.content))).active
        assert sheet is not None
        row = [cell.value for cell in list(sheet.rows)[1]]
        assert row == [1, "0071000999888", "TRAN THI THU HANG", "970436", "Vietcombank", 35_000, memo]
    assert [(i.state, i.file_id) for i in items(school)] == [("sent", made.pk)]
    with pytest.raises(RefundRefusedError, match="not_due"), savepoint():
        make_file(
            school.pk, item_ids=[item.pk], bank_account_id=invoice.bank_account_id, layout_code=layout, actor=PROPOSER
        )
    with pytest.raises(RefundRefusedError, match="not_due"), savepoint():
        keep_as_credit(school.pk, item_id=item.pk, reason="Đổi ý", actor=PROPOSER)
    assert RefundFile.objects.for_school(school).count() == 1


def test_a_second_person_cancels_a_file_that_never_left(school: School) -> None:
    invoice = paid(school)
    (item,) = approved(school, ask_fee(invoice))
    account = invoice.bank_account_id
    with savepoint():
        made = make_file(
            school.pk, item_ids=[item.pk], bank_account_id=account, layout_code="chi-luong-xlsx", actor=PROPOSER
        )
    with pytest.raises(RefundRefusedError, match="own_file"), savepoint():
        cancel_file(school.pk, file_id=made.pk, reason="Nhầm tài khoản", actor=PROPOSER)
    with savepoint():
        cancel_file(school.pk, file_id=made.pk, reason="Nhầm tài khoản", actor=PRINCIPAL)
        again = make_file(
            school.pk, item_ids=[item.pk], bank_account_id=account, layout_code="chi-luong-xlsx", actor=PROPOSER
        )
    assert again.number == 2, "a cancelled file keeps its number"


def test_the_code_is_found_in_what_the_bank_prints(school: School) -> None:
    (item,) = approved(school, ask_fee(paid(school)))
    assert codes_in(f"MBVCB.123.{item.code[:6]} {item.code[6:]} HOAN TIEN.CT tu 007") == [item.code]
    assert codes_in(memo_of(item)) == [item.code]
    assert codes_in("HOAN TIEN AN THANG 10") == []


@pytest.mark.parametrize(
    ("bank", "number", "holder", "code"),
    [
        ("123456", "0071000999888", "Trần Thị Thu Hằng", "bank_unknown"),
        ("970436", "00-71", "Trần Thị Thu Hằng", "account_malformed"),
        ("970436", "=SUM(A1)", "Trần Thị Thu Hằng", "account_malformed"),
        ("970436", "0071000999888", "<b>", "holder_malformed"),
    ],
)
def test_accounts_are_checked(bank: str, number: str, holder: str, code: str) -> None:
    with pytest.raises(RefundRefusedError, match=code):
        checked_account(bank, number, holder)


def test_an_account_takes_the_form_banks_want() -> None:
    assert checked_account("970436", " 0071 000.999-888 ", " Trần  Thị Thu Hằng") == Account(
        "970436", "0071000999888", "TRAN THI THU HANG"
    )
