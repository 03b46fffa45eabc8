"""The school's books: two-sided postings, balanced by construction, append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.ledger.types import AccountRole, EntryKind


class Account(SchoolScoped):
    """An account of the school's chart. `reference` tells accounts of one role apart (the bank account's id)."""

    role = models.CharField(max_length=20)
    reference = models.BigIntegerField(default=0)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=160)

    class Meta:
        constraints = [
            school_row("ledger_account"),
            models.UniqueConstraint(fields=["school", "role", "reference"], name="ledger_account_role"),
            models.UniqueConstraint(fields=["school", "code"], name="ledger_account_code"),
            one_of("role", AccountRole, name="ledger_account_role_known"),
            not_blank("code", name="ledger_account_coded"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Period(SchoolScoped):
    """A month of the books. A closed one takes no entries and no postings (invariant I09)."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    is_closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            school_row("ledger_period"),
            models.UniqueConstraint(fields=["school", "year", "month"], name="ledger_period_once"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="ledger_period_month"),
        ]


class Entry(SchoolChild):
    """One event in the books, with the thing it books; each thing is booked once."""

    period = SchoolForeignKey(Period, related_name="+")
    occurred_on = models.DateField()
    kind = models.CharField(max_length=12)
    source_id = models.BigIntegerField()
    reverses = SchoolForeignKey("self", null=True, related_name="reversed_by")
    actor_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("ledger_entry"),
            models.UniqueConstraint(fields=["school", "kind", "source_id"], name="ledger_entry_source_once"),
            models.UniqueConstraint(
                fields=["school", "reverses"], name="ledger_entry_reversed_once", condition=Q(reverses__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSAL.value, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSAL.value) & Q(reverses__isnull=True)),
                name="ledger_entry_reversal",
            ),
            one_of("kind", EntryKind, name="ledger_entry_kind"),
            SchoolKey("period", name="ledger_entry_period_key", kept=True),
            SchoolKey("reverses", name="ledger_entry_reverses_key", kept=True),
        ]
        indexes = [models.Index(fields=["school", "occurred_on"], name="ledger_entry_day")]


class Posting(SchoolChild):
    """amount moves from credit to debit. No set of postings can be unbalanced (invariant I01)."""

    entry = SchoolForeignKey(Entry, related_name="postings")
    debit = SchoolForeignKey(Account, related_name="+")
    credit = SchoolForeignKey(Account, related_name="+")
    amount = DongField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_posting_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_posting_two_accounts"),
            SchoolKey("entry", name="ledger_posting_entry_key", kept=True),
            SchoolKey("debit", name="ledger_posting_debit_key", kept=True),
            SchoolKey("credit", name="ledger_posting_credit_key", kept=True),
        ]
        indexes = [
            models.Index(fields=["school", "entry"], name="ledger_posting_entry"),
            models.Index(fields=["school", "debit"], name="ledger_posting_by_debit"),
            models.Index(fields=["school", "credit"], name="ledger_posting_by_credit"),
        ]
