"""Findings with the payments behind them, what school and department wrote about each, and when was looked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.reporting.flags.types import Pattern


class Flag(SchoolScoped):
    """Something in a quarter's payments that deserves a word. `gone_at`: it is no longer found (payments were put
    right); `reviewed_at`: the department has taken note of the explanation."""

    public_id = PublicIdField()
    period = models.CharField(max_length=10)  # 2026-Q4
    pattern = models.CharField(max_length=20)
    subject = models.CharField(max_length=32, blank=True)
    params = models.JSONField(default=dict)
    amount = DongField(default=ZERO)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("reporting_flag"),
            models.UniqueConstraint(fields=["school", "public_id"], name="reporting_flag_public"),
            models.UniqueConstraint(fields=["school", "period", "pattern", "subject"], name="reporting_flag_once"),
            one_of("pattern", Pattern, name="reporting_flag_pattern"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.pattern}"


class FlagLine(SchoolChild):
    """A payment behind a finding."""

    flag = SchoolForeignKey(Flag, related_name="lines")
    payment = SchoolForeignKey("payments.Payment", related_name="+")

    class Meta:
        constraints = [
            school_row("reporting_flagline"),
            models.UniqueConstraint(fields=["school", "flag", "payment"], name="reporting_flagline_once"),
            SchoolKey("flag", name="reporting_flagline_flag_key"),
            SchoolKey("payment", name="reporting_flagline_payment_key"),
        ]

    def __str__(self) -> str:
        return f"{self.flag_id} {self.payment_id}"


class FlagNote(SchoolChild):
    """What the school explains, or the department answers. Append-only."""

    flag = SchoolForeignKey(Flag, related_name="notes")
    of_school = models.BooleanField()
    text = models.CharField(max_length=1000)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField()

    class Meta:
        constraints = [
            school_row("reporting_flagnote"),
            SchoolKey("flag", name="reporting_flagnote_flag_key"),
            not_blank("text", name="reporting_flagnote_written"),
        ]
        indexes = [models.Index(fields=["school", "flag"], name="reporting_flagnote_flag")]

    def __str__(self) -> str:
        return self.text[:40]


class FlagCheck(SchoolScoped):
    """When a school's payments were looked at last; `due`: somebody asked to look again."""

    checked_at = models.DateTimeField(null=True)
    due = models.BooleanField(default=False)

    class Meta:
        constraints = [
            school_row("reporting_flagcheck"),
            models.UniqueConstraint(fields=["school"], name="reporting_flagcheck_once"),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=False) | Q(due=True), name="reporting_flagcheck_looked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id}"
