"""The four queues, each from what is stored at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet

from truongso.banking.acts.places import rests_of
from truongso.banking.asides.queries import asides_of
from truongso.banking.models import BankLine, BatchLink, MatchDecision
from truongso.banking.queries import OPEN_STATES
from truongso.banking.queues.types import Entry, Says
from truongso.banking.types import Direction, LineState
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.money import ZERO, Dong
from truongso.payments.public import (
    Evidence,
    SettlementItem,
    SettleTerms,
    UnderWay,
    bill_differences,
    codes_of_evidence,
    describe_under_way,
    money_under_way,
    settle_terms,
    working_day_after,
)
from truongso.payments.types import EvidenceKind

SHOWN_PARTS = 20
_STANDING = "standing"
_SETTLED = {
    LineState.MATCHED.value: Says.TRANSFER,
    LineState.SETTLED.value: Says.BATCH,
    LineState.DEPOSIT.value: Says.DEPOSIT,
    LineState.REFUND.value: Says.REFUND,
}
_OPEN = {
    LineState.WAITING.value: Says.WAITING,
    LineState.PARTLY.value: Says.PARTLY,
    LineState.PARKED.value: Says.PARKED,
}
_UNRECORDED = {"unknown": Says.UNKNOWN_ITEM, "undone": Says.UNDONE_ITEM}

Terms = Mapping[str, SettleTerms]


def matched_lines(school_id: int, first: dt.date, last: dt.date) -> QuerySet[BankLine]:
    """Credits of these days that have their place, oldest first."""
    rows = BankLine.objects.for_school(school_id).filter(
        direction=Direction.IN.value, state__in=list(_SETTLED), booked_on__range=(first, last)
    )
    return rows.select_related("bank_account").order_by("booked_on", "pk")


def matched(school_id: int, lines: Sequence[BankLine], *, parts: int | None = SHOWN_PARTS) -> list[Entry]:
    """Credits with what they are: transfers as paid, batches taken apart into their items; at most 7 queries.

    `parts` limits the items of a batch that are listed; None lists all.
    """
    links = _links(school_id, lines)
    items = _items(school_id, {link.batch_id for found in links.values() for link in found})
    terms = settle_terms(school_id) if items else {}
    proofs = Evidence.objects.for_school(school_id).filter(
        among("reference", [str(x.pk) for x in lines if x.state == LineState.MATCHED.value]),
        kind=EvidenceKind.BANK_LINE.value,
    )
    of_line = {int(reference): pk for pk, reference in proofs.values_list("pk", "reference")}
    ids = [*of_line.values(), *(i.evidence_id for found in items.values() for i in found if i.evidence_id)]
    codes = codes_of_evidence(school_id, ids)
    found = []
    for line in lines:
        here = links.get(line.pk, [])
        if here:
            listed = [i for link in here for i in items.get(link.batch_id, [])]
            found.append(_batch(line, here, listed, terms=terms, codes=codes, most=parts))
        else:
            found.append(_transfer(line, codes.get(of_line.get(line.pk, 0), ("", ""))))
    return found


def open_credits(school_id: int, first: dt.date | None = None, last: dt.date | None = None) -> QuerySet[BankLine]:
    """Credits that nobody has recorded anything for, oldest first, of these days or of all."""
    states = [*OPEN_STATES, LineState.PARKED.value]
    rows = BankLine.objects.for_school(school_id).filter(direction=Direction.IN.value, state__in=states)
    if first is not None and last is not None:
        rows = rows.filter(booked_on__range=(first, last))
    return rows.select_related("bank_account").order_by("booked_on", "pk")


def without_record(school_id: int, lines: Sequence[BankLine]) -> list[Entry]:
    """Credits as they wait; 2 queries."""
    rests, today = rests_of(school_id, lines), clock.today()
    asides = asides_of(school_id, lines)
    return [
        Entry(
            _OPEN[x.state], x.booked_on, x.bank_account.number, x.reference,
            x.counter_name or x.memo[:80], asides[x.pk].reason if x.pk in asides else "", rests[x.pk], ZERO,
            rests[x.pk], arrived_on=x.booked_on, days=(today - x.booked_on).days, link=("line", x.public_id),
        )
        for x in lines
    ]  # fmt: skip


def items_without_record(school_id: int) -> list[Entry]:
    """Transactions that an intermediary settled and nobody recorded, or whose record was taken back; 6 queries."""
    rows = SettlementItem.objects.for_school(school_id).filter(state__in=list(_UNRECORDED), gross__gt=0)
    terms = settle_terms(school_id)
    return [
        _item(i, _UNRECORDED[i.state], terms, {}, arrived=None)
        for i in rows.select_related("batch").order_by("batch__settled_on", "pk")[:500]
    ]


def without_money(school_id: int, terms: Terms, rows: Sequence[Evidence]) -> list[Entry]:
    """Records whose money has not been credited: what was paid, what will be kept, by when the rest should come."""
    today = clock.today()
    return [_under_way(one, today) for one in describe_under_way(school_id, rows, terms)]


def records_without_money(school_id: int, terms: Terms, *, late: bool) -> QuerySet[Evidence]:
    """What slips, gateways and banks report as paid and the bank has not credited, oldest first."""
    return money_under_way(school_id, terms, late=late)


def differences(school_id: int, first: dt.date, last: dt.date) -> list[Entry]:
    """What both sides have, but not alike, of these days: fee, amount, date; the number of queries is fixed."""
    terms = settle_terms(school_id)
    rows = SettlementItem.objects.for_school(school_id).filter(
        batch__settled_on__range=(first, last), state__in=["matched", "amount_differs"], gross__gt=0
    )
    items = list(rows.select_related("batch", "evidence", "candidate").order_by("batch__settled_on", "pk"))
    codes = codes_of_evidence(school_id, [i.evidence_id for i in items if i.evidence_id])
    links = BatchLink.objects.for_school(school_id).filter(
        state=_STANDING, batch__settled_on__range=(first - dt.timedelta(days=60), last)
    )
    arrived = dict(links.values_list("batch_id", "line__booked_on"))
    found = [e for i in items for e in _item_differences(i, terms, codes, arrived.get(i.batch_id))]
    found += _late_batches(school_id, first, last, terms)
    found += _short_or_over(school_id, first, last)
    found += [
        Entry(
            Says.BILL, d.day, d.partner, d.transaction_id, "", d.kind, d.ours or d.theirs or ZERO, ZERO,
            d.ours or d.theirs or ZERO, ours=d.ours, theirs=d.theirs, link=("bills", ""),
        )
        for d in bill_differences(school_id, first, last)
    ]  # fmt: skip
    return sorted(found, key=lambda e: (e.day, e.says, e.reference))


def _links(school_id: int, lines: Sequence[BankLine]) -> dict[int, list[BatchLink]]:
    ids = [x.pk for x in lines if x.state == LineState.SETTLED.value]
    rows = BatchLink.objects.for_school(school_id).filter(among("line_id", ids), state=_STANDING)
    found: dict[int, list[BatchLink]] = {}
    for link in rows.select_related("batch").order_by("pk") if ids else ():
        found.setdefault(link.line_id, []).append(link)
    return found


def _items(school_id: int, batch_ids: Iterable[int]) -> dict[int, list[SettlementItem]]:
    wanted = set(batch_ids)
    rows = SettlementItem.objects.for_school(school_id).filter(among("batch_id", wanted))
    found: dict[int, list[SettlementItem]] = {}
    for item in rows.select_related("batch").order_by("batch_id", "row_number", "pk") if wanted else ():
        found.setdefault(item.batch_id, []).append(item)
    return found


def _transfer(line: BankLine, paid: tuple[str, str]) -> Entry:
    return Entry(
        _SETTLED[line.state], line.booked_on, line.bank_account.number, line.reference,
        paid[1] or line.counter_name or line.memo[:80], paid[0], line.amount, ZERO, line.amount,
        expected_on=line.booked_on, arrived_on=line.booked_on, link=("line", line.public_id),
    )  # fmt: skip


def _batch(
    line: BankLine,
    links: Sequence[BatchLink],
    items: Sequence[SettlementItem],
    *,
    terms: Terms,
    codes: Mapping[int, tuple[str, str]],
    most: int | None,
) -> Entry:
    gross = sum((int(k.batch.gross) for k in links), 0)
    fee = sum((int(k.batch.fee) for k in links), 0)
    expected = [d for i in items if (d := _expected(i, terms)) is not None]
    shown = items if most is None else items[:most]
    return Entry(
        Says.BATCH, line.booked_on, ", ".join(_partners(links, items, terms)),
        ", ".join(k.batch.reference for k in links), line.counter_name or line.memo[:80], "", Dong(gross), Dong(fee),
        line.amount, expected_on=max(expected, default=links[0].batch.settled_on), arrived_on=line.booked_on,
        link=("line", line.public_id), hidden=len(items) - len(shown),
        parts=tuple(_item(i, Says.ITEM, terms, codes, arrived=line.booked_on) for i in shown),
    )  # fmt: skip


def _partners(links: Sequence[BatchLink], items: Sequence[SettlementItem], terms: Terms) -> list[str]:
    """Who settled: terminals by name, gateways and banks as the school calls them."""
    codes = dict.fromkeys(_source(i) for i in items) or dict.fromkeys(k.batch.source for k in links)
    return [terms[code].name if code in terms else code for code in codes]


def _item(
    item: SettlementItem, says: Says, terms: Terms, codes: Mapping[int, tuple[str, str]], *, arrived: dt.date | None
) -> Entry:
    paid = codes.get(item.evidence_id or 0, ("", ""))
    term = terms.get(_source(item))
    return Entry(
        says, item.transacted_on or item.batch.settled_on, term.name if term else item.source,
        item.rrn or item.transaction_id or item.key, paid[1], paid[0], item.gross, item.fee, item.net,
        expected_on=_expected(item, terms), arrived_on=arrived, link=("batch", item.batch.public_id),
    )  # fmt: skip


def _under_way(one: UnderWay, today: dt.date) -> Entry:
    days = one.days_late(today)
    return Entry(
        Says.LATE if days else Says.IN_TIME, one.paid_on, one.source_name, one.reference, one.payer, one.codes,
        one.gross, one.fee, one.net, expected_on=one.expected_on, is_agreed=not one.is_listed, days=days,
        link=("batch", one.batch.batch.public_id) if one.batch else ("", ""),
    )  # fmt: skip


def _item_differences(
    item: SettlementItem, terms: Terms, codes: Mapping[int, tuple[str, str]], arrived: dt.date | None
) -> Iterable[Entry]:
    plain = _item(item, Says.FEE, terms, codes, arrived=arrived)
    if item.state == "amount_differs":
        ours = item.candidate.amount if item.candidate else None
        yield _with(plain, Says.AMOUNT, ours=ours, theirs=item.gross)
        return
    term = terms.get(_source(item))
    if term is not None and term.fee(item.gross) != item.fee:
        yield _with(plain, Says.FEE, ours=term.fee(item.gross), theirs=item.fee)


def _late_batches(school_id: int, first: dt.date, last: dt.date, terms: Terms) -> list[Entry]:
    """Batches that the bank credited later than the last of their items should have come."""
    links = BatchLink.objects.for_school(school_id).filter(state=_STANDING, line__booked_on__range=(first, last))
    standing = list(links.select_related("batch", "line__bank_account").order_by("pk"))
    items = _items(school_id, [k.batch_id for k in standing])
    found = []
    for link in standing:
        listed = items.get(link.batch_id, [])
        expected = max((d for i in listed if (d := _expected(i, terms)) is not None), default=None)
        if expected is not None and link.line.booked_on > expected:
            entry = _batch(link.line, [link], listed, terms=terms, codes={}, most=0)
            found.append(_with(entry, Says.DATE, days=(link.line.booked_on - expected).days))
    return found


def _short_or_over(school_id: int, first: dt.date, last: dt.date) -> list[Entry]:
    """Transfers under a code that paid less or more than was owed, as they were booked by the rules."""
    rows = MatchDecision.objects.for_school(school_id).filter(
        rule__in=["under", "over"], payment__isnull=False, payment__reversed_at__isnull=True,
        line__booked_on__range=(first, last), decision="auto",
    )  # fmt: skip
    found = []
    for row in rows.select_related("line__bank_account", "payment").order_by("pk")[:2000]:
        line, codes = row.line, row.payment.invoice_code
        owed = sum(int(c["outstanding"]) for c in row.candidates if c["amount"] is not None)
        plain = _transfer(line, (codes, row.payment.payer_name))
        found.append(_with(plain, Says(row.rule), ours=Dong(owed), theirs=line.amount))
    return found


def _with(entry: Entry, says: Says, *, ours: Dong | None = None, theirs: Dong | None = None, days: int = 0) -> Entry:
    return Entry(
        says, entry.day, entry.source, entry.reference, entry.who, entry.codes, entry.gross, entry.fee, entry.net,
        expected_on=entry.expected_on, arrived_on=entry.arrived_on, ours=ours, theirs=theirs, days=days,
        link=entry.link,
    )  # fmt: skip


def _expected(item: SettlementItem, terms: Terms) -> dt.date | None:
    term = terms.get(_source(item))
    if term is None or item.transacted_on is None:
        return None
    return working_day_after(item.transacted_on, term.days)


def _source(item: SettlementItem) -> str:
    """Under which terms an item stands: those of its terminal, or of its gateway or bank."""
    return f"pos:{item.terminal_code}" if item.source == "pos" else item.source
