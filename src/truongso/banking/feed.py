"""The bank feed: notices of movements pushed over HTTP. Inbox first, believed only when signed, each booked once."""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Mapping
from dataclasses import dataclass

from truongso.banking.decide import decide_lines
from truongso.banking.lines import Reported, known_from_statement, line_map, record
from truongso.banking.models import BankLine, FeedConnection, FeedSighting
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.types import StatementLine
from truongso.banking.types import Direction
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.sealing import seal, unseal
from truongso.organizations.public import BankAccount
from truongso.payments.public import (
    FeedError,
    FeedMovement,
    Notice,
    read_feed_notice,
    settle_notice,
    store_notice,
    verify_feed_notice,
    waiting_notices,
)
from truongso.payments.types import NoticeState

ACTOR = Actor.system("bank-feed", "hook")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a notice: `accepted` says that the provider need not send it again."""

    accepted: bool
    is_forged: bool
    problem: str = ""


@transaction_required
def connect(account: BankAccount, *, provider: str, actor: Actor) -> tuple[FeedConnection, str]:
    """A feed for an account, with a fresh signing secret that is shown this once."""
    secret = random_secrets.token_urlsafe(32)
    connection = FeedConnection.objects.create(
        school_id=account.school_id, provider=provider, bank_account=account, created_at=clock.now()
    )
    connection.sealed_secrets = [seal(secret, place=_place(connection))]
    connection.save(update_fields=["sealed_secrets"])
    audit.record(
        actor, "banking:feed:connect", school_id=account.school_id, subject=("feed", connection.pk),
        params={"provider": provider, "account": account.number},
    )  # fmt: skip
    return connection, secret


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
        live = [unseal(s, place=_place(connection)) for s in connection.sealed_secrets]
        verify_feed_notice(connection.provider, body, headers, secrets=live, now=clock.now())
    except FeedError as error:
        with transaction():
            settle_notice(notice, NoticeState.REFUSED, problem=error.code)
        return Received(accepted=False, is_forged=error.is_forged, problem=error.code)
    with transaction():
        settle_notice(notice, NoticeState.VERIFIED)
    return _work_off(connection, notice)


def work_off_waiting(connection: FeedConnection) -> int:
    """Work off notices that were verified but not finished; returns how many."""
    rows = waiting_notices(connection.school_id, provider=connection.provider, connection=connection.public_id)
    for notice in rows:
        _work_off(connection, notice)
    return len(rows)


def _work_off(connection: FeedConnection, notice: Notice) -> Received:
    try:
        movement = read_feed_notice(connection.provider, bytes(notice.body))
    except FeedError as error:
        with transaction():
            settle_notice(notice, NoticeState.REFUSED, problem=error.code)
        return Received(accepted=False, is_forged=False, problem=error.code)
    with transaction():
        return _take(connection, notice, movement)


def _take(connection: FeedConnection, notice: Notice, movement: FeedMovement) -> Received:
    """One transaction: line, books, match, sighting. A genuine notice is not yet a valid one (A19, A20)."""
    account = connection.bank_account
    if movement.account != account.number:
        settle_notice(notice, NoticeState.REFUSED, problem="other_account", external_id=movement.external_id)
        return Received(accepted=False, is_forged=False, problem="other_account")
    line = _statement_line(movement)
    sightings = FeedSighting.objects.for_school(connection.school_id).filter(connection=connection)
    seen = sightings.filter(external_id=movement.external_id).select_related("line").first()
    if seen is not None:
        same = seen.line.amount == movement.amount and seen.line.direction == line.direction.value
        problem = "" if same else "replay_differs"
        state = NoticeState.DUPLICATE if same else NoticeState.REFUSED
        settle_notice(notice, state, problem=problem, external_id=movement.external_id)
        return Received(accepted=same, is_forged=False, problem=problem)
    row = _known_or_new(account, line)
    FeedSighting.objects.create(
        school_id=connection.school_id, connection=connection, external_id=movement.external_id, notice=notice,
        line=row, created_at=clock.now(),
    )  # fmt: skip
    FeedConnection.objects.for_school(connection.school_id).filter(pk=connection.pk).update(last_notice_at=clock.now())
    settle_notice(notice, NoticeState.PROCESSED, external_id=movement.external_id)
    decide_lines(connection.school_id, [row], actor=ACTOR)
    return Received(accepted=True, is_forged=False)


def _known_or_new(account: BankAccount, line: StatementLine) -> BankLine:
    """The line a statement brought before, or a new one; equal notices with other ids are honest twins."""
    known = known_from_statement(account, line)
    if known is not None:
        return line_map(account, [known])[known]
    key = line_keys([line], account=account.number)[0]
    equal = BankLine.objects.for_school(account.school_id).filter(bank_account=account, content_key=key.content)
    reported = Reported(key._replace(occurrence=equal.count() + 1), line)
    return record(account, [reported], actor_id=None)[0]


def _statement_line(movement: FeedMovement) -> StatementLine:
    return StatementLine(
        booked_on=clock.school_date(movement.booked_at), booked_at=movement.booked_at,
        direction=Direction.IN if movement.is_credit else Direction.OUT, amount=movement.amount, memo=movement.memo,
        reference=movement.reference, balance=movement.balance,
    )  # fmt: skip


def _place(connection: FeedConnection) -> str:
    return f"banking_feedconnection|sealed_secrets|{connection.public_id}"
