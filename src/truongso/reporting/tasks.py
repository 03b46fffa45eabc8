"""Work of reporting by the clock."""

from __future__ import annotations

from collections.abc import Callable

from truongso.kernel.jobs import Runner
from truongso.reporting.flags.tasks import check_flags

JOBS: dict[str, Runner] = {}
TICKS: dict[str, Callable[[], int]] = {"reporting.check_flags": check_flags}
