"""What people read about closing: what is in the way, refusals, kinds of differences. Codes in, Vietnamese out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from truongso.banking.closing.types import CloseState, Gap, Item, Open
from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import ngay
from truongso.payments.public import PROVIDER_NAMES

REFUSALS: Mapping[str, str] = {
    "needs_person": gettext_noop("Việc này phải do một người đăng nhập làm."),
    "nothing_next": gettext_noop("Tài khoản này chưa có sao kê nào nên chưa có ngày để khóa. Nhập sao kê trước."),
    "not_next": gettext_noop("Phải khóa lần lượt: ngày tiếp theo cần khóa là %(day)s. Tải lại trang để xem."),
    "ends_before_start": gettext_noop("Ngày cuối phải từ ngày đầu trở đi."),
    "too_long": gettext_noop("Mỗi lần khóa nhiều nhất %(days)s ngày. Chọn khoảng ngắn hơn."),
    "not_over": gettext_noop("Ngày này chưa hết nên chưa khóa được. Khóa đến hết hôm qua."),
    "flagged": gettext_noop(
        "Sao kê %(name)s có ngày %(day)s không khớp tổng hoặc số dư. Những ngày nó nói đến không bao giờ khóa được; "
        "hỏi lại ngân hàng, rồi khóa tiếp từ ngày sau."
    ),
    "partial": gettext_noop(
        "Sao kê ngày %(day)s tải về ngay trong ngày đó nên có thể thiếu giao dịch cuối ngày. Tải lại sao kê rồi nhập."
    ),
    "missing_days": gettext_noop(
        "Chưa có sao kê của %(days)s, và số dư trước, sau chưa chứng minh được những ngày này không có giao dịch."
    ),
    "balance_breaks": gettext_noop(
        "Cuối ngày %(day)s sao kê in số dư %(printed)s, trong khi cộng các giao dịch ra %(counted)s: "
        "thiếu hoặc thừa giao dịch. Tải lại sao kê của những ngày này rồi nhập."
    ),
    "opening_differs": gettext_noop(
        "Số dư đầu kỳ %(opening)s khác số dư cuối của lần khóa trước %(before)s. Tìm chênh lệch trước khi khóa."
    ),
    "unexplained": gettext_noop("Còn %(amount)s chênh lệch chưa có dòng nào giải thích. Báo người hỗ trợ kiểm tra sổ."),
    "not_counted": gettext_noop(
        "Ngày %(day)s chưa có biên bản kiểm quỹ đã xác nhận. Thủ quỹ đếm và ký, kế toán xác nhận, rồi mới khóa."
    ),
    "figures_changed": gettext_noop("Số liệu vừa thay đổi so với lúc anh/chị xem. Xem lại số mới rồi ký."),
    "note_missing": gettext_noop("Có dòng chỉ có ở một bên. Ghi lời giải thích rồi ký."),
    "passed_over": gettext_noop(
        "Từ ngày %(first)s đến ngày %(last)s bị bỏ qua vì sao kê không khớp số dư. Ghi lời giải thích rồi ký."
    ),
    "unknown_close": gettext_noop("Không có lần khóa sổ này."),
    "not_signed": gettext_noop("Lần khóa sổ này không còn chờ ký xác nhận. Tải lại trang để xem."),
    "same_person": gettext_noop("Người ký thứ hai phải là người khác."),
    "not_last": gettext_noop("Chỉ lần khóa sổ sau cùng mới trả lại hoặc mở lại được. Mở lại các lần sau nó trước."),
    "not_confirmed": gettext_noop("Lần khóa sổ này không ở trạng thái đã khóa. Tải lại trang để xem."),
    "not_asked": gettext_noop("Chưa ai đề nghị mở lại. Một người ghi lý do đề nghị, người khác đồng ý."),
    "asked_before": gettext_noop("Đã có đề nghị mở lại, đang chờ người thứ hai."),
    "reason_missing": gettext_noop("Ghi lý do, để sau này ai xem cũng hiểu."),
    "month_closed": gettext_noop("Tháng này đã khóa sổ. Mở lại tháng trước."),
    "month_not_over": gettext_noop("Tháng này chưa hết (đến %(day)s). Hết tháng mới khóa được."),
    "earlier_open": gettext_noop("Tháng %(month)s có bút toán mà chưa khóa. Khóa lần lượt từ tháng đó."),
    "account_open": gettext_noop(
        "Tài khoản %(account)s có giao dịch đến %(day)s nhưng chưa khóa sổ và xác nhận đến ngày đó."
    ),
    "cash_open": gettext_noop("Quỹ tiền mặt có thu chi đến %(day)s nhưng chưa khóa sổ và xác nhận đến ngày đó."),
}

GAPS = {
    Gap.NOT_IN_BOOKS: gettext_lazy("Tiền ra ngoài phần thu của học sinh, không ghi ở sổ này"),
    Gap.NOT_ON_STATEMENT: gettext_lazy("Ngân hàng đã báo có nhưng sao kê không có"),
    Gap.OTHER_DAY: gettext_lazy("Bút toán ghi ngày này cho giao dịch của ngày khác"),
    Gap.DIFFERS: gettext_lazy("Sổ ghi khác số tiền của ngân hàng"),
}
OPEN = {
    Open.UNMATCHED: gettext_lazy("Tiền chưa rõ của ai"),
    Open.PARKED: gettext_lazy("Tiền để lại, có người theo dõi"),
    Open.FEE: gettext_lazy("Phí đơn vị trung gian giữ lại"),
    Open.EARLIER: gettext_lazy("Tiền của ngày trước, nay mới về"),
    Open.IN_TRANSIT: gettext_lazy("Cổng, POS, ngân hàng thu hộ đã thu nhưng chưa về"),
    Open.DEPOSIT: gettext_lazy("Tiền mặt đã nộp ngân hàng, chưa thấy về"),
    Open.COUNTED: gettext_lazy("Chênh lệch khi kiểm quỹ, đã ghi sổ"),
}
STATES = {
    CloseState.SIGNED: (gettext_lazy("chờ hiệu trưởng ký"), "warn"),
    CloseState.CONFIRMED: (gettext_lazy("đã khóa"), "ok"),
    CloseState.REFUSED: (gettext_lazy("trả lại"), "bad"),
    CloseState.REOPENED: (gettext_lazy("đã mở lại"), "info"),
}
_ENTRIES = {
    "refund_paid": gettext_lazy("hoàn tiền, hoặc bỏ ghi nhận hoàn tiền"),
    "bank_line": gettext_lazy("giao dịch ngân hàng"),
}
_HOLDERS = {"pos": gettext_lazy("máy POS %(which)s"), "bill": gettext_lazy("thu hộ qua ngân hàng %(which)s")}
_AMOUNTS = {"printed", "counted", "opening", "before", "amount"}


def item_text(item: Item) -> str:
    """What stands beside a line of an explanation: the bank's words, or who holds the money."""
    if item.kind is Gap.OTHER_DAY:
        return str(_ENTRIES.get(item.text, ""))
    if item.kind is Open.IN_TRANSIT:
        kind, _colon, which = item.text.partition(":")
        if kind in _HOLDERS:
            return str(_HOLDERS[kind]) % {"which": which}
        return str(PROVIDER_NAMES.get(kind, kind))
    return item.text


def closing_text(code: str, params: Mapping[str, Any]) -> str:
    """A refusal, or what is in the way, in words."""
    values = {name: _value(name, value) for name, value in params.items()}
    return _(REFUSALS[code]) % values


def _value(name: str, value: Any) -> str:
    if name in _AMOUNTS:
        return str(Dong(int(value)))
    if name in {"day", "first", "last"}:
        return ngay(dt.date.fromisoformat(value))
    if name == "days" and isinstance(value, list):
        return spans([dt.date.fromisoformat(day) for day in value])
    return str(value)


def spans(days: Iterable[dt.date]) -> str:
    """Days as spans: 05/10/2026 – 07/10/2026, 09/10/2026."""
    found: list[list[dt.date]] = []
    for day in sorted(days):
        if found and (day - found[-1][1]).days == 1:
            found[-1][1] = day
        else:
            found.append([day, day])
    return ", ".join(ngay(a) if a == b else f"{ngay(a)} – {ngay(b)}" for a, b in found)
