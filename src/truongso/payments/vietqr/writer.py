"""Writing a VietQR payload."""

from __future__ import annotations

import re

from truongso.kernel.money import ZERO, Dong

from . import tlv
from .errors import Reason, VietQrError
from .fields import AMOUNT_LIMIT, COUNTRY_VN, CURRENCY_VND, NAPAS_GUID, Initiation, Service

BIN_FORM = re.compile(r"[0-9]{6}")
ACCOUNT_FORM = re.compile(r"[0-9A-Za-z]{1,19}")
_PRINTABLE = re.compile(r"[ -~]*")
_TEXT_LIMIT = 25


def encode(
    *,
    bank_bin: str,
    account: str,
    amount: Dong | None = None,
    memo: str = "",
    bill_number: str = "",
    service: Service = Service.ACCOUNT,
) -> str:
    """The payload of a transfer to `account` at the bank `bank_bin` (6 digits).

    With an amount it is dynamic (one payment, an invoice), without one static (a poster). `memo` (62-08) and
    `bill_number` (62-01) take at most 25 printable ASCII characters each; both travel through banks and SMS,
    so nothing about a child belongs there.

    Raises VietQrError: BANK_BIN, ACCOUNT (1–19 letters and digits), AMOUNT (not positive), AMOUNT_TOO_LARGE
    (500,000,000 đ or more), MEMO, BILL_NUMBER, LENGTH.
    """
    if not BIN_FORM.fullmatch(bank_bin):
        raise VietQrError(Reason.BANK_BIN, value=bank_bin)
    if not ACCOUNT_FORM.fullmatch(account):
        raise VietQrError(Reason.ACCOUNT, value=account)
    _check_amount(amount)
    _check_text(memo, Reason.MEMO)
    _check_text(bill_number, Reason.BILL_NUMBER)

    receiver = tlv.write("00", bank_bin) + tlv.write("01", account)
    parts = [
        tlv.write("00", "01"),
        tlv.write("01", Initiation.STATIC if amount is None else Initiation.DYNAMIC),
        tlv.write("38", tlv.write("00", NAPAS_GUID) + tlv.write("01", receiver) + tlv.write("02", service)),
        tlv.write("53", CURRENCY_VND),
    ]
    if amount is not None:
        parts.append(tlv.write("54", str(amount.value)))
    parts.append(tlv.write("58", COUNTRY_VN))
    additional = "".join(tlv.write(i, text) for i, text in (("01", bill_number), ("08", memo)) if text)
    if additional:
        parts.append(tlv.write("62", additional))
    body = "".join(parts) + "6304"
    return body + tlv.crc_hex(body)


def _check_amount(amount: Dong | None) -> None:
    if amount is None:
        return
    if amount <= ZERO:
        raise VietQrError(Reason.AMOUNT, value=amount.value)
    if amount >= AMOUNT_LIMIT:
        raise VietQrError(Reason.AMOUNT_TOO_LARGE, amount=amount.value, limit=AMOUNT_LIMIT.value)


def _check_text(text: str, reason: Reason) -> None:
    if len(text) > _TEXT_LIMIT or not _PRINTABLE.fullmatch(text):
        raise VietQrError(reason, value=text, limit=_TEXT_LIMIT, length=len(text))
