"""Guardians of an import, changed in memory and written together at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from truongso.kernel.db import MANY_ROWS, refresh_statistics
from truongso.kernel.names import fold, tidy
from truongso.people.models import Guardian, Guardianship, Student
from truongso.people.placeholder import is_another_person, is_placeholder, placeholder_for
from truongso.people.queries.state import SchoolState
from truongso.people.services.contacts import Contacts, same_person
from truongso.people.types import Relationship

_BATCH = 500


class Households:
    """The guardians and guardianships of a school while a roster is applied."""

    def __init__(self, school_id: int, state: SchoolState) -> None:
        self._school_id = school_id
        self._links: dict[int, list[Guardianship]] = defaultdict(list)
        self._of_family: dict[int, list[Guardian]] = defaultdict(list)
        self._pupils: dict[int, set[int]] = defaultdict(set)
        self._state = state
        for guardian in state.guardians.values():
            self._of_family[guardian.family_id].append(guardian)
        for student_id, links in state.links.items():
            for link in links:
                link.guardian = state.guardians[link.guardian_id]
                self._links[student_id].append(link)
                self._pupils[link.guardian_id].add(student_id)
        self._wishes: dict[int, dict[int, tuple[Guardianship, str]]] = defaultdict(dict)
        self._new_guardians: list[Guardian] = []
        self._new_links: list[Guardianship] = []
        self._dirty_guardians: dict[int, Guardian] = {}
        self._dirty_links: dict[int, Guardianship] = {}
        self.replaced: set[int] = set()
        """Guardians whose record names another person than before."""

    def settle_new(self, student: Student, contacts: Contacts, email: str) -> None:
        """Guardians of a new pupil; siblings share those of the same name."""
        payer = contacts.payer
        for contact in contacts.people:
            link = self._link(student, self._guardian(student.family_id, contact.name), contact.relationship)
            self._phones(link, contact.phones)
        self.reach(student, contacts.loose_phones, email)
        if payer is not None:
            self._set_payer(student, payer.name)

    def name(self, student: Student, relationship: Relationship, name: str) -> None:
        """The pupil's father, mother or guardian has this name."""
        before = [self._state.guardians[row.guardian_id] for row in self._state.former.get(student.pk, [])]
        if any(same_person(one.full_name, name) for one in before):
            return  # the school ended that by hand; an older list does not undo it
        links = self._links[student.pk]
        held = next((link for link in links if link.relationship == relationship), None)
        by_name = next((link for link in links if same_person(link.guardian.full_name, name)), None)
        stand_in = next((link for link in links if is_placeholder(link.guardian.full_name)), None)
        if by_name is not None and by_name is not held:
            by_name.relationship = relationship.value
            self._touch(by_name)
        elif stand_in is not None:
            stand_in.relationship = relationship.value
            self._touch(stand_in)
            self._rename(stand_in.guardian, name)
        elif held is not None:
            self._wishes[held.guardian_id][student.pk] = (held, name)
        else:
            self._link(student, self._guardian(student.family_id, name), relationship)

    def reach(self, student: Student, phones: Iterable[str], email: str) -> None:
        """Phone numbers and the address of whoever pays; a stand-in is made when nobody is named."""
        gone = self._state.former_phones(student.pk)
        numbers = [number for number in phones if number not in gone]
        links = self._links[student.pk]
        if not links and not numbers and not email:
            return
        if not links:
            reachable = (g for g in self._of_family[student.family_id] if set(g.phones) & set(numbers))
            guardian = next(reachable, None) or self._guardian(student.family_id, placeholder_for(student.full_name))
            self._link(student, guardian, Relationship.GUARDIAN)
        payer = next((link for link in links if link.is_payer), links[0])
        self._phones(payer, numbers)
        if email and payer.guardian.email != email:
            payer.guardian.email = email
            self._dirty(payer.guardian)

    def add_phones(self, student: Student, relationship: Relationship, phones: Iterable[str]) -> list[str]:
        """Numbers of one parent; those that find no owner come back."""
        numbers = list(phones)
        link = next((one for one in self._links[student.pk] if one.relationship == relationship), None)
        if link is None:
            return numbers
        self._phones(link, numbers)
        return []

    def write(self) -> None:
        """Renames settled, then changed and new rows in bulk."""
        self._settle_wishes()
        guardians = Guardian.objects.for_school(self._school_id)
        guardians.bulk_update(
            self._dirty_guardians.values(),
            ["full_name", "name_fold", "phone", "other_phones", "email"],
            batch_size=_BATCH,
        )
        Guardian.objects.bulk_create(self._new_guardians)
        links = Guardianship.objects.for_school(self._school_id)
        for link in (*self._dirty_links.values(), *self._new_links):
            link.guardian_id = link.guardian.pk
        links.bulk_update(self._dirty_links.values(), ["guardian", "relationship", "is_payer"], batch_size=_BATCH)
        if len(self._new_links) > MANY_ROWS:
            refresh_statistics(Student, Guardian)
        Guardianship.objects.bulk_create(self._new_links)

    def _settle_wishes(self) -> None:
        """A guardian takes a new name once the rows of all its children agree; a child apart gets its own."""
        for guardian_id, wishes in self._wishes.items():
            (first, name), *_others = wishes.values()
            guardian = first.guardian
            if self._pupils[guardian_id] <= wishes.keys():
                self._rename(guardian, name)
            for link, wanted in wishes.values():
                if not same_person(guardian.full_name, wanted):
                    link.guardian = self._guardian(guardian.family_id, wanted, phones=guardian.phones)
                    self._touch(link)

    def _guardian(self, family_id: int, name: str, phones: Iterable[str] = ()) -> Guardian:
        """The person of that name in the family, made when missing."""
        for guardian in self._of_family[family_id]:
            if same_person(guardian.full_name, name):
                return guardian
        made = Guardian(school_id=self._school_id, family_id=family_id, full_name=tidy(name), name_fold=fold(name))
        made.add_phones(phones)
        self._of_family[family_id].append(made)
        self._new_guardians.append(made)
        return made

    def _link(self, student: Student, guardian: Guardian, relationship: Relationship) -> Guardianship:
        for link in self._links[student.pk]:
            if link.guardian is guardian:
                return link
        made = Guardianship(
            school_id=self._school_id,
            student=student,
            guardian=guardian,
            relationship=relationship.value,
            is_payer=not any(link.is_payer for link in self._links[student.pk]),
        )
        self._links[student.pk].append(made)
        self._new_links.append(made)
        return made

    def _set_payer(self, student: Student, name: str) -> None:
        """Only for new pupils, whose links are not written yet."""
        for link in self._links[student.pk]:
            link.is_payer = same_person(link.guardian.full_name, name)

    def _phones(self, link: Guardianship, numbers: Iterable[str]) -> None:
        if link.guardian.add_phones(numbers):
            self._dirty(link.guardian)

    def _rename(self, guardian: Guardian, name: str) -> None:
        if guardian.pk and is_another_person(guardian.full_name, name):
            self.replaced.add(guardian.pk)
        guardian.full_name, guardian.name_fold = tidy(name), fold(name)
        self._dirty(guardian)

    def _dirty(self, guardian: Guardian) -> None:
        if guardian.pk:
            self._dirty_guardians[guardian.pk] = guardian

    def _touch(self, link: Guardianship) -> None:
        if link.pk:
            self._dirty_links[link.pk] = link
