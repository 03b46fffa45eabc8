"""Forgetting what this room keeps of a child: names and contacts go, the rows that money hangs on stay nameless.

A guardian of another child at the school keeps name and contacts: they are that child's too, while it is not erased.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from truongso.accounts.public import forget_family_users
from truongso.kernel.among import among
from truongso.kernel.names import fold, sort_key
from truongso.kernel.personal_data import Child
from truongso.messaging.public import forget_address, forget_stops
from truongso.people.models import FamilyAccount, FormerGuardian, Guardian, Guardianship, Student
from truongso.people.privacy.queries import erased_pupils
from truongso.people.sensitive.services import forget_facts
from truongso.people.types import Gender


def pupil(child: Child) -> int:
    """The pupil's own row becomes nameless."""
    name = _("Học sinh đã xóa dữ liệu")
    rows = Student.objects.for_school(child.school_id).filter(pk=child.student_id)
    return rows.update(
        full_name=name, name_fold=fold(name), sort_key=sort_key(name), birth_date=None, gender=Gender.UNKNOWN.value,
        sector_code="", school_code="",
    )  # fmt: skip


def guardians(child: Child) -> int:
    """Guardians of this child alone become nameless and lose every address."""
    name = _("Phụ huynh đã xóa dữ liệu")
    rows = Guardian.objects.for_school(child.school_id).filter(pk__in=[one.pk for one in _own(child)])
    return rows.update(full_name=name, name_fold=fold(name), phone="", other_phones=[], email="")


def accounts(child: Child) -> int:
    """What ties users to the pupil and to guardians of this child alone; the accounts ended when the pupil left. Who
    is tied to nobody else loses name, contact and every way in."""
    all_rows = FamilyAccount.objects.for_school(child.school_id)
    rows = all_rows.filter(Q(student=child.student_id) | Q(guardian__in=list(_own(child))))
    users = set(rows.values_list("user_id", flat=True))
    gone, _tables = rows.delete()
    tied = set(all_rows.filter(among("user_id", sorted(users))).values_list("user_id", flat=True))
    forget_family_users(school_id=child.school_id, user_ids=users - tied)
    return gone


def facts(child: Child) -> int:
    """Sealed facts go whole."""
    return forget_facts(child.school_id, child.student_id)


def messages(child: Child) -> int:
    """What was said to addresses that go: day, channel, kind and outcome stay."""
    return forget_address(child.school_id, sorted(_addresses(child)))


def stops(child: Child) -> int:
    """Opt-outs of addresses that go."""
    return forget_stops(child.school_id, sorted(_addresses(child)))


def _own(child: Child) -> QuerySet[Guardian]:
    """Guardians of the child, now or before, who are guardian of no other pupil here but of those that were erased
    before; a former guardian of another pupil waits for that one's erasure."""
    rows: QuerySet[Guardian] = Guardian.objects.for_school(child.school_id)
    mine = Q()
    for links in (
        Guardianship.objects.for_school(child.school_id), FormerGuardian.objects.for_school(child.school_id)
    ):  # fmt: skip
        others = links.filter(guardian=OuterRef("pk")).exclude(student=child.student_id)
        rows = rows.exclude(Exists(others.exclude(student__in=erased_pupils(child.school_id))))
        mine |= Q(pk__in=links.filter(student=child.student_id).values("guardian"))
    return rows.filter(mine)


def _addresses(child: Child) -> set[str]:
    """Addresses of those guardians that nobody else at the school has."""
    own = list(_own(child))
    found = {one for row in own for one in (*row.phones, row.email.lower()) if one}
    rest = Guardian.objects.for_school(child.school_id).exclude(pk__in=[row.pk for row in own])
    shared = rest.filter(among("phone", sorted(found))) | rest.filter(among("email", sorted(found)))
    return found - {one for row in shared for one in (*row.phones, row.email.lower())}
