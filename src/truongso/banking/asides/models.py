"""Which credit is put aside, why, and who sees to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.banking.asides.types import PARKED, AsideKind
from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row


class Aside(SchoolChild):
    """A credit was put aside, until `ended_at`. One stands at a time for a line; parked ones have an owner."""

    line = SchoolForeignKey("banking.BankLine", related_name="asides")
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=300)
    owner_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("banking_aside"),
            models.UniqueConstraint(
                fields=["school", "line"], name="banking_aside_standing", condition=Q(ended_at__isnull=True)
            ),
            SchoolKey("line", name="banking_aside_line_key"),
            one_of("kind", AsideKind, name="banking_aside_kind"),
            not_blank("reason", name="banking_aside_reasoned"),
            models.CheckConstraint(
                condition=~Q(kind__in=[k.value for k in PARKED]) | Q(owner_id__isnull=False),
                name="banking_aside_owned",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "owner_id"], name="banking_aside_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.line_id}"
