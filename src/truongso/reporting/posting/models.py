"""Accounts as the accounting package numbers them, files that were made, and which entries each holds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.reporting.posting.types import Grouping


class PostingSetting(SchoolScoped):
    """How a school's vouchers are made."""

    grouping = models.CharField(max_length=8, default=Grouping.DAY.value)

    class Meta:
        constraints = [
            school_row("reporting_postingsetting"),
            models.UniqueConstraint(fields=["school"], name="reporting_postingsetting_once"),
            one_of("grouping", Grouping, name="reporting_postingsetting_grouping"),
        ]


class PostingAccount(SchoolChild):
    """The number that an account of the school's books has in its accounting package; two may share one."""

    account = SchoolForeignKey("ledger.Account", related_name="+")
    code = models.CharField(max_length=20)

    class Meta:
        constraints = [
            school_row("reporting_postingaccount"),
            models.UniqueConstraint(fields=["school", "account"], name="reporting_postingaccount_once"),
            SchoolKey("account", name="reporting_postingaccount_account_key"),
            not_blank("code", name="reporting_postingaccount_coded"),
        ]

    def __str__(self) -> str:
        return self.code


class PostingFile(SchoolScoped):
    """A file of vouchers, kept as it left. `number` counts the school's files, vouchers go on from file to file."""

    public_id = PublicIdField()
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    grouping = models.CharField(max_length=8)
    entries = models.PositiveIntegerField()
    vouchers = models.PositiveIntegerField()
    last_voucher = models.PositiveIntegerField()
    amount = DongField()
    sha256 = models.CharField(max_length=64)  # of the CSV
    csv = models.BinaryField()
    xlsx = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("reporting_postingfile"),
            models.UniqueConstraint(fields=["school", "public_id"], name="reporting_postingfile_public"),
            models.UniqueConstraint(fields=["school", "number"], name="reporting_postingfile_number"),
            one_of("grouping", Grouping, name="reporting_postingfile_grouping"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="reporting_postingfile_month"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.year}-{self.month:02}"


class PostedEntry(SchoolChild):
    """An entry of the books stands in this file, and in no other."""

    file = SchoolForeignKey(PostingFile, related_name="posted")
    entry = SchoolForeignKey("ledger.Entry", related_name="+")

    class Meta:
        constraints = [
            school_row("reporting_postedentry"),
            models.UniqueConstraint(fields=["school", "entry"], name="reporting_postedentry_once"),
            SchoolKey("file", name="reporting_postedentry_file_key"),
            SchoolKey("entry", name="reporting_postedentry_entry_key"),
        ]
        indexes = [models.Index(fields=["school", "file"], name="reporting_postedentry_file")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.entry_id}"
