"""Django app of the sandbox bank: pages and static files, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxBankConfig(AppConfig):
    """Only the sandbox's own settings install it; the product never does."""

    name = "truongso.sandbox.bank"
    label = "sandbox_bank"
