"""Grants of support: asked for, signed by a principal, running for some hours."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from truongso.accounts.support.types import MOST_HOURS, SupportArea
from truongso.accounts.types import Decision
from truongso.kernel import clock
from truongso.kernel.constraints import not_blank
from truongso.kernel.fields import PublicIdField


class SupportGrant(models.Model):
    """Somebody asks to look into a school, its principal signs or refuses. It runs `hours` from the signature on, or
    until one of the two ends it. Says where somebody may look, so it stands outside the wall of schools."""

    public_id = PublicIdField(unique=True)
    school = models.ForeignKey("organizations.School", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    areas = models.JSONField()  # words of `SupportArea`
    hours = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=8, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="") | Q(decision__in=[one.value for one in Decision]),
                name="accounts_supportgrant_decision",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="accounts_supportgrant_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("user")), name="accounts_supportgrant_other"
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=1, hours__lte=MOST_HOURS), name="accounts_supportgrant_hours"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(decision=Decision.REFUSED.value),
                name="accounts_supportgrant_ended",
            ),
            not_blank("reason", name="accounts_supportgrant_reason"),
            models.UniqueConstraint(
                fields=["school", "user"], condition=Q(decision="", ended_at__isnull=True),
                name="accounts_supportgrant_open",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "asked_at"], name="accounts_support_school")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.school_id} {self.decision or '…'}"

    @property
    def parts(self) -> list[SupportArea]:
        """What it opens, in fixed order."""
        return [one for one in SupportArea if one.value in self.areas]

    @property
    def is_waiting(self) -> bool:
        """Asked for, neither decided nor taken back."""
        return self.decision == "" and self.ended_at is None

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it is over at the latest; None before the signature."""
        if self.decision != Decision.APPROVED.value or self.decided_at is None:
            return None
        return self.decided_at + dt.timedelta(hours=self.hours)

    @property
    def is_running(self) -> bool:
        """Whether it opens anything now."""
        return self.ends_at is not None and self.ended_at is None and clock.now() < self.ends_at
