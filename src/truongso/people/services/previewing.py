"""What a stored roster would do to the school now."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from truongso.kernel.school_keys import ShreddedError, keyring, place_of
from truongso.kernel.sheets import read_sheets
from truongso.organizations.public import School
from truongso.people.models import RosterImport
from truongso.people.queries.state import SchoolState, class_key, load_state
from truongso.people.roster import (
    FieldChange,
    MatchedRow,
    ParsedRoster,
    RosterPlan,
    parse_roster,
    plan_changes,
)
from truongso.people.services.contacts import same_person
from truongso.people.services.numbers import without_clashes
from truongso.people.types import PeopleError, StudentStatus


@dataclass(frozen=True)
class Preview:
    """The plan, the file it comes from and the school it was made against. `digest` names what was shown."""

    roster: ParsedRoster
    plan: RosterPlan
    state: SchoolState
    digest: str
    clashing_numbers: tuple[int, ...]
    """Rows whose personal number stands twice in the file or is another pupil's: they are taken without it."""


def read_roster(content: bytes, file_name: str) -> ParsedRoster:
    """The roster in a file. Raises SheetError (not a table) and RosterError (no roster)."""
    return parse_roster(read_sheets(content, file_name))


def preview(school: School, stored: RosterImport) -> Preview:
    """Compare a stored file with the school as it is now; nothing is written.

    Raises PeopleError `file_gone` when the file is not kept any more.
    """
    content = content_of(stored)
    state = load_state(school, stored.school_year)
    roster, clashing = without_clashes(_settled(read_roster(content, stored.file_name), state), state.existing())
    plan = _adjusted(plan_changes(state.existing(), roster))
    return Preview(roster, plan, state, _digest(plan), clashing)


def content_of(stored: RosterImport) -> bytes:
    """The uploaded file. Raises PeopleError `file_gone` when it is not kept any more."""
    if not stored.content:
        raise PeopleError("file_gone")
    try:
        return keyring(stored.school_id).unseal(stored.content, place=place_of(stored, "content"))
    except ShreddedError as shredded:
        raise PeopleError("file_gone") from shredded


def _settled(roster: ParsedRoster, state: SchoolState) -> ParsedRoster:
    """One spelling for each class (the school's, else the first) and one grade (the most frequent stated)."""
    spellings = {key: taught.name for key, taught in state.classes.items()}
    grades: dict[str, Counter[str]] = defaultdict(Counter)
    for row in roster.rows:
        key = class_key(row.class_name)
        spellings.setdefault(key, row.class_name)
        if row.grade:
            grades[key][row.grade] += 1
    stated = {key: counts.most_common(1)[0][0] for key, counts in grades.items()}
    rows = tuple(
        replace(row, class_name=spellings[key], grade=stated.get(key, ""))
        for row in roster.rows
        for key in [class_key(row.class_name)]
    )
    return replace(roster, rows=rows)


def _adjusted(plan: RosterPlan) -> RosterPlan:
    """The plan without changes that say what the school knows already in another form."""
    changed: list[MatchedRow] = []
    unchanged = list(plan.unchanged)
    for match in plan.changed:
        changes = tuple(_kept(match))
        (changed if changes else unchanged).append(replace(match, changes=changes))
    return replace(plan, changed=tuple(changed), unchanged=tuple(sorted(unchanged, key=lambda match: match.row.row)))


def _kept(match: MatchedRow) -> Iterable[FieldChange]:
    fields = {change.field for change in match.changes}
    before = match.student.status
    after = match.row.status or (StudentStatus.STUDYING if "class_name" in fields else before)
    for change in match.changes:
        if change.field in ("class_name", "grade") and after is not StudentStatus.STUDYING:
            continue  # who has left sits in no class
        if change.field == "guardian_name" and _is_a_parent(str(change.new), match):
            continue
        if change.field == "mother_name" and same_person(match.row.mother_name, match.row.father_name):
            continue
        yield change
    if after is not before and "status" not in fields:
        yield FieldChange("status", before.value, after.value)  # back in a class: studying again


def _is_a_parent(name: str, match: MatchedRow) -> bool:
    """Whether "phụ huynh" is the father or mother, who are known under their own names."""
    row, student = match.row, match.student
    names = (row.father_name or student.father_name, row.mother_name or student.mother_name)
    return any(parent and same_person(parent, name) for parent in names)


def _digest(plan: RosterPlan) -> str:
    """Hash of all that applying would do."""
    parts = [
        [row.row for row in plan.new],
        [(match.row.row, match.student.id, match.changes) for match in plan.changed],
        [(match.row.row, match.student.id) for match in plan.unchanged],
        [row.row for row in plan.left],
        [(row.row, [reason.code for reason in row.reasons]) for row in plan.refused],
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
