"""The thread that carries notices to the schools, a few at a time."""

from __future__ import annotations

import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from truongso.kernel import clock
from truongso.sandbox.sending import TIMEOUT_SECONDS
from truongso.sandbox.sqlite_file import opened

_log = logging.getLogger(__name__)
_AT_ONCE = 4
_BATCH = 40
_LONGEST_SLEEP = 5.0

_Notice = TypeVar("_Notice")


class Queue(Protocol[_Notice]):
    """Where the notices wait. Moments are Unix seconds."""

    def claim(self, connection: sqlite3.Connection, *, now: float, most: int) -> list[_Notice]:
        """Notices that are due, kept from others for the length of an attempt."""
        ...

    def next_due(self, connection: sqlite3.Connection) -> float | None:
        """When the next notice is due; None when nothing waits."""
        ...

    def carry(self, database: Path, notice: _Notice, *, speed: float) -> None:
        """Try once and write down what came of it. `speed` divides the waits between attempts."""
        ...


class Courier:
    """Sends what is due until stopped. `speed` divides the waits between attempts (60: a minute is 1 s)."""

    def __init__(self, database: Path, queue: Queue[Any], *, speed: float = 1.0) -> None:
        self._database = database
        self._queue = queue
        self._speed = speed
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()
        self._thread.join(TIMEOUT_SECONDS + 1)

    def _run(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notice") as pool:
            while not self._stopped:
                self._wake.clear()
                try:
                    self._round(pool)
                except sqlite3.Error:  # a full disk or a long lock: the notices stay due
                    _log.exception("notices could not be carried")
                    self._wake.wait(_LONGEST_SLEEP)

    def _round(self, pool: ThreadPoolExecutor) -> None:
        with opened(self._database) as connection:
            due = self._queue.claim(connection, now=clock.now().timestamp(), most=_BATCH)
        if due:
            list(pool.map(self._carry, due))
        else:
            self._wake.wait(self._sleep())

    def _sleep(self) -> float:
        with opened(self._database) as connection:
            due = self._queue.next_due(connection)
        if due is None:
            return _LONGEST_SLEEP
        return min(max(due - clock.now().timestamp(), 0.01), _LONGEST_SLEEP)

    def _carry(self, notice: object) -> None:
        self._queue.carry(self._database, notice, speed=self._speed)
