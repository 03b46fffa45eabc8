"""A partner's list at a school."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolScoped, school_row
from truongso.payments.partners.types import PartnerKind

_BASIS_POINTS = 10_000


class PartnerFile(SchoolScoped):
    """What was agreed with a partner, whom to call there, and the payment that proved the connection.

    `subject` is the channel's public id, the feed's provider, the acquirer's name or the bill partner's public id.
    `live_at` is when it was put into operation; before that families are not offered it. `is_carried_over`: in use
    before there were such lists, what is missing is still to be written down. `warned_of` is the end of the contract
    people were told of.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=8)
    subject = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    contract_number = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    is_open_ended = models.BooleanField(default=False)
    contact_name = models.CharField(max_length=120, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    contact_email = models.CharField(max_length=254, blank=True)
    methods = models.JSONField(default=list)
    fees_agreed = models.BooleanField(default=False)
    fee_basis_points = models.PositiveIntegerField(default=0)
    fee_fixed = DongField(default=ZERO)
    started_on = models.DateField(null=True)
    integrated_on = models.DateField(null=True)
    test_payment = SchoolForeignKey("payments.Payment", null=True, related_name="+")
    live_at = models.DateTimeField(null=True)
    is_carried_over = models.BooleanField(default=False)
    warned_of = models.DateField(null=True)
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_partnerfile"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_partnerfile_public"),
            models.UniqueConstraint(fields=["school", "kind", "subject"], name="payments_partnerfile_once"),
            one_of("kind", PartnerKind, name="payments_partnerfile_kind"),
            not_blank("subject", name="payments_partnerfile_of"),
            not_blank("name", name="payments_partnerfile_named"),
            SchoolKey("test_payment", name="payments_partnerfile_test_key"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(signed_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
                name="payments_partnerfile_contract",
            ),
            models.CheckConstraint(
                condition=Q(fee_fixed__gte=0, fee_basis_points__lte=_BASIS_POINTS), name="payments_partnerfile_fee"
            ),
            # In operation with the whole list, or because it was before there was one.
            models.CheckConstraint(
                condition=Q(live_at__isnull=True)
                | Q(is_carried_over=True)
                | (
                    Q(signed_on__isnull=False, fees_agreed=True, started_on__isnull=False, integrated_on__isnull=False)
                    & Q(test_payment__isnull=False)
                    & (Q(ends_on__isnull=False) | Q(is_open_ended=True))
                    & ~(Q(contract_number="") | Q(contact_name="") | Q(contact_phone="") | Q(contact_email=""))
                ),
                name="payments_partnerfile_complete",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="payments_partnerfile_ends")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether it was put into operation."""
        return self.live_at is not None
