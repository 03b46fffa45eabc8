"""Which account of the school's books a line's money belongs to. Pure: no database, no Django."""

from __future__ import annotations

from collections.abc import Mapping

from truongso.fees.types import FeeNature
from truongso.kernel.money import Dong
from truongso.ledger.types import AccountRole, Leg

ROLE_OF_NATURE: Mapping[FeeNature, AccountRole] = {
    FeeNature.TUITION: AccountRole.REVENUE_TUITION,
    FeeNature.STATUTORY_CHARGE: AccountRole.REVENUE_SERVICE,
    FeeNature.SERVICE: AccountRole.REVENUE_SERVICE,
    FeeNature.PASS_THROUGH: AccountRole.PASS_THROUGH,
    FeeNature.AGREED: AccountRole.REVENUE_AGREED,
    FeeNature.ON_BEHALF: AccountRole.ON_BEHALF,
    FeeNature.DONATION: AccountRole.DONATION,
}


def charge_leg(accounts: Mapping[tuple[AccountRole, int], int], nature: str, amount: Dong) -> Leg:
    """The family owes `amount` (> 0): receivable / the account of the nature."""
    role = ROLE_OF_NATURE[FeeNature(nature)]
    return Leg(debit=accounts[AccountRole.RECEIVABLE, 0], credit=accounts[role, 0], amount=amount)


def credit_leg(accounts: Mapping[tuple[AccountRole, int], int], nature: str, amount: Dong) -> Leg:
    """The family no longer owes `amount` (> 0): the mirror of `charge_leg`."""
    role = ROLE_OF_NATURE[FeeNature(nature)]
    return Leg(debit=accounts[role, 0], credit=accounts[AccountRole.RECEIVABLE, 0], amount=amount)
