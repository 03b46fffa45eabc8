"""ZaloPay and the product over real HTTP."""

from __future__ import annotations

import pytest

from tests.protocols.scenes import GatewayScenes

pytestmark = pytest.mark.django_db(transaction=True)


class TestZalopay(GatewayScenes):
    provider = "zalopay"
    failure_is_told = False
