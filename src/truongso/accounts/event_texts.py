"""What happened at the door, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.countries import COUNTRIES
from truongso.accounts.signin.models import SecurityEvent
from truongso.accounts.signin.types import EventKind

EVENTS: Mapping[EventKind, Promise] = {
    EventKind.SIGNED_IN: gettext_lazy("Đăng nhập"),
    EventKind.FAILED: gettext_lazy("Sai mật khẩu hoặc khóa"),
    EventKind.FACTOR_FAILED: gettext_lazy("Sai mã xác thực"),
    EventKind.SLOWED: gettext_lazy("Thử quá nhiều, phải chờ"),
    EventKind.SIGNED_OUT: gettext_lazy("Đăng xuất"),
    EventKind.REFUSED: gettext_lazy("Bị từ chối"),
    EventKind.COUNTRY: gettext_lazy("Đăng nhập từ nước mới"),
}
_PLACE = re.compile(r"<[^>]*>")
_KINDS = {
    EventKind.SIGNED_IN: "ok", EventKind.FAILED: "warn", EventKind.FACTOR_FAILED: "warn", EventKind.SLOWED: "bad",
    EventKind.SIGNED_OUT: "", EventKind.REFUSED: "warn",
    EventKind.COUNTRY: "bad",
}  # fmt: skip
_METHODS: Mapping[str, Promise] = {
    "password": gettext_lazy("mật khẩu"), "totp": gettext_lazy("ứng dụng xác thực"),
    "webauthn": gettext_lazy("khóa, vân tay"), "sheet": gettext_lazy("phiếu mã"),
    "recovery_codes": gettext_lazy("mã dự phòng"), "code": gettext_lazy("mã"), "elsewhere": gettext_lazy("từ máy khác"),
}  # fmt: skip


def event_row(one: SecurityEvent) -> dict[str, Any]:
    """One row as pages show it."""
    kind = EventKind(one.kind)
    return {
        "text": str(EVENTS[kind]),
        "kind": _KINDS[kind],
        "how": _how(one),
        "where": " · ".join(filter(None, [one.device, one.source])),
        "first": one.first_at,
        "at": one.last_at,
        "count": one.count,
        "request": one.request_id,
    }


def country_text(code: str) -> str:
    """A country as people read it; two letters where its name is not known here."""
    return COUNTRIES.get(code) or _("nước có mã %(code)s") % {"code": code}


def _how(one: SecurityEvent) -> str:
    if one.kind == EventKind.COUNTRY.value:
        return country_text(one.method)
    page = f"/{_PLACE.sub('…', one.route)}"
    if one.status == 403:
        return _("chưa có quyền: %(page)s") % {"page": page}
    if one.status == 404:
        return _("không có hoặc của nơi khác: %(page)s") % {"page": page}
    return " + ".join(str(_METHODS.get(word, word)) for word in one.method.split("+") if word)
