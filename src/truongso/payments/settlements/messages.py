"""What pages say about settlement files, batches and items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import dong
from truongso.payments.settlements.types import ItemState, SourceKind

KINDS: dict[SourceKind, Promise] = {
    SourceKind.POS: _("Máy POS"),
    SourceKind.GATEWAY: _("Cổng thanh toán"),
    SourceKind.BILL: _("Thu hộ qua ngân hàng"),
}

STATES: dict[ItemState, tuple[Promise, str]] = {
    ItemState.MATCHED: (_("Khớp"), "ok"),
    ItemState.UNKNOWN: (_("Chưa rõ của ai"), "bad"),
    ItemState.AMOUNT_DIFFERS: (_("Khác số tiền đã ghi"), "bad"),
    ItemState.UNDONE: (_("Khoản thu đã hoàn tác"), "warn"),
    ItemState.OTHER: (_("Không phải khoản thu"), ""),
}

_FILE: dict[str, Promise] = {
    "no_columns": _("Không tìm thấy dòng tiêu đề có số tiền và mã giao dịch. Xuất lại tệp gốc."),
    "no_items": _("Tệp không có giao dịch nào."),
    "row_twice": _("Dòng %(row)s trùng với dòng %(first)s."),
    "row_incomplete": _("Dòng %(row)s thiếu số tiền hoặc mã giao dịch."),
    "amount_unreadable": _("Dòng %(row)s: không đọc được số tiền “%(text)s”."),
    "amount_not_whole": _("Dòng %(row)s: số tiền “%(text)s” có phần lẻ."),
    "date_unreadable": _("Dòng %(row)s: không đọc được ngày “%(text)s”."),
    "row_not_net": _("Dòng %(row)s: số tiền %(gross)s trừ phí %(fee)s không bằng thực nhận %(net)s."),
    "total_differs": _(
        "Dòng tổng %(row)s không bằng các dòng cộng lại. Cộng được: số tiền %(gross)s, phí %(fee)s, thực nhận %(net)s. "
        "Tệp ghi: số tiền %(said_gross)s, phí %(said_fee)s, thực nhận %(said_net)s."
    ),
}
_AMOUNTS = ("gross", "fee", "net", "said_gross", "said_fee", "said_net")

_UNREADABLE: dict[str, Promise] = {
    "too_large": _("Tệp quá lớn."),
    "empty": _("Tệp trống."),
    "encrypted": _("Tệp có mật khẩu. Bỏ mật khẩu rồi tải lên lại."),
    "pdf": _("Đây là tệp PDF. Tải bản Excel hoặc CSV."),
    "damaged": _("Tệp hỏng, không mở được. Tải lại từ nơi xuất."),
}

_REFUSALS: dict[str, Promise] = {
    "bad_days": _("Số ngày làm việc từ 0 đến %(most)s."),
    "unknown_source": _("Chọn nơi gửi bảng quyết toán."),
    "has_problems": _("Tệp còn %(count)s chỗ chưa đúng nên chưa nhập gì."),
    "already_applied": _("Tệp này đã nhập rồi."),
    "unknown_item": _("Không có giao dịch này. Tải lại trang."),
    "item_settled": _("Giao dịch này đã có người xử lý. Tải lại trang."),
    "batch_paid": _("Lô này đã khớp với tiền về ngân hàng. Gỡ khớp trước khi sửa."),
    "reason_missing": _("Ghi lý do, để sau này ai xem cũng hiểu."),
    "slip_not_waiting": _("Hóa đơn POS này đã quyết toán hoặc đã hoàn tác."),
    "amount_differs": _("Hóa đơn POS ghi %(amount)s, bảng quyết toán ghi %(gross)s. Không gán được."),
    "not_for_pos": _("Chỉ giao dịch máy POS mới ghi thẳng vào phiếu. Hỏi lại cổng hoặc ngân hàng."),
    "unknown_slip": _("Không tìm thấy hóa đơn POS của giao dịch này."),
}


def file_problem_text(problem: Mapping[str, Any]) -> str:
    """One problem of a file, with its figures."""
    values: dict[str, Any] = dict.fromkeys(_AMOUNTS, "—")
    for name, value in problem["params"].items():
        values[name] = dong(Dong(value)) if name in _AMOUNTS else value
    return str(_FILE[problem["code"]]) % {**values, "row": problem["row"]}


def settlement_text(code: str, params: Mapping[str, object]) -> str:
    """What to tell a person whose act was refused."""
    if code == "unreadable":
        text = _UNREADABLE.get(str(params.get("problem")))
        return str(text) if text else _now("Không đọc được tệp. Dùng tệp XLSX, XLS hoặc CSV.")
    values = {k: dong(v) if isinstance(v, Dong) else v for k, v in params.items()}
    return str(_REFUSALS[code]) % values
