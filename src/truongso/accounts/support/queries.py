"""Reads of grants of support."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from truongso.accounts.models import Membership, User
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.support.types import MOST_HOURS
from truongso.accounts.types import Decision, Role
from truongso.kernel import clock

_SHOWN = 100


def may_support(memberships: Iterable[Membership], school_id: int) -> bool:
    """Who may look into the school by a grant: its own support member, or whoever operates the installation."""
    return any(
        one.role == Role.OPERATOR.value or (one.role == Role.SUPPORT.value and one.school_id == school_id)
        for one in memberships
    )


def grants_of_school(school_id: int) -> list[SupportGrant]:
    """Grants at a school, the latest first: every one that may still open something, and the latest of the others, so
    that nobody who asks again and again pushes his own out of the principal's sight; two queries."""
    rows = _rows().filter(school_id=school_id).order_by("-asked_at", "-pk")
    still = list(rows.filter(_open()))
    past = rows.exclude(pk__in=[one.pk for one in still])[:_SHOWN]
    return sorted([*still, *past], key=lambda one: (one.asked_at, one.pk), reverse=True)


def grants_of_user(user: User) -> list[SupportGrant]:
    """What somebody asked for, the latest first; one query."""
    return list(_rows().filter(user=user).order_by("-asked_at", "-pk")[:_SHOWN])


def grant_at(school_id: int, public_id: str) -> SupportGrant | None:
    """A grant at the school."""
    return _rows().filter(school_id=school_id, public_id=public_id).first()


def grant_of(user: User, public_id: str) -> SupportGrant | None:
    """A grant somebody asked for."""
    return _rows().filter(user=user, public_id=public_id).first()


def grants_open(school_id: int) -> int:
    """How many grants wait for the principal or run now; one query."""
    rows = SupportGrant.objects.filter(_open(), school_id=school_id)
    return sum(1 for one in rows if one.is_waiting or one.is_running)


def _open() -> Q:
    """Waiting, or signed so lately that it may run still."""
    recent = Q(decision=Decision.APPROVED.value, decided_at__gt=clock.now() - dt.timedelta(hours=MOST_HOURS))
    return (Q(decision="") | recent) & Q(ended_at=None)


def _rows() -> QuerySet[SupportGrant]:
    return SupportGrant.objects.select_related("school", "user", "decided_by", "ended_by")
