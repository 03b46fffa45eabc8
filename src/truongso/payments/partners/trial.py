"""A test with real money through a channel that families are not offered yet: a small part of a real invoice."""

from __future__ import annotations

from truongso.fees.public import invoice_by_code
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.payments.gateways.attempts import start_attempt
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.types import AttemptState
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.types import MOST_TEST, PartnerFileRefusedError
from truongso.payments.types import Share

_SHOWN = 5
_MOST_PAID = 3  # tests with money until one of them is named as the proof


def channel_of(file: PartnerFile) -> Channel:
    """The channel a gateway's list is kept for."""
    found: Channel = Channel.objects.for_school(file.school_id).get(public_id=file.subject)
    return found


def start_trial(
    file: PartnerFile, *, code: str, amount: Dong, return_url: str, actor: Actor, client_ip: str
) -> Attempt:
    """Open an order of at most 100,000 đ for part of an invoice; the money is booked on it as any other.

    Whoever may approve opens it, not whoever wrote the keys down: a test is money told by what nobody has approved yet.
    Opens its own transactions. Raises PartnerFileRefusedError `test_too_large`, `test_done` (one is named already),
    `too_many_tests`, `unknown_invoice`, GatewayRefusedError.
    """
    if file.test_payment_id is not None:
        raise PartnerFileRefusedError("test_done")
    if _paid(file) >= _MOST_PAID:
        raise PartnerFileRefusedError("too_many_tests")
    if amount > MOST_TEST:
        raise PartnerFileRefusedError("test_too_large", most=int(MOST_TEST))
    invoice = invoice_by_code(file.school_id, code)
    if invoice is None:
        raise PartnerFileRefusedError("unknown_invoice")
    return start_attempt(
        file.school_id, channel=channel_of(file), shares=[Share(invoice.pk, amount)], return_url=return_url,
        actor=actor, client_ip=client_ip, is_trial=True,
    )  # fmt: skip


def _paid(file: PartnerFile) -> int:
    rows = Attempt.objects.for_school(file.school_id).filter(channel__public_id=file.subject)
    return rows.filter(state=AttemptState.PAID.value).count()


def trials(file: PartnerFile) -> list[Attempt]:
    """The newest orders a channel was tried with."""
    rows = Attempt.objects.for_school(file.school_id).filter(channel__public_id=file.subject, amount__lte=MOST_TEST)
    return list(rows.exclude(created_by=None).order_by("-pk")[:_SHOWN])
