"""How the columns of one account's statements are read, as a person has shown it."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey, not_blank
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolScoped, school_row


class StatementLayout(SchoolScoped):
    """A layout shown once and used again for every file of the account with the same header.

    `definition` is what `statements.custom.CustomLayout.as_json` gives; it holds labels and roles, never a booking.
    """

    public_id = PublicIdField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    name = models.CharField(max_length=80)
    definition = models.JSONField()
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("banking_statementlayout"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_statementlayout_public"),
            models.UniqueConstraint(fields=["school", "bank_account", "name"], name="banking_statementlayout_name"),
            SchoolKey("bank_account", name="banking_statementlayout_account_key"),
            not_blank("name", name="banking_statementlayout_named"),
        ]
