"""Bank feeds and their keys take two people: what a feed says books money (A28)."""

from __future__ import annotations

from truongso.banking import feed
from truongso.banking.feed import FeedRefusedError
from truongso.banking.models import BankLine, FeedConnection, FeedSighting
from truongso.banking.types import LineState
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import BankAccount, School
from truongso.payments.public import (
    FEEDS,
    Approve,
    ChangeKind,
    ChangeRefusedError,
    Payment,
    SetupChange,
    decide_change,
    propose_change,
)
from truongso.payments.types import EvidenceKind

_SHOWN = 10


@transaction_required
def propose_feed(
    account: BankAccount, *, provider: str, reason: str, actor: Actor, secret: str = ""
) -> tuple[FeedConnection, str]:
    """Set a feed up and ask that it be believed; the secret as in `feed.connect`, shown this once.

    Raises FeedRefusedError, ChangeRefusedError.
    """
    made, secret = feed.connect(account, provider=provider, secret=secret, is_active=False, actor=actor)
    propose_change(
        account.school_id, kind=ChangeKind.FEED_CONNECT, subject=made.public_id, title=_title(made, account),
        reason=reason, actor=actor,
    )  # fmt: skip
    return made, secret


@transaction_required
def approve_feed(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that a feed is believed. Raises ChangeRefusedError, also `already_connected`, `account_inactive`."""
    change, _secret = decide_change(school.pk, change_id=change_id, actor=actor)
    rows = FeedConnection.objects.for_school(school).select_related("bank_account")
    try:
        feed.activate(rows.get(public_id=change.subject), actor=actor)
    except FeedRefusedError as refusal:
        raise ChangeRefusedError(refusal.code) from refusal
    return change


@transaction_required
def propose_feed_key(
    connection: FeedConnection, *, reason: str, actor: Actor, secret: str = ""
) -> tuple[SetupChange, str]:
    """Ask for another key of a live feed: ours is shown this once, Casso and payOS give theirs.

    Raises FeedRefusedError `secret_missing`, `secret_malformed`, ChangeRefusedError.
    """
    if not connection.is_active:
        raise ChangeRefusedError("partner_off")
    secret = feed.signing_secret(connection.provider, secret.strip())
    change = propose_change(
        connection.school_id, kind=ChangeKind.FEED_KEYS, subject=connection.public_id,
        title=_title(connection, connection.bank_account), reason=reason, actor=actor, secret=secret,
    )  # fmt: skip
    return change, secret


@transaction_required
def approve_feed_key(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that what is signed with the new key is believed. Raises as `decide_change`."""
    change, secret = decide_change(school.pk, change_id=change_id, actor=actor)
    feed.add_secret(FeedConnection.objects.for_school(school).get(public_id=change.subject), secret=secret, actor=actor)
    return change


def payments_by_feed(school_id: int, provider: str) -> list[Payment]:
    """Standing payments that a provider's notices brought, the smallest first: any of them proves the feed."""
    told = FeedSighting.objects.for_school(school_id).filter(connection__provider=provider)
    lines = BankLine.objects.for_school(school_id).filter(pk__in=told.values("line_id"), state=LineState.MATCHED.value)
    references = [str(pk) for pk in lines.order_by("amount", "-pk").values_list("pk", flat=True)[:_SHOWN]]
    rows = Payment.objects.for_school(school_id).filter(
        reversed_at__isnull=True, evidence__kind=EvidenceKind.BANK_LINE.value, evidence__reference__in=references
    )
    return list(rows.order_by("amount", "-pk"))


FEED_APPROVALS: dict[ChangeKind, Approve] = {
    ChangeKind.FEED_CONNECT: approve_feed,
    ChangeKind.FEED_KEYS: approve_feed_key,
}


def _title(connection: FeedConnection, account: BankAccount) -> str:
    return f"{FEEDS[connection.provider].name} · {account.number}"
