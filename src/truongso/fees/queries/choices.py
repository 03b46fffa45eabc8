"""Exemptions and choices of voluntary items, as their pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from truongso.fees.models import Exemption, OptIn, ReductionRule
from truongso.kernel.school_keys import Keyring, ShreddedError, keyring, place_of


def exemptions(school_id: int, *, words: str = "", only: str = "", today: dt.date) -> QuerySet[Exemption]:
    """Exemptions with their pupil, by name.

    `words` are folded. `only`: `unproved`, `ending` (within 30 days), `ended`, `current`.
    """
    rows: QuerySet[Exemption] = Exemption.objects.for_school(school_id).select_related("student")
    holds = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    if only == "unproved":
        rows = rows.filter(holds, document=b"")
    elif only == "ending":
        rows = rows.filter(valid_to__gte=today, valid_to__lte=today + dt.timedelta(days=30))
    elif only == "ended":
        rows = rows.filter(valid_to__lt=today)
    elif only == "current":
        rows = rows.filter(holds)
    for word in words.split():
        rows = rows.filter(student__name_fold__contains=word)
    return rows.order_by("student__sort_key", "student_id", "-valid_from")


def exemptions_of_student(school_id: int, student_id: int) -> list[Exemption]:
    """All exemptions of a pupil, the latest first; 1 query."""
    return list(Exemption.objects.for_school(school_id).filter(student_id=student_id).order_by("-valid_from", "-pk"))


def documents_of(exemptions: Sequence[Exemption]) -> dict[int, str]:
    """The proofs by exemption of one school, opened; "" where the key was destroyed; 1 query.

    Shown to a person only after the look is recorded (`people.public.record_access`).
    """
    sealed = [one for one in exemptions if one.document]
    if not sealed:
        return {}
    ring = keyring(sealed[0].school_id)
    return {one.pk: _opened(ring, one) for one in sealed}


def _opened(ring: Keyring, exemption: Exemption) -> str:
    try:
        return ring.unseal_text(bytes(exemption.document), place=place_of(exemption, "document"))
    except ShreddedError:
        return ""


def opt_ins_of_student(school_id: int, student_id: int) -> list[OptIn]:
    """All choices of a pupil with their items, the latest first; 1 query."""
    rows = OptIn.objects.for_school(school_id).filter(student_id=student_id).select_related("fee_item")
    return list(rows.order_by("-valid_from", "-pk"))


def choosers(school_id: int, item_id: int, day: dt.date) -> set[int]:
    """Pupils who have chosen an item on a day or from a later day on; 1 query."""
    rows = OptIn.objects.for_school(school_id).filter(fee_item_id=item_id)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return set(rows.values_list("student_id", flat=True))


def rule_names() -> dict[str, ReductionRule]:
    """Rules of personal categories by code; 1 query."""
    return {rule.code: rule for rule in ReductionRule.objects.filter(everyone=False)}
