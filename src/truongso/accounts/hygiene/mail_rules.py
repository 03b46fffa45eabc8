"""The rules of official mail (LC-3.3), acknowledged once per person and version."""

from __future__ import annotations

from truongso.accounts.hygiene.models import MailRulesRead
from truongso.accounts.hygiene.types import MAIL_RULES_VERSION
from truongso.accounts.models import User
from truongso.accounts.queries import memberships_on
from truongso.accounts.types import STAFF_ROLES, Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required


def read_at(user: User) -> MailRulesRead | None:
    """When the person acknowledged the present version."""
    return MailRulesRead.objects.filter(user=user, version=MAIL_RULES_VERSION).first()


def is_due(user: User) -> bool:
    """Whether the person is staff and has not acknowledged the present version; at most two queries."""
    held = {Role(m.role) for m in memberships_on(user, clock.today())}
    return bool(held & STAFF_ROLES) and read_at(user) is None


@transaction_required
def acknowledge(*, user: User, actor: Actor) -> bool:
    """Keep that the person read the rules; False when that was known."""
    _row, made = MailRulesRead.objects.get_or_create(
        user=user, version=MAIL_RULES_VERSION, defaults={"read_at": clock.now()}
    )
    if made:
        audit.record(
            actor, "accounts:mail_rules:read", school_id=None, subject=("user", user.pk),
            params={"version": MAIL_RULES_VERSION},
        )  # fmt: skip
    return made
