"""Where lines stand at this moment."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.banking.acts.types import BookedPart, Place
from truongso.banking.models import Aside, BankLine
from truongso.kernel.among import among
from truongso.kernel.money import ZERO, Dong, total
from truongso.payments.public import Allocation, CreditEntry, Payment
from truongso.payments.types import CreditKind, EvidenceKind


def places_of(school_id: int, lines: Sequence[BankLine]) -> dict[int, Place]:
    """Line id → its place; 4 queries, 2 where nothing is booked."""
    ids = [line.pk for line in lines]
    rows = Aside.objects.for_school(school_id).filter(among("line_id", ids), ended_at__isnull=True)
    asides = {row.line_id: (row.kind, row.reason, row.owner_id) for row in rows}
    parts = parts_of(school_id, lines)
    return {line.pk: Place(line.state, asides.get(line.pk), tuple(parts.get(line.pk, []))) for line in lines}


def parts_of(school_id: int, lines: Sequence[BankLine]) -> dict[int, list[BookedPart]]:
    """Line id → its standing payments as they were booked, oldest first; 3 queries, 1 where nothing is booked."""
    standing = Payment.objects.for_school(school_id).filter(
        among("evidence__reference", [str(line.pk) for line in lines]), reversed_at__isnull=True,
        evidence__kind=EvidenceKind.BANK_LINE.value,
    )  # fmt: skip
    payments = list(standing.order_by("pk").values_list("pk", "evidence__reference", "amount")) if lines else []
    if not payments:
        return {}
    ids = [pk for pk, _reference, _amount in payments]
    booked = Allocation.objects.for_school(school_id).filter(
        among("payment_id", ids), reverses__isnull=True, move__isnull=True
    )
    shares: dict[int, list[tuple[int, int, Dong]]] = {}
    for payment_id, *share in booked.order_by("pk").values_list("payment_id", "invoice_id", "line_id", "amount"):
        shares.setdefault(payment_id, []).append((share[0], share[1], share[2]))
    left = CreditEntry.objects.for_school(school_id).filter(
        among("payment_id", ids), kind=CreditKind.OVERPAYMENT.value, move__isnull=True
    )
    columns = left.values_list("payment_id", "invoice_id", "amount")
    credits_of = {pk: (invoice, amount) for pk, invoice, amount in columns}
    found: dict[int, list[BookedPart]] = {}
    for pk, reference, amount in payments:
        part = BookedPart(pk, amount, tuple(shares.get(pk, [])), credits_of.get(pk))
        found.setdefault(int(reference), []).append(part)
    return found


def rests_of(school_id: int, lines: Sequence[BankLine]) -> dict[int, Dong]:
    """Line id → what of it is not booked; 1 query."""
    standing = Payment.objects.for_school(school_id).filter(
        among("evidence__reference", [str(line.pk) for line in lines]), reversed_at__isnull=True,
        evidence__kind=EvidenceKind.BANK_LINE.value,
    )  # fmt: skip
    used: dict[int, list[Dong]] = {}
    for reference, amount in standing.values_list("evidence__reference", "amount") if lines else ():
        used.setdefault(int(reference), []).append(amount)
    return {line.pk: line.amount - (total(used[line.pk]) if line.pk in used else ZERO) for line in lines}
