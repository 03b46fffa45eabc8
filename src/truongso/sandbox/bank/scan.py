"""What a bank's app makes of a VietQR: the transfer it asks for, read strictly."""

from __future__ import annotations

from truongso.kernel.qr_image import QrImageError, read_qr
from truongso.payments.vietqr import TransferOrder, VietQrError, decode
from truongso.sandbox.bank.types import BankError

__all__ = ["TransferOrder", "payload_in", "scan"]


def scan(payload: str) -> TransferOrder:
    """The transfer in a payload. Raises BankError `qr_<reason>` with the params of the reason."""
    try:
        return decode(payload.strip()).transfer()
    except VietQrError as error:
        raise BankError(f"qr_{error.reason}", **error.params) from error


def payload_in(picture: bytes) -> str:
    """The payload of the one code in a PNG or JPEG.

    Raises BankError `image_<reason>`, image_without_code, image_with_several.
    """
    try:
        found = set(read_qr(picture))
    except QrImageError as error:
        raise BankError(f"image_{error.reason}", **error.params) from error
    if not found:
        raise BankError("image_without_code")
    if len(found) > 1:
        raise BankError("image_with_several")
    return found.pop()
