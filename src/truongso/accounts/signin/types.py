"""Words of what is written down at the door. Pure."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    FAILED = "failed"
    FACTOR_FAILED = "factor_failed"
    SLOWED = "slowed"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    COUNTRY = "country"  # a sign-in from a country that is new for the account; its two letters as `method`


ONE_BY_ONE = frozenset({EventKind.SIGNED_IN, EventKind.SIGNED_OUT, EventKind.COUNTRY})
"""Each is a row of its own; what repeats of the others within an hour is one row with a count."""
