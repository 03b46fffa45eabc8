"""Telling guardians of new receipts, those who agreed to be told, and nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong, total
from truongso.messaging.public import RECEIPT_NOTICE, Delivery, queue
from truongso.messaging.types import Outgoing
from truongso.organizations.public import School, schools_by_id
from truongso.payments.models import Allocation, Receipt
from truongso.payments.receipt_paper import receipt_number
from truongso.people.public import Guardian, Student, agreed_purposes, way_of_guardian

_ACTOR = Actor.system("receipt-messages")
_LOOK_BACK = dt.timedelta(days=2)


def tell_of_receipts() -> int:
    """Queue a message for every new receipt of a child whose guardian agreed; each once. How many."""
    found = agreed_purposes(RECEIPT_NOTICE)
    schools = schools_by_id(list(found))
    return sum(_at_school(schools[school_id], people) for school_id, people in found.items())


def _at_school(school: School, people: list[tuple[Student, Guardian, dt.datetime]]) -> int:
    """Most of the time there is nothing to tell: 2 queries however many agreed, 3 more for each message."""
    receipts = _receipts(school.pk, [student.pk for student, _guardian, _since in people])
    wanted = {
        f"receipt:{receipt.pk}:{student.pk}": (student, guardian, receipt)
        for student, guardian, since in people
        for receipt in receipts.get(student.pk, [])
        if receipt.issued_at >= since
    }
    known = Delivery.objects.for_school(school.pk).filter(among("dedupe_key", wanted))
    for key in known.values_list("dedupe_key", flat=True):
        del wanted[key]
    fresh = [one for key, found in wanted.items() if (one := _message(school, key, *found)) is not None]
    if fresh:
        with transaction():
            queue(school.pk, messages=fresh, batch=f"receipts:{clock.now():%Y%m%d%H%M%S}", actor=_ACTOR)
    return len(fresh)


def _receipts(school_id: int, student_ids: Collection[int]) -> dict[int, list[Receipt]]:
    """Pupil → new receipts with money for the child, not cancelled; 1 query."""
    rows = Receipt.objects.for_school(school_id).filter(
        among("payment__allocations__invoice__student_id", student_ids), issued_at__gte=clock.now() - _LOOK_BACK,
        payment__reversed_at=None,
    )  # fmt: skip
    found: dict[int, list[Receipt]] = {}
    for receipt in rows.annotate(of=F("payment__allocations__invoice__student_id")).distinct().order_by("pk"):
        found.setdefault(receipt.of, []).append(receipt)
    return found


def _message(school: School, key: str, student: Student, guardian: Guardian, receipt: Receipt) -> Outgoing | None:
    """What is sent; None where the guardian cannot be reached or nothing of the money stayed with the child."""
    way, values = way_of_guardian(school.pk, guardian), _values(school, student, guardian, receipt)
    if way is None or values is None:
        return None
    return Outgoing(way[0], way[1], RECEIPT_NOTICE, values, dedupe_key=key)


def _values(school: School, student: Student, guardian: Guardian, receipt: Receipt) -> dict[str, str] | None:
    """What the message says; None when nothing of the money stayed with the child."""
    rows = list(Allocation.objects.for_school(school.pk).filter(payment=receipt.payment_id, invoice__student=student))
    amount: Dong = total(row.amount if row.reverses_id is None else -row.amount for row in rows)
    if not amount:
        return None
    invoice = Invoice.objects.for_school(school.pk).get(pk=min(row.invoice_id for row in rows))
    return {
        "nguoi_nhan": guardian.full_name, "hoc_sinh": student.full_name, "truong": school.short_name,
        "so_tien": str(amount), "bien_lai": receipt_number(receipt),
        "dia_chi": f"{settings.PUBLIC_URL}/p/{invoice.public_id}/lich-su",
        "lien_he": school.support_phone or school.phone or _("nhà trường"),
    }  # fmt: skip
