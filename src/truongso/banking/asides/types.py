"""Why a credit is put aside."""

from __future__ import annotations

from enum import StrEnum


class AsideKind(StrEnum):
    """What a credit that is put aside waits for, or what it is when it is no fee of a pupil."""

    LATER = "later"  # somebody finds out
    ASKED = "asked"  # a family was asked
    SEND_BACK = "send_back"  # a stranger's money: it goes back to its sender
    INTEREST = "interest"
    OWN_TRANSFER = "own_transfer"  # between accounts of the school
    FEE_RETURNED = "fee_returned"  # the bank gives a fee of its own back
    OTHER_INCOME = "other_income"

    @property
    def is_parked(self) -> bool:
        """Whether the credit still waits for somebody, and so has an owner."""
        return self in PARKED


PARKED = (AsideKind.LATER, AsideKind.ASKED, AsideKind.SEND_BACK)
NO_FEES = tuple(kind for kind in AsideKind if kind not in PARKED)
