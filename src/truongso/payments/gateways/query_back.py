"""Asking gateways about attempts whose notice has not come: lost notices are found, the rest expires."""

from __future__ import annotations

import datetime as dt
import logging
import secrets

from django.db import IntegrityError

from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.payments.gateways import schedule
from truongso.payments.gateways.addresses import gateway_of
from truongso.payments.gateways.calls import CallError, exchange
from truongso.payments.gateways.credentials import present_credentials
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.queries import due_attempts, is_open
from truongso.payments.gateways.settle import lock_attempt, mark_failed, settle
from truongso.payments.gateways.types import AttemptState, ToldBy
from truongso.payments.providers.types import QueryRequest, QueryResult, Status

_LEASE = dt.timedelta(minutes=2)
_AT_ONCE = 200  # attempts asked about in one tick
SERVER_IP = "127.0.0.1"  # a required field of some gateways; the question comes from the server itself
log = logging.getLogger("truongso.payments")


def query_back(attempt: Attempt) -> Attempt:
    """Ask the gateway once and act on its answer like on a notice; returns the attempt as it stands then.

    Never raises for a gateway that is silent: the attempt is asked about again later. Opens its own transactions.
    """
    channel = attempt.channel
    try:
        answer = _ask(channel, attempt)
    except CallError as error:
        log.info("attempt %s: gateway did not answer (%s)", attempt.pk, error.code)
        with transaction():
            _ask_later(attempt)
    else:
        _act(channel, attempt, answer)
    attempt.refresh_from_db()
    return attempt


def ask_due(limit: int = _AT_ONCE) -> int:
    """Ask about every attempt that is due; returns how many were asked about.

    An attempt is claimed by moving its next question into the future, so that two workers never ask twice and another
    takes over when one dies. A gateway that does not answer is left alone until the next tick.
    """
    asked = 0
    silent: set[int] = set()
    for attempt in due_attempts(clock.now(), limit=limit):
        if attempt.channel_id in silent or not _claim(attempt):
            continue
        query_back(attempt)
        asked += 1
        attempt.channel.refresh_from_db(fields=["failing_since"])
        if attempt.channel.failing_since is not None:
            silent.add(attempt.channel_id)
    return asked


def _ask(channel: Channel, attempt: Attempt) -> QueryResult:
    gateway, credentials = gateway_of(channel), present_credentials(channel)
    request = QueryRequest(
        reference=attempt.reference, gateway_id=attempt.gateway_id, request_id=secrets.token_hex(10),
        created_at=attempt.created_at, now=clock.now(), client_ip=SERVER_IP,
    )  # fmt: skip
    question = gateway.query(request, credentials)
    return exchange(channel, question, lambda answer: gateway.read_query(answer, request, credentials))


def _act(channel: Channel, attempt: Attempt, answer: QueryResult) -> None:
    def work() -> None:
        with transaction():
            held = lock_attempt(channel, attempt.reference)
            if held is not None:
                _take(channel, held, answer)

    try:
        retrying(work)
    except IntegrityError:  # its month is closed, say: asked again later
        log.exception("attempt %s of school %s cannot be booked yet", attempt.pk, attempt.school_id)
        with transaction():
            _ask_later(attempt)


@transaction_required
def _take(channel: Channel, attempt: Attempt, answer: QueryResult) -> None:
    for money in answer.moneys:
        settle(channel, attempt, money, told_by=ToldBy.QUERY)
    now = clock.now()
    attempt.queries += 1
    attempt.next_query_at = schedule.next_moment(attempt.created_at, now)
    if answer.status is Status.FAILED:
        mark_failed(attempt, answer.problem)
        attempt.next_query_at = None
    elif is_open(attempt) and now >= attempt.expires_at:
        attempt.state = AttemptState.EXPIRED.value
    if attempt.state == AttemptState.PAID.value and (
        gateway_of(channel).has_fixed_amount or attempt.received >= attempt.amount
    ):
        attempt.next_query_at = None
    attempt.save(update_fields=["queries", "next_query_at", "state"])


def _ask_later(attempt: Attempt) -> None:
    now = clock.now()
    moment = schedule.after_silence(attempt.created_at, now)
    rows = Attempt.objects.for_school(attempt.school_id).filter(pk=attempt.pk)
    rows = rows.exclude(state=AttemptState.PAID.value, next_query_at=None)  # a notice came while it was asked
    rows.update(next_query_at=moment)
    if moment is None:
        rows.filter(state__in=[AttemptState.CREATED.value, AttemptState.PENDING.value]).update(
            state=AttemptState.EXPIRED.value
        )


def _claim(attempt: Attempt) -> bool:
    with transaction():
        rows = Attempt.objects.for_school(attempt.school_id).filter(pk=attempt.pk, next_query_at=attempt.next_query_at)
        return bool(rows.update(next_query_at=clock.now() + _LEASE))
