"""Giving and ending roles, links and lost factors. What is sensitive takes two people; everything leaves an entry.

A sensitive act is one on a role that moves money or gives rights, or on a person who holds one. It becomes a request
that another person decides; of the two at least one may approve at that place, and neither is the person concerned.
Taking rights away from somebody takes one person who may approve.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from truongso.accounts.factors.services import drop_all
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.services import create_user, new_activation
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.staffing.queries import is_sensitive, is_username_taken, other_places
from truongso.accounts.staffing.usernames import is_username
from truongso.accounts.types import (
    CONFLICTS,
    SCHOOL_ROLES,
    SENSITIVE_ROLES,
    AccountRefusedError,
    Decision,
    RequestKind,
    Role,
)
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.organizations.public import School


@dataclass(frozen=True, slots=True)
class Manager:
    """The person who acts at a school: `scope` are the schools whose people they look after."""

    user: User
    approves: bool
    scope: frozenset[int]

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user.pk, label=self.user.full_name, channel="web")


@dataclass(frozen=True, slots=True)
class PersonData:
    """A new person as typed."""

    full_name: str
    username: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A role and when it is held; without a last day it is held until further notice."""

    role: Role
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act: at once, or a request that waits; a fresh activation token if there is one to hand over."""

    request: AccountRequest | None = None
    token: str = ""

    @property
    def waits(self) -> bool:
        return self.request is not None


@transaction_required
def add_person(*, by: Manager, school: School, data: PersonData, span: Span) -> tuple[User, Done]:
    """A new person with a first role at the school.

    Raises AccountRefusedError `bad_username`, `username_taken`, `email_taken`, and those of `give_role`.
    """
    username, email = data.username.strip().lower(), data.email.strip().lower()
    if not is_username(username):
        raise AccountRefusedError("bad_username", name=username)
    if is_username_taken(username):
        raise AccountRefusedError("username_taken", name=username)
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise AccountRefusedError("bad_email", email=email) from error
        if User.objects.filter(email__iexact=email).exists():
            raise AccountRefusedError("email_taken", email=email)
    user = create_user(actor=by.actor, username=username, full_name=tidy(data.full_name), email=email, phone=data.phone)
    done = give_role(by=by, school=school, user=user, span=span)
    token = "" if done.waits else new_activation(actor=by.actor, user=user)
    return user, Done(done.request, token)


@transaction_required
def give_role(*, by: Manager, school: School, user: User, span: Span, reason: str = "") -> Done:
    """A role at the school: at once, or asked for when it is sensitive.

    The first principal of a school that has none is made at once by who may approve (the office that founds it).
    Raises AccountRefusedError `wrong_place`, `bad_dates`, `own_account`, `role_here`, `roles_conflict`,
    `already_open`.
    """
    if span.role not in SCHOOL_ROLES:
        raise AccountRefusedError("wrong_place", role=span.role)
    if user.pk == by.user.pk:
        raise AccountRefusedError("own_account")
    _check_span(school, user, span)
    is_first = span.role is Role.PRINCIPAL and by.approves and not _has_principal(school)
    if span.role not in SENSITIVE_ROLES or is_first:
        _grant(by.actor, school, user, span)
        return Done()
    return Done(_ask(by, RequestKind.GRANT, school, user, span=span, reason=reason))


@transaction_required
def end_role(*, by: Manager, school: School, membership: Membership, last_day: dt.date, reason: str = "") -> Done:
    """The role's last day. Who may approve ends it at once; a sensitive role otherwise waits for a second person.

    Holding a role longer is giving it: that goes by `give_role`. Raises AccountRefusedError `own_account`, `ended`,
    `last_day_past`, `ends_earlier` (day: it ends before that anyway), `already_open`.
    """
    if membership.user_id == by.user.pk:
        raise AccountRefusedError("own_account")
    if membership.valid_to is not None and membership.valid_to < clock.today():
        raise AccountRefusedError("ended", day=membership.valid_to)
    if last_day < max(membership.valid_from, clock.today() - dt.timedelta(days=1)):
        raise AccountRefusedError("last_day_past", day=last_day)
    if membership.valid_to is not None and last_day > membership.valid_to:
        raise AccountRefusedError("ends_earlier", day=membership.valid_to)
    if Role(membership.role) in SENSITIVE_ROLES and not by.approves:
        span = Span(Role(membership.role), membership.valid_from, last_day)
        return Done(_ask(by, RequestKind.END, school, membership.user, span=span, membership=membership, reason=reason))
    _end(by.actor, membership, last_day, reason)
    return Done()


@transaction_required
def renew_link(*, by: Manager, school: School, user: User) -> Done:
    """A fresh activation link: at once for who holds nothing sensitive, else after a second person agrees.

    A link lets its holder choose the password; the second factor is still asked for. Raises AccountRefusedError
    `own_account`, `has_other_places`, `already_open`.
    """
    _check_own(by, user)
    if is_sensitive(user, clock.today()):
        return Done(_ask(by, RequestKind.LINK, school, user))
    return Done(token=new_activation(actor=by.actor, user=user))


@transaction_required
def report_lost_factor(*, by: Manager, school: School, user: User, reason: str) -> Done:
    """Ask that all second factors be taken away: always two people, who have seen that it is the person.

    Raises AccountRefusedError `own_account`, `has_other_places`, `reason_missing`, `nothing_to_reset`, `already_open`.
    """
    _check_own(by, user)
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    if user.second_factor_since is None:
        raise AccountRefusedError("nothing_to_reset")
    return Done(_ask(by, RequestKind.LOST_FACTOR, school, user, reason=reason))


@transaction_required
def set_active(*, by: Manager, school: School, user: User, active: bool, reason: str) -> Done:
    """Suspend an account, which ends its sessions, or let it in again.

    Suspending is at once for who may approve and for accounts without a sensitive role; letting a sensitive account
    in again takes two. Raises AccountRefusedError `own_account`, `has_other_places`, `reason_missing`,
    `already_open`, `no_change`.
    """
    _check_own(by, user)
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    if user.is_active == active:
        raise AccountRefusedError("no_change")
    kind = RequestKind.RESUME if active else RequestKind.SUSPEND
    if is_sensitive(user, clock.today()) and (active or not by.approves):
        return Done(_ask(by, kind, school, user, reason=reason))
    _set_active(by.actor, school, user, active, reason)
    return Done()


@transaction_required
def suspend(*, actor: Actor, school: School | None, user: User, reason: str) -> None:
    """The clock suspends an account that nobody reviewed or used; a person lets it in again with `set_active`."""
    _set_active(actor, school, user, False, reason)


@transaction_required
def reset_factors(*, user: User, actor: Actor, reason: str) -> None:
    """Take every second factor away and end all sessions; `decide` and the operator come here."""
    drop_all(user=user, actor=actor, reason=reason)
    end_sessions(user)


@transaction_required
def decide(*, by: Manager, request: AccountRequest, approve: bool, reason: str = "") -> Done:
    """Agree to what another person asked for, or refuse it with a reason.

    Raises AccountRefusedError `already_decided`, `same_person`, `own_account`, `needs_approver`, `reason_missing`, and
    what the act itself refuses: then the request stays open.
    """
    row = AccountRequest.objects.select_for_update().get(pk=request.pk)
    if row.decision:
        raise AccountRefusedError("already_decided", at=row.decided_at)
    if row.proposed_by_id == by.user.pk:
        raise AccountRefusedError("same_person")
    if row.user_id == by.user.pk:
        raise AccountRefusedError("own_account")
    if approve and not (by.approves or row.proposer_approves):
        raise AccountRefusedError("needs_approver")
    if not approve and not reason.strip():
        raise AccountRefusedError("reason_missing")
    row.decision = (Decision.APPROVED if approve else Decision.REFUSED).value
    row.decided_by, row.decided_at, row.decision_reason = by.user, clock.now(), tidy(reason)
    row.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    audit.record(
        by.actor, f"accounts:request:{'approve' if approve else 'refuse'}", school_id=row.school_id,
        subject=("user", row.user_id), params={"kind": row.kind, "role": row.role, "by": row.proposed_by_id},
        reason=reason,
    )  # fmt: skip
    return _carry_out(by, row) if approve else Done()


def _carry_out(by: Manager, row: AccountRequest) -> Done:
    school, user, kind = row.school, row.user, RequestKind(row.kind)
    if school is None:
        raise AccountRefusedError("wrong_place", role=row.role)
    if kind is RequestKind.GRANT:
        span = Span(Role(row.role), row.valid_from or clock.today(), row.valid_to)
        _check_span(school, user, span)
        _grant(by.actor, school, user, span)
        # A link opens the account everywhere: not ours to hand out for somebody who also works elsewhere.
        fresh = user.password_changed_at is None and user.is_active and not other_places(user, by.scope)
        return Done(token=new_activation(actor=by.actor, user=user) if fresh else "")
    if kind is RequestKind.END and row.membership is not None and row.valid_to is not None:
        last = row.membership.valid_to
        if last is not None and last < row.valid_to:  # ended earlier meanwhile
            raise AccountRefusedError("ends_earlier", day=last)
        _end(by.actor, row.membership, max(row.valid_to, row.membership.valid_from), row.reason)
        return Done()
    if kind in {RequestKind.LINK, RequestKind.LOST_FACTOR} and other_places(user, by.scope):
        raise AccountRefusedError("has_other_places")
    if kind is RequestKind.LOST_FACTOR:
        reset_factors(user=user, actor=by.actor, reason=row.reason)
    if kind in {RequestKind.LINK, RequestKind.LOST_FACTOR}:
        return Done(token=new_activation(actor=by.actor, user=user))
    _set_active(by.actor, school, user, kind is RequestKind.RESUME, row.reason)
    return Done()


def _ask(
    by: Manager,
    kind: RequestKind,
    school: School,
    user: User,
    *,
    span: Span | None = None,
    membership: Membership | None = None,
    reason: str = "",
) -> AccountRequest:
    role = span.role.value if span else ""
    if AccountRequest.objects.filter(user=user, kind=kind.value, role=role, decision="").exists():
        raise AccountRefusedError("already_open")
    row = AccountRequest.objects.create(
        kind=kind.value, user=user, school=school, role=role, valid_from=span.valid_from if span else None,
        valid_to=span.valid_to if span else None, membership=membership, reason=tidy(reason), proposed_by=by.user,
        proposed_at=clock.now(), proposer_approves=by.approves,
    )  # fmt: skip
    audit.record(
        by.actor, "accounts:request:propose", school_id=school.pk, subject=("user", user.pk),
        params={"kind": kind.value, "role": role}, reason=reason,
    )  # fmt: skip
    return row


def _check_span(school: School, user: User, span: Span) -> None:
    """The dates make sense, the role is not held yet in that time, and it fits with what the person is there."""
    if span.valid_to is not None and span.valid_to < span.valid_from:
        raise AccountRefusedError("bad_dates")
    held = Membership.objects.filter(user=user, school=school)
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=span.valid_from))
    if span.valid_to is not None:
        held = held.filter(valid_from__lte=span.valid_to)
    asked = AccountRequest.objects.filter(user=user, school=school, kind=RequestKind.GRANT.value, decision="")
    for role in [*held.values_list("role", flat=True), *asked.values_list("role", flat=True)]:
        if role == span.role.value and held.filter(role=role).exists():
            raise AccountRefusedError("role_here", role=span.role)
        if frozenset({Role(role), span.role}) in CONFLICTS:
            raise AccountRefusedError("roles_conflict", role=span.role, other=Role(role))


def _check_own(by: Manager, user: User) -> None:
    """Not oneself, and nobody who also works where the manager has no say: their account is not the manager's."""
    if user.pk == by.user.pk:
        raise AccountRefusedError("own_account")
    if other_places(user, by.scope):
        raise AccountRefusedError("has_other_places")


def _has_principal(school: School) -> bool:
    held = Membership.objects.filter(school=school, role=Role.PRINCIPAL.value)
    return held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())).exists()


def _grant(actor: Actor, school: School, user: User, span: Span) -> Membership:
    membership, made = Membership.objects.get_or_create(
        user=user, role=span.role.value, school=school, unit=None, valid_from=span.valid_from,
        defaults={"valid_to": span.valid_to},
    )  # fmt: skip
    if not made:  # given and ended on its first day before
        membership.valid_to = span.valid_to
        membership.save(update_fields=["valid_to"])
    params = {"role": span.role.value, "from": span.valid_from.isoformat()}
    params["to"] = span.valid_to.isoformat() if span.valid_to else ""
    audit.record(actor, "accounts:membership:grant", school_id=school.pk, subject=("user", user.pk), params=params)
    return membership


def _end(actor: Actor, membership: Membership, last_day: dt.date, reason: str) -> None:
    Membership.objects.filter(pk=membership.pk).update(valid_to=last_day)
    membership.valid_to = last_day
    params = {"role": membership.role, "to": last_day.isoformat()}
    audit.record(
        actor, "accounts:membership:end", school_id=membership.school_id, subject=("user", membership.user_id),
        params=params, reason=reason,
    )  # fmt: skip


def _set_active(actor: Actor, school: School | None, user: User, active: bool, reason: str) -> None:
    changes = {"is_active": True, "resumed_at": clock.now()} if active else {"is_active": False}
    User.objects.filter(pk=user.pk).update(**changes)
    user.is_active = active
    if not active:
        end_sessions(user)
        ActivationLink.objects.filter(user=user, used_at=None).update(expires_at=clock.now())
    verb = "resume" if active else "suspend"
    audit.record(
        actor, f"accounts:user:{verb}", school_id=school.pk if school else None, subject=("user", user.pk),
        reason=reason,
    )  # fmt: skip
