"""A refund asked of the gateway by two people at once: the first one's late no frees nothing that is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests import money
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways.types import RefundOutcome, RefundState
from truongso.payments.models import RefundItem
from truongso.payments.refunds import gateway, payouts
from truongso.payments.refunds.services import keep_as_credit, locked_item, set_state
from truongso.payments.refunds.tests.build import PROPOSER, approved, ask_fee, items, paid
from truongso.payments.refunds.types import ItemState, RefundRefusedError, RefundWay

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Gateway:
    """Takes the refund in, but answers the first asking "no" only when the second one has been told "under way"."""

    def __init__(self) -> None:
        self.first_is_out, self.second_is_told = threading.Event(), threading.Event()

    def request(self, _school: int, **given: Any) -> RefundOutcome:
        self.first_is_out.set()
        assert self.second_is_told.wait(20)
        return RefundOutcome(RefundState.REFUSED, given["amount"], given["reference"], problem="overloaded")

    def progress(self, _school: int, **given: Any) -> RefundOutcome:
        return RefundOutcome(RefundState.PROCESSING, given["amount"], given["reference"])


@pytest.fixture
def due(school: School, monkeypatch: pytest.MonkeyPatch) -> RefundItem:
    twin = Gateway()
    monkeypatch.setattr(gateway, "can_refund", lambda *_a, **_k: True)
    monkeypatch.setattr(gateway, "request_refund", twin.request)
    monkeypatch.setattr(gateway, "refund_progress", twin.progress)
    item = approved(school, ask_fee(paid(school), way=RefundWay.GATEWAY), account=None)[0]
    item.twin = twin  # type: ignore[attr-defined]
    return item


def ask_twice(item: RefundItem) -> list[Any]:
    """The second person asks while the first one's answer is on its way; results or refusals in order."""
    twin: Gateway = item.twin  # type: ignore[attr-defined]
    results: list[Any] = [None, None]

    def run(n: int, before: Callable[[], Any], after: Callable[[], Any]) -> None:
        before()
        try:
            results[n] = payouts.ask_gateway(item.school_id, item_id=item.pk, actor=PROPOSER)
        except RefundRefusedError as refusal:
            results[n] = refusal.code
        finally:
            after()
            connection.close()

    threads = [
        threading.Thread(target=run, args=(0, lambda: None, lambda: None)),
        threading.Thread(target=run, args=(1, lambda: twin.first_is_out.wait(20), twin.second_is_told.set)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_the_late_no_leaves_it_under_way(school: School, due: RefundItem) -> None:
    assert ask_twice(due) == ["gateway_refused", ItemState.SENT]
    assert [(i.state, i.asks, i.refusals) for i in items(school)] == [("sent", 2, 0)]
    with pytest.raises(RefundRefusedError, match="not_due"), transaction():
        keep_as_credit(school.pk, item_id=due.pk, reason="Giữ lại", actor=PROPOSER)
    assert money.broken_invariants() == []


def test_control_without_the_number_of_the_asking_it_is_given_away_twice(
    school: School, due: RefundItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no frees the refund whoever asked since: the family keeps the money as credit, the gateway pays it too."""

    def any_no_frees(school_id: int, item_id: int, _asking: int) -> None:
        with transaction():
            item = locked_item(school_id, item_id)
            if item.state == ItemState.SENT.value:
                set_state(item, ItemState.DUE)

    monkeypatch.setattr(payouts, "_due_again", any_no_frees)
    assert ask_twice(due) == ["gateway_refused", ItemState.SENT]
    with transaction():
        kept = keep_as_credit(school.pk, item_id=due.pk, reason="Giữ lại", actor=PROPOSER)
    assert (kept.state, kept.amount) == ("done", Dong(35_000))  # while the gateway is paying it out
