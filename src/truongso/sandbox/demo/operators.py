"""Two people run the installation. One has begun to review the accounts: the visitor's is confirmed, the other waits
for the visitor."""

from __future__ import annotations

from truongso.accounts.public import (
    confirm_operators,
    create_user,
    grant,
    new_activation,
    open_operator_review,
    operator_review_items,
)
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.public import SchoolYear
from truongso.sandbox.demo.setup import ACTOR, MAIL_DOMAIN, OPERATOR, TITLES, Activation

_NAMES = (("1", "Người vận hành thứ nhất"), ("2", "Người vận hành thứ hai"))


def start(year: SchoolYear) -> list[Activation]:
    """The operators' links, the visitor's first."""
    made = []
    with transaction():
        for number, name in _NAMES:
            username = f"{OPERATOR}.{number}"
            user = create_user(actor=ACTOR, username=username, full_name=name, email=f"{username}@{MAIL_DOMAIN}")
            grant(actor=ACTOR, user=user, role=Role.OPERATOR, valid_from=year.starts_on)
            made.append(user)
        visitor, other = made
        by = Actor(other.pk, other.full_name, "cli")
        review = open_operator_review(by=other, actor=by)
        chosen = [one.pk for one in operator_review_items(review) if one.user_id == visitor.pk]
        confirm_operators(by=other, actor=by, row=review, item_ids=chosen)
        return [Activation(TITLES[OPERATOR], one.username, "", new_activation(actor=ACTOR, user=one)) for one in made]
