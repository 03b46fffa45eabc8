"""VietQR: the QR payload of NAPAS fast transfers, written and read.

Source: NAPAS, "Quy định về định dạng mã VietQR trong dịch vụ chuyển nhanh NAPAS247", v1.0, 09/2021.
Pure: no Django, no network, no image (the picture is `truongso.kernel.qr_image`).
"""

from .errors import Oddity, OddityCode, Reason, VietQrError
from .fields import Initiation, Service, TransferOrder, VietQr
from .reader import decode
from .writer import encode

__all__ = [
    "Initiation",
    "Oddity",
    "OddityCode",
    "Reason",
    "Service",
    "TransferOrder",
    "VietQr",
    "VietQrError",
    "decode",
    "encode",
]
