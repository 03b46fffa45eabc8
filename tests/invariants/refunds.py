"""A row in every guarded table of refunds, for the attacker who writes SQL by hand."""

from __future__ import annotations

from tests import money
from truongso.banking.models import BankLine
from truongso.banking.refunds.services import link_refunds
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.public import book
from truongso.payments.refunds.bank_files import make_file
from truongso.payments.refunds.models import PortalWord
from truongso.payments.refunds.payouts import pay_refund_in_cash
from truongso.payments.refunds.services import approve, propose
from truongso.payments.refunds.tests.build import PRINCIPAL, PROPOSER, VIETCOMBANK
from truongso.payments.refunds.types import Ask, RefundKind, RefundWay


def fill_refunds(school: School) -> None:
    """One refund in cash with its voucher, one by a payment file that the bank has debited."""
    for name, way in (("Phạm Gia Hân", RefundWay.CASH), ("Đỗ Minh Quân", RefundWay.BANK)):
        invoice = money.invoice(school, (80_000,), full_name=name)
        ask = Ask(RefundKind.INVOICE, way, codes=(invoice.code,), amount=Dong(30_000))
        with savepoint():
            book(school.pk, booking=money.booking((invoice, 80_000), **money.in_cash()), actor=PROPOSER)
            request = propose(
                school.pk, ask=ask, reason="Không phục vụ", actor=PROPOSER,
                accounts={invoice.family_id: VIETCOMBANK} if way is RefundWay.BANK else None,
            )  # fmt: skip
            approve(school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
            item = request.items.get()
            if way is RefundWay.CASH:
                pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Mẹ", actor=PROPOSER)
                continue
            make_file(
                school.pk, item_ids=[item.pk], bank_account_id=invoice.bank_account_id,
                layout_code="chi-luong-xlsx", actor=PROPOSER,
            )  # fmt: skip
            debit = BankLine.objects.create(
                school=school, bank_account_id=invoice.bank_account_id, direction="out", amount=Dong(30_000),
                booked_on=clock.today(), memo=item.code, content_key="r" * 64, occurrence=1, state="outgoing",
                created_at=clock.now(),
            )  # fmt: skip
            link_refunds(school.pk, line_id=debit.pk, item_ids=[item.pk], actor=PROPOSER)
            PortalWord.objects.create(
                school=school, item=item, reference=item.code, asks=1, was_refunded=False, seen="không thấy",
                said_at=clock.now(), said_by=1,
            )  # fmt: skip
