"""A54: no page shows more than a page, whatever the address asks for; a question that takes too long is given up."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests import factories
from tests.abuse.lists import filters, pages
from tests.tenancy import walk
from truongso.accounts.types import Role
from truongso.accounts.web.gate import Gate
from truongso.config.environment import database_from_url
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.organizations.models import School

LARGEST = 1_500_000
LONG = "a" * 6_000
HUGE = ("9" * 40, "-1", "0", "1e9", "99999999999999999999")


@pytest.mark.django_db
@pytest.mark.usefixtures("school_day")
def test_no_list_grows_with_what_the_address_asks(school: School) -> None:
    taught = factories.school_class(school)
    for number in range(120):
        factories.student(school, f"Vàng A {number}", school_class=taught)
    faults = []
    names = filters()
    with walk.quietly():
        for number, page in enumerate(pages(school, factories.org_unit())[::4]):
            values = {name: HUGE[(number + n) % len(HUGE)] for n, name in enumerate(names)} | {"q": LONG}
            answer = page.client.get(f"{page.address}?{urlencode(values)}")
            if answer.status_code >= 500 or len(answer.content) > LARGEST:
                faults.append((page.name, answer.status_code, len(answer.content)))
    assert faults == []
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    for many in ("1000", "all", "999999999"):
        text = client.get(f"/hoc-sinh?per_page={many}&limit={many}&page_size={many}&trang=1").content.decode()
        assert 0 < text.count("Vàng A ") <= 101 * 2, many


def test_web_processes_bound_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://app@127.0.0.1/x"
    assert "options" not in database_from_url(address).get("OPTIONS", {})
    monkeypatch.setenv("TRUONGSO_STATEMENT_SECONDS", "30")
    assert database_from_url(address)["OPTIONS"]["options"] == "-c statement_timeout=30s"


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_question_that_takes_too_long_is_answered_with_503(school_day: dt.datetime) -> None:
    def slow(_request: HttpRequest) -> HttpResponse:
        with savepoint(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT pg_sleep(5)")
        raise AssertionError("unreachable")

    request = RequestFactory().get("/")
    with pytest.raises(OperationalError) as given_up:
        slow(request)
    answer = Gate(slow).process_exception(request, given_up.value)
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Đang bảo trì" in answer.content.decode()
    assert Gate(slow).process_exception(request, OperationalError("no connection")) is None
    assert clock.now() == school_day
