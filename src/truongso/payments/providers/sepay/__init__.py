"""SePay bank feed: whether a notice is genuine and what it says. Pure, no Django."""

from truongso.payments.providers.sepay.errors import NoticeError, SignatureError
from truongso.payments.providers.sepay.notice import SepayNotice, TransferType, parse_notice
from truongso.payments.providers.sepay.signature import (
    MAX_DRIFT,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    sign,
    verify_api_key,
    verify_signature,
)

__all__ = [
    "MAX_DRIFT",
    "SIGNATURE_HEADER",
    "TIMESTAMP_HEADER",
    "NoticeError",
    "SepayNotice",
    "SignatureError",
    "TransferType",
    "parse_notice",
    "sign",
    "verify_api_key",
    "verify_signature",
]
