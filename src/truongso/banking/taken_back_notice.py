"""Telling families that the bank took back what they had paid."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from truongso.banking.acts.types import BookedPart
from truongso.banking.models import BankLine
from truongso.fees.public import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.kernel.money import Dong, total
from truongso.kernel.ui.formatting import dong, ngay, sdt
from truongso.messaging.public import TRANSFER_TAKEN_BACK, active_kinds, opted_out, queue
from truongso.messaging.types import Outgoing
from truongso.organizations.public import School
from truongso.payments.public import way_to_guardian
from truongso.people.public import contacts_of_students


@transaction_required
def tell_families(credit: BankLine, parts: Sequence[BookedPart], *, actor: Actor) -> int:
    """One message for each pupil whose invoice is owed again, of that pupil's part alone, as reminders reach families;
    nobody is told of another family's money. Returns how many go out.
    """
    school_id = credit.school_id
    pupils = _amounts(school_id, parts)
    contacts = contacts_of_students(school_id, list({student_id for _payment, student_id in pupils}))
    kinds, silent = active_kinds(school_id), opted_out(school_id)
    school = School.objects.get(pk=school_id)
    messages = []
    for (payment_id, student_id), shares in pupils.items():
        way = way_to_guardian(contacts.get(student_id, []), kinds, silent)
        if way is None:
            continue
        contact, kind, address = way
        invoice = shares[0][0]
        values = {
            "nguoi_nhan": contact.full_name, "hoc_sinh": invoice.student_name, "truong": school.short_name,
            "so_tien": dong(total(amount for _invoice, amount in shares)), "ngay": ngay(credit.booked_on),
            "dia_chi": f"{settings.PUBLIC_URL}/p/{invoice.public_id}",
            "lien_he": sdt(school.support_phone or school.phone),
        }  # fmt: skip
        key = f"taken-back:{payment_id}:{student_id}"
        messages.append(
            Outgoing(kind=kind, address=address, template=TRANSFER_TAKEN_BACK, values=values, dedupe_key=key)
        )
    if messages:
        queue(school_id, messages=messages, batch=f"taken-back:{credit.public_id}", actor=actor)
    return len(messages)


def _amounts(school_id: int, parts: Sequence[BookedPart]) -> dict[tuple[int, int], list[tuple[Invoice, Dong]]]:
    """(payment, pupil) → the invoices that are owed again and how much of each; credit of a family is no invoice."""
    shares = [(part.payment_id, invoice, amount) for part in parts for invoice, _line, amount in part.shares]
    rows = Invoice.objects.for_school(school_id).filter(among("pk", list({pk for _payment, pk, _amount in shares})))
    invoices = {invoice.pk: invoice for invoice in rows}
    found: dict[tuple[int, int], list[tuple[Invoice, Dong]]] = {}
    for payment_id, pk, amount in shares:
        found.setdefault((payment_id, invoices[pk].student_id), []).append((invoices[pk], amount))
    return found
