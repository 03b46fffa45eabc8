"""Channels of a school at gateways, attempts to pay through them, and the money that came of each attempt."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.gateways.types import (
    AmountState,
    AttemptState,
    ChannelMethod,
    Provider,
    TimeState,
    ToldBy,
)

_BASIS_POINTS = 10_000


class Channel(SchoolScoped):
    """A school's account with a gateway.

    `merchant` is the gateway's public name of the school (TmnCode, partnerCode, app_id, client id).
    `sealed_credentials` is a list of sealed JSON objects, the present set first, one being replaced behind it;
    what is in it is never shown again. `api_base` "" means the gateway's own address.
    The fee is what the gateway takes for one payment: `fee_fixed` đồng and `fee_basis_points` hundredths of a
    percent; `payer_pays` says that the payer bears it on top.
    """

    public_id = PublicIdField()
    provider = models.CharField(max_length=10)
    method = models.CharField(max_length=12, default=ChannelMethod.WEB.value)
    label = models.CharField(max_length=80)
    merchant = models.CharField(max_length=80)
    sealed_credentials = models.JSONField(default=list)
    api_base = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=False)
    fee_fixed = DongField(default=ZERO)
    fee_basis_points = models.PositiveIntegerField(default=0)
    payer_pays = models.BooleanField(default=False)
    last_ok_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_problem = models.CharField(max_length=60, blank=True)
    last_notice_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_channel"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_channel_public"),
            one_of("provider", Provider, name="payments_channel_provider"),
            one_of("method", ChannelMethod, name="payments_channel_method"),
            not_blank("label", name="payments_channel_labelled"),
            models.CheckConstraint(
                condition=Q(fee_fixed__gte=0, fee_basis_points__lte=_BASIS_POINTS), name="payments_channel_fee"
            ),
        ]
        indexes = [models.Index(fields=["public_id"], name="payments_channel_by_public")]

    def __str__(self) -> str:
        return self.label

    def fee_of(self, amount: Dong) -> Dong:
        """What the gateway takes for a payment of `amount`, rounded half up to 1 đ."""
        part = (int(amount) * self.fee_basis_points * 2 + _BASIS_POINTS) // (2 * _BASIS_POINTS)
        return self.fee_fixed + Dong(part)

    def cost_to_payer(self, amount: Dong) -> Dong:
        """What the payer parts with in all for a payment of `amount`."""
        return amount + self.fee_of(amount) if self.payer_pays else amount


class Attempt(SchoolChild):
    """One try to pay one or more invoices of a family through a channel.

    `reference` is the order's name at the gateway. `received` is the money proved so far, the sum of its
    `AttemptMoney` rows; two axes say how it fits: `amount_state` and `time_state`. `gateway_id` is the gateway's own
    number of the order when it gives one. `next_query_at` is when to ask the gateway again, None when done asking.
    """

    public_id = PublicIdField()
    channel = SchoolForeignKey(Channel, related_name="attempts")
    family = SchoolForeignKey("people.Family", related_name="+")
    reference = models.CharField(max_length=40)
    amount = DongField()
    state = models.CharField(max_length=10, default=AttemptState.CREATED.value)
    received = DongField(default=ZERO)
    amount_state = models.CharField(max_length=8, default=AmountState.NONE.value)
    time_state = models.CharField(max_length=12, default=TimeState.NONE.value)
    pay_url = models.TextField(blank=True)
    return_url = models.CharField(max_length=300, blank=True)
    gateway_id = models.CharField(max_length=80, blank=True)
    transaction_id = models.CharField(max_length=80, blank=True)
    problem = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True)
    queries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            school_row("payments_attempt"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_attempt_public"),
            models.UniqueConstraint(fields=["school", "channel", "reference"], name="payments_attempt_reference"),
            SchoolKey("channel", name="payments_attempt_channel_key"),
            SchoolKey("family", name="payments_attempt_family_key"),
            one_of("state", AttemptState, name="payments_attempt_state"),
            one_of("amount_state", AmountState, name="payments_attempt_amount_state"),
            one_of("time_state", TimeState, name="payments_attempt_time_state"),
            not_blank("reference", name="payments_attempt_referenced"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(expires_at__gt=F("created_at")), name="payments_attempt_whole"
            ),
            # Paid means that money came, and money that came means paid.
            models.CheckConstraint(
                condition=(
                    Q(state=AttemptState.PAID.value, received__gt=0, settled_at__isnull=False)
                    & ~Q(amount_state=AmountState.NONE.value)
                    & ~Q(time_state=TimeState.NONE.value)
                )
                | (
                    ~Q(state=AttemptState.PAID.value)
                    & Q(received=0, amount_state=AmountState.NONE.value, time_state=TimeState.NONE.value)
                ),
                name="payments_attempt_paid",
            ),
        ]
        indexes = [
            models.Index(fields=["public_id"], name="payments_attempt_by_public"),
            models.Index(
                fields=["next_query_at"], name="payments_attempt_due", condition=Q(next_query_at__isnull=False)
            ),
            models.Index(fields=["school", "family"], name="payments_attempt_family"),
            models.Index(fields=["school", "state", "created_at"], name="payments_attempt_open"),
        ]

    def __str__(self) -> str:
        return self.reference


class AttemptShare(SchoolChild):
    """Part of an attempt meant for one invoice. Append-only."""

    attempt = SchoolForeignKey(Attempt, related_name="shares")
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")
    amount = DongField()

    class Meta:
        constraints = [
            school_row("payments_attemptshare"),
            models.UniqueConstraint(fields=["school", "attempt", "invoice"], name="payments_attemptshare_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_attemptshare_positive"),
            SchoolKey("attempt", name="payments_attemptshare_attempt_key"),
            SchoolKey("invoice", name="payments_attemptshare_invoice_key"),
        ]
        indexes = [models.Index(fields=["school", "invoice"], name="payments_attemptshare_invoice")]


class AttemptMoney(SchoolChild):
    """Money of an attempt, once per transaction of the gateway. Append-only.

    `evidence` is the proof the payments rest on; `told_by` who brought the news first, a notice or our own question.
    """

    attempt = SchoolForeignKey(Attempt, related_name="moneys")
    channel = SchoolForeignKey(Channel, related_name="+")
    transaction_id = models.CharField(max_length=80)
    amount = DongField()
    paid_at = models.DateTimeField()
    told_by = models.CharField(max_length=6)
    evidence = SchoolForeignKey("payments.Evidence", related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_attemptmoney"),
            models.UniqueConstraint(fields=["school", "channel", "transaction_id"], name="payments_attemptmoney_once"),
            models.UniqueConstraint(fields=["school", "evidence"], name="payments_attemptmoney_evidence"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_attemptmoney_positive"),
            not_blank("transaction_id", name="payments_attemptmoney_named"),
            one_of("told_by", ToldBy, name="payments_attemptmoney_told_by"),
            SchoolKey("attempt", name="payments_attemptmoney_attempt_key"),
            SchoolKey("channel", name="payments_attemptmoney_channel_key"),
            SchoolKey("evidence", name="payments_attemptmoney_evidence_key"),
        ]
        indexes = [models.Index(fields=["school", "attempt"], name="payments_attemptmoney_attempt")]
