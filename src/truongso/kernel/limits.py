"""Limits on tries that hold across processes: counted in the database, one atomic step per try.

Counting goes into its own statement: call it outside a transaction, or a rollback takes the try back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from truongso.kernel import clock
from truongso.kernel.models import Tally


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries of one kind in each window of `seconds`."""

    name: str
    most: int
    seconds: int


def client_of(request: HttpRequest) -> str:
    """Where a request comes from: the address the outermost trusted proxy saw (`settings.PROXIES` of them), else the
    peer's. A header that a client wrote himself is never believed.
    """
    proxies: int = settings.PROXIES
    named = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and len(named) >= proxies:
        return named[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def count(limit: Limit, *whose: str) -> int:
    """Count one try and return how many there were in this window, this one included; one statement."""
    start, ends_at = _window(limit)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_tally (key, count, ends_at) VALUES (%s, 1, %s) "
            "ON CONFLICT (key) DO UPDATE SET count = kernel_tally.count + 1 RETURNING count",
            [_key(limit, start, whose), ends_at],
        )
        return int(cursor.fetchone()[0])


def used(limit: Limit, *whose: str) -> int:
    """How many tries there were in this window; one query."""
    start, _ends_at = _window(limit)
    return Tally.objects.filter(key=_key(limit, start, whose)).values_list("count", flat=True).first() or 0


def is_spent(limit: Limit, *whose: str) -> bool:
    """Whether no further try is allowed in this window; one query."""
    return used(limit, *whose) >= limit.most


def seconds_left(limit: Limit) -> int:
    """Until the window ends, for `Retry-After`."""
    _start, ends_at = _window(limit)
    return max(1, int((ends_at - clock.now()).total_seconds()))


def forget_ended() -> int:
    """Delete the counts of windows that have ended; how many."""
    return Tally.objects.filter(ends_at__lt=clock.now()).delete()[0]


def _window(limit: Limit) -> tuple[int, dt.datetime]:
    start = int(clock.now().timestamp()) // limit.seconds
    return start, dt.datetime.fromtimestamp((start + 1) * limit.seconds, dt.UTC)


def _key(limit: Limit, start: int, whose: tuple[str, ...]) -> str:
    text = "\x1f".join([limit.name, str(start), *whose])
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
