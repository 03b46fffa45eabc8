"""Slips as lists see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Sum, Value, When

from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import School
from truongso.payments.models import Payment
from truongso.payments.pos.models import PosSlip, PosTerminal
from truongso.payments.pos.types import SlipState
from truongso.payments.settlements.models import SettlementItem


def terminals(school: School | int, *, active_only: bool = False) -> list[PosTerminal]:
    """Terminals of a school, active ones first; 1 query."""
    rows = PosTerminal.objects.for_school(school).select_related("bank_account").order_by("-is_active", "code")
    return list(rows.filter(is_active=True) if active_only else rows)


def slips(school: School | int, *, state: SlipState | None = None) -> QuerySet[Any]:
    """Slips with `slip_state` and `payment_public_id`, newest first."""
    settled = SettlementItem.objects.of_outer_school().filter(evidence_id=OuterRef("evidence_id"), gross__gt=0)
    payment = Payment.objects.of_outer_school().filter(evidence_id=OuterRef("evidence_id"))
    rows: QuerySet[Any] = (
        PosSlip.objects.for_school(school)
        .annotate(
            slip_state=Case(
                When(Exists(settled), then=Value(SlipState.SETTLED.value)),
                When(evidence__used=0, then=Value(SlipState.UNDONE.value)),
                When(due_on__lt=clock.today(), then=Value(SlipState.OVERDUE.value)),
                default=Value(SlipState.WAITING.value),
            ),
            payment_public_id=payment.order_by("reversed_at", "-pk").values("public_id")[:1],
            invoice_code=payment.order_by("reversed_at", "-pk").values("invoice_code")[:1],
        )
        .select_related("terminal", "evidence")
        .order_by("-paid_at", "-pk")
    )
    return rows if state is None else rows.filter(slip_state=state.value)


def slip_figures(school: School | int) -> dict[str, tuple[int, Dong]]:
    """State → how many slips and how many đồng; 1 query."""
    found: dict[str, tuple[int, Dong]] = {s.value: (0, ZERO) for s in SlipState}
    sums = slips(school).order_by().values("slip_state").annotate(n=Count("pk"), s=Sum("amount"))
    return found | {row["slip_state"]: (row["n"], Dong(int(row["s"]))) for row in sums}
