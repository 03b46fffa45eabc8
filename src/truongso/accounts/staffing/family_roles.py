"""Accounts and roles of families: given by the roll of a school, not by a manager.

Who is whose guardian is known in `people`, which proves the person (a link to the contact on record, a slip handed
over) and then asks for the role here; it ends with the last child at the school.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from truongso.accounts.factors.services import forget_factors
from truongso.accounts.models import Membership, User
from truongso.accounts.services import create_user
from truongso.accounts.signin.passwords import take_away_password
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.queries import is_username_taken
from truongso.accounts.staffing.services import Span, end_membership, give_membership
from truongso.accounts.staffing.usernames import suggested
from truongso.accounts.types import FAMILY_ROLES, Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.organizations.public import School

_NAMELESS = "giadinh"


@transaction_required
def create_family_user(*, actor: Actor, school: School, full_name: str, email: str = "", phone: str = "") -> User:
    """A new account without a password, under a free name of the usual form. An e-mail address somebody else signs in
    with is left out: two people are never one account because they share a contact."""
    name = suggested(full_name, school.short_name, is_username_taken)
    name = name or suggested(_NAMELESS, school.short_name, is_username_taken)
    email = email.strip().lower()
    if email and User.objects.filter(email__iexact=email).exists():
        email = ""
    return create_user(actor=actor, username=name, full_name=tidy(full_name), email=email, phone=phone)


@transaction_required
def hold_family_role(*, actor: Actor, user: User, role: Role, school: School) -> Membership:
    """The person is a parent, or a pupil, at the school from today until further notice; held already, it stays.

    Raises ValueError for roles of people who work there.
    """
    if role not in FAMILY_ROLES:
        raise ValueError(role)
    held = Membership.objects.select_for_update().filter(user=user, role=role.value, school=school, valid_to=None)
    found = held.first()
    return found or give_membership(actor=actor, place=school, user=user, span=Span(role, clock.today()))


@transaction_required
def end_family_role(*, actor: Actor, user_id: int, role: Role, school_id: int, last_day: dt.date, reason: str) -> bool:
    """The last child has left: the role ends, on its first day at the earliest. False when it was not held."""
    rows = Membership.objects.select_for_update().filter(
        user_id=user_id, role=role.value, school_id=school_id, valid_to=None
    )
    for row in rows:
        end_membership(actor=actor, membership=row, last_day=max(last_day, row.valid_from), reason=reason)
    return bool(rows)


@transaction_required
def forget_family_users(*, school_id: int, user_ids: Iterable[int]) -> int:
    """Accounts of an erased family lose name, contact and every way in; how many.

    Whoever works anywhere, or was of a family at another school too, keeps the account: it is not this school's alone.
    """
    over = Q(school_id=school_id, role__in=[role.value for role in FAMILY_ROLES], valid_to__lte=clock.today())
    others = Membership.objects.filter(user=OuterRef("pk")).exclude(over)
    users = list(User.objects.filter(among("pk", sorted(set(user_ids)))).exclude(Exists(others)))
    for user in users:
        take_away_password(user)
        forget_factors(user)
        end_sessions(user)
        user.username, user.full_name = f"da-xoa-{user.public_id}", _("Tài khoản đã xóa dữ liệu")
        user.email, user.phone, user.is_active = "", "", False
        user.save(update_fields=["username", "full_name", "email", "phone", "is_active"])
    return len(users)


def has_own_way_in(user: User) -> bool:
    """Whether the person has, or ever had, a password or a key, or works somewhere: whoever holds a family's link is
    then not its owner by that alone. What was lost is renewed as the roles ask, for many by two people."""
    rows = Membership.objects.filter(user=user).exclude(role__in=[role.value for role in FAMILY_ROLES])
    works = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    return user.was_begun or user.last_login is not None or works.exists()
