"""However notices, questions, statements and crashes come, the ledger is that of the orderly day.

What happens on a day: attempts of a family at several gateways, paid by known transactions, and other families'
transfers to the account. What arrives of it, one schedule: each notice up to four times, late, shuffled, mixed with
failures, questions to the gateway, deadlines, a bank feed, overlapping statements, forgeries, and processes that die in
the middle of booking. Afterwards nothing may be left of the disorder but the inbox. Each day is played once in order
and DISORDERS times in disorder; bytes go straight to what the addresses of notices call.

TRUONGSO_SCHEDULES sets how many schedules run (by default a few seconds' worth; 10,000 take about half an hour on one
core), TRUONGSO_SCHEDULE_SEED the first seed: with TRUONGSO_SCHEDULES=1 it plays the schedule of a failure again.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from tests import factories, money
from tests.flows import bank_disorder
from tests.flows.bank_disorder import Bank, PowerCutError
from truongso.banking.tests.helpers import Hook
from truongso.banking.tests.helpers import hook as bank_hook
from truongso.fees.models import Invoice
from truongso.kernel import clock, outgoing
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.gateways import query_back, settle
from truongso.payments.gateways.models import Attempt, AttemptMoney, Channel
from truongso.payments.gateways.notices import receive, work_off_waiting
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.tests.double import Double, Order
from truongso.payments.models import CreditEntry, Evidence, Payment, Receipt
from truongso.payments.types import EvidenceKind

Step = Callable[[], object]

COUNT = int(os.environ.get("TRUONGSO_SCHEDULES", "20"))
SEED = int(os.environ.get("TRUONGSO_SCHEDULE_SEED", "20261000"))
DISORDERS = 10  # schedules of one day
CHECKED = 50  # after so many schedules every invariant is recomputed
START = dt.datetime(2026, 10, 5, 9, tzinfo=clock.SCHOOL_TIME)
MOMENTS = [dt.timedelta(minutes=m) for m in (0, 1, 4, 9, 14, 16, 40, 90, 1500, 3000)]


@dataclass
class Plan:
    """What really happens, and what arrives of it."""

    attempts: list[Attempt]
    paid: list[tuple[Attempt, str, int, dt.datetime]] = field(default_factory=list)


def _plan(rng: random.Random, school: School, channels: list[Channel], invoices: list[Invoice]) -> Plan:
    """Attempts at gateways with what their payers do: pay, pay in parts (payOS), give up."""
    plan = Plan([])
    for number in range(rng.choices((1, 2, 3), (6, 3, 1))[0]):
        channel = rng.choice(channels)
        invoice = rng.choice(invoices)
        amount = rng.choice([int(invoice.total), rng.randint(5_000, int(invoice.total))])
        attempt = twin.start(channel, (invoice, amount))
        plan.attempts.append(attempt)
        if rng.random() < 0.2:
            continue
        parts = [amount]
        if channel.provider == "payos" and amount > 20_000 and rng.random() < 0.5:
            cut = rng.randint(1_000, amount - 1_000)
            parts = [cut, amount - cut + rng.choice([0, 0, 7_000])]
        for part in parts:
            txn = str(rng.randrange(10**9, 10**10)) + str(number)
            plan.paid.append((attempt, txn, part, START + dt.timedelta(minutes=rng.randint(0, 20))))
    return plan


def _gateway(plan: Plan) -> Double:
    """The gateways' own books of the day."""
    double = Double()
    for attempt in plan.attempts:
        double.orders[attempt.reference] = Order(int(attempt.amount))
    for attempt, txn, amount, at in plan.paid:
        order = double.orders[attempt.reference]
        order.state, order.txn, order.at = "paid", txn, at
        if attempt.channel.provider == "payos":
            order.transfers.append((f"FT{txn}", amount, at))
    return double


def _notice(plan: Plan, number: int) -> Callable[[], object]:
    attempt, txn, amount, at = plan.paid[number]
    message = twin.notice(attempt, amount=amount, txn=txn, at=at)
    return lambda: receive(attempt.channel, query=message.query, body=message.body, headers={})


def _failure(attempt: Attempt) -> Callable[[], object]:
    message = twin.notice(attempt, paid=False)
    return lambda: receive(attempt.channel, query=message.query, body=message.body, headers={})


def _steps(rng: random.Random, plan: Plan, channels: list[Channel]) -> list[Step]:
    """The disorder: every notice zero to four times, failures, questions, unfinished work, in any order."""
    steps: list[Step] = []
    for number in range(len(plan.paid)):
        steps += [_notice(plan, number) for _ in range(rng.choice([0, 1, 1, 2, 4]))]
    for attempt in plan.attempts:
        if attempt.channel.provider != "zalopay" and rng.random() < 0.3:
            steps.append(_failure(attempt))
        steps += [lambda a=attempt: query_back.query_back(a) for _ in range(rng.choice([0, 0, 1, 2]))]  # type: ignore[misc]
    steps += [query_back.ask_due for _ in range(rng.randint(0, 2))]
    steps += [lambda c=c: work_off_waiting(c) for c in channels if rng.random() < 0.2]  # type: ignore[misc]
    return steps


def _play(rng: random.Random, plan: Plan, bank: Bank, channels: list[Channel], monkeypatch: pytest.MonkeyPatch) -> None:
    """The disorder, with deaths in the middle of booking, and then the quiet after: the clock finishes everything."""
    moments = sorted(rng.choice(MOMENTS) for _ in range(60))
    steps = [(step, _die) for step in _steps(rng, plan, channels)]
    steps += [(step, bank_disorder.die) for step in bank.disorder(rng)]
    rng.shuffle(steps)
    for number, (step, die) in enumerate(steps):
        with clock.frozen(START + moments[min(number, 59)]):
            if rng.random() < 0.25:
                die(rng, step, monkeypatch)
            else:
                step()
    used = [c for c in channels if any(a.channel_id == c.pk for a in plan.attempts)]
    for minutes in (3100, 3200, 4300, 5800):
        with clock.frozen(START + dt.timedelta(minutes=minutes)):
            query_back.ask_due()
            if minutes in {3100, 5800}:
                for channel in used:
                    work_off_waiting(channel)
                bank.work_off()
    with clock.frozen(START + dt.timedelta(minutes=5900)):
        bank.statement()


def _die(rng: random.Random, step: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a step whose process dies before or after the payment is booked, or before the attempt is marked."""
    name = rng.choice(["book", "_mark_paid", "lock_invoices"])
    before = rng.random() < 0.5
    true = getattr(settle, name)

    def cut(*args: object, **more: object) -> object:
        if not before:
            true(*args, **more)
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(settle, name, cut)
        with suppress(PowerCutError):
            step()


def _orderly(plan: Plan, bank: Bank) -> None:
    """Every notice once, in the order of payment, at the moment of payment; the bank's before, the statement after."""
    with clock.frozen(START):
        bank.orderly()
    for number in sorted(range(len(plan.paid)), key=lambda n: (plan.paid[n][3], n)):
        with clock.frozen(plan.paid[number][3]):
            _notice(plan, number)()


def _ledger(school: School) -> dict[str, object]:
    """What must be the same whatever the order: balances, debts, credit, receipts, evidence, money of attempts."""
    accounts = account_ids(school.pk)
    reversed_none = {"school": school, "reverses": None}
    return {
        "balances": {
            role.value: int(balance(school.pk, accounts[role, 0]))
            for role in (AccountRole.IN_TRANSIT, AccountRole.RECEIVABLE, AccountRole.FAMILY_CREDIT)
        },
        "paid": [int(i.paid) for i in Invoice.objects.for_school(school).order_by("pk")],
        "credit": int(
            CreditEntry.objects.for_school(school).filter(**reversed_none).aggregate(s=Sum("amount"))["s"] or 0
        ),
        "receipts": Receipt.objects.for_school(school).count(),
        "payments": sorted(int(p.amount) for p in Payment.objects.for_school(school)),
        "evidence": sorted(
            Evidence.objects.for_school(school)
            .exclude(kind=EvidenceKind.BANK_LINE.value)  # see left_by_the_bank: a statement knows the day alone
            .values_list("reference", "amount", "occurred_at")
        ),
        "moneys": sorted(
            AttemptMoney.objects.for_school(school).values_list("attempt_id", "transaction_id", "amount", "paid_at")
        ),
        "attempts": sorted(
            Attempt.objects.for_school(school)
            .filter(received__gt=0)
            .values_list("pk", "state", "received", "time_state")
        ),
    }


@dataclass
class World:
    """A school with its gateways, its bank feed, a family of two invoices and three families of one."""

    school: School
    channels: list[Channel]
    invoices: list[Invoice]
    hook: Hook

    @classmethod
    def made(cls) -> World:
        school = factories.school()
        with clock.frozen(START):
            hook = bank_hook(school)
            channels = [twin.channel(school, p) for p in twin.PROVIDERS]
            first = money.invoice(school, [200_000, 100_000], full_name="Nguyễn Bảo An")
            invoices = [first, money.invoice(school, [150_000], full_name="Nguyễn Bảo Châu", family=first.family)]
            for name, amount in (("Lò Thị Mai", 410_000), ("Giàng A Chứ", 95_000), ("Lý Thị Mẩy", 95_000)):
                invoices.append(money.invoice(school, [amount], full_name=name))
        return cls(school, channels, invoices, hook)

    def left(self) -> dict[str, object]:
        return _ledger(self.school) | bank_disorder.left_by_the_bank(self.school, self.hook)


@dataclass
class Day:
    """What happens on a day, and the ledger after its orderly course. `number` makes it again."""

    world: World
    number: int
    plan: Plan = field(init=False)
    bank: Bank = field(init=False)
    orderly: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        rng, world = random.Random(self.number), self.world
        with clock.frozen(START):
            self.plan = _plan(rng, world.school, world.channels, world.invoices[:2])
            self.bank = Bank(world.hook, bank_disorder.transfers(rng, world.invoices[2:], START))
        with self._undone():
            _orderly(self.plan, self.bank)
            self.orderly = world.left()
        payments = len(self.plan.paid) + sum("nop tien" in t.memo for t in self.bank.came)
        assert payments == len(self.orderly["payments"])  # type: ignore[arg-type]
        assert self.orderly["bank"] == sum(t.amount for t in self.bank.came)

    def play(self, seed: int, *, is_checked: bool) -> None:
        """One schedule: in disorder, compared, undone."""
        rng = random.Random(seed)
        with self._undone(), pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(outgoing, "call", _gateway(self.plan).call)
            _play(rng, self.plan, self.bank, self.world.channels, monkeypatch)
            assert self.world.left() == self.orderly, f"seed {seed}"
            if is_checked:
                assert money.broken_invariants() == [], f"seed {seed}"

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Whatever is done inside leaves no row; objects in hand are as they are in the database again."""
        point = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(point)
        held = [*self.plan.attempts, *(a.channel for a in self.plan.attempts), *self.world.channels]
        for row in (*held, self.world.hook.connection):
            row.refresh_from_db()


@pytest.mark.django_db
def test_every_schedule_leaves_the_ledger_of_the_orderly_day() -> None:
    world, began = World.made(), time.monotonic()
    seeds = range(SEED, SEED + COUNT)
    for number, of_day in itertools.groupby(seeds, lambda seed: seed // DISORDERS):
        point = transaction.savepoint()
        day = Day(world, number)
        for seed in of_day:
            day.play(seed, is_checked=seed % CHECKED == 0 or seed == seeds[-1])
        transaction.savepoint_rollback(point)
    assert not connection.needs_rollback
    print(f"{COUNT} schedules in {time.monotonic() - began:.0f} s")
