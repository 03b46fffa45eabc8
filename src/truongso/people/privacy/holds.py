"""Legal holds: data that must stay for a court, an inspection or a dispute."""

from __future__ import annotations

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School
from truongso.people.models import LegalHold, Student
from truongso.people.privacy.requests import next_number
from truongso.people.privacy.types import PrivacyRefusedError


@transaction_required
def set_hold(
    *, actor: Actor, school: School, reason: str, document: str = "", student: Student | None = None
) -> LegalHold:
    """Hold a pupil's data, or the whole school's. Raises PrivacyRefusedError reason_missing."""
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    made: LegalHold = LegalHold.objects.create(
        school=school, number=next_number(school.pk, LegalHold), student=student, reason=reason.strip()[:300],
        document=document.strip()[:120], set_at=clock.now(), set_by=actor.user_id,
    )  # fmt: skip
    about = student.public_id if student else ""
    audit.record(
        actor, "people:hold:set", school_id=school.pk, subject=("hold", made.number),
        params={"student": about, "document": made.document}, reason=made.reason,
    )  # fmt: skip
    return made


@transaction_required
def end_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Let the data go its way again. Raises PrivacyRefusedError reason_missing, hold_ended."""
    if not reason.strip():
        raise PrivacyRefusedError("reason_missing")
    rows = LegalHold.objects.for_school(hold.school_id).filter(pk=hold.pk, ended_at=None)
    if not rows.update(ended_at=clock.now(), ended_by=actor.user_id, end_reason=reason.strip()[:300]):
        raise PrivacyRefusedError("hold_ended")
    hold.refresh_from_db()
    audit.record(
        actor, "people:hold:end", school_id=hold.school_id, subject=("hold", hold.number), reason=hold.end_reason
    )  # fmt: skip
    return hold
