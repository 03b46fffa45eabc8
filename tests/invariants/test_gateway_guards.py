"""Attempts keep what was asked, received follows from their money, money of an attempt rests on its own evidence."""

from __future__ import annotations

import pytest

from tests.invariants.conftest import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("column", ["amount", "channel_id", "family_id", "reference", "public_id"])
def test_an_attempt_keeps_what_was_asked(world: World, column: str) -> None:
    value = "'x'" if column in {"reference", "public_id"} else f"{column} + 1"
    world.refuses(f"UPDATE payments_attempt SET {column} = {value}", match="an attempt keeps what was asked")


@pytest.mark.parametrize("value", ["received + 1", "received - 1", "0"])
def test_received_follows_from_the_money(world: World, value: str) -> None:
    world.refuses(f"UPDATE payments_attempt SET received = {value}", match="received differs")


@pytest.mark.parametrize("state", ["pending", "failed", "expired", "cancelled"])
def test_money_that_came_stays_paid(world: World, state: str) -> None:
    world.refuses("UPDATE payments_attempt SET state = %s", state, match="payments_attempt_paid")


def test_no_money_without_its_evidence(world: World) -> None:
    world.refuses(
        "INSERT INTO payments_attemptmoney (school_id, attempt_id, channel_id, transaction_id, amount, paid_at, "
        "told_by, evidence_id, created_at) SELECT m.school_id, m.attempt_id, m.channel_id, 'another', m.amount, "
        "m.paid_at, m.told_by, (SELECT evidence_id FROM payments_payment WHERE id = %s), m.created_at "
        "FROM payments_attemptmoney m",
        world.part.pk,
        match="rests on evidence",
    )


def test_a_channel_keeps_its_gateway(world: World) -> None:
    world.refuses("UPDATE payments_channel SET provider = 'momo'", match="a channel keeps its gateway")
