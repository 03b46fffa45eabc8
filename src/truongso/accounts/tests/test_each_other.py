"""Two people who take each other's rights away at the same moment: one of them stays."""

from __future__ import annotations

from threading import Barrier
from typing import Any

import pytest
from tests import factories

from truongso.accounts.hygiene import operator_reviews
from truongso.accounts.hygiene.models import ReviewRound, UnitReviewItem
from truongso.accounts.models import Membership, User
from truongso.accounts.staffing import services
from truongso.accounts.staffing.holding import hold_both
from truongso.accounts.staffing.services import Manager
from truongso.accounts.types import AccountRefusedError, Role
from truongso.banking.tests.helpers import at_once
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School


def _principals(school: School) -> list[User]:
    return [factories.user(Role.PRINCIPAL, school=school) for _ in range(2)]


def _suspend(school: School, people: list[User], number: int) -> str:
    """The one named suspends the other; the refusal's code."""
    by, other = people[number], people[1 - number]
    try:
        with transaction():
            services.set_active(
                by=Manager(by, True, frozenset({school.pk})), place=school, user=other, active=False, reason="Nghi ngờ"
            )  # fmt: skip
    except AccountRefusedError as error:
        return error.code
    return ""


def _end(school: School, people: list[User], number: int) -> str:
    """The one named ends the other's role; "waits" when that takes a second person."""
    by, row = people[number], Membership.objects.get(user=people[1 - number])
    manager = Manager(by, True, frozenset({school.pk}))
    with transaction():
        done = services.end_role(by=manager, place=school, membership=row, last_day=clock.today(), reason="Nghi ngờ")
    return "waits" if done.waits else ""


def _operators() -> tuple[ReviewRound, list[User]]:
    people = [factories.user(Role.OPERATOR) for _ in range(2)]
    with transaction():
        return operator_reviews.open_campaign(by=people[0], actor=Actor(people[0].pk, "A", "web")), people


def _disable(row: ReviewRound, people: list[User], number: int) -> str:
    by, other = people[number], people[1 - number]
    item = UnitReviewItem.objects.get(round=row, user=other)
    try:
        with transaction():
            operator_reviews.disable(
                by=by, actor=Actor(by.pk, "A", "web"), row=row, item_id=item.pk, reason="Nghi ngờ"
            )  # fmt: skip
    except AccountRefusedError as error:
        return error.code
    return ""


def _active() -> list[bool]:
    return sorted(User.objects.values_list("is_active", flat=True))


@pytest.mark.django_db
def test_who_was_suspended_meanwhile_suspends_nobody(school: School) -> None:
    """The page was opened before: what it was opened with still says that the person may."""
    principals = _principals(school)
    assert [_suspend(school, principals, number) for number in (0, 1)] == ["", "right_lost"]
    assert _active() == [False, True]
    row, operators = _operators()
    assert [_disable(row, operators, number) for number in (0, 1)] == ["", "right_lost"]
    assert _active() == [False, False, True, True]
    assert sorted(UnitReviewItem.objects.values_list("decision", flat=True)) == ["", "disabled"]


@pytest.mark.django_db
def test_who_was_suspended_meanwhile_agrees_to_nothing(school: School) -> None:
    """What another asked for would be carried out by one who may no more: each of two could agree to the other's."""
    first, second = _principals(school)
    it_admin = Manager(factories.user(Role.IT_ADMIN, school=school), False, frozenset({school.pk}))
    with transaction():
        asked = services.set_active(by=it_admin, place=school, user=first, active=False, reason="Nghi ngờ").request
    assert asked is not None
    assert _suspend(school, [first, second], 0) == ""
    for approve in (True, False):
        with transaction(), pytest.raises(AccountRefusedError, match="right_lost"):
            services.decide(
                by=Manager(second, True, frozenset({school.pk})), request=asked, approve=approve, reason="Nghi ngờ"
            )  # fmt: skip
    asked.refresh_from_db()
    assert (_active(), asked.decision) == ([False, True, True], "")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_held", [True, False])
def test_two_operators_suspend_each_other_in_the_same_second(is_held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the second look both are gone, and nobody runs the installation."""
    if not is_held:
        monkeypatch.setattr(operator_reviews, "hold_both", lambda *_given: None)
    row, people = _operators()
    said = at_once(2, lambda number: _disable(row, people, number))
    assert sorted(map(str, said)) == (["", "right_lost"] if is_held else ["", ""])
    assert _active() == [False, is_held]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_held", [True, False])
def test_two_principals_suspend_each_other_in_the_same_second(
    school: School, is_held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, both_came = _principals(school), Barrier(2)

    def hold(*given: Any) -> None:
        both_came.wait(20)
        if is_held:
            hold_both(*given)

    monkeypatch.setattr(services, "hold_both", hold)
    said = at_once(2, lambda number: _suspend(school, people, number))
    assert sorted(map(str, said)) == (["", "right_lost"] if is_held else ["", ""])
    assert _active() == [False, is_held]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_principals_end_each_other_in_the_same_second(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one whose role ends later waits for a second person: there is no successor any more."""
    people, both_came = _principals(school), Barrier(2)

    def hold(*given: Any) -> None:
        both_came.wait(20)
        hold_both(*given)

    monkeypatch.setattr(services, "hold_both", hold)
    said = at_once(2, lambda number: _end(school, people, number))
    assert sorted(map(str, said)) == ["", "waits"]
    assert sorted(row.valid_to is None for row in Membership.objects.all()) == [False, True]
