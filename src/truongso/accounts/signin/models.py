"""Tries that are being slowed down, the browsers a person has signed in from, and what happened at the door."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.accounts.signin.types import EventKind
from truongso.kernel.constraints import one_of
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


class SignInCountry(models.Model):
    """A country somebody signed in from, by its two letters. The first is learnt; a new one waits until its owner says
    that it was right, or changes the password."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="countries")
    country = models.CharField(max_length=2)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    attested_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "country"], name="accounts_signincountry_once"),
            models.CheckConstraint(condition=~Q(country=""), name="accounts_signincountry_said"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="accounts_signincountry_times"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.country}"


class SecurityEvent(models.Model):
    """A sign-in, a failed one, a sign-out, a refused page (ADR 0010). What repeats within an hour is one row with a
    count; nothing else of a row ever changes, and it goes when its term is over."""

    # A keyed hash of all that is counted together.
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=14)
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    # A name that belongs to no account: a keyed hash, from which nobody reads what was typed.
    name_hash = models.CharField(max_length=64, blank=True)
    # How it was proved or what failed, e.g. `password+totp`.
    method = models.CharField(max_length=60, blank=True)
    # The pattern of the address that was refused, without what stood in it: addresses may open things.
    route = models.CharField(max_length=80, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=50, blank=True)
    device = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=16, blank=True)  # of the first one
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            one_of("kind", EventKind, name="accounts_securityevent_kind"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="accounts_securityevent_times"),
            models.CheckConstraint(condition=Q(count__gte=1), name="accounts_securityevent_count"),
        ]
        indexes = [
            models.Index(fields=["user", "-last_at"], name="accounts_security_user"),
            models.Index(fields=["last_at"], name="accounts_security_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last_at:%d/%m/%Y %H:%M}"
