"""Which bank line shows which deposit of cash."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.banking.deposits.types import LinkState
from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row


class DepositLink(SchoolChild):
    """A bank line settles a deposit of cash: same account, same amount. Taken back by a reversing entry, never edited.

    One link of a line and one of a deposit stand at a time.
    """

    line = SchoolForeignKey("banking.BankLine", related_name="deposit_links")
    deposit = SchoolForeignKey("payments.CashDeposit", related_name="+")
    state = models.CharField(max_length=8, default=LinkState.STANDING.value)
    linked_at = models.DateTimeField()
    linked_by = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("banking_depositlink"),
            models.UniqueConstraint(
                fields=["school", "line"], name="banking_depositlink_line", condition=Q(state=LinkState.STANDING.value)
            ),
            models.UniqueConstraint(
                fields=["school", "deposit"], name="banking_depositlink_deposit",
                condition=Q(state=LinkState.STANDING.value),
            ),
            SchoolKey("line", name="banking_depositlink_line_key"),
            SchoolKey("deposit", name="banking_depositlink_deposit_key"),
            one_of("state", LinkState, name="banking_depositlink_state"),
            models.CheckConstraint(
                condition=Q(state=LinkState.STANDING.value, undone_at__isnull=True, undo_reason="")
                | (Q(state=LinkState.UNDONE.value, undone_at__isnull=False) & ~Q(undo_reason="")),
                name="banking_depositlink_undone",
            ),
        ]  # fmt: skip
