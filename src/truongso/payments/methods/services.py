"""Changing how a school offers its ways to pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.names import tidy
from truongso.payments.methods.models import MethodSetting
from truongso.payments.types import Method

_MOST_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class MethodChange:
    """What one way to pay is to be like."""

    is_on: bool
    payer_pays: bool = False
    fee_fixed: Dong = ZERO
    fee_basis_points: int = 0
    how_to: str = ""


class MethodRefusedError(Exception):
    """Settings cannot be saved as asked; `code` is stable: bad_fee (method), nothing_left (every way is off)."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@transaction_required
def save_methods(
    school_id: int, *, changes: Mapping[Method, MethodChange], order: Sequence[Method], actor: Actor
) -> None:
    """Set every way to pay of a school in the given order. Raises MethodRefusedError and changes nothing."""
    if not any(change.is_on for change in changes.values()):
        raise MethodRefusedError("nothing_left")
    for method, change in changes.items():
        if change.fee_fixed < ZERO or not 0 <= change.fee_basis_points <= _MOST_BASIS_POINTS:
            raise MethodRefusedError("bad_fee", method=method.value)
    for position, method in enumerate(order):
        change = changes[method]
        MethodSetting.objects.for_school(school_id).update_or_create(
            method=method.value,
            defaults={
                "school_id": school_id, "is_on": change.is_on, "position": position, "payer_pays": change.payer_pays,
                "fee_fixed": change.fee_fixed, "fee_basis_points": change.fee_basis_points,
                "how_to": tidy(change.how_to), "updated_at": clock.now(), "updated_by": actor.user_id,
            },
        )  # fmt: skip
    audit.record(
        actor, "payments:methods:save", school_id=school_id, subject=("school", school_id),
        params={"on": [m.value for m in order if changes[m].is_on]},
    )  # fmt: skip
