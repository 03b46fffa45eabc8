"""Long work of banking, run by the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError

from truongso.banking.batches.same_money import settle_certain
from truongso.banking.batches.straight import settle_straight
from truongso.banking.claims.models import PaymentClaim
from truongso.banking.claims.services import look_for_money
from truongso.banking.feed import work_off_waiting
from truongso.banking.matching.types import RULES_VERSION
from truongso.banking.models import BankLine, FeedConnection, ForgottenPayer, StatementImport
from truongso.banking.queries import waiting_lines
from truongso.banking.services import match_again_in_parts
from truongso.banking.statement_import import apply
from truongso.banking.types import APPLY_JOB, MATCH_AGAIN_JOB, OPEN_CLAIMS, LineRefusedError, LineState
from truongso.fees.public import latest_invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.jobs import JobRefusedError, Progress, Runner, start
from truongso.kernel.models import Job
from truongso.payments.public import schools_expecting_transfers, schools_with_bills_in_doubt
from truongso.payments.types import PaymentRefusedError

log = logging.getLogger("truongso.banking")


def apply_statement(progress: Progress) -> dict[str, Any]:
    """Apply a previewed statement in chunks; started again after a crash it continues where it stopped.

    Refused as `period_closed` (worded by the page) when a line falls into a closed month; the chunks before stay.
    """
    params = progress.job.params
    statement = (
        StatementImport.objects.for_school(progress.job.school_id)
        .select_related("bank_account")
        .get(pk=int(params["statement_id"]))
    )
    actor = Actor(user_id=progress.job.started_by, label=str(params["actor"]), channel="worker")

    def at(done: int, of: int) -> None:
        progress.set_total(of)
        progress.at(done)

    try:
        return dict(apply(statement, actor=actor, on_progress=at))
    except IntegrityError as error:
        if "period is closed" in str(error):
            raise JobRefusedError("period_closed") from error
        raise


def match_again(progress: Progress) -> dict[str, Any]:
    """Run the rules over all that waits, in parts."""

    def at(done: int, of: int) -> None:
        progress.set_total(of)
        progress.at(done)

    actor = Actor.system("match_again", "worker")
    return {"booked": match_again_in_parts(progress.job.school_id, actor=actor, on_progress=at)}


JOBS: dict[str, Runner] = {APPLY_JOB: apply_statement, MATCH_AGAIN_JOB: match_again}


def match_after_changes() -> int:
    """Start matching again where money waits and rules, invoices or what was forgotten of payers changed; how many
    jobs. The key of a job names what it saw, so the same state is looked at once."""
    lines = BankLine.objects.across_schools("the clock asks for every school")
    waiting = lines.filter(state=LineState.WAITING.value).order_by().values_list("school_id", flat=True).distinct()
    started = 0
    for school_id in waiting:
        key = _rules_see(school_id)
        if not Job.objects.filter(school_id=school_id, kind=MATCH_AGAIN_JOB, key=key).exists():
            with transaction():
                start(MATCH_AGAIN_JOB, school_id=school_id, key=key, params={}, started_by=None)
            started += 1
    return started


def _rules_see(school_id: int) -> str:
    forgotten = ForgottenPayer.objects.for_school(school_id).order_by("-pk").values_list("pk", flat=True).first()
    return f"rules-{RULES_VERSION}.invoice-{latest_invoice(school_id)}.forgotten-{forgotten or 0}"


def finish_notices() -> int:
    """Work off notices that were found genuine but not booked, because the process died in between; how many."""
    connections = FeedConnection.objects.across_schools("the clock asks for every school").filter(is_active=True)
    return sum(work_off_waiting(c) for c in connections.select_related("bank_account").order_by("pk"))


def recheck_claims() -> int:
    """Look for the money of open claims again: lines come with later statements, people book them; how many changed."""
    rows = PaymentClaim.objects.across_schools("the clock asks for every school")
    changed = 0
    for claim in rows.filter(state__in=[state.value for state in OPEN_CLAIMS]).order_by("pk"):
        with transaction():
            changed += look_for_money(claim)
    return changed


def settle_straight_transfers() -> int:
    """Link credits that the bank showed before the gateway told of them; how many. A line of a closed month holds up
    its own school only, until the month is opened again."""
    actor, settled = Actor.system("tick", "worker"), 0
    for school_id in schools_expecting_transfers():
        try:
            with transaction():
                settled += len(settle_straight(school_id, list(waiting_lines(school_id)), actor=actor))
        except IntegrityError:
            log.exception("transfers of school %s cannot be linked yet", school_id)
    return settled


def tell_bills_apart() -> int:
    """Decide doubtful bill payments where a line carries the bank's own number; how many. The rest waits for people."""
    actor, decided = Actor.system("tick", "worker"), 0
    for school_id in schools_with_bills_in_doubt():
        try:
            with transaction():
                decided += settle_certain(school_id, actor=actor)
        except (IntegrityError, LineRefusedError, PaymentRefusedError):
            log.exception("bill payments of school %s cannot be told apart yet", school_id)
    return decided


TICKS: dict[str, Callable[[], int]] = {
    "banking.match_after_changes": match_after_changes,
    "banking.finish_notices": finish_notices,
    "banking.recheck_claims": recheck_claims,
    "banking.settle_straight_transfers": settle_straight_transfers,
    "banking.tell_bills_apart": tell_bills_apart,
}
