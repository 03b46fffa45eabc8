"""Accounts of staff that nobody uses, and people whose roles have ended: what the clock does about them.

Parents and pupils come a few times a year; their accounts are reviewed, not suspended for being quiet.
"""

from __future__ import annotations

import datetime as dt

from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.hygiene.keepers import last_kept_role
from truongso.accounts.hygiene.models import IdleWarning
from truongso.accounts.hygiene.notices import tell_owners
from truongso.accounts.hygiene.types import WARN_BEFORE
from truongso.accounts.models import Membership, User
from truongso.accounts.policy.queries import policy_of
from truongso.accounts.policy.services import require_change
from truongso.accounts.policy.types import BOUNDS
from truongso.accounts.queries import memberships_on
from truongso.accounts.signin import devices
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.services import suspend
from truongso.accounts.types import STAFF_ROLES
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import School

CLOCK = Actor.system("account-hygiene")
_STAFF = [role.value for role in STAFF_ROLES]


def quiet_users() -> list[int]:
    """Active accounts of staff that may be due for a warning or for suspension; one query."""
    least = clock.now() - dt.timedelta(days=BOUNDS["dormant_days"][0] - WARN_BEFORE)
    held = Membership.objects.filter(in_force(clock.today()), role__in=_STAFF)
    seen = UserSession.objects.filter(user_id=OuterRef("pk"), last_seen_at__gt=least)
    rows = User.objects.filter(pk__in=held.values("user_id"), is_active=True, created_at__lte=least)
    rows = rows.exclude(last_login__gt=least).exclude(resumed_at__gt=least).exclude(Exists(seen))
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction_required
def look_at(user_id: int) -> str:
    """Warn the owner of a long unused account, or suspend it when the warning was not heeded.

    What was done: "" nothing · warned · suspended · spared (the last one who can let others in again).
    """
    user = User.objects.select_for_update().get(pk=user_id)
    used = last_use(user)
    policy = policy_of(user)
    end = clock.school_date(used) + dt.timedelta(days=policy.dormant_days)
    row = IdleWarning.objects.filter(user=user).first()
    if row is not None and (row.suspended_at is not None or row.used_at < used):
        row.delete()  # used or let in again since
        row = None
    if not user.is_active or clock.today() < end - dt.timedelta(days=WARN_BEFORE):
        return ""
    school = next((m.school for m in memberships_on(user, clock.today()) if m.school is not None), None)
    if row is None:
        _warn(user, used, max(end, clock.today() + dt.timedelta(days=WARN_BEFORE)), school)
        return "warned"
    if clock.today() < row.suspend_on:
        return ""
    if last_kept_role(user) is not None:
        return "spared"
    suspend(actor=CLOCK, place=school, user=user, reason=_("Không dùng %(days)d ngày") % {"days": policy.dormant_days})
    row.suspended_at = clock.now()
    row.save(update_fields=["suspended_at"])
    if school is not None:
        tell_owners(
            school, [user], key=f"idle:{row.pk}:{row.suspend_on.isoformat()}:suspended", actor=CLOCK,
            what=_("Tài khoản bị tạm khóa vì lâu không dùng"),
            todo=_("Cần dùng tiếp, liên hệ quản trị của trường để mở lại"),
        )  # fmt: skip
    return "suspended"


def last_use(user: User) -> dt.datetime:
    """When the account was last used, first made, or let in again."""
    seen = (
        UserSession.objects.filter(user=user).order_by("-last_seen_at").values_list("last_seen_at", flat=True).first()
    )
    moments = [user.created_at, user.activated_at, user.last_login, user.resumed_at, seen, _first_day(user)]
    latest: dt.datetime = max(moment for moment in moments if moment is not None)
    return latest


@transaction_required
def sign_leaver_out(user_id: int) -> int:
    """End the sessions of somebody without any role left; how many. Rights ended with the roles themselves; whoever
    comes back chooses another password first (change on evidence, in both profiles)."""
    user = User.objects.get(pk=user_id)
    ended = end_sessions(user)
    devices.distrust(user)
    if user.has_usable_password() and not user.change_required:
        require_change(user=user, reason="departure", actor=CLOCK)
    audit.record(CLOCK, "accounts:user:left", school_id=None, subject=("user", user.pk), params={"sessions": ended})
    return ended


def leavers_signed_in() -> list[int]:
    """People who had a role, have none any more, and hold a session from before it ended; one query."""
    today = clock.today()
    present = Membership.objects.filter(user_id=OuterRef("user_id")).filter(in_force(today))
    sessions = UserSession.objects.filter(~Exists(present)).select_related("user")
    ended = Membership.objects.filter(user_id__in=sessions.values("user_id"), valid_to__lt=today).order_by("valid_to")
    last = {user_id: day for user_id, day in ended.values_list("user_id", "valid_to") if day is not None}
    return sorted(
        {
            one.user_id
            for one in sessions
            if one.user_id in last and clock.school_date(one.created_at) <= last[one.user_id]
        }
    )


def _first_day(user: User) -> dt.datetime | None:
    """The beginning of the latest role: somebody who starts next month is not late."""
    starts = Membership.objects.filter(in_force(clock.today()), user=user, role__in=_STAFF)
    first = starts.order_by("-valid_from").values_list("valid_from", flat=True).first()
    return dt.datetime.combine(first, dt.time(), tzinfo=clock.SCHOOL_TIME) if first else None


def _warn(user: User, used: dt.datetime, suspend_on: dt.date, school: School | None) -> None:
    row = IdleWarning(user=user, used_at=used, warned_on=clock.today(), suspend_on=suspend_on, is_told=False)
    row.save()
    if school is not None:
        row.is_told = bool(
            tell_owners(
                school, [user], key=f"idle:{row.pk}:{suspend_on.isoformat()}:warned", actor=CLOCK,
                what=_("Tài khoản lâu không dùng, sẽ bị tạm khóa ngày %(day)s") % {"day": ngay(suspend_on)},
                todo=_("Đăng nhập một lần trước ngày đó để giữ tài khoản"),
            )
        )  # fmt: skip
        row.save(update_fields=["is_told"])
    audit.record(
        CLOCK, "accounts:user:idle", school_id=None, subject=("user", user.pk),
        params={"suspend_on": suspend_on.isoformat(), "told": row.is_told},
    )  # fmt: skip
