"""The part of a unit's campaign that is about its own people and those of the units below (R19).

Schools review their own; officers belong to no school. The unit's office decides account by account, nobody on their
own; an office of the unit signs. What nobody reviewed within the term is suspended, but for the last one who can let
others in again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Collection

from django.utils.translation import gettext as _

from truongso.accounts.credential_letters import remind_of_review
from truongso.accounts.hygiene import owners
from truongso.accounts.hygiene.inventory import accounts_of
from truongso.accounts.hygiene.keepers import last_kept_role
from truongso.accounts.hygiene.models import ReviewRound, UnitReviewItem
from truongso.accounts.hygiene.notices import PAGE
from truongso.accounts.hygiene.review_queries import Tally
from truongso.accounts.hygiene.types import REMIND_ON, AccountState, ReviewDecision
from truongso.accounts.models import User
from truongso.accounts.queries import holders_of
from truongso.accounts.staffing import services as staffing
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.staffing.queries import other_places
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import AccountRefusedError, Decision, RequestKind, Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import insert_many
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.scope import of_unit
from truongso.organizations.public import schools_under, units_under

CLOCK = Actor.system("account-reviews")
_REVIEWED_STATES = frozenset(AccountState) - {AccountState.LEFT, AccountState.SUSPENDED}


@transaction_required
def include_own(of_round: ReviewRound) -> int:
    """Put the accounts of the unit and of those below, of the campaign's classes, into a campaign just opened; returns
    how many. Whoever works at several of the units stands in it once, with the topmost."""
    found: dict[int, UnitReviewItem] = {}
    for unit in units_under(of_round.the_unit, clock.today()):
        for one in accounts_of(unit):
            if one.account_class.value in of_round.classes and one.state in _REVIEWED_STATES:
                item = UnitReviewItem(
                    round=of_round, unit=unit, user=one.user, account_class=one.account_class.value,
                    roles=",".join(sorted(role.value for role in one.roles)), last_used_at=one.used_at,
                )  # fmt: skip
                found.setdefault(one.user.pk, item)
    insert_many(found.values())
    remind(of_round)
    return len(found)


def items_of(of_round: ReviewRound) -> list[UnitReviewItem]:
    """The accounts of the unit's own part: those that wait first, then by name; one query."""
    rows = UnitReviewItem.objects.filter(round=of_round).select_related("user__shared__owner", "unit", "decided_by")
    return sorted(rows, key=lambda one: (one.decision != "", one.user.full_name, one.pk))


def tally_of(items: Collection[UnitReviewItem]) -> Tally:
    """Decisions of the unit's own part, counted."""
    return Tally(dict(Counter(one.decision for one in items)))


@transaction_required
def confirm(*, by: Manager, of_round: ReviewRound, item_ids: Collection[int]) -> int:
    """The accounts stay as they are; how many. One's own, and those decided already, are left alone.

    Raises AccountRefusedError `review_closed` (day).
    """
    row = _open(of_round)
    items = UnitReviewItem.objects.filter(round=row, pk__in=list(item_ids), decision="").exclude(user=by.user)
    users = list(items.values_list("user_id", flat=True))
    items.update(decision=ReviewDecision.CONFIRMED.value, decided_by=by.user, decided_at=clock.now())
    if users:
        _record(by.actor, row, "confirm", {"users": users})
    return len(users)


@transaction_required
def disable(*, by: Manager, of_round: ReviewRound, item_id: int, reason: str) -> bool:
    """Suspend the account; True when it waits for a second person.

    Raises AccountRefusedError `review_closed` (day), `already_reviewed`, `last_keeper` (role), and those of
    `staffing.services.set_active`.
    """
    row = _open(of_round)
    item = UnitReviewItem.objects.select_related("user", "unit").filter(round=row, pk=item_id).first()
    if item is None or item.decision not in {"", ReviewDecision.CONFIRMED.value}:
        raise AccountRefusedError("already_reviewed")
    role = last_kept_role(item.user)
    if role is not None:
        raise AccountRefusedError("last_keeper", role=role)
    done = staffing.set_active(by=by, place=item.the_unit, user=item.user, active=False, reason=reason)
    item.decision, item.decided_by, item.decided_at = ReviewDecision.DISABLED.value, by.user, clock.now()
    item.reason, item.waits = tidy(reason)[:300], done.waits
    item.save(update_fields=["decision", "decided_by", "decided_at", "reason", "waits"])
    _record(by.actor, row, "disabled", {"users": [item.user_id], "waits": done.waits}, reason)
    return done.waits


@transaction_required
def change_owner(*, by: Manager, of_round: ReviewRound, item_id: int, owner: User, reason: str) -> None:
    """Hand a shared account of the unit over.

    Raises AccountRefusedError `review_closed` (day), `already_reviewed`, and those of `owners.set_owner`.
    """
    row = _open(of_round)
    item = UnitReviewItem.objects.select_related("user", "unit").filter(round=row, pk=item_id).first()
    if item is None or item.decision not in {"", ReviewDecision.CONFIRMED.value}:
        raise AccountRefusedError("already_reviewed")
    owners.set_owner(by=by, place=item.the_unit, user=item.user, owner=owner, reason=reason)
    item.decision, item.decided_by, item.decided_at = ReviewDecision.OWNER_CHANGED.value, by.user, clock.now()
    item.reason = tidy(reason)[:300]
    item.save(update_fields=["decision", "decided_by", "decided_at", "reason"])
    _record(by.actor, row, "owner_changed", {"users": [item.user_id]}, reason)


@transaction_required
def sign(*, by: User, actor: Actor, of_round: ReviewRound, note: str = "") -> ReviewRound:
    """The unit signs its own part; from then on nothing of it changes.

    Raises AccountRefusedError `review_signed` (at), `review_waits` (count).
    """
    row = ReviewRound.objects.select_for_update().get(pk=of_round.pk)
    if row.signed_at is not None:
        raise AccountRefusedError("review_signed", at=row.signed_at)
    _keep_refused(row)
    waiting = UnitReviewItem.objects.filter(round=row, decision="").count() + len(_undecided_suspensions(row))
    if waiting:
        raise AccountRefusedError("review_waits", count=waiting)
    row.closed_at = row.closed_at or clock.now()
    row.signed_by, row.signed_at, row.note = by, clock.now(), tidy(note)[:300]
    row.digest = digest_of(row)
    row.save(update_fields=["closed_at", "signed_by", "signed_at", "note", "digest"])
    _record(actor, row, "sign", {"digest": row.digest}, row.note)
    return row


@transaction_required
def expire(of_round: ReviewRound) -> int:
    """The term is over: suspend what nobody reviewed and close the unit's part; how many were suspended."""
    row = ReviewRound.objects.select_for_update().get(pk=of_round.pk)
    if row.closed_at is not None or row.due_on >= clock.today():
        return 0
    _keep_refused(row)
    suspended = 0
    waiting = list(UnitReviewItem.objects.filter(round=row, decision="").select_related("user", "unit"))
    for item in sorted(waiting, key=lambda one: (one.user.last_login is not None, str(one.user.last_login), one.pk)):
        outcome = _outcome(row, item)
        item.decision, item.decided_at = outcome.value, clock.now()
        item.save(update_fields=["decision", "decided_at"])
        suspended += outcome is ReviewDecision.EXPIRED
    # Somebody wanted these suspended and no second person said anything: the term is over for them too.
    suspended += sum(_outcome(row, item) is ReviewDecision.EXPIRED for item in _undecided_suspensions(row))
    row.closed_at = clock.now()
    row.save(update_fields=["closed_at"])
    _record(CLOCK, row, "expire", {"suspended": suspended})
    return suspended


@transaction_required
def remind(of_round: ReviewRound) -> int:
    """Write to the unit's office what waits, once for each day of `REMIND_ON` that has come; how many letters."""
    start = clock.school_date(of_round.started_at)
    due = sum(1 for day in REMIND_ON if clock.today() >= start + dt.timedelta(days=day))
    waiting = UnitReviewItem.objects.filter(round=of_round, decision="").count()
    if of_round.closed_at is not None or of_round.due_on < clock.today() or not waiting:
        return 0
    offices = {one.user_id for one in holders_of([Role.OFFICE], clock.today(), unit_ids=[of_round.the_unit.pk])}
    return sum(
        remind_of_review(
            user, key=f"{of_round.public_id}:{due}", waiting=waiting, due=of_round.due_on,
            page=f"{PAGE}/dot/{of_round.public_id}", actor=CLOCK,
        )
        for user in User.objects.filter(pk__in=offices).order_by("pk")
    )  # fmt: skip


def digest_of(of_round: ReviewRound) -> str:
    """sha256 over what was decided on each account, who signed and when."""
    items = UnitReviewItem.objects.filter(round=of_round).order_by("pk")
    rows = [
        [i.user_id, i.account_class, i.roles, i.decision, i.decided_by_id, _at(i.decided_at), i.reason] for i in items
    ]
    head = [of_round.public_id, of_round.unit_id, of_round.signed_by_id, _at(of_round.signed_at), of_round.note]
    return hashlib.sha256(json.dumps([head, rows], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _at(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds") if moment else ""


def _outcome(of_round: ReviewRound, item: UnitReviewItem) -> ReviewDecision:
    if not item.user.is_active:
        return ReviewDecision.EXPIRED
    units = [one.pk for one in units_under(of_round.the_unit, clock.today())]
    if other_places(item.user, [one.pk for one in schools_under(of_round.the_unit, clock.today())], units):
        return ReviewDecision.ELSEWHERE
    if last_kept_role(item.user) is not None:
        return ReviewDecision.SPARED
    staffing.suspend(actor=CLOCK, place=item.the_unit, user=item.user, reason=_("Quá hạn rà soát tài khoản"))
    return ReviewDecision.EXPIRED


def _undecided_suspensions(of_round: ReviewRound) -> list[UnitReviewItem]:
    """Accounts that one person wanted suspended and on which the second person has not decided."""
    asked = AccountRequest.objects.filter(unit__isnull=False, kind=RequestKind.SUSPEND.value, decision="")
    rows = UnitReviewItem.objects.filter(round=of_round, waits=True, user__is_active=True)
    return list(rows.filter(user_id__in=asked.values("user_id")).select_related("user", "unit"))


def _keep_refused(of_round: ReviewRound) -> None:
    """Accounts whose suspension the second person refused stay as they are, on that person's word."""
    rows = UnitReviewItem.objects.filter(
        round=of_round, waits=True, decision=ReviewDecision.DISABLED.value, user__is_active=True
    )
    for item in rows:
        asked = AccountRequest.objects.filter(
            unit=item.unit_id, user=item.user_id, kind=RequestKind.SUSPEND.value, proposed_at__gte=of_round.started_at
        )
        last = asked.order_by("-pk").first()
        if last is not None and last.decision == Decision.REFUSED.value:
            item.decision, item.decided_by, item.decided_at = (
                ReviewDecision.CONFIRMED.value, last.decided_by, last.decided_at,
            )  # fmt: skip
            item.save(update_fields=["decision", "decided_by", "decided_at"])


def _open(of_round: ReviewRound) -> ReviewRound:
    row = ReviewRound.objects.select_for_update().get(pk=of_round.pk)
    if row.closed_at is not None or row.due_on < clock.today():
        raise AccountRefusedError("review_closed", day=row.due_on)
    return row


def _record(actor: Actor, of_round: ReviewRound, act: str, params: dict[str, object], reason: str = "") -> None:
    unit = of_round.the_unit
    audit.record(
        actor, f"accounts:review:{act}", school_id=of_unit(unit.pk), subject=("unit", unit.code),
        params={"round": of_round.public_id, **params}, reason=reason,
    )  # fmt: skip
