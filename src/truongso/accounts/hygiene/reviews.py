"""Review campaigns (R19): start, decide account by account, end by the clock, signed by the principal.

A campaign lists every account of the chosen classes as it stands. IT administrator, principal or the department's
office confirm each, suspend it, or hand a shared one over; nobody reviews their own. What nobody reviewed within
fourteen days is suspended, but for the last one at the school who can let others in again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from truongso.accounts.hygiene import owners
from truongso.accounts.hygiene.inventory import accounts_of, in_force
from truongso.accounts.hygiene.keepers import last_kept_role
from truongso.accounts.hygiene.models import Review, ReviewItem, ReviewRound
from truongso.accounts.hygiene.notices import PAGE, tell_owners, tell_reviewers
from truongso.accounts.hygiene.types import (
    REMIND_ON,
    REVIEW_TERM,
    AccountClass,
    AccountState,
    ReviewDecision,
)
from truongso.accounts.hygiene.unit_reviews import include_own
from truongso.accounts.models import Membership, User
from truongso.accounts.policy.queries import policy_at
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
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import OrgUnit, School, schools_by_id, schools_under

CLOCK = Actor.system("account-reviews")
_REVIEWED_STATES = frozenset(AccountState) - {AccountState.LEFT, AccountState.SUSPENDED}


@transaction_required
def open_review(
    *, by: User, actor: Actor, school: School, classes: Collection[AccountClass], of_round: ReviewRound | None = None
) -> Review:
    """Start a campaign over all accounts of these classes that can be used.

    Raises AccountRefusedError `review_classes` (none chosen), `review_open` (day), `review_nobody`.
    """
    if not classes:
        raise AccountRefusedError("review_classes")
    before = Review.objects.for_school(school).select_for_update().filter(closed_at=None).first()
    if before is not None:
        raise AccountRefusedError("review_open", day=before.due_on)
    found = [one for one in accounts_of(school) if one.account_class in classes and one.state in _REVIEWED_STATES]
    if not found:
        raise AccountRefusedError("review_nobody")
    now = clock.now()
    words = [one.value for one in AccountClass if one in classes]
    review: Review = Review.objects.create(
        school=school, round=of_round, classes=words, started_by=by, started_at=now,
        due_on=clock.today() + REVIEW_TERM,
    )  # fmt: skip
    insert_many(
        ReviewItem(
            school_id=school.pk, review_id=review.pk, user_id=one.user.pk, account_class=one.account_class.value,
            roles=",".join(sorted(role.value for role in one.roles)), last_used_at=one.used_at,
        )
        for one in found
    )  # fmt: skip
    audit.record(
        actor, "accounts:review:open", school_id=school.pk, subject=("review", review.public_id),
        params={"classes": words, "accounts": len(found), "due": review.due_on.isoformat()},
    )  # fmt: skip
    remind(review)
    return review


@transaction_required
def open_round(*, by: User, actor: Actor, unit: OrgUnit, classes: Collection[AccountClass]) -> ReviewRound:
    """A campaign of a unit: among its own people at once (`unit_reviews`); the clock opens it at each of its schools
    (`schools_to_open`).

    Raises AccountRefusedError `review_classes`, `review_open` (day: a round of the unit runs), `review_nobody` (no
    school).
    """
    if not classes:
        raise AccountRefusedError("review_classes")
    running = ReviewRound.objects.filter(unit=unit, due_on__gte=clock.today()).first()
    if running is not None:
        raise AccountRefusedError("review_open", day=running.due_on)
    schools = schools_under(unit, clock.today())
    if not schools:
        raise AccountRefusedError("review_nobody")
    made = ReviewRound.objects.create(
        unit=unit, classes=[one.value for one in AccountClass if one in classes], started_by=by,
        started_at=clock.now(), due_on=clock.today() + REVIEW_TERM,
    )  # fmt: skip
    own = include_own(made)
    audit.record(
        actor, "accounts:review:round", school_id=of_unit(unit.pk), subject=("unit", unit.code),
        params={"round": made.public_id, "classes": made.classes, "schools": len(schools), "accounts": own},
    )  # fmt: skip
    return made


@transaction_required
def open_of_round(of_round: ReviewRound, school: School) -> Review | None:
    """The unit's campaign at one school; None where one of the school's own runs already or there is nobody."""
    classes = [AccountClass(word) for word in of_round.classes]
    actor = Actor(user_id=of_round.started_by_id, label=of_round.started_by.full_name, channel="web")
    try:
        return open_review(by=of_round.started_by, actor=actor, school=school, classes=classes, of_round=of_round)
    except AccountRefusedError:
        return None


@transaction_required
def confirm(*, by: Manager, review: Review, item_ids: Collection[int]) -> int:
    """The accounts stay as they are; how many. One's own, and those decided already, are left alone.

    Raises AccountRefusedError `review_closed` (at).
    """
    row = _open(review)
    items = ReviewItem.objects.for_school(row.school_id).filter(review=row, pk__in=list(item_ids), decision="")
    items = items.exclude(user=by.user)
    users = list(items.values_list("user_id", flat=True))
    items.update(decision=ReviewDecision.CONFIRMED.value, decided_by=by.user, decided_at=clock.now())
    if users:
        audit.record(
            by.actor, "accounts:review:confirm", school_id=row.school_id, subject=("review", row.public_id),
            params={"users": users},
        )  # fmt: skip
    return len(users)


@transaction_required
def disable(*, by: Manager, review: Review, item: ReviewItem, reason: str) -> bool:
    """Suspend the account; True when it waits for a second person.

    Raises AccountRefusedError `review_closed` (at), `already_reviewed`, `last_keeper` (role), and those of
    `staffing.services.set_active`.
    """
    row = _open(review)
    fresh = _undecided(row, item)
    role = last_kept_role(fresh.user)
    if role is not None:
        raise AccountRefusedError("last_keeper", role=role)
    done = staffing.set_active(by=by, place=row.school, user=fresh.user, active=False, reason=reason)
    _decide(by, row, fresh, ReviewDecision.DISABLED, reason, waits=done.waits)
    return done.waits


@transaction_required
def change_owner(*, by: Manager, review: Review, item: ReviewItem, owner: User, reason: str) -> None:
    """Hand a shared account over to another person of the school.

    Raises AccountRefusedError `review_closed` (at), `already_reviewed`, and those of `owners.set_owner`.
    """
    row = _open(review)
    fresh = _undecided(row, item)
    owners.set_owner(by=by, place=row.school, user=fresh.user, owner=owner, reason=reason)
    _decide(by, row, fresh, ReviewDecision.OWNER_CHANGED, reason, waits=False)


@transaction_required
def sign(*, by: User, actor: Actor, review: Review, note: str = "") -> Review:
    """The principal signs the result; from then on nothing of it changes.

    Raises AccountRefusedError `review_signed` (at), `review_waits` (count).
    """
    row: Review = Review.objects.for_school(review.school_id).select_for_update().get(pk=review.pk)
    if row.signed_at is not None:
        raise AccountRefusedError("review_signed", at=row.signed_at)
    _keep_refused(row)
    items = ReviewItem.objects.for_school(row.school_id).filter(review=row)
    waiting = items.filter(decision="").count() + len(_undecided_suspensions(row))
    if waiting:
        raise AccountRefusedError("review_waits", count=waiting)
    row.closed_at = row.closed_at or clock.now()
    row.signed_by, row.signed_at, row.note = by, clock.now(), tidy(note)[:300]
    row.digest = digest_of(row)
    row.save(update_fields=["closed_at", "signed_by", "signed_at", "note", "digest"])
    audit.record(
        actor, "accounts:review:sign", school_id=row.school_id, subject=("review", row.public_id),
        params={"digest": row.digest}, reason=row.note,
    )  # fmt: skip
    return row


@transaction_required
def expire(review: Review) -> int:
    """The term is over: suspend what nobody reviewed and close the campaign; how many were suspended.

    The least used go first, so that of two administrators the one who works is kept.
    """
    row: Review = Review.objects.for_school(review.school_id).select_for_update().get(pk=review.pk)
    if row.closed_at is not None or row.due_on >= clock.today():
        return 0
    _keep_refused(row)
    items = ReviewItem.objects.for_school(row.school_id).filter(review=row, decision="").select_related("user")
    scope = _scope(row)
    suspended: list[User] = []
    for item in sorted(items, key=_least_used_first):
        item.decision, item.decided_at = _outcome(row, item, scope).value, clock.now()
        item.save(update_fields=["decision", "decided_at"])
        if item.decision == ReviewDecision.EXPIRED.value:
            suspended.append(item.user)
    # Somebody wanted these suspended and no second person said anything: the term is over for them too.
    suspended += [
        item.user for item in _undecided_suspensions(row) if _outcome(row, item, scope) is ReviewDecision.EXPIRED
    ]
    row.closed_at = clock.now()
    row.save(update_fields=["closed_at"])
    tell_owners(
        row.school, suspended, key=f"review:{row.public_id}:expired", actor=CLOCK,
        what=_("Tài khoản bị tạm khóa vì chưa được rà soát trong hạn"),
        todo=_("Cần dùng tiếp, liên hệ quản trị của trường để mở lại"),
    )  # fmt: skip
    audit.record(
        CLOCK, "accounts:review:expire", school_id=row.school_id, subject=("review", row.public_id),
        params={"suspended": len(suspended)},
    )  # fmt: skip
    return len(suspended)


@transaction_required
def remind(review: Review) -> bool:
    """Tell the school's administrators and principal what waits, once for each day of `REMIND_ON` that has come."""
    due = sum(1 for day in REMIND_ON if clock.today() >= clock.school_date(review.started_at) + dt.timedelta(days=day))
    if review.closed_at is not None or due <= review.reminded:
        return False
    waiting = ReviewItem.objects.for_school(review.school_id).filter(review=review, decision="").count()
    Review.objects.for_school(review.school_id).filter(pk=review.pk).update(reminded=due)
    review.reminded = due
    if waiting:
        people = holders_of([Role.IT_ADMIN, Role.PRINCIPAL], clock.today(), school_id=review.school_id)
        tell_reviewers(
            review.school, people, what=_("Đợt rà soát tài khoản đang mở"), waiting=waiting, due=ngay(review.due_on),
            page=f"{PAGE}/ra-soat/{review.public_id}", key=f"review:{review.public_id}:{due}", actor=CLOCK,
        )  # fmt: skip
    return bool(waiting)


def next_due(school: School, *, review_days: int) -> dt.date | None:
    """The day on which the next review is due by the policy's cycle; None when there has been none: it is due now."""
    rows = Review.objects.for_school(school).order_by("-started_at")
    last = rows.values_list("started_at", flat=True).first()
    return clock.school_date(last) + dt.timedelta(days=review_days) if last else None


def schools_with_reviewers() -> list[School]:
    """Schools that have an administrator or principal in force; two queries."""
    roles = [Role.IT_ADMIN.value, Role.PRINCIPAL.value]
    held = Membership.objects.filter(in_force(clock.today()), role__in=roles, school__isnull=False)
    return list(schools_by_id(held.order_by().values_list("school_id", flat=True).distinct()).values())


@transaction_required
def remind_of_cycle(school: School) -> bool:
    """Tell administrators and principal, every fortnight, that a review is due by the policy's cycle."""
    due = next_due(school, review_days=policy_at(school, clock.today()).review_days)
    running = Review.objects.for_school(school).filter(closed_at=None).exists()
    if running or (due is not None and due > clock.today()):
        return False
    people = holders_of([Role.IT_ADMIN, Role.PRINCIPAL], clock.today(), school_id=school.pk)
    count = sum(1 for one in accounts_of(school) if one.state in _REVIEWED_STATES)
    fortnight = clock.today().toordinal() // REVIEW_TERM.days
    told = tell_reviewers(
        school, people, what=_("Đến kỳ rà soát tài khoản"), waiting=count, due=ngay(due or clock.today()), page=PAGE,
        key=f"review-due:{school.pk}:{fortnight}", actor=CLOCK,
    )  # fmt: skip
    return bool(told)


def digest_of(review: Review) -> str:
    """sha256 over what was decided on each account, who signed and when."""
    items = ReviewItem.objects.for_school(review.school_id).filter(review=review).order_by("pk")
    rows = [
        [i.user_id, i.account_class, i.roles, i.decision, i.decided_by_id, _at(i.decided_at), i.reason] for i in items
    ]
    head = [review.public_id, review.school_id, review.signed_by_id, _at(review.signed_at), review.note]
    return hashlib.sha256(json.dumps([head, rows], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def schools_to_open(of_round: ReviewRound) -> list[School]:
    """Schools of the unit at which the round has not been opened yet and no campaign runs."""
    schools = schools_under(of_round.the_unit, clock.today())
    rows = Review.objects.for_schools([one.pk for one in schools])
    busy = rows.filter(Q(round=of_round) | Q(closed_at=None))
    known = set(busy.values_list("school_id", flat=True))
    return [one for one in schools if one.pk not in known]


def _outcome(review: Review, item: ReviewItem, scope: frozenset[int]) -> ReviewDecision:
    user = item.user
    if not user.is_active:
        return ReviewDecision.EXPIRED
    if other_places(user, scope):
        return ReviewDecision.ELSEWHERE
    if last_kept_role(user) is not None:
        return ReviewDecision.SPARED
    staffing.suspend(actor=CLOCK, place=review.school, user=user, reason=_("Quá hạn rà soát tài khoản"))
    return ReviewDecision.EXPIRED


def _undecided_suspensions(review: Review) -> list[ReviewItem]:
    """Accounts that one person wanted suspended and on which the second person has not decided."""
    asked = AccountRequest.objects.filter(school=review.school_id, kind=RequestKind.SUSPEND.value, decision="")
    rows = ReviewItem.objects.for_school(review.school_id).filter(review=review, waits=True, user__is_active=True)
    return list(rows.filter(user_id__in=asked.values("user_id")).select_related("user"))


def _keep_refused(review: Review) -> None:
    """Accounts whose suspension the second person refused stay as they are, on that person's word: the result says so
    and not that they were suspended."""
    rows = ReviewItem.objects.for_school(review.school_id).filter(
        review=review, waits=True, decision=ReviewDecision.DISABLED.value, user__is_active=True
    )
    for item in rows:
        asked = AccountRequest.objects.filter(
            school=review.school_id, user=item.user_id, kind=RequestKind.SUSPEND.value,
            proposed_at__gte=review.started_at,
        )  # fmt: skip
        last = asked.order_by("-pk").first()
        if last is not None and last.decision == Decision.REFUSED.value:
            item.decision, item.decided_by, item.decided_at = (
                ReviewDecision.CONFIRMED.value, last.decided_by, last.decided_at,
            )  # fmt: skip
            item.save(update_fields=["decision", "decided_by", "decided_at"])


def _scope(review: Review) -> frozenset[int]:
    """The schools for which whoever started the campaign has a say."""
    if review.round is None:
        return frozenset({review.school_id})
    return frozenset(one.pk for one in schools_under(review.round.the_unit, clock.today())) | {review.school_id}


def _open(review: Review) -> Review:
    row: Review = Review.objects.for_school(review.school_id).select_for_update().get(pk=review.pk)
    if row.closed_at is not None or row.due_on < clock.today():
        raise AccountRefusedError("review_closed", day=row.due_on)
    return row


def _undecided(review: Review, item: ReviewItem) -> ReviewItem:
    rows = ReviewItem.objects.for_school(review.school_id).filter(review=review)
    fresh: ReviewItem = rows.select_related("user").get(pk=item.pk)
    if fresh.decision not in {"", ReviewDecision.CONFIRMED.value}:
        raise AccountRefusedError("already_reviewed")
    return fresh


def _decide(
    by: Manager, review: Review, item: ReviewItem, decision: ReviewDecision, reason: str, *, waits: bool
) -> None:
    item.decision, item.decided_by, item.decided_at = decision.value, by.user, clock.now()
    item.reason, item.waits = tidy(reason)[:300], waits
    item.save(update_fields=["decision", "decided_by", "decided_at", "reason", "waits"])
    audit.record(
        by.actor, f"accounts:review:{decision.value}", school_id=review.school_id, subject=("user", item.user_id),
        params={"review": review.public_id, "waits": waits}, reason=reason,
    )  # fmt: skip


def _least_used_first(item: ReviewItem) -> tuple[bool, float, int]:
    used = item.user.last_login
    return used is not None, used.timestamp() if used else 0.0, item.pk


def _at(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds") if moment else ""
