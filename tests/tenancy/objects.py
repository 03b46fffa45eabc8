"""What the places of addresses stand for: for every kind of object, how one of a school is addressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.tenancy.world import Place
from truongso.accounts.hygiene.models import LeakReport, Review, ReviewItem, ReviewRound
from truongso.accounts.staffing.models import AccountRequest, StaffList
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.types import Role
from truongso.banking.acts.models import LineAct
from truongso.banking.claims.models import PaymentClaim
from truongso.banking.closing.models import DayClose
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.models import BankLine, FeedConnection, StatementImport
from truongso.banking.questions.models import LineQuestion
from truongso.fees.models import CollectionRound, FeeItem, Invoice
from truongso.kernel.tenancy import SchoolScoped
from truongso.messaging.stop_links import Recipient, token_of
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import BankAccount
from truongso.payments.bills.models import BillPartner, BillReconciliation, BillTransaction
from truongso.payments.cash.models import CashCount, CashDeposit
from truongso.payments.changes.models import SetupChange
from truongso.payments.einvoice.models import HandOff
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.models import PartnerFile, Payment, Receipt
from truongso.payments.pos.models import PosTerminal
from truongso.payments.printing.models import PrintRun
from truongso.payments.refunds.models import RefundFile, RefundItem, RefundRequest, RefundVoucher
from truongso.payments.reminders.models import Reminder
from truongso.payments.settlements.models import SettlementBatch, SettlementFile, SettlementItem
from truongso.payments.virtual_accounts.models import VirtualAccount, VirtualAccountList
from truongso.people.models import (
    DataRequest,
    Erasure,
    Incident,
    LegalHold,
    RosterImport,
    SchoolExport,
    Student,
    TeachingAssignment,
)
from truongso.reporting.flags.models import Flag
from truongso.reporting.posting.models import PostingFile
from truongso.workspaces.basket import Entry
from truongso.workspaces.basket import token_of as basket_token
from truongso.workspaces.web import public_school

Address = Callable[[Place], Any]


def _first(rows: Any, **such: object) -> Any:
    return rows.filter(**such).order_by("pk")[0]


def _of(model: type[SchoolScoped], field: str = "public_id", **such: object) -> Address:
    return lambda place: getattr(_first(model.objects.for_school(place.school), **such), field)


def _invoice(place: Place) -> Invoice:
    """The invoice with a part payment, a claim, an attempt and a number of its own."""
    found: Invoice = _first(Invoice.objects.for_school(place.school))
    return found


def _review_item(place: Place) -> int:
    return int(_first(ReviewItem.objects.for_school(place.school)).pk)


OBJECTS: dict[str, Address] = {
    "account_offer": lambda place: place.offer,
    "account": _of(BankAccount),
    "account_request": lambda place: _first(AccountRequest.objects, school=place.school).public_id,
    "act": _of(LineAct),
    "activation": lambda place: place.activation,
    "attempt": _of(Attempt),
    "basket": lambda place: basket_token([Entry(_invoice(place).pk, is_own=True)]),
    "batch": _of(SettlementBatch),
    "batch_item": _of(SettlementItem),
    "bill_day": _of(BillReconciliation),
    "bill_partner": lambda place: _first(BillPartner.objects, owner=place.school).public_id,
    "bill_transaction": _of(BillTransaction),
    "cash_count": _of(CashCount),
    "channel": _of(Channel),
    "claim": _of(PaymentClaim),
    "class_list": _of(RosterImport),
    "copy_link": lambda place: f"ban-sao-{place.school.code}",
    "data_request": _of(DataRequest),
    "day_close": _of(DayClose),
    "deposit": _of(CashDeposit),
    "draft_round": _of(CollectionRound, state="draft"),
    "erasure": _of(Erasure),
    "fee_item": _of(FeeItem, "code", name="Khoản của riêng trường"),
    "feed": _of(FeedConnection),
    "flag": _of(Flag),
    "handoff": _of(HandOff),
    "hold": _of(LegalHold),
    "incident": _of(Incident),
    "invoice": lambda place: _invoice(place).public_id,
    "invoice_code": lambda place: _invoice(place).code,
    "layout": _of(StatementLayout),
    "leak": lambda place: _first(LeakReport.objects, school=place.school).public_id,
    "line": _of(BankLine, direction="in", state="waiting"),
    "number": _of(VirtualAccount),
    "number_list": _of(VirtualAccountList),
    "partner": _of(PartnerFile),
    "payment": _of(Payment),
    "person": lambda place: place.people[Role.CASHIER].public_id,
    "posting_file": _of(PostingFile),
    "print_run": _of(PrintRun),
    "pupil": lambda place: _first(Student.objects.for_school(place.school), pk=_invoice(place).student_id).public_id,
    "question": _of(LineQuestion),
    "receipt": _of(Receipt),
    "refund": _of(RefundRequest),
    "refund_file": _of(RefundFile),
    "refund_item": _of(RefundItem, "code"),
    "refund_voucher": _of(RefundVoucher),
    "reminder": _of(Reminder),
    "review": _of(Review),
    "review_item": _review_item,
    "review_round": lambda place: _first(ReviewRound.objects, unit=place.unit).public_id,
    "school_code": lambda place: place.school.code,
    "school_export": _of(SchoolExport),
    "school_slug": lambda place: place.school.slug,
    "settlement_file": _of(SettlementFile),
    "setup_change": _of(SetupChange),
    "short_invoice": lambda place: public_school._token(_invoice(place)),
    "staff_list": _of(StaffList),
    "statement": _of(StatementImport),
    "stop_link": lambda place: token_of(Recipient(place.school.pk, ChannelKind.SMS, "0900000001")),
    "support_grant": lambda place: _first(SupportGrant.objects, school=place.school).public_id,
    "teacher": lambda place: place.people[Role.SUBJECT_TEACHER].public_id,
    "teaching": lambda place: (
        _first(TeachingAssignment.objects.for_school(place.school), user=place.people[Role.SUBJECT_TEACHER]).public_id
    ),
    "terminal": _of(PosTerminal),
}
"""How an object of each kind is addressed at a school."""
