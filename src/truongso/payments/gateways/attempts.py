"""Starting to pay through a gateway: written down first, then the gateway is asked, then its page is handed out."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from collections.abc import Sequence

from truongso.fees.public import LockedInvoice, lock_invoices
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.money import ZERO, total
from truongso.payments.gateways import schedule
from truongso.payments.gateways.addresses import (
    addresses_of,
    gateway_of,
    hook_url,
    is_own_path,
    is_pay_url,
)
from truongso.payments.gateways.addresses import (
    return_url as return_address,
)
from truongso.payments.gateways.calls import CallError, exchange
from truongso.payments.gateways.credentials import present_credentials
from truongso.payments.gateways.models import Attempt, AttemptShare, Channel
from truongso.payments.gateways.queries import is_open
from truongso.payments.gateways.settle import lock_attempt
from truongso.payments.gateways.types import AttemptState, GatewayRefusedError
from truongso.payments.providers.types import Created, CreateRequest
from truongso.payments.types import Share

LIFETIME = dt.timedelta(minutes=15)
_MOST_INVOICES = 12  # as many as a payment names
_NOTE = 9


def start_attempt(
    school_id: int,
    *,
    channel: Channel,
    shares: Sequence[Share],
    return_url: str,
    actor: Actor,
    client_ip: str = "127.0.0.1",
    is_trial: bool = False,
) -> Attempt:
    """Open an order at the channel's gateway for parts of a family's invoices; `pay_url` is where the payer goes on.

    `is_trial`: staff try a channel that families are not offered yet. `return_url` is a path of this site for the way
    back. Amounts are held against what the invoices owe now.
    Opens its own transactions around the call. Raises GatewayRefusedError; of the order nothing but the failed attempt
    remains then.
    """
    if not is_own_path(return_url):
        raise GatewayRefusedError("bad_return_url")
    if channel.school_id != school_id or not (channel.is_active or is_trial):
        raise GatewayRefusedError("channel_inactive")
    with transaction():
        attempt, invoices = _write_down(school_id, channel, shares, return_url, actor)
    request = _request(channel, attempt, invoices, client_ip)
    try:
        created = _create(channel, request)
    except CallError as error:
        with transaction():
            _fail(channel, attempt, error.code)
        code = "gateway_unreachable" if error.is_down else "gateway_refused"
        raise GatewayRefusedError(code, problem=error.code) from error
    with transaction():
        held = lock_attempt(channel, attempt.reference)
        if held is None:
            raise RuntimeError("an attempt is never deleted")
        held.pay_url, held.gateway_id = created.pay_url, created.gateway_id
        if held.state == AttemptState.CREATED.value:  # a notice may be faster than the answer
            held.state = AttemptState.PENDING.value
        held.save(update_fields=["pay_url", "gateway_id", "state"])
    held.channel = channel
    return held


@transaction_required
def cancel_attempt(attempt: Attempt, *, actor: Actor) -> bool:
    """Withdraw an attempt that nobody has paid yet; True when it was open. Money that comes nevertheless is kept."""
    held = lock_attempt(attempt.channel, attempt.reference)
    if held is None or not is_open(held):
        return False
    held.state = AttemptState.CANCELLED.value
    held.save(update_fields=["state"])
    audit.record(
        actor, "payments:attempt:cancel", school_id=held.school_id, subject=("attempt", held.pk),
        params={"reference": held.reference},
    )  # fmt: skip
    return True


@transaction_required
def _write_down(
    school_id: int, channel: Channel, shares: Sequence[Share], return_url: str, actor: Actor
) -> tuple[Attempt, dict[int, LockedInvoice]]:
    invoices = lock_invoices(school_id, (s.invoice_id for s in shares))
    _check(channel, shares, invoices)
    now = clock.now()
    attempt = Attempt.objects.create(
        school_id=school_id, channel=channel, family_id=invoices[shares[0].invoice_id].family_id,
        reference=gateway_of(channel).reference(secrets.randbits(49), now), amount=total(s.amount for s in shares),
        return_url=return_url, created_at=now, created_by=actor.user_id, expires_at=now + LIFETIME,
        next_query_at=schedule.next_moment(now, now),
    )  # fmt: skip
    AttemptShare.objects.bulk_create(
        AttemptShare(school_id=school_id, attempt=attempt, invoice_id=s.invoice_id, amount=s.amount) for s in shares
    )
    audit.record(
        actor, "payments:attempt:start", school_id=school_id, subject=("attempt", attempt.pk),
        params={
            "provider": channel.provider, "reference": attempt.reference, "amount": int(attempt.amount),
            "codes": " ".join(invoices[s.invoice_id].code for s in shares),
        },
    )  # fmt: skip
    return attempt, invoices


def _check(channel: Channel, shares: Sequence[Share], invoices: dict[int, LockedInvoice]) -> None:
    """The amounts come from a form: they count only within what the invoices owe (A24)."""
    if not shares:
        raise GatewayRefusedError("no_invoice")
    if len(shares) > _MOST_INVOICES or len({s.invoice_id for s in shares}) < len(shares):
        raise GatewayRefusedError("too_many_invoices", most=_MOST_INVOICES)
    for share in shares:
        invoice = invoices.get(share.invoice_id)
        if invoice is None:
            raise GatewayRefusedError("unknown_invoice")
        if invoice.cancelled_at is not None:
            raise GatewayRefusedError("invoice_cancelled", code=invoice.code)
        if share.amount <= ZERO:
            raise GatewayRefusedError("amount_not_positive")
        if share.amount > invoice.outstanding:
            raise GatewayRefusedError("amount_exceeds_debt", code=invoice.code, owed=int(invoice.outstanding))
    if len({i.family_id for i in invoices.values()}) > 1:
        raise GatewayRefusedError("several_families")
    gateway = gateway_of(channel)
    if not gateway.least <= total(s.amount for s in shares) <= gateway.most:
        raise GatewayRefusedError("amount_outside_limits", least=int(gateway.least), most=int(gateway.most))


def _request(channel: Channel, attempt: Attempt, invoices: dict[int, LockedInvoice], client_ip: str) -> CreateRequest:
    codes = " ".join(i.code for i in invoices.values())
    return CreateRequest(
        reference=attempt.reference, amount=attempt.amount, description=f"Hoc phi {codes}",
        note=attempt.reference[-_NOTE:], notice_url=hook_url(channel), return_url=return_address(channel, attempt),
        client_ip=_ip(client_ip), now=attempt.created_at, expires_at=attempt.expires_at,
    )  # fmt: skip


def _create(channel: Channel, request: CreateRequest) -> Created:
    gateway, credentials = gateway_of(channel), present_credentials(channel)
    made = gateway.create(request, credentials, addresses_of(channel))
    if not isinstance(made, Created):
        made = exchange(channel, made, lambda answer: gateway.read_created(answer, request, credentials))
    if not is_pay_url(channel, made.pay_url):
        raise CallError("foreign_pay_url", is_down=True)
    return made


def _fail(channel: Channel, attempt: Attempt, problem: str) -> None:
    """The order may still exist at the gateway (an answer that got lost): it is asked about on schedule."""
    held = lock_attempt(channel, attempt.reference)
    if held is not None and is_open(held):
        held.state, held.problem = AttemptState.FAILED.value, problem[:60]
        held.save(update_fields=["state", "problem"])


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return "127.0.0.1"
