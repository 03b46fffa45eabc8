"""Guards of evidence about accounts."""

from truongso.accounts.hygiene.triggers import TRIGGERS

__all__ = ["TRIGGERS"]
