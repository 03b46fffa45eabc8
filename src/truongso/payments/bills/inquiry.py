"""What a partner may see: owed invoices with items and beneficiary, names masked; and its own day's transactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, Sum

from truongso.fees.public import Invoice, InvoiceLine
from truongso.fees.types import LineKind
from truongso.kernel import clock
from truongso.kernel.masking import masked_name
from truongso.kernel.money import Dong, total
from truongso.organizations.public import School
from truongso.payments.bills.models import BillPartner, BillTransaction
from truongso.payments.bills.partners import served_school, serving
from truongso.payments.bills.requests import DayList, Inquiry
from truongso.payments.bills.types import MAX_LISTED, OLDEST_DAYS, BillCode, BillRefusedError
from truongso.people.public import Student

_MOST_INVOICES = 50  # of one pupil; nobody owes as many


def inquire(partner: BillPartner, asked: Inquiry) -> dict[str, Any]:
    """What an invoice or a pupil owes. Raises BillRefusedError."""
    if asked.pupil_code:
        school = served_school(partner, asked.school_code)
        pupil = _pupil(school, asked.pupil_code)
        invoices = list(_with_related(school).filter(student_id=pupil.pk, cancelled_at__isnull=True))
        owing = [i for i in invoices if i.paid < i.total][:_MOST_INVOICES]
        return _answer(school, pupil.full_name, owing)
    invoice = _by_code(partner, asked)
    return _answer(invoice.school, invoice.student_name, [invoice])


def transactions(partner: BillPartner, asked: DayList) -> dict[str, Any]:
    """A page of the partner's transactions of a day, with the whole day's totals. Raises BillRefusedError."""
    school = served_school(partner, asked.school_code)
    plausible_day(asked.day)
    rows = BillTransaction.objects.for_school(school).filter(partner=partner, paid_on=asked.day)
    sums = rows.order_by().values("state").annotate(n=Count("pk"), s=Sum("amount"))
    totals = {"booked": _sum(0, 0), "reversed": _sum(0, 0)}
    totals |= {row["state"]: _sum(row["n"], int(row["s"])) for row in sums}
    count = sum(t["count"] for t in totals.values())
    start = (asked.page - 1) * MAX_LISTED
    page = rows.order_by("paid_at", "pk")[start : start + MAX_LISTED]
    return {
        "date": asked.day.isoformat(),
        "page": asked.page,
        "pages": max(1, -(-count // MAX_LISTED)),
        "totals": totals,
        "transactions": [_row(t) for t in page],
    }


def plausible_day(day: dt.date) -> None:
    """Raises BillRefusedError `time_implausible` for a day in the future or long ago."""
    today = clock.today()
    if not today - dt.timedelta(days=OLDEST_DAYS) <= day <= today:
        raise BillRefusedError(BillCode.TIME_IMPLAUSIBLE, date=day.isoformat())


def _pupil(school: School, code: str) -> Student:
    found = Student.objects.for_school(school).filter(Q(sector_code__iexact=code) | Q(school_code__iexact=code))
    pupils = list(found[:2])
    if len(pupils) != 1:  # none, or one pupil's own code is another's sector code: never guess
        raise BillRefusedError(BillCode.PUPIL_UNKNOWN, pupil_code=code)
    pupil: Student = pupils[0]
    return pupil


def _by_code(partner: BillPartner, asked: Inquiry) -> Invoice:
    schools = serving(partner)
    if asked.school_code:
        schools = schools.filter(school__code=asked.school_code)
    ids = list(schools.values_list("school_id", flat=True))
    if asked.school_code and not ids:
        raise BillRefusedError(BillCode.SCHOOL_UNKNOWN, school_code=asked.school_code)
    across = Invoice.objects.across_schools("a partner asks by the code alone; its schools are looked at")
    found = list(
        across.filter(school_id__in=ids, code=asked.invoice_code).select_related("school", "bank_account", "round")[:2]
    )
    if not found:
        raise BillRefusedError(BillCode.INVOICE_UNKNOWN, invoice_code=asked.invoice_code)
    if len(found) > 1:
        raise BillRefusedError(BillCode.SCHOOL_NEEDED, invoice_code=asked.invoice_code)
    invoice: Invoice = found[0]
    return invoice


def _with_related(school: School) -> Any:
    rows = Invoice.objects.for_school(school).select_related("bank_account", "round")
    return rows.order_by("due_on", "pk")


def _answer(school: School, pupil_name: str, invoices: Sequence[Invoice]) -> dict[str, Any]:
    lines = _lines(school, invoices)
    return {
        "school": {"code": school.code, "name": school.name, "acceptor_code": school.identification_code},
        "pupil": masked_name(pupil_name),
        "outstanding": int(total(_owed(i) for i in invoices)),
        "invoices": [_invoice(i, lines.get(i.pk, [])) for i in invoices],
    }


def _lines(school: School, invoices: Sequence[Invoice]) -> dict[int, list[InvoiceLine]]:
    rows = InvoiceLine.objects.for_school(school).filter(invoice_id__in=[i.pk for i in invoices])
    found: dict[int, list[InvoiceLine]] = {}
    for line in rows.exclude(kind=LineKind.CREDIT.value).select_related("fee_item").order_by("pk"):
        found.setdefault(line.invoice_id, []).append(line)
    return found


def _invoice(invoice: Invoice, lines: Sequence[InvoiceLine]) -> dict[str, Any]:
    owed = _owed(invoice)
    state = "cancelled" if invoice.cancelled_at is not None else "open" if owed else "paid"
    return {
        "invoice_code": invoice.code,
        "state": state,
        "payer": masked_name(invoice.payer_name),
        "pupil": masked_name(invoice.student_name),
        "reason": invoice.reason,
        "due_on": invoice.due_on.isoformat(),
        "total": int(invoice.total),
        "paid": int(invoice.paid),
        "outstanding": int(owed),
        "partial_allowed": invoice.round.allows_partial,
        "items": [
            {
                "code": line.fee_item.code,
                "name": line.description,
                "amount": int(line.amount - line.credited),
                "outstanding": int(line.amount - line.credited - line.paid),
            }
            for line in lines
        ],
        "beneficiary": {
            "bank_bin": invoice.receiving_account.bank_bin,
            "account": invoice.receiving_account.number,
            "name": invoice.receiver_name,
        },
    }


def _owed(invoice: Invoice) -> Dong:
    owed: Dong = invoice.total - invoice.paid
    return owed


def _row(transaction: BillTransaction) -> dict[str, Any]:
    paid_at = transaction.paid_at
    return {
        "transaction_id": transaction.transaction_id,
        "state": transaction.state,
        "amount": int(transaction.amount),
        "paid_at": None if paid_at is None else paid_at.astimezone(clock.SCHOOL_TIME).isoformat(timespec="seconds"),
        "channel": transaction.channel,
        "invoices": [item["invoice_code"] for item in transaction.items],
    }


def _sum(count: int, amount: int) -> dict[str, int]:
    return {"count": count, "amount": amount}
