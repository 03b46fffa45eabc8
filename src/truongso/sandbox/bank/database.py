"""The bank's SQLite file: one writing transaction at a time, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

from truongso.kernel import clock


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection inside one immediate transaction, committed at the end, rolled back by any error."""
    with closing(_connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


def prepare(path: Path) -> bool:
    """Make the file and its tables; True when new. Raises OSError when the directory cannot be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        if connection.execute("PRAGMA user_version").fetchone()[0]:
            return False
        script = resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
        connection.executescript(f"BEGIN IMMEDIATE;{script}COMMIT;")
        # Receivers know a line by its id for ever: a bank begun anew must not use one again.
        first = int(clock.now().timestamp() * 1000)
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('lines', ?)", (first,))
        return True


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
