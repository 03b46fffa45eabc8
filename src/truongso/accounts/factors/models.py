"""Sheets of one-time codes, and codes of an authenticator app that were used."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class CodeSheet(models.Model):
    """A printed sheet of numbered one-time codes for a person without a phone; used in order, one a sign-in.

    The codes are sealed (`kernel.sealing`): a copy of the database opens nothing.
    """

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="code_sheet")
    codes = models.TextField()
    count = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(used__lte=F("count")), name="accounts_codesheet_used")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.used}/{self.count}"


class UsedCode(models.Model):
    """A code of the authenticator app that was taken: it is good once (A36), across all processes."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="accounts_usedcode_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.used_at:%d/%m/%Y %H:%M:%S}"
