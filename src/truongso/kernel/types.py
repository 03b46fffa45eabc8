"""Words of the kernel's own tables."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Life of a long piece of work."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
