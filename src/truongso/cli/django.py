"""Commands that need the database start Django here, after the environment is settled."""

from __future__ import annotations

import os


def start() -> None:
    """Load settings and apps; a bad setting ends the command with its one line (settings raise SystemExit)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "truongso.config.settings")
    import django

    django.setup()
