"""Partners of the bill service, the schools they serve, their calls and transactions, and the days compared."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolScoped, school_row
from truongso.payments.bills.types import BillChannel, BillState, ReconcileState


class BillPartner(models.Model):
    """A bank that may call. `owner` is the school that made the connection; none: the installation shares it.

    Secrets are sealed, the newest first, two while one is being replaced. `networks` are those it calls from
    (CIDR), empty: any. Refused calls are counted, since a stranger's call leaves no other row.
    """

    public_id = PublicIdField(unique=True)
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    bank_bin = models.CharField(max_length=6, blank=True)
    owner = models.ForeignKey("organizations.School", null=True, on_delete=models.PROTECT, related_name="+")
    key_id = models.CharField(max_length=40, unique=True)
    sealed_secrets = models.JSONField(default=list)
    networks = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    last_call_at = models.DateTimeField(null=True)
    pace = models.JSONField(default=dict)  # how often it usually calls (kernel.pace)
    refused_calls = models.PositiveIntegerField(default=0)
    last_refused_at = models.DateTimeField(null=True)
    last_refusal = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [not_blank("name", name="payments_billpartner_named")]

    def __str__(self) -> str:
        return self.name


class BillService(SchoolScoped):
    """A school lets a partner ask and pay."""

    partner = models.ForeignKey(BillPartner, on_delete=models.PROTECT, related_name="services")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_billservice"),
            models.UniqueConstraint(fields=["school", "partner"], name="payments_billservice_once"),
        ]


class BillCall(models.Model):
    """A call that wrote something, by its nonce, with the answer it got: the same call gets the same answer."""

    partner = models.ForeignKey(BillPartner, on_delete=models.PROTECT, related_name="calls")
    nonce = models.CharField(max_length=64)
    path = models.CharField(max_length=60)
    body_sha256 = models.CharField(max_length=64)
    answer = models.TextField(blank=True)  # JSON as sent; "" while the act is being done
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "nonce"], name="payments_billcall_nonce")]

    def __str__(self) -> str:
        return self.nonce


class BillTransaction(SchoolScoped):
    """A partner's payment, once per transaction id. Written down before it is booked; what it says never changes.

    `paid_at` and `items` are empty for a reversal that came without its payment. `nonce` is of the first call.
    The money itself is the payments on the evidence (notice, `bill:<partner>`, transaction id).
    """

    public_id = PublicIdField()
    partner = models.ForeignKey(BillPartner, on_delete=models.PROTECT, related_name="transactions")
    transaction_id = models.CharField(max_length=60)
    nonce = models.CharField(max_length=64)
    amount = DongField()
    paid_at = models.DateTimeField(null=True)
    paid_on = models.DateField()
    channel = models.CharField(max_length=10, blank=True)
    beneficiary_account = models.CharField(max_length=19, blank=True)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_account = models.CharField(max_length=40, blank=True)
    items = models.JSONField(default=list)  # [{"invoice_code": …, "amount": …}]
    state = models.CharField(max_length=8, default=BillState.RECEIVED.value)
    was_booked = models.BooleanField(default=False)
    notice = SchoolForeignKey("payments.Notice", null=True, related_name="+")
    problem = models.CharField(max_length=60, blank=True)  # why it is not booked yet
    told_apart_at = models.DateTimeField(null=True)  # a person said: not the money of a line that is booked
    told_apart_by = models.BigIntegerField(null=True)
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_billtransaction"),
            models.UniqueConstraint(
                fields=["school", "partner", "transaction_id"], name="payments_billtransaction_once"
            ),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_billtransaction_public"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_billtransaction_positive"),
            models.CheckConstraint(
                condition=Q(state=BillState.REVERSED.value, reversed_at__isnull=False)
                | (~Q(state=BillState.REVERSED.value) & Q(reversed_at__isnull=True, paid_at__isnull=False)),
                name="payments_billtransaction_reversed",
            ),
            models.CheckConstraint(
                condition=Q(channel="") | Q(channel__in=[c.value for c in BillChannel]),
                name="payments_billtransaction_channel",
            ),
            one_of("state", BillState, name="payments_billtransaction_state"),
            not_blank("transaction_id", name="payments_billtransaction_named"),
            SchoolKey("notice", name="payments_billtransaction_notice_key"),
        ]
        indexes = [
            models.Index(fields=["school", "paid_on"], name="payments_billtransaction_day"),
            models.Index(fields=["created_at"], name="payments_billtxn_waiting", condition=Q(state="received")),
        ]

    def __str__(self) -> str:
        return self.transaction_id


class BillReconciliation(SchoolScoped):
    """A partner's own list of a day and what it differs in; the newest list replaces the one before."""

    public_id = PublicIdField()
    partner = models.ForeignKey(BillPartner, on_delete=models.PROTECT, related_name="reconciliations")
    day = models.DateField()
    parts = models.PositiveSmallIntegerField()
    listed = models.JSONField(default=dict)  # part number → [[transaction id, amount, state], …]
    listed_total = DongField()
    state = models.CharField(max_length=10, default=ReconcileState.INCOMPLETE.value)
    our_total = DongField(default=ZERO)
    differences = models.JSONField(default=list)
    explanation = models.CharField(max_length=300, blank=True)
    explained_by = models.BigIntegerField(null=True)
    explained_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_billreconciliation"),
            models.UniqueConstraint(fields=["school", "partner", "day"], name="payments_billreconciliation_once"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_billreconciliation_public"),
            one_of("state", ReconcileState, name="payments_billreconciliation_state"),
            models.CheckConstraint(
                condition=Q(explained_at__isnull=True, explanation="")
                | (Q(explained_at__isnull=False) & ~Q(explanation="")),
                name="payments_billreconciliation_explained",
            ),
        ]
