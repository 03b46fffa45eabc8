"""Periods, natures and refusals as people read them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.fees.types import FeeNature
from truongso.kernel.ui.formatting import ngay
from truongso.payments.types import EvidenceKind
from truongso.reporting.periods import Period, PeriodError, PeriodKind

_ROMAN = ("", "I", "II", "III", "IV")

NATURES = {
    FeeNature.TUITION: gettext_lazy("Học phí"),
    FeeNature.STATUTORY_CHARGE: gettext_lazy("Phí, lệ phí"),
    FeeNature.SERVICE: gettext_lazy("Dịch vụ hỗ trợ giáo dục"),
    FeeNature.PASS_THROUGH: gettext_lazy("Thu để chi trực tiếp cho học sinh"),
    FeeNature.AGREED: gettext_lazy("Thu theo thỏa thuận"),
    FeeNature.ON_BEHALF: gettext_lazy("Thu hộ, chi hộ"),
    FeeNature.DONATION: gettext_lazy("Tài trợ, đóng góp tự nguyện"),
}

EVIDENCE_NAMES = {
    EvidenceKind.BANK_LINE: gettext_lazy("Dòng sao kê ngân hàng"),
    EvidenceKind.NOTICE: gettext_lazy("Báo có của cổng thanh toán"),
    EvidenceKind.SETTLEMENT: gettext_lazy("Bảng quyết toán thẻ, ví"),
    EvidenceKind.CASH_RECEIPT: gettext_lazy("Phiếu thu tại quầy"),
    EvidenceKind.POS_SLIP: gettext_lazy("Hóa đơn máy POS"),
}


_SOURCES = {
    "bank": gettext_lazy("Ngân hàng"),
    "counter": gettext_lazy("Quầy thu"),
    "pos": gettext_lazy("Máy POS"),
    "bill": gettext_lazy("Thu hộ tại ngân hàng"),
    "vnpay": "VNPAY",
    "momo": "MoMo",
    "zalopay": "ZaloPay",
    "payos": "payOS",
}


def source_name(source: str) -> str:
    """Who vouches for a payment: "Ngân hàng", "Máy POS 12345678"; the address of a gateway's connection is left out."""
    kind, _colon, which = source.partition(":")
    name = str(_SOURCES.get(kind, source))
    return f"{name} {which}" if kind in {"pos", "bill"} and which else name


def period_label(period: Period) -> str:
    """Quý IV năm 2026, Tháng 11/2026, Năm học 2026–2027, 05/10/2026 – 11/10/2026."""
    values = {
        "year": period.year,
        "next": period.year + 1,
        "number": period.number,
        "roman": _ROMAN[period.number] if period.kind is PeriodKind.QUARTER else "",
        "first": ngay(period.first),
        "last": ngay(period.last),
    }
    texts = {
        PeriodKind.MONTH: _("Tháng %(number)d/%(year)d"),
        PeriodKind.QUARTER: _("Quý %(roman)s năm %(year)d"),
        PeriodKind.HALF: _("6 tháng đầu năm %(year)d") if period.number == 1 else _("6 tháng cuối năm %(year)d"),
        PeriodKind.YEAR: _("Năm %(year)d"),
        PeriodKind.SCHOOL_YEAR: _("Năm học %(year)d–%(next)d"),
        PeriodKind.DAYS: _("Ngày %(first)s") if period.first == period.last else _("%(first)s – %(last)s"),
    }
    return texts[period.kind] % values


def period_refusal(error: PeriodError) -> str:
    """What is wrong with a written period and how to write it."""
    texts = {
        "not_a_period": _(
            "“%(text)s” không phải một kỳ báo cáo. Viết 2026-Q4, 2026-H1, 2026, 2026-11, 2026-2027 "
            "hoặc 2026-10-01..2026-10-31."
        ),
        "no_such_day": _("Không có ngày “%(text)s”. Viết năm-tháng-ngày, ví dụ 2026-10-31."),
        "ends_before_start": _("Ngày cuối phải sau ngày đầu của kỳ."),
        "too_long": _("Kỳ tự chọn dài nhất là %(most)s ngày."),
    }
    return texts[error.code] % error.params
