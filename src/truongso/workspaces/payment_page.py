"""What the payment page of one invoice shows: its state, its QR, its lines, its receipts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from truongso.banking.public import PaymentClaim, claims_of_invoice, is_feed_silent
from truongso.fees.public import InfoField, Invoice, InvoiceLine, fields_of, invoices_of_family, lines_of
from truongso.fees.types import LineKind
from truongso.kernel import banks, clock
from truongso.kernel.dong_in_words import dong_in_words
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.qr_image import qr_svg
from truongso.kernel.ui.formatting import dong, phan_tram
from truongso.payments.public import (
    Attempt,
    ReceiptPaper,
    credit_of_invoice,
    grouped,
    invoice_memo,
    invoice_payload,
    method_choices,
    number_for,
    number_payload,
    papers_of,
    part_of,
    pending_attempts,
    receipts_of_invoice,
)
from truongso.payments.vietqr import VietQrError
from truongso.workspaces.older_links import ends_at
from truongso.workspaces.ways import Way, ways_of


class PageState(StrEnum):
    """What the page is about. `nothing`: reductions left nothing to pay."""

    UNPAID = "unpaid"
    PARTIAL = "partial"
    PAID = "paid"
    NOTHING = "nothing"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in {PageState.UNPAID, PageState.PARTIAL}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A row of the list of charges: a charge, what is taken off it, or a credit note."""

    text: str
    note: str
    amount: Dong
    is_reduction: bool


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One invoice as its family sees it.

    `account` is where its code sends the money: the school's, or the invoice's own number there; then `main_account`
    is the school's. `own_number` is the pupil's. `is_slow`: the bank's notices are missing for longer than usual,
    money is booked by the statement.
    """

    invoice: Invoice
    state: PageState
    is_overdue: bool
    outstanding: Dong
    words: str
    payload: str
    qr: SafeString
    memo: str
    bank_name: str
    account: str
    account_shown: str
    lines: list[ShownLine]
    receipts: list[ReceiptPaper]
    cancelled_receipts: list[ReceiptPaper]
    credit: Dong
    others: list[Invoice]
    ways: list[Way]
    pending: list[Attempt]
    claims: list[PaymentClaim]
    info: tuple[InfoField, ...]
    own_number: str
    own_qr: SafeString
    main_account: str
    is_slow: bool

    @property
    def info_for_strangers(self) -> tuple[InfoField, ...]:
        """The fields without those that say something of the family."""
        return tuple(one for one in self.info if not one.is_personal)

    @property
    def headline(self) -> str:
        """The state in one sentence: what the page announces when it changes by itself."""
        return headline(self.invoice)

    @property
    def version(self) -> str:
        return version(self.invoice)


def state_on_page(invoice: Invoice) -> PageState:
    """Which of the five pages an invoice gets."""
    if invoice.cancelled_at is not None:
        return PageState.CANCELLED
    if not invoice.total:
        return PageState.NOTHING
    if invoice.paid >= invoice.total:
        return PageState.PAID
    return PageState.PARTIAL if invoice.paid else PageState.UNPAID


def headline(invoice: Invoice) -> str:
    """The state in one sentence."""
    owed = invoice.total - invoice.paid
    return {
        PageState.UNPAID: _("Chưa nộp, số tiền cần nộp %(amount)s") % {"amount": dong(owed)},
        PageState.PARTIAL: _("Đã nhận %(paid)s, còn thiếu %(owed)s") % {"paid": dong(invoice.paid), "owed": dong(owed)},
        PageState.PAID: _("Đã nộp đủ %(amount)s") % {"amount": dong(invoice.total)},
        PageState.NOTHING: _("Không phải nộp"),
        PageState.CANCELLED: _("Phiếu này đã huỷ"),
    }[state_on_page(invoice)]


def version(invoice: Invoice) -> str:
    """Changes whenever the page would: an entity tag, quoted."""
    return f'"{state_on_page(invoice)}-{invoice.paid.value}-{invoice.total.value}"'


def payment_page(invoice: Invoice, *, part: Dong | None = None) -> PaymentPage:
    """The page of an invoice with its school, round and account; at most 14 queries whatever was paid, up to 4 more
    with a department's template.

    `part` is what the family chose to pay of it now, where the round allows parts.
    """
    state = state_on_page(invoice)
    owed = part_of(invoice, part) if state.is_open else invoice.total - invoice.paid
    papers = papers_of(receipts_of_invoice(invoice.school_id, invoice.pk))
    payload = _payload(invoice, part) if state.is_open else ""
    held = number_for(invoice) if payload else None
    pupils = held.number if held and not held.is_of_invoice else ""
    account = invoice.receiving_account.number
    if held and held.is_of_invoice:  # the one code of this invoice: whatever becomes of the memo, it names it
        payload, account = number_payload(invoice, held.number, amount=part), held.number
    bank = banks.find(invoice.receiving_account.bank_bin)
    choices = method_choices(invoice.school_id, amount=owed, has_code=bool(payload)) if state.is_open else []
    pending = pending_attempts(invoice.school_id, [invoice.pk], now=clock.now()) if state.is_open else []
    return PaymentPage(
        invoice=invoice,
        state=state,
        is_overdue=state.is_open and invoice.due_on < clock.today(),
        outstanding=owed,
        words=dong_in_words(owed if state.is_open else invoice.total),
        payload=payload,
        qr=_drawing(invoice, payload, owed),
        memo=invoice_memo(invoice),
        bank_name=bank.short_name if bank else "",
        account=account,
        account_shown=grouped(account),
        lines=[shown for line in lines_of(invoice.school_id, invoice.pk) for shown in _shown(line)],
        receipts=[paper for paper in papers if not paper.is_cancelled],
        cancelled_receipts=[paper for paper in papers if paper.is_cancelled],
        credit=credit_of_invoice(invoice.school_id, invoice.pk) if papers else ZERO,
        others=open_invoices_beside(invoice),
        ways=ways_of(choices),
        pending=pending,
        claims=claims_of_invoice(invoice.school_id, invoice.pk),
        info=fields_of(invoice),
        own_number=grouped(pupils),
        own_qr=_drawing(invoice, number_payload(invoice, pupils, amount=part) if pupils else "", owed),
        main_account=grouped(invoice.receiving_account.number) if account != invoice.receiving_account.number else "",
        is_slow=bool(payload) and is_feed_silent(invoice.receiving_account),
    )


def _payload(invoice: Invoice, part: Dong | None) -> str:
    """ "" when no bank app could carry it out (500 million and more, an account that is no account)."""
    try:
        return invoice_payload(invoice, amount=part)
    except VietQrError:
        return ""


def _drawing(invoice: Invoice, payload: str, owed: Dong) -> SafeString:
    if not payload:
        return SafeString("")
    title = _("Mã VietQR: %(amount)s, nội dung %(code)s") % {"amount": dong(owed), "code": invoice.code}
    return mark_safe(qr_svg(payload, title=title))  # noqa: S308  drawn by us, its title is escaped there


def open_invoices_beside(invoice: Invoice) -> list[Invoice]:
    """What else the family still has to pay at this school, as far as this one's link tells; 2 queries at most."""
    found = [
        other
        for other in invoices_of_family(invoice.school_id, invoice.family_id)
        if other.pk != invoice.pk and state_on_page(other).is_open
    ]
    until = ends_at(invoice) if found else None
    return found if until is None else [other for other in found if other.issued_at <= until]


def _shown(line: InvoiceLine) -> Iterator[ShownLine]:
    if line.kind == LineKind.CREDIT.value:
        yield ShownLine(line.description, line.legal_basis, -line.amount, is_reduction=True)
        return
    text = line.description
    if line.quantity > 1:
        price = dong(line.unit_amount).removesuffix("\u00a0đ")
        text = _("%(what)s (%(count)d × %(price)s)") % {"what": text, "count": line.quantity, "price": price}
    yield ShownLine(text, line.legal_basis, line.gross, is_reduction=False)
    if line.reduction:
        reduced = _("Miễn, giảm %(percent)s") % {"percent": phan_tram(line.reduction_percent)}
        yield ShownLine(reduced, line.reduction_basis, -line.reduction, is_reduction=True)
