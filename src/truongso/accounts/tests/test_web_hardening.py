"""Reports of the browser are counted by directive; error pages say what to do and nothing of the inside."""

from __future__ import annotations

import json
import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from tests import factories

from truongso.accounts.access import public
from truongso.accounts.types import Role
from truongso.cli.main import main
from truongso.config.urls import urlpatterns as product
from truongso.kernel.csp_counts import counted_today
from truongso.kernel.models import Tally
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
ADDRESS = "/bao-vi-pham-csp"
INSIDE = ("Traceback", "django", "Exception", "/src/", "SELECT", "kernel", "secret-word")


@public("a fault on purpose")
def faulty(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret-word")


urlpatterns = [*product, path("hong", faulty)]


def report(client: Client, directive: object, page: str = "/nguoi-dung") -> int:
    told = {"csp-report": {"effective-directive": directive, "document-uri": f"https://truong.example{page}?q=Lan"}}
    return client.post(ADDRESS, json.dumps(told), content_type="application/csp-report").status_code


def test_reports_are_counted_by_directive(
    client: Client, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING, logger="truongso.csp"):
        told = [report(client, one) for one in ("script-src-elem", "script-src", "style-src-attr", "x", None)]
        report(client, "img-src", "/p/7b3k9mqxw2c4h6n8r0t5v1y3za")
    assert told == [204] * 5
    assert counted_today() == {"script-src": 2, "style-src": 1, "img-src": 1, "other": 2}
    assert caplog.messages[0] == "refused by script-src on accounts:people"
    assert caplog.messages[-1] == "refused by img-src on workspaces:pay"  # by its name: the address opens the page
    main(["check", "--json"])
    assert json.loads(capsys.readouterr().out)["csp_reports"] == counted_today()
    main(["check"])
    assert "Trình duyệt đã chặn hôm nay: script-src 2, style-src 1, img-src 1, other 2." in capsys.readouterr().out
    assert "Lan" not in caplog.text
    assert "7b3k9" not in caplog.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"csp-report": 1}', b'{"csp-report": {}}', b"\xff", b"x" * 20_000]
)
def test_what_is_no_report_counts_nothing_or_other(client: Client, body: bytes) -> None:
    assert client.post(ADDRESS, body, content_type="application/csp-report").status_code == 204
    assert set(counted_today()) <= {"other"}


def test_whoever_sends_many_is_no_longer_counted(client: Client) -> None:
    for _ in range(70):
        assert report(client, "script-src") == 204
    assert counted_today() == {"script-src": 60}
    assert client.get(ADDRESS).status_code == 405
    assert Tally.objects.count() == 2


@pytest.mark.urls(__name__)
def test_error_pages_say_little(school: School) -> None:
    client = factories.login(Client(raise_request_exception=False), factories.user(Role.SUBJECT_TEACHER, school=school))
    strict = Client(enforce_csrf_checks=True)
    answers = {
        400: client.get("/tai-khoan?x=%00"), 403: client.get("/nguoi-dung"), 404: client.get("/khong-co"),
        413: client.post("/tai-khoan", {}, CONTENT_LENGTH=str(10**9)), 500: client.get("/hong"),
    }  # fmt: skip
    assert {status: answer.status_code for status, answer in answers.items()} == {s: s for s in answers}
    assert strict.post("/dang-nhap", {"login": "x"}).status_code == 403
    for answer in [*answers.values(), strict.post("/dang-nhap", {"login": "x"})]:
        text = answer.content.decode()
        assert 'lang="vi"' in text
        assert [word for word in INSIDE if word in text] == []
        assert 'href="/"' in text
