"""Requests to refund, what each family gets, and how the money left."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.refunds.types import (
    CounterKind,
    Decision,
    ItemState,
    PayoutKind,
    RefundKind,
    RefundWay,
    RequestState,
    WordState,
)


class RefundCounter(SchoolScoped):
    """The last number given out of one kind in a year; held by the transaction that takes the next."""

    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            school_row("payments_refundcounter"),
            models.UniqueConstraint(fields=["school", "year", "kind"], name="payments_refundcounter_once"),
            one_of("kind", CounterKind, name="payments_refundcounter_kind"),
        ]


class RefundRequest(SchoolScoped):
    """One proposal with all its families. Fixed once made; its state follows from the decision row.

    `digest` is the hash of what was proposed (families, amounts, ways, accounts): a decision names the digest it saw.
    """

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)
    scope = models.JSONField(default=dict)  # what was asked for, for the page and the paper
    amount = DongField()  # to pay out or keep as credit
    lowered = DongField()  # credit notes on fees
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=RequestState.PROPOSED.value)
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField()

    class Meta:
        constraints = [
            school_row("payments_refundrequest"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_refundrequest_public"),
            models.UniqueConstraint(fields=["school", "year", "number"], name="payments_refundrequest_number"),
            one_of("kind", RefundKind, name="payments_refundrequest_kind"),
            one_of("state", RequestState, name="payments_refundrequest_state"),
            not_blank("reason", name="payments_refundrequest_reasoned"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, lowered__gte=0) & (Q(amount__gt=0) | Q(lowered__gt=0)),
                name="payments_refundrequest_some",
            ),
        ]
        indexes = [models.Index(fields=["school", "state"], name="payments_refundreq_state")]


class RefundDecision(SchoolChild):
    """Who decided about a request, when, on what; one per request. Nobody decides on his own proposal."""

    request = SchoolForeignKey(RefundRequest, related_name="decisions")
    decision = models.CharField(max_length=10)
    reason = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    decided_by = models.BigIntegerField()

    class Meta:
        constraints = [
            school_row("payments_refunddecision"),
            models.UniqueConstraint(fields=["school", "request"], name="payments_refunddecision_once"),
            SchoolKey("request", name="payments_refunddecision_request_key"),
            one_of("decision", Decision, name="payments_refunddecision_kind"),
            models.CheckConstraint(
                condition=Q(decision=Decision.APPROVED.value) | ~Q(reason=""), name="payments_refunddecision_known"
            ),
        ]


class RefundFile(SchoolScoped):
    """A payment file for the bank, kept as made: downloading again gives the same bytes."""

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    layout = models.CharField(max_length=40)
    file_name = models.CharField(max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    total = DongField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.BigIntegerField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("payments_refundfile"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_refundfile_public"),
            models.UniqueConstraint(fields=["school", "year", "number"], name="payments_refundfile_number"),
            SchoolKey("bank_account", name="payments_refundfile_account_key"),
            models.CheckConstraint(condition=Q(total__gt=0, count__gt=0), name="payments_refundfile_some"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True)
                | Q(cancelled_by__isnull=False) & ~Q(cancelled_by=F("created_by")) & ~Q(cancel_reason=""),
                name="payments_refundfile_cancelled",
            ),
        ]


class RefundItem(SchoolChild):
    """What one family gets. `code` goes into the memo of the transfer and finds the outgoing bank line.

    `amount` is paid out (or kept as credit), `lowered` is taken off fees by credit notes; both are fixed as proposed.
    """

    request = SchoolForeignKey(RefundRequest, related_name="items")
    code = models.CharField(max_length=12)
    family = SchoolForeignKey("people.Family", related_name="+")
    student_name = models.CharField(max_length=160)  # as proposed; several of one family joined
    class_name = models.CharField(max_length=60, blank=True)
    invoice_codes = models.CharField(max_length=160, blank=True)
    amount = DongField()
    lowered = DongField()
    way = models.CharField(max_length=8)
    bank_bin = models.CharField(max_length=6, blank=True)
    account_number = models.CharField(max_length=20, blank=True)
    account_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, default=ItemState.PROPOSED.value)
    file = SchoolForeignKey(RefundFile, null=True, related_name="items")
    asks = models.PositiveSmallIntegerField(default=0)  # how often the gateway was asked: only the last no counts
    asked_on = models.DateField(null=True)  # first asked under the present reference
    refusals = models.PositiveSmallIntegerField(default=0)  # each asking after a no bears a reference of its own

    class Meta:
        constraints = [
            school_row("payments_refunditem"),
            models.UniqueConstraint(fields=["school", "code"], name="payments_refunditem_code"),
            SchoolKey("request", name="payments_refunditem_request_key"),
            SchoolKey("family", name="payments_refunditem_family_key"),
            SchoolKey("file", name="payments_refunditem_file_key"),
            one_of("way", RefundWay, name="payments_refunditem_way"),
            one_of("state", ItemState, name="payments_refunditem_state"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, lowered__gte=0) & (Q(amount__gt=0) | Q(lowered__gt=0)),
                name="payments_refunditem_some",
            ),
            models.CheckConstraint(
                condition=~Q(way=RefundWay.BANK.value)
                | Q(amount=0)
                | ~Q(bank_bin="") & ~Q(account_number="") & ~Q(account_name=""),
                name="payments_refunditem_account",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "request"], name="payments_refunditem_request"),
            models.Index(fields=["school", "family"], name="payments_refunditem_family"),
            models.Index(fields=["school", "state"], name="payments_refunditem_bystate"),
        ]


class RefundPart(SchoolChild):
    """What a refund takes off one invoice line, and how much of it had been paid (`surplus`). Append-only."""

    item = SchoolForeignKey(RefundItem, related_name="parts")
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")
    line = SchoolForeignKey("fees.InvoiceLine", related_name="+")
    amount = DongField()
    surplus = DongField()

    class Meta:
        constraints = [
            school_row("payments_refundpart"),
            models.UniqueConstraint(fields=["school", "item", "line"], name="payments_refundpart_once"),
            SchoolKey("item", name="payments_refundpart_item_key"),
            SchoolKey("invoice", name="payments_refundpart_invoice_key"),
            SchoolKey("line", name="payments_refundpart_line_key"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, surplus__gte=0, surplus__lte=F("amount")), name="payments_refundpart_sums"
            ),
        ]
        indexes = [models.Index(fields=["school", "line"], name="payments_refundpart_line")]


class RefundPayout(SchoolChild):
    """Money of a refund that left, came back, or had been recorded by mistake. Append-only.

    `attempt` numbers the payouts of an item: two at once cannot both take the same number.
    """

    item = SchoolForeignKey(RefundItem, related_name="payouts")
    kind = models.CharField(max_length=8)
    way = models.CharField(max_length=8)
    attempt = models.PositiveSmallIntegerField()
    amount = DongField()
    reverses = SchoolForeignKey("self", null=True, related_name="reversed_by")
    reference = models.CharField(max_length=80, blank=True)  # bank line, gateway or voucher number
    occurred_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_refundpayout"),
            models.UniqueConstraint(fields=["school", "reverses"], name="payments_refundpayout_reversed_once"),
            models.UniqueConstraint(
                fields=["school", "item", "attempt"], name="payments_refundpayout_attempt",
                condition=Q(kind=PayoutKind.PAID.value),
            ),
            SchoolKey("item", name="payments_refundpayout_item_key"),
            SchoolKey("reverses", name="payments_refundpayout_reverses_key"),
            one_of("kind", PayoutKind, name="payments_refundpayout_kind"),
            one_of("way", RefundWay, name="payments_refundpayout_way"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_refundpayout_positive"),
            models.CheckConstraint(
                condition=Q(kind=PayoutKind.PAID.value, reverses__isnull=True)
                | ~Q(kind=PayoutKind.PAID.value) & Q(reverses__isnull=False),
                name="payments_refundpayout_mirror",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["school", "item"], name="payments_refundpayout_item"),
            models.Index(fields=["school", "occurred_on"], name="payments_refundpayout_day"),
        ]


class PortalWord(SchoolChild):
    """What a person saw of a refund on the gateway's own pages, where the gateway gives no answer.

    The refund follows it once another person has looked too. `reference` is what the refund is called there, `asks` how
    often it had been asked for: what was asked since is not what he saw.
    """

    item = SchoolForeignKey(RefundItem, related_name="portal_words")
    reference = models.CharField(max_length=20)
    asks = models.PositiveSmallIntegerField()
    was_refunded = models.BooleanField()
    seen = models.CharField(max_length=300)
    state = models.CharField(max_length=9, default=WordState.SAID.value)
    said_at = models.DateTimeField()
    said_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_portalword"),
            models.UniqueConstraint(
                fields=["school", "item"], name="payments_portalword_open", condition=Q(state=WordState.SAID.value)
            ),
            SchoolKey("item", name="payments_portalword_item_key"),
            one_of("state", WordState, name="payments_portalword_state"),
            not_blank("seen", name="payments_portalword_seen"),
            models.CheckConstraint(
                condition=Q(state=WordState.SAID.value, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=WordState.SAID.value) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="payments_portalword_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state=WordState.CONFIRMED.value) | ~Q(decided_by=F("said_by")),
                name="payments_portalword_two",
            ),
        ]


class RefundVoucher(SchoolChild):
    """A numbered cash voucher: who took the money at the counter. Append-only, no gaps per school and year."""

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    payout = SchoolForeignKey(RefundPayout, related_name="vouchers")
    recipient_name = models.CharField(max_length=120)
    issued_at = models.DateTimeField()
    issued_by = models.BigIntegerField()

    class Meta:
        constraints = [
            school_row("payments_refundvoucher"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_refundvoucher_public"),
            models.UniqueConstraint(fields=["school", "year", "number"], name="payments_refundvoucher_number"),
            models.UniqueConstraint(fields=["school", "payout"], name="payments_refundvoucher_once"),
            SchoolKey("payout", name="payments_refundvoucher_payout_key"),
            not_blank("recipient_name", name="payments_refundvoucher_recipient"),
        ]


class RefundAccount(SchoolChild):
    """A family's account for refunds as a person confirmed it; the newest counts. Append-only."""

    family = SchoolForeignKey("people.Family", related_name="+")
    bank_bin = models.CharField(max_length=6)
    number = models.CharField(max_length=20)
    holder_name = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()

    class Meta:
        constraints = [
            school_row("payments_refundaccount"),
            SchoolKey("family", name="payments_refundaccount_family_key"),
            not_blank("bank_bin", name="payments_refundaccount_bank"),
            not_blank("number", name="payments_refundaccount_numbered"),
            not_blank("holder_name", name="payments_refundaccount_held"),
        ]
        indexes = [models.Index(fields=["school", "family"], name="payments_refundaccount_family")]
