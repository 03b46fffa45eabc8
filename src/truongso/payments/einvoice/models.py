"""Document types of items, from a day on; what was handed off; the numbers that came back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.einvoice.types import DocumentType, RowKind, TaxCategory


class ItemDocument(SchoolChild):
    """The document a fee item is given from a day on; before the first row the default of its nature holds."""

    fee_item = SchoolForeignKey("fees.FeeItem", related_name="+")
    document = models.CharField(max_length=16)
    tax_category = models.CharField(max_length=16)
    legal_basis = models.CharField(max_length=300)
    valid_from = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_itemdocument"),
            models.UniqueConstraint(fields=["school", "fee_item", "valid_from"], name="payments_itemdocument_once"),
            SchoolKey("fee_item", name="payments_itemdocument_item_key"),
            one_of("document", DocumentType, name="payments_itemdocument_document"),
            one_of("tax_category", TaxCategory, name="payments_itemdocument_tax"),
            not_blank("legal_basis", name="payments_itemdocument_basis"),
        ]


class HandOff(SchoolScoped):
    """One file for the provider: what was paid in a period and had not been handed off before."""

    public_id = PublicIdField()
    first = models.DateField()
    last = models.DateField()
    rows = models.PositiveIntegerField()
    amount = DongField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_handoff"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_handoff_public"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="payments_handoff_days"),
        ]


class HandOffRow(SchoolChild):
    """One document asked for: the part of a receipt that falls under one document type. Append-only.

    `code` names the row to the provider; the number comes back under it. Adjustments take a row back in whole or in
    part (receipt cancelled, fee refunded), additions put to it what was settled with its money later.
    """

    handoff = SchoolForeignKey(HandOff, related_name="items")
    receipt = SchoolForeignKey("payments.Receipt", related_name="+")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)
    document = models.CharField(max_length=16)
    adjusts = SchoolForeignKey("self", null=True, related_name="adjustments")
    amount = DongField()
    content = models.JSONField()  # buyer and items as handed off
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_handoffrow"),
            models.UniqueConstraint(
                fields=["school", "receipt", "document"],
                name="payments_handoffrow_original",
                condition=Q(kind=RowKind.ORIGINAL.value),
            ),
            models.UniqueConstraint(fields=["school", "code"], name="payments_handoffrow_code"),
            SchoolKey("handoff", name="payments_handoffrow_handoff_key"),
            SchoolKey("receipt", name="payments_handoffrow_receipt_key"),
            SchoolKey("adjusts", name="payments_handoffrow_adjusts_key"),
            one_of("kind", RowKind, name="payments_handoffrow_kind"),
            one_of("document", DocumentType, name="payments_handoffrow_document"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_handoffrow_positive"),
            models.CheckConstraint(
                condition=Q(kind=RowKind.ORIGINAL.value, adjusts__isnull=True)
                | ~Q(kind=RowKind.ORIGINAL.value) & Q(adjusts__isnull=False),
                name="payments_handoffrow_adjustment",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "handoff"], name="payments_handoffrow_handoff"),
            models.Index(fields=["school", "receipt"], name="payments_handoffrow_receipt"),
            models.Index(fields=["school", "adjusts"], name="payments_handoffrow_adjusts"),
        ]

    def __str__(self) -> str:
        return self.code


class DocumentNumber(SchoolChild):
    """The number a provider gave to a row. Append-only: one per row."""

    row = SchoolForeignKey(HandOffRow, related_name="numbers")
    series = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    issued_on = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_documentnumber"),
            models.UniqueConstraint(fields=["school", "row"], name="payments_documentnumber_once"),
            models.UniqueConstraint(fields=["school", "series", "number"], name="payments_documentnumber_number"),
            SchoolKey("row", name="payments_documentnumber_row_key"),
            not_blank("number", name="payments_documentnumber_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.number}"
