"""One personal number, one pupil: numbers of a roster that would say otherwise are left out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from truongso.people.roster import ExistingStudent, ParsedRoster, RosterRow
from truongso.people.roster.identity import Identities
from truongso.people.sensitive.types import FactKind

_NUMBER = FactKind.PERSONAL_NUMBER


def without_clashes(roster: ParsedRoster, existing: Sequence[ExistingStudent]) -> tuple[ParsedRoster, tuple[int, ...]]:
    """The roster without numbers that stand in two of its rows or belong to another pupil; and those rows."""
    stated = Counter(row.facts[_NUMBER] for row in roster.rows if _NUMBER in row.facts)
    if not stated:
        return roster, ()
    owners = {student.facts[_NUMBER]: student.id for student in existing if _NUMBER in student.facts}
    identities = Identities(existing)

    def clashes(row: RosterRow) -> bool:
        number = row.facts.get(_NUMBER)
        if number is None:
            return False
        if stated[number] > 1:
            return True
        found = identities.match(row) if number in owners else None
        return number in owners and not (isinstance(found, ExistingStudent) and found.id == owners[number])

    clashing = tuple(row.row for row in roster.rows if clashes(row))
    taken_off = set(clashing)
    rows = tuple(_without_number(row) if row.row in taken_off else row for row in roster.rows)
    return replace(roster, rows=rows), clashing


def _without_number(row: RosterRow) -> RosterRow:
    return replace(row, facts={kind: text for kind, text in row.facts.items() if kind is not _NUMBER})
