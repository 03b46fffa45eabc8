"""Who acts: passed explicitly to every write and kept as plain values in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or process behind a write.

    `user_id` is None for processes (bank feed, scheduled work); `label` then names the process.
    `channel` says where the act came in: web, cli, hook, worker.
    """

    user_id: int | None
    label: str
    channel: str

    @classmethod
    def system(cls, label: str, channel: str = "worker") -> Actor:
        """A process of the product itself, for example `bank-feed` or `demo`."""
        return cls(user_id=None, label=label, channel=channel)
