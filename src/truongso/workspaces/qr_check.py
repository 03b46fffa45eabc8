"""“Is this QR code our school's?”: a scanned or pasted VietQR against the registered accounts and the invoice.

Nothing is told that the code itself does not say, but whose account it is: not the pupil, not what is owed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from truongso.fees.public import Invoice, invoices_of_code
from truongso.fees.types import LENGTH, is_group_code, is_valid, normalise
from truongso.kernel.money import Dong, total
from truongso.organizations.public import BankAccount, registered_account
from truongso.payments.public import group_by_code, invoice_at_bank, number_at_bank
from truongso.payments.vietqr import VietQr, VietQrError, decode
from truongso.workspaces.payment_page import state_on_page


class QrVerdict(StrEnum):
    """What a code turned out to be. Only GENUINE and ACCOUNT_ONLY are safe to pay."""

    GENUINE = "genuine"  # account, invoice and amount agree
    ACCOUNT_ONLY = "account_only"  # a registered account, no invoice named
    PART = "part"  # less than is owed, where the round allows parts
    AMOUNT_DIFFERS = "amount_differs"  # somebody changed the amount, or the invoice changed since
    SETTLED = "settled"  # nothing to pay any more: paid or cancelled
    OTHER_ACCOUNT = "other_account"  # a registered account, but not the one of this invoice
    FORMER_ACCOUNT = "former_account"  # printed before the school changed its account
    CLOSED_ACCOUNT = "closed_account"  # the school no longer receives there
    UNKNOWN_INVOICE = "unknown_invoice"  # a registered account with a code that no invoice has
    STRANGER = "stranger"  # the account belongs to no school here
    UNREADABLE = "unreadable"  # damaged, or no VietQR at all

    @property
    def is_safe(self) -> bool:
        return self in {QrVerdict.GENUINE, QrVerdict.ACCOUNT_ONLY, QrVerdict.PART}

    @property
    def counts_as_guess(self) -> bool:
        """Whether trying codes on could learn something: such answers are limited."""
        return self in {
            QrVerdict.PART, QrVerdict.AMOUNT_DIFFERS, QrVerdict.UNKNOWN_INVOICE, QrVerdict.STRANGER,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class QrChecked:
    """The verdict with what the code says; `account` is the registered one, if any."""

    verdict: QrVerdict
    code: VietQr | None = None
    account: BankAccount | None = None
    invoice_code: str = ""
    amount: Dong | None = None


def check_qr(payload: str) -> QrChecked:
    """Judge the text of a code; at most 6 queries."""
    try:
        read = decode(payload.strip())
    except VietQrError:
        return QrChecked(QrVerdict.UNREADABLE)
    if read.bank_bin is None or read.account is None:
        return QrChecked(QrVerdict.STRANGER, read, amount=read.amount)
    account = registered_account(read.bank_bin, read.account)
    takes: Callable[[Invoice], bool] = _anybody
    if account is None:
        account, takes = _holder(read.bank_bin, read.account.upper())
    if account is None:
        return QrChecked(QrVerdict.STRANGER, read, amount=read.amount)
    word = _code_in(read)
    if not account.is_active:
        gone = QrVerdict.CLOSED_ACCOUNT if account.replaced_by_id is None else QrVerdict.FORMER_ACCOUNT
        return QrChecked(gone, read, account, word, read.amount)
    verdict = _judged(account, word, read.amount, takes) if word else QrVerdict.ACCOUNT_ONLY
    return QrChecked(verdict, read, account, word, read.amount)


def _code_in(read: VietQr) -> str:
    """The invoice or group code that a payload carries as bill number or at the head of its purpose."""
    for text in (read.bill_number, read.memo):
        word = normalise(text)[:LENGTH]
        if is_valid(word) or is_group_code(word):
            return word
    return ""


def _holder(bank_bin: str, number: str) -> tuple[BankAccount | None, Callable[[Invoice], bool]]:
    """The account of an own number, and whether it takes money of an invoice: of its pupil, or it alone."""
    pupils = number_at_bank(bank_bin, number)
    if pupils is not None:
        student_id = pupils.student_id
        return pupils.bank_account, lambda invoice: invoice.student_id == student_id
    bill = invoice_at_bank(bank_bin, number)
    if bill is None:
        return None, _anybody
    invoice_id = bill.invoice_id
    return bill.bank_account, lambda invoice: invoice.pk == invoice_id


def _anybody(_invoice: Invoice) -> bool:
    return True


def _judged(account: BankAccount, word: str, amount: Dong | None, takes: Callable[[Invoice], bool]) -> QrVerdict:
    """`takes` says whether the number in the code takes money of an invoice."""
    if is_group_code(word):
        members = group_by_code(account.school_id, word)
        return _fits(account, members, amount) if members else QrVerdict.UNKNOWN_INVOICE
    found = invoices_of_code(word, school_id=account.school_id)
    if not all(takes(invoice) for invoice in found):
        return QrVerdict.OTHER_ACCOUNT
    return _fits(account, found, amount) if found else QrVerdict.UNKNOWN_INVOICE


def _fits(account: BankAccount, invoices: list[Invoice], amount: Dong | None) -> QrVerdict:
    if any(invoice.receiving_account.pk != account.pk for invoice in invoices):
        return QrVerdict.OTHER_ACCOUNT
    owing = [invoice for invoice in invoices if state_on_page(invoice).is_open]
    if not owing:
        return QrVerdict.SETTLED
    owed = total(invoice.total - invoice.paid for invoice in owing)
    if amount is None or amount == owed:
        return QrVerdict.GENUINE
    may_be_part = len(owing) == 1 and owing[0].round.allows_partial and amount < owed
    return QrVerdict.PART if may_be_part else QrVerdict.AMOUNT_DIFFERS
