"""What the clock does for account hygiene. Each piece works account by account and may be repeated."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable
from typing import TypeVar

from truongso.accounts.hygiene import idle, operator_reviews, owners, reviews, unit_reviews
from truongso.accounts.hygiene.models import HygieneSweep, Review, ReviewRound
from truongso.accounts.hygiene.types import REMIND_ON
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction

log = logging.getLogger("truongso.accounts")
_AT_ONCE = 50
R = TypeVar("R")


def run_reviews() -> int:
    """Open the units' campaigns at their schools, remind, and end what is over; how much was done."""
    done = 0
    of_units = ReviewRound.objects.filter(unit__isnull=False)
    for of_round in of_units.filter(due_on__gte=clock.today()).select_related("unit", "started_by"):
        for school in reviews.schools_to_open(of_round)[:_AT_ONCE]:
            done += _each(functools.partial(reviews.open_of_round, of_round, school)) is not None
        done += bool(_each(functools.partial(unit_reviews.remind, of_round)))
    for of_round in ReviewRound.objects.filter(closed_at=None, due_on__lt=clock.today()):
        expire = operator_reviews.expire if of_round.unit_id is None else unit_reviews.expire
        done += _each(functools.partial(expire, of_round)) is not None
    running = Review.objects.across_schools("the clock asks for every school").filter(closed_at=None)
    for review in list(running.filter(due_on__lt=clock.today()).select_related("school")):
        done += _each(functools.partial(reviews.expire, review)) is not None
    young = clock.now() - dt.timedelta(days=max(REMIND_ON) + 7)
    for review in list(running.filter(reminded__lt=len(REMIND_ON), started_at__gte=young).select_related("school")):
        done += bool(_each(functools.partial(reviews.remind, review)))
    return done


def sweep_idle() -> int:
    """Once a day: warn owners of long unused accounts and suspend those that stayed unused, and remind schools whose
    next review is due; how many accounts were warned or suspended."""
    row = HygieneSweep.objects.first()
    if row is not None and row.done_on >= clock.today():
        return 0
    looks = [_each(functools.partial(idle.look_at, user_id)) for user_id in idle.quiet_users()]
    for school in reviews.schools_with_reviewers():
        _each(functools.partial(reviews.remind_of_cycle, school))
    HygieneSweep.objects.update_or_create(pk=row.pk if row else 1, defaults={"done_on": clock.today()})
    return sum(look in {"warned", "suspended"} for look in looks)


def sign_leavers_out() -> int:
    """End sessions of people whose last role has ended; how many people."""
    return sum(
        _each(functools.partial(idle.sign_leaver_out, user_id)) is not None for user_id in idle.leavers_signed_in()
    )


def close_left_behind() -> int:
    """Shared accounts whose owner has left open to nobody until another owner is named; how many."""
    return sum(bool(_each(functools.partial(owners.close_left_behind, user_id))) for user_id in owners.left_behind())


def _each(act: Callable[[], R]) -> R | None:
    """One piece in a transaction of its own; one that fails keeps no other from being done."""

    def whole() -> R:
        with transaction():
            return act()

    try:
        return retrying(whole)
    except Exception:
        log.exception("a piece of account hygiene was not done")
        return None


TICKS: dict[str, Callable[[], int]] = {
    "accounts.run_reviews": run_reviews,
    "accounts.sweep_idle": sweep_idle,
    "accounts.sign_leavers_out": sign_leavers_out,
    "accounts.close_left_behind": close_left_behind,
}
