"""Guards of the organisation's tables."""

from truongso.organizations.payment_template.triggers import TRIGGERS as PAYMENT_TEMPLATE

TRIGGERS = [*PAYMENT_TEMPLATE]
