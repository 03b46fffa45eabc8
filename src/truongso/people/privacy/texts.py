"""Words of requests about personal data, erasures, holds, incidents, and of every refusal."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from truongso.kernel.data_classes import DataClass
from truongso.people.privacy.types import (
    DataRequestKind,
    DataRequestState,
    ErasureState,
    IncidentState,
    PrivacyRefusedError,
)

Text = str | Promise

KINDS: dict[str, Text] = {
    DataRequestKind.VIEW: gettext_lazy("Xem và nhận bản sao"),
    DataRequestKind.CORRECT: gettext_lazy("Sửa dữ liệu sai"),
    DataRequestKind.RESTRICT: gettext_lazy("Chỉ dùng dữ liệu cho việc bắt buộc"),
    DataRequestKind.ERASE: gettext_lazy("Xóa dữ liệu"),
    DataRequestKind.WITHDRAW: gettext_lazy("Rút lại sự đồng ý"),
}
STATES: dict[str, tuple[Text, str]] = {
    DataRequestState.RECEIVED: (gettext_lazy("Chờ trả lời"), "warn"),
    DataRequestState.GRANTED: (gettext_lazy("Đang thực hiện"), "info"),
    DataRequestState.REFUSED: (gettext_lazy("Không chấp nhận"), "bad"),
    DataRequestState.DONE: (gettext_lazy("Đã xong"), "ok"),
}
ERASURE_STATES: dict[str, tuple[Text, str]] = {
    ErasureState.PROPOSED: (gettext_lazy("Chờ duyệt"), "warn"),
    ErasureState.DONE: (gettext_lazy("Đã xóa"), "ok"),
    ErasureState.REFUSED: (gettext_lazy("Không duyệt"), "bad"),
}
INCIDENT_STATES: dict[str, tuple[Text, str]] = {
    IncidentState.OPEN: (gettext_lazy("Chưa thông báo"), "warn"),
    IncidentState.TOLD: (gettext_lazy("Đã thông báo"), "info"),
    IncidentState.CLOSED: (gettext_lazy("Đã đóng"), "ok"),
}
CLASSES: dict[str, Text] = {
    DataClass.PERSONAL: gettext_lazy("Họ tên, ngày sinh, mã của người"),
    DataClass.CONTACT: gettext_lazy("Điện thoại, email, địa chỉ"),
    DataClass.SENSITIVE: gettext_lazy("Dữ liệu nhạy cảm: số định danh, dân tộc, sức khỏe, hoàn cảnh"),
    DataClass.MONEY: gettext_lazy("Khoản phải nộp, đã nộp"),
    DataClass.BANKING: gettext_lazy("Tài khoản ngân hàng của phụ huynh"),
    DataClass.TEXT: gettext_lazy("Tin nhắn, lời ghi"),
    DataClass.CREDENTIAL: gettext_lazy("Mật khẩu, khóa"),
}
_REFUSALS: dict[str, Text] = {
    "not_a_guardian": gettext_lazy("Chọn người giám hộ của em, hoặc ghi họ tên người đề nghị."),
    "detail_missing": gettext_lazy("Ghi rõ điều cần sửa hoặc sự đồng ý muốn rút."),
    "already_asked": gettext_lazy("Yêu cầu %(number)s cùng loại đang được xử lý. Chờ trả lời hoặc gọi nhà trường."),
    "not_waiting": gettext_lazy("Việc này đã được quyết định. Tải lại trang để xem."),
    "not_granted": gettext_lazy("Yêu cầu chưa được chấp nhận hoặc đã xong nên không làm được việc này."),
    "reason_missing": gettext_lazy("Ghi lý do."),
    "text_missing": gettext_lazy("Ghi đủ các ô bắt buộc."),
    "already_extended": gettext_lazy("Yêu cầu này đã gia hạn một lần; luật chỉ cho một lần."),
    "link_over": gettext_lazy("Đường dẫn đã hết hạn hoặc đã dùng đủ số lần. Xin trường gửi lại."),
    "held": gettext_lazy("Dữ liệu đang được giữ theo yêu cầu pháp lý số %(number)s. Kết thúc việc giữ trước."),
    "still_studying": gettext_lazy("Em đang học: trường cần hồ sơ để làm nhiệm vụ. Xóa được sau khi em rời trường."),
    "obstacle": gettext_lazy("Chưa xóa được: %(what)s"),
    "same_person": gettext_lazy("Người đề nghị không tự duyệt được. Nhờ người khác có quyền duyệt."),
    "already_proposed": gettext_lazy("Đã có đề nghị xóa đang chờ duyệt cho em này."),
    "already_erased": gettext_lazy("Dữ liệu của em này đã được xóa."),
    "bad_days": gettext_lazy("Số ngày từ %(least)s đến %(most)s."),
    "unknown_rule": gettext_lazy("Không có loại dữ liệu này trong bảng thời hạn."),
    "day_to_come": gettext_lazy("Thời điểm ở tương lai. Xem lại ngày giờ."),
    "found_before": gettext_lazy("Thứ tự thời gian chưa đúng: phát hiện sau khi xảy ra, thông báo sau khi phát hiện."),
    "not_open": gettext_lazy("Sự cố đã ở bước sau. Tải lại trang để xem."),
    "unknown_purpose": gettext_lazy("Không có việc này trong danh sách. Tải lại trang."),
    "child_missing": gettext_lazy("Con từ 7 tuổi: hỏi con và đánh dấu khi con tự đồng ý."),
    "paper_place_missing": gettext_lazy("Ghi nơi lưu giấy, ví dụ: cặp 3A2, tủ văn thư."),
    "paper_older": gettext_lazy("Gia đình đã trả lời ngày %(day)s, sau ngày trên giấy này. Hỏi lại gia đình."),
    "nothing_to_take_back": gettext_lazy("Gia đình chưa đồng ý việc này nên không có gì để rút."),
    "export_runs": gettext_lazy("Một bản xuất đang được lập. Chờ xong rồi xin bản mới."),
    "hold_ended": gettext_lazy("Việc giữ này đã kết thúc."),
}  # fmt: skip


def refusal(error: PrivacyRefusedError) -> str:
    """What happened and what to do."""
    return str(_REFUSALS[error.code]) % error.params
