"""What a gateway gave to the school: kept sealed, never shown again; two sets live while one is being replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from truongso.kernel.sealing import seal, unseal
from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.types import GatewayRefusedError
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.providers.types import Credentials


def checked(provider: str, given: Mapping[str, str]) -> dict[str, str]:
    """The credentials a gateway needs, each in its form.

    Raises GatewayRefusedError unknown_provider, credential_missing or credential_malformed (field).
    """
    gateway = GATEWAYS.get(provider)
    if gateway is None:
        raise GatewayRefusedError("unknown_provider")
    found: dict[str, str] = {}
    for field in gateway.fields:
        value = given.get(field.name, "").strip()
        if not value:
            raise GatewayRefusedError("credential_missing", field=field.name)
        if re.fullmatch(field.pattern, value) is None:
            raise GatewayRefusedError("credential_malformed", field=field.name)
        found[field.name] = value
    return found


def sealed(channel: Channel, credentials: Credentials) -> str:
    return seal(json.dumps(dict(credentials), sort_keys=True), place=credentials_place(channel))


def live_credentials(channel: Channel) -> list[Credentials]:
    """All live sets, the present one first."""
    return [json.loads(unseal(one, place=credentials_place(channel))) for one in channel.sealed_credentials]


def present_credentials(channel: Channel) -> Credentials:
    """The set with which our own calls are signed."""
    return live_credentials(channel)[0]


def credentials_place(channel: Channel) -> str:
    """Where a channel's sealed credentials belong."""
    return f"payments_channel|sealed_credentials|{channel.public_id}"
