"""A guardianship that ended."""

from __future__ import annotations

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.people.models import FormerGuardian, Guardian

TABLES = ("people_formerguardian",)


def fill_guardians(invoice: Invoice) -> None:
    """The pupil of the invoice had another guardian once."""
    guardian = Guardian.objects.create(
        school_id=invoice.school_id, family_id=invoice.family_id, full_name="Giàng A Pó", name_fold="giang a po"
    )
    FormerGuardian.objects.create(
        school_id=invoice.school_id, student_id=invoice.student_id, guardian=guardian, relationship="father",
        was_payer=True, ended_at=clock.now(), row=0,
    )  # fmt: skip
