"""Writing down and reading what happened at the door (ASVS 16.3.1, 16.3.2; ADR 0010)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from truongso.accounts.hygiene.inventory import in_force
from truongso.accounts.models import Membership, User
from truongso.accounts.signin.models import SecurityEvent
from truongso.accounts.signin.throttle import key_of
from truongso.accounts.signin.types import ONE_BY_ONE, EventKind
from truongso.accounts.types import STAFF_ROLES
from truongso.kernel import clock, limits, origin
from truongso.kernel.among import among
from truongso.kernel.limits import Limit

_ONCE_AN_HOUR = (
    "INSERT INTO accounts_securityevent (key, kind, user_id, name_hash, method, route, status, source, device, "
    "request_id, first_at, last_at, count) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1) "
    "ON CONFLICT (key) DO UPDATE SET count = accounts_securityevent.count + 1, last_at = CASE WHEN excluded.last_at > "
    "accounts_securityevent.last_at THEN excluded.last_at ELSE accounts_securityevent.last_at END"
)
UNKNOWN_NAMES = Limit("unknown_names", most=200, seconds=86_400)
"""Names typed from one network in a day of which each is a row of its own where nobody has it: a list of made-up names
fills no disk."""
# Of two requests at once the one that read the clock first may write last; a clock may be set back.


def note(
    kind: EventKind, *, user: User | None = None, name: str = "", method: str = "", route: str = "", status: int = 0
) -> None:
    """Write down what has just happened, or count it to the same of this hour; one statement.

    `name` is what was typed where it belongs to no account: only its keyed hash is kept, of so many names of a network
    and day (`UNKNOWN_NAMES`); those beyond are one row an hour. Call it outside of a transaction that may be rolled
    back. What was typed costs one more statement, whoever's name it is.
    """
    here, now = origin.present(), clock.now()
    is_within = not name or limits.count(UNKNOWN_NAMES, here.source) <= UNKNOWN_NAMES.most
    name_hash = key_of("name", name) if name and user is None and is_within else ""
    alike = (kind.value, user.pk if user else "", name_hash, method, route, status, here.source)
    when = origin.new_request_id() if kind in ONE_BY_ONE else now.strftime("%Y%m%d%H")
    with connection.cursor() as cursor:
        cursor.execute(
            _ONCE_AN_HOUR,
            [
                key_of("event", *alike, when), kind.value, user.pk if user else None, name_hash, method, route[:80],
                status or None, here.source, here.device, here.request_id, now, now,
            ],
        )  # fmt: skip


def account_called(name: str) -> User | None:
    """Whose account a typed name or e-mail means; one query, also for nobody's."""
    return User.objects.filter(Q(username=name) | Q(email__iexact=name)).order_by("pk").first()


def latest_of(user: User, count: int) -> list[SecurityEvent]:
    """The person's own latest ones but refused pages, newest first; one query."""
    rows = SecurityEvent.objects.filter(user=user).exclude(kind=EventKind.REFUSED.value)
    return list(rows.order_by("-last_at", "-pk")[:count])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty fields count as anything. Days at school, both included."""

    who: str = ""
    kind: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def events_at(
    schools: Collection[int], units: Collection[int], wanted: Wanted, *, of_staff: bool = False
) -> QuerySet[SecurityEvent]:
    """Of everybody who had a role at one of the places on that day, newest first; one query for who they are.

    `of_staff`: without parents and pupils, whose names a unit above reads nowhere.
    """
    members = Membership.objects.filter(Q(among("school_id", schools)) | Q(among("unit_id", units)))
    if of_staff:
        members = members.filter(role__in=STAFF_ROLES)
    people = set(members.values_list("user_id", flat=True))
    there = members.filter(in_force(OuterRef("day")), user_id=OuterRef("user_id"))
    day = TruncDate("last_at", tzinfo=clock.SCHOOL_TIME, output_field=DateField())
    found = SecurityEvent.objects.alias(day=day).filter(among("user_id", people), Exists(there))
    if wanted.who:
        found = found.filter(user__full_name__icontains=wanted.who)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.since:
        found = found.filter(last_at__gte=_begin(wanted.since))
    if wanted.until:
        found = found.filter(last_at__lt=_begin(wanted.until + dt.timedelta(days=1)))
    return found.select_related("user").order_by("-last_at", "-pk")


def unknown_today() -> int:
    """Tries today at names that belong to no account: nobody's to read but the operator's; one query."""
    rows = SecurityEvent.objects.filter(user=None, last_at__gte=_begin(clock.today()))
    return int(rows.aggregate(sum=Sum("count"))["sum"] or 0)


def forget_events(before: dt.datetime, most: int) -> int:
    """Delete a part of what is older than its term; how many."""
    old = SecurityEvent.objects.filter(last_at__lt=before).order_by("last_at")
    return int(SecurityEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0])


def methods_text(records: Iterable[dict[str, object]]) -> str:
    """How a session was proved, from the library's records: `password+totp`, `webauthn`."""
    words = [str(one.get("type") or one.get("method") or "") for one in records]
    return "+".join(dict.fromkeys(word for word in words if word))[:60]


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.SCHOOL_TIME)
