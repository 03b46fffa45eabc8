"""Addresses: where a gateway is called, what it may call, and where a payer may be sent."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

from truongso.kernel.outgoing import LOOPBACK, OutgoingError, check_base
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.types import GatewayRefusedError
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.providers.types import Addresses, Gateway

_OWN_PATH = re.compile(r"/(?!/)[A-Za-z0-9._~/?=&%-]{0,299}")


def gateway_of(channel: Channel) -> Gateway:
    """The protocol a channel speaks."""
    return GATEWAYS[channel.provider]


def source_of(channel: Channel) -> str:
    """The source under which evidence of the channel stands."""
    return f"{channel.provider}:{channel.public_id}"


def hook_url(channel: Channel) -> str:
    """Where the gateway sends notices."""
    return f"{settings.PUBLIC_URL}/hooks/{channel.provider}/{channel.public_id}"


def return_url(channel: Channel, attempt: Attempt) -> str:
    """Where the gateway sends the payer back to."""
    return f"{settings.PUBLIC_URL}/p/tra-ve/{channel.provider}/{attempt.public_id}"


def sandbox_is_on() -> bool:
    """Local twins of gateways may be called: only in a demo or test that names its sandbox."""
    return bool(settings.SANDBOX_URL) and not settings.PRODUCTION


def allowed_hosts(gateway: Gateway) -> set[str]:
    """The gateway's own hosts, live and for trials."""
    return {urlsplit(a.api).hostname or "" for a in (gateway.live, gateway.test)}


def addresses_of(channel: Channel) -> Addresses:
    """Where the channel's calls go and the payer continues."""
    gateway = gateway_of(channel)
    if not channel.api_base or channel.api_base == gateway.live.api:
        return gateway.live
    if channel.api_base == gateway.test.api:
        return gateway.test
    return Addresses(channel.api_base, channel.api_base + urlsplit(gateway.test.pay).path)


def check_api_base(provider: str, base: str) -> None:
    """Raise GatewayRefusedError bad_api_base unless it is the gateway's own or, in sandbox mode, a local address."""
    gateway = GATEWAYS[provider]
    if base in {"", gateway.live.api, gateway.test.api}:
        return
    try:
        check_base(base, allowed=(), local=sandbox_is_on())
    except OutgoingError as error:
        raise GatewayRefusedError("bad_api_base") from error


def is_pay_url(channel: Channel, url: str) -> bool:
    """Whether a payer may be sent there: HTTPS under the gateway's own domain, or this machine in sandbox mode."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if "\\" in url or "@" in parts.netloc or any(ord(c) <= 32 for c in url):
        return False
    if parts.scheme == "http":
        return host == LOOPBACK and sandbox_is_on()
    domains = gateway_of(channel).pay_domains
    return parts.scheme == "https" and any(host == d or host.endswith(f".{d}") for d in domains)


def is_own_path(url: str) -> bool:
    """Whether an address stays on this site: a path, no host, no tricks."""
    return _OWN_PATH.fullmatch(url) is not None and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
