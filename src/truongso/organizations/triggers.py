"""Guards of the organisation's tables."""

from truongso.kernel.triggers import fixed, never_deleted
from truongso.organizations.payment_template.triggers import TRIGGERS as PAYMENT_TEMPLATE

_ACCOUNT_FIXED = ("school_id", "public_id", "bank_bin", "number", "holder_name", "created_at")

TRIGGERS = [
    *never_deleted("organizations_bankaccount", "a receiving account is never deleted"),
    fixed("organizations_bankaccount", _ACCOUNT_FIXED, "a receiving account keeps its number and holder"),
    *PAYMENT_TEMPLATE,
]
