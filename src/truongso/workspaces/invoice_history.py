"""The whole life of an invoice: issued, adjusted, paid, receipted, undone; from the rows and the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from truongso.fees.public import Invoice, InvoiceLine
from truongso.fees.types import LineKind
from truongso.kernel.models import AuditEntry
from truongso.kernel.ui.formatting import dong, ngay, ngay_gio
from truongso.payments.public import METHOD_NAMES, Payment, receipt_number
from truongso.payments.types import Method
from truongso.workspaces.wording import actor_name


@dataclass(frozen=True, slots=True)
class Event:
    """One step, as the timeline shows it."""

    at: dt.datetime
    title: str
    note: str
    kind: str
    icon: str


def history(invoice: Invoice, lines: Sequence[InvoiceLine], payments: Sequence[Payment]) -> list[Event]:
    """Every step in order of time. Payments come with receipts, cancellations and reversals; 1 query."""
    events = [_issued(invoice)]
    adjusted = AuditEntry.objects.filter(
        school_id=invoice.school_id, subject_kind="invoice", subject_id=str(invoice.pk)
    )
    actors = list(adjusted.order_by("seq"))
    events += [_adjusted(line, actors) for line in lines if line.kind != LineKind.CHARGE.value]
    if invoice.cancelled_at is not None:
        events.append(_cancelled(invoice, actors))
    for payment in payments:
        events += _of_payment(payment)
    return sorted(events, key=lambda e: e.at)


def _issued(invoice: Invoice) -> Event:
    values = {"round": invoice.round.name, "due": ngay(invoice.due_on)}
    note = _("%(round)s · hạn nộp %(due)s") % values
    return Event(invoice.issued_at, _("Phát hành phiếu"), note, "ok", "file-invoice")


def _adjusted(line: InvoiceLine, audits: Sequence[AuditEntry]) -> Event:
    amount = dong(line.amount)
    is_credit = line.kind == LineKind.CREDIT.value
    title = _("Giảm trừ %(amount)s") if is_credit else _("Thêm %(amount)s")
    return Event(
        line.created_at,
        title % {"amount": amount},
        _with_actor(line.description, line.created_at, audits),
        "info",
        "discount" if is_credit else "plus",
    )


def _cancelled(invoice: Invoice, audits: Sequence[AuditEntry]) -> Event:
    at = invoice.cancelled_at
    if at is None:
        raise ValueError("the invoice stands")
    last = next((a for a in reversed(audits) if a.action.endswith(":cancel")), None)
    return Event(at, _("Hủy phiếu"), f"{last.reason} · {actor_name(last)}" if last else "", "bad", "ban")


def _of_payment(payment: Payment) -> list[Event]:
    receipt = next(iter(payment.receipts.all()), None)
    method = str(METHOD_NAMES[Method(payment.method)])
    note = _("tiền về %(at)s · %(method)s · %(payer)s") % {
        "at": ngay_gio(payment.received_at),
        "method": method,
        "payer": payment.payer_name,
    }
    if payment.credited.value and payment.reversed_at is None:
        note += _(" · %(credit)s vào số dư gia đình") % {"credit": dong(payment.credited)}
    events = [
        Event(payment.created_at, _("Ghi nhận %(amount)s") % {"amount": dong(payment.amount)}, note, "ok", "coins")
    ]
    if receipt is not None:
        title = _("Biên lai %(number)s") % {"number": receipt_number(receipt)}
        events.append(Event(receipt.issued_at, title, "", "ok", "receipt"))
    for reversal in payment.reversals.all():
        title = _("Hoàn tác %(amount)s") % {"amount": dong(payment.amount)}
        events.append(Event(reversal.created_at, title, reversal.reason, "bad", "arrow-back-up"))
    return events


def _with_actor(text: str, at: dt.datetime, audits: Sequence[AuditEntry]) -> str:
    """The text with the name of who did it: the first audit entry at or after the row."""
    done = next((a for a in audits if a.at >= at), None)
    return f"{text} · {actor_name(done)}" if done else text
