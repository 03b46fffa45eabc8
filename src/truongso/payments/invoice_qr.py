"""The one VietQR of an invoice: page, picture, paper and sandbox all show this payload.

Built here and nowhere else from the invoice's own row: what a browser sends never reaches it.
"""

from __future__ import annotations

import re

from truongso.fees.public import Invoice
from truongso.kernel.names import fold
from truongso.payments.vietqr import encode

MEMO_LENGTH = 25  # NAPAS: purpose of the transfer, 62-08
_WORD = re.compile(r"[A-Z0-9]+")


def invoice_payload(invoice: Invoice) -> str:
    """A dynamic VietQR for what the invoice still owes, the code first in the memo and again as bill number.

    The invoice comes with its `round` and `bank_account`. Raises VietQrError: AMOUNT when nothing is owed,
    AMOUNT_TOO_LARGE from 500,000,000 đ (no fast transfer), BANK_BIN or ACCOUNT for an account banks do not know.
    """
    return encode(
        bank_bin=invoice.bank_account.bank_bin,
        account=invoice.bank_account.number,
        amount=invoice.total - invoice.paid,
        memo=invoice_memo(invoice),
        bill_number=invoice.code,
    )


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
