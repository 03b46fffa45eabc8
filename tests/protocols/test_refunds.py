"""Refunds between the product and the gateways over real HTTP: done, slow, refused, unclear, lost, down.

One payment for each gateway, and one refund after the other taken from it, each of an amount of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

import pytest

from tests import money
from tests.protocols.scenes import AMOUNT, AtAGateway, Scene
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.payments.models import RefundItem, RefundPayout
from truongso.payments.refunds.payouts import ask_gateway, say_from_portal, settle_from_portal
from truongso.payments.refunds.tasks import ask_about_refunds
from truongso.payments.refunds.tests.build import PRINCIPAL, PROPOSER, approved, ask_fee
from truongso.payments.refunds.types import ItemState, RefundRefusedError, RefundWay

pytestmark = pytest.mark.django_db(transaction=True)
SENT, PAID = ItemState.SENT, ItemState.PAID


@dataclass
class Desk:
    """A school that gives parts of one payment back through its gateway."""

    scene: Scene
    asked: int = 0

    @property
    def school(self) -> School:
        return self.scene.invoice.school

    def plan(self, outcome: str = "done", *, is_lost: bool = False) -> None:
        """What the gateway does from now on."""
        scene = self.scene
        scene.gateways.plan_refunds(scene.provider, scene.merchant["code"], outcome=outcome, is_lost=is_lost)

    def due(self, amount: int) -> RefundItem:
        """An approved refund of that amount."""
        return approved(self.school, ask_fee(self.scene.invoice, amount, way=RefundWay.GATEWAY), account=None)[-1]

    def ask(self, item: RefundItem) -> ItemState:
        """A second after the last time: VNPAY takes one question about a refund each second."""
        self.asked += 1
        with clock.frozen(clock.now() + dt.timedelta(seconds=self.asked)):
            return ask_gateway(self.school.pk, item_id=item.pk, actor=PROPOSER)

    def clock_asks(self) -> None:
        """What the clock does an hour later."""
        self.asked += 1
        with clock.frozen(clock.now() + dt.timedelta(seconds=self.asked)):
            assert ask_about_refunds() == 1

    def until_paid(self, item: RefundItem) -> int:
        """How often it must be asked until the money is back."""
        asked = 1
        while self.ask(item) is not PAID:
            asked += 1
            assert asked < 5
        return asked

    def refused(self, item: RefundItem) -> None:
        with pytest.raises(RefundRefusedError) as caught:
            self.ask(item)
        assert caught.value.code == "gateway_refused"
        item.refresh_from_db()
        assert (item.state, item.refusals) == ("due", 1)

    def looked_up(self, item: RefundItem) -> None:
        """The gateway gives no plain answer; on the next day a person sees on its pages that nothing was paid."""
        assert self.ask(item) is SENT
        with clock.frozen(clock.now() + dt.timedelta(days=1)), transaction():
            say_from_portal(
                self.school.pk, item_id=item.pk, was_refunded=False, seen="Bị từ chối trên trang", actor=PROPOSER
            )
            settle_from_portal(self.school.pk, item_id=item.pk, is_so=True, actor=PRINCIPAL)
        item.refresh_from_db()
        assert (item.state, item.refusals) == ("due", 1)

    def paid(self) -> list[int]:
        """What was paid back, in order."""
        rows = RefundPayout.objects.for_school(self.school).order_by("pk")
        return [int(amount) for amount in rows.values_list("amount", flat=True)]


class RefundScenes(AtAGateway):
    """`at_once`, `asked_when_unclear`: how often a refund is asked about until it is paid, the request counted."""

    at_once: ClassVar[int] = 1
    asked_when_unclear: ClassVar[int] = 1

    @pytest.fixture
    def desk(self, scene: Scene) -> Desk:
        scene.pay()
        scene.settle()
        assert scene.owed() == 0
        return Desk(scene)

    def test_every_end_of_a_refund(self, desk: Desk) -> None:
        assert desk.until_paid(desk.due(10_000)) == self.at_once

        desk.plan("processing")
        slow = desk.due(11_000)
        assert (desk.ask(slow), desk.ask(slow), desk.paid()) == (SENT, SENT, [10_000])
        desk.plan("done")
        assert (desk.ask(slow), desk.paid()) == (PAID, [10_000, 11_000])

        desk.plan("refused")
        refused = desk.due(12_000)
        desk.refused(refused)
        assert desk.paid() == [10_000, 11_000]
        desk.plan("done")
        assert desk.until_paid(refused) == self.at_once

        desk.plan("processing")
        turned_down = desk.due(13_000)
        assert desk.ask(turned_down) is SENT
        self.ends_refused(desk, turned_down)

        desk.plan("done", is_lost=True)
        lost = desk.due(14_000)
        assert (desk.ask(lost), desk.paid()) == (SENT, [10_000, 11_000, 12_000])
        desk.plan("done")
        assert (desk.ask(lost), desk.paid()) == (PAID, [10_000, 11_000, 12_000, 14_000])

        desk.plan("unclear")
        unclear = desk.due(15_000)
        assert desk.until_paid(unclear) == self.asked_when_unclear

        desk.plan("done")
        desk.scene.gateways.switch(self.provider, down=True)
        down = desk.due(16_000)
        try:
            assert (desk.ask(down), desk.ask(down)) == (SENT, SENT)
        finally:
            desk.scene.gateways.switch(self.provider, down=False)
        # The gateway never got it. The clock asks and lets no money go; a person does.
        desk.clock_asks()
        down.refresh_from_db()
        assert (down.state, desk.paid()) == ("sent", [10_000, 11_000, 12_000, 14_000, 15_000])
        desk.until_paid(down)
        assert desk.paid() == [10_000, 11_000, 12_000, 14_000, 15_000, 16_000]

        # Nothing was given back twice: what the gateway keeps of its payout is what the product has booked.
        made = desk.scene.gateways.pay_out(self.provider, desk.scene.merchant["code"])
        assert (made["gross"], made["refunded"]) == (AMOUNT, sum(desk.paid()))
        assert money.broken_invariants() == []

    def ends_refused(self, desk: Desk, item: RefundItem) -> None:
        """The gateway took it in and refuses it later: free again where the gateway shows that."""
        desk.plan("refused")
        desk.refused(item)


class TestVnpayRefunds(RefundScenes):
    """99 to a refund is asked about (querydr) before it is believed: refused when nothing is shown, else what is."""

    provider = "vnpay"
    at_once = 2  # taken in ("05"), then shown as done


class TestMomoRefunds(RefundScenes):
    provider = "momo"
    asked_when_unclear = 2

    def ends_refused(self, desk: Desk, item: RefundItem) -> None:
        """Asked by repeating the request: a no to that may not be the fate of the first, a person looks."""
        desk.plan("refused")
        desk.looked_up(item)


class TestZalopayRefunds(RefundScenes):
    provider = "zalopay"

    def ends_refused(self, desk: Desk, item: RefundItem) -> None:
        """The question does not tell "unknown" from "refused", the request is known: a person looks."""
        desk.plan("refused")
        desk.looked_up(item)
