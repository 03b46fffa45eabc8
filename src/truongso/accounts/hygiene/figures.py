"""Counts behind the compliance page (LC-3.1 to LC-3.3), school by school; as many queries for one as for thousands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery

from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.hygiene.models import LeakReport, LeakRow, MailRulesRead, Review, ReviewItem
from truongso.accounts.hygiene.types import MAIL_RULES_VERSION, LeakOutcome, ReviewDecision
from truongso.accounts.models import Membership
from truongso.accounts.policy.types import Policy
from truongso.accounts.signin.models import SignInCountry
from truongso.accounts.types import STAFF_ROLES
from truongso.kernel import clock
from truongso.kernel.among import among

_STAFF = [role.value for role in STAFF_ROLES]


@dataclass(slots=True)
class Figures:
    """Counts of accounts at a school, or of several schools added up. Who works at two schools counts at both."""

    accounts: int = 0
    suspended: int = 0
    staff: int = 0
    staff_factor: int = 0
    staff_read: int = 0
    activated: int = 0
    waiting: int = 0  # nobody has set a password or key yet
    given: int = 0  # a password that its owner did not set: none can exist
    passwords: int = 0
    password_only: int = 0
    old_forced: int = 0  # password alone, older than the policy allows
    old_reminded: int = 0
    change_required: int = 0
    strange: int = 0  # signed in from a new country, and the owner has not said that it was right
    leavers: int = 0
    leavers_in: int = 0  # with a living session from before
    leaks: int = 0  # accounts of lists that were handled
    leaks_done: int = 0  # of these: a new password since, or none to change
    reviewed: int = 0
    confirmed: int = 0
    disabled: int = 0
    owner_changed: int = 0
    expired: int = 0
    kept: int = 0
    open_items: int = 0

    def add(self, other: Figures) -> None:
        """Add another school's counts."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(frozen=True, slots=True)
class Campaign:
    """The latest campaign of a school."""

    school_id: int
    public_id: str
    started_on: dt.date
    due_on: dt.date
    closed_on: dt.date | None
    signed_on: dt.date | None
    signer: str


def figures(school_ids: Collection[int], policy: Policy) -> dict[int, Figures]:
    """Counts by school today; password ages by the policy given. Five queries."""
    found = {pk: Figures() for pk in school_ids}
    _count_members(found, policy)
    _count_leavers(found)
    _count_leaks(found)
    _count_items(found)
    return found


def campaigns(school_ids: Collection[int]) -> dict[int, Campaign]:
    """The latest campaign of each school; one query."""
    rows = Review.objects.for_schools(school_ids)
    found: dict[int, Campaign] = {}
    for row in rows.select_related("signed_by").order_by("started_at", "pk"):
        found[row.school_id] = Campaign(
            row.school_id, row.public_id, clock.school_date(row.started_at), row.due_on, _day(row.closed_at),
            _day(row.signed_at), row.signed_by.full_name if row.signed_by else "",
        )  # fmt: skip
    return found


def last_leak(school_ids: Collection[int]) -> tuple[int, dt.date | None]:
    """(lists handled that named accounts of these schools, the day of the latest); one query."""
    rows = LeakRow.objects.filter(among("school_id", school_ids)).exclude(outcome="")
    reports = LeakReport.objects.filter(pk__in=rows.values("report_id"))
    found = reports.aggregate(n=Count("pk"), last=Max("handled_at"))
    return found["n"], _day(found["last"])


def _count_members(found: dict[int, Figures], policy: Policy) -> None:
    today = clock.today()
    start_old = dt.datetime.combine(
        today - dt.timedelta(days=policy.rotation_days - 1), dt.time(), tzinfo=clock.SCHOOL_TIME
    )
    active = Q(user__is_active=True)
    staff = active & Q(role__in=_STAFF)
    password = active & ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    alone, old = Q(user__second_factor_since__isnull=True), Q(user__password_changed_at__lt=start_old)
    ready = Q(user__activated_at__isnull=False) | Q(user__password_changed_at__isnull=False)
    ready |= Q(user__second_factor_since__isnull=False)
    read = Exists(MailRulesRead.objects.filter(user_id=OuterRef("user_id"), version=MAIL_RULES_VERSION))
    strange = Exists(SignInCountry.objects.filter(user_id=OuterRef("user_id"), attested_at=None))
    counts = {
        "accounts": active, "suspended": ~active, "staff": staff,
        "staff_factor": staff & Q(user__second_factor_since__isnull=False),
        "staff_read": staff & Q(read), "activated": active & ready, "waiting": active & ~ready,
        "given": password & Q(user__activated_at__isnull=True), "passwords": password,
        "password_only": password & alone, "old_forced": password & alone & old,
        "old_reminded": password & ~alone & old,
        "change_required": active & ~Q(user__change_required=""), "strange": active & Q(strange),
    }  # fmt: skip
    rows = Membership.objects.filter(in_force(today)).filter(among("school_id", found)).order_by().values("school_id")
    counted: Any = rows.annotate(**{name: Count("user_id", distinct=True, filter=q) for name, q in counts.items()})
    for row in counted:
        for name in counts:
            setattr(found[row["school_id"]], name, row[name])


def _count_leavers(found: dict[int, Figures]) -> None:
    today = clock.today()
    here = Membership.objects.filter(user_id=OuterRef("user_id"), school_id=OuterRef("school_id"))
    stays = here.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    rows = Membership.objects.filter(among("school_id", found)).filter(~Exists(stays)).order_by().values("school_id")
    anywhere = Membership.objects.filter(in_force(today), user_id=OuterRef("user_id"))
    living = UserSession.objects.filter(
        user_id=OuterRef("user_id"), last_seen_at__gte=clock.now() - dt.timedelta(days=7)
    )
    inside = Q(Exists(living)) & ~Q(Exists(anywhere))
    for row in rows.annotate(n=Count("user_id", distinct=True), inside=Count("user_id", distinct=True, filter=inside)):
        found[row["school_id"]].leavers, found[row["school_id"]].leavers_in = row["n"], row["inside"]


def _count_leaks(found: dict[int, Figures]) -> None:
    rows = LeakRow.objects.filter(among("school_id", found)).exclude(outcome="").order_by().values("school_id")
    done = Q(outcome=LeakOutcome.SIGNED_OUT.value) | Q(user__is_active=False)
    # LeakReport.handled_at and User.password_changed_at are moments of one clock.
    done |= Q(user__password_changed_at__gt=F("report__handled_at"))
    for row in rows.annotate(n=Count("user_id", distinct=True), done=Count("user_id", distinct=True, filter=done)):
        found[row["school_id"]].leaks, found[row["school_id"]].leaks_done = row["n"], row["done"]


def _count_items(found: dict[int, Figures]) -> None:
    """Decisions of the latest campaign of each school."""
    latest = Review.objects.of_outer_school()
    rows = ReviewItem.objects.for_schools(found)
    rows = rows.filter(review_id=Subquery(latest.order_by("-started_at", "-pk").values("pk")[:1])).order_by()
    names = {
        ReviewDecision.CONFIRMED: "confirmed", ReviewDecision.DISABLED: "disabled",
        ReviewDecision.OWNER_CHANGED: "owner_changed", ReviewDecision.EXPIRED: "expired",
        ReviewDecision.SPARED: "kept", ReviewDecision.ELSEWHERE: "kept",
    }  # fmt: skip
    for school_id, decision, count in rows.values_list("school_id", "decision").annotate(n=Count("pk")):
        one = found[school_id]
        name = names[ReviewDecision(decision)] if decision else "open_items"
        setattr(one, name, getattr(one, name) + count)
        one.reviewed += count


def _day(moment: dt.datetime | None) -> dt.date | None:
    return clock.school_date(moment) if moment else None
