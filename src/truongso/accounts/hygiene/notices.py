"""Telling people about their accounts, and reviewers about campaigns, through `messaging`."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from truongso.accounts.family_contacts import way_on_record
from truongso.accounts.models import User
from truongso.accounts.queries import Holder, is_family_alone
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.messaging.public import ACCOUNT_REVIEW, ACCOUNT_STATE, active_kinds, is_address, queue
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import School

PAGE = "/an-toan-tai-khoan"


@transaction_required
def tell_owners(school: School, users: Sequence[User], *, what: str, todo: str, key: str, actor: Actor) -> set[int]:
    """Write to the owners of accounts what happened and what to do: by e-mail, else by a telephone channel that is on;
    to families at the contact the school has on record now.

    Never with a link that sets a password: the mailbox may be what leaked. Ids of those who could be written to.
    """
    phones = [kind for kind in active_kinds(school.pk) if kind in {ChannelKind.SMS, ChannelKind.ZALO}]
    messages = {}
    for user in users:
        own = [(ChannelKind.EMAIL, user.email), *((kind, user.phone) for kind in phones)]
        way = next(((kind, text) for kind, text in own if is_address(kind, text)), None)
        if is_family_alone(user):
            way = way_on_record(school, user.pk)
        if way is not None:
            values = {"nguoi_nhan": user.full_name, "truong": school.short_name, "viec": what, "can_lam": todo}
            messages[user.pk] = Outgoing(
                way[0], way[1], ACCOUNT_STATE, values, dedupe_key=f"{key}:{user.pk}", essential=True
            )
    if messages:
        queue(school.pk, messages=list(messages.values()), batch=key, actor=actor)
    return set(messages)


@transaction_required
def tell_reviewers(
    school: School, people: Sequence[Holder], *, what: str, waiting: int, due: str, page: str, key: str, actor: Actor
) -> int:
    """Write to those who review how many accounts wait and until when; to how many."""
    messages = [
        Outgoing(
            ChannelKind.EMAIL, one.email, ACCOUNT_REVIEW,
            {
                "nguoi_nhan": one.full_name, "truong": school.short_name, "viec": what, "con_lai": str(waiting),
                "han": due, "dia_chi": settings.PUBLIC_URL + page,
            },
            dedupe_key=f"{key}:{one.user_id}", essential=True,
        )
        for one in {one.user_id: one for one in people}.values()
        if is_address(ChannelKind.EMAIL, one.email)
    ]  # fmt: skip
    if messages:
        queue(school.pk, messages=messages, batch=key, actor=actor)
    return len(messages)
