"""Rows written in bulk hold exactly what the ORM would have written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories

from truongso.kernel import clock
from truongso.kernel.bulk import insert_many, new_row
from truongso.kernel.models import Job, OutboxDelivery, OutboxEvent, Tally
from truongso.kernel.money import Dong
from truongso.kernel.sql_values import array_literal
from truongso.payments.models import Evidence, Receipt
from truongso.people.models import Guardian

pytestmark = pytest.mark.django_db

WORDS = [
    "", "NULL", "null", "Nguyễn Thị Hoa", 'lời "trích"', "C:\\thư\\mục", "a,b{c}d", "dòng\nmới\ttab",
    "'; DROP TABLE x; --", "%s %(a)s", "😀", " \u2028 ", "\\", '"', "\x01\x1f",
]  # fmt: skip


def _event(topic: str, payload: Any = None) -> OutboxEvent:
    return OutboxEvent(school_id=7, topic=topic, version=1, payload=payload or {}, created_at=clock.now())


def _stored(rows: list[Any]) -> list[dict[str, Any]]:
    """Every column but the id as the database gives it back, in the order of the rows."""
    model: type[models.Model] = type(rows[0])
    found = model._base_manager.in_bulk([row.pk for row in rows])
    names = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
    return [{name: getattr(found[row.pk], name) for name in names} for row in rows]


def test_texts_and_json_come_back_as_they_went_in() -> None:
    rows = [_event(word[:60], {"said": word, "list": [1, None, True, {"x": word}]}) for word in WORDS]
    insert_many(rows)
    twins = OutboxEvent.objects.bulk_create([_event(row.topic, row.payload) for row in rows])
    assert [(s["topic"], s["payload"]) for s in _stored(rows)] == [(r.topic, r.payload) for r in rows]
    assert [(s["topic"], s["payload"]) for s in _stored(rows)] == [(s["topic"], s["payload"]) for s in _stored(twins)]


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60), min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back(words: list[str]) -> None:
    rows = insert_many(_event(word, {"said": word}) for word in words)
    assert [(s["topic"], s["payload"]["said"]) for s in _stored(rows)] == [(word, word) for word in words]


def test_money_moments_days_and_nothing() -> None:
    school = factories.school()
    moment = dt.datetime(2026, 9, 5, 7, 30, 1, 250_000, tzinfo=dt.UTC)
    rows = [
        Evidence(
            school_id=school.pk, kind="bank_line", source="bank", reference=str(n), amount=Dong(n * 1_000),
            occurred_at=moment.astimezone(clock.SCHOOL_TIME), payer_name=f"Trần {n}", created_at=moment,
        )
        for n in (1, 2, 9_000_000_000)
    ]  # fmt: skip
    insert_many(rows)
    stored = _stored(rows)
    assert [s["amount"] for s in stored] == [Dong(1_000), Dong(2_000), Dong(9_000_000_000_000)]
    assert {s["occurred_at"] for s in stored} == {s["created_at"] for s in stored} == {moment}
    assert {s["used"] for s in stored} == {Dong(0)}
    job = insert_many([Job(school_id=1, kind="k", key="a", created_at=moment, updated_at=moment)])
    assert _stored(job)[0]["finished_at"] is None
    assert _stored(job)[0]["params"] == {}


def test_ids_follow_the_order_of_the_rows_and_rows_count_as_stored() -> None:
    first = insert_many(_event(f"t{n}") for n in range(300))
    then = insert_many([_event("last")])
    ids = [row.pk for row in first]
    assert ids == sorted(ids)
    assert then[0].pk > ids[-1]
    assert dict(OutboxEvent.objects.filter(pk__in=ids).values_list("pk", "topic")) == {
        row.pk: row.topic for row in first
    }
    assert not any(row._state.adding for row in first)
    first[0].topic = "changed"
    first[0].save()
    assert OutboxEvent.objects.count() == 301


def test_ids_are_never_given_twice() -> None:
    gone = insert_many([_event("gone")])[0].pk
    OutboxEvent.objects.filter(pk=gone).delete()
    by_orm = OutboxEvent.objects.create(school_id=1, topic="x", version=1, payload={}, created_at=clock.now()).pk
    assert insert_many([_event("next")])[0].pk > by_orm > gone


def test_one_statement_for_many_rows() -> None:
    with CaptureQueriesContext(connection) as few:
        insert_many([_event("a")])
    with CaptureQueriesContext(connection) as many:
        insert_many(_event("b") for _ in range(500))
    assert len(few) == len(many)


def test_a_unique_key_refuses_all_or_leaves_out() -> None:
    ends = clock.now()
    insert_many([Tally(key="a", count=1, ends_at=ends)])
    twice = [Tally(key="b", count=1, ends_at=ends), Tally(key="a", count=2, ends_at=ends)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(twice)
    assert list(Tally.objects.values_list("key", "count")) == [("a", 1)]
    twice = [Tally(key="b", count=1, ends_at=ends), Tally(key="a", count=2, ends_at=ends)]
    assert [row.pk for row in insert_many(twice, ignore_conflicts=True)] == [None, None]
    assert sorted(Tally.objects.values_list("key", "count")) == [("a", 1), ("b", 1)]


@pytest.mark.parametrize("field", ["key", "count"])
def test_leaving_out_is_for_unique_keys_alone(field: str) -> None:
    row = Tally(key="a", count=1, ends_at=clock.now())
    setattr(row, field, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many([row], ignore_conflicts=True)
    assert not Tally.objects.exists()


@pytest.mark.postgres  # SQLite knows no lengths
def test_nothing_is_cut_to_fit() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_many([Tally(key="k" * 65, count=1, ends_at=clock.now())])
    assert not Tally.objects.exists()


def test_bare_numbers_are_no_money_and_naive_moments_no_moments() -> None:
    school = factories.school()
    wrong: Any = 5
    row = Evidence(
        school_id=school.pk, kind="bank_line", source="s", reference="1", amount=wrong, occurred_at=clock.now(),
        created_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(TypeError, match="amount takes Dong, not int"):
        insert_many([row])
    with pytest.raises(ValueError, match="time zone"):
        insert_many([Tally(key="a", count=1, ends_at=dt.datetime(2026, 1, 1))])
    assert not Evidence.objects.across_schools("test").exists()
    assert not Tally.objects.exists()


def test_a_parent_without_id_is_refused() -> None:
    event = _event("a")
    with pytest.raises(ValueError, match="unsaved related object"):
        insert_many([OutboxDelivery(event=event, handler="h", next_attempt_at=clock.now())])
    insert_many([event])
    delivery = insert_many([OutboxDelivery(event=event, handler="h", next_attempt_at=clock.now())])[0]
    assert _stored([delivery])[0]["event_id"] == event.pk


def test_an_expression_goes_through_the_orm() -> None:
    rows = insert_many([Tally(key=Lower(Value("ABC")), count=1, ends_at=clock.now())])
    assert Tally.objects.get(pk=rows[0].pk).key == "abc"


def test_school_owned_rows_take_the_same_way() -> None:
    school = factories.school()
    family = factories.family(school)
    made = Guardian.objects.bulk_create(
        Guardian(school_id=school.pk, family=family, full_name=name, name_fold=name.lower())
        for name in ("Lò Thị Mây", "Giàng A Páo")
    )
    assert [Guardian.objects.for_school(school).get(pk=g.pk).full_name for g in made] == ["Lò Thị Mây", "Giàng A Páo"]


def test_a_row_made_for_bulk_is_the_row_the_constructor_makes() -> None:
    family = factories.family(factories.school())
    values: dict[str, Any] = {"school_id": family.school_id, "family_id": family.pk, "full_name": "Vừ A Dính"}
    quick, usual = new_row(Guardian, **values, name_fold="vu a dinh"), Guardian(**values, name_fold="vu a dinh")
    assert {k: v for k, v in quick.__dict__.items() if k != "_state"} == {
        k: v for k, v in usual.__dict__.items() if k != "_state"
    }
    assert quick.other_phones is not new_row(Guardian, **values).other_phones
    assert quick.family == family
    Guardian.objects.bulk_create([quick])
    assert Guardian.objects.for_school(family.school_id).get().full_name == "Vừ A Dính"


def test_a_row_made_for_bulk_takes_columns_only() -> None:
    with pytest.raises(TypeError, match="Tally has no column counts"):
        new_row(Tally, key="a", counts=1)


def test_public_ids_are_each_their_own() -> None:
    assert len({new_row(Receipt).public_id for _ in range(50)}) == 50


def test_no_rows_no_question() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert insert_many([]) == []
    assert len(asked) == 0


def test_array_literals() -> None:
    assert array_literal([1, None, True, "a"]) == '{1,null,true,"a"}'
    assert array_literal(["NULL", "", 'a"b', "c\\d", "e\nf"]) == '{"NULL","","a\\"b","c\\\\d","e\nf"}'
