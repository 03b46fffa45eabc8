"""What other rooms know of invoices paid together."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

MOST_INVOICES = 12
"""In one group: what the code column of one payment can name."""


@dataclass(frozen=True, slots=True)
class GroupForMatching:
    """A group as the matcher of bank transfers needs it: its code and those of its invoices."""

    code: str
    bank_account_id: int
    invoice_codes: tuple[str, ...]


class GroupRefusedError(Exception):
    """Invoices cannot be paid together as asked. `code` is stable; `params` fill the message.

    too_few (one invoice has its own code), too_many (most), unknown_invoice, several_accounts, not_open (code).
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def fingerprint(invoice_ids: Collection[int]) -> str:
    """Names a set of invoices."""
    return hashlib.sha256(",".join(map(str, sorted(set(invoice_ids)))).encode()).hexdigest()
