"""Money moves at the sandbox bank as it does in life: most transfers clean, some framed, mistyped, short or lost."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from truongso.banking.public import apply_statement, preview_statement
from truongso.fees.public import Invoice, InvoiceFilter, invoices, issued_rounds
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.payments.public import book, invoice_payload
from truongso.payments.types import Booking, EvidenceKind, Method, Share
from truongso.sandbox.bank_client import SandboxBank, transfer_request
from truongso.sandbox.demo.setup import ACTOR, DemoSchool, Say

SEED = 20261122
# What happens to an invoice, in per mille; the rest is paid clean.
UNPAID, CASH, SHORT, OVER, TWICE, NO_MEMO, NAMED = 110, 60, 20, 20, 5, 12, 10
FRAMES = ("mbvcb", "momo", "acsp", "trace", "ibft", "upper", "lower", "from_payer")
SLIPS = ("spaced", "dotted", "mistyped", "missing", "doubled", "swapped")
FRAMED, SLIPPED = 260, 60  # per mille of the clean ones
BY_FEED = 4  # transfers per school that the bank also pushes as notices


@dataclass(slots=True)
class Plan:
    """What the families of one school do."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    cash: list[Invoice] = field(default_factory=list)
    unpaid: list[Invoice] = field(default_factory=list)


def open_accounts(bank: SandboxBank, demo: Sequence[DemoSchool], base_url: str) -> None:
    """Register the schools' accounts with their webhooks, and one paying customer per family."""
    families = {p.family.number: p.family for place in demo for p in place.pupils}
    bank.add_customers(
        {"name": family.payer.full_name, "account": customer(number), "balance": 50_000_000}
        for number, family in sorted(families.items())
    )
    for place in demo:
        bank.register_account(
            bin=place.account.bank_bin, number=place.account.number, holder=place.account.holder_name,
            webhook=base_url + reverse(f"banking:hook_{place.feed}", args=[place.feed_id]),
            secret=place.feed_secret, feed=place.feed, balance=Dong(2_000_000),
        )  # fmt: skip


def customer(family: int) -> str:
    """The account number of a family at the sandbox bank."""
    return f"19{family:08}"


def pay(bank: SandboxBank, place: DemoSchool, since: dt.date, rng: random.Random) -> Plan:
    """Transfers of one school's families, spread over the days since the issue; cash is left to the counter."""
    plan = _plan(place, since, rng)
    bank.pay_many(plan.orders)
    evening = _moment(since + dt.timedelta(days=1), rng)
    number = place.account.number
    bank.book_line(number, direction="in", amount=Dong(rng.randrange(38, 900)), memo="NODATA", at=evening, notify=False)
    bank.book_line(number, direction="out", amount=Dong(11_000), memo="PHI DICH VU SMS", at=evening, notify=False)
    return plan


def import_statement(bank: SandboxBank, place: DemoSchool, say: Say) -> None:
    """Download the account's statement in its bank's own layout and import it as an accountant does."""
    content = bank.statement(place.account.number)
    with transaction():
        statement = preview_statement(place.account, content=content, file_name="sao-ke.xlsx", actor=ACTOR)
    counts = apply_statement(statement, actor=ACTOR)
    say(f"{place.spec.short_name}: sao kê {counts['new'] + counts['known']} dòng, tự khớp {counts['booked']}")


def take_cash(place: DemoSchool, plan: Plan, since: dt.date, rng: random.Random) -> None:
    """The cashier takes money over the counter; each receipt number is the evidence."""
    for number, invoice in enumerate(plan.cash, start=1):
        booking = Booking(
            kind=EvidenceKind.CASH_RECEIPT, source="counter", reference=f"demo-{number:05}",
            evidence_amount=invoice.total, amount=invoice.total, method=Method.CASH, received_at=_moment(since, rng),
            payer_name=invoice.payer_name, payer_account="", shares=(Share(invoice.pk, invoice.total),),
            bank_account_id=None, in_suspense=False,
        )  # fmt: skip
        with transaction():
            book(place.school.pk, booking=booking, actor=ACTOR)


def _plan(place: DemoSchool, since: dt.date, rng: random.Random) -> Plan:
    plan = Plan()
    family_of = {p.full_name + p.class_name: p.family.number for p in place.pupils}
    for invoice in invoices(place.school.pk, InvoiceFilter(round_id=issued_rounds(place.school.pk)[0].pk)):
        payer = customer(family_of[invoice.student_name + invoice.class_name])
        dice = rng.randrange(1000)
        for limit, act in _ACTS:
            if dice < limit:
                act(plan, invoice, payer, since, rng)
                break
            dice -= limit
        else:
            _clean(plan, invoice, payer, since, rng)
    for order in plan.orders[:BY_FEED]:
        order["notify"] = True
    return plan


def _unpaid(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    plan.unpaid.append(invoice)


def _cash(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    plan.cash.append(invoice)


def _clean(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    dice, channel = rng.randrange(1000), "intact"
    if dice < FRAMED:
        channel = rng.choice(FRAMES)
    elif dice < FRAMED + SLIPPED:
        channel = rng.choice(SLIPS)
    plan.orders.append(_order(invoice, payer, since, rng, channel=channel))


def _short(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    part = Dong(max(1000, invoice.total.value * 3 // 5 // 1000 * 1000))
    plan.orders.append(_order(invoice, payer, since, rng, amount=min(part, invoice.total)))


def _over(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    plan.orders.append(_order(invoice, payer, since, rng, amount=invoice.total + Dong(rng.choice((5_000, 20_000)))))


def _twice(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    plan.orders += [_order(invoice, payer, since, rng) for _ in range(2)]


def _no_memo(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    plan.orders.append(_order(invoice, payer, since, rng, channel="removed"))


def _named(plan: Plan, invoice: Invoice, payer: str, since: dt.date, rng: random.Random) -> None:
    memo = f"{invoice.student_name} lop {invoice.class_name} nop tien"
    plan.orders.append(_order(invoice, payer, since, rng, memo=memo))


_ACTS = (
    (UNPAID, _unpaid), (CASH, _cash), (SHORT, _short), (OVER, _over), (TWICE, _twice), (NO_MEMO, _no_memo),
    (NAMED, _named),
)  # fmt: skip


def _order(
    invoice: Invoice, payer: str, since: dt.date, rng: random.Random, *, channel: str = "intact", **more: Any
) -> dict[str, Any]:
    return transfer_request(
        payer=payer, payload=invoice_payload(invoice), channel=channel, at=_moment(since, rng), notify=False, **more
    )


def _moment(since: dt.date, rng: random.Random) -> dt.datetime:
    """Some time between the issue and yesterday evening, in school time."""
    days = max((clock.today() - since).days, 1)
    day = since + dt.timedelta(days=rng.randrange(days))
    return dt.datetime.combine(day, dt.time(rng.randrange(9, 21), rng.randrange(60)), tzinfo=clock.SCHOOL_TIME)
