"""Starting to pay, asking gateways, coming back, giving back."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from tests import money

from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel import clock, outgoing
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways.addresses import hook_url
from truongso.payments.gateways.attempts import LIFETIME, cancel_attempt, start_attempt
from truongso.payments.gateways.channels import set_active, try_connection
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.query_back import ask_due, query_back
from truongso.payments.gateways.refunds import can_refund, refund_progress, request_refund
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.tests.double import Double, Order
from truongso.payments.gateways.types import GatewayRefusedError, RefundState
from truongso.payments.models import CreditEntry, Payment
from truongso.payments.services import book
from truongso.payments.types import Share

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("school_day", "verify_after"),
    pytest.mark.urls("truongso.payments.gateways.tests.urls"),
]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Double:
    cache.clear()
    double = Double()
    monkeypatch.setattr(outgoing, "call", double.call)
    return double


@pytest.fixture(params=twin.PROVIDERS)
def channel(request: pytest.FixtureRequest, school: School) -> Channel:
    return twin.channel(school, request.param)


def _start(channel: Channel, *shares: tuple[Invoice, int], back: str = "/p/ve") -> Attempt:
    parts = [Share(i.pk, Dong(a)) for i, a in shares]
    return start_attempt(channel.school_id, channel=channel, shares=parts, return_url=back, actor=twin.ACTOR)


def _known(gateway: Double, attempt: Attempt) -> None:
    """VNPAY learns of an order when the payer opens its page."""
    gateway.orders.setdefault(attempt.reference, Order(int(attempt.amount)))


def _state(attempt: Attempt) -> tuple[str, str, str]:
    attempt.refresh_from_db()
    return attempt.state, attempt.amount_state, attempt.time_state


def test_an_attempt_is_written_down_and_the_payer_sent_on(school: School, channel: Channel, gateway: Double) -> None:
    invoice = money.invoice(school, [250_000])
    attempt = _start(channel, (invoice, 250_000))
    assert (attempt.state, attempt.amount, attempt.received) == ("pending", Dong(250_000), Dong(0))
    assert attempt.expires_at - attempt.created_at == LIFETIME == dt.timedelta(minutes=15)
    assert attempt.next_query_at == attempt.created_at + dt.timedelta(minutes=1)
    assert (attempt.family_id, attempt.shares.for_school(school).get().invoice_id) == (invoice.family_id, invoice.pk)
    host = urlsplit(attempt.pay_url).hostname
    assert host == {
        "vnpay": "pay.vnpay.vn", "momo": "payment.momo.vn", "zalopay": "qcgateway.zalopay.vn", "payos": "pay.payos.vn",
    }[channel.provider]  # fmt: skip
    if channel.provider == "vnpay":
        fields = {k: v[0] for k, v in parse_qs(urlsplit(attempt.pay_url).query).items()}
        assert (fields["vnp_Amount"], fields["vnp_CreateDate"]) == ("25000000", "20261005090000")
        assert fields["vnp_ExpireDate"] == "20261005091500"
        assert fields["vnp_OrderInfo"] == f"HOC PHI {invoice.code}"
        assert fields["vnp_ReturnUrl"].endswith(f"/p/tra-ve/vnpay/{attempt.public_id}")
        return
    given = gateway.calls[0][2]
    if channel.provider == "momo":
        assert (given["amount"], given["ipnUrl"], given["orderId"]) == (250_000, hook_url(channel), attempt.reference)
    elif channel.provider == "zalopay":
        assert attempt.reference.startswith("261005_")
        assert (given["amount"], given["callback_url"]) == ("250000", hook_url(channel))
        assert given["expire_duration_seconds"] == "900"
    else:
        assert (given["orderCode"], given["amount"]) == (int(attempt.reference), 250_000)
        assert (given["description"], attempt.gateway_id) == (attempt.reference[-9:], "abc")


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([], "no_invoice"),
        ([0], "amount_not_positive"),
        ([-250_000], "amount_not_positive"),
        ([250_001], "amount_exceeds_debt"),
        ([100_000, 100_000], "too_many_invoices"),
        ([1_000], "amount_outside_limits"),
    ],
)
def test_what_the_form_asks_for_counts_only_within_the_debt(
    school: School, gateway: Double, shares: list[int], code: str
) -> None:
    invoice = money.invoice(school, [250_000])
    with pytest.raises(GatewayRefusedError) as refused:
        _start(twin.channel(school, "vnpay"), *((invoice, a) for a in shares))
    assert refused.value.code == code
    assert (Attempt.objects.for_school(school).count(), gateway.calls) == (0, [])


def test_other_refusals_leave_no_attempt(school: School, other_school: School, gateway: Double) -> None:
    channel = twin.channel(school, "vnpay")
    ours, theirs = money.invoice(school, [250_000]), money.invoice(other_school, [250_000])
    neighbour = money.invoice(school, [250_000], full_name="Trần Văn Bình")
    gone = money.invoice(school, [250_000], full_name="Lê Thị Hoa")
    with transaction():
        cancel_invoice(school.pk, invoice_id=gone.pk, reason="nhầm", actor=twin.ACTOR)
    off = twin.channel(school, "momo", active=False)
    foreign = twin.channel(other_school, "momo")
    for use, invoices, code in (
        (channel, [theirs], "unknown_invoice"), (channel, [gone], "invoice_cancelled"),
        (channel, [ours, neighbour], "several_families"), (off, [ours], "channel_inactive"),
    ):  # fmt: skip
        with pytest.raises(GatewayRefusedError) as refused:
            _start(use, *((i, 250_000) for i in invoices))
        assert refused.value.code == code
    with pytest.raises(GatewayRefusedError, match="channel_inactive"):
        start_attempt(
            school.pk, channel=foreign, shares=[Share(ours.pk, Dong(5_000))], return_url="/", actor=twin.ACTOR
        )
    assert Attempt.objects.across_schools("tests count everything").count() == 0


@pytest.mark.parametrize("code", ["timeout", "unreachable", "bad_certificate"])
def test_a_gateway_that_is_down_is_said_to_be_down(school: School, gateway: Double, code: str) -> None:
    channel = twin.channel(school, "momo")
    gateway.down = code
    with pytest.raises(GatewayRefusedError, match="gateway_unreachable"):
        _start(channel, (money.invoice(school, [250_000]), 250_000))
    attempt = Attempt.objects.for_school(school).get()
    assert (attempt.state, attempt.problem, attempt.pay_url) == ("failed", code, "")
    channel.refresh_from_db()
    assert (channel.failing_since, channel.last_problem) == (clock.now(), code)
    gateway.down = ""
    _start(channel, (money.invoice(school, [250_000]), 250_000))
    channel.refresh_from_db()
    assert (channel.failing_since, channel.last_problem, channel.last_ok_at) == (None, "", clock.now())


def test_a_payer_is_never_sent_to_a_foreign_page(
    school: School, gateway: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = twin.channel(school, "zalopay")
    for url in (
        "https://evil.example/", "https://zalopay.vn.evil.example/", "http://qcgateway.zalopay.vn/",
        "https://evilzalopay.vn/", "https://zalopay.vn@evil.example/", "javascript:alert(1)",
        "https://evil.example\\.zalopay.vn/",
    ):  # fmt: skip
        monkeypatch.setattr(Double, "_zalopay", lambda _s, _p, _g, u=url: {"return_code": 1, "order_url": u})
        with pytest.raises(GatewayRefusedError, match="gateway_unreachable"):
            _start(channel, (money.invoice(school, [250_000]), 250_000))
    assert set(Attempt.objects.for_school(school).values_list("state", "pay_url")) == {("failed", "")}


def test_a_lost_notice_is_found_by_asking(school: School, channel: Channel, gateway: Double) -> None:
    attempt = _start(channel, (money.invoice(school, [250_000]), 250_000))
    _known(gateway, attempt)
    assert _state(query_back(attempt)) == ("pending", "none", "none")
    gateway.pay(attempt.reference, "4711")
    assert ask_due() == 0  # not due before a minute
    with clock.frozen(clock.now() + dt.timedelta(minutes=5)):
        assert ask_due() == 1
        assert _state(attempt) == ("paid", "exact", "in_time")
        assert (attempt.next_query_at, attempt.moneys.for_school(school).get().told_by) == (None, "query")
        message = twin.notice(attempt, txn="4711") if channel.provider != "payos" else None
        if message is not None:  # payOS names the transfer FT4711 in a notice, the double 4711
            assert twin.answer_code(channel.provider, message.send()) == twin.KNOWN[channel.provider]
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    assert ask_due() == 0


def test_asking_after_the_notice_changes_nothing(school: School, gateway: Double) -> None:
    for provider in ("vnpay", "momo", "zalopay"):
        attempt = _start(twin.channel(school, provider), (money.invoice(school, [250_000]), 250_000))
        _known(gateway, attempt)
        twin.notice(attempt, txn="4711").send()
        gateway.pay(attempt.reference, "4711")
        count = Payment.objects.for_school(school).count()
        assert _state(query_back(attempt)) == ("paid", "exact", "in_time")
        assert Payment.objects.for_school(school).count() == count


def test_the_schedule_asks_and_then_gives_up(school: School, channel: Channel, gateway: Double) -> None:
    attempt = _start(channel, (money.invoice(school, [250_000]), 250_000))
    _known(gateway, attempt)
    start, asked = clock.now(), []
    for minute in [*range(121), *range(121, 4 * 24 * 60, 60)]:
        with clock.frozen(start + dt.timedelta(minutes=minute)):
            asked += [minute] * ask_due()
    assert asked[:4] == [1, 5, 15, 60]
    assert [round(m / 1440) for m in asked[4:]] == [1, 2, 3]
    assert _state(attempt) == ("expired", "none", "none")
    assert (attempt.next_query_at, attempt.queries) == (None, 7)


def test_a_refusal_heard_by_asking_ends_the_attempt(school: School, channel: Channel, gateway: Double) -> None:
    attempt = _start(channel, (money.invoice(school, [250_000]), 250_000))
    _known(gateway, attempt)
    gateway.orders[attempt.reference].state = "failed"
    assert _state(query_back(attempt))[0] == "failed"
    assert attempt.next_query_at is None
    assert Payment.objects.for_school(school).count() == 0


def test_a_silent_gateway_is_asked_again_and_others_are_not_held_up(school: School, gateway: Double) -> None:
    first = [_start(twin.channel(school, "momo"), (money.invoice(school, [250_000]), 250_000)) for _ in range(2)]
    gateway.down = "timeout"
    with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        assert ask_due() == 2  # two channels, each found silent once
        assert ask_due() == 0
    for attempt in first:
        assert _state(attempt)[0] == "pending"
        assert attempt.next_query_at == clock.now() + dt.timedelta(minutes=6)
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        ask_due()
        assert _state(first[0])[0] == "expired"
        assert first[0].next_query_at is None


def test_a_gateway_that_stays_silent_is_not_asked_for_ever_about_money_that_came(
    school: School, gateway: Double
) -> None:
    attempt = _start(twin.channel(school, "payos"), (money.invoice(school, [250_000]), 250_000))
    twin.notice(attempt, txn="FT1").send()
    assert _state(attempt) == ("paid", "exact", "in_time")
    assert attempt.next_query_at is not None  # other parts may have been lost
    gateway.down = "timeout"
    with clock.frozen(attempt.created_at + dt.timedelta(days=6)):
        assert ask_due() == 1
        attempt.refresh_from_db()
        assert attempt.next_query_at == clock.now() + dt.timedelta(minutes=5)
    with clock.frozen(attempt.created_at + dt.timedelta(days=8)):
        assert ask_due() == 1
        assert _state(attempt) == ("paid", "exact", "in_time")
        assert attempt.next_query_at is None


def test_another_amount_heard_by_notice_is_settled_by_asking(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    assert twin.answer_code("vnpay", twin.notice(attempt, amount=100_000, txn="4711").send()) == "04"
    gateway.pay(attempt.reference, "4711", amount=100_000)
    assert ask_due() == 1  # at once
    assert _state(attempt) == ("paid", "partial", "in_time")
    assert Invoice.objects.for_school(school).get().paid == Dong(100_000)


def test_several_transfers_are_found_by_asking(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "payos"), (money.invoice(school, [250_000]), 250_000))
    order = gateway.orders[attempt.reference]
    order.transfers = [("FT1", 100_000, clock.now())]
    assert _state(query_back(attempt)) == ("paid", "partial", "in_time")
    assert attempt.next_query_at is not None
    order.transfers.append(("FT2", 160_000, clock.now()))
    assert _state(query_back(attempt)) == ("paid", "over", "in_time")
    assert CreditEntry.objects.for_school(school).get().amount == Dong(10_000)


def test_a_part_whose_notice_was_lost_is_found_though_another_covers_the_whole(
    school: School, gateway: Double, frozen: Any
) -> None:
    attempt = _start(twin.channel(school, "payos"), (money.invoice(school, [250_000]), 250_000))
    order = gateway.orders[attempt.reference]
    order.state = "paid"
    order.transfers = [("FT1", 10_000, clock.now()), ("FT2", 250_000, clock.now())]
    twin.notice(attempt, amount=250_000, txn="2").send()
    assert _state(attempt) == ("paid", "exact", "in_time")
    with frozen(attempt.created_at + dt.timedelta(minutes=2)):
        assert ask_due() == 1
    assert _state(attempt) == ("paid", "over", "in_time")
    assert CreditEntry.objects.for_school(school).get().amount == Dong(10_000)
    assert Payment.objects.for_school(school).count() == 2
    attempt.refresh_from_db()
    assert attempt.next_query_at is None


def test_an_answer_signed_by_somebody_else_is_not_believed(
    school: School, gateway: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    for provider, key in (("vnpay", "hash_secret"), ("payos", "checksum_key")):
        attempt = _start(twin.channel(school, provider), (money.invoice(school, [250_000]), 250_000))
        _known(gateway, attempt)
        gateway.pay(attempt.reference, "4711")
        with monkeypatch.context() as patch:
            patch.setitem(twin.CREDENTIALS[provider], key, "not-the-key")
            assert _state(query_back(attempt))[0] == "pending"
        attempt.channel.refresh_from_db()
        assert attempt.channel.last_problem == "answer_unsigned"
    assert Payment.objects.for_school(school).count() == 0


def test_a_withdrawn_attempt_that_is_paid_nevertheless(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "momo"), (money.invoice(school, [250_000]), 250_000))
    with transaction():
        assert cancel_attempt(attempt, actor=twin.ACTOR)
    with transaction():
        assert not cancel_attempt(attempt, actor=twin.ACTOR)
    assert _state(attempt)[0] == "cancelled"
    twin.notice(attempt).send()
    assert _state(attempt) == ("paid", "exact", "after_cancel")
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


def _back(attempt: Attempt, extra: str = "") -> tuple[int, str, str]:
    answer = Client().get(f"/p/tra-ve/{attempt.channel.provider}/{attempt.public_id}{extra}")
    return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()


def test_the_way_back_before_the_notice_asks_and_moves_nothing_itself(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    _known(gateway, attempt)
    signed = "?" + twin.notice(attempt).query  # a genuine success in the address is still only an address
    status, _to, page = _back(attempt, signed)
    assert (status, len(gateway.calls)) == (200, 1)
    assert "Đang chờ kết quả" in page
    assert _state(attempt)[0] == "pending"
    assert _back(attempt, signed)[0] == 200
    assert len(gateway.calls) == 1  # not asked again within seconds
    cache.clear()
    gateway.pay(attempt.reference, "4711")
    assert _back(attempt)[:2] == (302, "/p/ve")
    assert _state(attempt) == ("paid", "exact", "in_time")


def test_the_way_back_after_the_notice_asks_nothing(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    twin.notice(attempt).send()
    assert _back(attempt, "?vnp_ResponseCode=24")[:2] == (302, "/p/ve")
    assert gateway.calls == []


def test_the_way_back_of_a_failed_or_expired_attempt(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    with clock.frozen(attempt.expires_at + dt.timedelta(hours=1)):
        assert "Lần thanh toán này đã kết thúc" in _back(attempt)[2]
    twin.notice(attempt, paid=False).send()
    assert "Chưa thanh toán được" in _back(attempt)[2]


def test_unknown_ways_back(school: School, gateway: Double) -> None:
    attempt = _start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    for path in (f"/p/tra-ve/momo/{attempt.public_id}", "/p/tra-ve/vnpay/khong-co", "/p/tra-ve/vnpay/x%C3%A9y"):
        assert Client().get(path).status_code == 404
    assert Client().post(f"/p/tra-ve/vnpay/{attempt.public_id}").status_code == 405


@pytest.mark.parametrize("provider", ["vnpay", "momo", "zalopay"])
def test_refunds_by_the_gateway(school: School, gateway: Double, provider: str) -> None:
    attempt = _start(twin.channel(school, provider), (money.invoice(school, [250_000]), 250_000))
    _known(gateway, attempt)
    gateway.pay(attempt.reference, "4711")
    query_back(attempt)
    payment = Payment.objects.for_school(school).get()
    assert can_refund(school.pk, payment=payment)
    first: dict[str, Any] = {"payment": payment, "amount": Dong(50_000), "reason": "nghỉ ốm", "reference": "HT001"}
    asked = clock.now()
    done = request_refund(school.pk, **first, requested_at=asked, by="Kế toán")
    assert (done.state, done.amount, done.reference) == (RefundState.DONE, Dong(50_000), "HT001")
    assert list(gateway.refunds.values()) == [50_000]
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        again = request_refund(school.pk, **first, requested_at=asked)
    assert (again.state, len(gateway.refunds)) == (RefundState.DONE, 1)  # the same refund
    gateway.refund_state = "processing"
    assert request_refund(school.pk, **{**first, "reference": "HT002"}).state is RefundState.PROCESSING
    gateway.refund_state = "refused"
    assert request_refund(school.pk, **{**first, "reference": "HT003"}).state is RefundState.REFUSED
    gateway.down = "timeout"
    lost = request_refund(school.pk, **{**first, "reference": "HT004"})
    assert (lost.state, lost.problem) == (RefundState.UNKNOWN, "timeout")
    gateway.down, gateway.refund_state = "", "done"
    state = refund_progress(school.pk, **{**first, "reference": "HT002"}, requested_at=asked).state
    assert state is (RefundState.MISSING if provider == "vnpay" else RefundState.DONE)
    for change, code in (
        ({"amount": Dong(250_001)}, "refund_exceeds_payment"), ({"amount": Dong(0)}, "amount_not_positive"),
        ({"reference": "HT 5"}, "bad_reference"),
    ):  # fmt: skip
        calls = len(gateway.calls)
        with pytest.raises(GatewayRefusedError, match=code):
            request_refund(school.pk, **{**first, **change})
        assert len(gateway.calls) == calls


def test_payos_and_other_money_have_no_gateway_refund(school: School, gateway: Double) -> None:
    invoice = money.invoice(school, [250_000])
    with transaction():
        other = book(school.pk, booking=money.booking((invoice, 50_000)), actor=twin.ACTOR)
    assert not can_refund(school.pk, payment=other)
    with pytest.raises(GatewayRefusedError, match="not_by_gateway"):
        request_refund(school.pk, payment=other, amount=Dong(1), reason="x", reference="H1")
    attempt = _start(twin.channel(school, "payos"), (invoice, 200_000))
    twin.notice(attempt).send()
    payment = Payment.objects.for_school(school).order_by("-pk")[0]
    assert not can_refund(school.pk, payment=payment)
    outcome = request_refund(school.pk, payment=payment, amount=Dong(1), reason="x", reference="H1")
    assert outcome.state is RefundState.UNSUPPORTED


def test_trying_a_connection(school: School, channel: Channel, gateway: Double) -> None:
    assert try_connection(channel) == ""
    gateway.down = "unresolvable"
    assert try_connection(channel) == "unresolvable"
    with transaction():
        set_active(channel, active=False, actor=twin.ACTOR)
