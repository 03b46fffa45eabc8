"""However notices, questions, statements and crashes come, the ledger is that of the orderly day.

One schedule: a few attempts of a family at several gateways, paid by known transactions; each notice is delivered up to
four times, late, shuffled, mixed with failures, questions to the gateway, deadlines and processes that die in the
middle of booking. On the same days other families transfer to the account, told by a bank feed and by overlapping
statements. Afterwards nothing may be left of the disorder but the inbox.

TRUONGSO_SCHEDULES sets how many schedules run (by default as many as fit into a minute; the full figure is 10,000);
TRUONGSO_SCHEDULE_SEED the first seed, to play one again.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
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

COUNT = int(os.environ.get("TRUONGSO_SCHEDULES", "0"))
SEED = int(os.environ.get("TRUONGSO_SCHEDULE_SEED", "20261005"))
SECONDS = 20
LEAST = 20  # schedules, however slow the machine
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
    for number in range(rng.randint(1, 3)):
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
    for minutes in (3100, 3200, 4300, 5800):
        with clock.frozen(START + dt.timedelta(minutes=minutes)):
            for channel in channels:
                work_off_waiting(channel)
            query_back.ask_due()
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


def _compare(seed: int, school: School, channels: list[Channel], invoices: list[Invoice], hook: Hook) -> None:
    """One schedule: play orderly, note the ledger, undo everything, play in disorder, compare."""
    rng = random.Random(seed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        with clock.frozen(START):
            plan = _plan(rng, school, channels, invoices[:2])
            bank = Bank(hook, bank_disorder.transfers(rng, invoices[2:], START))
        monkeypatch.setattr(outgoing, "call", _gateway(plan).call)
        point = transaction.savepoint()
        _orderly(plan, bank)
        orderly = _ledger(school) | bank_disorder.left_by_the_bank(school, hook)
        transaction.savepoint_rollback(point)
        for attempt in plan.attempts:
            attempt.refresh_from_db()
        _play(rng, plan, bank, channels, monkeypatch)
        assert _ledger(school) | bank_disorder.left_by_the_bank(school, hook) == orderly, f"seed {seed}"
        assert len(plan.paid) + sum("nop tien" in t.memo for t in bank.came) == len(orderly["payments"])  # type: ignore[arg-type]
        assert orderly["bank"] == sum(t.amount for t in bank.came)


@pytest.mark.django_db
def test_every_schedule_leaves_the_ledger_of_the_orderly_day() -> None:
    school = factories.school()
    with clock.frozen(START):
        hook = bank_hook(school)
        channels = [twin.channel(school, p) for p in twin.PROVIDERS]
        first = money.invoice(school, [200_000, 100_000], full_name="Nguyễn Bảo An")
        invoices = [first, money.invoice(school, [150_000], full_name="Nguyễn Bảo Châu", family=first.family)]
        for name, amount in (("Lò Thị Mai", 410_000), ("Giàng A Chứ", 95_000), ("Lý Thị Mẩy", 95_000)):
            invoices.append(money.invoice(school, [amount], full_name=name))
    began, played = time.monotonic(), 0
    while played < (COUNT or LEAST) or (not COUNT and time.monotonic() - began < SECONDS):
        point = transaction.savepoint()
        _compare(SEED + played, school, channels, invoices, hook)
        if played % 25 == 0:
            assert money.broken_invariants() == []
        transaction.savepoint_rollback(point)
        played += 1
    assert not connection.needs_rollback
    print(f"{played} schedules in {time.monotonic() - began:.0f} s")
