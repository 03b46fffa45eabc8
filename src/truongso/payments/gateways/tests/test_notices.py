"""Notices of gateways: every order of arrival, every answer, every doubt."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import money

from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.models import Period
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.gateways import notices, schedule
from truongso.payments.gateways.channels import forget_former_credentials, replace_credentials
from truongso.payments.gateways.models import Attempt, AttemptMoney
from truongso.payments.gateways.queries import pending_attempts
from truongso.payments.gateways.tasks import finish_notices
from truongso.payments.gateways.tests import twin
from truongso.payments.models import CreditEntry, Evidence, Notice, Payment, Receipt
from truongso.payments.services import book

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("school_day", "verify_after"),
    pytest.mark.urls("truongso.payments.gateways.tests.urls"),
]


@pytest.fixture(params=twin.PROVIDERS)
def attempt(request: pytest.FixtureRequest, school: School) -> Attempt:
    """A pending attempt to pay one invoice of 250,000 đ through each gateway."""
    return twin.start(twin.channel(school, request.param), (money.invoice(school, [250_000]), 250_000))


@pytest.fixture
def vnpay(school: School) -> Attempt:
    return twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))


@pytest.fixture
def payos(school: School) -> Attempt:
    return twin.start(twin.channel(school, "payos"), (money.invoice(school, [250_000]), 250_000))


def _state(attempt: Attempt) -> tuple[str, str, str, int]:
    attempt.refresh_from_db()
    return attempt.state, attempt.amount_state, attempt.time_state, int(attempt.received)


def _counts() -> tuple[int, ...]:
    return tuple(
        m.objects.across_schools("tests count everything").count()
        for m in (Evidence, Payment, Receipt, AttemptMoney, CreditEntry)
    )


def _last_notice() -> Notice:
    found: Notice = Notice.objects.across_schools("tests look everywhere").order_by("-pk")[0]
    return found


def _say(attempt: Attempt, message: twin.Message) -> object:
    return twin.answer_code(attempt.channel.provider, message.send())


def test_a_paid_notice_is_booked_and_answered(school: School, attempt: Attempt) -> None:
    provider = attempt.channel.provider
    assert _say(attempt, twin.notice(attempt, txn="4711")) == twin.TAKEN[provider]
    assert _state(attempt) == ("paid", "exact", "in_time", 250_000)
    payment = Payment.objects.for_school(school).get()
    assert (payment.method, payment.amount, payment.allocated) == ("web", Dong(250_000), Dong(250_000))
    evidence = payment.evidence
    assert (evidence.kind, evidence.source) == ("notice", f"{provider}:{attempt.channel.public_id}")
    assert evidence.reference == attempt.transaction_id == ("FT4711@261005090000" if provider == "payos" else "4711")
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0]) == Dong(250_000)
    assert _last_notice().state == "processed"
    # In parts: another part's notice may be lost, which the gateway's own list shows.
    assert attempt.next_query_at == (attempt.created_at + schedule.MOMENTS[0] if provider == "payos" else None)
    attempt.channel.refresh_from_db()
    assert attempt.channel.last_notice_at == clock.now() == attempt.channel.last_ok_at


def test_the_same_notice_again_is_acknowledged_and_adds_nothing(attempt: Attempt) -> None:
    message = twin.notice(attempt)
    message.send()
    before = _counts()
    for _ in range(3):
        assert _say(attempt, message) == twin.KNOWN[attempt.channel.provider]
    assert _counts() == before
    assert _last_notice().state == "duplicate"


def test_a_forged_notice_leaves_only_its_raw_bytes(attempt: Attempt) -> None:
    provider = attempt.channel.provider
    wrong = dict.fromkeys(twin.CREDENTIALS[provider], "somebody-elses-key")
    before = _counts()
    assert _say(attempt, twin.notice(attempt, keys=wrong)) == twin.FORGED[provider]
    assert (_last_notice().state, _last_notice().problem) == ("refused", "signature_wrong")
    assert (_counts(), _state(attempt)) == (before, ("pending", "none", "none", 0))


def test_an_unknown_address_answers_like_a_wrong_signature(attempt: Attempt) -> None:
    provider = attempt.channel.provider
    wrong = dict.fromkeys(twin.CREDENTIALS[provider], "somebody-elses-key")
    forged = twin.notice(attempt, keys=wrong)
    known = forged.send()
    lost = twin.Message(f"/hooks/{provider}/0000000000000000000000000a", forged.body, forged.query).send()
    assert (known.status_code, known.content) == (lost.status_code, lost.content)
    assert Notice.objects.across_schools("tests count everything").count() == 1


def test_a_failed_notice_is_recorded_and_does_not_undo_money(school: School) -> None:
    for provider, code in (("vnpay", "24"), ("momo", "1006"), ("payos", "01")):
        attempt = twin.start(twin.channel(school, provider), (money.invoice(school, [90_000]), 90_000))
        failed = twin.notice(attempt, paid=False)
        assert _say(attempt, failed) == twin.TAKEN[provider]
        assert (_state(attempt)[0], attempt.problem) == ("failed", code)
        assert _say(attempt, failed) == twin.KNOWN[provider]
        assert _say(attempt, twin.notice(attempt)) == twin.TAKEN[provider]
        assert _state(attempt) == ("paid", "exact", "in_time", 90_000)
        assert _say(attempt, failed) == twin.KNOWN[provider]
        assert _state(attempt) == ("paid", "exact", "in_time", 90_000)
    assert Payment.objects.for_school(school).count() == 3


def test_another_amount_is_not_believed_where_amounts_are_fixed(school: School) -> None:
    for provider, answer in (("vnpay", "04"), ("momo", 400), ("zalopay", -1)):
        attempt = twin.start(twin.channel(school, provider), (money.invoice(school, [90_000]), 90_000))
        before = _counts()
        for amount in (9_000, 900_000):
            assert _say(attempt, twin.notice(attempt, amount=amount)) == answer
        assert (_counts(), _state(attempt)) == (before, ("pending", "none", "none", 0))
        assert _last_notice().problem == "other_amount"
        assert attempt.next_query_at == clock.now()
    assert AuditEntry.objects.filter(action="payments:gateway:notice_refused").count() == 6


def test_transfers_of_any_amount_are_booked_as_they_came(school: School, payos: Attempt) -> None:
    assert _say(payos, twin.notice(payos, amount=100_000)) == (200, True)
    assert _state(payos) == ("paid", "partial", "in_time", 100_000)
    assert payos.next_query_at is not None
    assert _say(payos, twin.notice(payos, amount=170_000)) == (200, True)
    assert _state(payos) == ("paid", "over", "in_time", 270_000)
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert CreditEntry.objects.for_school(school).get().amount == Dong(20_000)


def test_an_unknown_order_is_refused_in_each_language(school: School, attempt: Attempt) -> None:
    gone = Attempt(channel=attempt.channel, reference="999999999999999", amount=Dong(5_000))
    answer = {"vnpay": "01", "momo": 400, "zalopay": -1, "payos": (200, True)}
    before = _counts()
    assert _say(attempt, twin.notice(gone)) == answer[attempt.channel.provider]
    assert (_counts(), _last_notice().problem) == (before, "unknown_order")


def test_another_merchant_is_refused_although_signed(school: School) -> None:
    names = {"vnpay": "vnp_TmnCode", "momo": "partnerCode", "zalopay": "app_id"}
    for provider, name in names.items():
        attempt = twin.start(twin.channel(school, provider), (money.invoice(school, [90_000]), 90_000))
        before = _counts()
        other = 9999 if provider == "zalopay" else "OTHER001"
        message = twin.notice(attempt, change=lambda f, n=name, o=other: f.update({n: o}))  # type: ignore[misc]
        assert _say(attempt, message) not in {twin.TAKEN[provider], twin.KNOWN[provider]}
        assert (_counts(), _last_notice().problem) == (before, "other_merchant")


def test_a_transaction_with_another_amount_is_refused_and_alarmed(school: School, payos: Attempt) -> None:
    twin.notice(payos, amount=100_000, txn="77").send()
    before = _counts()
    assert _say(payos, twin.notice(payos, amount=150_000, txn="77")) == (400, False)
    assert (_counts(), _last_notice().problem) == (before, "replay_differs")
    assert _state(payos)[3] == 100_000
    alarm = AuditEntry.objects.get(action="payments:gateway:replay_differs")
    assert (alarm.params["known"], alarm.params["now"]) == (100_000, 150_000)


def test_a_transaction_of_another_order_is_refused_and_alarmed(school: School, vnpay: Attempt) -> None:
    twin.notice(vnpay, txn="77").send()
    second = twin.start(vnpay.channel, (money.invoice(school, [250_000]), 250_000))
    before = _counts()
    assert _say(second, twin.notice(second, txn="77")) == "04"
    assert (_counts(), _state(second)[0]) == (before, "pending")
    assert AuditEntry.objects.filter(action="payments:gateway:replay_differs").count() == 1


def test_the_other_schools_keys_open_nothing(school: School, other_school: School) -> None:
    keys = {"hash_secret": "the-other-schools-secret"}
    theirs = twin.channel(other_school, "vnpay", credentials={**twin.CREDENTIALS["vnpay"], **keys})
    ours = twin.start(twin.channel(school, "vnpay"), (money.invoice(school, [250_000]), 250_000))
    before = _counts()
    assert _say(ours, twin.notice(ours, keys=keys)) == "97"
    assert _say(ours, twin.notice(ours, keys=keys, to=theirs)) == "01"  # signed by them: not their order
    assert (_counts(), _state(ours)[0]) == (before, "pending")


def test_money_after_the_deadline_is_late_and_kept(vnpay: Attempt) -> None:
    with clock.frozen(vnpay.expires_at + dt.timedelta(hours=2)):
        assert _say(vnpay, twin.notice(vnpay)) == "00"
    assert _state(vnpay) == ("paid", "exact", "late", 250_000)


def test_money_in_time_told_late_is_in_time(vnpay: Attempt) -> None:
    paid_at = clock.now()
    with clock.frozen(vnpay.expires_at + dt.timedelta(hours=30)):
        assert _say(vnpay, twin.notice(vnpay, at=paid_at)) == "00"
    assert _state(vnpay) == ("paid", "exact", "in_time", 250_000)
    assert vnpay.moneys.for_school(vnpay.school_id).get().paid_at == paid_at


def test_money_for_a_cancelled_invoice_becomes_family_credit(school: School, vnpay: Attempt) -> None:
    invoice = Invoice.objects.for_school(school).get()
    with transaction():
        cancel_invoice(school.pk, invoice_id=invoice.pk, reason="lập nhầm", actor=twin.ACTOR)
    assert _say(vnpay, twin.notice(vnpay)) == "00"
    assert _state(vnpay) == ("paid", "over", "after_cancel", 250_000)
    payment = Payment.objects.for_school(school).get()
    assert (payment.allocated, payment.credited) == (Dong(0), Dong(250_000))
    assert balance(school.pk, account_ids(school.pk)[AccountRole.FAMILY_CREDIT, 0]) == Dong(-250_000)


def test_money_for_an_invoice_paid_meanwhile_becomes_family_credit(school: School, vnpay: Attempt) -> None:
    invoice = Invoice.objects.for_school(school).get()
    with transaction():
        book(school.pk, booking=money.booking((invoice, 200_000)), actor=twin.ACTOR)
    assert _say(vnpay, twin.notice(vnpay)) == "00"
    assert _state(vnpay) == ("paid", "over", "in_time", 250_000)
    assert Payment.objects.for_school(school).order_by("-pk")[0].credited == Dong(200_000)
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


def test_two_children_in_one_attempt(school: School) -> None:
    one = money.invoice(school, [100_000], full_name="Nguyễn Bảo An")
    two = money.invoice(school, [200_000], full_name="Nguyễn Bảo Châu", family=one.family)
    attempt = twin.start(twin.channel(school, "payos"), (one, 100_000), (two, 200_000))
    for amount, paid in ((60_000, [60_000, 0]), (90_000, [100_000, 50_000]), (150_000, [100_000, 200_000])):
        assert _say(attempt, twin.notice(attempt, amount=amount)) == (200, True)
        assert [int(i.paid) for i in Invoice.objects.for_school(school).order_by("pk")] == paid
    assert _state(attempt) == ("paid", "exact", "in_time", 300_000)


def test_a_crash_before_booking_is_finished_by_the_clock(
    school: School, vnpay: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_args: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(notices, "settle", crash)
        assert _say(vnpay, twin.notice(vnpay)) == "99"
    assert (_counts(), _last_notice().state) == ((0, 0, 0, 0, 0), "verified")
    assert finish_notices() == 1
    assert _state(vnpay) == ("paid", "exact", "in_time", 250_000)
    assert finish_notices() == 0


def test_a_notice_for_a_closed_month_is_kept_until_the_month_is_open(school: School, vnpay: Attempt) -> None:
    month = Period.objects.for_school(school).filter(year=2026, month=10)
    assert month.update(is_closed=True) == 1
    assert _say(vnpay, twin.notice(vnpay)) == "00"
    assert (_counts(), _last_notice().state, finish_notices()) == ((0, 0, 0, 0, 0), "verified", 0)
    month.update(is_closed=False)
    assert finish_notices() == 1
    assert _state(vnpay) == ("paid", "exact", "in_time", 250_000)


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_gateways_own_method(vnpay: Attempt, payos: Attempt, method: str) -> None:
    wrong = vnpay if method == "post" else payos
    url = f"/hooks/{wrong.channel.provider}/{wrong.channel.public_id}"
    assert getattr(Client(), method)(url).status_code == 405
    assert Notice.objects.across_schools("tests count everything").count() == 0


def test_an_oversized_notice_is_not_even_stored(payos: Attempt) -> None:
    url = f"/hooks/payos/{payos.channel.public_id}"
    assert Client().post(url, data=b"x" * 300_000, content_type="application/json").status_code == 413
    assert Notice.objects.across_schools("tests count everything").count() == 0


def test_pending_attempts_warn_before_a_second_one(school: School, vnpay: Attempt) -> None:
    invoice = Invoice.objects.for_school(school).get()
    assert pending_attempts(school.pk, [invoice.pk], now=clock.now()) == [vnpay]
    assert pending_attempts(school.pk, [invoice.pk], now=vnpay.expires_at) == []
    twin.notice(vnpay).send()
    assert pending_attempts(school.pk, [invoice.pk], now=clock.now()) == []


def test_keys_being_replaced_are_both_believed(school: School, vnpay: Attempt) -> None:
    old = twin.notice(vnpay, amount=1)
    with transaction():
        replace_credentials(
            vnpay.channel, credentials={"tmn_code": "TRUONG01", "hash_secret": "the-next-secret"}, actor=twin.ACTOR
        )
    assert _say(vnpay, old) == "04"  # signed by the former keys: genuine
    assert _say(vnpay, twin.notice(vnpay, keys={"hash_secret": "the-next-secret"})) == "00"
    with transaction():
        forget_former_credentials(vnpay.channel, actor=twin.ACTOR)
    assert _say(vnpay, old) == "97"
