"""A request has one number: in its answer, on its error page, in its log lines and in what it records."""

from __future__ import annotations

import datetime as dt
import io
import logging
import secrets

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from tests import factories

from truongso.accounts.access import public
from truongso.accounts.types import Role
from truongso.config.urls import urlpatterns as product
from truongso.kernel import audit, origin
from truongso.kernel.actor import Actor
from truongso.kernel.audit import entry_hash
from truongso.kernel.audit_reading import chain_state
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"


@public("a fault on purpose")
def faulty(_request: HttpRequest) -> HttpResponse:
    logging.getLogger("truongso.test").warning("on the way")
    raise RuntimeError


urlpatterns = [*product, path("hong", faulty)]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.x"), ("::ffff:203.0.113.77", "203.0.113.x"), ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("", ""), ("unix", ""),
    ],
)  # fmt: skip
def test_addresses_are_kept_as_networks(address: str, kept: str) -> None:
    assert origin.shortened(address) == kept


@pytest.mark.django_db
@pytest.mark.urls("truongso.accounts.tests.test_request_numbers")
def test_answers_error_pages_and_log_lines_say_the_same_number(client: Client) -> None:
    client.raise_request_exception = False
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.request_id)  # type: ignore[attr-defined]

    handler = Keep()
    handler.addFilter(origin.RequestMark())
    loggers = [logging.getLogger("truongso.test"), logging.getLogger("django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        answers = [client.get("/hong", headers={"X-Request-ID": "mine"}), client.get("/khong-co-trang-nay")]
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    numbers = [one.headers["X-Request-ID"] for one in answers]
    assert [one.status_code for one in answers] == [500, 404]
    assert len({*numbers, "mine"}) == 3
    for number, answer in zip(numbers, answers, strict=True):
        assert len(number) == 12
        assert f'Mã yêu cầu: <span class="code">{number}</span>' in answer.content.decode()
    assert seen == [numbers[0], numbers[0], numbers[1]]  # the view's own, the fault, and what is not there
    handler.handle(outside := logging.makeLogRecord({}))
    assert outside.request_id == "-"  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_one_time_link_is_in_no_log_line(client: Client) -> None:
    lines, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(lines)
    handler.addFilter(origin.RequestMark())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        client.get("/gia-dinh/mo/" + secrets.token_urlsafe(24))
        client.get("/khong-co/" + secrets.token_urlsafe(32) + "/x")
        client.get("/p/0123456789abcdefghjkmnpqrs")
    finally:
        logger.removeHandler(handler)
    assert lines.getvalue().splitlines() == [
        "Not Found: /gia-dinh/mo/…", "Not Found: /khong-co/…/x", "Not Found: /p/0123456789abcdefghjkmnpqrs"
    ]  # fmt: skip


def test_an_entry_says_from_where_and_its_hash_holds_it(school: School) -> None:
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    answer = principal.get(
        "/nhat-ky/tai-ve", REMOTE_ADDR="203.0.113.77", headers={"User-Agent": FIREFOX, "X-Request-ID": "mine"}
    )
    entry = AuditEntry.objects.get(school_id=school.pk)
    assert (entry.request_id, entry.source, entry.device) == (
        answer.headers["X-Request-ID"], "203.0.113.x", "Firefox, Windows",
    )  # fmt: skip
    with savepoint():
        audit.record(Actor.system("tick"), "payments:receipt:print", school_id=school.pk, subject=("receipt", "7"))
    last = AuditEntry.objects.get(school_id=school.pk, seq=2)
    assert (last.request_id, last.source, last.device) == ("", "", "")
    assert chain_state(school.pk, last=10).broken is None
    for column in ("request_id", "source", "device"):
        forged = AuditEntry.objects.get(pk=entry.pk)
        setattr(forged, column, "")
        assert entry_hash(forged) != entry.hash
    blank = AuditEntry.objects.get(pk=last.pk)
    blank.source = "198.51.100.x"
    assert entry_hash(blank) != last.hash


def test_entries_from_before_keep_their_hash() -> None:
    """An entry written before entries said from where: its hash is the one that was kept then."""
    row = AuditEntry(
        school_id=7, seq=1, at=dt.datetime(2026, 10, 5, 2, tzinfo=dt.UTC), actor_id=11, actor_label="Lan",
        channel="web", action="a:b:c", subject_kind="receipt", subject_id="7", params={"n": 1}, reason="", prev_hash="",
    )  # fmt: skip
    assert entry_hash(row) == "b73403357e616922e93811e5d08dbea69fff0727a74dc6ac4295eb96ad78d17e"
