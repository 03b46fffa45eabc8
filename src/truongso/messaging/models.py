"""Channels of a school, its texts and rules, every message with what became of it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import not_blank, one_of
from truongso.kernel.fields import PublicIdField
from truongso.kernel.tenancy import SchoolScoped, school_row
from truongso.messaging.types import ChannelKind, DeliveryState

QUIET_FROM = dt.time(21, 0)
QUIET_TO = dt.time(7, 0)
PER_DAY = 2
"""Messages an address gets at most in one school day, essential ones not counted."""


class Channel(SchoolScoped):
    """How a school sends by one channel: sender, address of the partner's interface, its secret (sealed)."""

    kind = models.CharField(max_length=8)
    is_active = models.BooleanField(default=False)
    sender = models.CharField(max_length=120, blank=True)
    endpoint = models.CharField(max_length=300, blank=True)
    sealed_secret = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("messaging_channel"),
            models.UniqueConstraint(fields=["school", "kind"], name="messaging_channel_once"),
            one_of("kind", ChannelKind, name="messaging_channel_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class SendingRules(SchoolScoped):
    """When a school is quiet and how much an address gets in a day; without a row the defaults hold."""

    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_to = models.TimeField(default=QUIET_TO)
    per_day = models.PositiveSmallIntegerField(default=PER_DAY)

    class Meta:
        constraints = [
            school_row("messaging_sendingrules"),
            models.UniqueConstraint(fields=["school"], name="messaging_sendingrules_once"),
            models.CheckConstraint(condition=Q(per_day__gte=1, per_day__lte=20), name="messaging_sendingrules_per_day"),
        ]


class Template(SchoolScoped):
    """A school's own wording of a message; without a row the product's wording is used."""

    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=8)
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("messaging_template"),
            models.UniqueConstraint(fields=["school", "code", "kind"], name="messaging_template_once"),
            one_of("kind", ChannelKind, name="messaging_template_kind"),
            not_blank("text", name="messaging_template_worded"),
        ]

    def __str__(self) -> str:
        return self.code


class OptOut(SchoolScoped):
    """An address that wants no messages but essential ones, on one channel; by the family's own link, or as the school
    noted it. Both may stand: each takes back its own."""

    kind = models.CharField(max_length=8)
    address = models.CharField(max_length=254)
    by_family = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("messaging_optout"),
            models.UniqueConstraint(fields=["school", "kind", "address", "by_family"], name="messaging_optout_once"),
            one_of("kind", ChannelKind, name="messaging_optout_kind"),
        ]


class Delivery(SchoolScoped):
    """One message to one address. What it says and to whom is fixed when it is queued; only its fate changes.

    `next_attempt_at` is moved into the future by the worker that claims it, so that another takes over when it dies.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=8)
    address = models.CharField(max_length=254)
    # Whom it addresses by name: a number that is given back goes to another family, what was said there does not.
    recipient_name = models.CharField(max_length=120, blank=True, default="")
    template = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    essential = models.BooleanField(default=False)
    dedupe_key = models.CharField(max_length=160)
    state = models.CharField(max_length=8, default=DeliveryState.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    provider_id = models.CharField(max_length=120, blank=True)
    problem = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("messaging_delivery"),
            models.UniqueConstraint(fields=["school", "public_id"], name="messaging_delivery_public"),
            models.UniqueConstraint(fields=["school", "dedupe_key"], name="messaging_delivery_once"),
            one_of("kind", ChannelKind, name="messaging_delivery_kind"),
            one_of("state", DeliveryState, name="messaging_delivery_state"),
            not_blank("address", name="messaging_delivery_addressed"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.QUEUED.value, finished_at__isnull=True)
                | (~Q(state=DeliveryState.QUEUED.value) & Q(finished_at__isnull=False)),
                name="messaging_delivery_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="messaging_delivery_due", condition=Q(state="queued")),
            models.Index(fields=["school", "kind", "address", "finished_at"], name="messaging_delivery_address"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
