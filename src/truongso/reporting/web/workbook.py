"""The cashless report as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from truongso.kernel import clock
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.formatting import DASH
from truongso.organizations.public import School
from truongso.payments.public import METHOD_NAMES, receipt_number, refund_movements
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.labels import EVIDENCE_NAMES, period_label, source_name
from truongso.reporting.periods import Period
from truongso.reporting.queries import cashless_figures, payments_behind
from truongso.reporting.types import CashlessFigures, Figures


def workbook(school: School, period: Period) -> list[SheetOut]:
    """Three sheets: the figures, every payment behind them (undone ones of earlier periods negative), every refund."""
    figures = cashless_figures(school.pk, period)
    banner: list[list[ExportCell]] = [
        [school.name],
        [_("Kết quả thanh toán không dùng tiền mặt – %(period)s") % {"period": period_label(period)}],
        [_("Từ ngày"), period.first, _("đến ngày"), period.last, _("số liệu lúc"), clock.now()],
        [],
    ]
    return [_summary(figures, banner), _payments(school, period), _refunds(school, period)]


def _summary(figures: CashlessFigures, banner: Sequence[Sequence[ExportCell]]) -> SheetOut:
    rows: list[list[ExportCell]] = [
        _line(
            str(METHOD_NAMES[m.method]), m.collected, m.refunded,
            (figures.count_share_of(m.method), figures.value_share_of(m.method)),
        )
        for m in figures.by_method
    ]  # fmt: skip
    rows.append(_line(_("Tổng cộng"), figures.collected, figures.refunded, (None, None)))
    shares = (figures.count_share, figures.value_share)
    rows.append(_line(_("Không dùng tiền mặt"), figures.cashless_collected, figures.cashless_refunded, shares))
    return SheetOut(
        name=_("Tổng hợp"),
        header=[
            _("Phương thức"),
            _("Đã thu (đồng)"),
            _("Đã hoàn (đồng)"),
            _("Số lần"),
            _("Số tiền (đồng)"),
            _("Tỷ lệ số lần"),
            _("Tỷ lệ số tiền"),
        ],
        rows=rows,
        banner=banner,
        widths=(34, 20, 20, 14, 20, 16, 16),
    )


def _line(
    name: str, collected: Figures, refunded: Figures, shares: tuple[Fraction | None, Fraction | None]
) -> list[ExportCell]:
    net = collected - refunded
    return [name, collected.value, refunded.value, net.count, net.value, *(_share(s) for s in shares)]


def _share(share: Fraction | None) -> Fraction | str:
    return DASH if share is None else share


def _payments(school: School, period: Period) -> SheetOut:
    return SheetOut(
        name=_("Khoản nộp"),
        header=[
            _("Ngày nhận"), _("Số biên lai"), _("Người nộp"), _("Người thụ hưởng"), _("Lý do"), _("Mã hóa đơn"),
            _("Phương thức"), _("Số tiền (đồng)"), _("Bằng chứng"), _("Nguồn"), _("Ngày hoàn lại"),
        ],
        rows=list(_payment_rows(school, period)),
    )  # fmt: skip


def _payment_rows(school: School, period: Period) -> Iterator[list[ExportCell]]:
    behind = payments_behind(school.pk, period)
    for payment in behind.payments.prefetch_related("receipts").order_by("received_on", "pk").iterator(chunk_size=1000):
        undone = behind.undone.get(payment.pk)
        receipt = next(iter(payment.receipts.all()), None)
        yield [
            payment.received_on,
            receipt_number(receipt) if receipt else "",
            payment.payer_name,
            payment.beneficiary_name,
            payment.reason,
            payment.invoice_code,
            str(METHOD_NAMES[Method(payment.method)]),
            -payment.amount if undone else payment.amount,
            str(EVIDENCE_NAMES[EvidenceKind(payment.evidence.kind)]),
            source_name(payment.evidence.source),
            undone.day if undone else None,
        ]


def _refunds(school: School, period: Period) -> SheetOut:
    """What was given back in the period; what came back to the school is negative."""
    moved = refund_movements(school.pk, first=period.first, last=period.last)
    rows: list[list[ExportCell]] = [[m.day, m.code, str(METHOD_NAMES[m.method]), m.value] for m in moved]
    return SheetOut(_("Hoàn trả"), [_("Ngày"), _("Mã khoản hoàn"), _("Trước đây nộp bằng"), _("Số tiền (đồng)")], rows)
