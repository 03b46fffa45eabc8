"""Reads of groups."""

from __future__ import annotations

from collections.abc import Collection

from truongso.fees.public import Invoice, invoices_by_id
from truongso.payments.groups.models import GroupedInvoice, InvoiceGroup
from truongso.payments.groups.types import GroupForMatching, fingerprint


def group_of(school_id: int, invoice_ids: Collection[int]) -> InvoiceGroup | None:
    """The group of exactly these invoices, if a family has made it; 1 query."""
    rows = InvoiceGroup.objects.for_school(school_id).filter(fingerprint=fingerprint(invoice_ids))
    found: InvoiceGroup | None = rows.first()
    return found


def groups_for_matching(school_id: int, codes: Collection[str]) -> list[GroupForMatching]:
    """The groups of these codes with the codes of their standing invoices, oldest first; at most 1 query."""
    if not codes:
        return []
    rows = (
        GroupedInvoice.objects.for_school(school_id)
        .filter(group__code__in=codes, invoice__cancelled_at__isnull=True)
        .order_by("group_id", "invoice_id")
        .values_list("group__code", "group__bank_account_id", "invoice__code")
    )
    found: dict[tuple[str, int], list[str]] = {}
    for code, account, invoice in rows:
        found.setdefault((code, account), []).append(invoice)
    return [GroupForMatching(code, account, tuple(members)) for (code, account), members in found.items()]


def group_by_code(school_id: int, code: str) -> list[Invoice]:
    """The invoices of a group, with account and round; empty when no group has this code; at most 2 queries."""
    ids = GroupedInvoice.objects.for_school(school_id).filter(group__code=code).values_list("invoice_id", flat=True)
    return invoices_by_id(school_id, list(ids)) if ids else []


def group_codes_of(school_id: int, invoice_id: int) -> list[str]:
    """Codes under which an invoice may be paid together with others, oldest first; 1 query."""
    rows = GroupedInvoice.objects.for_school(school_id).filter(invoice_id=invoice_id)
    return list(rows.order_by("group_id").values_list("group__code", flat=True))
