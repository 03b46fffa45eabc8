"""Campaigns over the accounts of operators, who belong to no school and no unit (R19).

Any operator opens one; each account is decided by another operator, nobody decides the own one, and one of them signs.
Where there is one operator alone, whoever he or she works for signs the printed list: the account stays as `spared`,
and who signed, when and where the paper lies is kept with the result. What nobody reviewed within the term is
suspended, but for the last who can get in.
"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from truongso.accounts.hygiene.inventory import accounts_of_operators, in_force
from truongso.accounts.hygiene.models import ReviewRound, UnitReviewItem
from truongso.accounts.hygiene.types import REVIEW_TERM, AccountClass, AccountState, ReviewDecision
from truongso.accounts.hygiene.unit_reviews import digest_of
from truongso.accounts.models import Membership, User
from truongso.accounts.staffing import services as staffing
from truongso.accounts.staffing.holding import hold_both
from truongso.accounts.types import AccountRefusedError, Permission, Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import insert_many
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy

CLOCK = Actor.system("account-reviews")


def campaigns() -> list[ReviewRound]:
    """All campaigns of operators, latest first; one query."""
    rows = ReviewRound.objects.filter(unit=None).select_related("started_by", "signed_by")
    return list(rows.order_by("-started_at", "-pk"))


@transaction_required
def open_campaign(*, by: User, actor: Actor) -> ReviewRound:
    """Start a campaign over all operators. Raises AccountRefusedError `review_open` (day)."""
    running = ReviewRound.objects.select_for_update().filter(unit=None, closed_at=None).first()
    if running is not None:
        raise AccountRefusedError("review_open", day=running.due_on)
    row: ReviewRound = ReviewRound.objects.create(
        unit=None, classes=[AccountClass.STAFF.value], started_by=by, started_at=clock.now(),
        due_on=clock.today() + REVIEW_TERM,
    )  # fmt: skip
    left = {AccountState.LEFT, AccountState.SUSPENDED}
    items = [
        UnitReviewItem(
            round=row, unit=None, user=one.user, account_class=one.account_class.value, roles=Role.OPERATOR.value,
            last_used_at=one.used_at,
        )
        for one in accounts_of_operators()
        if one.state not in left
    ]  # fmt: skip
    insert_many(items)
    _record(actor, row, "open", {"users": len(items)})
    return row


@transaction_required
def confirm(*, by: User, actor: Actor, row: ReviewRound, item_ids: Collection[int]) -> int:
    """Accounts of others stay as they are; how many. Raises AccountRefusedError `review_closed` (day)."""
    held = _running(row)
    items = UnitReviewItem.objects.filter(round=held, pk__in=list(item_ids), decision="").exclude(user=by)
    users = list(items.values_list("user_id", flat=True))
    items.update(decision=ReviewDecision.CONFIRMED.value, decided_by=by, decided_at=clock.now())
    if users:
        _record(actor, held, "confirm", {"users": users})
    return len(users)


@transaction_required
def disable(*, by: User, actor: Actor, row: ReviewRound, item_id: int, reason: str) -> None:
    """Suspend another operator's account at once; whoever also works elsewhere keeps the account and loses the role.

    Raises AccountRefusedError `review_closed` (day), `already_reviewed`, `own_account`, `reason_missing`, `right_lost`.
    """
    held = _running(row)
    item = UnitReviewItem.objects.select_related("user").filter(round=held, pk=item_id).first()
    if item is None or item.decision not in {"", ReviewDecision.CONFIRMED.value}:
        raise AccountRefusedError("already_reviewed")
    if item.user_id == by.pk:
        raise AccountRefusedError("own_account")
    if not reason.strip():
        raise AccountRefusedError("reason_missing")
    hold_both(by, item.user, Permission.OPERATOR_ACCOUNT_REVIEW)
    _take_away(item.user, actor, tidy(reason)[:300])
    item.decision, item.decided_by, item.decided_at = ReviewDecision.DISABLED.value, by, clock.now()
    item.reason = tidy(reason)[:300]
    item.save(update_fields=["decision", "decided_by", "decided_at", "reason"])
    _record(actor, held, "disabled", {"users": [item.user_id]}, reason)


@transaction_required
def sign(*, by: User, actor: Actor, row: ReviewRound, paper: str = "") -> ReviewRound:
    """One operator signs what others decided on each account; from then on nothing changes.

    `paper`: who signed the printed list, when and where it lies. It stands in for the second operator where the signer
    is the only one, and for nobody else. Raises AccountRefusedError `review_signed` (at), `review_waits` (count),
    `reason_missing` (the only operator, without a paper).
    """
    held = ReviewRound.objects.select_for_update().get(pk=row.pk)
    if held.signed_at is not None:
        raise AccountRefusedError("review_signed", at=held.signed_at)
    waiting = UnitReviewItem.objects.filter(round=held, decision="")
    is_alone = not others_than(by).exists()
    if waiting.exclude(user=by).exists() or (waiting.exists() and not is_alone):
        raise AccountRefusedError("review_waits", count=waiting.count())
    if is_alone and not paper.strip():
        raise AccountRefusedError("reason_missing")
    now = clock.now()
    waiting.update(decision=ReviewDecision.SPARED.value, decided_at=now)
    held.closed_at = held.closed_at or now
    held.signed_by, held.signed_at, held.note = by, now, tidy(paper)[:300]
    held.digest = digest_of(held)
    held.save(update_fields=["closed_at", "signed_by", "signed_at", "note", "digest"])
    _record(actor, held, "sign", {"digest": held.digest}, held.note)
    return held


@transaction_required
def expire(row: ReviewRound) -> int:
    """The term is over: suspend whom nobody reviewed, but for the last operator; how many."""
    held = ReviewRound.objects.select_for_update().get(pk=row.pk)
    if held.closed_at is not None or held.due_on >= clock.today():
        return 0
    suspended = 0
    for item in UnitReviewItem.objects.filter(round=held, decision="").select_related("user").order_by("pk"):
        is_last = not others_than(item.user).exists()
        item.decision = (ReviewDecision.SPARED if is_last else ReviewDecision.EXPIRED).value
        if not is_last:
            _take_away(item.user, CLOCK, _("Quá hạn rà soát tài khoản"))
        item.decided_at = clock.now()
        item.save(update_fields=["decision", "decided_at"])
        suspended += not is_last
    held.closed_at = clock.now()
    held.save(update_fields=["closed_at"])
    _record(CLOCK, held, "expire", {"suspended": suspended})
    return suspended


def others_than(user: User) -> QuerySet[Membership]:
    """Other operators who can sign in today."""
    rows = Membership.objects.filter(in_force(clock.today()), role=Role.OPERATOR.value, user__is_active=True)
    able = ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(user__second_factor_since__isnull=False)
    return rows.filter(able).exclude(user=user)


def _take_away(user: User, actor: Actor, reason: str) -> None:
    today = in_force(clock.today())
    if Membership.objects.filter(today, user=user).exclude(role=Role.OPERATOR.value).exists():
        for role in Membership.objects.filter(today, user=user, role=Role.OPERATOR.value):
            staffing.end_now(actor=actor, membership=role, reason=reason)
    else:
        staffing.suspend(actor=actor, place=None, user=user, reason=reason)


def _running(row: ReviewRound) -> ReviewRound:
    held = ReviewRound.objects.select_for_update().get(pk=row.pk)
    if held.closed_at is not None or held.due_on < clock.today():
        raise AccountRefusedError("review_closed", day=held.due_on)
    return held


def _record(actor: Actor, row: ReviewRound, act: str, params: dict[str, object], reason: str = "") -> None:
    audit.record(
        actor, f"accounts:review:{act}", school_id=None, subject=("review", row.public_id), params=params, reason=reason
    )
