"""Acts on accounts, as the places of their owners read them.

A person's password, factors and links belong to no one school: what is done to them is written once, in the
installation's own chain, and read by every school and unit where the person had a role on that day. On a day on which
the person had none (made before the first day, ended after the last) every place of his or hers reads it. ADR 0010.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.models import Membership
from truongso.accounts.types import STAFF_ROLES
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.audit import SYSTEM_SCHOOL
from truongso.kernel.audit_reading import DAY
from truongso.kernel.models import AuditEntry
from truongso.kernel.scope import of_unit

_USER = "user"


def acts_at(chains: Collection[int], *, of_staff: bool = False) -> Q:
    """Which entries of the installation's chain are about people of these places (a school by its id, a unit below
    zero): what `audit_reading.entries` takes as `also`. One query.

    `of_staff`: without parents and pupils, whose names a unit above reads nowhere.
    """
    members = _members(chains)
    if of_staff:
        members = members.filter(role__in=STAFF_ROLES)
    people = {str(user_id) for user_id in members.values_list("user_id", flat=True)}
    here, anywhere = (_of_subject(rows).filter(in_force(OuterRef(DAY))) for rows in (members, Membership.objects.all()))
    was_here = Q(Exists(here)) | ~Q(Exists(anywhere))
    return Q(school_id=SYSTEM_SCHOOL, subject_kind=_USER) & Q(among("subject_id", people)) & was_here


def places_of_acts(entries: Iterable[AuditEntry], chains: Collection[int]) -> dict[int, int]:
    """Entry id → to which of the places it belongs, for entries found by `acts_at`; one query."""
    found = [one for one in entries if one.school_id == SYSTEM_SCHOOL]
    if not found:
        return {}
    rows = _members(chains).filter(among("user_id", [int(one.subject_id) for one in found]))
    roles: dict[str, list[Membership]] = {}
    for row in rows.order_by("-valid_from", "pk"):
        roles.setdefault(str(row.user_id), []).append(row)
    return {one.pk: _place(roles[one.subject_id], one) for one in found if one.subject_id in roles}


def _place(roles: list[Membership], entry: AuditEntry) -> int:
    day = clock.school_date(entry.at)
    then = [one for one in roles if one.valid_from <= day and (one.valid_to is None or one.valid_to >= day)]
    role = (then or roles)[0]
    return role.school_id if role.school_id is not None else of_unit(role.unit_id or 0)


def _members(chains: Collection[int]) -> QuerySet[Membership]:
    schools, units = [one for one in chains if one > 0], [-one for one in chains if one < 0]
    return Membership.objects.filter(Q(among("school_id", schools)) | Q(among("unit_id", units)))


def _of_subject(rows: QuerySet[Membership]) -> QuerySet[Any]:
    return rows.annotate(person=Cast("user_id", CharField())).filter(person=OuterRef("subject_id"))
