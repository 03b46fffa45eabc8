"""A56: what belongs to making and watching the program is not served with it: debug pages, sources, metrics, schemas,
data files, an administration nobody asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from truongso.accounts.access import public

PATHS = (
    "/.git/config", "/.git/HEAD", "/.env", "/.htaccess", "/.svn/entries", "/.DS_Store", "/.well-known/security.key",
    "/admin/", "/admin/login/", "/django-admin/", "/manage.py", "/settings.py", "/pyproject.toml", "/wsgi.py",
    "/debug", "/__debug__/", "/silk/", "/profiler", "/console", "/shell", "/metrics", "/prometheus", "/health/details",
    "/server-status", "/status", "/actuator/env", "/api/schema", "/api/docs", "/openapi.json", "/swagger.json",
    "/swagger-ui/", "/redoc/", "/graphql", "/telescope", "/log-viewer", "/logs", "/error.log", "/phpinfo.php",
    "/backup.zip", "/dump.sql", "/truongso.sqlite3", "/var/truongso.sqlite3", "/data/secret_key", "/secret_key",
    "/sealing_key", "/uploads/", "/media/", "/static/", "/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml",
    "/ui/", "/khung-mau", "/web.config", "/WEB-INF/web.xml", "/node_modules/", "/server.key",
)  # fmt: skip
_TOLD = ("Traceback", "DEBUG = True", "django.", "urlconf", "site-packages", "SECRET_KEY")


@public("a test")
def fails(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("mật khẩu là 123")


urlpatterns = [path("hong", fails)]


@pytest.mark.django_db
def test_none_of_the_usual_finds_is_there() -> None:
    client = Client(raise_request_exception=False)
    for address in PATHS:
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert [word for word in _TOLD if word in answer.content.decode()] == [], address


@pytest.mark.django_db
def test_other_methods_and_a_fault_tell_nothing() -> None:
    client = Client(raise_request_exception=False)
    assert client.trace("/dang-nhap").status_code == 405
    with override_settings(ROOT_URLCONF=__name__):
        answer = client.get("/hong")
    said = answer.content.decode()
    assert answer.status_code == 500
    assert [word for word in (*_TOLD, "123", "RuntimeError", "fails") if word in said] == []


def test_production_has_neither_debug_nor_pages_of_the_workshop() -> None:
    code = (
        "import json, django; django.setup();"
        "from django.conf import settings as s; from truongso.config.urls import urlpatterns as u;"
        "print(json.dumps([s.DEBUG, [str(p.urlconf_module.__name__) for p in u if hasattr(p, 'urlconf_module')]]))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        env={
            **os.environ, "TRUONGSO_ENV": "production", "TRUONGSO_HOSTS": "a.example.vn",
            "DJANGO_SETTINGS_MODULE": "truongso.config.settings",
        },
    )  # fmt: skip
    debug, included = json.loads(done.stdout)
    assert debug is False
    assert "truongso.accounts.web.urls" in included
    assert "truongso.kernel.ui.urls" not in included
    assert not [name for name in included if "admin" in name or "debug" in name]
