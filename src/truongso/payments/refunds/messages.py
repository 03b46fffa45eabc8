"""What people read about refunds. Codes in, Vietnamese out."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from truongso.payments.refunds.types import (
    Excluded,
    ItemState,
    RefundKind,
    RefundRefusedError,
    RefundWay,
    RequestState,
)

REFUSALS: Mapping[str, str] = {
    "needs_person": gettext_noop("Việc này phải do một người đăng nhập làm."),
    "reason_missing": gettext_noop("Ghi lý do, để sau này ai xem cũng hiểu."),
    "round_missing": gettext_noop("Chọn đợt thu, hoặc ghi mã phiếu của học sinh."),
    "item_missing": gettext_noop("Chọn khoản thu được hoàn."),
    "amount_not_positive": gettext_noop("Số tiền hoàn phải lớn hơn 0 đ."),
    "nothing_to_refund": gettext_noop("Không có học sinh nào được hoàn theo yêu cầu này. Xem lý do ở bảng bên dưới."),
    "accounts_missing": gettext_noop(
        "%(count)s gia đình chưa có tài khoản nhận hoàn (%(names)s). Ghi tài khoản, hoặc đánh dấu giữ làm tiền của gia "
        "đình cho những nhà này."
    ),
    "bank_unknown": gettext_noop("Chọn ngân hàng nhận tiền."),
    "account_malformed": gettext_noop("Số tài khoản “%(number)s” không đúng dạng. Chép lại đúng số tài khoản."),
    "holder_malformed": gettext_noop("Tên chủ tài khoản “%(name)s” không đúng dạng. Ghi tên như trên thẻ, không dấu."),
    "unknown_request": gettext_noop("Không có đề nghị hoàn tiền này."),
    "already_decided": gettext_noop("Đề nghị này đã được quyết định hoặc đã rút. Không có gì thay đổi."),
    "own_request": gettext_noop("Người lập đề nghị không tự duyệt. Người khác có quyền duyệt sẽ quyết định."),
    "not_yours": gettext_noop("Chỉ người lập mới rút được đề nghị."),
    "digest_differs": gettext_noop("Đề nghị trên màn hình không còn đúng. Tải lại trang, xem lại rồi quyết định."),
    "figures_changed": gettext_noop(
        "Số tiền đã nộp hoặc số dư vừa thay đổi từ lúc đề nghị, nên không duyệt được. Từ chối đề nghị này và lập đề "
        "nghị mới."
    ),
    "unknown_item": gettext_noop("Không có khoản hoàn này."),
    "not_due": gettext_noop("Khoản hoàn này đang ở trạng thái khác (%(state_text)s). Không có gì thay đổi."),
    "other_way": gettext_noop("Khoản hoàn này được duyệt trả theo cách khác."),
    "recipient_missing": gettext_noop("Ghi tên người nhận tiền."),
    "nothing_chosen": gettext_noop("Chưa chọn khoản hoàn nào. Đánh dấu các khoản cần đưa vào tệp."),
    "unknown_layout": gettext_noop("Chọn mẫu tệp của ngân hàng."),
    "unknown_account": gettext_noop("Chọn tài khoản trích tiền của trường."),
    "unknown_file": gettext_noop("Không có tệp này."),
    "cancelled_before": gettext_noop("Tệp này đã hủy trước đó."),
    "own_file": gettext_noop("Người lập tệp không tự hủy. Người khác xác nhận tệp chưa gửi ngân hàng rồi hủy."),
    "file_paid": gettext_noop("Ngân hàng đã chi một khoản của tệp này, nên tệp đã gửi đi và không hủy được."),
    "unknown_payout": gettext_noop("Không có khoản chi này."),
    "came_back_before": gettext_noop("Khoản chi này đã được ghi là trả lại trước đó."),
    "gateway_refused": gettext_noop(
        "Cổng thanh toán không hoàn được (%(problem)s). Giữ làm tiền của gia đình rồi đề nghị cách trả khác."
    ),
    "gateway_missing": gettext_noop(
        "Cổng thanh toán không cho thấy khoản hoàn này. Khoản hoàn vẫn đang chờ. Xem trang quản trị của cổng, rồi "
        "người có quyền duyệt ghi tại đây: cổng đã hoàn, hay cổng không hoàn."
    ),
    "no_word": gettext_noop("Chưa ai ghi đã thấy gì trên trang của cổng, hoặc đã có người xử lý. Tải lại trang."),
    "own_word": gettext_noop("Người đã ghi không tự xác nhận. Nhờ người có quyền duyệt khác xem trang của cổng."),
    "asked_since": gettext_noop("Sau khi ghi, cổng đã được hỏi lại. Xem lại trang của cổng rồi ghi lại."),
    "gateway_asked_today": gettext_noop(
        "Khoản hoàn này mới gửi cổng hôm nay. Bấm hỏi lại cổng; sang ngày khác cổng vẫn chưa trả lời thì mới ghi theo "
        "trang quản trị."
    ),
    "gateway_busy": gettext_noop(
        "Cổng thanh toán đang xử lý khoản hoàn %(code)s của cùng khoản nộp. Đợi khoản đó xong rồi gửi khoản này."
    ),
    "period_closed": gettext_noop("Sổ kế toán của tháng này đã khóa nên chưa ghi được."),
    "figures_moved": gettext_noop("Số liệu vừa thay đổi. Xem lại bảng rồi đề nghị."),
}
"""RefundRefusedError, and what the pages refuse themselves."""

EXCLUDED: Mapping[str, str] = {
    "nothing_left": gettext_noop("Khoản này đã giảm hết"),
    "above_fee": gettext_noop("Số hoàn lớn hơn khoản thu, chỉ còn %(payable)s"),
    "already_proposed": gettext_noop("Đang có đề nghị khác chờ duyệt %(request)s"),
    "above_credit": gettext_noop("Số hoàn lớn hơn tiền gia đình đang có, chỉ còn %(credit)s"),
    "not_by_gateway": gettext_noop("Tiền không qua một cổng có hoàn tiền"),
}

KINDS: Mapping[RefundKind, str] = {
    RefundKind.FEE: gettext_noop("Một khoản thu"),
    RefundKind.INVOICE: gettext_noop("Cả phiếu"),
    RefundKind.CREDIT: gettext_noop("Tiền gia đình nộp thừa"),
}
WAYS: Mapping[RefundWay, str] = {
    RefundWay.BANK: gettext_noop("Chuyển khoản"),
    RefundWay.CASH: gettext_noop("Tiền mặt tại quầy"),
    RefundWay.GATEWAY: gettext_noop("Qua cổng thanh toán"),
    RefundWay.CREDIT: gettext_noop("Giữ làm tiền của gia đình"),
}
REQUEST_STATES: Mapping[RequestState, tuple[str, str]] = {
    RequestState.PROPOSED: (gettext_noop("Chờ duyệt"), "warn"),
    RequestState.APPROVED: (gettext_noop("Đã duyệt"), "ok"),
    RequestState.REJECTED: (gettext_noop("Từ chối"), "bad"),
    RequestState.WITHDRAWN: (gettext_noop("Đã rút"), ""),
}
ITEM_STATES: Mapping[ItemState, tuple[str, str]] = {
    ItemState.PROPOSED: (gettext_noop("Chờ duyệt"), "warn"),
    ItemState.DUE: (gettext_noop("Cần chi"), "warn"),
    ItemState.SENT: (gettext_noop("Chờ ngân hàng"), "info"),
    ItemState.PAID: (gettext_noop("Đã chi"), "ok"),
    ItemState.DONE: (gettext_noop("Xong, không chi"), "ok"),
    ItemState.DROPPED: (gettext_noop("Không hoàn"), ""),
}


def refund_text(refusal: RefundRefusedError) -> str:
    """Why a refund cannot be done as asked, and what to do."""
    params = dict(refusal.params)
    state = refusal.params.get("state")
    params["state_text"] = _(ITEM_STATES[ItemState(str(state))][0]) if state in set(ItemState) else ""
    return _(REFUSALS[refusal.code]) % params


def excluded_text(one: Excluded) -> str:
    """Why somebody gets nothing."""
    return _(EXCLUDED[one.reason]) % one.params
