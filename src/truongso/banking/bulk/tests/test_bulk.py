"""Accepting many proposals: exactly what was looked at, nothing doubtful among it, undone in one go."""

from __future__ import annotations

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.acts.handling import assign, set_aside, undo_match
from truongso.banking.acts.undoing import undo_act
from truongso.banking.bulk import services
from truongso.banking.bulk.queries import Plan, Why, plan
from truongso.banking.bulk.services import accept_many
from truongso.banking.models import BankLine, LineAct, MatchDecision
from truongso.banking.tests.helpers import bring, line, rows
from truongso.banking.types import LineRefusedError, LineState
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Nguyễn Bảo An", "Lý Văn Bình", "Giàng A Chu")


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def person(school: School) -> Actor:
    user = factories.user(Role.ACCOUNTANT, school=school)
    return Actor(user_id=user.pk, label=user.full_name, channel="web")


def _lines(school: School) -> dict[str, BankLine]:
    return {x.reference: x for x in BankLine.objects.for_school(school)}


def _paid(school: School) -> dict[str, int]:
    return {i.student_name: i.paid.value for i in Invoice.objects.for_school(school) if i.paid}


def test_a_list_is_accepted_as_it_was_shown_and_undone_whole(
    school: School, account: BankAccount, person: Actor
) -> None:
    for name in NAMES:
        money.invoice(school, [250_000], full_name=name)
    bring(
        account, line("nguyen bao an 3a2", 250_000, "R1"), line("ly van binh 3a2", 250_000, "R2"),
        line("giang a chu 3a2", 200_000, "R3"), line("NODATA", 900, "R4"),
    )  # fmt: skip
    found = plan(school.pk, 50)
    assert [p.line.reference for p in found.picks] == ["R1", "R2"]
    assert [(e.line.reference, e.why) for e in found.exempt] == [("R3", Why.AMOUNT), ("R4", Why.NOT_FEES)]
    assert found.amount == Dong(500_000)
    assert plan(school.pk, 100).picks == ()
    ids = [p.line.public_id for p in found.picks]
    with transaction():
        done = accept_many(school.pk, least=50, line_ids=ids, seen=Dong(500_000), actor=person)
    assert (done.count, done.amount, done.refused) == (2, Dong(500_000), ())
    assert _paid(school) == {"Nguyễn Bảo An": 250_000, "Lý Văn Bình": 250_000}
    said = MatchDecision.objects.for_school(school).filter(line=found.picks[0].line).latest("pk")
    assert (said.decision, said.reason["params"]["rule"]) == ("person", "names")
    with transaction():
        undo_act(school.pk, act_id=done.act.pk, reason="Thử", actor=person)
    assert _paid(school) == {}
    assert {r: x.state for r, x in _lines(school).items()} == dict.fromkeys(("R1", "R2", "R3", "R4"), "waiting")
    undone = plan(school.pk, 50)
    assert [(e.line.reference, e.why) for e in undone.exempt][:2] == [("R1", Why.UNDONE), ("R2", Why.UNDONE)]
    assert money.broken_invariants() == []


@pytest.mark.django_db
def test_a_line_parked_while_the_list_is_accepted_stays_parked(
    school: School, account: BankAccount, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES[:2]:
        money.invoice(school, [250_000], full_name=name)
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"), line("ly van binh 3a2", 250_000, "R2"))
    found = plan(school.pk, 50)

    def overtaken(school_id: int, _least: int) -> Plan:
        parked = _lines(school)["R1"].pk
        set_aside(school_id, line_id=parked, state=LineState.PARKED, reason="Hỏi ngân hàng", actor=person)
        return found

    monkeypatch.setattr(services, "plan", overtaken)
    ids = [p.line.public_id for p in found.picks]
    with transaction():
        done = accept_many(school.pk, least=50, line_ids=ids, seen=Dong(500_000), actor=person)
    assert (done.count, [(x.reference, why.code) for x, why in done.refused]) == (1, [("R1", "not_waiting")])
    assert {r: x.state for r, x in _lines(school).items()} == {"R1": "parked", "R2": "matched"}
    assert _paid(school) == {"Lý Văn Bình": 250_000}


def test_two_lines_for_one_invoice_are_left_to_a_person(school: School, account: BankAccount, person: Actor) -> None:
    money.invoice(school, [250_000], full_name=NAMES[0])
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"), line("em nguyen bao an 3a2", 250_000, "R2"))
    found = plan(school.pk, 50)
    assert found.picks == ()
    assert {e.why for e in found.exempt} <= {Why.TWICE, Why.PAID, Why.AMOUNT}


def test_what_was_not_seen_is_not_accepted(school: School, account: BankAccount, person: Actor) -> None:
    invoices = [money.invoice(school, [250_000], full_name=name) for name in NAMES[:2]]
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"), line("ly van binh 3a2", 250_000, "R2"))
    ids = [p.line.public_id for p in plan(school.pk, 50).picks]
    assert len(ids) == 2
    row = _lines(school)["R1"]
    before = rows()
    for chosen, seen, code in (
        ([], 0, "nothing_chosen"),
        (ids, 250_000, "bulk_changed"),
        (ids[:1], 500_000, "bulk_changed"),
        ([*ids, "0" * 26], 500_000, "bulk_changed"),
        ([ids[0], ids[0]], 500_000, "bulk_changed"),
    ):
        with pytest.raises(LineRefusedError, match=code), transaction():
            accept_many(school.pk, least=50, line_ids=chosen, seen=Dong(seen), actor=person)
    assert rows() == before
    with transaction():
        assign(school.pk, line_id=row.pk, shares=[(invoices[0].pk, Dong(250_000))], actor=person)
    with pytest.raises(LineRefusedError, match="bulk_changed"), transaction():
        accept_many(school.pk, least=50, line_ids=ids, seen=Dong(500_000), actor=person)
    with transaction():
        undo_match(school.pk, line_id=row.pk, reason="x", actor=person)
    with pytest.raises(LineRefusedError, match="bulk_changed"), transaction():
        accept_many(school.pk, least=50, line_ids=ids, seen=Dong(500_000), actor=person)
    assert _paid(school) == {}
    assert LineAct.objects.for_school(school).filter(kind="bulk").count() == 0
    assert money.broken_invariants() == []
