"""Claims of families that they have paid, and what was said about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.banking.types import ClaimState
from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row

_OPEN = Q(state__in=[ClaimState.OPEN.value, ClaimState.FOUND.value])


class PaymentClaim(SchoolChild):
    """A family says that it has paid an invoice: the bank's reference, the amount and the day, as they typed them.

    A claim is no evidence: it books nothing. `line` is the bank line it turned out to mean, once reference and
    amount agree. `reference_key` is the reference without spaces and signs; the same claim is made once.
    """

    public_id = PublicIdField()
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")
    reference = models.CharField(max_length=80)
    reference_key = models.CharField(max_length=80)
    amount = DongField()
    paid_on = models.DateField()
    payer_name = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, default=ClaimState.OPEN.value)
    line = SchoolForeignKey("banking.BankLine", null=True, related_name="+")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("banking_paymentclaim"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_paymentclaim_public"),
            models.UniqueConstraint(
                fields=["school", "invoice", "reference_key", "amount"], name="banking_paymentclaim_once"
            ),
            SchoolKey("invoice", name="banking_paymentclaim_invoice_key"),
            SchoolKey("line", name="banking_paymentclaim_line_key"),
            one_of("state", ClaimState, name="banking_paymentclaim_state"),
            not_blank("reference_key", name="banking_paymentclaim_referenced"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="banking_paymentclaim_positive"),
            models.CheckConstraint(
                condition=(_OPEN & Q(closed_at__isnull=True)) | (~_OPEN & Q(closed_at__isnull=False)),
                name="banking_paymentclaim_closed",
            ),
        ]
        indexes = [models.Index(fields=["school", "state", "due_at"], name="banking_paymentclaim_list")]

    def __str__(self) -> str:
        return self.reference


class ClaimMessage(SchoolChild):
    """One thing the school told the family about its claim. Append-only."""

    claim = SchoolForeignKey(PaymentClaim, related_name="messages")
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("banking_claimmessage"),
            SchoolKey("claim", name="banking_claimmessage_claim_key"),
            not_blank("text", name="banking_claimmessage_said"),
        ]
        indexes = [models.Index(fields=["school", "claim"], name="banking_claimmessage_claim")]
