"""The thread that carries notices to the schools: real HTTP to this machine, a few at a time."""

from __future__ import annotations

import http.client
import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from truongso.kernel import clock
from truongso.sandbox.bank import accounts, sepay
from truongso.sandbox.bank.database import opened
from truongso.sandbox.bank.deliveries import Answer, claim, next_due, record
from truongso.sandbox.bank.types import Delivery
from truongso.sandbox.guard import is_local_url

TIMEOUT_SECONDS = 10.0
_log = logging.getLogger(__name__)
_AT_ONCE = 4
_BATCH = 40
_LONGEST_SLEEP = 5.0


class Courier:
    """Sends what is due until stopped. `speed` divides the waits between attempts (60: a minute is 1 s)."""

    def __init__(self, database: Path, *, speed: float = 1.0) -> None:
        self._database = database
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
            due = claim(connection, now=clock.now().timestamp(), most=_BATCH)
        if due:
            list(pool.map(self._carry, due))
        else:
            self._wake.wait(self._sleep())

    def _sleep(self) -> float:
        with opened(self._database) as connection:
            due = next_due(connection)
        if due is None:
            return _LONGEST_SLEEP
        return min(max(due - clock.now().timestamp(), 0.01), _LONGEST_SLEEP)

    def _carry(self, delivery: Delivery) -> None:
        with opened(self._database) as connection:
            secret = accounts.receiver(connection, delivery.account).webhook_secret
        # An account may have been registered anew without a webhook.
        gone = Answer(None, "no_webhook")
        answer = send(delivery.url, delivery.body, secret=secret) if delivery.url else gone
        with opened(self._database) as connection:
            record(connection, delivery, answer, now=clock.now().timestamp(), speed=self._speed)


def send(url: str, body: bytes, *, secret: str) -> Answer:
    """One attempt. Redirects are not followed; anything but this machine is an error of the program."""
    if not is_local_url(url):
        raise AssertionError("notices stay on this machine")
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, sepay.signed_headers(body, secret=secret, at=clock.now()))
        return Answer(connection.getresponse().status)
    except TimeoutError:
        return Answer(None, "timeout")
    except ConnectionRefusedError:
        return Answer(None, "refused")
    except (OSError, http.client.HTTPException):
        return Answer(None, "broken")
    finally:
        connection.close()
