"""Pages of channels and the way back in a real browser: accessible, fitting, without complaints."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage
from pytest_django.live_server_helper import LiveServer
from tests import factories, money
from tests.chromium import violations

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.tests import twin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
SHOTS = os.environ.get("TRUONGSO_SCREENSHOTS", "")


def test_every_page_is_accessible_and_fits(school: School, live_server: LiveServer, browser: Browser) -> None:
    invoice = money.invoice(school, [894_000])
    channels = [twin.channel(school, p) for p in ("vnpay", "payos")]
    twin.channel(school, "momo", active=False)
    paid = twin.start(channels[1], (invoice, 800_000))
    Attempt.objects.for_school(school).filter(pk=paid.pk).update(return_url="")
    twin.notice(paid, amount=600_000).send()
    waiting = twin.start(channels[0], (invoice, 94_000))
    Channel.objects.for_school(school).filter(pk=channels[0].pk).update(
        failing_since=clock.now(), last_problem="timeout"
    )
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    here = "/thu/kenh-thu"
    paths = {
        "danh-sach": here, "them": f"{here}/them/payos", "kenh": f"{here}/{channels[1].public_id}",
        "kenh-loi": f"{here}/{channels[0].public_id}", "ve-da-nop": f"/p/tra-ve/payos/{paid.public_id}",
        "ve-cho": f"/p/tra-ve/vnpay/{waiting.public_id}", "ve-la": "/p/tra-ve/vnpay/khongco",
    }  # fmt: skip
    problems: list[Any] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            problems.append(message.text)

    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url)
        context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", note)
        for name, path in paths.items():
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            problems += [(name, width, *violation) for violation in violations(page)]
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        context.close()
    assert [p for p in problems if "404" not in str(p)] == []
