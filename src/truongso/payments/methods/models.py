"""A school's own settings of the ways to pay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import one_of
from truongso.kernel.fields import DongField
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.tenancy import SchoolScoped, school_row
from truongso.payments.types import Method

_BASIS_POINTS = 10_000


class MethodSetting(SchoolScoped):
    """How a school offers one way to pay; a way without a row stands as `DEFAULTS` say.

    `how_to` tells families where, when and what to say (bank counter, card machine, cash desk). The fee is what the
    other side takes for one payment, `fee_fixed` đồng and `fee_basis_points` hundredths of a percent; `payer_pays`
    says that the family bears it. Ways through a gateway take the fee of their channel instead.
    """

    method = models.CharField(max_length=12)
    is_on = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    payer_pays = models.BooleanField(default=False)
    fee_fixed = DongField(default=ZERO)
    fee_basis_points = models.PositiveIntegerField(default=0)
    how_to = models.CharField(max_length=600, blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_methodsetting"),
            models.UniqueConstraint(fields=["school", "method"], name="payments_methodsetting_once"),
            one_of("method", Method, name="payments_methodsetting_method"),
            models.CheckConstraint(
                condition=Q(fee_fixed__gte=0, fee_basis_points__lte=_BASIS_POINTS), name="payments_methodsetting_fee"
            ),
        ]

    def __str__(self) -> str:
        return self.method

    def fee_of(self, amount: Dong) -> Dong:
        """What the family pays on top for `amount`, rounded half up to 1 đ; 0 đ when the school bears it."""
        if not self.payer_pays:
            return ZERO
        part = (int(amount) * self.fee_basis_points * 2 + _BASIS_POINTS) // (2 * _BASIS_POINTS)
        return self.fee_fixed + Dong(part)
