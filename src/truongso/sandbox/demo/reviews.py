"""The first school has begun to review its accounts: one is confirmed, the others wait for a visitor."""

from __future__ import annotations

from truongso.accounts.public import (
    AccountClass,
    Manager,
    confirm_reviewed,
    open_review,
    review_items,
    users_without_password,
)
from truongso.kernel.db import transaction
from truongso.sandbox.demo.setup import DemoSchool


def start(place: DemoSchool) -> None:
    """A campaign by the school's administrator, one account in."""
    wanted = f"quantri.{place.spec.slug}"
    administrator = next((user for user in users_without_password() if user.username == wanted), None)
    if administrator is None:
        return
    by = Manager(administrator, approves=False, scope=frozenset({place.school.pk}))
    with transaction():
        review = open_review(
            by=administrator, actor=by.actor, school=place.school, classes=[AccountClass.STAFF, AccountClass.SHARED]
        )
        first = next(one for one in review_items(review) if one.user_id != administrator.pk)
        confirm_reviewed(by=by, review=review, item_ids=[first.pk])
