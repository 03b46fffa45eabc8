"""Reads of signatures and keys."""

from __future__ import annotations

from truongso.payments.models import Receipt, ReceiptSignature, SigningKey
from truongso.payments.receipt_signature import body_of, holds, signed_file
from truongso.payments.signing.services import issued_of


def public_keys() -> list[SigningKey]:
    """Every key this installation has signed receipts with, the present one first; 1 query."""
    return list(SigningKey.objects.order_by("-pk"))


def known_keys() -> dict[str, str]:
    """Fingerprint → public key (base64) of this installation; 1 query."""
    return {key.fingerprint: key.public_key for key in public_keys()}


def signature_of(receipt: Receipt) -> ReceiptSignature | None:
    """The signature of a receipt with its key; 1 query."""
    rows = ReceiptSignature.objects.for_school(receipt.school_id).select_related("key")
    found: ReceiptSignature | None = rows.filter(receipt=receipt).first()
    return found


def is_untouched(receipt: Receipt, signature: ReceiptSignature) -> bool:
    """True when what the receipt says now is what was signed."""
    return holds(signature.key.public_key, body_of(issued_of(receipt)), signature.signature)


def file_of(receipt: Receipt) -> bytes | None:
    """The signed file of a receipt; None when it is not signed or no longer fits its signature."""
    signature = signature_of(receipt)
    if signature is None or not is_untouched(receipt, signature):
        return None
    return signed_file(issued_of(receipt), signature=signature.signature, public_key=signature.key.public_key)


def receipt_is_untouched(receipt: Receipt) -> bool | None:
    """Whether a receipt still says what was signed when it was issued; None when it was never signed; 1 query."""
    signature = signature_of(receipt)
    return None if signature is None else is_untouched(receipt, signature)
