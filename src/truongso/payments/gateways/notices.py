"""Notices of gateways: raw first, believed only when signed, valid only when everything fits, booked once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError

from truongso.kernel import audit, clock
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.payments import inbox
from truongso.payments.gateways.addresses import gateway_of
from truongso.payments.gateways.credentials import live_credentials
from truongso.payments.gateways.health import note_ok
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.settle import ACTOR, Settled, lock_attempt, mark_failed, settle
from truongso.payments.gateways.types import AttemptState, ToldBy
from truongso.payments.models import Notice
from truongso.payments.providers.types import (
    ForgedError,
    GenuineNotice,
    Paid,
    ProtocolError,
    RawNotice,
    Status,
    UnreadableError,
    Verdict,
)
from truongso.payments.types import NoticeState

_EARLIEST = dt.timedelta(days=1)  # before its order was opened, a payment has a wrong clock
_LATEST = dt.timedelta(days=1)
log = logging.getLogger("truongso.payments")


def receive(channel: Channel, *, query: str, body: bytes, headers: Mapping[str, str]) -> Verdict:
    """Take one notice in and say what was made of it. Opens its own transactions.

    A crash after verification loses nothing: the stored notice is worked off by the next tick.
    """
    gateway = gateway_of(channel)
    content = query.encode("latin-1", "replace") if gateway.notice_method == "GET" else body
    with transaction():
        notice = inbox.store(
            channel.school_id, provider=channel.provider, connection=channel.public_id, body=content, headers=headers
        )
    try:
        genuine = _read(channel, content, headers)
    except ProtocolError as error:
        with transaction():
            if isinstance(error, UnreadableError):
                inbox.settle(notice, NoticeState.REFUSED, problem=error.code)
                note_ok(channel, by_notice=True)  # it was signed
            else:
                inbox.refuse_forged(notice, problem=error.code)
        return Verdict.FORGED if isinstance(error, ForgedError) else Verdict.UNREADABLE
    with transaction():
        inbox.settle(notice, NoticeState.VERIFIED)
        note_ok(channel, by_notice=True)
    try:
        return _work_off(channel, notice, genuine)
    except IntegrityError:  # its month is closed, say: the notice is kept and worked off later
        log.exception("notice %s of school %s cannot be booked yet", notice.pk, notice.school_id)
        return Verdict.ACCEPTED


def work_off_waiting(channel: Channel) -> int:
    """Work off notices that were verified but not finished; returns how many were finished."""
    finished = 0
    for notice in inbox.waiting(channel.school_id, provider=channel.provider, connection=channel.public_id):
        try:
            _work_off(channel, notice, _read(channel, bytes(notice.body), notice.headers))
            finished += 1
        except ProtocolError as error:  # its keys were replaced meanwhile: it was found genuine, a person looks at it
            log.warning("notice %s of school %s: %s", notice.pk, notice.school_id, error.code)
            with transaction():
                inbox.settle(notice, NoticeState.REFUSED, problem=error.code)
        except IntegrityError:
            log.exception("notice %s of school %s cannot be booked yet", notice.pk, notice.school_id)
    return finished


def _read(channel: Channel, content: bytes, headers: Mapping[str, str]) -> GenuineNotice:
    gateway = gateway_of(channel)
    raw = RawNotice(
        method=gateway.notice_method, query=content.decode("latin-1") if gateway.notice_method == "GET" else "",
        body=content, headers=headers,
    )  # fmt: skip
    return gateway.read_notice(raw, live_credentials(channel))


def _work_off(channel: Channel, notice: Notice, genuine: GenuineNotice) -> Verdict:
    def attempt() -> Verdict:
        with transaction():
            return _take(channel, notice, genuine)

    return retrying(attempt)


@transaction_required
def _take(channel: Channel, notice: Notice, genuine: GenuineNotice) -> Verdict:
    """One transaction: attempt, evidence, payment, books, receipt. A genuine notice is not yet a valid one (A19)."""
    attempt = lock_attempt(channel, genuine.reference)
    notice.refresh_from_db()
    if notice.state != NoticeState.VERIFIED.value:  # another process finished it while we waited for the attempt
        return Verdict.DUPLICATE if notice.state != NoticeState.REFUSED.value else Verdict.WRONG_CONTENT
    wrong = _misfit(channel, genuine, attempt)
    if attempt is None or wrong is not None:
        return _refuse(channel, notice, genuine, wrong or _UNKNOWN, attempt)
    if genuine.status is Status.PAID:
        return _paid(channel, notice, genuine, attempt)
    changed = genuine.status is Status.FAILED and mark_failed(attempt, genuine.problem)
    state = NoticeState.PROCESSED if changed else NoticeState.DUPLICATE
    inbox.settle(notice, state, problem=genuine.problem, external_id="")
    return Verdict.ACCEPTED if changed or genuine.status is Status.PENDING else Verdict.DUPLICATE


def _paid(channel: Channel, notice: Notice, genuine: GenuineNotice, attempt: Attempt) -> Verdict:
    paid_at = genuine.paid_at
    if paid_at is None or not genuine.txn_id or not genuine.amount:
        return _refuse(channel, notice, genuine, _Misfit("no_transaction", Verdict.WRONG_CONTENT), attempt)
    if not attempt.created_at - _EARLIEST <= paid_at <= clock.now() + _LATEST:
        return _refuse(channel, notice, genuine, _Misfit("date_implausible", Verdict.WRONG_CONTENT), attempt)
    settled = settle(channel, attempt, Paid(genuine.txn_id, genuine.amount, paid_at), told_by=ToldBy.NOTICE)
    if settled is Settled.DIFFERS:
        return _refuse(channel, notice, genuine, _Misfit("replay_differs", Verdict.WRONG_AMOUNT), attempt)
    known = settled is Settled.KNOWN
    inbox.settle(notice, NoticeState.DUPLICATE if known else NoticeState.PROCESSED, external_id=genuine.txn_id)
    return Verdict.DUPLICATE if known else Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class _Misfit:
    problem: str
    verdict: Verdict


_UNKNOWN = _Misfit("unknown_order", Verdict.UNKNOWN_ORDER)


def _misfit(channel: Channel, genuine: GenuineNotice, attempt: Attempt | None) -> _Misfit | None:
    """What a signed notice says otherwise than was agreed."""
    if genuine.merchant not in {"", channel.merchant}:
        return _Misfit("other_merchant", Verdict.WRONG_CONTENT)
    if attempt is None:
        return _UNKNOWN
    if genuine.currency != "VND":
        return _Misfit("other_currency", Verdict.WRONG_CONTENT)
    if genuine.amount != attempt.amount and gateway_of(channel).has_fixed_amount:
        return _Misfit("other_amount", Verdict.WRONG_AMOUNT)
    return None


def _refuse(
    channel: Channel, notice: Notice, genuine: GenuineNotice, wrong: _Misfit, attempt: Attempt | None
) -> Verdict:
    """Signed, yet not ours or not as agreed: kept in the inbox, nothing moved, and a person is told.

    The gateway is asked at once what really came: its answer decides, so that no money is lost.
    """
    inbox.settle(notice, NoticeState.REFUSED, problem=wrong.problem, external_id=genuine.txn_id)
    audit.record(
        ACTOR, "payments:gateway:notice_refused", school_id=channel.school_id, subject=("notice", notice.pk),
        params={"problem": wrong.problem, "reference": genuine.reference[:80], "amount": int(genuine.amount)},
    )  # fmt: skip
    if attempt is not None and attempt.state != AttemptState.PAID.value:
        Attempt.objects.for_school(channel.school_id).filter(pk=attempt.pk).update(next_query_at=clock.now())
    return wrong.verdict
