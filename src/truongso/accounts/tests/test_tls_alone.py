"""In production plain HTTP is sent on to HTTPS, whoever claims otherwise; nothing else is answered (ASVS 12.2.1)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.test import Client, override_settings

_PRODUCTION = {
    "SECURE_SSL_REDIRECT": True, "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_HSTS_SECONDS": 31_536_000, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
}  # fmt: skip


@pytest.mark.django_db
def test_plain_http_is_sent_on_and_https_is_remembered_for_a_year() -> None:
    client = Client()
    with override_settings(**_PRODUCTION):
        for path in ("/dang-nhap", "/nhat-ky?q=x", "/khong-co-trang-nay"):
            plain = client.get(path)
            assert (plain.status_code, plain["Location"]) == (301, f"https://testserver{path}")
            assert plain.content == b""
            assert "Set-Cookie" not in plain.headers
        assert client.post("/dang-nhap", {"login": "lan", "password": "x"}).status_code == 301
        assert client.get("/dang-nhap", headers={"X-Forwarded-Proto": "http"}).status_code == 301
        kept = client.get("/dang-nhap", headers={"X-Forwarded-Proto": "https"})
    assert kept.status_code == 200
    assert kept["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_the_settings_of_production_say_so() -> None:
    """What `truongso check --production` looks at is what production starts with. `__Host-` is believed by browsers
    only with Secure, the path / and no domain."""
    names = ("SESSION_COOKIE", "CSRF_COOKIE")
    wanted = {
        "SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31_536_000, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "SESSION_COOKIE_NAME": "__Host-sid", "CSRF_COOKIE_NAME": "__Host-csrf", "DEVICE_COOKIE_NAME": "__Host-device",
        **{f"{name}_SECURE": True for name in names}, **{f"{name}_HTTPONLY": True for name in names},
        **{f"{name}_SAMESITE": "Lax" for name in names}, **{f"{name}_PATH": "/" for name in names},
        **{f"{name}_DOMAIN": None for name in names},
    }  # fmt: skip
    code = (
        "import json, sys; from django.conf import settings as s;"
        "print(json.dumps({name: getattr(s, name) for name in sys.argv[1:]}))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, *wanted], capture_output=True, text=True, check=True,
        env={
            **os.environ, "TRUONGSO_ENV": "production", "TRUONGSO_HOSTS": "a.example.vn",
            "DJANGO_SETTINGS_MODULE": "truongso.config.settings",
        },
    )  # fmt: skip
    assert json.loads(done.stdout) == wanted
