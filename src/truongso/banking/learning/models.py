"""Entries that an accountant had forgotten. What was learnt itself is not kept: it follows from the payments."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey, not_blank
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolScoped, school_row


class ForgottenPayer(SchoolScoped):
    """Payments made until `forgotten_at` by this payer account and name no longer teach anything about the pupil.

    A later payment that a code or a person gives to the pupil teaches it anew, and so does a later row that says
    `is_restored`. Append-only.
    """

    public_id = PublicIdField()
    payer_account = models.CharField(max_length=40, blank=True)
    payer_name = models.CharField(max_length=120, blank=True)
    student = SchoolForeignKey("people.Student", related_name="+")
    reason = models.CharField(max_length=300)
    forgotten_at = models.DateTimeField()
    forgotten_by = models.BigIntegerField(null=True)
    is_restored = models.BooleanField(default=False)

    class Meta:
        constraints = [
            school_row("banking_forgottenpayer"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_forgottenpayer_public"),
            SchoolKey("student", name="banking_forgottenpayer_student_key"),
            not_blank("reason", name="banking_forgottenpayer_reason"),
            models.CheckConstraint(
                condition=~models.Q(payer_account="", payer_name=""), name="banking_forgottenpayer_payer"
            ),
        ]
