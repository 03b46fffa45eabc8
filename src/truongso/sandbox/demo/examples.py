"""One of each at the first school: a round that takes parts, a refund paid and one that waits, a reminder sent."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from truongso.accounts.types import Role
from truongso.fees.public import (
    CollectionRound,
    Invoice,
    InvoiceFilter,
    create_round,
    invoices,
    issued_rounds,
    plan_round,
    plan_totals,
    set_classes,
    set_items,
    start_issue,
)
from truongso.fees.types import FeeUnit
from truongso.kernel import clock, jobs
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.messaging.public import save_channel
from truongso.messaging.types import ChannelKind
from truongso.organizations.public import SchoolYear
from truongso.payments.public import (
    RefundAsk,
    RefundKind,
    RefundWay,
    approve_refund,
    ask_reminder,
    book,
    pay_refund_in_cash,
    plan_reminder,
    propose_refund,
    send_reminder,
)
from truongso.payments.types import Booking, EvidenceKind, Method, Share
from truongso.people.public import classes_of_year
from truongso.sandbox.demo.partners import person
from truongso.sandbox.demo.rounds import DUE_IN_DAYS
from truongso.sandbox.demo.setup import ACTOR, DemoSchool, Say
from truongso.sandbox.province.fees import fee_items

_FAMILIES = 3  # of the round in parts: one pays all, the others half
_MEALS = Dong(70_000)  # two days without a meal
_REASON = "Hai ngày không phục vụ bữa ăn"


def show(demo: Sequence[DemoSchool], year: SchoolYear, say: Say) -> None:
    """Parts and refunds at the first school, the reminder where somebody owes something obligatory."""
    place = demo[0]
    monthly = issued_rounds(place.school.pk)[0]
    _round_in_parts(place, year)
    _refunds(place, monthly)
    reminded = next((other for other in demo if _remind(other)), None)
    said = f", nhắc nộp ở {reminded.spec.short_name}" if reminded else ""
    say(f"{place.spec.short_name}: đợt thu nộp một phần, hoàn tiền ăn{said}")


def _round_in_parts(place: DemoSchool, year: SchoolYear) -> None:
    """What is bought once has its own round, here for the class where most families chose it."""
    school_id, today = place.school.pk, clock.today()
    once = {s.code for s in fee_items(place.spec) if s.unit is FeeUnit.ONCE}
    chosen = Counter(p.class_name for p in place.pupils if once & set(p.opted_in))
    class_name = chosen.most_common(1)[0][0]
    taught = next(c for c in classes_of_year(place.school, year) if c.name == class_name)
    with transaction():
        made = create_round(
            school_id, name=f"Đồng phục, trải nghiệm {class_name}", school_year_id=year.pk, priced_on=today,
            due_on=today + dt.timedelta(days=DUE_IN_DAYS), bank_account_id=place.account.pk, allows_partial=True,
            actor=ACTOR,
        )  # fmt: skip
        set_items(school_id, round_id=made.pk, quantities={place.items[c]: 1 for c in once}, actor=ACTOR)
        set_classes(school_id, round_id=made.pk, class_ids=[taught.id], actor=ACTOR)
        plan_round(school_id, round_id=made.pk)
        totals = plan_totals(made)
        job = start_issue(
            school_id, round_id=made.pk, seen_invoices=totals.invoices, seen_amount=totals.amount, actor=ACTOR
        )
    jobs.run(job.pk)
    families = list(invoices(school_id, InvoiceFilter(round_id=made.pk)))[:_FAMILIES]
    for number, invoice in enumerate(families):
        half = Dong(invoice.total.value // 2 // 1_000 * 1_000)
        _pay_cash(place, invoice, invoice.total if number == 0 else half, f"demo-phan-{number}")


def _refunds(place: DemoSchool, monthly: CollectionRound) -> None:
    """One family's meals given back at the counter; those of a class wait for the principal."""
    school_id = place.school.pk
    accountant, principal = (person(place.school, role) for role in (Role.ACCOUNTANT, Role.PRINCIPAL))
    meal = next(s.code for s in fee_items(place.spec) if s.unit is FeeUnit.DAY)
    paid = [i for i in invoices(school_id, InvoiceFilter(round_id=monthly.pk)) if i.total == i.paid]
    first, others = paid[0], next(i for i in paid if i.class_name != paid[0].class_name)

    def ask(**narrowed: Any) -> RefundAsk:
        return RefundAsk(
            RefundKind.FEE, RefundWay.CASH, round_id=monthly.pk, fee_item_id=place.items[meal], amount=_MEALS,
            **narrowed,
        )  # fmt: skip

    with transaction():
        request = propose_refund(school_id, ask=ask(codes=(first.code,)), reason=_REASON, actor=accountant)
    with transaction():
        approve_refund(school_id, request_id=request.pk, digest=request.digest, actor=principal)
    with transaction():
        item = request.items.get()
        pay_refund_in_cash(school_id, item_id=item.pk, recipient_name=first.payer_name, actor=accountant)
    with transaction():
        propose_refund(school_id, ask=ask(class_name=others.class_name), reason=_REASON, actor=accountant)


def _remind(place: DemoSchool) -> bool:
    """The class where most owe, by the file that a partner would send; False when nobody owes what must be paid."""
    school_id = place.school.pk
    monthly = next(r for r in issued_rounds(school_id) if not r.allows_partial)
    wanted: dict[str, Any] = {"round_id": monthly.pk, "channels": [ChannelKind.FILE]}
    everyone = plan_reminder(school_id, class_names=[], **wanted)
    owing = Counter(d.class_name for m in everyone.messages for d in m.debts)
    if not owing:
        return False
    class_names = [owing.most_common(1)[0][0]]
    accountant = person(place.school, Role.ACCOUNTANT)
    with transaction():
        save_channel(
            school_id, kind=ChannelKind.FILE, is_active=True, sender="", endpoint="", secret="", actor=accountant
        )
        seen = len(plan_reminder(school_id, class_names=class_names, **wanted).messages)
        made = ask_reminder(
            school_id, class_names=class_names, send_at=clock.now(), seen=seen, actor=accountant, **wanted
        )
    with transaction():
        send_reminder(school_id, reminder_id=made.pk, actor=accountant)
    return True


def _pay_cash(place: DemoSchool, invoice: Invoice, amount: Dong, reference: str) -> None:
    booking = Booking(
        kind=EvidenceKind.CASH_RECEIPT, source="counter", reference=reference, evidence_amount=amount, amount=amount,
        method=Method.CASH, received_at=clock.now(), payer_name=invoice.payer_name, payer_account="",
        shares=(Share(invoice.pk, amount),), bank_account_id=None, in_suspense=False,
    )  # fmt: skip
    with transaction():
        book(place.school.pk, booking=booking, actor=ACTOR)
