"""Signing receipts as they are issued, and those issued before there was a key."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import groupby

from django.db import IntegrityError

from truongso.kernel import clock
from truongso.kernel.db import transaction, transaction_required
from truongso.payments.models import Receipt, ReceiptSignature, SigningKey
from truongso.payments.receipt_signature import Issued, sign
from truongso.payments.signing.keys import KeyPair, key_pair

_BATCH = 500
log = logging.getLogger("truongso.payments")


@transaction_required
def sign_receipts(receipts: Sequence[Receipt], *, key: SigningKey | None = None) -> None:
    """Sign receipts in the transaction that issues them: what is changed later no longer fits. 2 queries, 1 where the
    caller has the `key` of the installation as published."""
    if not receipts:
        return
    pair, now = key_pair(), clock.now()
    key = key or published(pair)
    signed = [(receipt, *sign(pair.private, issued_of(receipt))) for receipt in receipts]
    for school_id, of_school in groupby(signed, lambda one: one[0].school_id):
        own = list(of_school)
        ReceiptSignature.objects.insert_columns(
            school_id,
            each={
                "receipt_id": [receipt.id for receipt, _digest, _signature in own],
                "digest": [digest for _receipt, digest, _signature in own],
                "signature": [signature for _receipt, _digest, signature in own],
            },
            same={"key_id": key.pk, "signed_at": now},
        )


@transaction_required
def published(pair: KeyPair) -> SigningKey:
    """The public key's row, made when the key signs for the first time."""
    row, _created = SigningKey.objects.get_or_create(
        fingerprint=pair.fingerprint, defaults={"public_key": pair.public, "created_at": clock.now()}
    )
    return row


def sign_missing(on_progress: Callable[[int, int], None] = lambda _done, _of: None) -> int:
    """Sign receipts that have no signature yet (issued before signing began); how many.

    Opens its own transactions, one for each 500: broken off, it goes on where it stopped; run by two at once, a part
    that the other has signed meanwhile is left to it.
    """
    unsigned = Receipt.objects.across_schools("every school's receipts are signed").filter(signatures__isnull=True)
    of, done, last = unsigned.count(), 0, 0
    while batch := list(unsigned.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        try:
            with transaction():
                sign_receipts(batch)
            done += len(batch)
        except IntegrityError:  # signed by another process meanwhile
            log.info("receipts %s to %s are being signed elsewhere", batch[0].pk, batch[-1].pk)
        last = batch[-1].pk
        on_progress(done, of)
    return done


def issued_of(receipt: Receipt) -> Issued:
    """The receipt as it is signed."""
    number = f"{receipt.book}-{receipt.year}-{receipt.number:06}"
    return Issued(receipt.public_id, number, receipt.issued_at, receipt.content)
