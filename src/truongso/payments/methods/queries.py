"""What a school offers, what is ready, what is used: each a handful of queries, whatever the number of payments."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, Max, QuerySet, Sum

from truongso.kernel import clock
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.pace import Kept, is_silent
from truongso.organizations.public import has_bank_account, schools_with_account
from truongso.payments.bills.models import BillService
from truongso.payments.gateways.models import Channel
from truongso.payments.methods.models import MethodSetting
from truongso.payments.methods.types import Caution, Lack, MethodChoice, Proof, Readiness
from truongso.payments.models import Payment
from truongso.payments.partners.queries import in_operation
from truongso.payments.partners.types import PartnerKind
from truongso.payments.pos.models import PosTerminal
from truongso.payments.types import Method

_ORDER = (
    Method.QR_TRANSFER, Method.WEB, Method.MOBILE_MONEY, Method.CARD_POS, Method.BANK_BILL, Method.CASH,
)  # fmt: skip
# Mobile Money rests on the operator's app reading VietQR, which a school must have tried: it says so itself.
_ON_BY_ITSELF = frozenset(Method) - {Method.MOBILE_MONEY}


def settings_of(school_id: int) -> dict[Method, MethodSetting]:
    """A school's settings of every way to pay, in its order; ways it never touched stand as usual; 1 query."""
    rows = {Method(row.method): row for row in MethodSetting.objects.for_school(school_id)}
    whole = [rows.get(method) or _usual(school_id, method) for method in _ORDER]
    return {Method(row.method): row for row in sorted(whole, key=lambda row: row.position)}


def readiness(school_id: int, *, first: dt.date, last: dt.date) -> dict[Method, Readiness]:
    """Every way to pay: ready or what is missing, and used within the days (both count) with its proof; 7 queries."""
    place = _place(school_id)
    proofs = _proofs(school_id, first, last)
    return {m: Readiness(m, _lack(m, setting, place), proofs.get(m)) for m, setting in settings_of(school_id).items()}


def ready_ways(school_ids: Collection[int]) -> dict[int, frozenset[Method]]:
    """School id → the ways that are ready, as `readiness` finds them; 5 queries for any number of schools."""
    settings: dict[int, dict[Method, MethodSetting]] = defaultdict(dict)
    for row in MethodSetting.objects.for_schools(school_ids):
        settings[row.school_id][Method(row.method)] = row
    channels: dict[int, list[Channel]] = defaultdict(list)
    live = in_operation(PartnerKind.GATEWAY, "public_id")
    for channel in Channel.objects.for_schools(school_ids).filter(live, is_active=True).order_by("pk"):
        channels[channel.school_id].append(channel)
    machines = PosTerminal.objects.for_schools(school_ids).filter(is_active=True)
    terminals = _live_by_school(machines, in_operation(PartnerKind.ACQUIRER, "acquirer"))
    services = BillService.objects.for_schools(school_ids).filter(is_active=True, partner__is_active=True)
    partners = _live_by_school(services, in_operation(PartnerKind.BILL, "partner__public_id"))
    receiving = schools_with_account(school_ids)
    found = {}
    for pk in school_ids:
        place = _Place(pk in receiving, tuple(channels[pk]), terminals.get(pk), partners.get(pk), {})
        own = settings[pk]
        found[pk] = frozenset(m for m in _ORDER if _lack(m, own.get(m) or _usual(pk, m), place) is None)
    return found


def _live_by_school(rows: QuerySet[Any], is_live: Exists) -> dict[int, bool]:
    """School id → whether one of its rows is of a partner in operation; 1 query."""
    found: dict[int, bool] = {}
    for school_id, live in rows.annotate(is_live=is_live).order_by("pk").values_list("school_id", "is_live"):
        found[school_id] = found.get(school_id, False) or live
    return found


def choices(school_id: int, *, amount: Dong, has_code: bool) -> list[MethodChoice]:
    """What a family may choose from to pay an amount: the VietQR first, then free ways, then by cost; 4 queries.

    `has_code` says that a VietQR can carry the amount to an account that banks know. Ways whose channels all fail
    stand last, marked as down; before them those whose bank or terminal is silent beyond its own usual gap.
    """
    place = _place(school_id, asks_account=False)
    offered = []
    for method, setting in settings_of(school_id).items():
        lack = _lack(method, setting, replace(place, has_account=has_code))
        if lack is None or lack is Lack.CHANNEL_DOWN:
            offered.append(_choice(method, setting, place, amount, is_down=lack is not None))
    return sorted(offered, key=lambda c: (c.method is not Method.QR_TRANSFER, _order(c)))


@dataclass(frozen=True, slots=True)
class _Place:
    """What a school has set up with others."""

    has_account: bool
    channels: tuple[Channel, ...]
    terminals: bool | None  # in operation; None without any
    partners: bool | None
    cautions: Mapping[Method, Caution]

    def of(self, method: Method) -> list[Channel]:
        return [c for c in self.channels if c.method == method.value]


def _place(school_id: int, *, asks_account: bool = True) -> _Place:
    live_channel = in_operation(PartnerKind.GATEWAY, "public_id")
    machines = PosTerminal.objects.for_school(school_id).filter(is_active=True)
    partners = BillService.objects.for_school(school_id).filter(is_active=True, partner__is_active=True)
    terminals = _live(machines, in_operation(PartnerKind.ACQUIRER, "acquirer"), "pace")
    banks = _live(partners, in_operation(PartnerKind.BILL, "partner__public_id"), "partner__pace")
    cautions = {
        Method.CARD_POS: _caution(terminals, unused=None),
        Method.BANK_BILL: _caution(banks, unused=Caution.UNUSED),
    }
    return _Place(
        has_account=has_bank_account(school_id) if asks_account else False,
        channels=tuple(Channel.objects.for_school(school_id).filter(live_channel, is_active=True).order_by("pk")),
        terminals=None if terminals is None else bool(terminals),
        partners=None if banks is None else bool(banks),
        cautions={method: caution for method, caution in cautions.items() if caution is not None},
    )


def _live(rows: QuerySet[Any], is_live: Exists, pace: str) -> list[Kept] | None:
    """The pace of each row of a partner in operation; None when there are no rows at all; 1 query."""
    found = list(rows.annotate(is_live=is_live).order_by("pk").values_list("is_live", pace))
    return [kept for live, kept in found if live] if found else None


def _caution(paces: Sequence[Kept] | None, *, unused: Caution | None) -> Caution | None:
    """What holds of all of them; one that stirs as usual is enough to be easy."""
    if not paces:
        return None
    if not any(paces):
        return unused
    now = clock.now()
    return Caution.SILENT if all(not kept or is_silent(kept, now) for kept in paces) else None


def _order(choice: MethodChoice) -> tuple[bool, bool, bool, Dong]:
    return choice.is_down, choice.caution is Caution.SILENT, choice.fee.value > 0, choice.fee


def _usual(school_id: int, method: Method) -> MethodSetting:
    return MethodSetting(
        school_id=school_id, method=method.value, is_on=method in _ON_BY_ITSELF, position=_ORDER.index(method),
        updated_at=clock.now(),
    )  # fmt: skip


def _lack(method: Method, setting: MethodSetting, place: _Place) -> Lack | None:
    if not setting.is_on:
        return Lack.OFF
    channels = _channel_lack(place.of(method))
    missing = {
        Method.QR_TRANSFER: None if place.has_account else Lack.NO_ACCOUNT,
        Method.WEB: channels,
        # The operator's app reads the same VietQR; a channel of its own will do as well.
        Method.MOBILE_MONEY: None if place.has_account or channels is None else Lack.NO_ACCOUNT,
        Method.CARD_POS: _partner_lack(place.terminals, Lack.NO_TERMINAL),
        Method.BANK_BILL: _partner_lack(place.partners, Lack.NO_PARTNER),
        Method.CASH: None,
    }
    return missing[method]


def _partner_lack(is_live: bool | None, none: Lack) -> Lack | None:
    if is_live is None:
        return none
    return None if is_live else Lack.NOT_LIVE


def _channel_lack(channels: list[Channel]) -> Lack | None:
    if not channels:
        return Lack.NO_CHANNEL
    return Lack.CHANNEL_DOWN if all(c.failing_since is not None for c in channels) else None


def _choice(method: Method, setting: MethodSetting, place: _Place, amount: Dong, *, is_down: bool) -> MethodChoice:
    working = [c for c in place.of(method) if c.failing_since is None]
    working.sort(key=lambda c: (c.cost_to_payer(amount), c.pk))
    fee = setting.fee_of(amount)
    if method is Method.WEB:
        priced = working or place.of(method)
        fee = min((c.cost_to_payer(amount) - amount for c in priced), default=ZERO)
    if method is Method.MOBILE_MONEY and working and not place.has_account:
        fee = working[0].cost_to_payer(amount) - amount
    return MethodChoice(
        method=method, fee=fee, total=amount + fee, how_to=setting.how_to,
        channels=tuple(c.public_id for c in working), is_down=is_down, caution=place.cautions.get(method),
    )  # fmt: skip


def _proofs(school_id: int, first: dt.date, last: dt.date) -> Mapping[Method, Proof]:
    """The latest standing payment of each way within the days; 2 queries."""
    standing = Payment.objects.for_school(school_id).filter(reversed_at__isnull=True, received_on__range=(first, last))
    sums = {
        row["latest"]: row
        for row in standing.order_by().values("method").annotate(latest=Max("pk"), n=Count("pk"), s=Sum("amount"))
    }
    shown = standing.filter(pk__in=sums).values_list("pk", "method", "public_id", "received_on")
    return {
        Method(method): Proof(public_id, day, sums[pk]["n"], Dong(int(sums[pk]["s"])))
        for pk, method, public_id, day in shown
    }
