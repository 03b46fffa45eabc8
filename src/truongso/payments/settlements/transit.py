"""Money that slips of terminals and notices of gateways and banks say was paid, and the bank has not credited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.money import Dong
from truongso.payments.models import Evidence, Payment
from truongso.payments.settlements.models import SettlementItem
from truongso.payments.settlements.terms import DEFAULT_DAYS, Terms
from truongso.payments.settlements.types import ItemState
from truongso.payments.settlements.workdays import after, overdue_until
from truongso.payments.types import EvidenceKind

_LATER = (EvidenceKind.NOTICE.value, EvidenceKind.POS_SLIP.value, EvidenceKind.SETTLEMENT.value)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A payment whose money the bank has not credited. Fee and net are those of its settlement file where one has
    listed it (`is_listed`), otherwise as agreed; `expected_on` is the last working day by which it should have come."""

    evidence_id: int
    source: str
    source_name: str
    reference: str
    paid_on: dt.date
    expected_on: dt.date
    payer: str
    codes: str
    gross: Dong
    fee: Dong
    net: Dong
    is_listed: bool
    batch: SettlementItem | None

    def days_late(self, today: dt.date) -> int:
        """Days past the expected one; 0 while there is time."""
        return max(0, (today - self.expected_on).days)


def under_way(school_id: int, terms: Mapping[str, Terms], *, late: bool) -> QuerySet[Evidence]:
    """Evidence whose money has not been found on an account, oldest first; `late`: only what should have come."""
    paid = SettlementItem.objects.for_school(school_id).filter(
        evidence_id=OuterRef("pk"), state=ItemState.MATCHED.value, gross__gt=0, batch__paid_at__isnull=False
    )
    rows = Evidence.objects.for_school(school_id).filter(~Exists(paid), kind__in=_LATER, used__gt=0)
    if late:
        rows = rows.filter(_late(terms, clock.today()))
    return rows.order_by("occurred_at", "pk")


def described(school_id: int, rows: Sequence[Evidence], terms: Mapping[str, Terms]) -> list[UnderWay]:
    """What is known of each, in order; 2 queries."""
    ids = [row.pk for row in rows]
    listed = {
        item.evidence_id: item
        for item in SettlementItem.objects.for_school(school_id)
        .filter(among("evidence_id", ids), state=ItemState.MATCHED.value, gross__gt=0)
        .select_related("batch")
    }
    paid = codes_of(school_id, ids)
    found = []
    for row in rows:
        item, term = listed.get(row.pk), terms.get(row.source)
        day = clock.school_date(row.occurred_at)
        gross = item.gross if item else row.used
        fee = item.fee if item else term.fee(row.used) if term else gross - gross
        codes, payer = paid.get(row.pk, ("", row.payer_name))
        found.append(
            UnderWay(
                row.pk, row.source, term.name if term else row.source, row.reference, day,
                after(day, term.days if term else DEFAULT_DAYS), payer, codes, gross, fee, gross - fee,
                is_listed=item is not None, batch=item,
            )
        )  # fmt: skip
    return found


def codes_of(school_id: int, evidence_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Evidence id → codes of the invoices it paid, and for whom; 1 query."""
    rows = Payment.objects.for_school(school_id).filter(among("evidence_id", evidence_ids), reversed_at__isnull=True)
    return {
        pk: (codes, payer)
        for pk, codes, payer in rows.order_by("pk").values_list("evidence_id", "invoice_code", "payer_name")
    }


def _late(terms: Mapping[str, Terms], today: dt.date) -> Q:
    """What was paid so long ago that it should have come, each source by its own days."""
    by_days: dict[int, list[str]] = {}
    for code, term in terms.items():
        by_days.setdefault(term.days, []).append(code)
    late = ~Q(source__in=list(terms)) & _before(overdue_until(today, DEFAULT_DAYS))
    for days, codes in by_days.items():
        late |= Q(source__in=codes) & _before(overdue_until(today, days))
    return late


def _before(last: dt.date) -> Q:
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(0), tzinfo=clock.SCHOOL_TIME)
    return Q(occurred_at__lt=end)
