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
from truongso.accounts.policy.services import require_change
from truongso.accounts.services import create_user, new_activation
from truongso.accounts.signin.passwords import take_away_password
from truongso.accounts.signin.sessions import end_sessions
from truongso.accounts.staffing.holding import hold_both
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.staffing.queries import is_sensitive, is_username_taken, other_places, takes_two_for_link
from truongso.accounts.staffing.usernames import is_username
from truongso.accounts.types import (
    CONFLICTS,
    SCHOOL_ROLES,
    SENSITIVE_ROLES,
    UNIT_ROLES,
    AccountRefusedError,
    Decision,
    Permission,
    RequestKind,
    Role,
)
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.scope import of_unit
from truongso.organizations.public import OrgUnit, School


@dataclass(frozen=True, slots=True)
class Manager:
    """The person who acts at a school or unit: `scope` are the schools, `units` the units whose people they look
    after."""

    user: User
    approves: bool
    scope: frozenset[int]
    units: frozenset[int] = frozenset()

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
def add_person(*, by: Manager, place: School | OrgUnit, data: PersonData, span: Span) -> tuple[User, Done]:
    """A new person with a first role at the school.

    Raises AccountRefusedError `bad_username`, `username_taken`, `email_taken`, and those of `give_role`.
    """
    username = data.username.strip().lower()
    if not is_username(username):
        raise AccountRefusedError("bad_username", name=username)
    if is_username_taken(username):
        raise AccountRefusedError("username_taken", name=username)
    email = free_email(data.email)
    user = create_user(actor=by.actor, username=username, full_name=tidy(data.full_name), email=email, phone=data.phone)
    done = give_role(by=by, place=place, user=user, span=span)
    token = "" if done.waits else new_activation(actor=by.actor, user=user)
    return user, Done(done.request, token)


def free_email(text: str) -> str:
    """The address as it is kept, "" for none. Raises AccountRefusedError `bad_email`, `email_taken`."""
    email = text.strip().lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise AccountRefusedError("bad_email", email=email) from error
    if User.objects.filter(email__iexact=email).exists():
        raise AccountRefusedError("email_taken", email=email)
    return email


@transaction_required
def give_role(*, by: Manager, place: School | OrgUnit, user: User, span: Span, reason: str = "") -> Done:
    """A role at the place: at once, or asked for when it is sensitive.

    The first principal of a school, and the first office of a unit, that has none is made at once by who may approve
    (the office above, which founds it).
    Raises AccountRefusedError `wrong_place`, `bad_dates`, `own_account`, `role_here`, `roles_conflict`,
    `already_open`.
    """
    if span.role not in (SCHOOL_ROLES if isinstance(place, School) else UNIT_ROLES):
        raise AccountRefusedError("wrong_place", role=span.role)
    if user.pk == by.user.pk:
        raise AccountRefusedError("own_account")
    _check_span(place, user, span)
    if span.role not in SENSITIVE_ROLES or (by.approves and _is_first(place, span.role)):
        give_membership(actor=by.actor, place=place, user=user, span=span)
        return Done()
    return Done(_ask(by, RequestKind.GRANT, place, user, span=span, reason=reason))


@transaction_required
def end_role(
    *, by: Manager, place: School | OrgUnit, membership: Membership, last_day: dt.date, reason: str = ""
) -> Done:
    """The role's last day. Who may approve ends it at once; a sensitive role otherwise waits for a second person.

    So does that of the last principal of a school or office of a unit who has no successor: else one person alone could
    empty a place and found it anew with whom he likes. What is asked for stands at the place of the role.

    Holding a role longer is giving it: that goes by `give_role`. Raises AccountRefusedError `own_account`, `ended`,
    `last_day_past`, `ends_earlier` (day: it ends before that anyway), `right_lost`, `already_open`.
    """
    if membership.user_id == by.user.pk:
        raise AccountRefusedError("own_account")
    if membership.valid_to is not None and membership.valid_to < clock.today():
        raise AccountRefusedError("ended", day=membership.valid_to)
    if last_day < max(membership.valid_from, clock.today() - dt.timedelta(days=1)):
        raise AccountRefusedError("last_day_past", day=last_day)
    if membership.valid_to is not None and last_day > membership.valid_to:
        raise AccountRefusedError("ends_earlier", day=membership.valid_to)
    hold_both(by.user, membership.user, Permission.PLACE_USER_WRITE)
    role = Role(membership.role)
    if role in SENSITIVE_ROLES and not (by.approves and _has_successor(membership, last_day)):
        span, home = Span(role, membership.valid_from, last_day), membership.school or membership.unit or place
        return Done(_ask(by, RequestKind.END, home, membership.user, span=span, membership=membership, reason=reason))
    end_membership(actor=by.actor, membership=membership, last_day=last_day, reason=reason)
    return Done()


@transaction_required
def renew_link(*, by: Manager, place: School | OrgUnit, user: User) -> Done:
    """A fresh activation link: at once for who holds nothing sensitive, else after a second person agrees
    (`queries.takes_two_for_link`).

    A link lets its holder choose the password; the second factor is still asked for. Raises AccountRefusedError
    `own_account`, `has_other_places`, `already_open`.
    """
    _check_own(by, user)
    if takes_two_for_link(user, clock.today()):
        return Done(_ask(by, RequestKind.LINK, place, user))
    return Done(token=new_activation(actor=by.actor, user=user))


@transaction_required
def report_lost_factor(*, by: Manager, place: School | OrgUnit, user: User, reason: str) -> Done:
    """Ask that all second factors be taken away: always two people, who have seen that it is the person.

    Raises AccountRefusedError `own_account`, `has_other_places`, `reason_missing`, `nothing_to_reset`, `already_open`.
    """
    _check_own(by, user)
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    if user.second_factor_since is None:
        raise AccountRefusedError("nothing_to_reset")
    return Done(_ask(by, RequestKind.LOST_FACTOR, place, user, reason=reason))


@transaction_required
def report_exposed(*, by: Manager, place: School | OrgUnit, user: User, reason: str) -> None:
    """Somebody may know the password (it was seen, lent, typed on a borrowed machine): every session ends, and nothing
    goes before it is changed. One person is enough: nothing is opened by it.

    Raises AccountRefusedError `own_account`, `has_other_places`, `reason_missing`, `no_change` (no password, or to be
    changed already).
    """
    _check_own(by, user)
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    if not user.has_usable_password() or user.change_required:
        raise AccountRefusedError("no_change")
    end_sessions(user)
    require_change(user=user, reason="reported", actor=by.actor)
    audit.record(
        by.actor,
        "accounts:user:report_exposed",
        school_id=chain_of(place),
        subject=("user", user.pk),
        reason=tidy(reason),
    )


@transaction_required
def set_active(*, by: Manager, place: School | OrgUnit, user: User, active: bool, reason: str) -> Done:
    """Suspend an account, which ends its sessions, or let it in again.

    Suspending is at once for who may approve and for accounts without a sensitive role; letting a sensitive account
    in again takes two. Raises AccountRefusedError `own_account`, `has_other_places`, `reason_missing`,
    `right_lost`, `already_open`, `no_change`.
    """
    _check_own(by, user)
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    hold_both(by.user, user, Permission.PLACE_USER_WRITE)
    if user.is_active == active:
        raise AccountRefusedError("no_change")
    kind = RequestKind.RESUME if active else RequestKind.SUSPEND
    if is_sensitive(user, clock.today()) and (active or not by.approves):
        return Done(_ask(by, kind, place, user, reason=reason))
    _set_active(by.actor, place, user, active, reason)
    return Done()


@transaction_required
def suspend(*, actor: Actor, place: School | OrgUnit | None, user: User, reason: str) -> None:
    """The clock suspends an account that nobody reviewed or used; a person lets it in again with `set_active`."""
    _set_active(actor, place, user, False, reason)


@transaction_required
def end_now(*, actor: Actor, membership: Membership, reason: str) -> None:
    """A role is over since yesterday, or was never held if it began today; what it opened closes with it."""
    last_day = max(membership.valid_from, clock.today() - dt.timedelta(days=1))
    end_membership(actor=actor, membership=membership, last_day=last_day, reason=reason)
    if membership.valid_from >= clock.today():
        end_sessions(membership.user)


@transaction_required
def reset_factors(*, user: User, actor: Actor, reason: str) -> None:
    """Take every second factor and the password away and end all sessions; `decide` and the operator come here.

    The way back is the new link alone: whoever found the telephone may know the password too, and would enrol a factor
    of their own before the owner does.
    """
    drop_all(user=user, actor=actor, reason=reason)
    if user.has_usable_password():
        take_away_password(user)
        audit.record(actor, "accounts:user:take_password", school_id=None, subject=("user", user.pk), reason=reason)
    end_sessions(user)


@transaction_required
def decide(*, by: Manager, request: AccountRequest, approve: bool, reason: str = "") -> Done:
    """Agree to what another person asked for, or refuse it with a reason.

    Raises AccountRefusedError `already_decided`, `same_person`, `own_account`, `needs_approver`, `reason_missing`,
    `right_lost`, and what the act itself refuses: then the request stays open.
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
    hold_both(by.user, row.user, Permission.PLACE_USER_WRITE)
    row.decision = (Decision.APPROVED if approve else Decision.REFUSED).value
    row.decided_by, row.decided_at, row.decision_reason = by.user, clock.now(), tidy(reason)
    row.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    audit.record(
        by.actor, f"accounts:request:{'approve' if approve else 'refuse'}", school_id=_chain(row),
        subject=("user", row.user_id), params={"kind": row.kind, "role": row.role, "by": row.proposed_by_id},
        reason=reason,
    )  # fmt: skip
    return _carry_out(by, row) if approve else Done()


def _carry_out(by: Manager, row: AccountRequest) -> Done:
    place, user, kind = row.school or row.unit, row.user, RequestKind(row.kind)
    if place is None:
        raise AccountRefusedError("wrong_place", role=row.role)
    if kind is RequestKind.GRANT:
        span = Span(Role(row.role), row.valid_from or clock.today(), row.valid_to)
        _check_span(place, user, span)
        give_membership(actor=by.actor, place=place, user=user, span=span)
        # A link opens the account everywhere: not ours to hand out for somebody who also works elsewhere.
        fresh = not user.was_begun and user.is_active and not other_places(user, by.scope, by.units)
        return Done(token=new_activation(actor=by.actor, user=user) if fresh else "")
    if kind is RequestKind.END and row.membership is not None and row.valid_to is not None:
        last = row.membership.valid_to
        if last is not None and last < row.valid_to:  # ended earlier meanwhile
            raise AccountRefusedError("ends_earlier", day=last)
        last_day = max(row.valid_to, row.membership.valid_from)
        end_membership(actor=by.actor, membership=row.membership, last_day=last_day, reason=row.reason)
        return Done()
    if other_places(user, by.scope, by.units):  # as when it was asked for: the account is no longer theirs alone
        raise AccountRefusedError("has_other_places")
    if kind is RequestKind.LOST_FACTOR:
        reset_factors(user=user, actor=by.actor, reason=row.reason)
    if kind in {RequestKind.LINK, RequestKind.LOST_FACTOR}:
        return Done(token=new_activation(actor=by.actor, user=user))
    _set_active(by.actor, place, user, kind is RequestKind.RESUME, row.reason)
    return Done()


def _ask(
    by: Manager,
    kind: RequestKind,
    place: School | OrgUnit,
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
        kind=kind.value, user=user, **_at(place), role=role, valid_from=span.valid_from if span else None,
        valid_to=span.valid_to if span else None, membership=membership, reason=tidy(reason), proposed_by=by.user,
        proposed_at=clock.now(), proposer_approves=by.approves,
    )  # fmt: skip
    audit.record(
        by.actor, "accounts:request:propose", school_id=chain_of(place), subject=("user", user.pk),
        params={"kind": kind.value, "role": role}, reason=reason,
    )  # fmt: skip
    return row


def _check_span(place: School | OrgUnit, user: User, span: Span) -> None:
    """The dates make sense, the role is not held yet in that time, and it fits with what the person is there."""
    if span.valid_to is not None and span.valid_to < span.valid_from:
        raise AccountRefusedError("bad_dates")
    held = Membership.objects.filter(user=user, **_at(place))
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=span.valid_from))
    if span.valid_to is not None:
        held = held.filter(valid_from__lte=span.valid_to)
    asked = AccountRequest.objects.filter(user=user, **_at(place), kind=RequestKind.GRANT.value, decision="")
    for role in [*held.values_list("role", flat=True), *asked.values_list("role", flat=True)]:
        if role == span.role.value and held.filter(role=role).exists():
            raise AccountRefusedError("role_here", role=span.role)
        if frozenset({Role(role), span.role}) in CONFLICTS:
            raise AccountRefusedError("roles_conflict", role=span.role, other=Role(role))


def _check_own(by: Manager, user: User) -> None:
    """Not oneself, and nobody who also works where the manager has no say: their account is not the manager's."""
    if user.pk == by.user.pk:
        raise AccountRefusedError("own_account")
    if other_places(user, by.scope, by.units):
        raise AccountRefusedError("has_other_places")


def chain_of(place: School | OrgUnit) -> int:
    """The audit chain of a school or unit."""
    return place.pk if isinstance(place, School) else of_unit(place.pk)


def _at(place: School | OrgUnit) -> dict[str, School | OrgUnit | None]:
    """The columns of a place in a table of both kinds."""
    return {"school": place, "unit": None} if isinstance(place, School) else {"school": None, "unit": place}


def _is_first(place: School | OrgUnit, role: Role) -> bool:
    """Whether nobody at the place could give this role, because nobody holds it who gives roles there."""
    if role is not (Role.PRINCIPAL if isinstance(place, School) else Role.OFFICE):
        return False
    held = Membership.objects.filter(**_at(place), role=role.value)
    return not held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())).exists()


def _has_successor(membership: Membership, last_day: dt.date) -> bool:
    """Whether somebody else answers for the place from the day after; of other roles there need be nobody."""
    if membership.role not in {Role.PRINCIPAL.value, Role.OFFICE.value}:
        return True
    after = last_day + dt.timedelta(days=1)
    all_of_them = Membership.objects.filter(role=membership.role, school=membership.school, unit=membership.unit)
    list(all_of_them.select_for_update(no_key=True).order_by("pk"))  # each of two may count on the other to stay
    rows = all_of_them.filter(user__is_active=True, valid_from__lte=after)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=after)).exclude(user=membership.user_id).exists()


def _renew_password(actor: Actor, user: User, role: Role) -> None:
    """Who comes to money or rights for the first time changes the password: the old one was kept with less at stake.
    So does who had left and comes back: nobody looked after it meanwhile (change on evidence, in both profiles)."""
    if not user.has_usable_password() or user.password_changed_at is None or user.change_required:
        return
    rows = Membership.objects.filter(user=user)
    held = rows.filter(role__in=[one.value for one in SENSITIVE_ROLES]).exists()
    stays = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())).exists()
    if role in SENSITIVE_ROLES and not held:
        require_change(user=user, reason="role", actor=actor)
    elif not stays and rows.exists():
        require_change(user=user, reason="departure", actor=actor)


@transaction_required
def give_membership(*, actor: Actor, place: School | OrgUnit, user: User, span: Span) -> Membership:
    """Write a role that was decided on elsewhere: by a person here, by the roll for families."""
    _renew_password(actor, user, span.role)
    membership, made = Membership.objects.get_or_create(
        user=user, role=span.role.value, **_at(place), valid_from=span.valid_from,
        defaults={"valid_to": span.valid_to},
    )  # fmt: skip
    if not made:  # given and ended on its first day before
        membership.valid_to = span.valid_to
        membership.save(update_fields=["valid_to"])
    params = {"role": span.role.value, "from": span.valid_from.isoformat()}
    params["to"] = span.valid_to.isoformat() if span.valid_to else ""
    audit.record(
        actor, "accounts:membership:grant", school_id=chain_of(place), subject=("user", user.pk), params=params
    )
    return membership


@transaction_required
def end_membership(*, actor: Actor, membership: Membership, last_day: dt.date, reason: str) -> None:
    """Write the last day of a role that was decided on elsewhere."""
    Membership.objects.filter(pk=membership.pk).update(valid_to=last_day)
    membership.valid_to = last_day
    params = {"role": membership.role, "to": last_day.isoformat()}
    audit.record(
        actor, "accounts:membership:end", school_id=_chain(membership), subject=("user", membership.user_id),
        params=params, reason=reason,
    )  # fmt: skip


def _chain(row: AccountRequest | Membership) -> int | None:
    """The chain of the place a row names; the installation's for an operator."""
    return row.school_id if row.unit_id is None else of_unit(row.unit_id)


def _set_active(actor: Actor, place: School | OrgUnit | None, user: User, active: bool, reason: str) -> None:
    changes = {"is_active": True, "resumed_at": clock.now()} if active else {"is_active": False}
    User.objects.filter(pk=user.pk).update(**changes)
    user.is_active = active
    if not active:
        end_sessions(user)
        ActivationLink.objects.filter(user=user, used_at=None).update(expires_at=clock.now())
    verb = "resume" if active else "suspend"
    # The account is the person's at every place: all of them read it (ADR 0010), not only where it was done.
    audit.record(
        actor, f"accounts:user:{verb}", school_id=None, subject=("user", user.pk), reason=reason,
        params={"at": place.code} if place else {},
    )  # fmt: skip
