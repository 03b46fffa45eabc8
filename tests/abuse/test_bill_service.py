"""A18–A20, A23 at the bank bill service: forged, old, edited and replayed calls leave nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import money
from truongso.banking.tests.helpers import at_once
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.bills.models import BillCall, BillTransaction
from truongso.payments.bills.signing import SIGNATURE_HEADER
from truongso.payments.bills.tests.bank import Said, bank
from truongso.payments.models import Evidence, Notice, Payment, Receipt

pytestmark = pytest.mark.urls("truongso.payments.bills.tests.urls")
live = pytest.mark.django_db(transaction=True)


def rows() -> list[int]:
    owned: tuple[Any, ...] = (Notice, BillTransaction, Evidence, Payment, Receipt)
    return [BillCall.objects.count(), *(m.objects.across_schools("tests count everything").count() for m in owned)]


def said(outcomes: list[Said | Exception]) -> list[Said]:
    """The answers of calls made at once; none of them failed."""
    found = [o for o in outcomes if isinstance(o, Said)]
    assert len(found) == len(outcomes), outcomes
    return found


@live
def test_a18_forged_calls(school: School, other_school: School, live_server: Any) -> None:
    vcb, theirs = bank(school, base=live_server.url), bank(other_school, base=live_server.url, name="Khác")
    invoice = money.invoice(school, [250_000])
    payment, before = vcb.payment((invoice, 250_000)), rows()
    signed: tuple[dict[str, Any], ...] = (
        {"secret": theirs.secret},
        {"secret": ""},
        {"secret": vcb.partner.key_id},
        {"key_id": "bk_unknown"},
    )
    bare = [{"headers": {SIGNATURE_HEADER: value}} for value in ("", "v1=", "v1=" + "0" * 64, "v0=" + "0" * 64, "none")]
    edited = {"sent": json.dumps({**payment, "amount": 1}).encode()}
    for forgery in (*signed, *bare, edited, {"nonce": "short"}, {"headers": {"X-TS-Timestamp": "-1"}}):
        said = vcb.call("notify", payment, **forgery)
        assert said.result == (401, "not_authentic"), forgery
        assert SIGNATURE_HEADER not in said.headers
    # A genuine call of another partner is not for this school.
    assert theirs.call("notify", payment).result == (404, "school_unknown")
    assert rows() == before


@live
def test_an_old_timestamp_is_refused(school: School, live_server: Any) -> None:
    vcb, invoice = bank(school, base=live_server.url), money.invoice(school, [250_000])
    before = rows()
    for drift in (-301, 305):
        said = vcb.notify((invoice, 250_000), at=int(clock.now().timestamp()) + drift)
        assert said.result == (401, "timestamp_drift")
        assert abs(said.body["details"]["now"] - int(clock.now().timestamp())) <= 5
    assert rows() == before
    assert vcb.notify((invoice, 250_000), at=int(clock.now().timestamp()) - 290).result == (200, "ok")


@live
def test_a20_replay_with_changed_body(school: School, live_server: Any) -> None:
    vcb, invoice = bank(school, base=live_server.url), money.invoice(school, [250_000])
    payment = vcb.payment((invoice, 250_000), transaction_id="FT1")
    assert vcb.call("notify", payment, nonce="nonce-one").result == (200, "ok")
    before = rows()
    edited = {**payment, "amount": 2_500_000, "items": [{"invoice_code": invoice.code, "amount": 2_500_000}]}
    assert vcb.call("notify", edited, nonce="nonce-one").result == (409, "nonce_reused")
    assert vcb.call("notify", edited).result == (409, "transaction_differs")
    assert rows() == before
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)


@live
def test_a23_one_reading_of_a_body(school: School, live_server: Any) -> None:
    vcb, invoice = bank(school, base=live_server.url), money.invoice(school, [250_000])
    text = json.dumps(vcb.payment((invoice, 250_000)))
    before = rows()
    for twice in ('{"amount": 1, ', '{"items": [], ', '{"school_code": "X", '):
        body = (twice + text[1:]).encode()
        assert vcb.call("notify", None, body=body).result == (400, "malformed")
    assert rows() == before


@live
@pytest.mark.postgres
def test_sixteen_at_once_book_once(school: School) -> None:
    vcb, invoice = bank(school), money.invoice(school, [250_000])
    payment = vcb.payment((invoice, 250_000), transaction_id="FT1")
    same = said(at_once(16, lambda _n: vcb.call("notify", payment, nonce="nonce-one")))
    assert {(s.result, s.raw) for s in same} == {((200, "ok"), same[0].raw)}
    fresh = said(at_once(16, lambda _n: vcb.call("notify", payment)))
    assert {s.body["duplicate"] for s in fresh} == {True}
    assert BillTransaction.objects.for_school(school).count() == Payment.objects.for_school(school).count() == 1
    assert Notice.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


@live
@pytest.mark.postgres
def test_payment_and_reversal_at_once_end_reversed(school: School) -> None:
    vcb, invoice = bank(school), money.invoice(school, [250_000])
    payment = vcb.payment((invoice, 250_000), transaction_id="FT1")
    back = {"transaction_id": "FT1", "school_code": "79-THU", "amount": 250_000, "reason": "hết giờ"}
    answers = said(at_once(8, lambda n: vcb.call("reversal", back) if n % 2 else vcb.call("notify", payment)))
    assert {s.status for s in answers} == {200}
    assert BillTransaction.objects.for_school(school).get().state == "reversed"
    assert not Payment.objects.for_school(school).filter(reversed_at__isnull=True).exists()
    assert money.broken_invariants() == []
