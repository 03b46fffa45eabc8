"""Two accountants on one line at the same moment, on real PostgreSQL: one books it, the others are told; with a control
that takes the row lock away."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests import factories, money
from truongso.accounts.types import Role
from truongso.banking.acts import handling
from truongso.banking.acts.handling import merge, set_aside
from truongso.banking.acts.undoing import undo_act
from truongso.banking.bulk.queries import plan
from truongso.banking.bulk.services import accept_many
from truongso.banking.models import BankLine, LineAct
from truongso.banking.services import assign
from truongso.banking.tests.helpers import at_once, bring, line
from truongso.banking.types import LineRefusedError, LineState
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Payment, Receipt
from truongso.payments.types import PaymentRefusedError, Share

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(school: School) -> Actor:
    user = factories.user(Role.ACCOUNTANT, school=school)
    return Actor(user_id=user.pk, label=user.full_name, channel="web")


def _once(act: Any) -> Any:
    def attempt() -> Any:
        with transaction():
            return act()

    return retrying(attempt)


def _codes(outcomes: list[Any]) -> list[str]:
    said = (LineRefusedError, PaymentRefusedError)
    return sorted(
        x.code if isinstance(x, said) else "ok" if not isinstance(x, Exception) else repr(x) for x in outcomes
    )


def _waiting(school: School, count: int = 1) -> tuple[list[BankLine], list[Invoice]]:
    account = factories.bank_account(school)
    names = ("Nguyễn Bảo An", "Lý Văn Bình", "Giàng A Chu", "Vàng Thị Chi")
    invoices = [money.invoice(school, [100_000], full_name=name) for name in names]
    bring(account, *(line(f"khong ro {n}", 100_000, f"R{n}") for n in range(count)))
    return list(BankLine.objects.for_school(school).order_by("pk")), invoices


def test_eight_handle_one_line_and_one_wins(school: School, person: Actor) -> None:
    """Assigning, keeping a rest, parking and marking as no fees exclude each other."""
    (row,), invoices = _waiting(school)

    def act(n: int) -> Any:
        if n % 4 == 0:
            return _once(
                lambda: assign(school.pk, line_id=row.pk, shares=[(invoices[0].pk, Dong(100_000))], actor=person)
            )
        if n % 4 == 1:
            return _once(
                lambda: set_aside(
                    school.pk, line_id=row.pk, state=LineState.NOT_FEES, reason="Lãi", actor=person
                )
            )  # fmt: skip
        share = Share(invoices[n % 4].pk, Dong(100_000))
        return _once(lambda: assign(school.pk, line_id=row.pk, shares=[share], actor=person, keeps_rest=True))

    outcomes = at_once(8, act)
    assert _codes(outcomes) == ["not_waiting"] * 7 + ["ok"]
    row.refresh_from_db()
    standing = Payment.objects.for_school(school).count()
    assert (row.state, standing) in {("matched", 1), ("not_fees", 0)}
    assert LineAct.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


def test_parts_of_a_line_never_add_up_to_more(school: School, person: Actor) -> None:
    (row,), invoices = _waiting(school)

    def act(n: int) -> Any:
        share = Share(invoices[n % 4].pk, Dong(40_000))
        return _once(lambda: assign(school.pk, line_id=row.pk, shares=[share], actor=person, keeps_rest=True))

    outcomes = at_once(6, act)
    assert _codes(outcomes) == ["already_booked"] * 4 + ["ok"] * 2
    row.refresh_from_db()
    assert (row.state, Payment.objects.for_school(school).count()) == ("partly", 2)
    assert money.broken_invariants() == []


def test_merging_crosswise_neither_hangs_nor_doubles(school: School, person: Actor) -> None:
    (one, two), invoices = _waiting(school, 2)

    def act(n: int) -> Any:
        ids = [one.pk, two.pk] if n % 2 else [two.pk, one.pk]
        shares = [Share(invoices[n % 2].pk, Dong(100_000)), Share(invoices[2].pk, Dong(100_000))]
        return _once(lambda: merge(school.pk, line_ids=ids, shares=shares, actor=person))

    outcomes = at_once(6, act)
    assert _codes(outcomes) == ["not_waiting"] * 5 + ["ok"]
    assert Payment.objects.for_school(school).count() == 2
    assert Receipt.objects.for_school(school).count() == 2
    assert money.broken_invariants() == []


def test_the_same_list_is_accepted_once(school: School, person: Actor) -> None:
    account = factories.bank_account(school)
    for name in ("Nguyễn Bảo An", "Lý Văn Bình"):
        money.invoice(school, [250_000], full_name=name)
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"), line("ly van binh 3a2", 250_000, "R2"))
    ids = [p.line.public_id for p in plan(school.pk, 50).picks]
    assert len(ids) == 2

    def act(_n: int) -> Any:
        return _once(lambda: accept_many(school.pk, least=50, line_ids=ids, seen=Dong(500_000), actor=person))

    outcomes = at_once(4, act)
    booked = [x.count for x in outcomes if not isinstance(x, Exception)]
    assert sum(booked) == 2
    assert Payment.objects.for_school(school).filter(reversed_at__isnull=True).count() == 2
    assert money.broken_invariants() == []


def test_an_act_is_undone_once(school: School, person: Actor) -> None:
    (row,), invoices = _waiting(school)
    _once(lambda: assign(school.pk, line_id=row.pk, shares=[(invoices[0].pk, Dong(100_000))], actor=person))
    act = LineAct.objects.for_school(school).get()
    outcomes = at_once(6, lambda _n: _once(lambda: undo_act(school.pk, act_id=act.pk, reason="Nhầm", actor=person)))
    codes = _codes(outcomes)
    assert codes.count("ok") == 1
    assert set(codes) <= {"ok", "undone_already", "changed_since"}
    row.refresh_from_db()
    assert row.state == "waiting"
    assert Payment.objects.for_school(school).filter(reversed_at__isnull=True).count() == 0
    assert money.broken_invariants() == []


def test_control_without_the_row_lock_the_database_refuses_the_second(
    school: School, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both see the line waiting before either books: what is left is the evidence, which is never used twice."""
    (row,), invoices = _waiting(school)
    both = threading.Barrier(2, timeout=20)

    def read_only(school_id: int, line_ids: Any) -> list[BankLine]:
        found = list(BankLine.objects.for_school(school_id).filter(pk__in=set(line_ids)).select_related("bank_account"))
        both.wait()
        return found

    monkeypatch.setattr(handling, "held_lines", read_only)

    def act(n: int) -> Any:
        def attempt() -> Any:
            with transaction():
                share = [(invoices[n].pk, Dong(100_000))]
                return assign(school.pk, line_id=row.pk, shares=share, actor=person)

        try:
            return attempt()
        finally:
            connection.close()

    outcomes = at_once(2, act)
    kinds = sorted(type(x).__name__ if isinstance(x, Exception) else "ok" for x in outcomes)
    assert kinds in (["PaymentRefusedError", "ok"], ["IntegrityError", "ok"])
    assert any(isinstance(x, (PaymentRefusedError, IntegrityError)) for x in outcomes)
    assert Payment.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []
