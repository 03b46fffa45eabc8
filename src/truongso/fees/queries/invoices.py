"""Invoices as lists and other rooms see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from truongso.fees.class_order import class_key
from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.names import fold


class PaidState(StrEnum):
    """How far an invoice is paid. Overdue ones are open ones whose day has passed."""

    NONE = "none"
    PARTIAL = "partial"
    PAID = "paid"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What a list is narrowed to; everything empty: all invoices."""

    round_id: int | None = None
    class_name: str = ""
    state: PaidState | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that still takes money."""

    id: int
    public_id: str
    code: str
    total: Dong
    outstanding: Dong
    student_name: str
    class_name: str
    payer_name: str
    family_id: int
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class ClassDebt:
    """What a class still owes on live invoices: `pupils` with something open, of it `overdue`."""

    class_name: str
    invoices: int
    pupils: int
    outstanding: Dong
    overdue: Dong
    oldest_due: dt.date


@dataclass(frozen=True, slots=True)
class SchoolFigures:
    """Live invoices of a school (or of a school year) in sum."""

    invoices: int
    total: Dong
    paid: Dong
    open_invoices: int
    overdue_invoices: int
    overdue: Dong

    @property
    def outstanding(self) -> Dong:
        return self.total - self.paid


def state_of(invoice: Invoice, today: dt.date) -> PaidState:
    """How far an invoice is paid, on a day."""
    if invoice.cancelled_at is not None:
        return PaidState.CANCELLED
    if invoice.paid >= invoice.total:
        return PaidState.PAID
    if invoice.due_on < today:
        return PaidState.OVERDUE
    return PaidState.PARTIAL if invoice.paid else PaidState.NONE


def invoices(school_id: int, wanted: InvoiceFilter) -> QuerySet[Invoice]:
    """Invoices by class and Vietnamese name, newest first for one pupil.

    `words` are searched without accents in pupil, payer, class and code; every word must occur.
    """
    rows = Invoice.objects.for_school(school_id)
    if wanted.round_id is not None:
        rows = rows.filter(round_id=wanted.round_id)
    if wanted.class_name:
        rows = rows.filter(class_name=wanted.class_name)
    if wanted.state is not None:
        rows = rows.filter(_in_state(wanted.state, clock.today()))
    for word in fold(wanted.words).split():
        rows = rows.filter(search_fold__contains=word)
    return rows.order_by("sort_key", "-pk")


def sums_of(rows: QuerySet[Invoice]) -> SchoolFigures:
    """Live invoices of a list in sum; 1 query."""
    return _figures(rows.order_by().filter(cancelled_at__isnull=True))


def class_names(school_id: int) -> list[str]:
    """Names of classes that have invoices, in the order of classes; 1 query."""
    found = Invoice.objects.for_school(school_id).order_by().values_list("class_name", flat=True).distinct()
    return sorted(found, key=class_key)


def lines_of(school_id: int, invoice_id: int) -> list[InvoiceLine]:
    """The lines of an invoice in the order they came: charges, then extras and credit notes; 1 query."""
    lines = InvoiceLine.objects.for_school(school_id).filter(invoice_id=invoice_id)
    return list(lines.select_related("fee_item").order_by("pk"))


def open_invoices(school_id: int, bank_account_id: int) -> list[OpenInvoice]:
    """Invoices of a receiving account that still take money; 1 query."""
    rows = (
        _open(school_id)
        .filter(bank_account_id=bank_account_id)
        .order_by("pk")
        .values_list(
            "pk", "public_id", "code", "total", "paid", "student_name", "class_name", "payer_name", "family_id",
            "due_on",
        )
    )  # fmt: skip
    return [
        OpenInvoice(pk, public, code, total, total - paid, student, class_name, payer, family, due)
        for pk, public, code, total, paid, student, class_name, payer, family, due in rows
    ]


def open_invoice_counts(school_id: int) -> dict[int, int]:
    """How many invoices that were issued with each receiving account still take money, by its id; 1 query."""
    rows = _open(school_id).order_by().values_list("bank_account_id").annotate(n=Count("pk"))
    return dict(rows)


def invoices_by_code(school_id: int, codes: list[str]) -> dict[str, Invoice]:
    """Invoices of any state by their code; unknown codes are left out; 1 query."""
    return {i.code: i for i in Invoice.objects.for_school(school_id).filter(code__in=codes)}


def invoice_by_code(school_id: int, code: str) -> Invoice | None:
    """One invoice of any state by its code as printed."""
    rows = Invoice.objects.for_school(school_id).select_related("round", "bank_account__replaced_by")
    return rows.filter(code=code).first()


def invoice_by_public_id(public_id: str) -> Invoice | None:
    """The invoice behind a payment page's address, with its school, account and round; 1 query."""
    across = Invoice.objects.across_schools("the address of a payment page names the invoice, not the school")
    return across.select_related("school", "bank_account__replaced_by", "round").filter(public_id=public_id).first()


def invoices_by_id(school_id: int, ids: Collection[int]) -> list[Invoice]:
    """Invoices of any state with account and round, oldest first; unknown ids are left out; 1 query."""
    rows = Invoice.objects.for_school(school_id).filter(pk__in=ids)
    return list(rows.select_related("bank_account__replaced_by", "round").order_by("pk"))


def invoices_anywhere(ids: Collection[int], *, reason: str) -> list[Invoice]:
    """Invoices of several schools with school, account and round, in the order of the ids; 1 query.

    Only for ids that the product itself signed; `reason` says why the scope is left.
    """
    rows = Invoice.objects.across_schools(reason).filter(pk__in=ids)
    found = {i.pk: i for i in rows.select_related("school", "bank_account__replaced_by", "round")}
    return [found[pk] for pk in ids if pk in found]


def invoices_of_code(code: str, *, school_id: int | None) -> list[Invoice]:
    """Invoices with this code as printed, of one school or of the whole installation; 1 query.

    They come with school, account and round.
    """
    if school_id is not None:
        rows = Invoice.objects.for_school(school_id)
    else:
        across = Invoice.objects.across_schools("a family names its invoice by code, at whatever school")
        rows = across.filter(school__invoice_prefix=code[:2])
    return list(rows.select_related("school", "bank_account__replaced_by", "round").filter(code=code).order_by("pk"))


def invoice_by_short_id(short: str) -> Invoice | None:
    """The invoice whose public id begins so, with its school, account and round; None when two do; 1 query."""
    across = Invoice.objects.across_schools("the check address on a notice names the invoice, not the school")
    rows = across.filter(public_id__gte=short, public_id__lte=short.ljust(26, "z"))
    found = list(rows.select_related("school", "bank_account__replaced_by", "round")[:2])
    return found[0] if len(found) == 1 else None


def invoices_of_family(school_id: int, family_id: int) -> list[Invoice]:
    """All invoices of a household at the school, open ones first, then the newest; 1 query."""
    rows = Invoice.objects.for_school(school_id).filter(family_id=family_id).order_by("-issued_at", "-pk")
    return sorted(rows, key=lambda i: i.cancelled_at is not None or i.paid >= i.total)


def invoices_of_student(school_id: int, student_id: int) -> list[Invoice]:
    """All invoices of a pupil, the newest first; 1 query."""
    rows = Invoice.objects.for_school(school_id).filter(student_id=student_id)
    return list(rows.select_related("round").order_by("-issued_at", "-pk"))


def debts_by_class(school_id: int) -> list[ClassDebt]:
    """What each class owes, in the order of classes; classes that owe nothing are left out; 1 query."""
    late = Q(due_on__lt=clock.today())
    rows = (
        _open(school_id)
        .values("class_name")
        .annotate(
            n=Count("pk"), pupils=Count("student_id", distinct=True), due=Sum(F("total") - F("paid")),
            late=Sum(F("total") - F("paid"), filter=late), oldest=Min("due_on"),
        )
    )  # fmt: skip
    found = [
        ClassDebt(r["class_name"], r["n"], r["pupils"], _dong(r["due"]), _dong(r["late"]), r["oldest"]) for r in rows
    ]
    return sorted(found, key=lambda c: class_key(c.class_name))


def school_figures(school_id: int, *, school_year_id: int | None = None) -> SchoolFigures:
    """Live invoices in sum; 1 query."""
    live = Invoice.objects.for_school(school_id).filter(cancelled_at__isnull=True)
    if school_year_id is not None:
        live = live.filter(round__school_year_id=school_year_id)
    return _figures(live)


def outstanding_of_schools(school_ids: Collection[int]) -> dict[int, Dong]:
    """School id → what live invoices still owe; 1 query."""
    live = Invoice.objects.for_schools(school_ids).filter(cancelled_at__isnull=True)
    rows = live.order_by().values_list("school_id").annotate(s=Sum(F("total") - F("paid")))
    return {school_id: Dong(int(value)) for school_id, value in rows}


def _open(school_id: int) -> QuerySet[Any]:
    return Invoice.objects.for_school(school_id).filter(cancelled_at__isnull=True, paid__lt=F("total"))


def _in_state(state: PaidState, today: dt.date) -> Q:
    live = Q(cancelled_at__isnull=True)
    owing = live & Q(paid__lt=F("total"))
    return {
        PaidState.NONE: owing & Q(paid=0),
        PaidState.PARTIAL: owing & Q(paid__gt=0),
        PaidState.PAID: live & Q(paid__gte=F("total")),
        PaidState.OVERDUE: owing & Q(due_on__lt=today),
        PaidState.CANCELLED: ~live,
    }[state]


def _figures(live: QuerySet[Any]) -> SchoolFigures:
    owing = Q(paid__lt=F("total"))
    late = owing & Q(due_on__lt=clock.today())
    sums = live.aggregate(
        n=Count("pk"),
        asked=Sum("total"),
        got=Sum("paid"),
        open=Count("pk", filter=owing),
        late=Count("pk", filter=late),
        overdue=Sum(F("total") - F("paid"), filter=late),
    )
    return SchoolFigures(
        sums["n"], _dong(sums["asked"]), _dong(sums["got"]), sums["open"], sums["late"], _dong(sums["overdue"])
    )


def _dong(value: object) -> Dong:
    return Dong(0) if value is None else Dong(int(value))  # type: ignore[call-overload]
