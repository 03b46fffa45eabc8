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
    for inside in _modules():
        if not rooms or inside.parts[0] in rooms:
            yield str(inside), _tree(inside)


@functools.cache
def _modules() -> tuple[Path, ...]:
    paths = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*.py")))
    return tuple(path for path in paths if "migrations" not in path.parts and "tests" not in path.parts)


@functools.cache
def _tree(inside: Path) -> ast.Module:
    return ast.parse((ROOT / inside).read_text(encoding="utf-8"), filename=str(inside))
