"""Yes and no to optional purposes: dated, by whom, to which words; nothing counts as a yes by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.people.models import Consent, DataRequest, Guardian, Guardianship, Student
from truongso.people.privacy import terms
from truongso.people.privacy.notices import tell_of_yes
from truongso.people.privacy.purposes import PURPOSES, Purpose
from truongso.people.privacy.queries import guardians_of
from truongso.people.privacy.types import (
    ConsentParty,
    DataRequestChannel,
    DataRequestKind,
    DataRequestState,
    PrivacyRefusedError,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """An answer on paper: the date on it, where it lies, sha256 of its scan when there is one."""

    signed_on: dt.date
    place: str
    scan_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one purpose stands for one pupil: what each party said last of the present wording (None: nothing)."""

    purpose: Purpose
    representative: Consent | None
    child: Consent | None
    child_is_asked: bool

    @property
    def holds(self) -> bool:
        """Whether the purpose may be followed now."""
        said = bool(self.representative and self.representative.is_given)
        return said and (not self.child_is_asked or bool(self.child and self.child.is_given))

    @property
    def since(self) -> dt.datetime | None:
        """From when on it holds."""
        parts = [one.at for one in (self.representative, self.child) if one is not None]
        return max(parts) if self.holds and parts else None


@transaction_required
def agree(
    *, actor: Actor, student: Student, purpose: str, guardian: Guardian, child_agrees: bool,
    channel: DataRequestChannel = DataRequestChannel.FAMILY, paper: Paper | None = None, is_known: bool = True,
) -> Standing:  # fmt: skip
    """A guardian says yes, and where it is asked, the child; on `paper`, at the school, both have signed it.

    What opens something to somebody is told to the other guardians, and unless it `is_known` that the guardian said so
    (a link is passed on, and a child knows its own birthday) to that one too. A yes counts from now on, whatever date
    stands on the paper. Raises PrivacyRefusedError: unknown_purpose · not_a_guardian · child_missing · day_to_come ·
    paper_place_missing · paper_older (day).
    """
    found = _purpose(purpose)
    kept = _kept(student, found, paper)
    guardians = guardians_of(student)
    if guardian.pk not in {one.pk for one in guardians}:
        raise PrivacyRefusedError("not_a_guardian")
    if is_child_asked(found, student) and not child_agrees:
        raise PrivacyRefusedError("child_missing")
    before = standing(student, found)
    _say(
        actor, student, found, ConsentParty.REPRESENTATIVE, is_given=True, guardian=guardian,
        said_by=guardian.full_name, channel=channel.value, **kept,
    )  # fmt: skip
    if is_child_asked(found, student):
        _say(
            actor, student, found, ConsentParty.CHILD, is_given=True, said_by=student.full_name, channel=channel.value,
            **kept,
        )  # fmt: skip
    after = standing(student, found)
    if found.opens and after.representative is not None and after.holds and not before.holds:
        told = [one for one in guardians if not is_known or one.pk != guardian.pk]
        key = f"consent:{after.representative.pk}"
        tell_of_yes(student, told, said_by=guardian, what=str(found.title), key=key, actor=actor)
    return after


@transaction_required
def take_back(
    *, actor: Actor, student: Student, purpose: str, guardian: Guardian | None, said_by: str,
    channel: DataRequestChannel = DataRequestChannel.FAMILY, paper: Paper | None = None,
) -> Standing:  # fmt: skip
    """The yes is taken back; from now on the purpose is not followed.

    Raises PrivacyRefusedError: unknown_purpose · day_to_come · paper_place_missing · paper_older (day).
    """
    found = _purpose(purpose)
    kept = _kept(student, found, paper)
    if standing(student, found).holds:
        _say(
            actor, student, found, ConsentParty.REPRESENTATIVE, is_given=False, guardian=guardian,
            said_by=said_by[:120], channel=channel.value, **kept,
        )  # fmt: skip
    return standing(student, found)


def standings(student: Student) -> list[Standing]:
    """Every optional purpose for a pupil; 1 query."""
    rows = list(Consent.objects.for_school(student.school_id).filter(student=student).order_by("pk"))
    return [_standing(one, student, rows) for one in PURPOSES.values()]


def standing(student: Student, purpose: Purpose) -> Standing:
    """One purpose for a pupil; 1 query."""
    rows = Consent.objects.for_school(student.school_id).filter(student=student, purpose=purpose.code).order_by("pk")
    return _standing(purpose, student, list(rows))


def agreed(purpose: str) -> dict[int, list[tuple[Student, Guardian, dt.datetime]]]:
    """Where a purpose holds: by school, pupil, the guardian who agreed, and since when; 3 queries.

    Pupils whose data may be used for what the law demands only are left out, whatever was agreed before, and guardians
    who are none of the pupil any more.
    """
    found, restricted = _purpose(purpose), _restricted()
    rows = Consent.objects.across_schools("what families agreed to is done for all schools by the clock")
    by_student: dict[tuple[int, int], list[Consent]] = {}
    for row in rows.filter(purpose=purpose).select_related("student", "guardian").order_by("pk"):
        by_student.setdefault((row.school_id, row.student_id), []).append(row)
    links = Guardianship.objects.across_schools("who agreed must be a guardian still, whatever the school")
    pairs = links.filter(among("student_id", (student_id for _school, student_id in by_student)))
    guardians = set(pairs.values_list("student_id", "guardian_id"))
    schools: dict[int, list[tuple[Student, Guardian, dt.datetime]]] = {}
    for (school_id, student_id), said in by_student.items():
        now = _standing(found, said[0].student, said)
        if (
            said[0].student_id not in restricted
            and now.since is not None
            and now.representative is not None
            and now.representative.guardian is not None
            and (student_id, now.representative.guardian_id) in guardians
        ):
            schools.setdefault(school_id, []).append((said[0].student, now.representative.guardian, now.since))
    return schools


def _restricted() -> set[int]:
    """Pupils whose family asked, and was granted, that the data be used for what the law demands only."""
    rows = DataRequest.objects.across_schools("restrictions of every school are heeded by the clock").filter(
        kind=DataRequestKind.RESTRICT.value,
        state__in=[DataRequestState.GRANTED.value, DataRequestState.DONE.value],
    )
    return set(rows.values_list("student_id", flat=True))


def is_child_asked(purpose: Purpose, student: Student) -> bool:
    """Whether the child itself must agree."""
    return purpose.discloses and terms.is_asked_too(student.birth_date, clock.today())


def _standing(purpose: Purpose, student: Student, rows: Iterable[Consent]) -> Standing:
    last = {one.party: one for one in rows if (one.purpose, one.version) == (purpose.code, purpose.version)}
    return Standing(
        purpose, last.get(ConsentParty.REPRESENTATIVE.value), last.get(ConsentParty.CHILD.value),
        is_child_asked(purpose, student),
    )  # fmt: skip


def _kept(student: Student, purpose: Purpose, paper: Paper | None) -> dict[str, Any]:
    """What is kept of the paper. One older than the latest answer says nothing about today and is refused."""
    if paper is None:
        return {}
    if paper.signed_on > clock.today():
        raise PrivacyRefusedError("day_to_come")
    place = " ".join(paper.place.split())
    if not place:
        raise PrivacyRefusedError("paper_place_missing")
    said = Consent.objects.for_school(student.school_id).filter(student=student, purpose=purpose.code)
    latest = said.order_by("-pk").first()
    if latest is not None:
        day = latest.signed_on or latest.at.astimezone(clock.SCHOOL_TIME).date()
        if paper.signed_on < day:
            raise PrivacyRefusedError("paper_older", day=f"{day:%d/%m/%Y}")
    return {"signed_on": paper.signed_on, "paper_place": place, "scan_sha256": paper.scan_sha256}


def _purpose(code: str) -> Purpose:
    if code not in PURPOSES:
        raise PrivacyRefusedError("unknown_purpose")
    return PURPOSES[code]


def _say(actor: Actor, student: Student, purpose: Purpose, party: ConsentParty, *, is_given: bool, **by: Any) -> None:
    """One answer as a row (`by`: guardian, said_by, channel, what is kept of a paper) and in the audit trail."""
    Consent.objects.create(
        school_id=student.school_id, student=student, purpose=purpose.code, version=purpose.version,
        text_sha256=purpose.text_sha256, party=party.value, is_given=is_given, at=clock.now(),
        recorded_by=actor.user_id, **by,
    )  # fmt: skip
    audit.record(
        actor, f"people:consent:{'agree' if is_given else 'take_back'}", school_id=student.school_id,
        subject=("student", student.public_id),
        params={"purpose": purpose.code, "version": purpose.version, "party": party.value},
    )  # fmt: skip
