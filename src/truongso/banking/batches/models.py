"""Which bank line paid which settlement batch."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.banking.deposits.types import LinkState
from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import DongField, SchoolForeignKey
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolChild, school_row


class BatchLink(SchoolChild):
    """A bank line pays a batch's net `amount`; one line may pay several batches. Taken back by a reversing entry.

    `kept` is the net of items that are no fee money: it stays in the books as money of unknown purpose.
    """

    line = SchoolForeignKey("banking.BankLine", related_name="batch_links")
    batch = SchoolForeignKey("payments.SettlementBatch", related_name="+")
    amount = DongField()
    kept = DongField(default=ZERO)
    state = models.CharField(max_length=8, default=LinkState.STANDING.value)
    linked_at = models.DateTimeField()
    linked_by = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("banking_batchlink"),
            models.UniqueConstraint(
                fields=["school", "batch"], name="banking_batchlink_batch", condition=Q(state=LinkState.STANDING.value)
            ),
            SchoolKey("line", name="banking_batchlink_line_key"),
            SchoolKey("batch", name="banking_batchlink_batch_key"),
            one_of("state", LinkState, name="banking_batchlink_state"),
            models.CheckConstraint(
                condition=Q(state=LinkState.STANDING.value, undone_at__isnull=True, undo_reason="")
                | (Q(state=LinkState.UNDONE.value, undone_at__isnull=False) & ~Q(undo_reason="")),
                name="banking_batchlink_undone",
            ),
        ]
        indexes = [models.Index(fields=["school", "line"], name="banking_batchlink_line")]
