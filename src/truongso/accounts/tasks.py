"""What the clock asks of accounts."""

from __future__ import annotations

from collections.abc import Callable

from truongso.accounts.credential_letters import LETTER_JOB, send, send_again
from truongso.accounts.factors.services import forget_used_codes
from truongso.accounts.forgetting import forget_sessions
from truongso.accounts.hygiene.tasks import TICKS as HYGIENE
from truongso.accounts.signin.throttle import forget_old
from truongso.kernel.jobs import Runner

JOBS: dict[str, Runner] = {LETTER_JOB: send}
TICKS: dict[str, Callable[[], int]] = {
    "accounts.letters_again": send_again,
    "accounts.forget_tries": forget_old,
    "accounts.forget_codes": forget_used_codes,
    "accounts.forget_sessions": forget_sessions,
    **HYGIENE,
}
