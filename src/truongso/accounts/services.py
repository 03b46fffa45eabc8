"""Writes: users, memberships, activation links, passwords."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.password_validation import validate_password

from truongso.accounts.credential_notices import tell_of_change
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.policy.services import remember_password
from truongso.accounts.signin import devices
from truongso.accounts.types import Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required

ACTIVATION_LIFETIME = dt.timedelta(hours=72)


@transaction_required
def create_user(*, actor: Actor, username: str, full_name: str, email: str = "", phone: str = "") -> User:
    """A person without a password; an activation link lets them set one."""
    user = User.objects.create_user(username, full_name, email=email, phone=phone)
    audit.record(actor, "accounts:user:create", school_id=None, subject=("user", user.pk), params={"name": username})
    return user


@transaction_required
def grant(
    *,
    actor: Actor,
    user: User,
    role: Role,
    valid_from: dt.date,
    school_id: int | None = None,
    unit_id: int | None = None,
) -> Membership:
    """Give a role at a school or unit from a day on."""
    membership = Membership.objects.create(
        user=user, role=role.value, school_id=school_id, unit_id=unit_id, valid_from=valid_from
    )
    audit.record(
        actor, "accounts:membership:grant", school_id=school_id, subject=("user", user.pk),
        params={"role": role.value, "unit": unit_id},
    )  # fmt: skip
    return membership


@transaction_required
def new_activation(*, actor: Actor, user: User) -> str:
    """A fresh one-time token, valid 72 hours; earlier ones stop working. Only its hash is stored."""
    now = clock.now()
    ActivationLink.objects.filter(user=user, used_at__isnull=True).update(expires_at=now)
    token = secrets.token_urlsafe(32)
    ActivationLink.objects.create(
        user=user, token_hash=_hash(token), created_at=now, expires_at=now + ACTIVATION_LIFETIME
    )
    audit.record(actor, "accounts:activation:create", school_id=None, subject=("user", user.pk))
    return token


def activation_for(token: str) -> ActivationLink | None:
    """The live link of a token, or None when unknown, used or expired."""
    link = ActivationLink.objects.select_related("user").filter(token_hash=_hash(token), used_at__isnull=True).first()
    return link if link and link.expires_at > clock.now() and link.user.is_active else None


@transaction_required
def spend_link(link: ActivationLink) -> bool:
    """Mark the link used; False when it was used or ran out meanwhile."""
    now = clock.now()
    rows = ActivationLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now)
    return bool(rows.update(used_at=now))


@transaction_required
def activate(*, link: ActivationLink, password: str, actor: Actor) -> bool:
    """Set the password chosen by the owner; raises ValidationError when it is too weak.

    False when the link was used meanwhile (two tabs): nothing is changed then.
    """
    validate_password(password, link.user)
    if not spend_link(link):
        return False
    user = link.user
    is_first = not user.was_begun
    _take_password(user, password)
    devices.distrust(user)
    audit.record(actor, "accounts:user:activate", school_id=None, subject=("user", user.pk))
    if not is_first:
        tell_of_change(user, "password:reset", actor)
    return True


@transaction_required
def mark_activated(user: User) -> None:
    """The account has come into its owner's hands, by a key: it stays a used one when the key is lost."""
    User.objects.filter(pk=user.pk, activated_at=None).update(activated_at=clock.now())
    user.refresh_from_db(fields=["activated_at"])


@transaction_required
def keep_password(*, user: User, actor: Actor) -> None:
    """Its owner was reminded of its age and keeps it; the caller has seen that it stands in no list of leaked ones."""
    user.password_kept_at = clock.now()
    user.save(update_fields=["password_kept_at"])
    audit.record(actor, "accounts:user:keep_password", school_id=None, subject=("user", user.pk))


@transaction_required
def change_password(*, user: User, password: str, actor: Actor) -> None:
    """Set a new password; raises ValidationError when it is too weak. All other sessions end by it."""
    validate_password(password, user)
    _take_password(user, password)
    devices.distrust(user)
    audit.record(actor, "accounts:user:change_password", school_id=None, subject=("user", user.pk))
    tell_of_change(user, "password:change", actor)


def _take_password(user: User, password: str) -> None:
    remember_password(user)
    user.set_password(password)
    user.password_changed_at = clock.now()
    user.password_kept_at, user.change_required = None, ""
    user.activated_at = user.activated_at or user.password_changed_at
    user.save(update_fields=["password", "password_changed_at", "password_kept_at", "change_required", "activated_at"])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
