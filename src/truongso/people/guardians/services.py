"""Ending a guardianship: access, links and messages end with it; what was done in that time stays."""

from __future__ import annotations

from collections.abc import Iterable

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.masking import masked_name
from truongso.kernel.ui.formatting import ngay
from truongso.messaging.public import GUARDIAN_ENDED, queue
from truongso.messaging.types import Outgoing
from truongso.organizations.public import School
from truongso.people.family_accounts.queries import STUDYING
from truongso.people.family_accounts.services import end_for_others
from truongso.people.models import CopyLink, FormerGuardian, Guardian, Guardianship, Student
from truongso.people.placeholder import is_placeholder
from truongso.people.privacy.notices import way_to
from truongso.people.privacy.queries import guardians_of
from truongso.people.types import PeopleError


@transaction_required
def end_guardianship(*, actor: Actor, student: Student, link: Guardianship, reason: str) -> FormerGuardian:
    """The person behind `link` is no guardian of the pupil from now on.

    Links to copies of the child's data stop; with the last child studying here the account, and what was offered, stop
    too. Who paid hands the mark to the oldest guardian left. He and those who stay are told, each at the contact on
    record. Raises PeopleError `not_a_guardian` when the link is another pupil's, `last_guardian` when nobody real
    would be left.
    """
    rows = Guardianship.objects.for_school(student.school_id).select_for_update(of=("self",))
    links = list(rows.filter(student=student).select_related("guardian").order_by("pk"))
    row = next((one for one in links if one.pk == link.pk), None)
    if row is None:
        raise PeopleError("not_a_guardian")
    guardian: Guardian = row.guardian
    rest = [one for one in links if one.pk != row.pk and not is_placeholder(one.guardian.full_name)]
    if not rest:
        raise PeopleError("last_guardian")
    made: FormerGuardian = FormerGuardian.objects.create(
        school_id=student.school_id, student=student, guardian=guardian, row=row.pk, relationship=row.relationship,
        was_payer=row.is_payer, ended_at=clock.now(), ended_by=actor.user_id,
    )  # fmt: skip
    was_payer, relationship = row.is_payer, row.relationship
    row.delete()
    if was_payer:
        rest[0].is_payer = True
        rest[0].save(update_fields=["is_payer"])
    _end_what_hung_on_it(actor, student, guardian)
    audit.record(
        actor, "people:student:end_guardian", school_id=student.school_id, subject=("student", student.public_id),
        params={"name": guardian.full_name, "relationship": relationship, "was_payer": was_payer}, reason=reason,
    )  # fmt: skip
    _tell(student, [guardian, *guardians_of(student)], made, actor)
    return made


def _end_what_hung_on_it(actor: Actor, student: Student, guardian: Guardian) -> None:
    copies = CopyLink.objects.for_school(student.school_id).filter(request__guardian=guardian, revoked_at=None)
    copies.filter(request__student=student).update(revoked_at=clock.now())
    links = Guardianship.objects.for_school(student.school_id).filter(guardian=guardian)
    if not links.filter(student__status=STUDYING).exists():
        end_for_others(actor=actor, school_id=student.school_id, guardian_ids=[guardian.pk])


def _tell(student: Student, people: Iterable[Guardian], made: FormerGuardian, actor: Actor) -> None:
    school: School = student.school
    found = {way: one for one in people if (way := way_to(school.pk, one)) is not None}
    key = f"guardian-ended:{made.pk}"
    messages = [
        Outgoing(
            way[0], way[1], GUARDIAN_ENDED,
            {
                "nguoi_nhan": one.full_name, "hoc_sinh": student.full_name, "truong": school.short_name,
                "nguoi_thoi": masked_name(made.guardian.full_name), "ngay": ngay(clock.today()),
                "lien_he": school.support_phone or school.phone,
            },
            dedupe_key=f"{key}:{one.pk}", essential=True,
        )
        for way, one in found.items()
    ]  # fmt: skip
    if messages:
        queue(school.pk, messages=messages, batch=key, actor=actor)
