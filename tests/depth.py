"""How far random campaigns go: far enough in every run, much farther with TRUONGSO_DEEP=1 (before a release)."""

from __future__ import annotations

import os

IS_DEEP = os.environ.get("TRUONGSO_DEEP", "") == "1"


def tries(usual: int, deep: int) -> int:
    """Number of examples, seeds or guesses of this run."""
    return deep if IS_DEEP else usual
