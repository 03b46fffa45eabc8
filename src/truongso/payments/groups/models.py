"""Groups of invoices that are paid together."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey, not_blank
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row


class InvoiceGroup(SchoolChild):
    """Invoices of one receiving account that one transfer is to pay; `code` stands in the transfer for all of them.

    Five codes do not fit into the 25 symbols of a VietQR purpose, so the group has a code of its own, made of
    letters alone: no invoice code is like it. The same invoices have one group (`fingerprint`). Append-only.
    """

    public_id = PublicIdField()
    code = models.CharField(max_length=9)
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_invoicegroup"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_invoicegroup_public"),
            models.UniqueConstraint(fields=["school", "code"], name="payments_invoicegroup_code"),
            models.UniqueConstraint(fields=["school", "fingerprint"], name="payments_invoicegroup_once"),
            SchoolKey("bank_account", name="payments_invoicegroup_account_key"),
            not_blank("code", name="payments_invoicegroup_coded"),
        ]

    def __str__(self) -> str:
        return self.code


class GroupedInvoice(SchoolChild):
    """An invoice of a group. Append-only."""

    group = SchoolForeignKey(InvoiceGroup, related_name="members")
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")

    class Meta:
        constraints = [
            school_row("payments_groupedinvoice"),
            models.UniqueConstraint(fields=["school", "group", "invoice"], name="payments_groupedinvoice_once"),
            SchoolKey("group", name="payments_groupedinvoice_group_key"),
            SchoolKey("invoice", name="payments_groupedinvoice_invoice_key"),
        ]
        indexes = [models.Index(fields=["school", "invoice"], name="payments_groupedinvoice_inv")]
