"""The rooms from top to bottom, for the checks of foreign keys (pyproject.toml has them for imports)."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import truongso

ROOT = Path(truongso.__file__).parent

# Rooms of one row must not know each other.
ROWS: tuple[tuple[str, ...], ...] = (
    ("config",),
    ("cli",),
    ("sandbox",),
    ("workspaces",),
    ("plans", "portal", "support", "programmes"),
    ("reporting",),
    ("banking",),
    ("payments",),
    ("fees", "records"),
    ("attendance", "learning"),
    ("ledger",),
    ("people",),
    ("accounts",),
    ("messaging",),
    ("organizations",),
    ("kernel",),
)


@functools.cache
def row_of(room: str) -> int:
    """0 for the top row; raises StopIteration for a room that is not in the list."""
    return next(number for number, row in enumerate(ROWS) if room in row)


def sources(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Product modules of the rooms (of all when none is named) as (path in the package, syntax tree)."""
    for path in sorted(ROOT.rglob("*.py")):
        inside = path.relative_to(ROOT)
        if "migrations" in inside.parts or "tests" in inside.parts:
            continue
        if not rooms or inside.parts[0] in rooms:
            yield str(inside), ast.parse(path.read_text(encoding="utf-8"), filename=str(inside))
