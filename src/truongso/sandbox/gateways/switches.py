"""Switches of a provider: down (answers 503, sends nothing), slow (answers after so many seconds)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from truongso.sandbox.gateways.types import Provider


@dataclass(frozen=True, slots=True)
class Health:
    provider: Provider
    is_down: bool
    slow_seconds: float


def health_of(connection: sqlite3.Connection, provider: Provider) -> Health:
    row = connection.execute("SELECT * FROM providers WHERE name = ?", (provider,)).fetchone()
    return Health(provider, bool(row["is_down"]), row["slow_seconds"])


def switch(connection: sqlite3.Connection, health: Health) -> Health:
    """Set a provider's switches."""
    connection.execute(
        "UPDATE providers SET is_down = ?, slow_seconds = ? WHERE name = ?",
        (health.is_down, health.slow_seconds, health.provider),
    )
    return health_of(connection, health.provider)
