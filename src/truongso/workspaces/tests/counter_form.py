"""What the counter's form sends for one invoice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel.ids import new_public_id


def counter_form(invoice: Invoice, given: str, *more: Invoice, lines: Sequence[int] = (), **changes: Any) -> Any:
    """The form of a family as a browser sends it: all lines of the invoices, or of the first one the n-th `lines`."""
    every = [invoice, *more]
    keys = []
    for one in every:
        count = InvoiceLine.objects.for_school(one.school_id).filter(invoice=one).exclude(kind="credit").count()
        keys += [f"{one.code}-{n}" for n in range(1, count + 1) if one is not invoice or not lines or n in lines]
    return {
        "hs": invoice.student.public_id,
        "line": keys,
        "seen": [f"{one.code}:{int(one.total) - int(one.paid)}" for one in every],
        "given": given,
        "amount": "",
        "payer_name": "Trần Thị Thu Hằng",
        "token": new_public_id(),
        **changes,
    }
