"""Approving and taking back a changed account at once, and the clock against both: real PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest

from tests import factories
from tests.concurrency.test_two_payers import _at_once
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import BankAccount, School
from truongso.organizations.public import AccountData
from truongso.payments.changes.accounts import approve_account, drop_account, propose_account
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.tasks import apply_due
from truongso.payments.changes.types import ChangeRefusedError

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NEW = AccountData("970418", "12310000777888", "TRUONG TH")
ROUNDS = 5


@pytest.fixture
def people(school: School) -> tuple[Actor, Actor]:
    one, two = (
        Actor(factories.user(r, school=school).pk, str(r), "web") for r in (Role.ACCOUNTANT, Role.PRINCIPAL)
    )  # fmt: skip
    return one, two


def _whole(act: Callable[[], object]) -> Callable[[], object]:
    def once() -> object:
        with transaction():
            return act()

    return lambda: retrying(once)


def _asked(school: School, who: Actor, replaces: str = "") -> SetupChange:
    with transaction():
        return propose_account(school, account=NEW, replaces=replaces, reason="Đổi", actor=who)


def test_approving_and_taking_back_at_once_leave_one_of_the_two(school: School, people: tuple[Actor, Actor]) -> None:
    asking, deciding = people
    old = factories.bank_account(school)
    for _ in range(ROUNDS):
        change = _asked(school, asking, old.public_id)
        found = _at_once(
            _whole(partial(approve_account, school, change_id=change.pk, actor=deciding)),
            _whole(partial(drop_account, school, change_id=change.pk, reason="Lạ", actor=asking, rejected=False)),
        )
        change.refresh_from_db()
        refused = [r.code for r in found if isinstance(r, ChangeRefusedError)]
        # Taken back first: the approval finds it decided. Approved first: what waits may still be taken back.
        assert (change.state, refused) in [("cancelled", ["already_decided"]), ("cancelled", [])]
        assert change.decided_by in {None, deciding.user_id}
    assert list(BankAccount.objects.for_school(school).values_list("number", "is_active")) == [(old.number, True)]


def test_the_clock_and_taking_back_at_once_never_both(school: School, people: tuple[Actor, Actor]) -> None:
    asking, deciding = people
    old = factories.bank_account(school)
    change = _asked(school, asking, old.public_id)
    with transaction():
        approve_account(school, change_id=change.pk, actor=deciding)
    due = clock.now() + dt.timedelta(hours=24, seconds=1)

    def tick() -> object:
        with clock.frozen(due):
            return apply_due()

    def take_back() -> object:
        return _whole(lambda: drop_account(school, change_id=change.pk, reason="Lạ", actor=asking, rejected=False))()

    _at_once(tick, tick, take_back)
    change.refresh_from_db()
    accounts = set(BankAccount.objects.for_school(school).values_list("number", "is_active"))
    taken = AuditEntry.objects.filter(school_id=school.pk, action="organizations:bank_account:replace").count()
    outcome = (change.state, accounts, taken)
    assert outcome in [
        ("done", {(old.number, False), (NEW.number, True)}, 1), ("cancelled", {(old.number, True)}, 0),
    ]  # fmt: skip


def test_two_principals_approve_once(school: School, people: tuple[Actor, Actor]) -> None:
    asking, deciding = people
    other = Actor(factories.user(Role.PRINCIPAL, school=school).pk, "Phó hiệu trưởng", "web")
    change = _asked(school, asking)
    found = _at_once(*[
        _whole(partial(approve_account, school, change_id=change.pk, actor=who)) for who in (deciding, other)
    ])  # fmt: skip
    refused = [r.code for r in found if isinstance(r, ChangeRefusedError)]
    change.refresh_from_db()
    assert (refused, change.state) == (["already_decided"], "done")
    assert change.decided_by in {deciding.user_id, other.user_id}
    assert list(BankAccount.objects.for_school(school).values_list("number", "is_active")) == [(NEW.number, True)]


def test_two_first_accounts_at_once_only_one_goes_without_waiting(school: School, people: tuple[Actor, Actor]) -> None:
    asking, deciding = people
    with transaction():
        changes = [
            propose_account(
                school, account=AccountData("970418", number, "TRUONG TH"), reason="Mở", actor=asking
            )
            for number in ("111122223333", "444455556666")
        ]  # fmt: skip
    _at_once(*[_whole(partial(approve_account, school, change_id=c.pk, actor=deciding)) for c in changes])
    states = sorted(SetupChange.objects.for_school(school).values_list("state", flat=True))
    assert states == ["approved", "done"]
    assert BankAccount.objects.for_school(school).count() == 1
