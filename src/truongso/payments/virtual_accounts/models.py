"""Numbers of pupils and invoices with who held them, the rule of a bank, lists that were uploaded."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.virtual_accounts.types import RuleKind


class VirtualAccount(SchoolChild):
    """A number that stands for one pupil on a receiving account, from–to. Never given to two pupils at a time.

    Rows stay when a number is taken back: money that comes to it later is recognised as its former holder's.
    """

    public_id = PublicIdField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    student = SchoolForeignKey("people.Student", related_name="+")
    number = models.CharField(max_length=19)
    bank_bin = models.CharField(max_length=6)  # the account's: a number is one bank's, whatever the account
    is_of_rule = models.BooleanField(default=False)  # fits a rule that two people decided on; others see no family
    assigned_on = models.DateField()
    released_on = models.DateField(null=True)
    release_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    released_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_virtualaccount"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_virtualaccount_public"),
            models.UniqueConstraint(
                fields=["school", "bank_account", "number"], name="payments_virtualaccount_one_holder",
                condition=Q(released_on__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["school", "bank_bin", "number"], name="payments_virtualaccount_one_at_bank",
                condition=Q(released_on__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["school", "student", "bank_account"], name="payments_virtualaccount_one_number",
                condition=Q(released_on__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(released_on__isnull=True) | Q(released_on__gte=F("assigned_on")),
                name="payments_virtualaccount_dates",
            ),
            not_blank("number", name="payments_virtualaccount_numbered"),
            SchoolKey("bank_account", name="payments_virtualaccount_account_key"),
            SchoolKey("student", name="payments_virtualaccount_student_key"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["number"], name="payments_virtualaccount_number")]

    def __str__(self) -> str:
        return self.number


class GivenNumber(models.Model):
    """A number that was given, once and for good, over all schools of the installation: banks know no schools.

    `holder` is whom it stands for ("pupil:7", "invoice:7", "account:7"), which no other row may become;
    it says nothing of a school.
    """

    bank_bin = models.CharField(max_length=6)
    number = models.CharField(max_length=19)
    holder = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank_bin", "number"], name="payments_givennumber_once")]

    def __str__(self) -> str:
        return self.number


class InvoiceNumber(SchoolChild):
    """A number that stands for one invoice on a receiving account. Append-only: nobody else ever gets it, whatever
    becomes of the invoice."""

    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")
    number = models.CharField(max_length=19)
    bank_bin = models.CharField(max_length=6)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_invoicenumber"),
            models.UniqueConstraint(fields=["school", "bank_bin", "number"], name="payments_invoicenumber_once"),
            models.UniqueConstraint(fields=["school", "invoice", "bank_account"], name="payments_invoicenumber_one"),
            not_blank("number", name="payments_invoicenumber_numbered"),
            SchoolKey("bank_account", name="payments_invoicenumber_account_key"),
            SchoolKey("invoice", name="payments_invoicenumber_invoice_key"),
        ]

    def __str__(self) -> str:
        return self.number


class VirtualAccountRule(SchoolChild):
    """How a bank makes numbers on an account, and whether printed notices carry the pupil's number in their code.

    One number per pupil or one per invoice (`kind`); notices and pages always carry an invoice's own.
    Counts once one person asked for it and another approved it; `digits` symbols follow the prefix.
    """

    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    kind = models.CharField(max_length=10)
    prefix = models.CharField(max_length=12)
    digits = models.PositiveSmallIntegerField(default=6)
    on_notices = models.BooleanField(default=False)
    proposed_by = models.BigIntegerField(null=True)
    approved_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_virtualaccountrule"),
            models.UniqueConstraint(fields=["school", "bank_account"], name="payments_virtualaccountrule_once"),
            one_of("kind", RuleKind, name="payments_virtualaccountrule_kind"),
            models.CheckConstraint(condition=Q(digits__range=(3, 12)), name="payments_virtualaccountrule_digits"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="payments_virtualaccountrule_two",
            ),
            not_blank("prefix", name="payments_virtualaccountrule_prefixed"),
            SchoolKey("bank_account", name="payments_virtualaccountrule_account_key"),
        ]

    def __str__(self) -> str:
        return self.prefix


class VirtualAccountList(SchoolScoped):
    """A bank's list as uploaded: the rows as read. What they mean is worked out anew until it is taken over."""

    public_id = PublicIdField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    assigned = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("payments_virtualaccountlist"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_virtualaccountlist_public"),
            SchoolKey("bank_account", name="payments_virtualaccountlist_account_key"),
        ]

    def __str__(self) -> str:
        return self.file_name
