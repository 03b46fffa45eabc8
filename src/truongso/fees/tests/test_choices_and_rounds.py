"""Exemptions, choices of voluntary items, and drafts: dated, refused when they contradict themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from tests import factories

from truongso.fees.models import CollectionRound, Exemption, OptIn, RoundClass, RoundItem
from truongso.fees.public import add_exemption, copy_round, create_round, end_exemption, end_opt_ins, opt_in
from truongso.fees.queries.rounds import previous_round
from truongso.fees.services.rounds import allow_parts, delete_draft, set_classes, set_items, update_round
from truongso.fees.tests.build import ACTOR, Setting, everything, issue, plan, setting
from truongso.fees.types import FeesRefusedError, RoundState
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.fixture
def s(school: School, school_day: dt.datetime) -> Setting:
    return setting(school)


def refused(s: Setting, act: Callable[[], Any]) -> str:
    """The code of the refusal, having shown that nothing changed."""
    before = everything(s.school)
    with pytest.raises(FeesRefusedError) as caught, transaction.atomic():
        act()
    assert everything(s.school) == before
    return caught.value.code


def exemption(s: Setting, **changes: Any) -> Exemption:
    values: dict[str, Any] = {
        "student_id": s.students["An"].pk, "rule_code": "GIAM_50", "valid_from": OCTOBER, "valid_to": None,
        "document": "QĐ 12", "actor": ACTOR,
    }  # fmt: skip
    with transaction.atomic():
        return add_exemption(s.school.pk, **{**values, **changes})


def test_exemptions_are_refused_when_they_contradict_themselves(s: Setting, other_school: School) -> None:
    exemption(s)
    stranger = factories.student(other_school)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"rule_code": "KHONG_CO"}, "no_such_rule"),
        ({"rule_code": "MIEN_CONG_LAP"}, "no_such_rule"),
        ({"rule_code": "GIAM_70", "valid_to": dt.date(2026, 9, 30)}, "dates_reversed"),
        ({"valid_from": NOVEMBER}, "exemption_overlaps"),
        ({"valid_from": dt.date(2026, 1, 1), "valid_to": OCTOBER}, "exemption_overlaps"),
        ({"student_id": stranger.pk}, "no_such_student"),
    ]
    for changes, code in cases:
        before = everything(s.school)
        with pytest.raises(FeesRefusedError) as caught:
            exemption(s, **changes)
        assert caught.value.code == code
        assert everything(s.school) == before


def test_an_exemption_ends_and_the_next_may_begin(s: Setting) -> None:
    plan(s)
    made = exemption(s)
    s.round.refresh_from_db()
    assert s.round.planned_at is None
    assert (
        refused(s, lambda: end_exemption(s.school.pk, exemption_id=made.pk, valid_to=dt.date(2026, 9, 30), actor=ACTOR))
        == "dates_reversed"
    )
    assert (
        refused(s, lambda: end_exemption(s.school.pk, exemption_id=0, valid_to=NOVEMBER, actor=ACTOR))
        == "no_such_exemption"
    )
    with transaction.atomic():
        end_exemption(s.school.pk, exemption_id=made.pk, valid_to=dt.date(2026, 10, 31), actor=ACTOR)
    exemption(s, valid_from=NOVEMBER)
    assert Exemption.objects.for_school(s.school).count() == 2


def test_choices_are_recorded_once_for_a_class(s: Setting) -> None:
    ids = [s.students[n].pk for n in ("An", "Bình", "Chi")]

    def choose(students: list[int]) -> int:
        with transaction.atomic():
            return opt_in(
                s.school.pk, item_id=s.english.pk, student_ids=students, valid_from=OCTOBER, valid_to=None, actor=ACTOR
            )

    assert choose(ids[:2]) == 2
    assert choose(ids) == 1
    assert choose(ids) == 0
    assert OptIn.objects.for_school(s.school).count() == 3
    with transaction.atomic():
        ended = end_opt_ins(
            s.school.pk, item_id=s.english.pk, student_ids=ids[:1], last_day=dt.date(2026, 10, 31), actor=ACTOR
        )
        gone = end_opt_ins(
            s.school.pk, item_id=s.english.pk, student_ids=ids[1:2], last_day=dt.date(2026, 9, 30), actor=ACTOR
        )
    assert (ended, gone) == (1, 1)
    assert set(OptIn.objects.for_school(s.school).values_list("student_id", "valid_to")) == {
        (ids[0], dt.date(2026, 10, 31)), (ids[2], None),
    }  # fmt: skip


def test_choices_are_refused_for_what_is_not_voluntary_and_for_strangers(s: Setting, other_school: School) -> None:
    def choose(**changes: Any) -> None:
        values: dict[str, Any] = {
            "item_id": s.english.pk, "student_ids": [s.students["An"].pk], "valid_from": OCTOBER, "valid_to": None,
            "actor": ACTOR,
        }  # fmt: skip
        opt_in(s.school.pk, **{**values, **changes})

    stranger = factories.student(other_school)
    assert refused(s, lambda: choose(item_id=s.care.pk)) == "item_not_voluntary"
    assert refused(s, lambda: choose(item_id=0)) == "no_such_item"
    assert refused(s, lambda: choose(valid_to=dt.date(2026, 9, 1))) == "dates_reversed"
    assert refused(s, lambda: choose(student_ids=[s.students["An"].pk, stranger.pk])) == "no_such_student"


def test_a_round_needs_name_days_and_the_schools_own_account(s: Setting, other_school: School) -> None:
    def make(**changes: Any) -> CollectionRound:
        values: dict[str, Any] = {
            "name": "Thu tháng 11", "school_year_id": s.round.school_year_id, "priced_on": NOVEMBER,
            "due_on": dt.date(2026, 11, 20), "bank_account_id": s.round.bank_account_id, "actor": ACTOR,
        }  # fmt: skip
        return create_round(s.school.pk, **{**values, **changes})

    foreign = factories.bank_account(other_school)
    assert refused(s, lambda: make(name=" ")) == "round_unnamed"
    assert refused(s, lambda: make(due_on=OCTOBER)) == "due_before_priced"
    assert refused(s, lambda: make(bank_account_id=foreign.pk)) == "no_such_account"
    with transaction.atomic():
        assert make().state == "draft"


def test_items_and_classes_of_a_draft(s: Setting, other_school: School) -> None:
    foreign_item, foreign_class = factories.fee_item(other_school), factories.school_class(other_school)
    last_year = factories.school_class(s.school, "3A2", year=factories.school_year("2025-2026"))
    school_id, round_id = s.school.pk, s.round.pk
    assert (
        refused(s, lambda: set_items(school_id, round_id=round_id, quantities={s.care.pk: 0}, actor=ACTOR))
        == "quantity_out_of_range"
    )
    assert (
        refused(s, lambda: set_items(school_id, round_id=round_id, quantities={s.care.pk: 367}, actor=ACTOR))
        == "quantity_out_of_range"
    )
    assert (
        refused(s, lambda: set_items(school_id, round_id=round_id, quantities={foreign_item.pk: 1}, actor=ACTOR))
        == "no_such_item"
    )
    for wrong in (foreign_class.pk, last_year.pk, 0):
        assert (
            refused(s, partial(set_classes, school_id, round_id=round_id, class_ids=[wrong], actor=ACTOR))
            == "no_such_class"
        )
    plan(s)
    with transaction.atomic():
        set_items(school_id, round_id=round_id, quantities={s.english.pk: 3}, actor=ACTOR)
        set_classes(school_id, round_id=round_id, class_ids=[s.class_4a1.pk], actor=ACTOR)
    s.round.refresh_from_db()
    assert s.round.planned_at is None
    assert list(s.round.items.values_list("fee_item_id", "quantity")) == [(s.english.pk, 3)]
    assert list(s.round.classes.values_list("school_class_id", flat=True)) == [s.class_4a1.pk]


def test_an_issued_round_is_never_edited(s: Setting) -> None:
    issue(s)
    school_id, round_id = s.school.pk, s.round.pk
    acts: list[Callable[[], Any]] = [
        lambda: set_items(school_id, round_id=round_id, quantities={}, actor=ACTOR),
        lambda: set_classes(school_id, round_id=round_id, class_ids=[], actor=ACTOR),
        lambda: delete_draft(school_id, round_id=round_id, actor=ACTOR),
        lambda: update_round(
            school_id, round_id=round_id, name="x", priced_on=OCTOBER, due_on=NOVEMBER,
            bank_account_id=s.round.bank_account_id, actor=ACTOR,
        ),
    ]  # fmt: skip
    assert [refused(s, act) for act in acts] == ["round_not_draft"] * 4


def test_a_copy_takes_items_still_in_use_and_all_classes(s: Setting) -> None:
    issue(s)
    s.water.is_active = False
    s.water.save(update_fields=["is_active"])
    with transaction.atomic():
        made = copy_round(
            s.school.pk, source_id=s.round.pk, name="Thu tháng 11/2026", priced_on=NOVEMBER,
            due_on=dt.date(2026, 11, 20), actor=ACTOR,
        )  # fmt: skip
    assert (made.state, made.planned_at, made.bank_account_id) == ("draft", None, s.round.bank_account_id)
    assert list(made.items.values_list("fee_item_id", flat=True)) == [s.care.pk]
    assert made.classes.count() == 2


@pytest.mark.parametrize("unit", ["year", "once", "semester"])
def test_a_copy_leaves_out_what_was_paid_for_longer_than_a_month(s: Setting, unit: str) -> None:
    s.water.unit = unit
    s.water.save(update_fields=["unit"])
    with transaction.atomic():
        made = copy_round(
            s.school.pk, source_id=s.round.pk, name="Thu tháng 11/2026", priced_on=NOVEMBER,
            due_on=dt.date(2026, 11, 20), actor=ACTOR,
        )  # fmt: skip
    assert list(made.items.values_list("fee_item_id", flat=True)) == [s.care.pk]


def test_a_deleted_draft_leaves_nothing_but_the_trace(s: Setting) -> None:
    plan(s)
    with transaction.atomic():
        delete_draft(s.school.pk, round_id=s.round.pk, actor=ACTOR)
    assert not CollectionRound.objects.for_school(s.school).exists()
    assert not RoundItem.objects.for_school(s.school).exists()
    assert not RoundClass.objects.for_school(s.school).exists()
    assert everything(s.school)["AuditEntry"][-1]["action"] == "fees:round:delete"


def test_paying_in_parts_is_the_rounds_choice_and_goes_along_when_copied(school: School, actor: Actor) -> None:
    account = factories.bank_account(school)
    days: dict[str, Any] = {"priced_on": dt.date(2026, 10, 1), "due_on": dt.date(2026, 10, 20)}
    year = factories.school_year()
    draft = create_round(
        school.pk, name="Thu tháng 10", school_year_id=year.pk, bank_account_id=account.pk, actor=actor,
        allows_partial=True, **days,
    )  # fmt: skip
    assert draft.allows_partial
    same = update_round(
        school.pk, round_id=draft.pk, name="Thu tháng 10/2026", bank_account_id=account.pk, actor=actor, **days
    )
    assert same.allows_partial
    copied = copy_round(school.pk, source_id=draft.pk, name="Thu tháng 11", actor=actor, **days)
    assert copied.allows_partial
    issued = factories.collection_round(school, account=account, state=RoundState.ISSUED)
    assert not issued.allows_partial
    assert allow_parts(school.pk, round_id=issued.pk, allows=True, actor=actor).allows_partial
    last = AuditEntry.objects.filter(school_id=school.pk).order_by("-seq")[0]
    assert (last.action, last.params) == ("fees:round:parts", {"allows": True})


def test_a_round_is_compared_with_the_last_of_its_kind(s: Setting) -> None:
    def made(day: dt.date, items: list[int], **more: Any) -> CollectionRound:
        with transaction.atomic():
            one = create_round(
                s.school.pk, name=f"Đợt {day}", school_year_id=s.round.school_year_id, priced_on=day, due_on=day,
                bank_account_id=s.round.bank_account_id, actor=ACTOR, **more,
            )  # fmt: skip
            set_items(s.school.pk, round_id=one.pk, quantities=dict.fromkeys(items, 1), actor=ACTOR)
        CollectionRound.objects.for_school(s.school).filter(pk=one.pk).update(state=RoundState.ISSUED.value)
        return one

    meals, water = (factories.fee_item(s.school, code, code).pk for code in ("AN_2", "NUOC_2"))
    uniform = factories.fee_item(s.school, "DP_2", "Đồng phục").pk
    month = made(dt.date(2026, 9, 1), [meals, water])
    once = made(dt.date(2026, 9, 20), [uniform])
    in_parts = made(dt.date(2026, 9, 25), [uniform], allows_partial=True)
    draft = s.round
    with transaction.atomic():
        set_items(s.school.pk, round_id=draft.pk, quantities={meals: 20, water: 1}, actor=ACTOR)
    found = previous_round(draft)
    assert found is not None
    assert found.id == month.pk
    with transaction.atomic():
        set_items(s.school.pk, round_id=draft.pk, quantities={uniform: 1}, actor=ACTOR)
    again = previous_round(draft)
    assert again is not None
    assert again.id == once.pk
    with transaction.atomic():
        allow_parts(s.school.pk, round_id=draft.pk, allows=True, actor=ACTOR)
    draft.refresh_from_db()
    last = previous_round(draft)
    assert last is not None
    assert last.id == in_parts.pk
