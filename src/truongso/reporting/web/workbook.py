"""The cashless report as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_xlsx
from truongso.kernel.ui.formatting import DASH
from truongso.organizations.public import School
from truongso.payments.public import METHOD_NAMES, paid_back_by_method, receipt_number
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.labels import EVIDENCE_NAMES, period_label, source_name
from truongso.reporting.periods import Period
from truongso.reporting.queries import cashless_figures, payments_behind
from truongso.reporting.types import CashlessFigures, Figures


def workbook(school: School, period: Period) -> bytes:
    """Two sheets: the figures, and every payment behind them (undone ones of earlier periods negative)."""
    figures = cashless_figures(school.pk, period)
    banner: list[list[ExportCell]] = [
        [school.name],
        [_("Kết quả thanh toán không dùng tiền mặt – %(period)s") % {"period": period_label(period)}],
        [_("Từ ngày"), period.first, _("đến ngày"), period.last, _("số liệu lúc"), clock.now()],
        [],
    ]
    paid_back = paid_back_by_method(school.pk, period.first, period.last)
    return write_xlsx([_summary(figures, paid_back, banner), _payments(school, period)])


def _summary(
    figures: CashlessFigures, paid_back: Mapping[Method, Dong], banner: Sequence[Sequence[ExportCell]]
) -> SheetOut:
    rows: list[list[ExportCell]] = [
        _line(
            str(METHOD_NAMES[m.method]), m.figures, figures.count_share_of(m.method), figures.value_share_of(m.method)
        )
        for m in figures.by_method
    ]
    rows.append(_line(_("Tổng cộng"), figures.all, None, None))
    rows.append(_line(_("Không dùng tiền mặt"), figures.cashless, figures.count_share, figures.value_share))
    if paid_back:
        rows += [[], [_("Đã hoàn trả trong kỳ (ghi riêng), theo cách đã nộp")]]
        rows += [[str(METHOD_NAMES[m]), None, paid_back[m]] for m in Method if m in paid_back]
    return SheetOut(
        name=_("Tổng hợp"),
        header=[_("Phương thức"), _("Số lần"), _("Số tiền (đồng)"), _("Tỷ lệ số lần"), _("Tỷ lệ số tiền")],
        rows=rows,
        banner=banner,
        widths=(34, 14, 20, 16, 16, 20),
    )


def _line(name: str, figures: Figures, count_share: Fraction | None, value_share: Fraction | None) -> list[ExportCell]:
    return [name, figures.count, figures.value, _share(count_share), _share(value_share)]


def _share(share: Fraction | None) -> Fraction | str:
    return DASH if share is None else share


def _payments(school: School, period: Period) -> SheetOut:
    return SheetOut(
        name=_("Khoản nộp"),
        header=[
            _("Ngày nhận"), _("Số biên lai"), _("Người nộp"), _("Người thụ hưởng"), _("Lý do"), _("Mã hóa đơn"),
            _("Phương thức"), _("Số tiền (đồng)"), _("Bằng chứng"), _("Nguồn"), _("Ngày hoàn lại"),
        ],
        rows=_payment_rows(school, period),
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
