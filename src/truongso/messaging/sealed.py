"""What messaging seals with the installation's key."""

from __future__ import annotations

from truongso.kernel.installation_key import Sealed
from truongso.messaging.models import Channel
from truongso.messaging.services import secret_place
from truongso.messaging.types import ChannelKind

SEALED = [
    Sealed(Channel, "sealed_secret", lambda row: secret_place(row.school_id, ChannelKind(row.kind))),
]
