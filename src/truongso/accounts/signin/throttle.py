"""Slowing down guesses without handing anybody a way to lock the owner out.

Tries are counted for an account name together with where they come from, so failures elsewhere never delay the
owner. A browser the owner has signed in from is counted apart from all strangers, also those behind the same
address. Waiting grows from 15 seconds to at most 15 minutes and a success ends it: nothing is ever locked for good.

Two further bounds hold for strange browsers alone: failures from one address over all names (lists of leaked
passwords, A32), and failures on one name from all addresses (at most 100 in an hour; NIST SP 800-63B allows 100 in
a row). Unknown names are counted like known ones: the answers teach nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from truongso.accounts.signin.models import TryCount
from truongso.kernel import clock, limits
from truongso.kernel.db import transaction_required
from truongso.kernel.limits import Limit

FREE_TRIES = 5
FIRST_WAIT = 15
LONGEST_WAIT = 15 * 60
FORGOTTEN_AFTER = dt.timedelta(hours=24)
# One school's staff may share one address: the bound stops lists, not a morning of mistyped passwords.
SOURCE = Limit("sign_in_source", most=100, seconds=15 * 60)
ACCOUNT = Limit("sign_in_account", most=100, seconds=3600)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a name. `device` is the known browser's id, None for a stranger."""

    name: str
    source: str
    device: str | None

    @property
    def key(self) -> str:
        return key_of("password", self.name, self.device or "", "" if self.device else self.source)


def source_of(request: HttpRequest) -> str:
    """Where tries are counted: the address, or the /64 network of an IPv6 client, which owns all of it."""
    return limits.counted_as(limits.client_of(request))


def key_of(*parts: object) -> str:
    """A keyed hash of what is counted."""
    text = "\x1f".join(str(part) for part in parts)
    return salted_hmac("truongso.accounts.throttle", text, algorithm="sha256").hexdigest()


def wait_after(tries: int) -> int:
    """Seconds until the next try after so many in a row: none up to five, then 15, 30, 60 … at most 900."""
    if tries < FREE_TRIES:
        return 0
    return min(LONGEST_WAIT, FIRST_WAIT << min(tries - FREE_TRIES, 16))


def bound_reached(attempt: Attempt) -> int:
    """Seconds to wait because of the bounds on strangers; 0 when none is reached or the browser is known."""
    if attempt.device is not None:
        return 0
    for limit, whose in ((SOURCE, attempt.source), (ACCOUNT, attempt.name)):
        if limits.is_spent(limit, whose):
            return limits.seconds_left(limit)
    return 0


def count_failure(attempt: Attempt) -> None:
    """A stranger's failure goes to the bounds; a known browser's does not."""
    if attempt.device is None:
        limits.count(SOURCE, attempt.source)
        limits.count(ACCOUNT, attempt.name)


@transaction_required
def take(key: str) -> int:
    """Take one try: 0 when it may be made (it is counted already), else the seconds to wait.

    Counting comes before checking, under a row lock: tries sent at once are not free.
    """
    now = clock.now()
    TryCount.objects.bulk_create([TryCount(key=key, free_at=now, touched_at=now)], ignore_conflicts=True)
    row = TryCount.objects.select_for_update().get(pk=key)
    if row.free_at > now:
        return max(1, round((row.free_at - now).total_seconds()))
    tries = 1 if row.touched_at < now - FORGOTTEN_AFTER else row.tries + 1
    free_at = now + dt.timedelta(seconds=wait_after(tries))
    TryCount.objects.filter(pk=key).update(tries=tries, free_at=free_at, touched_at=now)
    return 0


def forget(key: str) -> None:
    """A success ends the waiting."""
    TryCount.objects.filter(pk=key).delete()


def forget_old() -> int:
    """Delete what has been quiet for a day; how many."""
    return TryCount.objects.filter(touched_at__lt=clock.now() - FORGOTTEN_AFTER).delete()[0]
