"""Reminders and whom they reached."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.reminders.types import ReminderState, Way


class Reminder(SchoolScoped):
    """A reminder of one round: to which classes (none: all), by which channels in order, when, in which words.

    `recipients` is what the person who asked for it saw; the real ones are worked out when it is sent.
    """

    public_id = PublicIdField()
    round = SchoolForeignKey("fees.CollectionRound", related_name="+")
    class_names = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    template = models.CharField(max_length=40)
    send_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    recipients = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("payments_reminder"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_reminder_public"),
            SchoolKey("round", name="payments_reminder_round_key"),
            one_of("state", ReminderState, name="payments_reminder_state"),
            models.CheckConstraint(
                condition=Q(state=ReminderState.SENT.value, sent_at__isnull=False)
                | (~Q(state=ReminderState.SENT.value) & Q(sent_at__isnull=True)),
                name="payments_reminder_sent",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(created_by__isnull=True) | ~Q(decided_by=F("created_by"))
                | Q(recipients__lte=50) | Q(state=ReminderState.CANCELLED.value),
                name="payments_reminder_two_people",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["send_at"], name="payments_reminder_due", condition=Q(state="approved"))]

    def __str__(self) -> str:
        return str(self.public_id)


class ReminderTarget(SchoolChild):
    """An invoice somebody was reminded of: by which way, and what was owed then. Append-only."""

    reminder = SchoolForeignKey(Reminder, related_name="targets")
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")
    family = SchoolForeignKey("people.Family", related_name="+")
    way = models.CharField(max_length=8)
    delivery = SchoolForeignKey("messaging.Delivery", null=True, related_name="+")
    owed = DongField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_remindertarget"),
            models.UniqueConstraint(fields=["school", "reminder", "invoice"], name="payments_remindertarget_once"),
            SchoolKey("reminder", name="payments_remindertarget_reminder_key"),
            SchoolKey("invoice", name="payments_remindertarget_invoice_key"),
            SchoolKey("family", name="payments_remindertarget_family_key"),
            SchoolKey("delivery", name="payments_remindertarget_delivery_key"),
            one_of("way", Way, name="payments_remindertarget_way"),
            models.CheckConstraint(condition=Q(owed__gt=0), name="payments_remindertarget_owed"),
            models.CheckConstraint(
                condition=Q(way=Way.PAPER.value, delivery__isnull=True)
                | (~Q(way=Way.PAPER.value) & Q(delivery__isnull=False)),
                name="payments_remindertarget_delivered",
            ),
        ]
