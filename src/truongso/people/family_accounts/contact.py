"""How a school writes to the guardian whose account it is."""

from __future__ import annotations

from truongso.messaging.public import is_address
from truongso.messaging.types import ChannelKind
from truongso.organizations.public import School
from truongso.people.family_accounts.queries import guardians_at
from truongso.people.privacy.notices import way_to


def way_of_user(school: School, user_id: int) -> tuple[ChannelKind, str] | None:
    """By an active channel at the contact on record, else by e-mail, which leaves for notices of security also while
    that channel is off; None without either. Two queries for most."""
    guardians = guardians_at(user_id, school)
    ways = (way_to(school.pk, one) for one in guardians)
    mails = ((ChannelKind.EMAIL, one.email) for one in guardians if is_address(ChannelKind.EMAIL, one.email))
    return next((way for way in (*ways, *mails) if way is not None), None)
