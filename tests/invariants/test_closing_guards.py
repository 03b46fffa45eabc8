"""I09, I16: what two people closed stays as signed, whatever SQL is written by hand."""

from __future__ import annotations

from tests.invariants.conftest import World

DAY = "UPDATE banking_dayclose SET "
SIGNED = "a closing is fixed once signed"


def test_signed_figures_are_fixed(world: World) -> None:
    for column in ("closing", "money_in", "book_in", "lines"):
        world.refuses(f"{DAY}{column} = {column} + 1", match=SIGNED)
    for column in ("digest", "signature", "note", "lines_digest"):
        world.refuses(f"{DAY}{column} = 'x'", match=SIGNED)
    world.refuses("UPDATE banking_monthclose SET moved = moved + 1", match=SIGNED)


def test_one_person_does_not_close(world: World) -> None:
    world.refuses(
        f"{DAY}state = 'confirmed', decided_by = signed_by, decided_at = signed_at", match="banking_dayclose_two_sign"
    )
    world.refuses(f"{DAY}state = 'confirmed'", match="banking_dayclose_decided")


def test_steps_are_taken_in_order(world: World) -> None:
    world.refuses(
        f"{DAY}state = 'reopened', decided_by = 2, decided_at = signed_at, reopened_by = 3, reopened_at = signed_at, "
        "reopen_asked_by = 2, reopen_reason = 'x'",
        match="a closing takes its steps in order",
    )


def test_a_closed_day_takes_no_line_and_no_posting(world: World) -> None:
    world.refuses("UPDATE banking_closebook SET locked_through = NULL", match="differs from the closings")
    world.refuses("UPDATE banking_closebook SET locked_through = '2026-12-31'", match="differs from the closings")
    copied = (
        "public_id, school_id, bank_account_id, direction, amount, booked_on, reference, memo, counter_name, "
        "counter_account, counter_bank, virtual_account, content_key, occurrence, state, undoes, created_at"
    )
    values = copied.replace("public_id,", "'copy',", 1).replace("booked_on", "'2026-01-05'").replace("occurrence", "9")
    world.refuses(
        f"INSERT INTO banking_bankline ({copied}) SELECT {values} FROM banking_bankline LIMIT 1",
        match="the period is closed: days of the account",
    )


def test_a_day_is_closed_once(world: World) -> None:
    columns = (
        "school_id, public_id, bank_account_id, first_on, last_on, opening, money_in, money_out, closing, "
        "book_opening, book_in, book_out, book_closing, lines, lines_digest, details, note, digest, signature, state, "
        "signed_at, signed_by, decision_note, decision_signature, reopen_reason"
    )
    values = columns.replace("public_id", "'copy'", 1)
    world.refuses(
        f"INSERT INTO banking_dayclose ({columns}) SELECT {values} FROM banking_dayclose",
        match="a day is closed once, in order",
    )


def test_an_entry_leaves_in_one_file(world: World) -> None:
    world.refuses(
        "INSERT INTO reporting_postedentry (school_id, file_id, entry_id) "
        "SELECT school_id, file_id, entry_id FROM reporting_postedentry",
        match="reporting_postedentry_once|UNIQUE constraint failed",
    )
