"""Which bank line shows which refund leaving, or coming back."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row


class RefundLine(SchoolChild):
    """A bank line proves a payout. One debit may carry a whole payment file, hence several payouts. Append-only:
    a payout recorded by mistake is undone by a payout of its own."""

    line = SchoolForeignKey("banking.BankLine", related_name="refund_links")
    payout = SchoolForeignKey("payments.RefundPayout", related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("banking_refundline"),
            models.UniqueConstraint(fields=["school", "payout"], name="banking_refundline_once"),
            SchoolKey("line", name="banking_refundline_line_key"),
            SchoolKey("payout", name="banking_refundline_payout_key"),
        ]
        indexes = [models.Index(fields=["school", "line"], name="banking_refundline_line")]
