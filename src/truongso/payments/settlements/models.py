"""Settlement files as read, batches with what the bank credits for them, and their items."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.settlements.types import ItemState, SourceKind


class SettlementFile(SchoolScoped):
    """An uploaded settlement file. Never the file itself: its cells as text, card numbers masked (`cells`)."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=8)
    source = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    cells = models.JSONField()
    columns = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    settled_on = models.DateField()  # of items whose row names no day
    uploaded_by = models.BigIntegerField(null=True)
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("payments_settlementfile"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_settlementfile_public"),
            one_of("kind", SourceKind, name="payments_settlementfile_kind"),
        ]

    def __str__(self) -> str:
        return self.file_name


class SettlementBatch(SchoolScoped):
    """What an intermediary settles in one go: gross = fee + net, the sums of its items. `paid_at`: the net was found
    on the bank account (the link itself is kept with the bank lines)."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=8)
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=60)
    settled_on = models.DateField()
    bank_account = SchoolForeignKey("organizations.BankAccount", null=True, related_name="+")
    gross = DongField()
    fee = DongField()
    net = DongField()
    paid_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_settlementbatch"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_settlementbatch_public"),
            models.UniqueConstraint(fields=["school", "source", "reference"], name="payments_settlementbatch_once"),
            SchoolKey("bank_account", name="payments_settlementbatch_account_key"),
            one_of("kind", SourceKind, name="payments_settlementbatch_kind"),
            models.CheckConstraint(condition=Q(gross=F("fee") + F("net")), name="payments_settlementbatch_sums"),
            not_blank("reference", name="payments_settlementbatch_named"),
        ]
        indexes = [
            models.Index(
                fields=["school", "net"], name="payments_settlement_unpaid", condition=Q(paid_at__isnull=True)
            ),
            models.Index(fields=["school", "settled_on"], name="payments_settlement_day"),
        ]

    def __str__(self) -> str:
        return self.reference


class SettlementItem(SchoolChild):
    """One transaction of a batch. `evidence` is what it settles once that is known, `candidate` what it may be.

    `key` names it within its source, so that it is taken over once however often it is listed.
    """

    public_id = PublicIdField()
    batch = SchoolForeignKey(SettlementBatch, related_name="items")
    file = SchoolForeignKey(SettlementFile, null=True, related_name="items")  # None: told by a notice
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    row_number = models.PositiveIntegerField()
    terminal_code = models.CharField(max_length=16, blank=True)
    merchant_code = models.CharField(max_length=20, blank=True)
    batch_no = models.CharField(max_length=12, blank=True)
    trace = models.CharField(max_length=12, blank=True)
    rrn = models.CharField(max_length=20, blank=True)
    approval_code = models.CharField(max_length=12, blank=True)
    transaction_id = models.CharField(max_length=80, blank=True)
    order_reference = models.CharField(max_length=40, blank=True)
    card_tail = models.CharField(max_length=4, blank=True)
    card_brand = models.CharField(max_length=10, blank=True)
    transacted_on = models.DateField(null=True)
    transacted_time = models.TimeField(null=True)
    gross = DongField()
    fee = DongField(default=ZERO)
    net = DongField()
    state = models.CharField(max_length=14)
    evidence = SchoolForeignKey("payments.Evidence", null=True, related_name="settlements")
    candidate = SchoolForeignKey("payments.Evidence", null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    resolved_by = models.BigIntegerField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("payments_settlementitem"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_settlementitem_public"),
            models.UniqueConstraint(fields=["school", "source", "key"], name="payments_settlementitem_once"),
            models.UniqueConstraint(
                fields=["school", "evidence"], name="payments_settlementitem_evidence",
                condition=Q(evidence__isnull=False, gross__gt=0),
            ),
            SchoolKey("batch", name="payments_settlementitem_batch_key"),
            SchoolKey("file", name="payments_settlementitem_file_key"),
            SchoolKey("evidence", name="payments_settlementitem_evidence_key"),
            SchoolKey("candidate", name="payments_settlementitem_candidate_key"),
            one_of("state", ItemState, name="payments_settlementitem_state"),
            models.CheckConstraint(condition=Q(gross=F("fee") + F("net")), name="payments_settlementitem_sums"),
            models.CheckConstraint(condition=~Q(gross=0), name="payments_settlementitem_not_zero"),
            models.CheckConstraint(
                condition=(Q(state=ItemState.MATCHED.value) & Q(evidence__isnull=False))
                | (~Q(state=ItemState.MATCHED.value) & Q(evidence__isnull=True)),
                name="payments_settlementitem_matched",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.OTHER.value) | ~Q(note=""), name="payments_settlementitem_reasoned"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["school", "batch"], name="payments_settlementitem_batch"),
            models.Index(
                fields=["school", "state"], name="payments_settlementitem_open",
                condition=Q(state__in=["unknown", "amount_differs", "undone"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key


class SettleTerm(SchoolScoped):
    """Within how many working days a partner's money is expected on the account: a gateway channel or a bank of the
    bill service, by the source its evidence stands under. Card terminals have their own."""

    source = models.CharField(max_length=40)
    days = models.PositiveSmallIntegerField()
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_settleterm"),
            models.UniqueConstraint(fields=["school", "source"], name="payments_settleterm_once"),
            models.CheckConstraint(condition=Q(days__lte=30), name="payments_settleterm_days"),
        ]

    def __str__(self) -> str:
        return f"{self.source} T+{self.days}"
