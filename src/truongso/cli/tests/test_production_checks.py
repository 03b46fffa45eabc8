"""`truongso check --production`: each of TS.E001–TS.E008 is found when it does not hold, and Django's own checks."""

from __future__ import annotations

import argparse
import datetime as dt
import json

import pytest
from django.core import checks
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from tests import app_role, factories

from truongso.cli import check
from truongso.cli.django import refuse_unsafe_start
from truongso.cli.errors import Refused
from truongso.kernel import clock, database_checks, database_roles, production, row_security, triggers

pytestmark = pytest.mark.django_db
_REAL = {
    "DEBUG": False, "SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True, "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True,
    "ALLOWED_HOSTS": ["hocphi.example.vn"],
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/var/cache"}},
}  # fmt: skip


def _forgotten(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("quen-khai/", _forgotten)]


def _found(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the command says, with the settings of a real installation."""
    with override_settings(**_REAL):
        code = check.run(argparse.Namespace(production=True, json=True))
    said = json.loads(capsys.readouterr().out)
    assert (code == 0) is said["ok"] is (said["problems"] == [])
    return list(said["problems"])


def test_nothing_is_wrong_with_a_right_installation(
    product_roles: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_roles, "standing", lambda: database_roles.Standing("x", []))
    monkeypatch.setattr(database_checks, "engine_problems", list)  # tests do without fsync
    assert _found(capsys) == []


def test_e001_a_missing_trigger(capsys: pytest.CaptureFixture[str]) -> None:
    name = "ts_kernel_auditentry_no_update"
    on = " ON kernel_auditentry" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER {name}{on}")
    assert f"TS.E001: thiếu: {name}" in _found(capsys)
    triggers.install()


def test_e002_an_unsafe_engine(capsys: pytest.CaptureFixture[str]) -> None:
    if connection.vendor == "postgresql":
        assert "TS.E002: fsync đang tắt" in _found(capsys)
        return
    connection.cursor().execute("PRAGMA recursive_triggers=OFF")
    try:
        assert "TS.E002: PRAGMA recursive_triggers đang là 0, phải là 1" in _found(capsys)
    finally:
        connection.cursor().execute("PRAGMA recursive_triggers=ON")


@pytest.mark.postgres
def test_e003_a_role_that_could_pass_the_wall(
    product_roles: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [one for one in _found(capsys) if one.startswith("TS.E003")]
    assert any(one.endswith("là superuser") for one in said)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE ts_owner")
        assert "ts_owner là chủ của bảng" in database_roles.standing().reasons
        cursor.execute("RESET ROLE")
    with app_role.working():  # who signed in as a superuser can be one again
        assert any(reason.endswith("là superuser") for reason in database_roles.standing().reasons)
    with override_settings(PRODUCTION=True), pytest.raises(Refused, match=r"TS\.E003"):
        refuse_unsafe_start()
    refuse_unsafe_start()  # a demo or a developer's machine


def test_e004_a_wall_that_does_not_stand(product_roles: None, capsys: pytest.CaptureFixture[str]) -> None:
    factories.school()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ALTER TABLE fees_invoice DISABLE ROW LEVEL SECURITY")
        connection.cursor().execute("GRANT DELETE ON kernel_auditentry TO ts_app")
        said = _found(capsys)
        assert "TS.E004: fees_invoice: chưa bắt buộc lọc dòng" in said
        assert "TS.E004: ts_app được DELETE kernel_auditentry" in said
        row_security.install()
        database_roles.lay_rights()
        assert not any(one.startswith("TS.E004") for one in _found(capsys))
        return
    assert _found(capsys) == []
    factories.school(code="79-KHAC", name="Trường Tiểu học Kim Đồng", prefix="KD")
    wrong = "TS.E004: SQLite không ngăn được các trường với nhau, chỉ dùng cho một trường; ở đây có 2"
    assert _found(capsys) == [wrong]
    with override_settings(PRODUCTION=True), pytest.raises(Refused, match=r"TS\.E004"):
        refuse_unsafe_start()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}},
            "TS.E005: bộ nhớ đệm django.core.cache.backends.locmem.LocMemCache không dùng chung được",
        ),
        (
            {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}},
            "TS.E005: bộ nhớ đệm django.core.cache.backends.dummy.DummyCache không dùng chung được",
        ),
        (
            {"MFA_TOTP_INSECURE_BYPASS_CODE": "123456"},
            "TS.E006: MFA_TOTP_INSECURE_BYPASS_CODE mở được mọi tài khoản",
        ),
        ({"ROOT_URLCONF": __name__}, "TS.E007: /quen-khai/ chưa khai ai được mở"),
        ({"SESSION_COOKIE_SECURE": False}, "security.W012"),
        ({"SECURE_HSTS_SECONDS": 0}, "security.W004"),
        ({"DEBUG": True}, "security.W018"),
    ],
)
def test_a_setting_that_opens_a_door(changed: dict[str, object], said: str) -> None:
    with override_settings(**{**_REAL, **changed}):
        found = [f"{m.id}: {m.msg}" for m in checks.run_checks(include_deployment_checks=True)]
    assert [one for one in found if one.startswith(said)]


def test_e008_clocks_apart(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert abs(production.clock_drift()) < production.CLOCKS_MAY_DIFFER
    monkeypatch.setattr(production, "clock_drift", lambda: 2.5)
    assert "TS.E008: đồng hồ của máy cơ sở dữ liệu lệch +2,5 giây" in _found(capsys)
    monkeypatch.setattr(production, "clock_drift", lambda: -1.9)
    assert not [one for one in _found(capsys) if one.startswith("TS.E008")]
    if connection.vendor == "postgresql":
        monkeypatch.undo()
        with clock.frozen(clock.now() - dt.timedelta(minutes=10)):
            assert 599 < production.clock_drift() < 605
