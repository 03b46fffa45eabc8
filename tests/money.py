"""Invoices in the books and money for them, for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from tests import factories
from truongso.fees.models import CollectionRound, FeeItem, Invoice, InvoiceLine
from truongso.fees.types import FeeNature
from truongso.kernel import clock, selfcheck
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.public import NewEntry, account_ids, open_books, post_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.models import School
from truongso.payments.types import Booking, EvidenceKind, Method, Share
from truongso.people.models import Family, SchoolClass, Student

ACTOR = Actor.system("test", "cli")
_reference = itertools.count(1)
NOON = dt.datetime(2026, 10, 5, 12, tzinfo=clock.SCHOOL_TIME)


def invoice(
    school: School,
    amounts: Sequence[int] = (250_000,),
    *,
    full_name: str = "Nguyễn Bảo An",
    family: Family | None = None,
    pupil: Student | None = None,
    items: Sequence[FeeItem] = (),
    of_round: CollectionRound | None = None,
    due_on: dt.date = dt.date(2026, 10, 20),
) -> Invoice:
    """An issued invoice with one line per amount, booked as receivable against service revenue.

    Without `pupil` one of that name is made in class 3A2, without `items` service items, without `of_round` a round.
    """
    charged = items or [_item(school, n) for n in range(len(amounts))]
    charges = [factories.Charge(item, amount) for item, amount in zip(charged, amounts, strict=True)]
    made = factories.invoice(pupil or _pupil(school, full_name, family), charges, of_round=of_round, due_on=due_on)
    with savepoint():
        open_books(school.pk)
        accounts = account_ids(school.pk)
        legs = tuple(
            Leg(accounts[AccountRole.RECEIVABLE, 0], accounts[AccountRole.REVENUE_SERVICE, 0], line.amount)
            for line in InvoiceLine.objects.for_school(school).filter(invoice=made)
        )
        post_many(school.pk, entries=[NewEntry(EntryKind.INVOICE, made.pk, clock.today(), legs)], actor_id=None)
    return made


def _pupil(school: School, full_name: str, family: Family | None) -> Student:
    taught = SchoolClass.objects.for_school(school).filter(name_fold="3A2").first() or factories.school_class(school)
    return factories.student(school, full_name, school_class=taught, family=family)


def _item(school: School, number: int) -> FeeItem:
    code = f"KT{number}"
    found = FeeItem.objects.for_school(school).filter(code=code).first()
    return found or factories.fee_item(school, code, f"Khoản thu {number}", nature=FeeNature.SERVICE)


def booking(*shares: tuple[Invoice, int], amount: int | None = None, reference: str = "", **changes: object) -> Booking:
    """A bank transfer for the given parts; `amount` defaults to their sum."""
    whole = Dong(sum(a for _, a in shares) if amount is None else amount)
    values: dict[str, object] = {
        "kind": EvidenceKind.NOTICE, "source": "test", "reference": reference or f"ref-{next(_reference)}",
        "evidence_amount": whole, "amount": whole, "method": Method.QR_TRANSFER, "received_at": NOON,
        "payer_name": "", "payer_account": "", "shares": tuple(Share(i.pk, Dong(a)) for i, a in shares),
        "bank_account_id": None, "in_suspense": False,
    }  # fmt: skip
    return Booking(**{**values, **changes})  # type: ignore[arg-type]


def in_cash() -> dict[str, Any]:
    """Changes that make a booking cash taken at the counter now."""
    return {"kind": EvidenceKind.CASH_RECEIPT, "method": Method.CASH, "received_at": clock.now()}


def broken_invariants() -> list[str]:
    """What `truongso verify` would report, one text per broken invariant."""
    return [f"{r.invariant} {r.title}: {r.examples}" for r in selfcheck.run_all() if not r.ok]
