"""The staff navigation: groups and entries, shown by permission."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context `nav` (filled in when the pages exist)."""
    return {"nav": []}
