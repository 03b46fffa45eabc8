"""Checks of a real installation that only this room can make (TS.E006, TS.E007)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from truongso.accounts.access import access_of
from truongso.accounts.web.gate import LIBRARY_VIEWS


def bypass_problems(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """TS.E006: no code opens every account."""
    is_set = bool(getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None))
    return [Error("MFA_TOTP_INSECURE_BYPASS_CODE mở được mọi tài khoản", id="TS.E006")] if is_set else []


def address_problems(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """TS.E007: every address says who may open it."""
    return [Error(f"{address} chưa khai ai được mở", id="TS.E007") for address in undeclared()]


def undeclared() -> list[str]:
    """Addresses whose view declares nothing and is not a listed view of a library."""
    return sorted(
        address
        for address, pattern in _patterns(get_resolver().url_patterns, "/")
        if access_of(pattern.callback) is None
        and not str(getattr(pattern.callback, "__module__", "")).startswith(tuple(LIBRARY_VIEWS))
    )


def _patterns(found: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in found:
        address = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, address)
        else:
            yield address, one
