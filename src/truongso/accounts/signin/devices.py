"""Browsers a person has signed in from: exempt from others' failures, and trusted for the second factor if asked."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from truongso.accounts.models import User
from truongso.accounts.signin.models import Device
from truongso.kernel import clock

TRUSTED_FOR = dt.timedelta(days=30)
_COOKIE_AGE = 365 * 24 * 3600
_SHORTEST_TOKEN = 40
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
_BROWSERS = (
    ("coc_coc_browser", "Cốc Cốc"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip


def known_device(request: HttpRequest, name: str) -> Device | None:
    """The device of this browser for an account name or e-mail; one query, none without the cookie."""
    if not (token_hash := _token_hash(request)):
        return None
    rows = Device.objects.filter(token_hash=token_hash).filter(Q(user__username=name) | Q(user__email__iexact=name))
    return rows.first()


def device_of(request: HttpRequest, user: User) -> Device | None:
    """This browser among the user's devices."""
    if not (token_hash := _token_hash(request)):
        return None
    return Device.objects.filter(token_hash=token_hash, user=user).first()


def is_trusted(request: HttpRequest, user: User) -> bool:
    """Whether this browser need not be asked for the second factor."""
    found = device_of(request, user)
    return found is not None and found.trusted_until is not None and found.trusted_until > clock.now()


def remember(request: HttpRequest, response: HttpResponseBase, user: User, *, trust: bool) -> None:
    """After a whole sign-in: this browser is known from now on, and trusted for 30 days if the person asked."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if len(token) < _SHORTEST_TOKEN:
        token = secrets.token_urlsafe(32)
    now, label = clock.now(), device_label(request.headers.get("User-Agent", ""))
    seen: dict[str, object] = {"last_seen_at": now, "label": label}
    if trust:
        seen["trusted_until"] = now + TRUSTED_FOR
    Device.objects.update_or_create(
        user=user, token_hash=_hash(token), defaults=seen, create_defaults={**seen, "first_seen_at": now}
    )
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME, token, max_age=_COOKIE_AGE, secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        samesite="Lax",
    )  # fmt: skip


def distrust(user: User) -> None:
    """After a change of password or factors every browser is asked for the second factor again."""
    Device.objects.filter(user=user).update(trusted_until=None)


def device_label(user_agent: str) -> str:
    """ "Chrome, Windows" of a browser's own description; "" when it says nothing known."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def _token_hash(request: HttpRequest) -> str:
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return _hash(token) if len(token) >= _SHORTEST_TOKEN else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
