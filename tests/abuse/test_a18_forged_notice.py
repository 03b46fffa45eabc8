"""A18: a forged payment notice (no, empty or foreign signature) leaves nothing but the raw notice."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories, money
from truongso.banking.tests.helpers import Hook, hook, only_in_the_inbox
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Notice
from truongso.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER
from truongso.payments.public import problem_notices

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]
TENS_OF_SECONDS = 301


@pytest.fixture
def sepay(school: School) -> Hook:
    return hook(school)


def _forgeries(sepay: Hook, body: bytes) -> list[tuple[str, dict[str, str]]]:
    good = sepay.headers(body)
    stamp = good[TIMESTAMP_HEADER]
    mac = good[SIGNATURE_HEADER]
    now = int(stamp)
    return [
        ("signature_missing", {}),
        ("signature_missing", {TIMESTAMP_HEADER: stamp}),
        ("signature_missing", {SIGNATURE_HEADER: "", TIMESTAMP_HEADER: stamp}),
        ("signature_missing", {SIGNATURE_HEADER: "   ", TIMESTAMP_HEADER: stamp}),
        ("signature_malformed", {SIGNATURE_HEADER: "sha256=", TIMESTAMP_HEADER: stamp}),
        ("signature_malformed", {SIGNATURE_HEADER: "true", TIMESTAMP_HEADER: stamp}),
        ("signature_malformed", {**good, SIGNATURE_HEADER: mac.replace("sha256=", "none=")}),
        ("signature_malformed", {**good, SIGNATURE_HEADER: mac.replace("sha256=", "md5=")}),
        ("signature_malformed", {**good, SIGNATURE_HEADER: mac.removeprefix("sha256=")}),
        ("signature_malformed", {**good, SIGNATURE_HEADER: f"{mac},{mac}"}),
        ("signature_wrong", {**good, SIGNATURE_HEADER: "sha256=" + "0" * 64}),
        ("signature_wrong", {**good, SIGNATURE_HEADER: mac[:-1] + ("0" if mac[-1] != "0" else "1")}),
        ("signature_wrong", sepay.headers(body, secret="")),
        ("signature_wrong", sepay.headers(body, secret=sepay.connection.public_id)),
        ("signature_wrong", sepay.headers(body + b" ")),
        ("signature_wrong", {**good, TIMESTAMP_HEADER: str(now + 1)}),
        ("timestamp_missing", {SIGNATURE_HEADER: mac}),
        ("timestamp_malformed", {**good, TIMESTAMP_HEADER: "-1"}),
        ("timestamp_malformed", {**good, TIMESTAMP_HEADER: f"{stamp}.0"}),
        ("timestamp_drift", sepay.headers(body, at=now - TENS_OF_SECONDS)),
        ("timestamp_drift", sepay.headers(body, at=now + TENS_OF_SECONDS + 5)),
    ]


def test_no_forgery_is_believed(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)
    with clock.frozen(clock.now()):
        for problem, headers in _forgeries(sepay, body):
            with only_in_the_inbox(problem):
                answer = sepay.send(body, headers)
                assert (answer.status_code, answer.content) == (401, b'{"success": false}'), problem
    assert Invoice.objects.for_school(school).get().paid == Dong(0)
    assert money.broken_invariants() == []


def test_another_schools_secret_opens_nothing(school: School, other_school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    theirs = hook(other_school, factories.bank_account(other_school, number="0099000777888"))
    body = sepay.body(f"{invoice.code} nop", 250_000)
    with only_in_the_inbox("signature_wrong"):
        assert sepay.send(body, theirs.headers(body)).status_code == 401
    with only_in_the_inbox("other_account"):  # genuine at their address, but not about their account
        assert theirs.send(body).status_code == 422
    assert Invoice.objects.for_school(school).get().paid == Dong(0)


def test_a_connection_without_a_secret_believes_nobody(school: School, sepay: Hook) -> None:
    type(sepay.connection).objects.for_school(school).update(sealed_secrets=[])
    body = sepay.body("tien", 250_000)
    for secret in (sepay.secret, ""):
        with only_in_the_inbox("no_secret"):
            assert sepay.send(body, sepay.headers(body, secret=secret)).status_code == 401


def test_a_flood_of_forged_notices_leaves_a_few_and_a_number(school: School, sepay: Hook) -> None:
    body = sepay.body("x", 1_000)
    for _ in range(25):
        assert sepay.send(body, sepay.headers(body, secret="wrong")).status_code == 401
    assert Notice.objects.for_school(school).count() == 20
    (figure,) = problem_notices(school.pk, since=clock.now() - dt.timedelta(days=1))
    assert (figure.connection, figure.problem, figure.count) == (sepay.connection.public_id, "signature_wrong", 25)
