"""The product on a live server, the sandbox's gateways and bank in processes of their own, real HTTP between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from truongso.sandbox.bank_client import SandboxBank, running_bank
from truongso.sandbox.gateway_client import SandboxGateways, running_gateways

PATIENCE = 60.0
"""Seconds a school may take to answer: on a busy machine no attempt is lost that a test has counted."""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxBank]:
    with running_bank(tmp_path_factory.mktemp("bank"), speed=6000, patience=PATIENCE) as running:
        yield running


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory, bank: SandboxBank) -> Iterator[SandboxGateways]:
    with running_gateways(tmp_path_factory.mktemp("gateways"), bank=bank.url, speed=6000, patience=PATIENCE) as running:
        yield running


@pytest.fixture
def product(live_server: LiveServer, settings: Settings, bank: SandboxBank) -> str:
    """The product's address; its calls may go to the sandbox."""
    settings.PUBLIC_URL = live_server.url
    settings.SANDBOX_URL = bank.url
    return str(live_server.url)
