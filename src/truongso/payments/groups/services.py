"""Making a group: the same invoices always get the same one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError

from truongso.fees.public import Invoice, invoices_by_id
from truongso.fees.types import new_group_code
from truongso.kernel import clock
from truongso.kernel.db import savepoint, transaction_required
from truongso.payments.groups.models import GroupedInvoice, InvoiceGroup
from truongso.payments.groups.types import MOST_INVOICES, GroupRefusedError, fingerprint


@transaction_required
def group_invoices(school_id: int, *, invoice_ids: Collection[int]) -> InvoiceGroup:
    """The group of these invoices of one school and one receiving account, made when it does not exist yet.

    A group is no promise and no debt: it only names invoices, so families make it themselves and nothing is audited.
    Raises GroupRefusedError and changes nothing.
    """
    wanted = sorted(set(invoice_ids))
    if len(wanted) < 2:
        raise GroupRefusedError("too_few")
    if len(wanted) > MOST_INVOICES:
        raise GroupRefusedError("too_many", most=MOST_INVOICES)
    invoices = invoices_by_id(school_id, wanted)
    if len(invoices) < len(wanted):
        raise GroupRefusedError("unknown_invoice")
    found = _known(school_id, fingerprint(wanted))
    if found is not None:
        return found
    _check(invoices)
    try:
        with savepoint():
            return _made(school_id, invoices)
    except IntegrityError:  # made by another process at the same moment
        found = _known(school_id, fingerprint(wanted))
        if found is None:
            raise
        return found


def _made(school_id: int, invoices: list[Invoice]) -> InvoiceGroup:
    group: InvoiceGroup = InvoiceGroup.objects.create(
        school_id=school_id, code=_free_code(school_id, invoices[0]), bank_account_id=invoices[0].receiving_account.pk,
        fingerprint=fingerprint([i.pk for i in invoices]), created_at=clock.now(),
    )  # fmt: skip
    GroupedInvoice.objects.bulk_create(
        GroupedInvoice(school_id=school_id, group=group, invoice=invoice) for invoice in invoices
    )
    return group


def _known(school_id: int, name: str) -> InvoiceGroup | None:
    found: InvoiceGroup | None = InvoiceGroup.objects.for_school(school_id).filter(fingerprint=name).first()
    return found


def _check(invoices: list[Invoice]) -> None:
    if len({invoice.receiving_account.pk for invoice in invoices}) > 1:
        raise GroupRefusedError("several_accounts")
    for invoice in invoices:
        if invoice.cancelled_at is not None or invoice.paid >= invoice.total:
            raise GroupRefusedError("not_open", code=invoice.code)


def _free_code(school_id: int, invoice: Invoice) -> str:
    while True:
        code = new_group_code(invoice.code[:2])
        if not InvoiceGroup.objects.for_school(school_id).filter(code=code).exists():
            return code
