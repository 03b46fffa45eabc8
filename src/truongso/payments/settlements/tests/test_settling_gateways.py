"""A gateway's settlement file: items found by transaction id, or by the order when the id is another."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import money

from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways.models import Attempt, AttemptMoney, Channel
from truongso.payments.models import SettlementItem
from truongso.payments.services import book
from truongso.payments.settlements.tests.build import ACTOR, bring
from truongso.payments.types import Method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
HEADER = [
    "Mã giao dịch VNPAY",
    "Mã đơn hàng",
    "Ngày giao dịch",
    "Số tiền",
    "Phí",
    "Số tiền thực nhận",
    "Ngày quyết toán",
]


def paid(channel: Channel, amount: int, transaction_id: str, order: str) -> int:
    """Money of an attempt as the gateway proved it; the id of its evidence."""
    school = channel.school
    invoice = money.invoice(school, [amount], full_name=f"Lê {order}")
    source = f"{channel.provider}:{channel.public_id}"
    booking = money.booking((invoice, amount), source=source, reference=transaction_id, method=Method.WEB)
    with savepoint():
        payment = book(school.pk, booking=booking, actor=ACTOR)
    now = clock.now()
    attempt = Attempt.objects.create(
        school=school, channel=channel, family_id=invoice.family_id, reference=order, amount=Dong(amount),
        created_at=now, expires_at=now + dt.timedelta(minutes=15),
    )  # fmt: skip
    AttemptMoney.objects.create(
        school=school, attempt=attempt, channel=channel, transaction_id=transaction_id, amount=Dong(amount),
        paid_at=now, told_by="notice", evidence_id=payment.evidence_id, created_at=now,
    )  # fmt: skip
    return int(payment.evidence_id)


def test_items_of_a_gateway_are_found_by_transaction_or_order(school: School) -> None:
    channel = Channel.objects.create(
        school=school, provider="vnpay", label="VNPAY", merchant="TRUONGSO1", is_active=True, created_at=clock.now()
    )
    first, second = paid(channel, 500_000, "14422574", "TS1"), paid(channel, 300_000, "14422575", "TS2")
    rows = [
        ["14422574", "TS1", "05/10/2026 08:30", "500.000", "5.500", "494.500", "06/10/2026"],
        ["NB9", "TS2", "05/10/2026 08:31", "300.000", "3.300", "296.700", "06/10/2026"],
        ["14429999", "TS9", "05/10/2026 08:32", "100.000", "1.100", "98.900", "06/10/2026"],
    ]
    done = bring(school, rows, header=HEADER, source=f"vnpay:{channel.public_id}")
    assert (done.batches, done.new, done.open) == (1, 3, 1)
    items = list(SettlementItem.objects.for_school(school).order_by("row_number").select_related("batch"))
    assert [(i.state, i.evidence_id) for i in items] == [("matched", first), ("matched", second), ("unknown", None)]
    batch = items[0].batch
    assert (batch.kind, batch.gross, batch.fee, batch.net) == ("gateway", Dong(900_000), Dong(9_900), Dong(890_100))
    assert (batch.bank_account_id, batch.settled_on.isoformat()) == (None, "2026-10-06")
