"""Calls that write, each done once: the same nonce with the same body gets the same answer."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.payments.bills.models import BillCall, BillPartner
from truongso.payments.bills.types import BillCode, BillRefusedError


@transaction_required
def reserve(partner: BillPartner, *, nonce: str, path: str, body: bytes) -> BillCall:
    """The call of this nonce, made when it is new; who comes second waits here for who came first (PostgreSQL).

    Raises BillRefusedError `nonce_reused` when the nonce belongs to another address or body.
    """
    digest = hashlib.sha256(body).hexdigest()
    BillCall.objects.bulk_create(
        [BillCall(partner=partner, nonce=nonce, path=path, body_sha256=digest, created_at=clock.now())],
        ignore_conflicts=True,
    )
    call = BillCall.objects.select_for_update().get(partner=partner, nonce=nonce)
    if (call.path, call.body_sha256) != (path, digest):
        raise BillRefusedError(BillCode.NONCE_REUSED)
    return call


@transaction_required
def finish(call: BillCall, answer: dict[str, Any]) -> dict[str, Any]:
    """Keep the answer of an act that is done, and return it as it will be returned every time."""
    call.answer = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    call.save(update_fields=["answer"])
    return answered(call) or {}


def answered(call: BillCall) -> dict[str, Any] | None:
    """The answer given before, or None while there is none."""
    return json.loads(call.answer) if call.answer else None
