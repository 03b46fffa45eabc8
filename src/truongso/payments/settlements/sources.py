"""Who settles with a school: its card terminals, its gateway channels, its banks of the bill service."""

from __future__ import annotations

from dataclasses import dataclass

from truongso.organizations.public import School
from truongso.payments.bills.models import BillService
from truongso.payments.gateways.models import Channel
from truongso.payments.pos.models import PosTerminal
from truongso.payments.settlements.types import POS_SOURCE, SourceKind


@dataclass(frozen=True, slots=True)
class Source:
    """`code` is the source under which evidence stands (`pos` for all terminals), `name` what people call it."""

    code: str
    kind: SourceKind
    name: str


def sources(school: School | int) -> list[Source]:
    """Everyone who can hand in a settlement file, terminals first; 3 queries."""
    found = []
    acquirers = PosTerminal.objects.for_school(school).order_by("acquirer").values_list("acquirer", flat=True)
    if acquirers:
        found.append(Source(POS_SOURCE, SourceKind.POS, ", ".join(dict.fromkeys(acquirers))))
    channels = Channel.objects.for_school(school).order_by("pk")
    found += [Source(f"{c.provider}:{c.public_id}", SourceKind.GATEWAY, c.label) for c in channels]
    services = BillService.objects.for_school(school).select_related("partner").order_by("pk")
    found += [Source(f"bill:{s.partner.code}", SourceKind.BILL, s.partner.name) for s in services]
    return found


def source_of(school: School | int, code: str) -> Source | None:
    """The source of this code, if the school has it."""
    return next((s for s in sources(school) if s.code == code), None)
