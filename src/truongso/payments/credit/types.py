"""How money of a payment moves after it was booked."""

from __future__ import annotations

from enum import StrEnum


class MoveKind(StrEnum):
    """Every đồng of a standing payment lies on invoice lines, in the family's credit, or was refunded; a move carries
    some of it from one place to another. A `restored` or `kept` move mirrors one earlier move."""

    RELEASED = "released"  # line → credit: paid above what a credit note left to pay
    USED = "used"  # credit → lines of another invoice of the family
    RESTORED = "restored"  # a `used` move taken back
    REFUNDED = "refunded"  # credit → to be paid out
    KEPT = "kept"  # a `refunded` move taken back: the money stays the family's credit
