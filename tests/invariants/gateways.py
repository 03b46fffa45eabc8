"""A channel at a gateway with an attempt that was paid."""

from __future__ import annotations

import datetime as dt

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.payments.gateways.models import Attempt, AttemptMoney, AttemptShare, Channel
from truongso.payments.models import Evidence, SetupChange

TABLES = ("payments_channel", "payments_attempt", "payments_attemptshare", "payments_attemptmoney")


def fill_gateways(invoice: Invoice) -> None:
    """One row in every guarded table; the evidence waits for its payment."""
    now, school_id, amount = clock.now(), invoice.school_id, Dong(7_000)
    channel = Channel.objects.create(
        school_id=school_id, provider="vnpay", label="VNPAY", merchant="TRUONG01", created_at=now
    )
    attempt = Attempt.objects.create(
        school_id=school_id, channel=channel, family_id=invoice.family_id, reference="261005AAAA", amount=amount,
        created_at=now, expires_at=now + dt.timedelta(minutes=15),
    )  # fmt: skip
    AttemptShare.objects.create(school_id=school_id, attempt=attempt, invoice=invoice, amount=amount)
    evidence = Evidence.objects.create(
        school_id=school_id, kind="notice", source=f"vnpay:{channel.public_id}", reference="4711", amount=amount,
        occurred_at=now, created_at=now,
    )  # fmt: skip
    AttemptMoney.objects.create(
        school_id=school_id, attempt=attempt, channel=channel, transaction_id="4711", amount=amount, paid_at=now,
        told_by="notice", evidence=evidence, created_at=now,
    )  # fmt: skip
    Attempt.objects.for_school(school_id).filter(pk=attempt.pk).update(
        received=amount, state="paid", amount_state="exact", time_state="in_time", settled_at=now
    )
    SetupChange.objects.create(
        school_id=school_id, kind="channel_open", subject=channel.public_id, title="VNPAY", reason="Mở",
        proposed_at=now, proposed_by=1,
    )  # fmt: skip
