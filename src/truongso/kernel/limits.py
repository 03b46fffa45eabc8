"""Limits on tries that hold across processes: counted in the database, one atomic step per try.

IPv6 addresses are counted by their /64 network wherever they are counted (`counted_as`).
Counting goes into its own statement: call it outside a transaction, or a rollback takes the try back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
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


class LimitReachedError(Exception):
    """No further try in this window; answered with 429 and when to try again."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.name)
        self.limit = limit


def client_of(request: HttpRequest) -> str:
    """Where a request comes from: the address the outermost trusted proxy saw (`settings.PROXIES` of them), else the
    peer's. A header that a client wrote himself is never believed.
    """
    proxies: int = settings.PROXIES
    named = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and len(named) >= proxies:
        return named[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def counted_as(text: str) -> str:
    """What is counted for an address: of IPv6 the /64 network, all of which belongs to one client; an IPv4 address
    itself, however it is written. Anything else as it stands."""
    if ":" not in text:
        return text
    try:
        parsed = ipaddress.IPv6Address(text)
    except ValueError:
        return text
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


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


@dataclass(frozen=True, slots=True)
class Use:
    """Something counted against a limit: whose, and how much of it."""

    limit: Limit
    whose: tuple[str, ...]
    amount: int = 1


def first_spent(*uses: Use) -> Limit | None:
    """Count them all in one statement; the first limit that is passed by it."""
    counts = count_all(*uses)
    return next((use.limit for use, count in zip(uses, counts, strict=True) if count > use.limit.most), None)


def count_all(*uses: Use) -> list[int]:
    """Count them all in one statement; how much there is of each in its window now."""
    keys = [_key(use.limit, _window(use.limit)[0], use.whose) for use in uses]
    rows = dict(zip(keys, uses, strict=True))
    if not rows:
        return []
    values = [(key, rows[key].amount, _window(rows[key].limit)[1]) for key in sorted(rows)]  # one order: no deadlock
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO kernel_tally (key, count, ends_at) VALUES {', '.join(['(%s, %s, %s)'] * len(values))} "  # noqa: S608
            "ON CONFLICT (key) DO UPDATE SET count = kernel_tally.count + excluded.count RETURNING key, count",
            [value for row in values for value in row],
        )
        counts = dict(cursor.fetchall())
    return [counts[key] for key in keys]


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


def window_start(seconds: int) -> int:
    """The number of the window of so many seconds that runs now."""
    return int(clock.now().timestamp()) // seconds


def _window(limit: Limit) -> tuple[int, dt.datetime]:
    start = window_start(limit.seconds)
    return start, dt.datetime.fromtimestamp((start + 1) * limit.seconds, dt.UTC)


def _key(limit: Limit, start: int, whose: tuple[str, ...]) -> str:
    text = "\x1f".join([limit.name, str(start), *map(counted_as, whose)])
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
