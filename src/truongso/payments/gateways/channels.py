"""Setting channels up: add, change, replace keys, try the connection, take into use."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.payments.gateways.addresses import check_api_base, gateway_of
from truongso.payments.gateways.calls import CallError, exchange
from truongso.payments.gateways.credentials import checked, present_credentials, sealed
from truongso.payments.gateways.messages import PROVIDER_NAMES
from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.query_back import SERVER_IP
from truongso.payments.gateways.types import ChannelMethod, GatewayRefusedError
from truongso.payments.partners.services import open_file
from truongso.payments.partners.types import PartnerKind
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.providers.types import Incoming, QueryRequest, QueryResult

_MOST_BASIS_POINTS = 1_000  # 10 %: more is a slip of the keys
_LIVE_SETS = 2


@dataclass(frozen=True, slots=True)
class ChannelTerms:
    """What people see and pay: name, fee for one payment, who bears it."""

    label: str
    fee_fixed: Dong = ZERO
    fee_basis_points: int = 0
    payer_pays: bool = False


@transaction_required
def add_channel(
    school_id: int,
    *,
    provider: str,
    credentials: Mapping[str, str],
    terms: ChannelTerms,
    actor: Actor,
    method: ChannelMethod = ChannelMethod.WEB,
    api_base: str = "",
) -> Channel:
    """A new channel, not yet in use. Raises GatewayRefusedError (codes of channels)."""
    fit = checked(provider, credentials)
    check_api_base(provider, api_base)
    _check_terms(terms)
    channel = Channel(
        school_id=school_id, provider=provider, method=method.value, label=terms.label.strip(),
        merchant=fit[GATEWAYS[provider].merchant_field], api_base=api_base, fee_fixed=terms.fee_fixed,
        fee_basis_points=terms.fee_basis_points, payer_pays=terms.payer_pays, created_at=clock.now(),
    )  # fmt: skip
    channel.sealed_credentials = [sealed(channel, fit)]
    channel.save(force_insert=True)
    name = f"{PROVIDER_NAMES[provider]} · {channel.label}"
    open_file(school_id, kind=PartnerKind.GATEWAY, subject=channel.public_id, name=name, actor=actor)
    _record(actor, "payments:channel:add", channel, {"provider": provider, "method": method.value})
    return channel


@transaction_required
def change_terms(channel: Channel, *, terms: ChannelTerms, actor: Actor) -> None:
    """Another name or fee, for payments from now on. Raises GatewayRefusedError bad_label, bad_fee."""
    _check_terms(terms)
    channel.label, channel.fee_fixed = terms.label.strip(), terms.fee_fixed
    channel.fee_basis_points, channel.payer_pays = terms.fee_basis_points, terms.payer_pays
    channel.save(update_fields=["label", "fee_fixed", "fee_basis_points", "payer_pays"])
    params = {"fee_fixed": int(terms.fee_fixed), "basis_points": terms.fee_basis_points, "payer": terms.payer_pays}
    _record(actor, "payments:channel:terms", channel, params)


def check_replacement(channel: Channel, credentials: Mapping[str, str]) -> dict[str, str]:
    """New keys of the channel in their form. The merchant stays: another merchant is another channel.

    Raises GatewayRefusedError, also other_merchant.
    """
    fit = checked(channel.provider, credentials)
    if fit[gateway_of(channel).merchant_field] != channel.merchant:
        raise GatewayRefusedError("other_merchant")
    return fit


@transaction_required
def replace_credentials(channel: Channel, *, credentials: Mapping[str, str], actor: Actor) -> None:
    """New keys from now on; notices signed by the former ones are believed until `forget_former_credentials`.

    Raises GatewayRefusedError as `check_replacement`.
    """
    fit = check_replacement(channel, credentials)
    channel.sealed_credentials = [sealed(channel, fit), *channel.sealed_credentials][:_LIVE_SETS]
    channel.save(update_fields=["sealed_credentials"])
    _record(actor, "payments:channel:replace_keys", channel, {})


@transaction_required
def forget_former_credentials(channel: Channel, *, actor: Actor) -> None:
    """Believe the present keys only."""
    if len(channel.sealed_credentials) > 1:
        channel.sealed_credentials = channel.sealed_credentials[:1]
        channel.save(update_fields=["sealed_credentials"])
        _record(actor, "payments:channel:forget_keys", channel, {})


@transaction_required
def set_active(channel: Channel, *, active: bool, actor: Actor) -> None:
    """Offer the channel to payers or not. Notices of payments already started are taken in either way.

    It takes effect at once: on for a change that two people decided on alone, off for whoever sees trouble.
    """
    rows = Channel.objects.for_school(channel.school_id).filter(pk=channel.pk).exclude(is_active=active)
    if rows.update(is_active=active):
        channel.is_active = active
        _record(actor, "payments:channel:enable" if active else "payments:channel:disable", channel, {})


def try_connection(channel: Channel) -> str:
    """Ask the gateway about an order that does not exist; "" when it answered, otherwise the problem's code.

    Any refusal that speaks of the order is a good answer: address, merchant and keys were understood. Opens its own
    transactions (health).
    """
    gateway, credentials, now = gateway_of(channel), present_credentials(channel), clock.now()
    request = QueryRequest(
        reference=gateway.reference(secrets.randbits(49), now), gateway_id="", request_id=secrets.token_hex(10),
        created_at=now, now=now, client_ip=SERVER_IP,
    )  # fmt: skip

    def read(answer: Incoming) -> QueryResult:
        return gateway.read_query(answer, request, credentials)

    try:
        exchange(channel, gateway.query(request, credentials), read)
    except CallError as error:
        return error.code if error.is_down or error.code in gateway.key_problems else ""
    return ""


def _check_terms(terms: ChannelTerms) -> None:
    if not terms.label.strip() or len(terms.label.strip()) > 80:
        raise GatewayRefusedError("bad_label")
    if terms.fee_fixed < ZERO or not 0 <= terms.fee_basis_points <= _MOST_BASIS_POINTS:
        raise GatewayRefusedError("bad_fee")


def _record(actor: Actor, action: str, channel: Channel, params: Mapping[str, object]) -> None:
    audit.record(actor, action, school_id=channel.school_id, subject=("channel", channel.pk), params=dict(params))
