"""Whom a roster row names: father, mother, guardian, with the phone numbers of each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from truongso.kernel.names import tidy
from truongso.people.roster import Column, HeaderColumn, Reason, RosterRow
from truongso.people.roster.phones import read_phones
from truongso.people.types import Relationship

_OWN_PHONE = {
    Relationship.FATHER: Column.FATHER_PHONE,
    Relationship.MOTHER: Column.MOTHER_PHONE,
    Relationship.GUARDIAN: Column.GUARDIAN_PHONE,
}


@dataclass
class Contact:
    """A person named by a row."""

    relationship: Relationship
    name: str
    phones: list[str] = field(default_factory=list)


@dataclass
class Contacts:
    """The people of a row; `loose_phones` belong to nobody in particular: they go to the payer."""

    people: list[Contact]
    loose_phones: list[str]

    @property
    def payer(self) -> Contact | None:
        """Who pays: the guardian named as such, else the first parent with a number, else the first."""
        guardian = [c for c in self.people if c.relationship is Relationship.GUARDIAN]
        reachable = [c for c in self.people if c.phones]
        return next(iter([*guardian, *reachable, *self.people]), None)


def same_person(one: str, other: str) -> bool:
    """Same name with its accents, whatever case and spaces."""
    return tidy(one).casefold() == tidy(other).casefold()


def contacts_of(row: RosterRow, imported: Sequence[HeaderColumn]) -> Contacts:
    """The people of a row. A guardian who is the father or the mother is not a third person."""
    names = {
        Relationship.FATHER: row.father_name,
        Relationship.MOTHER: row.mother_name,
        Relationship.GUARDIAN: row.guardian_name,
    }
    people = [Contact(kind, name) for kind, name in names.items() if name]
    guardian = next((c for c in people if c.relationship is Relationship.GUARDIAN), None)
    parents = (c for c in people if c is not guardian and same_person(c.name, row.guardian_name))
    parent = next(parents, None)
    if guardian is not None and parent is not None:
        people.remove(guardian)
        people.insert(0, people.pop(people.index(parent)))  # first: the payer among the parents
    owned = _owned_phones(row, imported)
    loose = list(row.phones)
    for contact in people:
        own = owned.get(contact.relationship, ())
        if contact is parent:
            own = (*own, *owned.get(Relationship.GUARDIAN, ()))
        contact.phones = list(dict.fromkeys(own))
        loose = [number for number in loose if number not in contact.phones]
    return Contacts(people, loose)


def _owned_phones(row: RosterRow, imported: Sequence[HeaderColumn]) -> dict[Relationship, tuple[str, ...]]:
    found: dict[Relationship, tuple[str, ...]] = {}
    for relationship, wanted in _OWN_PHONE.items():
        for place, column in enumerate(imported):
            if column.column is wanted:
                numbers = read_phones(row.cells[place])
                found[relationship] = () if isinstance(numbers, Reason) else numbers
    return found
