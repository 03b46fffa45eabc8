"""What a VietQR says, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from truongso.kernel.money import Dong

from .errors import Oddity, Reason, VietQrError

NAPAS_GUID = "A000000727"
CURRENCY_VND = "704"
COUNTRY_VN = "VN"
AMOUNT_LIMIT = Dong(500_000_000)
"""A NAPAS fast transfer is below this amount."""


class Initiation(StrEnum):
    """Object 01: a poster that is paid many times, or a code for one payment."""

    STATIC = "11"
    DYNAMIC = "12"


class Service(StrEnum):
    """Object 38-02: transfer to an account or to a card."""

    ACCOUNT = "QRIBFTTA"
    CARD = "QRIBFTTC"


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """What a bank needs to carry out a fast transfer. `amount` is None when the payer types it."""

    bank_bin: str
    account: str
    service: Service
    amount: Dong | None
    memo: str
    bill_number: str


@dataclass(frozen=True, slots=True)
class VietQr:
    """A payload that was read: checked CRC and structure, every object kept, the known ones by name.

    Absent objects are None (texts of object 62: ""). A code that was read is not yet one that can be paid:
    `transfer()` makes that step.
    """

    objects: Mapping[str, str]
    """Every top object as written, id → value, in written order."""
    templates: Mapping[str, Mapping[str, str]]
    """The objects inside 26–51 (receivers), 62 (additional data) and 64 (other language), by sub-id."""
    initiation: Initiation | None
    bank_bin: str | None
    account: str | None
    service: str | None
    """Object 38-02 as written: QRIBFTTA, QRIBFTTC; also seen QRPUSH (shop) and QRCASH (cash machine)."""
    amount: Dong | None
    oddities: tuple[Oddity, ...]

    @property
    def payload_format(self) -> str:
        return self.objects["00"]

    @property
    def guid(self) -> str | None:
        return self.templates.get("38", {}).get("00")

    @property
    def beneficiary(self) -> str | None:
        """Object 38-01 as written: the bank and the account, for a person to read where `account` is None."""
        return self.templates.get("38", {}).get("01")

    @property
    def category_code(self) -> str | None:
        """ISO 18245 merchant category."""
        return self.objects.get("52")

    @property
    def currency(self) -> str | None:
        return self.objects.get("53")

    @property
    def country(self) -> str | None:
        return self.objects.get("58")

    @property
    def merchant_name(self) -> str | None:
        return self.objects.get("59")

    @property
    def merchant_city(self) -> str | None:
        return self.objects.get("60")

    @property
    def postal_code(self) -> str | None:
        return self.objects.get("61")

    @property
    def crc(self) -> str:
        """The four hex digits as written (some writers use lower case)."""
        return self.objects["63"]

    @property
    def bill_number(self) -> str:
        return self.additional("01")

    @property
    def memo(self) -> str:
        """Purpose of the payment (62-08): what the payer's bank carries as transfer content."""
        return self.additional("08")

    def additional(self, sub_id: str) -> str:
        """A text of object 62 by its sub-id; "" when absent."""
        return self.templates.get("62", {}).get(sub_id, "")

    def transfer(self) -> TransferOrder:
        """The fast transfer that this code asks for, read strictly.

        Raises VietQrError: NOT_TRANSFER (param `missing`: the first of service, initiation, currency,
        country, bank_bin, account that is absent; a service that is no transfer counts so), AMOUNT_TOO_LARGE.
        """
        if self.service not in (Service.ACCOUNT, Service.CARD):
            raise VietQrError(Reason.NOT_TRANSFER, missing="service")
        for name in ("initiation", "currency", "country"):
            if getattr(self, name) is None:
                raise VietQrError(Reason.NOT_TRANSFER, missing=name)
        if self.bank_bin is None or self.account is None:
            raise VietQrError(Reason.NOT_TRANSFER, missing="bank_bin" if self.bank_bin is None else "account")
        if self.amount is not None and self.amount >= AMOUNT_LIMIT:
            raise VietQrError(Reason.AMOUNT_TOO_LARGE, amount=self.amount.value, limit=AMOUNT_LIMIT.value)
        return TransferOrder(
            bank_bin=self.bank_bin,
            account=self.account,
            service=Service(self.service),
            amount=self.amount,
            memo=self.memo,
            bill_number=self.bill_number,
        )
