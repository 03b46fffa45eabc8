"""The cash box of a school, counts of it, and deposits at the bank."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.cash.types import CountState

_LOCKING = [s.value for s in CountState if s.locks]


class CashBox(SchoolScoped):
    """The one cash box of a school (quỹ tiền mặt). Whoever moves cash holds its row: shared for receipts, alone for
    counting and paying out. `locked_through` is the last day with a signed or confirmed count (derived).
    """

    locked_through = models.DateField(null=True)
    keep_at_most = DongField(null=True)  # the school's own limit, above which pages ask to hand in to the bank

    class Meta:
        constraints = [
            school_row("payments_cashbox"),
            models.UniqueConstraint(fields=["school"], name="payments_cashbox_once"),
            models.CheckConstraint(
                condition=Q(keep_at_most__isnull=True) | Q(keep_at_most__gt=0), name="payments_cashbox_limit"
            ),
        ]


class CashCount(SchoolScoped):
    """The box counted at the end of a day: expected by the book, counted by hand, the difference with its reason.

    Signed by who counted and decided by another person. Kept when refused or reopened; never edited.
    """

    public_id = PublicIdField()
    day = models.DateField()
    expected = DongField()
    counted = DongField()
    difference = DongField()  # counted − expected
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default=CountState.SIGNED.value)
    counted_at = models.DateTimeField()
    counted_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    reopen_reason = models.CharField(max_length=300, blank=True)
    reopen_asked_at = models.DateTimeField(null=True)
    reopen_asked_by = models.BigIntegerField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_cashcount"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_cashcount_public"),
            models.UniqueConstraint(
                fields=["school", "day"], name="payments_cashcount_one_stands", condition=Q(state__in=_LOCKING)
            ),
            one_of("state", CountState, name="payments_cashcount_state"),
            models.CheckConstraint(
                condition=Q(difference=F("counted") - F("expected"), counted__gte=0), name="payments_cashcount_sums"
            ),
            models.CheckConstraint(condition=Q(difference=0) | ~Q(reason=""), name="payments_cashcount_reasoned"),
            models.CheckConstraint(
                condition=Q(state=CountState.SIGNED.value, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=CountState.SIGNED.value) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="payments_cashcount_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("counted_by")),
                name="payments_cashcount_two_people",
            ),
            models.CheckConstraint(
                condition=Q(reopened_by__isnull=True)
                | (Q(reopen_asked_by__isnull=False) & ~Q(reopened_by=F("reopen_asked_by")) & ~Q(reopen_reason="")),
                name="payments_cashcount_reopened_by_two",
            ),
            models.CheckConstraint(
                condition=Q(state=CountState.REOPENED.value, reopened_by__isnull=False, reopened_at__isnull=False)
                | (~Q(state=CountState.REOPENED.value) & Q(reopened_by__isnull=True, reopened_at__isnull=True)),
                name="payments_cashcount_reopened",
            ),
        ]
        indexes = [models.Index(fields=["school", "state", "day"], name="payments_cashcount_day")]


class CashCountLine(SchoolChild):
    """How many pieces of one denomination lay in the box. Append-only."""

    count = SchoolForeignKey(CashCount, related_name="lines")
    denomination = DongField()
    pieces = models.PositiveIntegerField()

    class Meta:
        constraints = [
            school_row("payments_cashcountline"),
            models.UniqueConstraint(fields=["school", "count", "denomination"], name="payments_cashcountline_once"),
            SchoolKey("count", name="payments_cashcountline_count_key"),
            models.CheckConstraint(condition=Q(denomination__gt=0, pieces__gt=0), name="payments_cashcountline_some"),
        ]


class CashDeposit(SchoolScoped):
    """Cash handed in to the bank: in transit until the bank's line of it is linked. It stays cash: never fee money
    again. A wrong one is cancelled by a reversing entry and its slip may be recorded anew.
    """

    public_id = PublicIdField()
    token = models.CharField(max_length=26)
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    amount = DongField()
    deposited_on = models.DateField()
    slip_number = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.BigIntegerField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("payments_cashdeposit"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_cashdeposit_public"),
            models.UniqueConstraint(fields=["school", "token"], name="payments_cashdeposit_token"),
            models.UniqueConstraint(
                fields=["school", "bank_account", "slip_number"], name="payments_cashdeposit_slip",
                condition=Q(cancelled_at__isnull=True),
            ),
            SchoolKey("bank_account", name="payments_cashdeposit_account_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_cashdeposit_positive"),
            not_blank("slip_number", name="payments_cashdeposit_slipped"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="payments_cashdeposit_cancelled",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "deposited_on"], name="payments_cashdeposit_day")]
