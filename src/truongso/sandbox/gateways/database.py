"""The gateways' SQLite file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from truongso.kernel import clock
from truongso.sandbox import sqlite_file
from truongso.sandbox.gateways.types import Provider
from truongso.sandbox.sqlite_file import opened

__all__ = ["opened", "prepare"]

_VERSIONS = ("schema.sql", "schema_2_refunds.sql")


def prepare(path: Path) -> None:
    """Make the file and its tables. Raises OSError when the directory cannot be made."""
    folder = resources.files(__package__)
    if not sqlite_file.prepare(path, [folder.joinpath(name).read_text(encoding="utf-8") for name in _VERSIONS]):
        return
    # Merchants know a payment by its number for ever: a twin begun anew must not use one again.
    first = int(clock.now().timestamp())
    with opened(path) as connection:
        connection.executemany(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [("orders", first), ("refunds", first)]
        )
        connection.executemany("INSERT INTO providers (name) VALUES (?)", [(provider.value,) for provider in Provider])
