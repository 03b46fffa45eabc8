"""Who taught whom stays as it was given: it ends earlier, never later, and nobody else takes its place."""

from __future__ import annotations

from django.db import connection

from tests.invariants.conftest import World

T = "people_teachingassignment"
LATER = "ends earlier, never later"


def test_an_assignment_only_ever_ends_earlier(world: World) -> None:
    world.refuses(f"UPDATE {T} SET valid_to = '2027-09-01'", match=LATER)
    assert world.one(f"SELECT COUNT(*) FROM {T} WHERE valid_to = '2027-08-31'") == 1
    for change in (
        "user_id = user_id + 1", "school_class_id = school_class_id + 1", "subject_id = subject_id + 1",
        "valid_from = '2026-08-31'", "set_by = 7", "public_id = 'x'",
    ):  # fmt: skip
        world.refuses(f"UPDATE {T} SET {change}", match="stays as it was given|(?i:foreign key)")
    world.refuses(f"UPDATE {T} SET valid_to = '2026-08-31'", match="people_teachingassignment_dates")
    run(f"UPDATE {T} SET valid_to = '2026-10-05', withdrawn_at = '2026-10-05 02:00:00+00:00'")
    world.refuses(f"UPDATE {T} SET valid_to = '2026-10-06'", match=LATER)
    world.refuses(f"UPDATE {T} SET withdrawn_at = NULL", match=LATER)


def test_the_same_assignment_is_not_given_twice(world: World) -> None:
    world.refuses(
        f"INSERT INTO {T} (school_id, public_id, school_class_id, subject_id, user_id, valid_from, valid_to, set_at) "
        f"SELECT school_id, 'another', school_class_id, subject_id, user_id, valid_from, valid_to, set_at FROM {T}",
        match="people_teachingassignment_begins|UNIQUE",
    )


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
