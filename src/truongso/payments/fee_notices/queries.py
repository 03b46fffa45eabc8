"""Notices of a round as they are to be printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, QuerySet

from truongso.fees.public import InfoField, Invoice, InvoiceLine, fields_of_all
from truongso.fees.types import LineKind
from truongso.kernel import banks
from truongso.kernel.money import ZERO
from truongso.organizations.public import School
from truongso.payments.contact import short_check_url
from truongso.payments.fee_notices.types import FeeNotice, Letterhead, NoticeLine, Scope
from truongso.payments.invoice_qr import invoice_payload, number_payload
from truongso.payments.vietqr import VietQrError
from truongso.payments.virtual_accounts.queries import accounts_with_notices, numbers_for
from truongso.payments.virtual_accounts.types import OwnNumber
from truongso.people.public import class_order


def owing(school_id: int, scope: Scope) -> QuerySet[Invoice]:
    """Live invoices of the scope that still owe something; paid and cancelled ones need no notice."""
    rows = Invoice.objects.for_school(school_id).filter(
        round_id=scope.round_id, cancelled_at__isnull=True, paid__lt=F("total")
    )
    if scope.class_names:
        rows = rows.filter(class_name__in=scope.class_names)
    if scope.grades:
        rows = rows.filter(school_class__grade__in=scope.grades)
    if scope.invoice_ids:
        rows = rows.filter(pk__in=scope.invoice_ids)
    return rows


def notices_by_class(school_id: int, scope: Scope) -> list[tuple[str, list[FeeNotice]]]:
    """Notices class by class, pupils by given name as in the roll; 3 queries, up to 8 with a template."""
    rows = owing(school_id, scope).select_related("round", "bank_account__replaced_by")
    found = sorted(rows, key=lambda i: (class_order(i.class_name), i.sort_key, i.pk))
    lines = _lines(school_id, found)
    fields = fields_of_all(found)
    own = numbers_for(school_id, found)
    coded = accounts_with_notices(school_id) if own else set()
    classes: dict[str, list[FeeNotice]] = defaultdict(list)
    for invoice in found:
        number = own.get(invoice.pk)
        classes[invoice.class_name].append(
            _notice(
                invoice, lines[invoice.pk], fields[invoice.pk], number=number,
                is_coded=number is not None and number.bank_account_id in coded,
            )
        )  # fmt: skip
    return list(classes.items())


def letterhead(school: School) -> Letterhead:
    """Whom families ask (the support contact, else the school's own telephone) and where the guides are."""
    guide = f"{settings.PUBLIC_URL}/truong/{school.slug}/huong-dan" if school.has_public_page else ""
    return Letterhead(school.name, school.support_phone or school.phone, school.support_hours, guide)


def _notice(
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    info: tuple[InfoField, ...],
    *,
    number: OwnNumber | None,
    is_coded: bool,
) -> FeeNotice:
    account = invoice.receiving_account
    bank = banks.find(account.bank_bin)
    return FeeNotice(
        code=invoice.code,
        student_name=invoice.student_name,
        class_name=invoice.class_name,
        info=info,
        round_name=invoice.round.name,
        owed=invoice.total - invoice.paid,
        paid=invoice.paid,
        due_on=invoice.due_on,
        lines=tuple(_line(one) for one in lines),
        account_number=account.number,
        bank_name=bank.short_name if bank else account.bank_bin,
        payload=_payload(invoice, number.number if number and is_coded else ""),
        own_number=number.number if number else "",
        is_numbered=number is not None and number.is_of_invoice,
        check_url=short_check_url(invoice.public_id),
    )


def _line(line: InvoiceLine) -> NoticeLine:
    credit = line.kind == LineKind.CREDIT.value
    return NoticeLine(line.description, ZERO - line.amount if credit else line.amount, line.reduction_percent)


def _payload(invoice: Invoice, number: str) -> str:
    try:
        return number_payload(invoice, number) if number else invoice_payload(invoice)
    except VietQrError:  # beyond fast transfers, or an account banks do not know: the paper says what to do instead
        return ""


def _lines(school_id: int, invoices: list[Invoice]) -> dict[int, list[InvoiceLine]]:
    """Lines by invoice in the order they came; by round and classes, which needs no list of ids."""
    found: dict[int, list[InvoiceLine]] = defaultdict(list)
    if not invoices:
        return found
    rows = InvoiceLine.objects.for_school(school_id).filter(
        invoice__round_id=invoices[0].round_id, invoice__class_name__in={i.class_name for i in invoices}
    )
    for line in rows.order_by("pk"):
        found[line.invoice_id].append(line)
    return found
