"""Whose account is which guardian's or pupil's, and the one-time links by which they are taken up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild
from truongso.people.family_accounts.types import OfferWay

_ONE_OF_BOTH = Q(guardian__isnull=False, student__isnull=True) | Q(guardian__isnull=True, student__isnull=False)


class FamilyAccount(SchoolChild):
    """This user is this guardian, or this pupil, at this school; `ended_at` once that is over.

    One person may be guardian at several schools and work at another: one user, a row for each guardian.
    """

    public_id = PublicIdField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    guardian = SchoolForeignKey("people.Guardian", null=True, related_name="accounts")
    student = SchoolForeignKey("people.Student", null=True, related_name="accounts")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OF_BOTH, name="people_familyaccount_whose"),
            models.UniqueConstraint(
                fields=["school", "guardian"], condition=Q(ended_at__isnull=True, guardian__isnull=False),
                name="people_familyaccount_guardian",
            ),
            models.UniqueConstraint(
                fields=["school", "student"], condition=Q(ended_at__isnull=True, student__isnull=False),
                name="people_familyaccount_student",
            ),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_familyaccount_public"),
            SchoolKey("guardian", name="people_familyaccount_guardian_key"),
            SchoolKey("student", name="people_familyaccount_student_key"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "user"], name="people_familyaccount_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.guardian_id or ''} {self.student_id or ''}"


class AccountOffer(SchoolChild):
    """A one-time link by which a guardian, or a pupil, makes an account or joins one; only its hash is kept."""

    guardian = SchoolForeignKey("people.Guardian", null=True, related_name="+")
    student = SchoolForeignKey("people.Student", null=True, related_name="+")
    token_hash = models.CharField(max_length=64)
    way = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OF_BOTH, name="people_accountoffer_whose"),
            models.UniqueConstraint(fields=["school", "token_hash"], name="people_accountoffer_token"),
            SchoolKey("guardian", name="people_accountoffer_guardian_key"),
            SchoolKey("student", name="people_accountoffer_student_key"),
            one_of("way", OfferWay, name="people_accountoffer_way"),
        ]
        indexes = [models.Index(fields=["token_hash"], name="people_accountoffer_find")]

    def __str__(self) -> str:
        return f"{self.way} {self.expires_at:%d/%m/%Y %H:%M}"
