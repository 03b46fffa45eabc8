"""What stands in the audit trail, in words: `room:subject:verb` becomes "Biên lai: in"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import dong

Words = Mapping[str, str | Promise]

ROOMS: Words = {
    "accounts": _("Tài khoản, vai trò"),
    "people": _("Học sinh, lớp"),
    "fees": _("Khoản thu, đợt thu, phiếu"),
    "payments": _("Nộp tiền, biên lai, hoàn tiền"),
    "banking": _("Ngân hàng, đối soát, khóa sổ"),
    "messaging": _("Tin nhắn"),
    "reporting": _("Báo cáo"),
    "organizations": _("Trường, tài khoản nhận tiền"),
    "workspaces": _("Quầy thu"),
}

CHANNELS: Words = {
    "web": _("Trang web"), "worker": _("Việc tự chạy"), "cli": _("Dòng lệnh"), "hook": _("Đối tác gọi đến"),
    "test": _("Kiểm thử"),
}  # fmt: skip

SUBJECTS: Words = {
    "accounts:activation": _("Đường dẫn kích hoạt"), "accounts:factor": _("Lớp xác thực thứ hai"),
    "accounts:inventory": _("Danh sách tài khoản"), "accounts:leak": _("Danh sách bị lộ"),
    "accounts:list": _("Danh sách cán bộ"), "accounts:mail_rules": _("Quy định email công vụ"),
    "accounts:membership": _("Vai trò"), "accounts:modules": _("Phần đang dùng"),
    "accounts:owner": _("Người giữ tài khoản"), "accounts:people": _("Danh sách người dùng"),
    "accounts:policy": _("Chính sách tài khoản"), "accounts:request": _("Đề nghị về tài khoản"),
    "accounts:review": _("Đợt rà soát tài khoản"), "accounts:user": _("Người dùng"),
    "banking:act": _("Việc đối soát"), "banking:bank_book": _("Sổ tiền gửi"), "banking:bulk": _("Nhận nhiều dòng"),
    "banking:claim": _("Báo đã nộp"), "banking:claims": _("Danh sách báo đã nộp"),
    "banking:closings": _("Danh sách khóa sổ"), "banking:day_close": _("Khóa sổ ngày"),
    "banking:month_close": _("Khóa sổ tháng"), "banking:deposits": _("Danh sách nộp quỹ"),
    "banking:feed": _("Kết nối báo có"), "banking:four_queues": _("Bốn hàng đối chiếu"),
    "banking:imports": _("Các lần nhập sao kê"), "banking:layout": _("Mẫu cột sao kê"),
    "banking:learning": _("Người nộp đã nhớ"), "banking:learnt": _("Danh sách người nộp đã nhớ"),
    "banking:line": _("Dòng sao kê"), "banking:lines": _("Danh sách giao dịch"),
    "banking:question": _("Câu hỏi gửi gia đình"), "banking:queue": _("Danh sách chờ đối soát"),
    "banking:statement": _("Sao kê"),
    "fees:catalogue": _("Danh mục khoản thu"), "fees:exemption": _("Miễn giảm"),
    "fees:exemptions": _("Danh sách miễn giảm"), "fees:invoice": _("Phiếu báo thu"),
    "fees:invoices": _("Phiếu báo thu"), "fees:item": _("Khoản thu"), "fees:items": _("Danh mục khoản thu"),
    "fees:opt_in": _("Đăng ký tự nguyện"), "fees:rate": _("Mức thu"),
    "fees:reduction_rule": _("Quy định miễn giảm"), "fees:round": _("Đợt thu"), "fees:rounds": _("Danh sách đợt thu"),
    "messaging": _("Tin nhắn"), "messaging:channel": _("Kênh gửi tin"), "messaging:optout": _("Ngừng nhận tin"),
    "messaging:rules": _("Giờ gửi tin"), "messaging:template": _("Mẫu tin"),
    "organizations:bank_account": _("Tài khoản nhận tiền"),
    "organizations:payment_template": _("Mẫu thông tin thanh toán"), "organizations:school": _("Trường"),
    "organizations:schools": _("Danh sách trường"), "organizations:unit": _("Cơ quan quản lý"),
    "organizations:year": _("Năm học"),
    "payments:account_changes": _("Danh sách đổi tài khoản"), "payments:approvals": _("Việc cần duyệt"),
    "payments:attempt": _("Giao dịch qua cổng"), "payments:bill": _("Thu hộ qua ngân hàng"),
    "payments:bill_partner": _("Ngân hàng thu hộ"), "payments:bills": _("Danh sách thu hộ"),
    "payments:cash": _("Định mức quỹ"), "payments:cash_book": _("Sổ quỹ"), "payments:cash_count": _("Kiểm quỹ"),
    "payments:cash_counts": _("Danh sách kiểm quỹ"), "payments:change": _("Thay đổi hai người duyệt"),
    "payments:changes": _("Danh sách thay đổi"), "payments:channel": _("Kênh thu trực tuyến"),
    "payments:class_sheets": _("Bảng kê theo lớp"), "payments:credit": _("Tiền nộp thừa"),
    "payments:credits": _("Danh sách tiền nộp thừa"), "payments:deposit": _("Nộp quỹ vào ngân hàng"),
    "payments:document": _("Loại chứng từ"), "payments:gateway": _("Cổng thanh toán"),
    "payments:handoff": _("Bàn giao hóa đơn"), "payments:handoffs": _("Danh sách bàn giao hóa đơn"),
    "payments:methods": _("Cách nộp tiền"), "payments:notices": _("Phiếu báo"),
    "payments:partner": _("Đối tác thanh toán"), "payments:partners": _("Danh sách đối tác"),
    "payments:payment": _("Khoản nộp"), "payments:pos_terminal": _("Máy POS"), "payments:print": _("Việc in"),
    "payments:receipt": _("Biên lai"), "payments:receipts": _("Danh sách biên lai"),
    "payments:refund": _("Hoàn tiền"), "payments:refunds": _("Danh sách hoàn tiền"),
    "payments:reminder": _("Đợt nhắc nộp"), "payments:reminders": _("Danh sách nhắc nộp"),
    "payments:settlement": _("Quyết toán"), "payments:settlements": _("Danh sách quyết toán"),
    "payments:slips": _("Danh sách hóa đơn máy POS"), "payments:virtual_account": _("Số tài khoản riêng"),
    "payments:virtual_accounts": _("Danh sách số riêng"),
    "people:class": _("Lớp"), "people:classes": _("Danh sách lớp"), "people:roster": _("Danh sách học sinh tải lên"),
    "people:student": _("Học sinh"), "people:students": _("Danh sách học sinh"),
    "reporting:cashless": _("Báo cáo không dùng tiền mặt"), "reporting:flag": _("Điểm cần giải thích"),
    "reporting:flags": _("Danh sách điểm cần giải thích"), "reporting:month_end": _("Báo cáo cuối tháng"),
    "reporting:posting": _("Bút toán"), "reporting:unit_flags": _("Điểm cần giải thích của các trường"),
    "workspaces:audit": _("Nhật ký"), "workspaces:counter": _("Quầy thu"),
}  # fmt: skip
"""The thing, by room and subject."""

VERBS: Words = {
    "accept": _("nhận"), "activate": _("kích hoạt"), "add": _("thêm"), "add_guardian": _("thêm người giám hộ"),
    "add_key": _("thêm khóa"), "answer": _("trả lời"), "app_add": _("thêm ứng dụng mã"),
    "app_remove": _("bỏ ứng dụng mã"), "apply": _("nhập vào sổ"), "approve": _("duyệt"), "ask": _("đề nghị"),
    "ask_again": _("nhắc lại người duyệt"), "assign": _("ghi nhận"), "book": _("ghi nhận tiền"),
    "by_rule": _("cấp theo quy tắc"), "cancel": _("hủy"), "change": _("thay đổi"),
    "change_password": _("đổi mật khẩu"), "close": _("đóng"), "confirm": _("xác nhận"), "connect": _("nối"),
    "create": _("lập"), "credit": _("giảm trừ"), "deactivate": _("ngừng dùng"), "decide": _("quyết định"),
    "delete": _("xóa"), "disable": _("tắt"), "discard": _("bỏ"), "disconnect": _("ngắt"),
    "download": _("tải về"), "draft": _("soạn"), "drop_key": _("bỏ khóa cũ"), "edit": _("sửa"),
    "edit_guardian": _("sửa người giám hộ"), "enable": _("bật"), "end": _("kết thúc"), "expire": _("hết hạn"),
    "explain": _("giải thích"), "export": _("tải danh sách"), "export_invoices": _("tải danh sách số theo phiếu"),
    "extra": _("thêm dòng"), "fail": _("không thành"), "file": _("lập tệp chi"), "file_cancel": _("hủy tệp chi"),
    "file_download": _("tải tệp chi"), "forget": _("bỏ nhớ"), "forget_keys": _("bỏ khóa cũ"),
    "gateway": _("hoàn qua cổng"), "give_back": _("thôi thu hồi"), "grant": _("trao"), "handle": _("xử lý"),
    "head": _("tải dấu cuối ngày"), "idle": _("lâu không dùng"), "invoices": _("cấp theo phiếu"),
    "issue": _("phát hành"),
    "keep": _("giữ lại"), "keep_password": _("giữ mật khẩu"), "leave": _("rời trường"), "left": _("nghỉ việc"),
    "limit": _("đặt mức"), "link_batch": _("nối với quyết toán"), "link_deposit": _("nối với nộp quỹ"),
    "list": _("nhập danh sách"), "live": _("đưa vào vận hành"), "make": _("lập"), "method": _("sửa hình thức"),
    "move": _("chuyển"), "not_deposit": _("không phải nộp quỹ"), "notice_refused": _("từ chối thông báo"),
    "numbers": _("ghi số hóa đơn"), "open": _("mở"), "parts": _("cho nộp nhiều lần"), "pay": _("chi"),
    "preview": _("xem trước"), "print": _("in"), "propose": _("đề nghị"), "publish": _("ban hành"),
    "purge": _("dọn"), "read": _("đã đọc"), "reconcile": _("đối chiếu"), "record": _("ghi"), "redo": _("làm lại"),
    "refuse": _("từ chối"), "refused": _("tải dòng chưa nhận"), "release": _("thu lại"), "remember": _("nhớ"),
    "remove": _("bỏ"), "replace_keys": _("thay khóa"), "replay_differs": _("báo lại khác lần trước"),
    "require_change": _("bắt buộc đổi mật khẩu"), "reset": _("về mẫu chung"), "restore": _("khôi phục"),
    "resume": _("mở lại"), "reverse": _("đảo"), "review": _("ghi nhận"), "round": _("mở cho các trường"),
    "rule": _("đặt quy tắc"), "save": _("lưu"), "seed": _("thêm khoản thường gặp"), "send": _("gửi"),
    "set": _("đặt"), "set_aside": _("để riêng"), "sign": _("ký"), "start": _("bắt đầu"),
    "stopped_export": _("tải danh sách đã ngừng"), "suspend": _("tạm khóa"), "switch_off": _("tắt"),
    "switch_on": _("bật"), "take": _("thu"), "take_back": _("thu hồi"), "take_effect": _("có hiệu lực"),
    "take_password": _("thu mật khẩu"), "targets_export": _("tải danh sách người nhận"), "terms": _("sửa điều khoản"),
    "test": _("thử"), "told_apart": _("phân biệt hai khoản"), "transaction_differs": _("báo lại khác lần trước"),
    "unapproved_amount": _("số tiền khác lệnh"), "undo": _("hoàn tác"), "unlink_batch": _("gỡ quyết toán"),
    "unlink_deposit": _("gỡ nộp quỹ"), "unlink_refund": _("gỡ hoàn tiền"), "update": _("sửa"),
    "use": _("dùng"), "upload": _("tải lên"),
    "assign_invoices": _("gán vào phiếu"), "assign_slip": _("gán vào hóa đơn máy POS"),
    "correct_slip": _("sửa hóa đơn máy POS"), "portal_said": _("ghi điều thấy ở cổng"), "reject": _("từ chối"),
    "refund_left": _("tiền hoàn đã ra"), "refund_returned": _("tiền hoàn bị trả về"),
    "take_up_again": _("xem lại"),
    "key_add": _("thêm khóa bảo mật"), "key_remove": _("bỏ khóa bảo mật"), "recovery_make": _("lập mã dự phòng"),
    "sheet_drop": _("bỏ phiếu mã"), "sheet_make": _("lập phiếu mã"),
    "ask_reopening": _("đề nghị mở lại"), "classes": _("chọn lớp"), "confirmed": _("xác nhận tài khoản"),
    "disabled": _("tạm khóa tài khoản"), "elsewhere": _("có vai trò nơi khác"), "expired": _("khóa vì quá hạn"),
    "items": _("chọn khoản"), "owner_changed": _("đổi người giữ"), "paid": _("đã chi"), "profile": _("sửa thông tin"),
    "queue": _("xếp vào hàng chờ gửi"), "reopen": _("mở lại"), "returned": _("tiền bị trả về"),
    "spared": _("giữ lại người cuối"), "supervise": _("giao quản lý"), "undone": _("hoàn tác chi"),
    "withdraw": _("rút"), "accounts": _("đặt tài khoản kế toán"),
}  # fmt: skip
"""What was done with it."""

PARAMS: Words = {
    "account": _("tài khoản"), "accounts": _("tài khoản"), "amount": _("số tiền"), "bank": _("ngân hàng"),
    "channel": _("kênh"), "class": _("lớp"), "classes": _("lớp"), "code": _("mã"), "codes": _("mã"),
    "count": _("số dòng"), "day": _("ngày"), "file": _("tệp"), "filter": _("lọc"), "first": _("từ"),
    "from": _("từ"), "grade": _("khối"), "holder": _("chủ tài khoản"), "invoice": _("phiếu"),
    "invoices": _("số phiếu"), "kind": _("loại"), "last": _("đến"), "line": _("dòng"), "lines": _("số dòng"),
    "method": _("hình thức"), "month": _("tháng"), "name": _("tên"), "new": _("mới"), "number": _("số"),
    "payment": _("khoản nộp"), "provider": _("nhà cung cấp"), "rate": _("mức"), "reason": _("lý do"),
    "reference": _("số tham chiếu"), "refused": _("bị từ chối"), "role": _("vai trò"), "round": _("đợt thu"),
    "state": _("trạng thái"), "student": _("học sinh"), "students": _("số học sinh"), "title": _("tiêu đề"),
    "to": _("đến"), "unit": _("đơn vị"), "user": _("người dùng"), "users": _("số người dùng"), "year": _("năm"),
}  # fmt: skip
"""Names of the commonest parameters; others show as they are kept."""


def action_text(action: str) -> str:
    """The action in words; its own words where one of them is new."""
    subject, _sep, verb = action.rpartition(":")
    if subject not in SUBJECTS or verb not in VERBS:
        return action
    return f"{SUBJECTS[subject]}: {VERBS[verb]}"


def params_text(params: Mapping[str, Any]) -> str:
    """Parameters on one line: "số tiền: 250.000 đ · mã: TS…"; empty ones are left out."""
    said = {key: value for key, value in params.items() if value not in ("", None, [], {})}
    return " · ".join(f"{PARAMS.get(key, key)}: {_plain(key, value)}" for key, value in said.items())


def _plain(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return params_text(value)
    if isinstance(value, list):
        return ", ".join(_plain(key, one) for one in value)
    return dong(Dong(value)) if key == "amount" and type(value) is int else str(value)
