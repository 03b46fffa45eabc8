"""Kinds of long prints."""

from __future__ import annotations

from enum import StrEnum


class PrintKind(StrEnum):
    FEE_NOTICES = "fee_notices"
    RECEIPTS = "receipts"


PRINT_JOB = "payments.print"
KEPT_DAYS = 7
"""Prints hold names of children: they are removed after a week and can be made again."""
