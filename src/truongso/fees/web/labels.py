"""Words for kinds and states of this room, as people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from truongso.fees.queries.invoices import PaidState
from truongso.fees.types import FeeNature, FeeUnit, RoundState

NATURES = {
    FeeNature.TUITION: _("Học phí"),
    FeeNature.STATUTORY_CHARGE: _("Phí, lệ phí"),
    FeeNature.SERVICE: _("Dịch vụ"),
    FeeNature.PASS_THROUGH: _("Chi trực tiếp cho học sinh"),
    FeeNature.AGREED: _("Thỏa thuận"),
    FeeNature.ON_BEHALF: _("Thu hộ"),
    FeeNature.DONATION: _("Tài trợ"),
}
UNITS = {
    FeeUnit.MONTH: _("tháng"),
    FeeUnit.DAY: _("ngày"),
    FeeUnit.SEMESTER: _("học kỳ"),
    FeeUnit.YEAR: _("năm"),
    FeeUnit.ONCE: _("lần"),
}
ROUND_STATES = {
    RoundState.DRAFT: (_("Nháp"), ""),
    RoundState.ISSUED: (_("Đã phát hành"), "info"),
    RoundState.CLOSED: (_("Đã đóng"), "ok"),
}
PAID_STATES = {
    PaidState.NONE: (_("Chưa nộp"), "warn"),
    PaidState.PARTIAL: (_("Nộp một phần"), "info"),
    PaidState.PAID: (_("Đã nộp"), "ok"),
    PaidState.OVERDUE: (_("Quá hạn"), "bad"),
    PaidState.CANCELLED: (_("Đã hủy"), ""),
}
