"""Tables of this room that stand outside row-level security (ADR 0009): why, and what guards them instead."""

from __future__ import annotations

OUTSIDE: dict[str, str] = {
    "kernel.OutboxDelivery": ("goes with its event, which stands behind the wall; holds a handler's name and times"),
    "kernel.Tally": ("counters under keyed digests, also of visitors"),
    "django_tasks_database.DBTaskResult": (
        "the library's queue: the number of a job, which stands behind the wall; no data of a school"
    ),
}
