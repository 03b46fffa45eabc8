"""What the clock asks of people."""

from __future__ import annotations

from collections.abc import Callable

from truongso.kernel.jobs import Runner
from truongso.people.family_accounts.services import end_without_children
from truongso.people.homeroom.services import end_of_leavers as end_homerooms_of_leavers
from truongso.people.privacy.reminding import remind
from truongso.people.privacy.school_exports import EXPORT_JOB, make_export, remove_old_exports
from truongso.people.privacy.sweeping import SWEEP_JOB, run_sweep, start_sweeps
from truongso.people.services.rosters import forget_files
from truongso.people.teaching.services import end_of_leavers

JOBS: dict[str, Runner] = {EXPORT_JOB: make_export, SWEEP_JOB: run_sweep}
TICKS: dict[str, Callable[[], int]] = {
    "people.end_family_accounts": end_without_children,
    "people.end_homerooms": end_homerooms_of_leavers,
    "people.end_teaching": end_of_leavers,
    "people.forget_files": forget_files,
    "people.remind_of_privacy": remind,
    "people.remove_exports": remove_old_exports,
    "people.retention": start_sweeps,
}
