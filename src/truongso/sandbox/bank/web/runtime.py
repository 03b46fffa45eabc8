"""What the views need of the running process: its database file and its courier."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from truongso.sandbox.courier import Courier
from truongso.sandbox.sqlite_file import opened


@dataclass(slots=True)
class _Running:
    database: Path | None = None
    courier: Courier | None = None


_running = _Running()


def use(database: Path, courier: Courier) -> None:
    """Called once by the process before it serves."""
    _running.database, _running.courier = database, courier


def books() -> AbstractContextManager[sqlite3.Connection]:
    """The bank's books in one transaction."""
    if _running.database is None:
        raise RuntimeError("the bank has no books yet")
    return opened(_running.database)


def wake_courier() -> None:
    """Called after the transaction: there may be a notice to carry."""
    if _running.courier is not None:
        _running.courier.wake()
