"""payOS and the product over real HTTP: the money is a transfer to the school's own account."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import money
from tests.protocols.scenes import AMOUNT, PAYER, GatewayScenes, Scene, counts, started
from truongso.kernel import clock
from truongso.kernel.money import Dong

pytestmark = pytest.mark.django_db(transaction=True)


class TestPayos(GatewayScenes):
    provider = "payos"
    failure_is_told = False

    def test_a_part_and_the_rest(self, scene: Scene) -> None:
        scene.pay(amount=100_000)
        scene.settle()
        assert scene.state() == ("paid", "partial", "in_time", 100_000)
        scene.pay(amount=150_000)
        scene.settle()
        assert scene.state() == ("paid", "exact", "in_time", AMOUNT)
        assert (scene.owed(), counts()) == (0, (2, 2, 2, 2))

    def test_more_than_asked_is_the_familys_credit(self, scene: Scene) -> None:
        scene.pay(amount=AMOUNT + 20_000)
        scene.settle()
        assert scene.state() == ("paid", "over", "in_time", AMOUNT + 20_000)
        assert scene.owed() == 0
        assert money.broken_invariants() == []

    def test_a_banks_short_reference_comes_again_on_another_day(self, scene: Scene) -> None:
        """Banks count lines anew every day: the same reference is not the same transfer."""
        second = started(scene.channel, money.invoice(scene.invoice.school, [100_000]), 100_000)
        midnight = clock.now().astimezone(clock.SCHOOL_TIME).replace(hour=0, minute=0, second=0)
        yesterday = min(clock.now() - dt.timedelta(hours=23, minutes=50), midnight - dt.timedelta(minutes=1))
        payload = scene.visit.order()["payload"]
        first_line = scene.bank.pay(payload=payload, payer=PAYER, at=yesterday)["line"]
        other = scene.gateways.visit(second.pay_url)
        other_line = other.transfer(scene.bank, payer=PAYER, amount=Dong(100_000))["line"]
        assert (first_line["reference"], other_line["reference"]) == ("0001", "0001")
        scene.heard_from_bank()
        scene.settle()
        other.wait_for_deliveries()
        second.refresh_from_db()
        assert (scene.state()[0], second.state, int(second.received)) == ("paid", "paid", 100_000)
        assert (scene.owed(), counts()) == (0, (2, 2, 2, 2))
