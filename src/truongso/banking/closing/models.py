"""Signed closings: days of an account or of the cash box, months of the books; and through which day each is locked."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import BaseConstraint

from truongso.banking.closing.types import STANDING, CloseState
from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row


class Signed(models.Model):
    """What two people sign: figures with their digest, who signed when, who decided, who reopened. Never edited.

    A signature is of the digest, the person and the moment; `signatures` makes and checks it."""

    public_id = PublicIdField()
    details = models.JSONField(default=dict)
    note = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=CloseState.SIGNED.value)
    signed_at = models.DateTimeField()
    signed_by = models.BigIntegerField()
    signature = models.CharField(max_length=64)  # of the digest, who and when
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    decision_signature = models.CharField(max_length=64, blank=True)
    reopen_reason = models.CharField(max_length=300, blank=True)
    reopen_asked_at = models.DateTimeField(null=True)
    reopen_asked_by = models.BigIntegerField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


def two_people(table: str) -> list[BaseConstraint]:
    """The rules of signing, confirming and reopening, said by the database."""
    waits = Q(state=CloseState.SIGNED.value)
    open_again = Q(state=CloseState.REOPENED.value)
    return [
        models.UniqueConstraint(fields=["school", "public_id"], name=f"{table}_public"),
        one_of("state", CloseState, name=f"{table}_state"),
        not_blank("digest", name=f"{table}_digested"),
        models.CheckConstraint(
            condition=(waits & Q(decided_at__isnull=True, decided_by__isnull=True))
            | (~waits & Q(decided_at__isnull=False, decided_by__isnull=False)),
            name=f"{table}_decided",
        ),
        models.CheckConstraint(
            condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("signed_by")), name=f"{table}_two_sign"
        ),
        models.CheckConstraint(
            condition=~Q(state=CloseState.REFUSED.value) | ~Q(decision_note=""), name=f"{table}_refused_why"
        ),
        models.CheckConstraint(
            condition=Q(reopened_by__isnull=True)
            | (Q(reopen_asked_by__isnull=False) & ~Q(reopened_by=F("reopen_asked_by")) & ~Q(reopen_reason="")),
            name=f"{table}_two_reopen",
        ),
        models.CheckConstraint(
            condition=(open_again & Q(reopened_by__isnull=False, reopened_at__isnull=False))
            | (~open_again & Q(reopened_by__isnull=True, reopened_at__isnull=True)),
            name=f"{table}_reopened",
        ),
    ]


class CloseBook(SchoolChild):
    """Through which day an account is locked (derived: the last day of its standing closings). Whoever signs holds the
    row alone; whatever moves the account holds it shared."""

    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    locked_through = models.DateField(null=True)

    class Meta:
        constraints = [
            school_row("banking_closebook"),
            models.UniqueConstraint(fields=["school", "bank_account"], name="banking_closebook_once"),
            SchoolKey("bank_account", name="banking_closebook_account_key"),
        ]


class DayClose(SchoolScoped, Signed):
    """Days of a bank account, or of the cash box (no account), closed: opening + in − out = closing as the bank's
    statement or the count proves it, and the same by the books. `lines_digest` names every movement of these days."""

    bank_account = SchoolForeignKey("organizations.BankAccount", null=True, related_name="+")
    first_on = models.DateField()
    last_on = models.DateField()
    opening = DongField()
    money_in = DongField()
    money_out = DongField()
    closing = DongField()
    book_opening = DongField()
    book_in = DongField()
    book_out = DongField()
    book_closing = DongField()
    lines = models.PositiveIntegerField(default=0)
    lines_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            school_row("banking_dayclose"),
            SchoolKey("bank_account", name="banking_dayclose_account_key"),
            *two_people("banking_dayclose"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="banking_dayclose_days"),
            models.CheckConstraint(
                condition=Q(
                    money_in__gte=0, money_out__gte=0, book_in__gte=0, book_out__gte=0,
                    closing=F("opening") + F("money_in") - F("money_out"),
                    book_closing=F("book_opening") + F("book_in") - F("book_out"),
                ),
                name="banking_dayclose_sums",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["school", "bank_account", "last_on"], name="banking_dayclose_standing",
                condition=Q(state__in=STANDING),
            ),
            models.Index(fields=["school", "state"], name="banking_dayclose_waiting"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"


class MonthClose(SchoolScoped, Signed):
    """A month of the books closed. `postings` and `moved` count what it holds, `postings_digest` names each."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    postings = models.PositiveIntegerField()
    moved = DongField()
    postings_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            school_row("banking_monthclose"),
            *two_people("banking_monthclose"),
            models.UniqueConstraint(
                fields=["school", "year", "month"],
                name="banking_monthclose_one_stands",
                condition=Q(state__in=STANDING),
            ),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="banking_monthclose_month"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
