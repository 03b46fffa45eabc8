"""Sending, by the worker after a batch and by the clock for what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from truongso.kernel.jobs import Progress, Runner
from truongso.messaging.sending import send_due
from truongso.messaging.services import SEND_JOB

_ROUNDS = 500


def send_batch(progress: Progress) -> dict[str, Any]:
    """Send what is due at the school; what has to wait is left to the clock."""
    done = 0
    for _round in range(_ROUNDS):
        tried = send_due(progress.job.school_id)
        if not tried:
            break
        done += tried
        progress.at(done)
    return {"tried": done}


JOBS: dict[str, Runner] = {SEND_JOB: send_batch}
TICKS: dict[str, Callable[[], int]] = {"messaging.send_due": send_due}
