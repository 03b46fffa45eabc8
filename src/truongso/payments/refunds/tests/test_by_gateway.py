"""Refunds through the gateway: asked once, asked again, refused, never paid twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.gateways.types import GatewayRefusedError, RefundOutcome, RefundState
from truongso.payments.models import PortalWord, RefundItem, RefundPayout
from truongso.payments.public import book
from truongso.payments.refunds import gateway, tasks
from truongso.payments.refunds.payouts import ask_gateway, say_from_portal
from truongso.payments.refunds.planning import plan
from truongso.payments.refunds.tasks import ask_about_refunds
from truongso.payments.refunds.tests.build import PROPOSER, approved, ask_fee, items, owed, paid
from truongso.payments.refunds.types import ItemState, RefundRefusedError, RefundWay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "school_day")]


class Gateway:
    """Answers in order; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[RefundState] = []
        self.asked: list[tuple[str, int, str]] = []

    def _tell(self, what: str, amount: Dong, reference: str) -> RefundOutcome:
        self.asked.append((what, int(amount), reference))
        return RefundOutcome(self.answers.pop(0), amount, reference, "R-1")

    def request(self, _school: int, **given: Any) -> RefundOutcome:
        return self._tell("request", given["amount"], given["reference"])

    def progress(self, _school: int, **given: Any) -> RefundOutcome:
        return self._tell("progress", given["amount"], given["reference"])


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    made = Gateway()
    monkeypatch.setattr(gateway, "can_refund", lambda *_a, **_k: True)
    monkeypatch.setattr(gateway, "request_refund", made.request)
    monkeypatch.setattr(gateway, "refund_progress", made.progress)
    yield made
    assert made.answers == []


@pytest.fixture
def due(school: School, twin: Gateway) -> RefundItem:
    return approved(school, ask_fee(paid(school), way=RefundWay.GATEWAY), account=None)[0]


def test_done_at_once(school: School, due: RefundItem, twin: Gateway) -> None:
    twin.answers = [RefundState.DONE]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.PAID
    assert twin.asked == [("request", 35_000, due.code)]
    payout = RefundPayout.objects.for_school(school).get()
    assert (payout.way, payout.reference) == ("gateway", "R-1")
    assert (owed(school, AccountRole.REFUND_DUE), owed(school, AccountRole.IN_TRANSIT)) == (0, 35_000 - 300_000)
    with pytest.raises(RefundRefusedError, match="not_due"):
        ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert RefundPayout.objects.for_school(school).count() == 1


def test_slow_then_done_with_the_same_reference(school: School, due: RefundItem, twin: Gateway) -> None:
    twin.answers = [RefundState.UNKNOWN, RefundState.PROCESSING, RefundState.DONE]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    assert [i.state for i in items(school)] == ["sent"]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.PAID
    assert [what for what, _amount, _reference in twin.asked] == ["request", "progress", "progress"]
    assert {reference for _what, _amount, reference in twin.asked} == {due.code}


@pytest.mark.parametrize("state", [RefundState.REFUSED, RefundState.UNSUPPORTED])
def test_a_refusal_leaves_it_due(school: School, due: RefundItem, twin: Gateway, state: RefundState) -> None:
    twin.answers = [state]
    with pytest.raises(RefundRefusedError, match="gateway_refused"):
        ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert [i.state for i in items(school)] == ["due"]
    assert RefundPayout.objects.for_school(school).count() == 0


def test_the_gateways_own_refusal_leaves_it_due(
    school: School, due: RefundItem, twin: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_given: Any) -> RefundOutcome:
        raise GatewayRefusedError("not_by_gateway")

    monkeypatch.setattr(gateway, "request_refund", refuse)
    with pytest.raises(RefundRefusedError, match="gateway_refused"):
        ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert [i.state for i in items(school)] == ["due"]


def test_money_of_no_gateway_or_of_two_payments_is_left_out(school: School, twin: Gateway) -> None:
    invoice = money.invoice(school, [200_000])
    for amount in (120_000, 80_000):
        with transaction():
            book(school.pk, booking=money.booking((invoice, amount)), actor=PROPOSER)
    found = plan(school.pk, ask_fee(invoice, 100_000, way=RefundWay.GATEWAY))
    assert [e.reason for e in found.excluded] == ["not_by_gateway"]
    one = plan(school.pk, ask_fee(invoice, 80_000, way=RefundWay.GATEWAY))
    assert [i.amount for i in one.items] == [Dong(80_000)]


def test_money_that_came_otherwise_is_left_out(school: School) -> None:
    found = plan(school.pk, ask_fee(paid(school), way=RefundWay.GATEWAY))
    assert [e.reason for e in found.excluded] == ["not_by_gateway"]


def test_a_late_no_does_not_free_what_was_asked_again(school: School, due: RefundItem, twin: Gateway) -> None:
    """Two people click: the second asking is under way at the gateway when the answer of the first comes, a no."""
    first = twin.request

    def second_asks_meanwhile(school_id: int, **given: Any) -> RefundOutcome:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gateway, "request_refund", first)
            assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
        return first(school_id, **given)

    twin.answers = [RefundState.PROCESSING, RefundState.REFUSED]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "request_refund", second_asks_meanwhile)
        with pytest.raises(RefundRefusedError, match="gateway_refused"):
            ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert [(i.state, i.asks, i.refusals) for i in items(school)] == [("sent", 2, 0)]  # not free for another way
    twin.answers = [RefundState.DONE]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.PAID
    assert RefundPayout.objects.for_school(school).count() == 1


def test_after_a_plain_no_the_next_asking_is_another_refund(school: School, due: RefundItem, twin: Gateway) -> None:
    twin.answers = [RefundState.REFUSED, RefundState.UNKNOWN, RefundState.MISSING, RefundState.DONE]
    with pytest.raises(RefundRefusedError, match="gateway_refused"):
        ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.PAID  # missing there: asked again
    assert [(what, reference) for what, _amount, reference in twin.asked] == [
        ("request", due.code), ("request", f"{due.code}R1"), ("progress", f"{due.code}R1"),
        ("request", f"{due.code}R1"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", [RefundState.REFUSED, RefundState.UNSUPPORTED])
def test_a_no_to_a_repeated_request_is_no_news_of_the_first(
    school: School, due: RefundItem, twin: Gateway, state: RefundState
) -> None:
    twin.answers = [RefundState.PROCESSING, RefundState.MISSING, state, RefundState.DONE]
    asked = [ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) for _ in range(3)]
    assert asked == [ItemState.SENT, ItemState.SENT, ItemState.PAID]
    assert {reference for _what, _amount, reference in twin.asked} == {due.code}


def test_missing_on_the_second_day_stays_under_way(school: School, due: RefundItem, twin: Gateway) -> None:
    """Gateways that do not tell "never heard of" from "refused" (ZaloPay) say missing too."""
    twin.answers = [RefundState.PROCESSING, RefundState.MISSING, RefundState.MISSING]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        for _ in range(2):
            with pytest.raises(RefundRefusedError, match="gateway_missing"):
                ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert [(i.state, i.refusals) for i in items(school)] == [("sent", 0)]
    assert twin.asked == [
        ("request", 35_000, due.code), ("progress", 35_000, due.code), ("progress", 35_000, due.code)
    ]  # fmt: skip
    assert RefundPayout.objects.for_school(school).count() == 0


def test_the_clock_sends_nothing_again_and_says_that_the_gateway_does_not_show_it(
    school: School, due: RefundItem, twin: Gateway
) -> None:
    """The request was lost on its way: the same day a person asks for it again, the clock never does."""
    twin.answers = [RefundState.UNKNOWN, RefundState.MISSING, RefundState.MISSING]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    assert ask_about_refunds() == 1
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        assert ask_about_refunds() == 1
    assert [what for what, _amount, _reference in twin.asked] == ["request", "progress", "progress"]
    assert [(i.state, i.refusals) for i in items(school)] == [("sent", 0)]
    assert AuditEntry.objects.filter(action="payments:refund:missing", subject_id=due.code).count() == 1
    staff = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert "Cổng chưa cho thấy khoản hoàn" in staff.get(f"/thu/hoan-tien/{due.request.public_id}").content.decode()
    twin.answers = [RefundState.MISSING, RefundState.DONE]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.PAID
    assert twin.asked[-1] == ("request", 35_000, due.code)
    assert RefundPayout.objects.for_school(school).count() == 1


def test_where_asking_is_sending_again_the_clock_does_not_ask_and_people_the_same_day_alone(
    school: School, due: RefundItem, twin: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "asks_by_repeating", lambda *_a, **_k: True)
    twin.answers = [RefundState.UNKNOWN]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    before = (due.code, 1)
    assert ask_about_refunds() == 1
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        assert ask_about_refunds() == 1
        with pytest.raises(RefundRefusedError, match="gateway_missing"):
            ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    assert ([what for what, *_rest in twin.asked], [(i.code, i.asks) for i in items(school)]) == (["request"], [before])
    twin.answers = [RefundState.DONE]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.PAID


def test_a_refusal_of_our_own_frees_nothing_under_way(
    school: School, due: RefundItem, twin: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_given: Any) -> RefundOutcome:
        raise GatewayRefusedError("not_by_gateway")

    twin.answers = [RefundState.PROCESSING]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    monkeypatch.setattr(gateway, "refund_progress", refuse)
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    assert [(i.state, i.refusals) for i in items(school)] == [("sent", 0)]


def test_the_page_takes_what_was_seen_at_the_gateway(school: School, due: RefundItem, twin: Gateway) -> None:
    """Offered on a later day, to who proposes or approves; said to be missing by two, a refund is due again."""
    twin.answers = [RefundState.PROCESSING]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    page, address = f"/thu/hoan-tien/{due.request.public_id}", f"/thu/hoan-tien/khoan/{due.code}/theo-cong"
    late = {"viec": "khong-hoan", "da_thay": "Không có trên trang"}

    head = factories.user(Role.PRINCIPAL, school=school, username="hieutruong")
    assert "theo-cong" not in factories.login(Client(), head).get(page).content.decode()
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        accountant = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
        principal = factories.login(Client(), head)
        cashier = factories.login(Client(), factories.user(Role.CASHIER, school=school))
        assert "theo-cong" not in cashier.get(page).content.decode()
        for client, what in ((cashier, "khong-hoan"), (cashier, "dung"), (accountant, "dung")):
            assert client.post(address, {**late, "viec": what}).status_code == 403
        assert principal.post(address, {**late, "viec": "x"}).status_code == 302
        assert not PortalWord.objects.for_school(school).exists()
        said = accountant.post(address, late, follow=True).content.decode()
        assert "Khoản hoàn chỉ đổi khi người thứ hai cũng xem và xác nhận." in said
        assert "Tôi cũng thấy vậy" not in said
        assert [(i.state, i.refusals) for i in items(school)] == [("sent", 0)]
        assert page in principal.get("/thu/viec-can-duyet").content.decode()
        assert "Tôi cũng thấy vậy" in principal.get(page).content.decode()
        assert "cần chi lại" in principal.post(address, {"viec": "dung"}, follow=True).content.decode()
        assert "xác nhận theo trang của cổng: không hoàn" in principal.get(page).content.decode()
    assert [(i.state, i.refusals) for i in items(school)] == [("due", 1)]
    assert RefundPayout.objects.for_school(school).count() == 0


def test_a_refusal_after_acceptance_is_found_by_the_clock_and_said(
    school: School, due: RefundItem, twin: Gateway
) -> None:
    twin.answers = [RefundState.PROCESSING]
    assert ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER) is ItemState.SENT
    twin.answers = [RefundState.PROCESSING]
    assert (ask_about_refunds(), ask_about_refunds()) == (1, 0)  # once an hour
    assert [i.state for i in items(school)] == ["sent"]
    twin.answers = [RefundState.REFUSED]
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        assert ask_about_refunds() == 1
        assert ask_about_refunds() == 0
    (item,) = items(school)
    assert (item.state, item.refusals) == ("due", 1)
    assert RefundPayout.objects.for_school(school).count() == 0
    assert AuditEntry.objects.get(action="payments:refund:fail").subject_id == item.code
    staff = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert "cổng đã từ chối" in staff.get(f"/thu/hoan-tien/{item.request.public_id}").content.decode()


@pytest.mark.parametrize("is_refused", [True, False])
def test_the_clock_sends_nothing_that_fell_due_or_was_spoken_of_since_it_looked(
    school: School, due: RefundItem, twin: Gateway, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    twin.answers = [RefundState.PROCESSING]
    ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)

    def meanwhile(*_args: object) -> int:
        if is_refused:
            twin.answers = [RefundState.REFUSED]
            with pytest.raises(RefundRefusedError):
                ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
        else:
            with transaction():
                say_from_portal(school.pk, item_id=due.pk, was_refunded=False, seen="Không thấy", actor=PROPOSER)
        twin.answers = [RefundState.DONE]
        return 1

    monkeypatch.setattr(tasks, "count", meanwhile)
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        assert ask_about_refunds() == 1
    assert twin.answers == [RefundState.DONE]  # the gateway was not asked
    twin.answers = []
    assert [i.state for i in items(school)] == ["due" if is_refused else "sent"]
    assert RefundPayout.objects.for_school(school).count() == 0


def test_the_clock_leaves_alone_what_people_look_at(school: School, due: RefundItem, twin: Gateway) -> None:
    twin.answers = [RefundState.PROCESSING]
    ask_gateway(school.pk, item_id=due.pk, actor=PROPOSER)
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        with transaction():
            say_from_portal(school.pk, item_id=due.pk, was_refunded=False, seen="Không thấy", actor=PROPOSER)
        assert ask_about_refunds() == 0
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        assert ask_about_refunds() == 0
    assert [i.state for i in items(school)] == ["sent"]
