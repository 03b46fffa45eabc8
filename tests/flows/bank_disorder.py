"""The bank's part of a disorderly day: transfers told by a feed and by statements, again, late, forged, interrupted."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from truongso.banking import feed, statement_import
from truongso.banking.models import BankLine
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat
from truongso.banking.tests.helpers import ACTOR, Hook, file, line
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.models import Evidence
from truongso.payments.types import EvidenceKind

Step = Callable[[], object]


class PowerCutError(Exception):
    """The process dies."""


@dataclass(frozen=True)
class Transfer:
    """A credit on the school's account as the bank knows it."""

    number: int
    memo: str
    amount: int
    at: dt.datetime

    @property
    def reference(self) -> str:
        return f"FT26278{self.number}"

    def printed(self) -> StatementLine:
        """As a statement shows it: capital letters, a day without a time."""
        return line(self.memo.upper(), self.amount, self.reference, booked_on=self.at.date())


def transfers(rng: random.Random, invoices: list[Invoice], before: dt.datetime) -> list[Transfer]:
    """What families transfer: whole invoices with their code, and now and then money without one."""
    told = [(f"{i.code} nop tien", int(i.total)) for i in invoices if rng.random() < 0.4]
    unsaid = rng.choices((0, 1, 2), (6, 3, 1))[0]
    told += [("chuyen tien hoc cho chau", rng.randint(10_000, 90_000)) for _ in range(unsaid)]
    rng.shuffle(told)
    first = rng.randint(10_000, 80_000)
    moments = sorted(before - dt.timedelta(minutes=rng.randint(1, 400)) for _ in told)
    return [
        Transfer(first + n, memo, amount, at)
        for n, ((memo, amount), at) in enumerate(zip(told, moments, strict=True))
    ]  # fmt: skip


@dataclass(frozen=True)
class Bank:
    """The account with its feed, and what really came on it, in the bank's order."""

    hook: Hook
    came: list[Transfer]

    def notice(self, transfer: Transfer) -> Step:
        """The feed tells of a transfer, signed at the moment of sending."""
        body = self._body(transfer)
        return lambda: feed.receive(self.hook.connection, body=body, headers=self.hook.headers(body))

    def forgery(self, transfer: Transfer) -> Step:
        """Nearly the same notice with more money, signed by somebody else."""
        body = self.hook.body(transfer.memo, transfer.amount * 10, transfer.number + 100_000)
        return lambda: feed.receive(self.hook.connection, body=body, headers=self.hook.headers(body, secret="x" * 32))

    def statement(self, first: int = 0, last: int | None = None) -> None:
        """Import a window of the account's history; the default is the whole."""
        window = self.came[first:last]
        if not window:
            return
        account = self.hook.account
        content = file(account, *(one.printed() for one in window), form=FileFormat.CSV)
        with transaction():
            statement = statement_import.preview(account, content=content, file_name="saoke.csv", actor=ACTOR)
        statement_import.apply(statement, actor=ACTOR)

    def orderly(self) -> None:
        """Every transfer told once in its order, then the day's statement."""
        for one in self.came:
            self.notice(one)()
        self.statement()

    def disorder(self, rng: random.Random) -> list[Step]:
        """Notices zero to four times, forgeries, overlapping windows of statements."""
        steps: list[Step] = []
        for one in self.came:
            steps += [self.notice(one) for _ in range(rng.choice([0, 1, 1, 2, 4]))]
            if rng.random() < 0.2:
                steps.append(self.forgery(one))
        for _ in range(rng.choices((0, 1, 2), (5, 4, 1))[0] if self.came else 0):
            first, last = sorted(rng.sample(range(len(self.came) + 1), 2))
            steps.append(lambda f=first, t=last: self.statement(f, t))  # type: ignore[misc]
        return steps

    def work_off(self) -> None:
        """What the clock does about interrupted notices."""
        feed.work_off_waiting(self.hook.connection)

    def _body(self, one: Transfer) -> bytes:
        said = {"transactionDate": f"{one.at:%Y-%m-%d %H:%M:%S}", "referenceCode": one.reference}
        return self.hook.body(one.memo, one.amount, one.number, **said)


def die(rng: random.Random, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a step of the bank whose process dies before or after lines are decided upon."""
    place = rng.choice([feed, statement_import])
    before, true = rng.random() < 0.5, place.decide_lines

    def cut(*args: object, **more: object) -> object:
        if not before:
            true(*args, **more)
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(place, "decide_lines", cut)
        with suppress(PowerCutError):
            step()


def left_by_the_bank(school: School, hook: Hook) -> dict[str, object]:
    """What must be the same whatever the order: lines, their states, the money on the account and in suspense."""
    accounts = account_ids(school.pk)
    lines = {str(x.pk): x for x in BankLine.objects.for_school(school)}
    proofs = Evidence.objects.for_school(school).filter(kind=EvidenceKind.BANK_LINE.value)
    return {
        "lines": sorted((x.reference, int(x.amount), x.direction, x.state) for x in lines.values()),
        "bank": int(balance(school.pk, accounts[AccountRole.BANK, hook.account.pk])) if lines else 0,
        "suspense": int(balance(school.pk, accounts[AccountRole.SUSPENSE, 0])),
        "proofs": sorted((lines[p.reference].reference, int(p.amount)) for p in proofs),
    }
