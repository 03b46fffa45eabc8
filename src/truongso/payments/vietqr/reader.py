"""Reading a VietQR payload: by object id, never by position.

Strict where a mistake could move money elsewhere (CRC, structure, doubled objects, fixed values), tolerant
where public samples differ without doubt about the meaning; each difference is named as an oddity.
"""

from __future__ import annotations

import re

from truongso.kernel.money import Dong

from . import tlv
from .errors import Oddity, OddityCode, Reason, VietQrError
from .fields import COUNTRY_VN, CURRENCY_VND, NAPAS_GUID, Initiation, VietQr
from .writer import ACCOUNT_FORM, BIN_FORM

MAX_PAYLOAD = 512
"""EMVCo, QR Code Specification for Payment Systems: the longest payload."""

_CRC_TAIL = re.compile(r"6304([0-9A-Fa-f]{4})")
_AMOUNT = re.compile(r"(?=.{1,13}$)([0-9]+)\.?")
_SERVICES_SEEN = ("QRIBFTTA", "QRIBFTTC", "QRPUSH", "QRCASH")
_MANDATORY = ("01", "38", "53", "58")
_TEMPLATES = (*(f"{n:02d}" for n in range(26, 52)), "62", "64")
_TEXT_LIMITS = {"59": 25, "60": 15, "61": 10}
_ADDITIONAL_LIMIT = 25


def decode(payload: str) -> VietQr:
    """Read `payload`. Raises VietQrError, and nothing else, for any text that is not a sound VietQR.

    Reasons: EMPTY, TOO_LONG, CRC_MISSING, CRC, LENGTH, DUPLICATE, ORDER (00 not first or 63 not last),
    PAYLOAD_FORMAT, INITIATION, GUID, BANK_BIN, ACCOUNT, AMOUNT, CURRENCY, COUNTRY.
    The CRC is judged before the structure: a misread character is a misread character, wherever it fell.
    """
    if not payload:
        raise VietQrError(Reason.EMPTY)
    if len(payload) > MAX_PAYLOAD:
        raise VietQrError(Reason.TOO_LONG, length=len(payload), limit=MAX_PAYLOAD)
    _check_crc(payload)
    objects = tlv.read(payload)
    ids = list(objects)
    if ids[0] != "00" or ids[-1] != "63":
        raise VietQrError(Reason.ORDER, first=ids[0], last=ids[-1])
    _fixed(objects, "00", "01", Reason.PAYLOAD_FORMAT)
    _fixed(objects, "53", CURRENCY_VND, Reason.CURRENCY)
    _fixed(objects, "58", COUNTRY_VN, Reason.COUNTRY)

    oddities = [Oddity(OddityCode.MISSING, i) for i in _MANDATORY if i not in objects]
    oddities += [Oddity(OddityCode.EMPTY_OBJECT, i) for i, value in objects.items() if not value]
    templates = {i: tlv.read(objects[i], i) for i in _TEMPLATES if i in objects}
    initiation, amount = _initiation(objects), _amount(objects)
    if amount is not None and initiation is Initiation.STATIC:
        oddities.append(Oddity(OddityCode.STATIC_WITH_AMOUNT))
    oddities += _long_texts(objects, templates.get("62", {}))
    if not payload.isascii():
        oddities.append(Oddity(OddityCode.NOT_ASCII))

    bank_bin = account = service = None
    if "38" in templates:
        bank_bin, account, service = _beneficiary(templates["38"], oddities)
    return VietQr(
        objects=objects,
        templates=templates,
        initiation=initiation,
        bank_bin=bank_bin,
        account=account,
        service=service,
        amount=amount,
        oddities=tuple(oddities),
    )


def _check_crc(payload: str) -> None:
    tail = _CRC_TAIL.fullmatch(payload[-8:])
    if tail is None:
        raise VietQrError(Reason.CRC_MISSING)
    given, expected = tail[1].upper(), tlv.crc_hex(payload[:-4])
    if given != expected:
        raise VietQrError(Reason.CRC, given=given, expected=expected)


def _fixed(objects: dict[str, str], object_id: str, value: str, reason: Reason) -> None:
    if objects.get(object_id, value) != value:
        raise VietQrError(reason, value=objects[object_id])


def _initiation(objects: dict[str, str]) -> Initiation | None:
    if "01" not in objects:
        return None
    try:
        return Initiation(objects["01"])
    except ValueError:
        raise VietQrError(Reason.INITIATION, value=objects["01"]) from None


def _amount(objects: dict[str, str]) -> Dong | None:
    """Whole đồng: a decimal point may end the number, decimals may not follow (currency exponent 0)."""
    if "54" not in objects:
        return None
    found = _AMOUNT.fullmatch(objects["54"])
    if found is None or int(found[1]) == 0:
        raise VietQrError(Reason.AMOUNT, value=objects["54"])
    return Dong(int(found[1]))


def _long_texts(objects: dict[str, str], additional: dict[str, str]) -> list[Oddity]:
    long = [i for i, limit in _TEXT_LIMITS.items() if len(objects.get(i, "")) > limit]
    long += [f"62.{i}" for i, text in additional.items() if len(text) > _ADDITIONAL_LIMIT]
    return [Oddity(OddityCode.FIELD_TOO_LONG, path) for path in long]


def _beneficiary(template: dict[str, str], oddities: list[Oddity]) -> tuple[str, str | None, str | None]:
    """Bank, account and service of object 38.

    In 38-01 two mistakes are common enough to be read around: a service code swallowed by it, and an account
    longer than its stated length. The second leaves the account unread: guessing it could pay a stranger.
    """
    if template.get("00") != NAPAS_GUID:
        raise VietQrError(Reason.GUID, value=template.get("00", ""))
    inner, rest = tlv.scan(template.get("01", ""), "38.01.")
    bank_bin, account = inner.get("00", ""), inner.get("01", "")
    if not BIN_FORM.fullmatch(bank_bin):
        raise VietQrError(Reason.BANK_BIN, value=bank_bin)
    if not account and rest:
        raise VietQrError(Reason.LENGTH, path="38.01")
    if not ACCOUNT_FORM.fullmatch(account):
        raise VietQrError(Reason.ACCOUNT, value=account)
    service = template.get("02")
    if service is None:
        oddities.append(Oddity(OddityCode.MISSING, "38.02"))
    nested = {i: value for i, value in inner.items() if i not in ("00", "01")}
    if rest or any(i != "02" or value not in _SERVICES_SEEN for i, value in nested.items()):
        oddities.append(Oddity(OddityCode.ACCOUNT_LENGTH, "38.01.01"))
        return bank_bin, None, service
    if nested:
        oddities.append(Oddity(OddityCode.NESTED_SERVICE, "38.01.02"))
    return bank_bin, account, service
