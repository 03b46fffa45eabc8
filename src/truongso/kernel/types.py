"""Words of the kernel's own tables."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Life of a long piece of work."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class KeyUse(StrEnum):
    """What a school's key is for."""

    SEAL = "seal"
    """Encrypting sensitive columns."""
    BLIND = "blind"
    """Keyed digests by which an exact value is found without being read."""
