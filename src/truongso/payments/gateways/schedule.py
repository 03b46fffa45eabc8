"""When to ask a gateway about an attempt whose notice has not come. Pure."""

from __future__ import annotations

import datetime as dt

# Since the attempt was made.
MOMENTS = (
    dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=15), dt.timedelta(hours=1),
    dt.timedelta(days=1), dt.timedelta(days=2), dt.timedelta(days=3),
)  # fmt: skip
AGAIN_AFTER_SILENCE = dt.timedelta(minutes=5)
GIVE_UP = dt.timedelta(days=7)  # a gateway that is silent for longer is no longer asked about the attempt


def next_moment(created_at: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """The first moment of the schedule after `now`, None when it is over."""
    return next((created_at + m for m in MOMENTS if created_at + m > now), None)


def after_silence(created_at: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When to ask again a gateway that did not answer."""
    again = now + AGAIN_AFTER_SILENCE
    return again if again < created_at + GIVE_UP else None
