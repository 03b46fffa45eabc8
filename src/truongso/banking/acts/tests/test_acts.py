"""Acts on lines: parts, several lines together, undoing by reversing entries, undoing the undoing."""

from __future__ import annotations

from typing import Any

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.acts import undoing
from truongso.banking.acts.handling import assign, merge, set_aside, undo_match
from truongso.banking.acts.types import ActKind
from truongso.banking.asides.queries import owners
from truongso.banking.asides.types import AsideKind
from truongso.banking.decide import undone_lines
from truongso.banking.models import Aside, BankLine, LineAct, LineActRow, MatchDecision
from truongso.banking.queries import queue_figures
from truongso.banking.tests.helpers import bring, line, rows
from truongso.banking.types import LineRefusedError, LineState
from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, Receipt, ReceiptCancellation
from truongso.payments.types import PaymentRefusedError, Share

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def person(school: School) -> Actor:
    user = factories.user(Role.ACCOUNTANT, school=school)
    return Actor(user_id=user.pk, label=user.full_name, channel="web")


def _line(school: School, reference: str) -> BankLine:
    found: BankLine = BankLine.objects.for_school(school).get(reference=reference)
    return found


def _paid(school: School) -> dict[str, int]:
    return {i.code: i.paid.value for i in Invoice.objects.for_school(school).order_by("pk")}


def _last(school: School) -> LineAct:
    found: LineAct = LineAct.objects.for_school(school).latest("pk")
    return found


def _undo(school: School, person: Actor, act: LineAct | None = None) -> LineAct:
    with transaction():
        return undoing.undo_act(school.pk, act_id=(act or _last(school)).pk, reason="Nhầm", actor=person)


def _suspense(school: School) -> int:
    return -int(balance(school.pk, account_ids(school.pk)[AccountRole.SUSPENSE, 0]))


def _everything(school: School) -> tuple[Any, ...]:
    return (rows(), _paid(school), LineAct.objects.for_school(school).count(), _suspense(school))


@pytest.mark.django_db(transaction=True)
class TestParts:
    def test_a_part_is_booked_and_the_rest_goes_on_waiting(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        one, two = money.invoice(school, [60_000]), money.invoice(school, [40_000], full_name="Lý Văn Bình")
        bring(account, line("khong ro", 100_000, "R1"))
        row = _line(school, "R1")
        with transaction():
            assign(
                school.pk, line_id=row.pk, shares=[(one.pk, Dong(60_000))], actor=person, keeps_rest=True,
                surplus=Dong(0),
            )  # fmt: skip
        assert _line(school, "R1").state == "partly"
        assert queue_figures(school.pk) == (1, Dong(40_000))
        assert (_paid(school), _suspense(school)) == ({one.code: 60_000, two.code: 0}, 40_000)
        assert money.broken_invariants() == []
        with transaction():
            assign(school.pk, line_id=row.pk, shares=[(two.pk, Dong(40_000))], actor=person)
        assert _line(school, "R1").state == "matched"
        assert (_paid(school), _suspense(school)) == ({one.code: 60_000, two.code: 40_000}, 0)
        assert [int(p.amount) for p in Payment.objects.for_school(school).order_by("pk")] == [60_000, 40_000]
        _undo(school, person)
        assert (_line(school, "R1").state, _suspense(school)) == ("partly", 40_000)
        with transaction():
            undo_match(school.pk, line_id=row.pk, reason="Nhầm cả", actor=person)
        assert (_line(school, "R1").state, _suspense(school)) == ("waiting", 100_000)
        assert money.broken_invariants() == []

    def test_a_part_never_becomes_credit_unseen(self, school: School, account: BankAccount, person: Actor) -> None:
        one = money.invoice(school, [60_000])
        bring(account, line("khong ro", 100_000, "R1"))
        before = _everything(school)
        with pytest.raises(LineRefusedError, match="surplus_differs"), transaction():
            assign(
                school.pk, line_id=_line(school, "R1").pk, shares=[(one.pk, Dong(70_000))], actor=person,
                keeps_rest=True, surplus=Dong(0),
            )  # fmt: skip
        assert _everything(school) == before

    def test_a_part_beyond_the_rest_is_refused(self, school: School, account: BankAccount, person: Actor) -> None:
        one, two = money.invoice(school, [60_000]), money.invoice(school, [60_000], full_name="Lý Văn Bình")
        bring(account, line("khong ro", 100_000, "R1"))
        row = _line(school, "R1")
        with transaction():
            assign(school.pk, line_id=row.pk, shares=[(one.pk, Dong(60_000))], actor=person, keeps_rest=True)
        before = _everything(school)
        with pytest.raises(PaymentRefusedError, match="already_booked"), transaction():
            assign(school.pk, line_id=row.pk, shares=[(two.pk, Dong(50_000))], actor=person, keeps_rest=True)
        assert _everything(school) == before

    def test_money_goes_to_the_items_that_were_chosen(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        invoice = money.invoice(school, [60_000, 40_000])
        lines = list(InvoiceLine.objects.for_school(school).order_by("pk"))
        bring(account, line("tien nuoc", 40_000, "R1"))
        with transaction():
            assign(
                school.pk, line_id=_line(school, "R1").pk, actor=person,
                shares=[Share(invoice.pk, Dong(40_000), (lines[1].pk,))],
            )  # fmt: skip
        paid = [int(x.paid) for x in InvoiceLine.objects.for_school(school).order_by("pk")]
        assert paid == [0, 40_000]
        _undo(school, person)
        _undo(school, person)
        assert [int(x.paid) for x in InvoiceLine.objects.for_school(school).order_by("pk")] == [0, 40_000]
        assert money.broken_invariants() == []


@pytest.mark.django_db(transaction=True)
class TestMerging:
    def test_two_lines_pay_one_invoice_and_are_undone_together(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        invoice = money.invoice(school, [100_000])
        bring(account, line("lan 1", 70_000, "R1"), line("lan 2", 30_000, "R2"))
        ids = [_line(school, "R2").pk, _line(school, "R1").pk]
        with transaction():
            merge(school.pk, line_ids=ids, shares=[Share(invoice.pk, Dong(100_000))], actor=person)
        assert _paid(school) == {invoice.code: 100_000}
        assert {x.state for x in BankLine.objects.for_school(school)} == {"matched"}
        assert Receipt.objects.for_school(school).count() == 2
        undone = _undo(school, person)
        assert (_paid(school), _suspense(school)) == ({invoice.code: 0}, 100_000)
        assert ReceiptCancellation.objects.for_school(school).count() == 2
        _undo(school, person, undone)
        assert (_paid(school), _suspense(school)) == ({invoice.code: 100_000}, 0)
        assert money.broken_invariants() == []

    def test_all_or_none(self, school: School, account: BankAccount, person: Actor) -> None:
        invoice = money.invoice(school, [100_000])
        bring(account, line("lan 1", 70_000, "R1"), line("lan 2", 30_000, "R2"))
        one, two = _line(school, "R1"), _line(school, "R2")
        before = _everything(school)
        for ids, amount, code in (
            ([one.pk], 70_000, "nothing_to_merge"),
            ([one.pk, one.pk], 70_000, "nothing_to_merge"),
            ([one.pk, two.pk], 70_000, "merge_too_much"),
            ([one.pk, two.pk], 80_000, "surplus_differs"),
        ):
            with pytest.raises(LineRefusedError, match=code), transaction():
                merge(school.pk, line_ids=ids, shares=[Share(invoice.pk, Dong(amount))], actor=person)
        with pytest.raises(PaymentRefusedError, match="shares_exceed_amount"), transaction():
            merge(school.pk, line_ids=[one.pk, two.pk], shares=[Share(invoice.pk, Dong(100_001))], actor=person)
        assert _everything(school) == before


@pytest.mark.django_db(transaction=True)
class TestUndoing:
    def test_undo_and_undo_of_undo_as_often_as_wished(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        invoice = money.invoice(school, [80_000])
        bring(account, line("khong ro", 100_000, "R1"))
        with transaction():
            assign(school.pk, line_id=_line(school, "R1").pk, shares=[(invoice.pk, Dong(80_000))], actor=person)
        act = _last(school)
        for round_number in range(2):
            undone = _undo(school, person, act)
            assert (_paid(school), _line(school, "R1").state) == ({invoice.code: 0}, "waiting")
            assert undone.kind == ActKind.UNDO.value
            act = _undo(school, person, undone)
            assert (act.kind, _line(school, "R1").state) == (ActKind.REDO.value, "matched")
            standing = Payment.objects.for_school(school).get(reversed_at__isnull=True)
            assert (standing.allocated, standing.credited) == (Dong(80_000), Dong(20_000))
            assert _paid(school) == {invoice.code: 80_000}
            assert Payment.objects.for_school(school).count() == 2 + round_number
        assert _suspense(school) == 0
        assert money.broken_invariants() == []
        said = [d.reason["code"] for d in MatchDecision.objects.for_school(school).order_by("pk")][1:]
        assert said == ["assigned", "undone", "redone", "undone", "redone"]

    def test_what_was_booked_by_the_rules_is_undone_and_done_again(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        invoice = money.invoice(school, [80_000])
        bring(account, line(f"{invoice.code} nop", 80_000, "R1"))
        with transaction():
            undo_match(school.pk, line_id=_line(school, "R1").pk, reason="Nhầm em", actor=person)
        assert _paid(school) == {invoice.code: 0}
        _undo(school, person)
        assert (_paid(school), _line(school, "R1").state) == ({invoice.code: 80_000}, "matched")
        assert money.broken_invariants() == []

    def test_a_line_handled_since_keeps_the_act(self, school: School, account: BankAccount, person: Actor) -> None:
        invoice = money.invoice(school, [80_000])
        bring(account, line("khong ro", 80_000, "R1"))
        row = _line(school, "R1")
        with transaction():
            set_aside(school.pk, line_id=row.pk, state=LineState.PARKED, reason="Hỏi", actor=person)
        parked = _last(school)
        with transaction():
            assign(school.pk, line_id=row.pk, shares=[(invoice.pk, Dong(80_000))], actor=person)
        before = _everything(school)
        with pytest.raises(LineRefusedError, match="changed_since"):
            _undo(school, person, parked)
        assert _everything(school) == before
        assigned = _last(school)
        _undo(school, person, assigned)
        row = _line(school, "R1")
        assert row.state == "parked"  # back where it stood, with its owner
        assert Aside.objects.for_school(school).get(ended_at__isnull=True).owner_id == person.user_id
        before = _everything(school)
        with pytest.raises(LineRefusedError, match="undone_already"):
            _undo(school, person, assigned)
        assert _everything(school) == before
        _undo(school, person, parked)  # standing as the act left it again
        assert _line(school, "R1").state == "waiting"
        assert money.broken_invariants() == []

    def test_money_is_not_booked_again_elsewhere_than_it_was(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        invoice = money.invoice(school, [80_000])
        bring(account, line("mot", 80_000, "R1"), line("hai", 80_000, "R2"))
        one, two = _line(school, "R1"), _line(school, "R2")
        with transaction():
            assign(school.pk, line_id=one.pk, shares=[(invoice.pk, Dong(80_000))], actor=person)
        undone = _undo(school, person)
        with transaction():
            assign(school.pk, line_id=two.pk, shares=[(invoice.pk, Dong(80_000))], actor=person)
        before = _everything(school)
        with pytest.raises(LineRefusedError, match="redo_differs"):
            _undo(school, person, undone)
        assert _everything(school) == before
        with pytest.raises(LineRefusedError, match="reason_missing"), transaction():
            undoing.undo_act(school.pk, act_id=undone.pk, reason=" ", actor=person)
        with pytest.raises(LineRefusedError, match="unknown_act"), transaction():
            undoing.undo_act(school.pk, act_id=0, reason="x", actor=person)

    def test_the_last_act_of_a_person_and_of_nobody_else(
        self, school: School, account: BankAccount, person: Actor
    ) -> None:
        bring(account, line("mot", 80_000, "R1"), line("hai", 80_000, "R2"))
        other = factories.user(Role.ACCOUNTANT, school=school)
        for reference in ("R1", "R2"):
            with transaction():
                set_aside(
                    school.pk, line_id=_line(school, reference).pk, state=LineState.NOT_FEES, reason="Lãi",
                    kind=AsideKind.INTEREST, actor=person,
                )  # fmt: skip
        second = undoing.last_undoable(school.pk, person.user_id)
        assert second == _last(school)
        assert undoing.last_undoable(school.pk, other.pk) is None
        assert undoing.last_redoable(school.pk, person.user_id) is None
        undone = _undo(school, person)
        assert undoing.last_redoable(school.pk, person.user_id) == undone
        first = undoing.last_undoable(school.pk, person.user_id)
        assert first is not None
        assert LineActRow.objects.for_school(school).get(act=first).line.reference == "R1"
        redone = _undo(school, person, undone)
        assert undoing.last_undoable(school.pk, person.user_id) == redone
        assert Aside.objects.for_school(school).filter(ended_at__isnull=True).count() == 2
        assert money.broken_invariants() == []


def test_parked_lines_are_listed_by_owner_and_age(school: School, account: BankAccount, person: Actor) -> None:
    import datetime as dt

    teacher = factories.user(Role.HOMEROOM_TEACHER, school=school, full_name="Vàng Thị Chi")
    bring(
        account, line("mot", 10_000, "R1", booked_on=dt.date(2026, 10, 1)), line("hai", 20_000, "R2"),
        line("ba", 30_000, "R3"),
    )  # fmt: skip
    for reference, owner in (("R1", teacher.pk), ("R2", teacher.pk), ("R3", None)):
        set_aside(
            school.pk, line_id=_line(school, reference).pk, state=LineState.PARKED, reason="Hỏi", owner_id=owner,
            actor=person,
        )  # fmt: skip
    found = [(x.name, x.count, x.amount, x.since.isoformat()) for x in owners(school.pk)]
    name = found[1][0]
    assert found == [("Vàng Thị Chi", 2, Dong(30_000), "2026-10-01"), (name, 1, Dong(30_000), "2026-10-06")]
    set_aside(
        school.pk, line_id=_line(school, "R3").pk, state=LineState.PARKED, reason="Cô giáo hỏi giúp",
        kind=AsideKind.LATER, owner_id=teacher.pk, actor=person,
    )  # fmt: skip
    assert [(x.name, x.count) for x in owners(school.pk)] == [("Vàng Thị Chi", 3)]
    assert money.broken_invariants() == []


def test_who_is_not_of_the_school_owns_nothing(
    school: School, other_school: School, account: BankAccount, person: Actor
) -> None:
    stranger = factories.user(Role.ACCOUNTANT, school=other_school)
    bring(account, line("mot", 10_000, "R1"))
    row, before = _line(school, "R1"), _everything(school)
    for changes, code in (
        ({"owner_id": stranger.pk}, "unknown_owner"),
        ({"owner_id": 10**9}, "unknown_owner"),
        ({"kind": AsideKind.INTEREST}, "unknown_kind"),
    ):
        with pytest.raises(LineRefusedError, match=code):
            set_aside(
                school.pk, line_id=row.pk, state=LineState.PARKED, reason="Hỏi", actor=person, **changes,
            )  # fmt: skip
    assert _everything(school) == before


def test_what_was_taken_back_to_being_parked_is_never_booked_by_the_rules_again(
    school: School, account: BankAccount, person: Actor
) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line("khong ro", 250_000, "R1"))
    pk = _line(school, "R1").pk
    with transaction():
        set_aside(school.pk, line_id=pk, state=LineState.PARKED, reason="Hỏi lại", actor=person)
        assign(school.pk, line_id=pk, shares=[(invoice.pk, Dong(250_000))], actor=person)
    _undo(school, person)
    assert (_line(school, "R1").state, _paid(school)) == ("parked", {invoice.code: 0})
    with transaction():
        set_aside(school.pk, line_id=pk, state=LineState.WAITING, reason="Đã rõ", actor=person)
    assert undone_lines(school.pk, [_line(school, "R1")]) == {pk}
