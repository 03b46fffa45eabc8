"""What a week at the reconciliation desk leaves behind, at the first school: money parked, asked about, divided, money
that a partner reports and the bank has not credited, a word on a pattern. All of it by the services people use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from truongso.accounts.types import Role
from truongso.banking.public import (
    AsideKind,
    BankLine,
    answer_question,
    ask_family,
    assign_line,
    last_suggestions,
    set_line_aside,
)
from truongso.banking.types import LineState
from truongso.fees.public import Invoice, InvoiceFilter, invoices
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong, total
from truongso.kernel.names import fold
from truongso.payments.public import invoice_payload
from truongso.payments.types import Share
from truongso.reporting.public import flags, make_posting_file, write_flag_note
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.demo.partners import person
from truongso.sandbox.demo.setup import DemoSchool, Say
from truongso.sandbox.demo.transfers import customer
from truongso.sandbox.demo.ways import Contracts, pay_by_card

FAMILY = Actor.system("family", "web")
_BOTH_CHILDREN = "CK TIEN HOC CHO HAI CON"
_EXTRA = Dong(50_000)  # sent beyond what two children owe, nobody knows what for
_ASKED_ABOUT = ("no_code", "parent")  # why nothing was booked
_ASKED = 2  # families; one has answered
_PAID_DAYS, _SLIP_DAYS = 4, 8  # days ago: transfers to be worked off; a card slip whose money has not come
_LATER = dt.timedelta(minutes=20)
_WORD = "Cô chủ nhiệm thu hộ các gia đình chưa có tài khoản, nộp một lần tại quầy ngân hàng; đã hướng dẫn từng gia đình"


@dataclass(slots=True)
class Kept:
    """Invoices kept for these examples; what a small school lacks is left out."""

    together: list[Invoice] = field(default_factory=list)  # paid by one transfer without a code
    slip: Invoice | None = None  # paid by a card whose slip has not been settled


def transfers(bank: SandboxBank, place: DemoSchool, unpaid: list[Invoice]) -> Kept:
    """Before the statement: one transfer for two children, and a family whose account is known from its first half."""
    slip = unpaid.pop() if len(unpaid) > 1 else None
    together = [unpaid.pop() for _n in range(2)] if len(unpaid) > 2 else []
    at = _evening(_PAID_DAYS)
    if together:
        amount = total(i.total for i in together) + _EXTRA
        bank.book_line(place.account.number, direction="in", amount=amount, memo=_BOTH_CHILDREN, at=at, notify=False)
    if len(unpaid) > 1:
        _in_two_halves(bank, place, unpaid.pop(), at)
    return Kept(together, slip)


def slip_without_money(made: Contracts, kept: Kept) -> None:
    """A card paid days ago; the acquirer has not settled the slip within the days agreed."""
    if kept.slip is not None:
        pay_by_card(made, kept.slip, kept.slip.total, at=_evening(_SLIP_DAYS))


def work(place: DemoSchool, kept: Kept, say: Say) -> None:
    """After the statement: what waits is divided, parked, asked about, marked as no fees; some of it is left."""
    accountant, cashier = person(place.school, Role.ACCOUNTANT), person(place.school, Role.CASHIER)
    waiting = list(BankLine.objects.for_school(place.school.pk).filter(state="waiting", direction="in").order_by("pk"))
    said = last_suggestions(place.school.pk, waiting)
    rules, reasons = {pk: d.rule for pk, d in said.items()}, {pk: d.reason["code"] for pk, d in said.items()}
    divided = next((x for x in waiting if x.memo == _BOTH_CHILDREN), None)
    if divided is not None:
        _divide(divided, kept.together, accountant)
    for line in [x for x in waiting if rules.get(x.pk) == "already_paid"][:1]:
        _aside(line, AsideKind.LATER, "Phiếu đã nộp đủ: hỏi gia đình có nộp hai lần không", accountant, cashier)
    for line in [x for x in waiting if rules.get(x.pk) == "not_fees"][:1]:
        _aside(line, AsideKind.INTEREST, "Lãi tiền gửi cuối tháng", accountant)
    asked = _ask(place, [x for x in waiting if reasons.get(x.pk) in _ASKED_ABOUT], accountant)
    say(f"{place.spec.short_name}: bàn đối soát, chia giao dịch, để sau, hỏi {asked} gia đình")


def explain(place: DemoSchool) -> None:
    """The school's word on what the night has found."""
    for flag in flags([place.school.pk])[:1]:
        with transaction():
            write_flag_note(flag, text=_WORD, of_school=True, actor=person(place.school, Role.ACCOUNTANT))


def hand_over_vouchers(place: DemoSchool) -> None:
    """A first file for the accounting package."""
    today = clock.today()
    with transaction():
        make_posting_file(
            place.school, year=today.year, month=today.month, actor=person(place.school, Role.ACCOUNTANT)
        )  # fmt: skip


def _in_two_halves(bank: SandboxBank, place: DemoSchool, invoice: Invoice, at: dt.datetime) -> None:
    """The first half under its code, told by the feed with the payer's account; the rest from there without a code."""
    family = next(p.family.number for p in place.pupils if _is_of(p.full_name, p.class_name, invoice))
    half = Dong(invoice.total.value // 2 // 1_000 * 1_000)
    payer, payload = customer(family), invoice_payload(invoice)
    bank.pay(payer=payer, payload=payload, amount=half, at=at)
    bank.wait_for_deliveries()
    rest = invoice.total - half
    bank.pay(payer=payer, payload=payload, amount=rest, memo="chuyen not tien cho con", at=at + _LATER)


def _is_of(name: str, class_name: str, invoice: Invoice) -> bool:
    return (name, class_name) == (invoice.student_name, invoice.class_name)


def _divide(line: BankLine, together: Sequence[Invoice], accountant: Actor) -> None:
    shares = [Share(i.pk, i.total) for i in together]
    with transaction():
        assign_line(line.school_id, line_id=line.pk, shares=shares, keeps_rest=True, actor=accountant)
    _aside(line, AsideKind.LATER, "Phần gửi thêm: chờ gia đình cho biết nộp khoản nào", accountant)


def _aside(line: BankLine, kind: AsideKind, reason: str, accountant: Actor, owner: Actor | None = None) -> None:
    state = LineState.PARKED if kind.is_parked else LineState.NOT_FEES
    with transaction():
        set_line_aside(
            line.school_id, line_id=line.pk, state=state, kind=kind, reason=reason, actor=accountant,
            owner_id=owner.user_id if owner else None,
        )  # fmt: skip


def _ask(place: DemoSchool, lines: Sequence[BankLine], accountant: Actor) -> int:
    """Ask the families that owe just what came from a name like one of theirs; the first one answers."""
    payers = {(p.full_name, p.class_name): fold(p.family.payer.full_name) for p in place.pupils}
    owing = [i for i in invoices(place.school.pk, InvoiceFilter()) if i.paid < i.total]
    asked = 0
    for line in lines:
        invoice = next((i for i in owing if i.total - i.paid == line.amount and _payer(i, payers) in line.memo), None)
        if invoice is None or asked == _ASKED:
            continue
        with transaction():
            question = ask_family(line.school_id, line_id=line.pk, student_id=invoice.student_id, actor=accountant)
        if asked == 0:
            with transaction():
                answer_question(question.pk, said="yes", invoice=invoice, note="Tôi quên ghi mã", actor=FAMILY)
        asked += 1
    return asked


def _payer(invoice: Invoice, payers: Mapping[tuple[str, str], str]) -> str:
    return payers.get((invoice.student_name, invoice.class_name), "?")


def _evening(days_ago: int) -> dt.datetime:
    day = clock.today() - dt.timedelta(days=days_ago)
    return dt.datetime.combine(day, dt.time(19, 15), tzinfo=clock.SCHOOL_TIME)
