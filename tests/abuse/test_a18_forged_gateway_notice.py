"""A18: a gateway's notice that its own keys did not sign moves nothing, whatever was changed."""

from __future__ import annotations

import datetime as dt
import json
import random

import pytest

from tests import money
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.gateways.models import Attempt
from truongso.payments.gateways.tests import twin
from truongso.payments.inbox import KEPT_FORGED, problems
from truongso.payments.models import Evidence, Notice, Payment
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.providers.types import ProtocolError, RawNotice

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("school_day", "verify_after"),
    pytest.mark.urls("truongso.payments.gateways.tests.urls"),
]
ALL_SECRETS = {name: "" for one in twin.CREDENTIALS.values() for name in one}


@pytest.fixture(params=twin.PROVIDERS)
def attempt(request: pytest.FixtureRequest, school: School) -> Attempt:
    return twin.start(twin.channel(school, request.param), (money.invoice(school, [250_000]), 250_000))


def _unsigned(message: twin.Message, signature: object) -> twin.Message:
    """The same notice with another signature, or without one (None)."""
    if message.query:
        rest = message.query.rsplit("&vnp_SecureHash=", 1)[0]
        return twin.Message(message.url, b"", rest if signature is None else f"{rest}&vnp_SecureHash={signature}")
    body = json.loads(message.body)
    name = "mac" if "mac" in body else "signature"
    body.pop(name)
    if signature is not None:
        body[name] = signature
    return twin.Message(message.url, json.dumps(body).encode())


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "0" * 128, "x", 0, True, ["a"], {"a": 1}])
def test_no_signature_but_the_right_one(school: School, attempt: Attempt, signature: object) -> None:
    answer = _unsigned(twin.notice(attempt), signature).send()
    assert twin.answer_code(attempt.channel.provider, answer) == twin.FORGED[attempt.channel.provider]
    assert (Evidence.objects.for_school(school).count(), Payment.objects.for_school(school).count()) == (0, 0)
    assert Notice.objects.for_school(school).get().state == "refused"
    attempt.refresh_from_db()
    assert attempt.state == "pending"


def test_empty_keys_sign_for_nobody(school: School, attempt: Attempt) -> None:
    message = twin.notice(attempt, keys=ALL_SECRETS)
    gateway = GATEWAYS[attempt.channel.provider]
    sets: list[list[dict[str, str]]] = [[], [{}], [ALL_SECRETS]]
    for live in sets:
        with pytest.raises(ProtocolError):
            gateway.read_notice(RawNotice("", message.query, message.body, {}), live)


def test_any_changed_byte_is_refused_or_changes_nothing(attempt: Attempt) -> None:
    """2,000 single-byte changes of one notice: refused, or (white space, unsigned trimmings) read as the very same."""
    provider = attempt.channel.provider
    gateway, keys = GATEWAYS[provider], [twin.CREDENTIALS[provider]]
    message = twin.notice(attempt, txn="4711")
    content = message.query.encode() or message.body
    true = gateway.read_notice(RawNotice("", message.query, message.body, {}), keys)
    rng = random.Random(18)
    believed = 0
    for _ in range(2_000):
        place = rng.randrange(len(content))
        byte = bytes([rng.choice([content[place] ^ (1 << rng.randrange(8)), rng.randrange(256)])])
        changed = content[:place] + byte + content[place + 1 :]
        if changed == content:
            continue
        raw = RawNotice("", changed.decode("latin-1"), changed, {})
        try:
            read = gateway.read_notice(raw, keys)
        except ProtocolError:
            continue
        assert read == true, changed
        believed += 1
    assert believed < 400


def test_replacing_the_algorithm_does_not_help(school: School) -> None:
    attempt = twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    query = twin.notice(attempt).query.rsplit("&vnp_SecureHash=", 1)[0]
    secret = twin.CREDENTIALS["vnpay"]["hash_secret"]
    for name in ("md5", "sha1", "sha256"):
        signed = twin._hmac(secret, query, name)
        for tail in (f"&vnp_SecureHash={signed}", f"&vnp_SecureHashType={name.upper()}&vnp_SecureHash={signed}"):
            answer = twin.Message(f"/hooks/vnpay/{attempt.channel.public_id}", b"", query + tail).send()
            assert twin.answer_code("vnpay", answer) == "97"
    assert Payment.objects.for_school(school).count() == 0
    assert clock.now() == attempt.created_at


def test_a_flood_of_forged_notices_leaves_a_few_and_a_number(school: School) -> None:
    """20 of a day are kept to look at, the rest is counted; another day, problem or channel has its own 20."""
    attempt = twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    other = twin.start(twin.channel(school, "momo"), (money.invoice(school, [90_000]), 90_000))
    wrong, unsigned = _unsigned(twin.notice(attempt), "0" * 128), _unsigned(twin.notice(attempt), None)
    rows = Notice.objects.for_school(school)
    for _ in range(KEPT_FORGED + 15):
        assert twin.answer_code("vnpay", wrong.send()) == twin.FORGED["vnpay"]
    assert rows.count() == KEPT_FORGED == 20
    for message in (unsigned, _unsigned(twin.notice(other), "0" * 64)):
        message.send()
    assert rows.count() == 22
    figures = {
        (f.connection, f.problem): f.count for f in problems(school.pk, since=clock.now() - dt.timedelta(days=1))
    }
    assert figures == {
        (attempt.channel.public_id, "signature_wrong"): 35, (attempt.channel.public_id, "signature_missing"): 1,
        (other.channel.public_id, "signature_wrong"): 1,
    }  # fmt: skip
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        for _ in range(KEPT_FORGED + 1):
            wrong.send()
        assert rows.count() == 42
        (flood,) = [f for f in problems(school.pk, since=clock.now() - dt.timedelta(days=9)) if f.count > 1]
        assert (flood.count, flood.latest) == (56, clock.now())
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        assert (
            twin.answer_code("vnpay", twin.notice(attempt).send()) == twin.TAKEN["vnpay"]
        )  # the true one gets through
