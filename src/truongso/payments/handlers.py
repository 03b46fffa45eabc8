"""What payments does when other rooms say that something happened."""

from __future__ import annotations

from typing import Any

from truongso.fees.events import InvoicesIssued
from truongso.kernel.actor import Actor
from truongso.kernel.outbox import Handler
from truongso.payments.virtual_accounts.invoices import number_new_invoices

_NUMBERING = Actor.system("invoice-numbers")


def number_issued(school_id: int, payload: dict[str, Any]) -> None:
    """New invoices get numbers of their own at the bank where the school has chosen that. Twice changes nothing."""
    number_new_invoices(school_id, payload["invoice_ids"], actor=_NUMBERING)


HANDLERS: dict[str, list[Handler]] = {InvoicesIssued.topic: [number_issued]}
