"""Families with credit: who, how much, since when, what they still owe; and what the credit could pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Min

from truongso.fees.public import Invoice
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.names import fold
from truongso.payments.credit.queries import comes_in, credit_of_families
from truongso.payments.credit.services import CreditUse
from truongso.payments.models import CreditEntry


@dataclass(frozen=True, slots=True)
class FamilyCredit:
    """One household: `credit` it has, `owed` on its open invoices, `since` when money first came in."""

    family_id: int
    pupils: tuple[str, ...]
    class_names: tuple[str, ...]
    codes: tuple[str, ...]
    credit: Dong
    owed: Dong
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class PlannedUse:
    """What of a family's credit would pay which invoice."""

    invoice: Invoice
    amount: Dong

    @property
    def left(self) -> Dong:
        """What the invoice would still owe."""
        return self.invoice.total - self.invoice.paid - self.amount


def families_with_credit(
    school_id: int, *, words: str = "", class_name: str = "", only_owing: bool = False
) -> list[FamilyCredit]:
    """Families with credit by class and name; 3 queries. `words` in pupils, classes and codes, without accents."""
    credit = credit_of_families(school_id)
    invoices = Invoice.objects.for_school(school_id).filter(family_id__in=list(credit)).order_by("sort_key", "pk")
    members: dict[int, list[Invoice]] = {}
    for invoice in invoices:
        members.setdefault(invoice.family_id, []).append(invoice)
    came = CreditEntry.objects.for_school(school_id).filter(comes_in(), family_id__in=list(credit))
    since = dict(came.order_by().values_list("family_id").annotate(first=Min("created_at")))
    found = [
        _family(family, rows, credit[family], since[family])
        for family, rows in members.items()
        if not class_name or any(i.class_name == class_name for i in rows)
    ]
    wanted = fold(words).split()
    return [f for f in found if all(word in _text(f) for word in wanted) and (f.owed or not only_owing)]


def planned_uses(
    school_id: int, *, round_id: int | None = None, family_ids: Collection[int] | None = None
) -> list[PlannedUse]:
    """How the credit of families would pay their open invoices (of a round), the earliest due first; 2 queries."""
    left = dict(credit_of_families(school_id, family_ids))
    rows = Invoice.objects.for_school(school_id).filter(
        family_id__in=list(left), cancelled_at__isnull=True, paid__lt=F("total")
    )
    if round_id is not None:
        rows = rows.filter(round_id=round_id)
    planned = []
    for invoice in rows.order_by("due_on", "pk"):
        part = min(left[invoice.family_id], invoice.total - invoice.paid)
        if part > ZERO:
            left[invoice.family_id] = left[invoice.family_id] - part
            planned.append(PlannedUse(invoice, part))
    return planned


def as_uses(planned: Collection[PlannedUse]) -> list[CreditUse]:
    """The same as a request."""
    return [CreditUse(p.invoice.pk, p.amount) for p in planned]


def _family(family: int, rows: list[Invoice], credit: Dong, since: dt.datetime) -> FamilyCredit:
    return FamilyCredit(
        family_id=family,
        pupils=tuple(dict.fromkeys(i.student_name for i in rows)),
        class_names=tuple(dict.fromkeys(i.class_name for i in rows)),
        codes=tuple(i.code for i in rows),
        credit=credit,
        owed=total(i.total - i.paid for i in rows if i.cancelled_at is None),
        since=since,
    )


def _text(family: FamilyCredit) -> str:
    return fold(" ".join((*family.pupils, *family.class_names, *family.codes)))
