"""The subjects a school may choose from: the programme's, and its own."""

from __future__ import annotations

from dataclasses import dataclass

from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold, tidy
from truongso.organizations.public import School
from truongso.organizations.types import SchoolLevel
from truongso.people.models import SchoolSubject
from truongso.people.teaching.models import LONGEST, OWN
from truongso.people.teaching.programme import programme
from truongso.people.teaching.types import TeachingRefusedError


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen, as keys and names: of the school's own level, the school's own, of other levels."""

    of_level: list[tuple[str, str]]
    own: list[tuple[str, str]]
    of_others: list[tuple[str, str]]


def offered(school: School) -> Offered:
    """Subjects to choose from; one query."""
    level = SchoolLevel(school.level)
    rows = programme().values()
    return Offered(
        [(one.code, one.name) for one in rows if level in one.levels],
        [(one.key, one.name) for one in own_subjects(school) if one.is_offered],
        [(one.code, one.name) for one in rows if level not in one.levels],
    )


def own_subjects(school: School) -> list[SchoolSubject]:
    """Subjects the school added, by name, those set aside too."""
    return list(SchoolSubject.objects.for_school(school).filter(code="").order_by("name_fold"))


@transaction_required
def subject_by_key(school_id: int, key: str) -> SchoolSubject:
    """The school's row of the chosen subject; one of the programme gets its row when it is first chosen.

    Raises TeachingRefusedError `bad_subject`.
    """
    rows = SchoolSubject.objects.for_school(school_id)
    if key.startswith(OWN):
        number = key.removeprefix(OWN)
        own: SchoolSubject | None = None
        if number.isdecimal() and len(number) < 19:
            own = rows.filter(pk=int(number), code="", is_offered=True).first()
        if own is None:
            raise TeachingRefusedError("bad_subject")
        return own
    listed = programme().get(key)
    if listed is None:
        raise TeachingRefusedError("bad_subject")
    made: SchoolSubject
    made, _created = rows.get_or_create(
        school_id=school_id, name_fold=fold(listed.name), defaults={"name": listed.name, "code": listed.code}
    )
    return made


@transaction_required
def add_own(*, actor: Actor, school: School, name: str) -> SchoolSubject:
    """A subject of the school's own, or one set aside offered again.

    Raises TeachingRefusedError `subject_name` (no letters, or too many), `subject_known` (name: the one it equals).
    """
    wanted = tidy(name)
    folded = fold(wanted)
    if not any(letter.isalpha() for letter in folded) or max(len(wanted), len(folded)) > LONGEST:
        raise TeachingRefusedError("subject_name", most=LONGEST)
    listed = next((one for one in programme().values() if fold(one.name) == folded), None)
    if listed is not None:
        raise TeachingRefusedError("subject_known", name=listed.name)
    rows = SchoolSubject.objects.for_school(school)
    row: SchoolSubject
    row, created = rows.get_or_create(school_id=school.pk, name_fold=folded, defaults={"name": wanted})
    if not created:
        if row.is_offered:
            raise TeachingRefusedError("subject_known", name=row.name)
        row.is_offered = True
        row.save(update_fields=["is_offered"])
    _record(actor, row, "add")
    return row


@transaction_required
def set_aside(*, actor: Actor, school: School, key: str) -> None:
    """An own subject is offered no more; what was given stays. Raises TeachingRefusedError `bad_subject`."""
    if not key.startswith(OWN):
        raise TeachingRefusedError("bad_subject")
    row = subject_by_key(school.pk, key)
    row.is_offered = False
    row.save(update_fields=["is_offered"])
    _record(actor, row, "deactivate")


def _record(actor: Actor, row: SchoolSubject, verb: str) -> None:
    audit.record(
        actor, f"people:subject:{verb}", school_id=row.school_id, subject=("subject", row.pk), params={"name": row.name}
    )
