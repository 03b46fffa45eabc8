"""What people did with bank lines, with the place of each line before and after."""

from __future__ import annotations

from django.db import models

from truongso.banking.acts.types import ActKind
from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row


class LineAct(SchoolScoped):
    """One thing that a person did with one line or many; `undoes` names the act it takes back. Append-only."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=8)
    reason = models.CharField(max_length=300, blank=True)
    undoes = SchoolForeignKey("self", null=True, related_name="undone_by")
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("banking_lineact"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_lineact_public"),
            models.UniqueConstraint(fields=["school", "undoes"], name="banking_lineact_undone_once"),
            SchoolKey("undoes", name="banking_lineact_undoes_key"),
            one_of("kind", ActKind, name="banking_lineact_kind"),
        ]
        indexes = [models.Index(fields=["school", "made_by"], name="banking_lineact_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class LineActRow(SchoolChild):
    """A line of an act: where it stood before and where it stands after (`acts.types.Place`). Append-only."""

    act = SchoolForeignKey(LineAct, related_name="rows")
    line = SchoolForeignKey("banking.BankLine", related_name="acts")
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [
            school_row("banking_lineactrow"),
            models.UniqueConstraint(fields=["school", "act", "line"], name="banking_lineactrow_once"),
            SchoolKey("act", name="banking_lineactrow_act_key"),
            SchoolKey("line", name="banking_lineactrow_line_key"),
        ]
        indexes = [models.Index(fields=["school", "line"], name="banking_lineactrow_line")]

    def __str__(self) -> str:
        return f"{self.act_id} {self.line_id}"
