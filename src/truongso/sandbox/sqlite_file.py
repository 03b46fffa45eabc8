"""An SQLite file of the sandbox: one writing transaction at a time, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path


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


def prepare(path: Path, scripts: Sequence[str]) -> bool:
    """Bring the file to the newest version: one script per version, in order. True when the file is new.

    Raises OSError when the directory cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        reached = int(connection.execute("PRAGMA user_version").fetchone()[0])
        for version, script in enumerate(scripts[reached:], reached + 1):
            connection.executescript(f"BEGIN IMMEDIATE;{script};PRAGMA user_version = {version};COMMIT;")
        return reached == 0


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
