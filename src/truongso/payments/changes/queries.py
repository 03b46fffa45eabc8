"""Reads of changes that take two people."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import OPEN_STATES, ChangeKind, ChangeState

_OPEN = [s.value for s in OPEN_STATES]


def change_by_public_id(school_id: int, public_id: str) -> SetupChange | None:
    """One change of the school."""
    found: SetupChange | None = SetupChange.objects.for_school(school_id).filter(public_id=public_id).first()
    return found


def changes_of(school_id: int, kinds: Collection[ChangeKind] = tuple(ChangeKind)) -> QuerySet[SetupChange]:
    """Changes of these kinds, the newest first."""
    return SetupChange.objects.for_school(school_id).filter(kind__in=[k.value for k in kinds]).order_by("-pk")


def open_changes(school_id: int, kinds: Collection[ChangeKind] = tuple(ChangeKind)) -> list[SetupChange]:
    """Changes that wait for a decision or for their moment, oldest first; 1 query."""
    return list(changes_of(school_id, kinds).filter(state__in=_OPEN).order_by("pk"))


def account_changes(school_ids: Collection[int]) -> QuerySet[SetupChange]:
    """Changes of receiving accounts of several schools, the newest first, with school."""
    rows = SetupChange.objects.for_schools(school_ids)
    kinds = [k.value for k in ChangeKind if k.is_account]
    return rows.filter(kind__in=kinds).select_related("school").order_by("-pk")


def waiting_changes(school_id: int, *, sees_accounts: bool = True) -> int:
    """How many changes wait for the second person, of those that somebody sees who sees accounts or not; 1 query."""
    kinds = [kind for kind in ChangeKind if sees_accounts or not kind.names_account]
    return changes_of(school_id, kinds).filter(state=ChangeState.PROPOSED.value).count()


def open_changes_of(school_id: int, subject: str) -> list[SetupChange]:
    """All changes of a subject that still wait; 1 query."""
    return [c for c in open_changes(school_id) if c.subject == subject]


def open_change_of(school_id: int, subject: str, kinds: Collection[ChangeKind]) -> SetupChange | None:
    """The change of a subject that still waits; 1 query."""
    rows = changes_of(school_id, kinds).filter(state__in=_OPEN, subject=subject)
    found: SetupChange | None = rows.first()
    return found
