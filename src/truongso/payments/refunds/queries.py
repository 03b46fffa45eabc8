"""Reads of refunds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from truongso.kernel.among import among
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import fold
from truongso.payments.credit.types import MoveKind
from truongso.payments.models import CreditMove
from truongso.payments.refunds.models import PortalWord, RefundFile, RefundItem, RefundPayout, RefundRequest
from truongso.payments.refunds.types import ItemState, PayoutKind, RefundWay, RequestState, WordState
from truongso.payments.types import Method

_WAITING = [ItemState.DUE.value, ItemState.SENT.value]


@dataclass(frozen=True, slots=True)
class RefundFigures:
    """Requests to decide, and refunds that have not left, in number and money."""

    proposed: int
    proposed_amount: Dong
    due: int
    due_amount: Dong


def figures(school_id: int) -> RefundFigures:
    """The figures above the list; 2 queries."""
    asked = RefundRequest.objects.for_school(school_id).filter(state=RequestState.PROPOSED.value)
    found = asked.aggregate(n=Count("pk"), s=Sum("amount"))
    due = RefundItem.objects.for_school(school_id).filter(state__in=_WAITING).aggregate(n=Count("pk"), s=Sum("amount"))
    return RefundFigures(found["n"], found["s"] or ZERO, due["n"], due["s"] or ZERO)


def waiting_count(school_id: int) -> int:
    """How many requests wait for a second person; 1 query."""
    return RefundRequest.objects.for_school(school_id).filter(_for_a_second(school_id)).count()


def waiting_requests(school_id: int) -> QuerySet[RefundRequest]:
    """Requests that wait for a second person, the oldest first: to decide on them, or to look as another did at the
    gateway's pages."""
    return requests(school_id).filter(_for_a_second(school_id)).order_by("pk")


def _for_a_second(school_id: int) -> Q:
    said = PortalWord.objects.for_school(school_id).filter(state=WordState.SAID.value)
    late = said.filter(item__state=ItemState.SENT.value).values("item__request_id")
    return Q(state=RequestState.PROPOSED.value) | Q(pk__in=late)


def requests(school_id: int, *, state: RequestState | None = None, words: str = "") -> QuerySet[RefundRequest]:
    """Requests with the number of families, the newest first; `words` in reason, number, pupil, class or code."""
    rows = RefundRequest.objects.for_school(school_id)
    if state is not None:
        rows = rows.filter(state=state.value)
    for word in words.split():
        rows = rows.filter(pk__in=_found(school_id, word))
    paid = Q(items__state=ItemState.PAID.value)
    open_items = Q(items__state__in=_WAITING)
    counted: QuerySet[RefundRequest] = rows.annotate(
        families=Count("items"), paid=Count("items", filter=paid), waiting=Count("items", filter=open_items)
    ).order_by("-pk")
    return counted


def request_by_public_id(school_id: int, public_id: str) -> RefundRequest | None:
    """One request; 1 query."""
    return RefundRequest.objects.for_school(school_id).filter(public_id=public_id).first()


def items_of(request: RefundRequest) -> list[RefundItem]:
    """Its refunds with file, payouts and vouchers, in the order proposed; 3 queries."""
    rows = RefundItem.objects.for_school(request.school_id).filter(request=request).select_related("file")
    return list(rows.prefetch_related("payouts__vouchers").order_by("pk"))


def items_due(school_id: int) -> QuerySet[RefundItem]:
    """Refunds approved that have not left, the oldest first."""
    rows = RefundItem.objects.for_school(school_id).filter(state__in=_WAITING)
    return rows.select_related("request", "file").order_by("pk")


def files(school_id: int) -> QuerySet[RefundFile]:
    """Payment files without their content, the newest first."""
    return RefundFile.objects.for_school(school_id).defer("content").select_related("bank_account").order_by("-pk")


def items_by_code(school_id: int, codes: Sequence[str]) -> dict[str, RefundItem]:
    """Refunds by their code; unknown codes are left out; 1 query."""
    return {i.code: i for i in RefundItem.objects.for_school(school_id).filter(code__in=codes)}


def waiting_for_bank(school_id: int, amount: Dong, account_number: str) -> list[RefundItem]:
    """Refunds of that amount to that account that wait for the bank; 1 query."""
    rows = RefundItem.objects.for_school(school_id).filter(
        state__in=_WAITING, way="bank", amount=amount, account_number=account_number
    )
    return list(rows.order_by("pk"))


def waiting_files(school_id: int, amount: Dong) -> list[RefundFile]:
    """Files whose unpaid refunds sum to the amount: a bank may debit a whole file at once; 1 query."""
    rows = files(school_id).filter(cancelled_at__isnull=True)
    waiting = Q(items__state=ItemState.SENT.value)
    return list(rows.annotate(open=Sum("items__amount", filter=waiting)).filter(open=amount))


def open_items_of_file(school_id: int, file_id: int) -> list[RefundItem]:
    """Refunds of a file that have not left; 1 query."""
    rows = RefundItem.objects.for_school(school_id).filter(file_id=file_id, state=ItemState.SENT.value)
    return list(rows.order_by("pk"))


def standing_payouts(school_id: int, item_ids: Sequence[int]) -> dict[int, RefundPayout]:
    """Refund id → the payout that stands; 1 query."""
    rows = RefundPayout.objects.for_school(school_id).filter(
        item_id__in=item_ids, kind=PayoutKind.PAID.value, reversed_by__isnull=True
    )
    return {p.item_id: p for p in rows}


@dataclass(frozen=True, slots=True)
class RefundMovement:
    """Money of one payment that left the school for a refund, or (negative) came back to it; with the refund's code."""

    payment_id: int
    method: Method
    paid: Dong
    day: dt.date
    value: Dong
    code: str
    family_id: int
    way: RefundWay


def refund_movements(
    school_id: int,
    *,
    first: dt.date = dt.date.min,
    last: dt.date = dt.date.max,
    payment_ids: Collection[int] | None = None,
) -> list[RefundMovement]:
    """Payouts and what came back of them between two days (both count), part by part of the payments they are taken
    from, in the order they happened; of some payments, or all. 1 query."""
    parts = CreditMove.objects.for_school(school_id)
    return [one for _school, one in _movements(parts, first, last, payment_ids)]


def refund_movements_of_schools(
    school_ids: Collection[int],
    *,
    first: dt.date = dt.date.min,
    last: dt.date = dt.date.max,
    payment_ids: Collection[int] | None = None,
) -> dict[int, list[RefundMovement]]:
    """The same of several schools by id, those without any left out; 1 query."""
    found: dict[int, list[RefundMovement]] = {}
    for school_id, one in _movements(CreditMove.objects.for_schools(school_ids), first, last, payment_ids):
        found.setdefault(school_id, []).append(one)
    return found


def _movements(
    parts: QuerySet[CreditMove], first: dt.date, last: dt.date, payment_ids: Collection[int] | None
) -> Iterator[tuple[int, RefundMovement]]:
    parts = parts.filter(kind=MoveKind.REFUNDED.value, refund_item__payouts__occurred_on__range=(first, last))
    if payment_ids is not None:
        parts = parts.filter(among("payment_id", payment_ids))
    rows = parts.order_by("refund_item__payouts__occurred_on", "refund_item__payouts__pk", "pk").values_list(
        "school_id", "payment_id", "payment__method", "payment__amount", "refund_item__payouts__occurred_on", "amount",
        "refund_item__payouts__kind", "refund_item__code", "refund_item__family_id", "refund_item__payouts__way",
    )  # fmt: skip
    for school_id, payment, method, paid, day, amount, kind, code, family, way in rows:
        value = amount if kind == PayoutKind.PAID.value else -amount
        yield school_id, RefundMovement(payment, Method(method), paid, day, value, code, family, RefundWay(way))


def moves_of_payment(school_id: int, payment_id: int) -> list[CreditMove]:
    """What became of a payment's money after it was booked, oldest first; 1 query."""
    rows = CreditMove.objects.for_school(school_id).filter(payment_id=payment_id)
    return list(rows.select_related("refund_item__request").order_by("pk"))


def number_of(request: RefundRequest) -> str:
    """The number as printed, for example HT-2026-0012."""
    return f"HT-{request.year}-{request.number:04}"


def _found(school_id: int, word: str) -> QuerySet[RefundItem]:
    folded = fold(word).upper()
    rows = RefundItem.objects.for_school(school_id)
    hit = Q(code__contains=folded) | Q(invoice_codes__contains=folded) | Q(student_name__icontains=word)
    hit |= Q(class_name__iexact=word) | Q(request__reason__icontains=word)
    number = folded.rsplit("-", maxsplit=1)[-1]
    if folded.startswith("HT") and number.isdecimal():
        hit |= Q(request__number=int(number))
    return rows.filter(hit).values("request_id")  # type: ignore[return-value]
