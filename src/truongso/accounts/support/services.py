"""Asking to look into a school, the principal's signature, and the end; each leaves an entry in the school's trail."""

from __future__ import annotations

from collections.abc import Collection

from truongso.accounts.models import User
from truongso.accounts.queries import memberships_on
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.support.queries import may_support
from truongso.accounts.support.types import MOST_HOURS, SupportArea
from truongso.accounts.types import AccountRefusedError, Decision
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import tidy
from truongso.organizations.public import School

_LONGEST_REASON = 300


@transaction_required
def ask(
    *, actor: Actor, user: User, school: School, areas: Collection[SupportArea], hours: int, reason: str
) -> SupportGrant:
    """Ask the principal for some hours in the school's pages.

    Raises AccountRefusedError `support_not_here`, `support_areas`, `support_hours` (most), `reason_missing`,
    `already_open`.
    """
    said = tidy(reason)[:_LONGEST_REASON]
    if not may_support(memberships_on(user, clock.today()), school.pk):
        raise AccountRefusedError("support_not_here")
    if not areas:
        raise AccountRefusedError("support_areas")
    if not 1 <= hours <= MOST_HOURS:
        raise AccountRefusedError("support_hours", most=MOST_HOURS)
    if not said:
        raise AccountRefusedError("reason_missing")
    if SupportGrant.objects.filter(user=user, school=school, decision="", ended_at=None).exists():
        raise AccountRefusedError("already_open")
    row = SupportGrant.objects.create(
        school=school, user=user, areas=[one.value for one in SupportArea if one in areas], hours=hours, reason=said,
        asked_at=clock.now(),
    )  # fmt: skip
    _record(actor, row, "ask", said)
    return row


@transaction_required
def decide(*, actor: Actor, by: User, grant: SupportGrant, approve: bool, reason: str = "") -> SupportGrant:
    """The principal signs, and it runs from now on, or refuses with a reason.

    Raises AccountRefusedError `already_decided` (at), `support_over`, `own_account`, `support_not_here` (whoever asked
    no longer has that part), `reason_missing`.
    """
    row = _held(grant)
    if row.decision:
        raise AccountRefusedError("already_decided", at=row.decided_at)
    if row.ended_at is not None:
        raise AccountRefusedError("support_over")
    if row.user_id == by.pk:
        raise AccountRefusedError("own_account")
    if approve and not may_support(memberships_on(row.user, clock.today()), row.school_id):
        raise AccountRefusedError("support_not_here")
    if not approve and not reason.strip():
        raise AccountRefusedError("reason_missing")
    row.decision = (Decision.APPROVED if approve else Decision.REFUSED).value
    row.decided_by, row.decided_at = by, clock.now()
    row.decision_reason = tidy(reason)[:_LONGEST_REASON]
    row.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    _record(actor, row, "grant" if approve else "refuse", row.decision_reason)
    return row


@transaction_required
def end(*, actor: Actor, by: User, grant: SupportGrant) -> SupportGrant:
    """Over at once: the principal takes it back, or whoever asked is through or no longer wants it.

    Raises AccountRefusedError `support_over` when it neither waits nor runs.
    """
    row = _held(grant)
    if not (row.is_waiting or row.is_running):
        raise AccountRefusedError("support_over")
    row.ended_at, row.ended_by = clock.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    _record(actor, row, "end", "")
    return row


@transaction_required
def record_entry(*, actor: Actor, grant: SupportGrant) -> None:
    """Whoever asked begins to look around. Raises AccountRefusedError `support_over`."""
    if not grant.is_running:
        raise AccountRefusedError("support_over")
    _record(actor, grant, "enter", "")


@transaction_required
def record_view(*, actor: Actor, grant: SupportGrant, path: str, refused: bool = False) -> None:
    """One page that was opened, or asked for and refused. Of its address only the path: what was searched for stands in
    no trail."""
    action = "accounts:support:turned_away" if refused else "accounts:support:view"
    audit.record(
        actor, action, school_id=grant.school_id, subject=("support", grant.public_id),
        params={"path": path[:200]},
    )  # fmt: skip


def _held(grant: SupportGrant) -> SupportGrant:
    return SupportGrant.objects.select_for_update().get(pk=grant.pk)


def _record(actor: Actor, row: SupportGrant, verb: str, reason: str) -> None:
    audit.record(
        actor, f"accounts:support:{verb}", school_id=row.school_id, subject=("support", row.public_id),
        params={"user": row.user.full_name, "areas": row.areas, "hours": row.hours}, reason=reason or row.reason,
    )  # fmt: skip
