"""Class collection sheets of a round."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from truongso.fees.public import Invoice
from truongso.payments.class_sheets.types import ClassSheet, SheetRow
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import Allocation
from truongso.payments.types import Method
from truongso.people.public import class_order


@dataclass
class _Money:
    """What came for one invoice."""

    payments: dict[int, Method] = field(default_factory=dict)
    last: dt.date | None = None


def class_sheets(school_id: int, scope: Scope) -> list[ClassSheet]:
    """Sheets in the order of classes, pupils in roll order; cancelled invoices are left out; 2 queries."""
    rows = Invoice.objects.for_school(school_id).filter(round_id=scope.round_id, cancelled_at__isnull=True)
    if scope.class_names:
        rows = rows.filter(class_name__in=scope.class_names)
    if scope.grades:
        rows = rows.filter(school_class__grade__in=scope.grades)
    invoices = sorted(rows.select_related("round"), key=lambda i: (class_order(i.class_name), i.sort_key, i.pk))
    money = _money(school_id, scope.round_id)
    classes: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        classes[invoice.class_name].append(invoice)
    return [_sheet(name, of_class, money) for name, of_class in classes.items()]


def _sheet(class_name: str, invoices: list[Invoice], money: dict[int, _Money]) -> ClassSheet:
    payments: dict[int, Method] = {}
    rows = []
    for invoice in invoices:
        came = money.get(invoice.pk, _Money())
        payments.update(came.payments)
        methods = tuple(dict.fromkeys(came.payments.values()))
        rows.append(SheetRow(invoice.student_name, invoice.code, invoice.total, invoice.paid, methods, came.last))
    cashless = sum(method.is_cashless for method in payments.values())
    return ClassSheet(class_name, invoices[0].round.name, tuple(rows), len(payments), cashless)


def _money(school_id: int, round_id: int) -> dict[int, _Money]:
    """Standing payments by invoice, the earliest first."""
    found: dict[int, _Money] = defaultdict(_Money)
    allocations = Allocation.objects.for_school(school_id).filter(
        invoice__round_id=round_id, reverses__isnull=True, payment__reversed_at__isnull=True
    )
    rows = allocations.order_by("payment__received_at", "payment_id", "pk")
    for invoice_id, payment_id, method, day in rows.values_list(
        "invoice_id", "payment_id", "payment__method", "payment__received_on"
    ):
        came = found[invoice_id]
        came.payments.setdefault(payment_id, Method(method))
        came.last = day
    return found
