"""Reads of the dated tree: what stood where on a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from truongso.kernel.among import among
from truongso.kernel.scope import of_unit
from truongso.organizations.models import BankAccount, OrgUnit, School, SchoolYear, Supervision
from truongso.organizations.types import SupervisionFunction

M = TypeVar("M", bound=Model)


def in_force(rows: QuerySet[M], day: dt.date) -> QuerySet[M]:
    """Rows whose from–to holds the day; both ends count."""
    return rows.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def units_on(day: dt.date) -> list[OrgUnit]:
    """All units that existed on the day, by name; one query."""
    return list(in_force(OrgUnit.objects.all(), day).order_by("name", "id"))


def units_under(unit: OrgUnit, day: dt.date) -> list[OrgUnit]:
    """The unit and everything below it on the day; empty when it did not exist then. One query."""
    standing = units_on(day)
    below: dict[int, list[OrgUnit]] = defaultdict(list)
    for one in standing:
        if one.parent_id is not None:
            below[one.parent_id].append(one)
    found = [one for one in standing if one.pk == unit.pk]
    for one in found:  # grows while it is walked: breadth first
        found.extend(below[one.pk])
    return found


def schools_under(
    unit: OrgUnit, day: dt.date, function: SupervisionFunction = SupervisionFunction.REPORTING
) -> list[School]:
    """Schools that the unit, or one below it, supervised on the day for the function; two queries."""
    unit_ids = [one.pk for one in units_under(unit, day)]
    supervised = in_force(Supervision.objects.filter(unit_id__in=unit_ids, function=function.value), day)
    return list(School.objects.filter(pk__in=supervised.values("school_id")).order_by("name", "id"))


def places_under(unit_ids: Collection[int]) -> set[int]:
    """Where people of the units may work (`kernel.scope`): the units and those below them, and the schools that one of
    these supervises or supervised for whatever function, for old reports keep the old tree. Two queries."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in OrgUnit.objects.values_list("pk", "parent_id"):
        below[parent].append(pk)
    found = set(unit_ids)
    fresh = list(found)
    while fresh:
        fresh = [child for one in fresh for child in below[one] if child not in found]
        found.update(fresh)
    schools = Supervision.objects.filter(among("unit_id", found)).values_list("school_id", flat=True)
    return {of_unit(one) for one in found} | set(schools)


def unit_path(unit: OrgUnit, day: dt.date) -> list[OrgUnit]:
    """From the topmost unit in force down to the unit; empty when it did not exist then. One query."""
    by_id = {one.pk: one for one in units_on(day)}
    path: list[OrgUnit] = []
    current = by_id.get(unit.pk)
    while current is not None:
        path.insert(0, current)
        current = by_id.get(current.parent_id) if current.parent_id is not None else None
    return path


def supervising_unit(
    school: School, day: dt.date, function: SupervisionFunction = SupervisionFunction.REPORTING
) -> OrgUnit | None:
    """The unit that supervised the school on the day for the function."""
    held = in_force(Supervision.objects.filter(school=school, function=function.value), day)
    row = held.select_related("unit").order_by("-valid_from", "-id").first()
    return row.unit if row else None


def school_year_on(day: dt.date) -> SchoolYear | None:
    """The school year that holds the day."""
    return SchoolYear.objects.filter(starts_on__lte=day, ends_on__gte=day).order_by("-starts_on").first()


def school_years() -> list[SchoolYear]:
    """All school years, latest first."""
    return list(SchoolYear.objects.order_by("-starts_on"))


def school_by_code(code: str) -> School | None:
    """The school with this sector code."""
    return School.objects.filter(code=code).first()


def schools_by_id(ids: Iterable[int]) -> dict[int, School]:
    """Schools by row id; one query."""
    return School.objects.in_bulk(list(ids))


def has_bank_account(school_id: int) -> bool:
    """Whether the school has an account that receives money; one query."""
    return BankAccount.objects.for_school(school_id).filter(is_active=True).exists()


def schools_with_account(school_ids: Collection[int]) -> set[int]:
    """Which of these schools have an account that receives money; one query."""
    rows = BankAccount.objects.for_schools(school_ids).filter(is_active=True)
    return set(rows.order_by().values_list("school_id", flat=True).distinct())


def readable_accounts(school: School) -> list[BankAccount]:
    """Accounts whose statements and feeds count: those in use and those replaced, which papers still name; oldest
    first."""
    rows = BankAccount.objects.for_school(school).filter(Q(is_active=True) | Q(replaced_by__isnull=False))
    return list(rows.order_by("id"))


def successors(school_id: int) -> dict[int, int]:
    """Accounts that were replaced, each with the one in use today, by id; one query."""
    rows = BankAccount.objects.for_school(school_id).filter(replaced_by__isnull=False)
    return dict(rows.values_list("pk", "replaced_by_id"))


def registered_account(bank_bin: str, number: str) -> BankAccount | None:
    """The receiving account with this number, of whatever school and active or not, with its school; one query."""
    rows = BankAccount.objects.across_schools("a scanned code names the account, not the school")
    of_number = rows.select_related("school", "replaced_by").filter(bank_bin=bank_bin, number=number)
    found: BankAccount | None = of_number.order_by("-is_active", "pk").first()
    return found


def school_by_slug(slug: str) -> School | None:
    """The school of a public address."""
    return School.objects.filter(slug=slug).first()


def bank_accounts(school: School, *, active_only: bool = True) -> list[BankAccount]:
    """The school's receiving accounts, oldest first."""
    rows = BankAccount.objects.for_school(school).order_by("id")
    return list(rows.filter(is_active=True) if active_only else rows)
