"""Django app of the gateways: pages and static files, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxGatewaysConfig(AppConfig):
    """Only the gateways' own settings install it; the product never does."""

    name = "truongso.sandbox.gateways"
    label = "sandbox_gateways"
