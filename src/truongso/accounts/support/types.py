"""What a grant of support may open, and for how long."""

from __future__ import annotations

from enum import StrEnum

MOST_HOURS = 4
"""The longest grant, in hours from the principal's signature."""


class SupportArea(StrEnum):
    """A part of the school's pages that a grant opens for reading."""

    AUDIT = "audit"
    """The audit trail."""
    SETUP = "setup"
    """Partners, channels, ways to pay: how the school is set up."""
    MONEY = "money"
    """Rounds, invoices, payments, bank lines and closings, with the pupils' names on them."""
