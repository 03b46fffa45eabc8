"""Terminals of a school and the slips recorded from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, not_blank
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.pos.types import CardBrand

_BASIS_POINTS = 10_000


class PosTerminal(SchoolScoped):
    """A card terminal. `code` is its TID, `merchant_code` the MID under which its acquirer settles to `bank_account`.

    `fee_basis_points` is what was agreed (hundredths of a percent), to hold the acquirer's files against; money is
    expected within `settle_days` working days.
    """

    public_id = PublicIdField()
    code = models.CharField(max_length=16)
    merchant_code = models.CharField(max_length=20, blank=True)
    acquirer = models.CharField(max_length=80)
    label = models.CharField(max_length=80, blank=True)
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    fee_basis_points = models.PositiveIntegerField(default=0)
    settle_days = models.PositiveSmallIntegerField(default=2)
    is_active = models.BooleanField(default=True)
    pace = models.JSONField(default=dict)  # how often slips of it are usually recorded (kernel.pace)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_posterminal"),
            models.UniqueConstraint(fields=["school", "code"], name="payments_posterminal_code"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_posterminal_public"),
            SchoolKey("bank_account", name="payments_posterminal_account_key"),
            not_blank("code", name="payments_posterminal_coded"),
            not_blank("acquirer", name="payments_posterminal_acquired"),
            models.CheckConstraint(
                condition=Q(fee_basis_points__lte=_BASIS_POINTS, settle_days__lte=30), name="payments_posterminal_terms"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.label or self.acquirer}"


class PosSlip(SchoolChild):
    """A slip as printed, with the evidence its payment rests on. A slip that was undone may be recorded once more as
    the next `attempt`."""

    public_id = PublicIdField()
    terminal = SchoolForeignKey(PosTerminal, related_name="slips")
    approval_code = models.CharField(max_length=6)
    rrn = models.CharField(max_length=12)
    attempt = models.PositiveSmallIntegerField(default=1)
    trace = models.CharField(max_length=6, blank=True)
    batch_no = models.CharField(max_length=6, blank=True)
    card_tail = models.CharField(max_length=4, blank=True)
    card_brand = models.CharField(max_length=10, blank=True)
    amount = DongField()
    paid_at = models.DateTimeField()
    due_on = models.DateField()  # when its settlement is expected at the latest
    evidence = SchoolForeignKey("payments.Evidence", related_name="+")
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_posslip"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_posslip_public"),
            models.UniqueConstraint(
                fields=["school", "terminal", "rrn", "approval_code", "attempt"], name="payments_posslip_once"
            ),
            models.UniqueConstraint(fields=["school", "evidence"], name="payments_posslip_evidence"),
            SchoolKey("terminal", name="payments_posslip_terminal_key"),
            SchoolKey("evidence", name="payments_posslip_evidence_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_posslip_positive"),
            models.CheckConstraint(
                condition=Q(card_tail="") | Q(card_tail__regex=r"^[0-9]{4}$"), name="payments_posslip_tail"
            ),
            models.CheckConstraint(
                condition=Q(card_brand="") | Q(card_brand__in=[b.value for b in CardBrand]),
                name="payments_posslip_brand",
            ),
            not_blank("rrn", name="payments_posslip_referenced"),
            not_blank("approval_code", name="payments_posslip_approved"),
        ]
        indexes = [models.Index(fields=["school", "due_on"], name="payments_posslip_due")]

    def __str__(self) -> str:
        return f"{self.rrn} {self.approval_code}"
