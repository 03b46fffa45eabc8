"""Notices of a bank feed: believed only when signed, each movement booked once, whatever else reports it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer
from tests import money

from truongso.banking import feed
from truongso.banking.models import BankLine, FeedConnection, FeedSighting
from truongso.banking.tasks import finish_notices
from truongso.banking.tests.helpers import ACTOR, Hook, bring, hook, line, only_in_the_inbox, rows
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.models import Period
from truongso.organizations.models import School
from truongso.payments.models import Notice, Payment

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]


@pytest.fixture
def sepay(school: School) -> Hook:
    return hook(school)


@pytest.fixture(autouse=True)
def _books_add_up() -> Iterator[None]:
    yield
    assert money.broken_invariants() == []


def test_a_signed_notice_is_booked_at_once_and_answered(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    answer = sepay.send(sepay.body(f"{invoice.code} thu thang 10", 250_000))
    assert (answer.status_code, json.loads(answer.content)) == (200, {"success": True})
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    row = BankLine.objects.for_school(school).get()
    assert (row.state, row.amount, row.reference) == ("matched", Dong(250_000), "FT2627992704")
    assert row.booked_at is not None
    assert row.booked_at.isoformat() == "2026-10-06T07:02:37+00:00"
    assert FeedSighting.objects.for_school(school).get().external_id == "92704"
    assert Notice.objects.for_school(school).get().state == "processed"
    assert FeedConnection.objects.for_school(school).get().last_notice_at is not None


def test_the_same_body_again_is_answered_and_adds_nothing(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)
    sepay.send(body)
    before = rows()
    again = sepay.send(body)
    assert again.status_code == 200
    assert rows() == {**before, "Notice": 2}
    assert list(Notice.objects.for_school(school).order_by("pk").values_list("state", flat=True)) == [
        "processed",
        "duplicate",
    ]


def test_the_same_movement_in_other_json_is_the_same_movement(school: School, sepay: Hook) -> None:
    body = sepay.body("tien hoc", 100_000)
    sepay.send(body)
    assert sepay.send(json.dumps(json.loads(body), indent=2).encode()).status_code == 200
    assert BankLine.objects.for_school(school).count() == 1


@pytest.mark.parametrize("change", [{"transferAmount": 9_250_000}, {"content": "khac"}, {"transferType": "out"}])
def test_a_known_number_with_another_content_is_refused_and_alarmed(
    school: School, sepay: Hook, change: dict[str, Any]
) -> None:
    sepay.send(sepay.body("tien hoc", 250_000))
    with only_in_the_inbox("replay_differs"):
        fields = {"memo": "tien hoc", "amount": 250_000, **change}
        assert sepay.send(sepay.body(**fields)).status_code == 422
    alarm = AuditEntry.objects.get(action="banking:feed:replay_differs")
    assert alarm.params == {
        "external_id": "92704",
        "first_notice": Notice.objects.for_school(school).order_by("pk")[0].pk,
    }


def test_outgoing_money_is_a_line_without_entry(school: School, sepay: Hook) -> None:
    assert sepay.send(sepay.body("phi dich vu", 11_000, transferType="out")).status_code == 200
    assert rows() == {"Notice": 1, "BankLine": 1, "FeedSighting": 1}
    assert BankLine.objects.for_school(school).get().state == "outgoing"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"transferAmount": 0}, "field_value"),
        ({"transferAmount": -250_000}, "field_value"),
        ({"transferAmount": "250000"}, "field_type"),
        ({"transferAmount": 250_000.5}, "field_type"),
        ({"transferAmount": True}, "field_type"),
        ({"accountNumber": "9999999999"}, "other_account"),
        ({"id": None}, "field_missing"),
        ({"transactionDate": "06/10/2026"}, "field_value"),
        ({"transactionDate": "1900-01-01 00:00:00"}, "date_implausible"),
        ({"transactionDate": "2999-01-01 00:00:00"}, "date_implausible"),
    ],
)
def test_a_genuine_notice_with_a_bad_content_stays_in_the_inbox(
    sepay: Hook, change: dict[str, Any], problem: str
) -> None:
    with only_in_the_inbox(problem):
        answer = sepay.send(sepay.body("tien", 1, **change))
        assert (answer.status_code, json.loads(answer.content)) == (422, {"success": False})


def test_signed_bytes_that_are_no_notice_stay_in_the_inbox(sepay: Hook) -> None:
    for body in (b"", b"[]", b"null", b"\xff\xfe", b'{"id": NaN}', b"{" * 50_000):
        with only_in_the_inbox("not_json"):
            assert sepay.send(body).status_code == 422


def test_an_oversized_body_is_not_even_stored(sepay: Hook) -> None:
    with only_in_the_inbox("", notices=0):
        assert sepay.send(sepay.body("x" * 256 * 1024, 250_000)).status_code == 413


def test_a_stranger_learns_nothing_from_an_unknown_or_ended_address(sepay: Hook) -> None:
    body = sepay.body("tien", 250_000)
    wrong = sepay.send(body, sepay.headers(body, secret="khác"))
    with only_in_the_inbox("", notices=0):
        unknown = sepay.send(body, url="/hooks/sepay/0000000000000000000000000a")
    with transaction():
        feed.disconnect(sepay.connection, actor=ACTOR)
    with only_in_the_inbox("", notices=0):
        ended = sepay.send(body)
    answers = {(a.status_code, a.content, a.headers["Content-Type"]) for a in (wrong, unknown, ended)}
    assert answers == {(401, b'{"success": false}', "application/json")}


def test_only_post(sepay: Hook) -> None:
    assert Client().get(sepay.url).status_code == 405


@pytest.mark.parametrize("feed_first", [True, False])
def test_feed_and_statement_report_the_same_money_once(school: School, sepay: Hook, feed_first: bool) -> None:
    invoice = money.invoice(school, [250_000])
    memo = f"MBVCB.1234567.{invoice.code}.CT tu 1 A toi 2 B"
    notice = sepay.body(memo, 250_000)
    printed = line(memo.upper(), 250_000, "FT2627992704")
    if feed_first:
        sepay.send(notice)
        bring(sepay.account, printed)
    else:
        bring(sepay.account, printed)
        sepay.send(notice)
    row = BankLine.objects.for_school(school).get()
    assert (row.sightings.count(), row.feed_sightings.count()) == (1, 1)
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)


@pytest.mark.parametrize("feed_first", [True, False])
@pytest.mark.parametrize(("told", "printed"), [(("", ""), ("", "")), (("", "FT1"), ("", "")), (("", ""), ("", "FT1"))])
def test_money_without_a_memo_is_the_same_money_too(
    school: School, sepay: Hook, told: tuple[str, str], printed: tuple[str, str], *, feed_first: bool
) -> None:
    """An app that drops the memo, a channel that leaves the reference out: day and amount are all that is known."""
    notice = sepay.body(told[0], 50_000, referenceCode=told[1])
    layout, row = "bidv_ibank" if printed[1] else "mb_detail", line(printed[0], 50_000, printed[1])
    if feed_first:
        sepay.send(notice)
    assert bring(sepay.account, row, layout=layout)[1]["known"] == feed_first
    if not feed_first:
        sepay.send(notice)
    assert BankLine.objects.for_school(school).count() == 1
    assert bring(sepay.account, row, row, layout=layout)[1]["new"] == 1, "a twin is one more"


def test_silent_money_under_two_numbers_is_two(school: School, sepay: Hook) -> None:
    sepay.send(sepay.body("", 50_000, 1, referenceCode="FT26279000001"))
    silent = line("", 50_000, "FT26279000002")
    assert bring(sepay.account, silent, layout="bidv_ibank")[1]["new"] == 1
    assert bring(sepay.account, silent, line("", 50_000, "FT26279000001"), layout="bidv_ibank")[1]["new"] == 0
    assert BankLine.objects.for_school(school).count() == 2


def test_honest_twins_of_the_feed_are_two_and_the_file_finds_both(school: School, sepay: Hook) -> None:
    for number in (1, 2):
        sepay.send(sepay.body("chuyen tien hoc cho chau", 100_000, number, referenceCode="REF"))
    assert sorted(BankLine.objects.for_school(school).values_list("occurrence", flat=True)) == [1, 2]
    twin = line("chuyen tien hoc cho chau", 100_000, "REF")
    _statement, counts = bring(sepay.account, twin, twin)
    assert (counts["new"], counts["known"]) == (0, 2)
    _statement, counts = bring(sepay.account, twin, twin, twin)
    assert (counts["new"], counts["known"]) == (1, 2)


def test_a_connection_made_anew_knows_what_the_old_one_brought(school: School, sepay: Hook) -> None:
    body = sepay.body("tien hoc", 100_000)
    sepay.send(body)
    with transaction():
        feed.disconnect(sepay.connection, actor=ACTOR)
    anew = hook(school, sepay.account)
    assert anew.send(body).status_code == 200
    assert BankLine.objects.for_school(school).count() == 1


def test_an_account_has_one_live_connection(sepay: Hook) -> None:
    with pytest.raises(feed.FeedRefusedError, match="already_connected"):
        hook(School.objects.get(), sepay.account)
    assert FeedConnection.objects.across_schools("tests").count() == 1


def test_a_crash_after_verification_is_worked_off_later(
    school: School, sepay: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)
    with monkeypatch.context() as patch:
        patch.setattr(feed, "_work_off", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sepay.send(body)
    assert Notice.objects.for_school(school).get().state == "verified"
    assert Payment.objects.for_school(school).count() == 0
    assert finish_notices() == 1
    assert finish_notices() == 0
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    assert sepay.send(body).status_code == 200
    assert Payment.objects.for_school(school).count() == 1


def test_a_crash_inside_the_booking_leaves_nothing_half_done(
    school: School, sepay: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = money.invoice(school, [250_000])
    before = rows()
    with monkeypatch.context() as patch:
        patch.setattr(feed, "decide_lines", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sepay.send(sepay.body(f"{invoice.code} nop", 250_000))
    assert rows() == {**before, "Notice": 1}
    assert feed.work_off_waiting(sepay.connection) == 1
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


def test_a_notice_for_a_closed_month_is_kept_until_the_month_is_open(school: School, sepay: Hook) -> None:
    money.invoice(school, [250_000])
    body = sepay.body("tien hoc", 100_000)
    period, _created = Period.objects.for_school(school).get_or_create(
        year=2026, month=10, defaults={"school": school, "is_closed": False}
    )
    Period.objects.for_school(school).filter(pk=period.pk).update(is_closed=True)
    assert sepay.send(body).status_code == 200
    assert Notice.objects.for_school(school).get().state == "verified"
    assert BankLine.objects.for_school(school).count() == 0
    assert feed.work_off_waiting(sepay.connection) == 0
    Period.objects.for_school(school).filter(pk=period.pk).update(is_closed=False)
    assert feed.work_off_waiting(sepay.connection) == 1
    assert BankLine.objects.for_school(school).get().amount == Dong(100_000)


@pytest.mark.django_db(transaction=True)
def test_over_real_http(school: School, live_server: LiveServer) -> None:
    sepay = hook(school)
    invoice = money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)
    wire = http.client.HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=10)
    said = []
    for headers in ({}, sepay.headers(body), sepay.headers(body)):
        wire.request("POST", sepay.url, body, {"Content-Type": "application/json", **headers})
        answer = wire.getresponse()
        said.append((answer.status, answer.read()))
    wire.close()
    assert said == [(401, b'{"success": false}'), (200, b'{"success": true}'), (200, b'{"success": true}')]
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    states = Notice.objects.for_school(school).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["refused", "processed", "duplicate"]


def test_the_secret_is_stored_sealed(sepay: Hook) -> None:
    stored = FeedConnection.objects.across_schools("tests").values_list("sealed_secrets", flat=True).get()
    assert len(stored) == 1
    assert sepay.secret not in json.dumps(stored)
