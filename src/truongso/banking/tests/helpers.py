"""Notices and statements for tests of money that comes through the bank."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from tests import factories

from truongso.banking import feed
from truongso.banking.lines import Reported, record
from truongso.banking.models import BankLine, FeedConnection, FeedSighting, MatchDecision, StatementImport
from truongso.banking.statement_import import apply, preview
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.types import Direction
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Evidence, Notice, Payment, Receipt
from truongso.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

T = TypeVar("T")
DAY = dt.date(2026, 10, 6)
ACTOR = Actor.system("test", "cli")


@dataclass(frozen=True)
class Hook:
    """A connection with its secret, and what SePay would send to it."""

    account: BankAccount
    connection: FeedConnection
    secret: str

    @property
    def url(self) -> str:
        return f"/hooks/sepay/{self.connection.public_id}"

    def body(self, memo: str, amount: int, number: int = 92_704, **changes: Any) -> bytes:
        """A notice as SePay writes it; `changes` replace fields."""
        fields = {
            "id": number,
            "gateway": "Vietcombank",
            "transactionDate": "2026-10-06 14:02:37",
            "accountNumber": self.account.number,
            "code": None,
            "content": memo,
            "transferType": "in",
            "transferAmount": amount,
            "accumulated": 19_077_000,
            "subAccount": None,
            "referenceCode": f"FT26279{number}",
            "description": "",
        }
        return json.dumps({**fields, **changes}, ensure_ascii=False).encode()

    def headers(self, body: bytes, *, secret: str | None = None, at: int | None = None) -> dict[str, str]:
        """Signature headers of the moment, or of `at` (Unix seconds)."""
        stamp = int(clock.now().timestamp()) if at is None else at
        signature = sign(body, timestamp=stamp, secret=self.secret if secret is None else secret)
        return {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: str(stamp)}

    def send(self, body: bytes, headers: dict[str, str] | None = None, *, url: str = "") -> HttpResponse:
        """Post to the real view; signed unless other headers are given."""
        given = self.headers(body) if headers is None else headers
        answer: Any = Client().post(url or self.url, data=body, content_type="application/json", headers=given)
        return answer  # type: ignore[no-any-return]


def hook(school: School, account: BankAccount | None = None) -> Hook:
    """A connected account of the school."""
    receiving = account or factories.bank_account(school)
    with transaction():
        made, secret = feed.connect(receiving, provider="sepay", actor=ACTOR)
    return Hook(receiving, made, secret)


def rows() -> dict[str, int]:
    """How many rows there are of everything that money leaves behind; tables without rows are left out."""
    models: tuple[Any, ...] = (Notice, BankLine, FeedSighting, MatchDecision, Evidence, Payment, Receipt, Entry)
    found = {m.__name__: m.objects.across_schools("tests count everything").count() for m in models}
    return {name: n for name, n in found.items() if n}


@contextmanager
def only_in_the_inbox(problem: str, *, notices: int = 1) -> Iterator[None]:
    """Nothing but raw notices is added, the last of them refused for that problem."""
    before, acts = rows(), AuditEntry.objects.filter(action__startswith="payments:").count()
    yield
    after = rows()
    assert {**after, "Notice": 0} == {**before, "Notice": 0}
    assert after.get("Notice", 0) - before.get("Notice", 0) == notices
    assert AuditEntry.objects.filter(action__startswith="payments:").count() == acts
    if notices:
        last = Notice.objects.across_schools("tests look everywhere").order_by("-pk")[0]
        assert (last.state, last.problem) == ("refused", problem)


def line(
    memo: str, amount: int, reference: str = "", direction: Direction = Direction.IN, **more: Any
) -> StatementLine:
    """A booking of 6/10/2026."""
    values = {"booked_on": DAY, **more}
    return StatementLine(direction=direction, amount=Dong(amount), memo=memo, reference=reference, **values)


def arrive(account: BankAccount, memo: str, amount: int, reference: str = "", **more: Any) -> BankLine:
    """A credit in the bank and in the books that nobody has decided about yet."""
    reported = line(memo, amount, reference, **more)
    key = line_keys([reported], account=account.number)[0]
    equal = BankLine.objects.for_school(account.school_id).filter(bank_account=account, content_key=key.content).count()
    with savepoint():
        return record(account, [Reported(key._replace(occurrence=equal + 1), reported)], actor_id=None)[0]


def file(
    account: BankAccount,
    *lines: StatementLine,
    layout: str = "vietcombank_simple",
    form: FileFormat = FileFormat.XLSX,
) -> bytes:
    """A statement as the bank hands it out."""
    out = StatementOut(account=account.number, holder=account.holder_name, opening=Dong(1_000_000), lines=lines)
    return write_statement(layout, out, form)


def bring(
    account: BankAccount, *lines: StatementLine, layout: str = "vietcombank_simple"
) -> tuple[StatementImport, dict[str, int]]:
    """Preview and apply a file of these lines."""
    with transaction():
        statement = preview(account, content=file(account, *lines, layout=layout), file_name="saoke.xlsx", actor=ACTOR)
    return statement, apply(statement, actor=ACTOR)


def bring_file(account: BankAccount, out: StatementOut, *, layout: str = "vietcombank_simple") -> StatementImport:
    """Preview and apply a statement as described."""
    content = write_statement(layout, out, FileFormat.XLSX)
    with transaction():
        statement = preview(account, content=content, file_name="saoke.xlsx", actor=ACTOR)
    apply(statement, actor=ACTOR)
    return statement


def at_once(count: int, act: Callable[[int], T]) -> list[T | Exception]:
    """Run `act(n)` in threads that start together, each with its own database connection."""
    gate = Barrier(count)

    def run(n: int) -> T | Exception:
        try:
            gate.wait()
            return act(n)
        except Exception as error:  # noqa: BLE001 - the test looks at what came out
            return error
        finally:
            database.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
