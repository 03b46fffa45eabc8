"""All accounts of a school or unit as a list (R19). The number of queries does not depend on the number of accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Max, OuterRef, Q, QuerySet

from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.hygiene.models import IdleWarning, MailRulesRead, SharedAccount
from truongso.accounts.hygiene.types import MAIL_RULES_VERSION, AccountClass, AccountState, class_of
from truongso.accounts.models import Membership, User
from truongso.accounts.types import STAFF_ROLES, Role
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.names import fold
from truongso.organizations.public import OrgUnit, School

FACTOR_KINDS = ("key", "app", "sheet")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its administrators see it: no money, no marks."""

    user: User
    memberships: list[Membership] = field(default_factory=list)
    owner: User | None = None
    used_at: dt.datetime | None = None
    factors: tuple[str, ...] = ()
    has_read_rules: bool = False
    suspend_on: dt.date | None = None

    @property
    def present(self) -> list[Membership]:
        """Roles in force or still to come."""
        today = clock.today()
        return [m for m in self.memberships if m.valid_to is None or m.valid_to >= today]

    @property
    def roles(self) -> set[Role]:
        """Present roles, or the former ones of somebody who left."""
        return {Role(m.role) for m in self.present or self.memberships}

    @property
    def account_class(self) -> AccountClass:
        return class_of(self.roles, shared=self.owner is not None)

    @property
    def is_staff(self) -> bool:
        """Whether the rules for staff hold: any role of staff now or to come."""
        return bool({Role(m.role) for m in self.present} & STAFF_ROLES)

    @property
    def left_on(self) -> dt.date | None:
        """The last day of the last role; None while there is one."""
        days = [m.valid_to for m in self.memberships if m.valid_to is not None]
        return None if self.present or not days else max(days)

    @property
    def state(self) -> AccountState:
        user = self.user
        if not user.is_active:
            return AccountState.SUSPENDED
        if not self.present:
            return AccountState.LEFT
        if not user.was_begun:
            return AccountState.NEW
        if is_without_way_in(user):
            return AccountState.RESET
        return AccountState.CHANGE if user.change_required else AccountState.ACTIVE

    @property
    def password_days(self) -> int | None:
        """Age of the password in days; None without one."""
        if self.user.password_changed_at is None or not self.user.has_usable_password():
            return None
        return (clock.today() - clock.school_date(self.user.password_changed_at)).days

    @property
    def quiet_days(self) -> int:
        """Days since the last use, or since the account was made or let in again."""
        moments = [self.used_at, self.user.created_at, self.user.resumed_at]
        latest = max(moment for moment in moments if moment is not None)
        return (clock.today() - clock.school_date(latest)).days

    @property
    def unused_days(self) -> int | None:
        """Days since the last use; None when it never was."""
        return None if self.used_at is None else (clock.today() - clock.school_date(self.used_at)).days


def is_without_way_in(user: User) -> bool:
    """Whether the password was taken away, or the key that stood alone was lost: only a link lets the owner in."""
    had = user.password_changed_at is not None or (user.was_begun and user.second_factor_since is None)
    return had and not user.has_usable_password()


def accounts_of(place: School | OrgUnit, *, only: Collection[int] | None = None) -> list[Account]:
    """Everybody who has or had a role at the place, by name; six queries."""
    rows = Membership.objects.filter(school=place) if isinstance(place, School) else unit_members(place)
    return _accounts(rows if only is None else rows.filter(among("user_id", only)))


def accounts_of_operators() -> list[Account]:
    """Everybody who runs or ran the installation, by name; six queries."""
    return _accounts(Membership.objects.filter(role=Role.OPERATOR.value))


def _accounts(rows: QuerySet[Membership]) -> list[Account]:
    memberships: dict[int, list[Membership]] = {}
    users: dict[int, User] = {}
    for row in rows.select_related("user").order_by("user__full_name", "user_id", "valid_from", "id"):
        users[row.user_id] = row.user
        memberships.setdefault(row.user_id, []).append(row)
    ids = list(users)
    seen = _last_seen(ids)
    factors = _factors(ids)
    owners = {s.user_id: s.owner for s in SharedAccount.objects.filter(among("user_id", ids)).select_related("owner")}
    read = set(
        MailRulesRead.objects.filter(among("user_id", ids), version=MAIL_RULES_VERSION).values_list(
            "user_id", flat=True
        )
    )
    warned = dict(
        IdleWarning.objects.filter(among("user_id", ids), suspended_at=None).values_list("user_id", "suspend_on")
    )
    return [
        Account(
            user, memberships[pk], owners.get(pk), _later(user.last_login, seen.get(pk)), factors.get(pk, ()),
            pk in read, warned.get(pk),
        )
        for pk, user in users.items()
    ]  # fmt: skip


def unit_members(unit: OrgUnit) -> QuerySet[Membership]:
    """Roles at the unit itself."""
    return Membership.objects.filter(unit=unit)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words, class, state or a gap; "" everything. `today` decides how old is old."""

    words: str = ""
    account_class: str = ""
    state: str = ""
    gap: str = ""
    rotation_days: int = 90
    dormant_days: int = 45


GAPS = ("factor", "password", "unused", "rules", "left", "warned")


def matching(accounts: list[Account], wanted: Wanted) -> list[Account]:
    """The accounts that are looked for. Those who left are shown where they are asked for."""
    words = fold(wanted.words).lower()
    return [one for one in accounts if _fits(one, wanted) and (not words or words in _text(one))]


def has_gap(one: Account, gap: str, *, rotation_days: int, dormant_days: int) -> bool:
    """Whether something is missing at an account: a second factor, a young password, use, the rules, a role."""
    if gap == "left":
        return one.left_on is not None
    if one.state in {AccountState.LEFT, AccountState.SUSPENDED}:
        return False
    gaps = {
        "factor": one.is_staff and not one.factors,
        "password": one.password_days is not None and one.password_days >= rotation_days,
        "unused": one.is_staff and one.quiet_days >= dormant_days,
        "warned": one.suspend_on is not None,
        "rules": one.is_staff and not one.has_read_rules,
    }
    return gaps[gap]


def _fits(one: Account, wanted: Wanted) -> bool:
    if wanted.account_class and one.account_class.value != wanted.account_class:
        return False
    if wanted.gap and not has_gap(
        one, wanted.gap, rotation_days=wanted.rotation_days, dormant_days=wanted.dormant_days
    ):
        return False
    if wanted.state:
        return one.state.value == wanted.state
    return bool(wanted.gap) or one.state is not AccountState.LEFT


def _text(one: Account) -> str:
    owner = one.owner.full_name if one.owner else ""
    return fold(f"{one.user.full_name} {one.user.username} {owner}").lower()


def _last_seen(ids: list[int]) -> dict[int, dt.datetime]:
    rows = UserSession.objects.filter(among("user_id", ids)).values_list("user_id")
    return dict(rows.annotate(last=Max("last_seen_at")).values_list("user_id", "last"))


def _factors(ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Kinds of second factors by user; recovery codes stand for a lost one and are none by themselves."""
    words = {Authenticator.Type.WEBAUTHN: "key", Authenticator.Type.TOTP: "app"}
    found: dict[int, set[str]] = {}
    for pk, kind in Authenticator.objects.filter(among("user_id", ids)).values_list("user_id", "type"):
        if kind in words:
            found.setdefault(pk, set()).add(words[kind])
    for pk in CodeSheet.objects.filter(among("user_id", ids)).values_list("user_id", flat=True):
        found.setdefault(pk, set()).add("sheet")
    return {pk: tuple(kind for kind in FACTOR_KINDS if kind in kinds) for pk, kinds in found.items()}


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return max(one, other) if one and other else one or other


def in_force(day: dt.date | OuterRef) -> Q:
    """Roles in force on the day, also on that of an outer row."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
