"""Moves of a payment's money between invoice lines, the family's credit and refunds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row
from truongso.payments.credit.types import MoveKind

_MIRRORS = [MoveKind.RESTORED.value, MoveKind.KEPT.value]


class CreditMove(SchoolChild):
    """Why, by whom and how much of one payment moved. Append-only; the allocations and credit entries it made name it.

    No move is money of its own: the payment stays the proof, so that a figure counted over payments counts once.
    """

    payment = SchoolForeignKey("payments.Payment", related_name="moves")
    kind = models.CharField(max_length=10)
    amount = DongField()
    reason = models.CharField(max_length=300)
    reverses = SchoolForeignKey("self", null=True, related_name="reversed_by")
    refund_item = SchoolForeignKey("payments.RefundItem", null=True, related_name="moves")
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_creditmove"),
            one_of("kind", MoveKind, name="payments_creditmove_kind"),
            models.UniqueConstraint(fields=["school", "reverses"], name="payments_creditmove_reversed_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_creditmove_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=_MIRRORS, reverses__isnull=False)
                | (~Q(kind__in=_MIRRORS) & Q(reverses__isnull=True)),
                name="payments_creditmove_mirror",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MoveKind.REFUNDED.value) | Q(refund_item__isnull=False),
                name="payments_creditmove_refund",
            ),
            not_blank("reason", name="payments_creditmove_reasoned"),
            SchoolKey("payment", name="payments_creditmove_payment_key"),
            SchoolKey("reverses", name="payments_creditmove_reverses_key"),
            SchoolKey("refund_item", name="payments_creditmove_item_key"),
        ]
        indexes = [
            models.Index(fields=["school", "payment"], name="payments_creditmove_payment"),
            models.Index(
                fields=["school", "refund_item"], name="payments_creditmove_item",
                condition=Q(refund_item__isnull=False),
            ),
        ]  # fmt: skip
