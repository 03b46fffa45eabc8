"""Rows given by column: the same rows as `insert_many` stores, with their defaults, ids in order."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from truongso.kernel.bulk import insert_columns, insert_many, new_row
from truongso.kernel.models import Job, OutboxEvent, Tally
from truongso.kernel.sending import draw_ids, sending_ahead

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 10, 5, 5, 0, tzinfo=dt.UTC)
WORDS = ["a", 'quote " and \\', "{brace},", "tab\tline\n", "Ễn – ﷽", "NULL", "", "'; DROP TABLE x; --"]


def _plain(rows: list[OutboxEvent]) -> list[tuple[object, ...]]:
    return [(r.school_id, r.topic, r.version, r.payload, r.created_at) for r in rows]


def test_the_same_rows_as_by_objects() -> None:
    payloads = [{"said": word, "n": n, "none": None, "list": [1, True]} for n, word in enumerate(WORDS)]
    by_column = insert_columns(
        OutboxEvent, each={"topic": WORDS, "payload": payloads}, same={"school_id": 7, "created_at": NOON}
    )
    by_object = insert_many(
        new_row(OutboxEvent, school_id=7, topic=word, payload=payload, created_at=NOON)
        for word, payload in zip(WORDS, payloads, strict=True)
    )
    found = {row.pk: row for row in OutboxEvent.objects.all()}
    assert by_column == sorted(by_column)
    assert len(found) == len(WORDS) * 2
    assert _plain([found[pk] for pk in by_column]) == _plain([found[row.pk] for row in by_object])
    assert [found[pk].topic for pk in by_column] == WORDS
    assert {found[pk].version for pk in by_column} == {1}  # the default


def test_values_for_all_may_be_empty_or_strange() -> None:
    (pk, other) = insert_columns(
        Job, each={"key": ["a", "b"]},
        same={"kind": "it's %s \\ {x}", "school_id": 3, "started_by": None, "created_at": NOON, "updated_at": NOON},
    )  # fmt: skip
    rows = Job.objects.in_bulk([pk, other])
    assert [(rows[n].key, rows[n].kind, rows[n].started_by) for n in (pk, other)] == [
        ("a", "it's %s \\ {x}", None), ("b", "it's %s \\ {x}", None),
    ]  # fmt: skip


def test_more_rows_than_one_statement_takes() -> None:
    ids = insert_columns(
        OutboxEvent, each={"topic": [f"t{n}" for n in range(5003)]},
        same={"school_id": 1, "payload": {}, "created_at": NOON},
    )  # fmt: skip
    stored = OutboxEvent.objects.order_by("pk").values_list("pk", "topic")
    assert list(stored) == list(zip(ids, (f"t{n}" for n in range(5003)), strict=True))


def test_no_rows_ask_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert insert_columns(OutboxEvent, each={"topic": []}, same={"school_id": 1}) == []


def test_what_is_wrong_is_refused_and_nothing_stored() -> None:
    with pytest.raises(TypeError, match="OutboxEvent has no column school, topics"):
        insert_columns(OutboxEvent, each={"topics": ["a"]}, same={"school": 1})
    with pytest.raises(ValueError, match="columns of different length"):
        insert_columns(OutboxEvent, each={"topic": ["a", "b"], "payload": [{}]}, same={"school_id": 1})
    with pytest.raises(ValueError, match="a moment needs its time zone"):
        insert_columns(
            OutboxEvent, each={"topic": ["a"]},
            same={"school_id": 1, "payload": {}, "created_at": NOON.replace(tzinfo=None)},
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_columns(Tally, each={"key": ["k", "k"]}, same={"count": 1, "ends_at": NOON})
    assert not OutboxEvent.objects.exists()
    assert not Tally.objects.exists()


def test_conflicts_are_left_out_if_told_so_and_ids_are_told_where_there_were_none() -> None:
    def put(*keys: str) -> list[int]:
        same = {"count": len(keys), "ends_at": NOON}
        return insert_columns(Tally, each={"key": keys}, same=same, ignore_conflicts=True)

    first = put("k", "l")
    assert put("k", "m", "n") == []  # the others are in, but nobody is told which
    last = put("o", "p", "q")
    assert dict(Tally.objects.values_list("pk", "key")) == {
        **dict(zip(first, "kl", strict=True)), **dict(zip(last, "opq", strict=True)),
        **dict(Tally.objects.filter(key__in="mn").values_list("pk", "key")),
    }  # fmt: skip
    assert dict(Tally.objects.values_list("key", "count")) == {"k": 2, "l": 2, "m": 3, "n": 3, "o": 3, "p": 3, "q": 3}


@pytest.mark.postgres
def test_ids_of_what_may_be_known_are_waited_for_inside_of_sending_ahead() -> None:
    keys, same = [f"k{n}" for n in range(60)], {"count": 1, "ends_at": NOON}
    with transaction.atomic(), sending_ahead(60):
        ids = insert_columns(Tally, each={"key": keys}, same=same, ignore_conflicts=True)
        assert insert_columns(Tally, each={"key": keys}, same=same, ignore_conflicts=True) == []
    assert dict(Tally.objects.values_list("pk", "key")) == dict(zip(ids, keys, strict=True))


@pytest.mark.postgres
def test_sent_ahead_ids_are_known_where_they_were_drawn() -> None:
    topics = [f"t{n}" for n in range(60)]
    same = {"school_id": 1, "payload": {}, "created_at": NOON}
    with transaction.atomic(), sending_ahead(60):
        draw_ids({OutboxEvent: 60})
        drawn = insert_columns(OutboxEvent, each={"topic": topics}, same=same)
        jobs = {"school_id": 1, "kind": "k", "created_at": NOON, "updated_at": NOON}
        assert insert_columns(Job, each={"key": topics}, same=jobs) == []
    assert dict(OutboxEvent.objects.values_list("pk", "topic")) == dict(zip(drawn, topics, strict=True))
    assert Job.objects.count() == 60
