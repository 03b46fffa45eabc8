"""Credits that are no fees stand in the account of their kind, back and forth by reversal. Rests are parked."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.acts import undoing
from truongso.banking.acts.handling import assign, set_aside, undo_match
from truongso.banking.asides.queries import owners
from truongso.banking.asides.types import AsideKind
from truongso.banking.closing.suspense import no_fees, suspense
from truongso.banking.decide import decide_lines
from truongso.banking.models import Aside, BankLine, LineAct
from truongso.banking.taken_back import give_back, take_back
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.banking.types import Direction, LineRefusedError, LineState
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.ledger.public import account_ids, balance, close_month, trial_balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]
ROLES = (AccountRole.SUSPENSE, AccountRole.INTEREST, AccountRole.OWN_TRANSFER, AccountRole.OTHER_INCOME)
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def person(school: School) -> Actor:
    user = factories.user(Role.ACCOUNTANT, school=school)
    return Actor(user_id=user.pk, label=user.full_name, channel="web")


def standing(school: School) -> tuple[int, ...]:
    """Suspense, interest, own transfers, other income: what stands on each, as credits; the books balance."""
    rows = trial_balance(school.pk, *YEAR)
    assert sum(int(r.debit) for r in rows) == sum(int(r.credit) for r in rows)
    ids = account_ids(school.pk)
    return tuple(-int(balance(school.pk, ids[role, 0])) for role in ROLES)


def aside(line: BankLine, kind: AsideKind, person: Actor, reason: str = "Theo sao kê") -> None:
    state = LineState.PARKED if kind.is_parked else LineState.NOT_FEES
    with savepoint():
        set_aside(line.school_id, line_id=line.pk, state=state, kind=kind, reason=reason, actor=person)
    line.refresh_from_db()


def back(line: BankLine, person: Actor) -> None:
    with savepoint():
        set_aside(line.school_id, line_id=line.pk, state=LineState.WAITING, reason="Nhầm", actor=person)
    line.refresh_from_db()


def undo_last(school: School, person: Actor) -> None:
    with savepoint():
        undoing.undo_act(school.pk, act_id=LineAct.objects.for_school(school).latest("pk").pk, reason="X", actor=person)


@pytest.mark.parametrize(
    ("kind", "stands"),
    [
        (AsideKind.INTEREST, (0, 1_234, 0, 0)),
        (AsideKind.OWN_TRANSFER, (0, 0, 1_234, 0)),
        (AsideKind.FEE_RETURNED, (0, 0, 0, 1_234)),
        (AsideKind.OTHER_INCOME, (0, 0, 0, 1_234)),
    ],
)
def test_each_kind_has_its_account_and_comes_back(
    school: School, account: BankAccount, person: Actor, kind: AsideKind, stands: tuple[int, ...]
) -> None:
    line = arrive(account, "khong ro", 1_234)
    aside(line, kind, person)
    assert standing(school) == stands
    entry = Entry.objects.for_school(school).get(kind="no_fee")
    assert (entry.occurred_on, entry.actor_id) == (line.booked_on, person.user_id)
    assert [(x.kind, int(x.amount)) for x in no_fees(school.pk, *YEAR)] == [(kind.value, 1_234)]
    assert suspense(school.pk, YEAR[1]).lines == ()
    undo_last(school, person)  # waits again
    assert (standing(school), no_fees(school.pk, *YEAR)) == ((1_234, 0, 0, 0), [])
    undo_last(school, person)  # undoing the undoing
    assert standing(school) == stands
    back(BankLine.objects.for_school(school).get(pk=line.pk), person)
    assert standing(school) == (1_234, 0, 0, 0)
    kinds = list(Entry.objects.for_school(school).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["bank_line", "no_fee", "reversal", "no_fee", "reversal"]


def test_another_kind_moves_the_money(school: School, account: BankAccount, person: Actor) -> None:
    line = arrive(account, "khong ro", 1_234)
    aside(line, AsideKind.INTEREST, person)
    aside(line, AsideKind.OWN_TRANSFER, person)
    assert standing(school) == (0, 0, 1_234, 0)
    aside(line, AsideKind.LATER, person)
    assert standing(school) == (1_234, 0, 0, 0)


def test_interest_by_rule_is_booked_at_once(school: School, account: BankAccount) -> None:
    line = arrive(account, "TRA LAI TIEN GUI THANG 10/2026", 1_234)
    with savepoint():
        decide_lines(school.pk, [line], actor=ACTOR)
    assert standing(school) == (0, 1_234, 0, 0)
    assert [x.kind for x in no_fees(school.pk, *YEAR)] == ["interest"]


def test_a_closed_month_keeps_its_figures(school: School, account: BankAccount, person: Actor) -> None:
    line = arrive(account, "khong ro", 1_234)
    close_month(school.pk, line.booked_on.year, line.booked_on.month)
    with clock.frozen(clock.now() + dt.timedelta(days=40)):
        aside(line, AsideKind.INTEREST, person)
        assert Entry.objects.for_school(school).get(kind="no_fee").occurred_on == clock.today()
    assert standing(school) == (0, 1_234, 0, 0)


def test_what_the_bank_takes_back_leaves_its_account(school: School, account: BankAccount, person: Actor) -> None:
    line = arrive(account, "khong ro", 1_234)
    aside(line, AsideKind.INTEREST, person)
    out = arrive(account, "DIEU CHINH GIAM", 1_234, direction=Direction.OUT)
    with savepoint():
        take_back(school.pk, line_id=out.pk, credit_id=line.pk, reason="Ngân hàng ghi nhầm", actor=person)
    assert standing(school) == (0, 0, 0, 0)
    with savepoint():
        give_back(school.pk, line_id=out.pk, reason="Không phải", actor=person)
    assert standing(school) == (1_234, 0, 0, 0)


def test_the_rest_of_a_line_is_parked_and_comes_back_as_a_rest(
    school: School, account: BankAccount, person: Actor
) -> None:
    one, two = money.invoice(school, [60_000]), money.invoice(school, [40_000], full_name="Lý Văn Bình")
    line = arrive(account, "khong ro", 100_000)
    with savepoint():
        assign(school.pk, line_id=line.pk, shares=[(one.pk, Dong(60_000))], actor=person, keeps_rest=True)
    with pytest.raises(LineRefusedError) as refused, savepoint():
        set_aside(
            school.pk, line_id=line.pk, state=LineState.NOT_FEES, kind=AsideKind.INTEREST, reason="Lãi", actor=person
        )
    line.refresh_from_db()
    assert (refused.value.code, line.state, Aside.objects.for_school(school).count()) == ("partly_booked", "partly", 0)
    aside(line, AsideKind.LATER, person)
    assert line.state == "parked"
    [owner] = owners(school.pk)
    assert (owner.owner_id, owner.count, int(owner.amount)) == (person.user_id, 1, 40_000)
    assert [(int(x.amount), x.kind) for x in suspense(school.pk, YEAR[1]).lines] == [(40_000, "later")]
    with pytest.raises(LineRefusedError, match="partly_booked"), savepoint():
        set_aside(
            school.pk, line_id=line.pk, state=LineState.NOT_FEES, kind=AsideKind.INTEREST, reason="Lãi", actor=person
        )
    back(line, person)
    assert line.state == "partly"
    undo_last(school, person)
    line.refresh_from_db()
    assert line.state == "parked"
    with savepoint():
        assign(school.pk, line_id=line.pk, shares=[(two.pk, Dong(40_000))], actor=person)
    line.refresh_from_db()
    assert (line.state, standing(school)[0], owners(school.pk)) == ("matched", 0, [])


def test_a_parked_rest_may_be_taken_back_whole(school: School, account: BankAccount, person: Actor) -> None:
    invoice = money.invoice(school, [60_000])
    line = arrive(account, "khong ro", 100_000)
    with savepoint():
        assign(school.pk, line_id=line.pk, shares=[(invoice.pk, Dong(60_000))], actor=person, keeps_rest=True)
    aside(line, AsideKind.LATER, person)
    with savepoint():
        undo_match(school.pk, line_id=line.pk, reason="Nhầm nhà", actor=person)
    line.refresh_from_db()
    invoice.refresh_from_db()
    assert (line.state, int(invoice.paid), standing(school)[0]) == ("waiting", 0, 100_000)
    aside(line, AsideKind.LATER, person)
    with pytest.raises(LineRefusedError, match="not_matched"), savepoint():
        undo_match(school.pk, line_id=line.pk, reason="Nữa", actor=person)
