"""Tables of this room that stand outside row-level security (ADR 0009): why, and what guards them instead."""

from __future__ import annotations

OUTSIDE: dict[str, str] = {
    "fees.ReductionRule": ("the law: the same for all schools"),
}
