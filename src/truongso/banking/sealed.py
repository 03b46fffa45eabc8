"""What banking seals with the installation's key."""

from __future__ import annotations

from truongso.banking.feed import secret_place
from truongso.banking.models import FeedConnection
from truongso.kernel.installation_key import Sealed

SEALED = [Sealed(FeedConnection, "sealed_secrets", secret_place)]
