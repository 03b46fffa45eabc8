"""Who did what with a request and its refunds, from the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.payments.refunds.models import RefundRequest

_ACTS: Mapping[str, tuple[str, str, str]] = {
    "propose": (gettext_noop("Đề nghị"), "info", "writing"),
    "approve": (gettext_noop("Duyệt"), "ok", "gavel"),
    "reject": (gettext_noop("Từ chối"), "bad", "ban"),
    "withdraw": (gettext_noop("Rút đề nghị"), "", "arrow-back-up"),
    "pay": (gettext_noop("Đã chi"), "ok", "cash"),
    "gateway": (gettext_noop("Gửi yêu cầu đến cổng thanh toán"), "info", "send"),
    "fail": (gettext_noop("Cổng từ chối hoàn"), "bad", "ban"),
    "missing": (
        gettext_noop("Cổng chưa cho thấy khoản hoàn: bấm hỏi lại cổng, sang ngày khác thì xem trang của cổng"),
        "bad",
        "eye",
    ),
    "portal_said": (gettext_noop("Xem trang của cổng, chờ người thứ hai"), "info", "eye"),
    "portal_dropped": (gettext_noop("Bỏ ghi nhận theo trang của cổng"), "", "arrow-back-up"),
    "portal_paid": (gettext_noop("Người thứ hai xác nhận theo trang của cổng: đã hoàn"), "info", "eye"),
    "portal_unpaid": (gettext_noop("Người thứ hai xác nhận theo trang của cổng: không hoàn"), "bad", "eye"),
    "returned": (gettext_noop("Ngân hàng trả lại"), "bad", "arrow-back-up"),
    "undone": (gettext_noop("Bỏ ghi nhận chi"), "bad", "arrow-back-up"),
    "keep": (gettext_noop("Giữ làm tiền của gia đình"), "info", "wallet"),
}


def history_of(request: RefundRequest, codes: Sequence[str]) -> list[dict[str, object]]:
    """Acts on a request and its refunds, the oldest first; 1 query."""
    subject = Q(subject_kind="refund_request", subject_id=request.public_id)
    subject |= Q(subject_kind="refund", subject_id__in=codes)
    rows = AuditEntry.objects.filter(subject, school_id=request.school_id).order_by("seq")
    told: list[dict[str, object]] = []
    for row in rows:
        title, kind, icon = _ACTS.get(row.action.rsplit(":", maxsplit=1)[-1], (row.action, "", "history"))
        code = row.subject_id if row.subject_kind == "refund" else ""
        amount = str(Dong(row.params["amount"])) if row.params.get("amount") else ""
        note = " · ".join(part for part in (row.actor_label, code, amount, row.reason) if part)
        told.append({"title": _(title), "note": note, "at": row.at, "kind": kind, "icon": icon})
    return told
