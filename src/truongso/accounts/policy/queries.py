"""Which policy holds where, and what it asks of a person today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from truongso.accounts.models import Membership, User
from truongso.accounts.policy.models import AuthPolicy
from truongso.accounts.policy.rules import Age, age_asks, due_on
from truongso.accounts.policy.types import LETTER, Composition, Policy, Profile, Rotation, combined
from truongso.accounts.queries import memberships_on
from truongso.accounts.signin.sessions import Bounds
from truongso.accounts.types import SHORT_SESSION_ROLES, Role
from truongso.kernel import clock
from truongso.organizations.public import OrgUnit, School, supervising_unit, unit_path

_FIELDS = (
    "min_len_single", "min_len_mfa", "composition_free_from", "rotation_days", "history", "grace_days",
    "grace_days_sensitive", "idle_minutes", "idle_minutes_sensitive", "life_hours", "life_hours_sensitive",
    "review_days", "dormant_days",
)  # fmt: skip


class DutyKind(StrEnum):
    """What somebody has to do before anything else."""

    NONE = ""
    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    FACTOR = "factor"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Duty:
    """What is due now (`kind`), and the days on which a password or a second factor will be."""

    kind: DutyKind = DutyKind.NONE
    password_due: dt.date | None = None
    factor_due: dt.date | None = None
    remind: bool = False


def policy_at(place: School | OrgUnit, day: dt.date) -> Policy:
    """The policy of a school or unit: the default, then every organisation from the top down to it; ≤ 3 queries."""
    unit = supervising_unit(place, day) if isinstance(place, School) else place
    path = unit_path(unit, day) if unit is not None else []
    rows = list(AuthPolicy.objects.filter(unit__in=path, valid_from__lte=day).order_by("valid_from"))
    latest = {row.unit_id: row for row in rows}
    steps = [as_policy(latest[one.pk]) for one in path if one.pk in latest]
    if isinstance(place, School):
        own = AuthPolicy.objects.filter(school=place, valid_from__lte=day).order_by("-valid_from").first()
        steps += [as_policy(own)] if own else []
    return reduce(combined, steps[1:], steps[0]) if steps else LETTER


def above(place: School | OrgUnit, day: dt.date) -> Policy | None:
    """What the organisations above a place set; None when none of them set anything."""
    unit = supervising_unit(place, day) if isinstance(place, School) else place.parent
    if unit is None or not AuthPolicy.objects.filter(unit__in=unit_path(unit, day), valid_from__lte=day).exists():
        return None
    return policy_at(unit, day)


def own_policies(place: School | OrgUnit) -> list[AuthPolicy]:
    """What a place set itself, latest first."""
    rows = (
        AuthPolicy.objects.filter(school=place) if isinstance(place, School) else AuthPolicy.objects.filter(unit=place)
    )
    return list(rows.order_by("-valid_from"))


def policy_of(user: User, day: dt.date | None = None) -> Policy:
    """The strictest of the policies at all places the person has a role at; the default without any."""
    when = day or clock.today()
    return _combined(memberships_on(user, when) if user.pk else [], when)


def bounds_of(user: User) -> Bounds:
    """How long the person's sessions may live (ASVS 7.3)."""
    today = clock.today()
    held = memberships_on(user, today)
    policy = _combined(held, today)
    if {m.role for m in held} & SHORT_SESSION_ROLES:
        idle, life = policy.idle_minutes_sensitive, policy.life_hours_sensitive
    else:
        idle, life = policy.idle_minutes, policy.life_hours
    return Bounds(idle=dt.timedelta(minutes=idle), life=dt.timedelta(hours=life))


def duty_of(user: User) -> Duty:
    """What the policy asks of the person today."""
    today = clock.today()
    held = memberships_on(user, today)
    policy = _combined(held, today)
    has_factor = user.second_factor_since is not None
    factor_due = None if has_factor else _factor_due(user, held, policy)
    sheet = getattr(user, "code_sheet", None)
    empty_sheet = sheet is not None and sheet.used >= sheet.count
    age, password_due = _age(user, policy, today)
    if user.change_required or age is Age.CHANGE:
        kind = DutyKind.PASSWORD
    elif factor_due is not None and today >= factor_due:
        kind = DutyKind.FACTOR
    else:
        kind = DutyKind.SHEET if empty_sheet else DutyKind.NONE
    return Duty(kind, password_due, factor_due, remind=age is Age.REMIND)


def as_policy(row: AuthPolicy) -> Policy:
    """The policy a row holds."""
    return Policy(
        profile=Profile(row.profile), composition=Composition(row.composition), rotation=Rotation(row.rotation),
        factor_roles=frozenset(Role(role) for role in row.factor_roles if role in set(Role)),
        **{name: getattr(row, name) for name in _FIELDS},
    )  # fmt: skip


def _combined(held: list[Membership], day: dt.date) -> Policy:
    places: dict[tuple[int | None, int | None], School | OrgUnit] = {}
    for membership in held:
        place = membership.school or membership.unit
        if place is not None:
            places[membership.school_id, membership.unit_id] = place
    found = [policy_at(place, day) for place in places.values()]
    return reduce(combined, found[1:], found[0]) if found else LETTER


def _age(user: User, policy: Policy, today: dt.date) -> tuple[Age, dt.date | None]:
    """An account without a password (passkey alone) has nothing to change."""
    if not user.has_usable_password():
        return Age.FINE, None
    changed = clock.school_date(user.password_changed_at or user.created_at)
    kept = clock.school_date(user.password_kept_at) if user.password_kept_at else None
    has_factor = user.second_factor_since is not None
    age = age_asks(changed, policy, has_factor=has_factor, today=today, kept=kept)
    return age, due_on(changed, policy) if age is not Age.FINE else None


def _factor_due(user: User, held: list[Membership], policy: Policy) -> dt.date | None:
    """The day from which nothing goes without a second factor; None when no role asks for one."""
    start = clock.school_date(user.activated_at or user.created_at)
    due = [
        max(start, membership.valid_from) + dt.timedelta(days=policy.grace_of(Role(membership.role)))
        for membership in held
        if membership.role in policy.factor_roles
    ]
    return min(due) if due else None
