"""Links from before somebody ceased to be a guardian: they may be his, so they open their own time alone."""

from __future__ import annotations

import datetime as dt

from truongso.fees.public import Invoice
from truongso.people.public import last_ending


def ends_at(invoice: Invoice) -> dt.datetime | None:
    """Until when the link of an invoice tells of the family: when somebody ceased to be a guardian of one of its
    children after the invoice was issued; None: of everything. One query."""
    ended = last_ending(invoice.school_id, invoice.family_id)
    return ended if ended is not None and invoice.issued_at <= ended else None
