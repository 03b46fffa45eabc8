"""The bank's SQLite file and its versions."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from truongso.kernel import clock
from truongso.sandbox import sqlite_file
from truongso.sandbox.sqlite_file import opened

__all__ = ["opened", "prepare"]

_VERSIONS = ("schema.sql", "schema_2_feeds.sql", "schema_3_bills.sql")


def prepare(path: Path) -> bool:
    """Make the file and its tables; True when new. Raises OSError when the directory cannot be made."""
    folder = resources.files(__package__)
    is_new = sqlite_file.prepare(path, [folder.joinpath(name).read_text(encoding="utf-8") for name in _VERSIONS])
    if is_new:
        # Receivers know a line by its id for ever: a bank begun anew must not use one again.
        first = int(clock.now().timestamp() * 1000)
        with opened(path) as connection:
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('lines', ?)", (first,))
    return is_new
