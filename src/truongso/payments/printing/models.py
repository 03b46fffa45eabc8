"""Long prints and their parts."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.printing.types import PrintKind


class PrintRun(SchoolScoped):
    """One print somebody asked for: what of (`params`), how many papers it holds, when it is removed."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    papers = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    kept_until = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_printrun"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_printrun_public"),
            one_of("kind", PrintKind, name="payments_printrun_kind"),
        ]

    def __str__(self) -> str:
        return self.title


class PrintPart(SchoolChild):
    """A finished piece of a print: a PDF of whole classes."""

    run = SchoolForeignKey(PrintRun, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=120)
    papers = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            school_row("payments_printpart"),
            models.UniqueConstraint(fields=["school", "run", "number"], name="payments_printpart_once"),
            SchoolKey("run", name="payments_printpart_run_key"),
        ]

    def __str__(self) -> str:
        return self.label
