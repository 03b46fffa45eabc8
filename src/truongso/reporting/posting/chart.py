"""Account numbers a school starts with in its accounting package: the chart of administrative units.

Circular 24/2024/TT-BTC (regime of administrative units, from 1/1/2025), to the level that all units share: 111, 112,
113, 131, 338, 531, 642. What the school holds for others and does not know yet stands on 338, what families paid ahead
on 131. Every number can be changed by the school; sub-accounts are its own decision.
"""

from __future__ import annotations

from collections.abc import Mapping

from truongso.ledger.types import AccountRole as Role

DEFAULT_CODES: Mapping[Role, str] = {
    Role.CASH: "1111",
    Role.BANK: "1121",
    Role.IN_TRANSIT: "113",
    Role.RECEIVABLE: "131",
    Role.FAMILY_CREDIT: "131",
    Role.SUSPENSE: "3388",
    Role.REFUND_DUE: "3388",
    Role.CASH_DIFFERENCE: "3388",
    Role.PASS_THROUGH: "3388",
    Role.ON_BEHALF: "3381",
    Role.REVENUE_TUITION: "531",
    Role.REVENUE_SERVICE: "531",
    Role.REVENUE_AGREED: "531",
    Role.DONATION: "531",
    Role.COLLECTION_FEE: "642",
    Role.INTEREST: "515",
    Role.OWN_TRANSFER: "113",
    Role.OTHER_INCOME: "711",
}
