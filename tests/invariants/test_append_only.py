"""I10: rows that were posted stay, whatever SQL is written by hand."""

from __future__ import annotations

from django.db import connection

from tests.invariants.conftest import GUARDED, World, snapshot
from tests.invariants.listed import append_only_tables, undeletable_tables
from truongso.kernel import triggers

GUARD = "append-only|never deleted|fixed once"


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [c.name for c in connection.introspection.get_table_description(cursor, table)]


def test_the_world_has_a_row_in_every_guarded_table(world: World) -> None:
    empty = [t for t in undeletable_tables() if not world.one(f"SELECT COUNT(*) FROM {t}")]
    assert empty == []
    assert set(append_only_tables()) <= set(undeletable_tables())


# One world serves all tables of a test: a refused statement leaves it as it was, which `refuses` itself checks.


def test_no_column_of_an_append_only_row_changes(world: World) -> None:
    for table in append_only_tables():
        for column in columns(table):
            world.refuses(f"UPDATE {table} SET {column} = {column}", match="append-only")


def test_no_guarded_row_is_deleted(world: World) -> None:
    for table in undeletable_tables():
        world.refuses(f"DELETE FROM {table}", match=GUARD)


def test_no_guarded_row_is_replaced_or_table_emptied(world: World) -> None:
    """REPLACE deletes without a DELETE statement (SQLite), TRUNCATE without touching rows (PostgreSQL)."""
    for table in undeletable_tables():
        if connection.vendor == "sqlite":
            world.refuses(
                f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} ORDER BY id LIMIT 1",
                match=f"{GUARD}|starts|no gaps|part of the invoice as issued|takes nothing more",
            )
        else:
            world.refuses(f"TRUNCATE {table} CASCADE", match=GUARD)


def test_every_table_that_keeps_its_rows_is_safe_from_truncate() -> None:
    guarded = {t.table for t in triggers.all_triggers() if t.name == f"ts_{t.table}_no_truncate"}
    assert set(undeletable_tables()) - guarded == set()


def test_a_change_of_a_guarded_row_is_seen(world: World) -> None:
    """The control of `refuses`: it compares what it would see change, in every guarded table."""
    before = snapshot()
    assert {row[0] for row in before} == set(GUARDED)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE banking_bankline SET state = 'not_fees' WHERE id = %s", [world.bank_line.pk])
    after = snapshot()
    changed = [(old[0], new[0]) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("banking_bankline", "banking_bankline")]


def test_what_the_last_test_wrote_is_gone(world: World) -> None:
    assert world.one("SELECT state FROM banking_bankline WHERE id = %s", world.bank_line.pk) == "waiting"
