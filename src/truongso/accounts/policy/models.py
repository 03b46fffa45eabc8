"""Policies of units and schools, each from a day on, and the passwords a person used before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.accounts.policy.types import Composition, Profile, Rotation
from truongso.kernel.constraints import one_of


class AuthPolicy(models.Model):
    """What an organisation set, from a day on. Columns mean what `policy.types.Policy` says."""

    unit = models.ForeignKey("organizations.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey("organizations.School", null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    profile = models.CharField(max_length=8)
    min_len_single = models.PositiveSmallIntegerField()
    min_len_mfa = models.PositiveSmallIntegerField()
    composition = models.CharField(max_length=8)
    composition_free_from = models.PositiveSmallIntegerField()
    rotation = models.CharField(max_length=12)
    rotation_days = models.PositiveSmallIntegerField()
    history = models.PositiveSmallIntegerField()
    factor_roles = models.JSONField()
    grace_days = models.PositiveSmallIntegerField()
    grace_days_sensitive = models.PositiveSmallIntegerField()
    idle_minutes = models.PositiveSmallIntegerField()
    idle_minutes_sensitive = models.PositiveSmallIntegerField()
    life_hours = models.PositiveSmallIntegerField()
    life_hours_sensitive = models.PositiveSmallIntegerField()
    review_days = models.PositiveSmallIntegerField()
    dormant_days = models.PositiveSmallIntegerField(default=45)
    note = models.CharField(max_length=300, blank=True)
    set_by = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("profile", Profile, name="accounts_authpolicy_profile"),
            one_of("composition", Composition, name="accounts_authpolicy_composition"),
            one_of("rotation", Rotation, name="accounts_authpolicy_rotation"),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, school__isnull=True) | Q(unit__isnull=True, school__isnull=False),
                name="accounts_authpolicy_place",
            ),
            # The least of both standards, whatever an organisation sets.
            models.CheckConstraint(
                condition=Q(min_len_single__gte=8, min_len_mfa__gte=8, composition_free_from__gte=15),
                name="accounts_authpolicy_least",
            ),
            models.UniqueConstraint(fields=["unit", "valid_from"], name="accounts_authpolicy_unit_day"),
            models.UniqueConstraint(fields=["school", "valid_from"], name="accounts_authpolicy_school_day"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.valid_from:%d/%m/%Y}"


class UsedPassword(models.Model):
    """The hash of an earlier password, so that it is not taken again."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-until"], name="accounts_usedpassword_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.until:%d/%m/%Y}"
