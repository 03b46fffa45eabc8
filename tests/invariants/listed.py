"""Which tables the rooms guard, read from their trigger lists."""

from __future__ import annotations

from truongso.kernel import triggers


def append_only_tables() -> list[str]:
    """Tables whose rows are never changed, as the rooms list them."""
    return sorted(t.table for t in triggers.all_triggers() if t.name == f"ts_{t.table}_no_update")


def undeletable_tables() -> list[str]:
    """Tables whose rows are never deleted."""
    return sorted({t.table for t in triggers.all_triggers() if t.name == f"ts_{t.table}_no_delete"})
