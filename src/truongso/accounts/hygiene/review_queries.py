"""Reads of campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from truongso.accounts.hygiene.models import Review, ReviewItem, ReviewRound
from truongso.accounts.hygiene.types import ReviewDecision
from truongso.organizations.public import OrgUnit, School


@dataclass(frozen=True, slots=True)
class Tally:
    """How many accounts of a campaign came to which decision; "" waits."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get("", 0)

    @property
    def done(self) -> int:
        return self.total - self.waiting

    def of(self, *decisions: ReviewDecision) -> int:
        """Accounts with one of these decisions."""
        return sum(self.counts.get(one.value, 0) for one in decisions)

    @property
    def confirmed(self) -> int:
        return self.of(ReviewDecision.CONFIRMED)

    @property
    def suspended(self) -> int:
        return self.of(ReviewDecision.DISABLED, ReviewDecision.EXPIRED)

    @property
    def handed_over(self) -> int:
        return self.of(ReviewDecision.OWNER_CHANGED)

    @property
    def kept(self) -> int:
        return self.of(ReviewDecision.SPARED, ReviewDecision.ELSEWHERE)


def review_at(school: School, public_id: str) -> Review | None:
    """A campaign of the school."""
    rows = Review.objects.for_school(school).select_related("school", "signed_by", "started_by", "round__unit")
    found: Review | None = rows.filter(public_id=public_id).first()
    return found


def items_of(review: Review) -> list[ReviewItem]:
    """Accounts of a campaign: those that wait first, then by name; one query."""
    rows = ReviewItem.objects.for_school(review.school_id).filter(review=review)
    found = list(rows.select_related("user", "decided_by", "user__shared__owner"))
    return sorted(found, key=lambda one: (one.decision != "", one.user.full_name, one.pk))


def item_at(review: Review, number: int) -> ReviewItem | None:
    """One account of a campaign."""
    rows = ReviewItem.objects.for_school(review.school_id).filter(review=review)
    found: ReviewItem | None = (
        rows.select_related("user", "decided_by", "user__shared__owner").filter(pk=number).first()
    )
    return found


def tally_of(review: Review) -> Tally:
    """Decisions of a campaign, counted; one query."""
    rows = ReviewItem.objects.for_school(review.school_id).filter(review=review).order_by()
    return Tally(dict(rows.values_list("decision").annotate(n=Count("pk"))))


def round_at(unit: OrgUnit, public_id: str) -> ReviewRound | None:
    """A campaign of the unit."""
    return (
        ReviewRound.objects.filter(unit=unit, public_id=public_id)
        .select_related("started_by", "signed_by", "unit")
        .first()
    )


def tallies_of_round(of_round: ReviewRound, school_ids: Collection[int]) -> dict[int, tuple[Review, Tally]]:
    """The unit's campaign school by school; two queries."""
    reviews = Review.objects.for_schools(school_ids).filter(round=of_round)
    found = {one.school_id: one for one in reviews.select_related("signed_by")}
    counts: dict[int, Counter[str]] = {pk: Counter() for pk in found}
    rows = ReviewItem.objects.for_schools(found).filter(review__round=of_round)
    for school_id, decision, count in rows.order_by().values_list("school_id", "decision").annotate(n=Count("pk")):
        counts[school_id][decision] += count
    return {pk: (review, Tally(dict(counts[pk]))) for pk, review in found.items()}
