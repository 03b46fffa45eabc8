"""“Is this QR code our school's?”: a scanned or pasted VietQR against the registered accounts and the invoice.

Nothing is told that the code itself does not say, but whose account it is: not the pupil, not what is owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from truongso.fees.public import Invoice, invoices_of_code
from truongso.fees.types import LENGTH, is_group_code, is_valid, normalise
from truongso.kernel.money import Dong, total
from truongso.organizations.public import BankAccount, registered_account
from truongso.payments.public import group_by_code, number_at_bank
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
    """Judge the text of a code; at most 5 queries."""
    try:
        read = decode(payload.strip())
    except VietQrError:
        return QrChecked(QrVerdict.UNREADABLE)
    if read.bank_bin is None or read.account is None:
        return QrChecked(QrVerdict.STRANGER, read, amount=read.amount)
    account, student_id = registered_account(read.bank_bin, read.account), None
    if account is None and (held := number_at_bank(read.bank_bin, read.account.upper())) is not None:
        account, student_id = held.bank_account, held.student_id
    if account is None:
        return QrChecked(QrVerdict.STRANGER, read, amount=read.amount)
    word = _code_in(read)
    if not account.is_active:
        gone = QrVerdict.CLOSED_ACCOUNT if account.replaced_by_id is None else QrVerdict.FORMER_ACCOUNT
        return QrChecked(gone, read, account, word, read.amount)
    verdict = _judged(account, word, read.amount, student_id) if word else QrVerdict.ACCOUNT_ONLY
    return QrChecked(verdict, read, account, word, read.amount)


def _code_in(read: VietQr) -> str:
    """The invoice or group code that a payload carries as bill number or at the head of its purpose."""
    for text in (read.bill_number, read.memo):
        word = normalise(text)[:LENGTH]
        if is_valid(word) or is_group_code(word):
            return word
    return ""


def _judged(account: BankAccount, word: str, amount: Dong | None, student_id: int | None) -> QrVerdict:
    """With `student_id` the code names the own number of one pupil: it takes that pupil's money alone."""
    if is_group_code(word):
        members = group_by_code(account.school_id, word)
        return _fits(account, members, amount) if members else QrVerdict.UNKNOWN_INVOICE
    found = invoices_of_code(word, school_id=account.school_id)
    if student_id is not None and any(invoice.student_id != student_id for invoice in found):
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
