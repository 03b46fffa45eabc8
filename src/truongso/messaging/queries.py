"""Reads of channels, texts and deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.names import fold
from truongso.messaging.catalogue import CATALOGUE, is_security
from truongso.messaging.models import PER_DAY, QUIET_FROM, QUIET_TO, Channel, Delivery, OptOut, SendingRules, Template
from truongso.messaging.stop_links import Recipient
from truongso.messaging.types import ChannelKind, DeliveryState, MessagingRefusedError
from truongso.messaging.wording import fill, sms_text


@dataclass(frozen=True, slots=True)
class Rules:
    """Quiet hours at school and the most non-essential messages per address and school day."""

    quiet_from: dt.time = QUIET_FROM
    quiet_to: dt.time = QUIET_TO
    per_day: int = PER_DAY


@dataclass(frozen=True, slots=True)
class Text:
    """A message's wording on one channel; `own` when the school worded it."""

    code: str
    kind: ChannelKind
    subject: str
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """An address that opted out, on which channels and since when."""

    address: str
    kinds: tuple[ChannelKind, ...]
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message with its places filled."""

    subject: str
    body: str


def rules_of(school_id: int) -> Rules:
    """The school's rules, or the usual ones; 1 query."""
    row = SendingRules.objects.for_school(school_id).first()
    return Rules(row.quiet_from, row.quiet_to, row.per_day) if row else Rules()


def channels_of(school_id: int) -> dict[ChannelKind, Channel]:
    """Channels that were set up, switched on or not; 1 query."""
    return {ChannelKind(row.kind): row for row in Channel.objects.for_school(school_id)}


def active_kinds(school_id: int) -> list[ChannelKind]:
    """Channels that are switched on, in the order of `ChannelKind`; 1 query."""
    on = set(Channel.objects.for_school(school_id).filter(is_active=True).values_list("kind", flat=True))
    return [kind for kind in ChannelKind if kind.value in on]


def texts(school_id: int, codes: Collection[str] = ()) -> dict[tuple[str, ChannelKind], Text]:
    """Wordings by code and channel, the school's own before the product's but for security notices; 1 query."""
    found = {
        (code, kind): Text(code, kind, str(wording.subject), wording.text_for(kind), own=False)
        for code, wording in CATALOGUE.items()
        for kind in ChannelKind
        if not codes or code in codes
    }
    for row in Template.objects.for_school(school_id):
        key = (row.code, ChannelKind(row.kind))
        if key in found and not is_security(row.code):
            found[key] = Text(row.code, key[1], row.subject, row.text, own=True)
    return found


def text_of(school_id: int, code: str, kind: ChannelKind) -> Text:
    """One wording; raises MessagingRefusedError unknown_template; 1 query."""
    if code not in CATALOGUE:
        raise MessagingRefusedError("unknown_template", code=code)
    return texts(school_id, [code])[code, kind]


def render(text: Text, values: dict[str, str]) -> Rendered:
    """The message as it leaves, with its places filled. Raises MessagingRefusedError unknown_placeholder."""
    body = fill(text.text, values)
    return Rendered(fill(text.subject, values), sms_text(body) if text.kind is ChannelKind.SMS else body)


def example_of(text: Text) -> Rendered:
    """The message as it would look, with invented values."""
    return render(text, CATALOGUE[text.code].example)


def opted_out(school_id: int) -> set[tuple[str, str]]:
    """(channel, address) that want no non-essential messages; 1 query."""
    return set(OptOut.objects.for_school(school_id).values_list("kind", "address"))


def deliveries(school_id: int, *, state: DeliveryState | None = None) -> QuerySet[Delivery]:
    """Messages of a school, the newest first."""
    rows = Delivery.objects.for_school(school_id)
    return (rows.filter(state=state.value) if state else rows).order_by("-pk")


def deliveries_to(school_id: int, *, addresses: Collection[str], names: Collection[str]) -> QuerySet[Delivery]:
    """Messages that went to one of these addresses and name one of these people (accents, case and spaces aside) as
    the one they are for: a number changes hands, what was said there to its owner before does not. 1 query beside."""
    rows = deliveries(school_id).filter(among("address", sorted(addresses)))
    wanted = {fold(name).casefold() for name in names}
    stated = rows.order_by().values_list("recipient_name", flat=True).distinct()
    return rows.filter(recipient_name__in=[name for name in stated if name and fold(name).casefold() in wanted])


def has_stopped(recipient: Recipient) -> bool:
    """Whether the address wants no more but essential messages on any of its channels; 1 query."""
    rows = OptOut.objects.for_school(recipient.school_id).filter(address=recipient.address)
    return rows.filter(kind__in=[kind.value for kind in recipient.kinds]).exists()


def is_stopped_by_school(recipient: Recipient) -> bool:
    """Whether the school itself noted that the address wants no reminders: only the school takes that back; 1 query."""
    rows = OptOut.objects.for_school(recipient.school_id).filter(address=recipient.address, by_family=False)
    return rows.filter(kind__in=[kind.value for kind in recipient.kinds]).exists()


def stopped(school_id: int) -> list[Stopped]:
    """Addresses that opted out, the latest first; 1 query."""
    found: dict[str, Stopped] = {}
    for row in OptOut.objects.for_school(school_id).order_by("-created_at", "kind"):
        before = found.get(row.address)
        known = before.kinds if before else ()
        kinds = known if ChannelKind(row.kind) in known else (*known, ChannelKind(row.kind))
        found[row.address] = Stopped(row.address, kinds, before.since if before else row.created_at)
    order = list(ChannelKind)
    return [Stopped(x.address, tuple(sorted(x.kinds, key=order.index)), x.since) for x in found.values()]


def delivery_counts(school_id: int) -> dict[DeliveryState, int]:
    """How many messages are in which state; 1 query."""
    rows = Delivery.objects.for_school(school_id).values("state").annotate(n=Count("pk")).order_by()
    return {DeliveryState(row["state"]): row["n"] for row in rows}


def sent_today(school_id: int, kind: str, address: str) -> int:
    """Non-essential messages the address got in the present school day; 1 query."""
    start = dt.datetime.combine(clock.today(), dt.time(), tzinfo=clock.SCHOOL_TIME)
    rows = Delivery.objects.for_school(school_id).filter(
        kind=kind, address=address, state=DeliveryState.SENT.value, essential=False, finished_at__gte=start
    )
    return rows.count()
