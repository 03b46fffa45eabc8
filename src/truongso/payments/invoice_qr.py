"""The one VietQR of an invoice: page, picture, paper and sandbox all show this payload.

Built here and nowhere else from the invoice's own row: what a browser sends never reaches it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from truongso.fees.public import Invoice
from truongso.kernel.money import Dong, total
from truongso.kernel.names import fold
from truongso.payments.groups.models import InvoiceGroup
from truongso.payments.vietqr import encode

MEMO_LENGTH = 25  # NAPAS: purpose of the transfer, 62-08
_WORD = re.compile(r"[A-Z0-9]+")


def invoice_payload(invoice: Invoice, *, amount: Dong | None = None) -> str:
    """A dynamic VietQR for what the invoice still owes, the code first in the memo and again as bill number.

    `amount` is a part that the family chose to pay; it is held between 1 đ and what is owed, so that nothing typed
    elsewhere can ask for more. The invoice comes with its `round` and `bank_account`.
    Raises VietQrError: AMOUNT when nothing is owed, AMOUNT_TOO_LARGE from 500,000,000 đ (no fast transfer), BANK_BIN
    or ACCOUNT for an account banks do not know.
    """
    return encode(
        bank_bin=invoice.receiving_account.bank_bin,
        account=invoice.receiving_account.number,
        amount=part_of(invoice, amount),
        memo=invoice_memo(invoice),
        bill_number=invoice.code,
    )


def number_payload(invoice: Invoice, number: str, *, amount: Dong | None = None) -> str:
    """The same code to the pupil's own number at the bank: the money finds its pupil even when the memo is lost.

    Raises VietQrError as `invoice_payload`.
    """
    return encode(
        bank_bin=invoice.receiving_account.bank_bin,
        account=number,
        amount=part_of(invoice, amount),
        memo=invoice_memo(invoice),
        bill_number=invoice.code,
    )


def part_of(invoice: Invoice, amount: Dong | None) -> Dong:
    """What a code for this invoice asks for: all that is owed, or the chosen part of it."""
    owed = invoice.total - invoice.paid
    return owed if amount is None or amount > owed or amount < Dong(1) else amount


def group_payload(group: InvoiceGroup, invoices: Sequence[Invoice]) -> str:
    """One VietQR for what the invoices of a group still owe together, its code alone in the memo.

    The invoices come with their `bank_account`. Raises VietQrError as `invoice_payload`.
    """
    account = invoices[0].receiving_account
    return encode(
        bank_bin=account.bank_bin,
        account=account.number,
        amount=total(i.total - i.paid for i in invoices if i.cancelled_at is None),
        memo=group_memo(group, len(invoices)),
        bill_number=group.code,
    )


def group_memo(group: InvoiceGroup, count: int) -> str:
    """The transfer content of a group: its code, and for the payer's eyes how many invoices it stands for."""
    return f"{group.code} GOP {count} PHIEU"


def invoice_memo(invoice: Invoice) -> str:
    """The transfer content: the code, then as many whole words of the round's name as fit (ASCII, ≤ 25 symbols).

    It passes through banks and text messages, so a word of the child's name or the class ends it.
    """
    private = set(_words(invoice.student_name)) | set(_words(invoice.class_name))
    memo = invoice.code
    for word in _words(invoice.round.name):
        if word in private or len(memo) + 1 + len(word) > MEMO_LENGTH:
            break
        memo += f" {word}"
    return memo


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
