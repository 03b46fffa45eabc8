"""The one place that locks invoices. Order of locks everywhere: invoice → payment → receipt book → audit head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from truongso.fees.models import Invoice, InvoiceLine
from truongso.fees.types import LineKind
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.kernel.money import Dong


class LockedLine(NamedTuple):
    """A charge line: `payable` is its amount less credit notes, `paid` what is settled of it."""

    id: int
    description: str
    nature: str
    payable: Dong
    paid: Dong


class LockedInvoice(NamedTuple):
    """An invoice held by this transaction: nobody else allocates to it until it ends."""

    id: int
    code: str
    public_id: str
    family_id: int
    student_name: str
    class_name: str
    payer_name: str
    beneficiary_name: str
    reason: str
    bank_account_id: int
    total: Dong
    paid: Dong
    cancelled_at: dt.datetime | None
    lines: tuple[LockedLine, ...]

    @property
    def outstanding(self) -> Dong:
        return self.total - self.paid


_INVOICE = LockedInvoice._fields[:-1]  # without the lines


@transaction_required
def lock_invoices(school_id: int, ids: Iterable[int]) -> dict[int, LockedInvoice]:
    """Lock invoices in id order and read them with their charge lines; 2 queries. Unknown ids are left out.

    SQLite has no row locks: there the IMMEDIATE transaction is the only writer.
    """
    wanted = sorted(set(ids))
    query = Invoice.objects.for_school(school_id).filter(among("pk", wanted)).order_by("pk").select_for_update()
    invoices = list(query.values_list(*_INVOICE))
    lines: dict[int, list[LockedLine]] = {}
    rows = (
        InvoiceLine.objects.for_school(school_id)
        .filter(among("invoice_id", wanted))
        .exclude(kind=LineKind.CREDIT.value)
        .order_by("invoice_id", "pk")
        .values_list("invoice_id", "pk", "description", "nature", "amount", "credited", "paid")
    )
    for invoice_id, pk, description, nature, amount, credited, paid in rows:
        lines.setdefault(invoice_id, []).append(LockedLine(pk, description, nature, amount - credited, paid))
    held = [LockedInvoice(*values, tuple(lines.get(values[0], ()))) for values in invoices]  # type: ignore[call-arg]
    return {invoice.id: invoice for invoice in held}
