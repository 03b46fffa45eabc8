"""The bank feed: notices of movements pushed over HTTP. Inbox first, believed only when signed, each booked once."""

from __future__ import annotations

import datetime as dt
import logging
import re
import secrets as random_secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError

from truongso.banking.decide import decide_lines
from truongso.banking.lines import Reported, known_from_statement, line_map, lock_account, record
from truongso.banking.models import BankLine, FeedConnection, FeedSighting
from truongso.banking.refunds.services import match_refunds
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.types import StatementLine
from truongso.banking.taken_back import take_back_certain
from truongso.banking.types import Direction
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction, transaction_required
from truongso.kernel.pace import sign
from truongso.kernel.sealing import seal, unseal
from truongso.organizations.public import BankAccount
from truongso.payments.public import (
    FEEDS,
    FeedError,
    FeedMovement,
    Notice,
    PartnerKind,
    open_partner_file,
    read_feed_notice,
    refuse_forged_notice,
    settle_notice,
    store_notice,
    verify_feed_notice,
    waiting_notices,
)
from truongso.payments.types import NoticeState

ACTOR = Actor.system("bank-feed", "hook")
_LIVE_SECRETS = 2
_EARLIEST = dt.date(2020, 1, 1)  # no feed existed before: an older date is a wrong clock
log = logging.getLogger("truongso.banking")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a notice: `accepted` says that the provider need not send it again."""

    accepted: bool
    is_forged: bool
    problem: str = ""


class FeedRefusedError(Exception):
    """A connection cannot be set up as asked; `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction_required
def connect(
    account: BankAccount, *, provider: str, actor: Actor, secret: str = "", is_active: bool = True
) -> tuple[FeedConnection, str]:
    """A feed for an account. SePay takes a fresh secret of ours, shown this once; Casso and payOS give theirs.

    One that is not active is believed once `activate` says so. Raises FeedRefusedError `already_connected` (one live
    feed for an account), `account_inactive`, `unknown_provider`, `secret_missing`, `secret_malformed`.
    """
    secret = signing_secret(provider, secret.strip())
    _check_free(account)
    connection = FeedConnection.objects.create(
        school_id=account.school_id, provider=provider, bank_account=account, is_active=is_active,
        created_at=clock.now(),
    )  # fmt: skip
    connection.sealed_secrets = [seal(secret, place=secret_place(connection))]
    connection.save(update_fields=["sealed_secrets"])
    name = FEEDS[provider].name
    open_partner_file(account.school_id, kind=PartnerKind.FEED, subject=provider, name=name, actor=actor)
    audit.record(
        actor, "banking:feed:connect", school_id=account.school_id, subject=("feed", connection.pk),
        params={"provider": provider, "account": account.number},
    )  # fmt: skip
    return connection, secret


@transaction_required
def activate(connection: FeedConnection, *, actor: Actor) -> None:
    """Believe a feed that was set up before. Raises FeedRefusedError `already_connected`, `account_inactive`."""
    _check_free(connection.bank_account)
    FeedConnection.objects.for_school(connection.school_id).filter(pk=connection.pk).update(is_active=True)
    connection.is_active = True
    _record(actor, "activate", connection)


@transaction_required
def add_secret(connection: FeedConnection, *, secret: str, actor: Actor) -> None:
    """Believe what is signed with another secret too; the one before stays live until `drop_former_secret`."""
    held = FeedConnection.objects.for_school(connection.school_id).select_for_update().get(pk=connection.pk)
    live = [seal(secret, place=secret_place(held)), *held.sealed_secrets][:_LIVE_SECRETS]
    FeedConnection.objects.for_school(held.school_id).filter(pk=held.pk).update(sealed_secrets=live)
    connection.sealed_secrets = live
    _record(actor, "add_key", connection)


@transaction_required
def drop_former_secret(connection: FeedConnection, *, actor: Actor) -> None:
    """Believe the present secret only. Nothing happens when there is but one."""
    held = FeedConnection.objects.for_school(connection.school_id).select_for_update().get(pk=connection.pk)
    if len(held.sealed_secrets) > 1:
        rows = FeedConnection.objects.for_school(held.school_id).filter(pk=held.pk)
        rows.update(sealed_secrets=held.sealed_secrets[:1])
        connection.sealed_secrets = held.sealed_secrets[:1]
        _record(actor, "drop_key", connection)


def _check_free(account: BankAccount) -> None:
    lock_account(account)
    if not account.is_active:
        raise FeedRefusedError("account_inactive")
    if FeedConnection.objects.for_school(account.school_id).filter(bank_account=account, is_active=True).exists():
        raise FeedRefusedError("already_connected")


def _record(actor: Actor, verb: str, connection: FeedConnection) -> None:
    audit.record(
        actor, f"banking:feed:{verb}", school_id=connection.school_id, subject=("feed", connection.pk),
        params={"provider": connection.provider},
    )  # fmt: skip


def signing_secret(provider: str, given: str) -> str:
    """The secret of a new key: a fresh one of ours, or what the provider gave. Raises FeedRefusedError."""
    feed = FEEDS.get(provider)
    if feed is None:
        raise FeedRefusedError("unknown_provider")
    if not feed.gives_secret:
        return random_secrets.token_urlsafe(32)
    if not given:
        raise FeedRefusedError("secret_missing")
    if re.fullmatch(r"[\x21-\x7e]{8,128}", given) is None:
        raise FeedRefusedError("secret_malformed")
    return given


@transaction_required
def disconnect(connection: FeedConnection, *, actor: Actor) -> None:
    """Take no more notices under this address; what came stays. Nothing happens when it was ended before."""
    rows = FeedConnection.objects.for_school(connection.school_id).filter(pk=connection.pk, is_active=True)
    if rows.update(is_active=False):
        connection.is_active = False
        audit.record(
            actor, "banking:feed:disconnect", school_id=connection.school_id, subject=("feed", connection.pk),
            params={"provider": connection.provider},
        )  # fmt: skip


def connection_by_public_id(provider: str, public_id: str) -> FeedConnection | None:
    """The active connection of a webhook address, or None."""
    rows = FeedConnection.objects.across_schools("a webhook address names the connection, not the school")
    return rows.select_related("bank_account").filter(provider=provider, public_id=public_id, is_active=True).first()


def receive(connection: FeedConnection, *, body: bytes, headers: Mapping[str, str]) -> Received:
    """Take one notice in: store it raw, verify the raw bytes, then work it off. Opens its own transactions.

    A crash after verification loses nothing: the stored notice is worked off by the next tick.
    """
    with transaction():
        notice = store_notice(
            connection.school_id, provider=connection.provider, connection=connection.public_id, body=body,
            headers=headers,
        )  # fmt: skip
    try:
        live = [unseal(s, place=secret_place(connection)) for s in connection.sealed_secrets]
        verify_feed_notice(connection.provider, body, headers, secrets=live, now=clock.now())
    except FeedError as error:
        with transaction():
            if error.is_forged:
                refuse_forged_notice(notice, problem=error.code)
            else:
                settle_notice(notice, NoticeState.REFUSED, problem=error.code)
        return Received(accepted=False, is_forged=error.is_forged, problem=error.code)
    with transaction():
        settle_notice(notice, NoticeState.VERIFIED)
    try:
        received = _work_off(connection, notice)
        take_back_certain(connection.bank_account, actor=ACTOR)
        return received
    except IntegrityError:  # its month is closed, say: the notice is kept and worked off later
        log.exception("notice %s of school %s cannot be booked yet", notice.pk, notice.school_id)
        return Received(accepted=True, is_forged=False)


def work_off_waiting(connection: FeedConnection) -> int:
    """Work off notices that were verified but not finished; returns how many were finished.

    One that still cannot be booked (its month is closed) stays for the next time and does not hold up the others.
    """
    finished = 0
    for notice in waiting_notices(connection.school_id, provider=connection.provider, connection=connection.public_id):
        try:
            _work_off(connection, notice)
            finished += 1
        except IntegrityError:
            log.exception("notice %s of school %s cannot be booked yet", notice.pk, notice.school_id)
    if finished:
        take_back_certain(connection.bank_account, actor=ACTOR)
    return finished


def _work_off(connection: FeedConnection, notice: Notice) -> Received:
    try:
        movement = read_feed_notice(connection.provider, bytes(notice.body))
    except FeedError as error:
        with transaction():
            settle_notice(notice, NoticeState.REFUSED, problem=error.code)
        return Received(accepted=False, is_forged=False, problem=error.code)

    def attempt() -> Received:
        with transaction():
            return _take(connection, notice, movement)

    return retrying(attempt)


def _take(connection: FeedConnection, notice: Notice, movement: FeedMovement) -> Received:
    """One transaction: line, books, match, sighting. A genuine notice is not yet a valid one (A19, A20)."""
    account = connection.bank_account
    lock_account(account)
    notice.refresh_from_db()
    if notice.state != NoticeState.VERIFIED.value:  # another process finished it while we waited for the account
        return Received(accepted=notice.state != NoticeState.REFUSED.value, is_forged=False, problem=notice.problem)
    if movement.account != account.number:
        return _refuse(notice, movement, "other_account")
    if not _EARLIEST <= clock.school_date(movement.booked_at) <= clock.today() + dt.timedelta(days=1):
        return _refuse(notice, movement, "date_implausible")
    seen = _seen(connection, movement.external_id)
    if seen is not None:
        if not _told_the_same(connection, seen, movement):
            audit.record(
                ACTOR, "banking:feed:replay_differs", school_id=connection.school_id, subject=("notice", notice.pk),
                params={"external_id": movement.external_id, "first_notice": seen.notice_id},
            )  # fmt: skip
            return _refuse(notice, movement, "replay_differs")
        settle_notice(notice, NoticeState.DUPLICATE, external_id=movement.external_id)
        return Received(accepted=True, is_forged=False)
    row = _known_or_new(connection, _statement_line(movement))
    FeedSighting.objects.create(
        school_id=connection.school_id, connection=connection, external_id=movement.external_id, notice=notice,
        line=row, created_at=clock.now(),
    )  # fmt: skip
    now = clock.now()
    connection.pace = sign(connection.pace, now)
    told = FeedConnection.objects.for_school(connection.school_id).filter(pk=connection.pk)
    told.update(last_notice_at=now, pace=connection.pace)
    settle_notice(notice, NoticeState.PROCESSED, external_id=movement.external_id)
    match_refunds(connection.school_id, [row], actor=ACTOR)
    decide_lines(connection.school_id, [row], actor=ACTOR)
    return Received(accepted=True, is_forged=False)


def _refuse(notice: Notice, movement: FeedMovement, problem: str) -> Received:
    settle_notice(notice, NoticeState.REFUSED, problem=problem, external_id=movement.external_id)
    return Received(accepted=False, is_forged=False, problem=problem)


def _seen(connection: FeedConnection, external_id: str) -> FeedSighting | None:
    """The same movement as reported before, also through an earlier connection of the account (it was set up anew)."""
    sightings = FeedSighting.objects.for_school(connection.school_id).filter(
        connection__provider=connection.provider, connection__bank_account_id=connection.bank_account_id
    )
    found: FeedSighting | None = sightings.filter(external_id=external_id).select_related("notice", "line").first()
    return found


def _told_the_same(connection: FeedConnection, seen: FeedSighting, movement: FeedMovement) -> bool:
    """Whether a movement reported again is what was reported first; of an old one only sum and direction are known."""
    if seen.notice.stripped_at is None and seen.notice.body:  # bodies emptied before moments were kept have none
        return read_feed_notice(connection.provider, bytes(seen.notice.body)) == movement
    direction = Direction.IN if movement.is_credit else Direction.OUT
    return bool((seen.line.amount, seen.line.direction) == (movement.amount, direction.value))


def _known_or_new(connection: FeedConnection, line: StatementLine) -> BankLine:
    """The line a statement or another provider brought before, or a new one.

    Equal notices of one provider with other ids are honest twins; what another provider told is the same movement.
    """
    account = connection.bank_account
    known = known_from_statement(account, line)
    if known is not None:
        return line_map(account, [known])[known]
    key = line_keys([line], account=account.number)[0]
    equal = BankLine.objects.for_school(account.school_id).filter(bank_account=account, content_key=key.content)
    told: BankLine | None = (
        equal.filter(booked_at=line.booked_at, feed_sightings__isnull=False)
        .exclude(feed_sightings__connection__provider=connection.provider)
        .order_by("occurrence")
        .first()
    )
    if told is not None:
        return told
    reported = Reported(key._replace(occurrence=equal.count() + 1), line)
    return record(account, [reported], actor_id=None)[0]


def _statement_line(movement: FeedMovement) -> StatementLine:
    return StatementLine(
        booked_on=clock.school_date(movement.booked_at), booked_at=movement.booked_at,
        direction=Direction.IN if movement.is_credit else Direction.OUT, amount=movement.amount, memo=movement.memo,
        reference=movement.reference, balance=movement.balance, counter_name=movement.payer_name,
        counter_account=movement.payer_account, virtual_account=movement.virtual_account,
        counter_bank=movement.payer_bank,
    )  # fmt: skip


def secret_place(connection: FeedConnection) -> str:
    """Where a connection's sealed secrets belong."""
    return f"banking_feedconnection|sealed_secrets|{connection.public_id}"
