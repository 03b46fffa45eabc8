"""Versions of the payment-information template of a management unit, and their fields."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import not_blank, one_of
from truongso.kernel.fields import PublicIdField
from truongso.organizations.payment_template.types import FieldSource, FieldSpec, TemplateState


class PaymentTemplate(models.Model):
    """A version. A draft changes freely; a published one never: rounds were issued with it.

    It holds for rounds issued from `valid_from` on until a later version. `basis` is the document that decides it.
    """

    public_id = PublicIdField(unique=True)
    unit = models.ForeignKey("organizations.OrgUnit", on_delete=models.PROTECT, related_name="payment_templates")
    state = models.CharField(max_length=9, default=TemplateState.DRAFT.value)
    number = models.PositiveSmallIntegerField(null=True)
    valid_from = models.DateField(null=True)
    basis = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            one_of("state", TemplateState, name="organizations_paymenttemplate_state"),
            models.UniqueConstraint(fields=["unit", "number"], name="organizations_paymenttemplate_number"),
            models.UniqueConstraint(fields=["unit", "valid_from"], name="organizations_paymenttemplate_day"),
            models.UniqueConstraint(
                fields=["unit"], name="organizations_paymenttemplate_one_draft", condition=Q(state="draft")
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True, valid_from__isnull=True, published_at__isnull=True)
                | Q(state="published", number__isnull=False, valid_from__isnull=False, published_at__isnull=False),
                name="organizations_paymenttemplate_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.number or '–'}"

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        """Its fields in order; no query when they were prefetched."""
        rows = sorted(self.fields.all(), key=lambda row: row.position)
        return tuple(FieldSpec(FieldSource(row.source), row.label, row.note) for row in rows)


class PaymentTemplateField(models.Model):
    """A field of a version: whence its value, its name on papers, a word of explanation."""

    template = models.ForeignKey(PaymentTemplate, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=16)
    label = models.CharField(max_length=24)
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "position"], name="organizations_templatefield_place"),
            models.UniqueConstraint(fields=["template", "source"], name="organizations_templatefield_once"),
            one_of("source", FieldSource, name="organizations_templatefield_source"),
            not_blank("label", name="organizations_templatefield_named"),
        ]

    def __str__(self) -> str:
        return self.label
