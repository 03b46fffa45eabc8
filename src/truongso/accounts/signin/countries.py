"""From which countries a person signs in. A new one is evidence that somebody else may have the password.

The first country is learnt. From a new one an account with a password alone has to change it before anything else;
where a second factor was asked for, its owner is told and may attest it. Addresses of no public network never count.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from truongso.accounts.credential_notices import tell_of_change
from truongso.accounts.models import User
from truongso.accounts.policy.services import require_change
from truongso.accounts.signin import events
from truongso.accounts.signin.country_file import country_of
from truongso.accounts.signin.models import SignInCountry
from truongso.accounts.signin.types import EventKind
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.limits import client_of

REASON = "country"
_JUST_SET = dt.timedelta(minutes=5)
"""A password that its owner has chosen by a link a moment ago is not changed again."""


def is_strange(request: HttpRequest, user: User) -> bool:
    """Whether the person has never signed in from the country the request comes from, but from another; ≤ 1 query."""
    code = country_of(client_of(request))
    known = set(SignInCountry.objects.filter(user=user).values_list("country", flat=True)) if code else set()
    return bool(known) and code not in known


def arrived(request: HttpRequest, user: User) -> str:
    """A whole sign-in: its country is kept. The two letters of a new one, which is written down, told to the owner and
    asks for a new password where there is nothing else; "" otherwise. Call it outside of transactions."""
    code = country_of(client_of(request))
    if not code:
        return ""
    with transaction():
        is_new = _kept(user, code)
        if is_new:
            clerk = Actor.system("sign-in", "web")
            if _rests_on_the_password(user):
                require_change(user=user, reason=REASON, actor=clerk)
            tell_of_change(user, REASON, clerk)
    if is_new:
        events.note(EventKind.COUNTRY, user=user, method=code)
    return code if is_new else ""


def unattested(user: User) -> list[SignInCountry]:
    """New countries of the person that nobody has said to be right, latest first; one query."""
    return list(SignInCountry.objects.filter(user=user, attested_at=None).order_by("-first_at", "pk"))


@transaction_required
def attest(*, user: User, country: str, actor: Actor) -> bool:
    """The owner says: that was me. False when there is nothing to say it of."""
    rows = SignInCountry.objects.filter(user=user, country=country, attested_at=None)
    if not rows.update(attested_at=clock.now()):
        return False
    audit.record(
        actor, "accounts:user:attest_country", school_id=None, subject=("user", user.pk), params={"country": country}
    )
    return True


@transaction_required
def attest_all(*, user: User, actor: Actor) -> None:
    """A changed password answers for every country so far."""
    for one in unattested(user):
        attest(user=user, country=one.country, actor=actor)


def forget_countries(before: dt.datetime, most: int) -> int:
    """Delete a part of what was not seen since; how many. The latest of each person stays: without it the next
    stranger's country would be learnt as the first."""
    later = SignInCountry.objects.filter(user_id=OuterRef("user_id"), last_at__gt=OuterRef("last_at"))
    old = SignInCountry.objects.filter(Exists(later), last_at__lt=before).order_by("last_at")
    return int(SignInCountry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0])


def _kept(user: User, code: str) -> bool:
    """Whether the country is new beside others."""
    now = clock.now()
    if SignInCountry.objects.filter(user=user, country=code).update(last_at=now):
        return False
    is_first = not SignInCountry.objects.filter(user=user).exists()
    row = SignInCountry(user=user, country=code, first_at=now, last_at=now, attested_at=now if is_first else None)
    made = SignInCountry.objects.bulk_create([row], ignore_conflicts=True)
    return bool(made) and not is_first


def _rests_on_the_password(user: User) -> bool:
    changed = user.password_changed_at
    is_fresh = changed is not None and clock.now() - changed < _JUST_SET
    return user.second_factor_since is None and user.has_usable_password() and not user.change_required and not is_fresh
