"""Django app of the UI kit: templates, static files and template tags, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Kit without models."""

    name = "truongso.kernel.ui"
    label = "ui"
