"""The ways to pay as a family sees them: name, address, price of each before it chooses."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.ui.formatting import dong
from truongso.payments.public import Caution, MethodChoice, PosTerminal
from truongso.payments.types import Method


@dataclass(frozen=True, slots=True)
class Naming:
    """How a way to pay is called in addresses and on buttons; `long` where there is room."""

    slug: str
    icon: str
    short: str | Promise
    long: str | Promise


NAMINGS: dict[Method, Naming] = {
    Method.QR_TRANSFER: Naming(
        "ma-qr", "qrcode", gettext_lazy("Quét QR"), gettext_lazy("Quét VietQR bằng app ngân hàng")
    ),
    Method.WEB: Naming(
        "truc-tuyen", "credit-card", gettext_lazy("Thẻ, ví, web"), gettext_lazy("Thẻ hoặc ví qua cổng trực tuyến")
    ),
    Method.MOBILE_MONEY: Naming(
        "mobile-money", "device-mobile", gettext_lazy("Mobile Money"), gettext_lazy("Tài khoản Mobile Money")
    ),
    Method.CARD_POS: Naming(
        "quet-the", "nfc", gettext_lazy("Quẹt thẻ"), gettext_lazy("Quẹt thẻ tại trường (máy POS)")
    ),
    Method.BANK_BILL: Naming(
        "quay-ngan-hang", "building-bank", gettext_lazy("Tại ngân hàng"),
        gettext_lazy("Quầy hoặc app ngân hàng, mục Thanh toán hóa đơn"),
    ),
    Method.CASH: Naming("tien-mat", "cash", gettext_lazy("Tiền mặt"), gettext_lazy("Tiền mặt tại trường")),
}  # fmt: skip
_BY_SLUG = {naming.slug: method for method, naming in NAMINGS.items()}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay on the page of an invoice."""

    choice: MethodChoice
    naming: Naming

    @property
    def method(self) -> Method:
        return self.choice.method

    @property
    def cost(self) -> str:
        """What it costs beside the fees themselves."""
        if self.choice.is_down:
            return _("đang tạm ngưng")
        if self.choice.caution is Caution.SILENT:
            return _("hỏi trường trước")
        return _("không mất phí") if self.choice.is_free else _("phí %(fee)s") % {"fee": dong(self.choice.fee)}

    @property
    def caution(self) -> str:
        """What to know before going there, with the way that works; "" when nothing speaks against it."""
        if self.choice.caution is Caution.UNUSED:
            return _("Chưa có gia đình nào nộp qua cách này. Nếu ngân hàng chưa hiện tên trường, quét mã QR.")
        if self.choice.caution is Caution.SILENT and self.method is Method.CARD_POS:
            return _("Máy quẹt thẻ của trường lâu chưa có giao dịch. Gọi trường trước khi đến, hoặc quét mã QR.")
        if self.choice.caution is Caution.SILENT:
            return _("Ngân hàng lâu chưa hỏi hệ thống của trường. Nếu không tra được phiếu, quét mã QR.")
        return ""


def ways_of(choices: list[MethodChoice]) -> list[Way]:
    """Choices with their names."""
    return [Way(choice, NAMINGS[choice.method]) for choice in choices]


def method_of(slug: str) -> Method | None:
    """The way to pay of an address."""
    return _BY_SLUG.get(slug)


def takes_cards(school_id: int) -> bool:
    """Whether the school has a card terminal in use; 1 query."""
    return bool(PosTerminal.objects.for_school(school_id).filter(is_active=True).exists())
