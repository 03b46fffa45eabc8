"""Tries that are being slowed down, and the browsers a person has signed in from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.fields import PublicIdField


class TryCount(models.Model):
    """Failed tries of one kind in a row. `key` is a keyed hash: the table names nobody."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField(default=0)
    free_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["touched_at"], name="accounts_trycount_age")]

    def __str__(self) -> str:
        return f"{self.tries} → {self.free_at:%d/%m/%Y %H:%M:%S}"


class Device(models.Model):
    """A browser somebody signed in from. Its cookie holds a random value that is kept here only as a hash."""

    public_id = PublicIdField(unique=True)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # Until then this browser is not asked for the second factor; None: it is asked each time.
    trusted_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "token_hash"], name="accounts_device_once"),
            models.CheckConstraint(condition=~Q(token_hash=""), name="accounts_device_token"),
        ]

    def __str__(self) -> str:
        return self.label
