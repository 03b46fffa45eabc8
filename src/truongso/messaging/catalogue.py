"""The messages the product knows: their places and their wording until a school words them itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.messaging.types import ChannelKind

BEFORE_DUE = "fee_reminder_before"
AFTER_DUE = "fee_reminder_after"
ACCOUNT_CHANGE = "account_change"
CONTRACT_ENDS = "partner_contract_ends"
TRANSFER_QUESTION = "transfer_question"
TRANSFER_TAKEN_BACK = "transfer_taken_back"
ACCOUNT_REVIEW = "account_review"
ACCOUNT_STATE = "account_state"
DATA_ANSWER = "data_answer"
DATA_TASK = "data_task"
RECEIPT_NOTICE = "receipt_notice"
FAMILY_ACCOUNT = "family_account"
FAMILY_ACCOUNT_OPENED = "family_account_opened"
FAMILY_CONSENT = "family_consent"
GUARDIAN_ENDED = "guardian_ended"
ACCESS_ALARM = "access_alarm"
TO_STAFF = frozenset({ACCOUNT_CHANGE, CONTRACT_ENDS, ACCOUNT_REVIEW, ACCOUNT_STATE, DATA_TASK, ACCESS_ALARM})
"""Messages to people about their work: no family's, though a teacher may be a guardian with the same address."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A message: what it is for, its places with what stands there, an example of each, subject and text.

    `short` is for channels that are paid by length. A `security` notice cannot be silenced from inside the school:
    nobody there words it anew, it heeds no quiet hours, and its e-mail leaves also while the channel is switched off.
    """

    title: str | Promise
    places: dict[str, str | Promise]
    example: dict[str, str]
    subject: str | Promise
    text: str | Promise
    short: str | Promise
    security: bool = False

    def text_for(self, kind: ChannelKind) -> str:
        """The product's wording on a channel."""
        return str(self.short if kind is ChannelKind.SMS else self.text)


_PLACES: dict[str, str | Promise] = {
    "nguoi_nhan": _("tên người nhận"),
    "hoc_sinh": _("tên các con của người nhận có khoản phải nộp"),
    "truong": _("tên trường"),
    "dot": _("tên đợt thu"),
    "so_tien": _("tổng còn phải nộp, chỉ khoản bắt buộc"),
    "han": _("ngày hạn nộp"),
    "dia_chi": _("địa chỉ trang nộp tiền"),
    "lien_he": _("điện thoại hỗ trợ của trường"),
}
_EXAMPLE = {
    "nguoi_nhan": "Trần Thị Thu Hằng",
    "hoc_sinh": "Nguyễn Bảo An",
    "truong": "Tiểu học Lê Văn Tám",
    "dot": "Thu tháng 10/2026",
    "so_tien": "894.000 đ",
    "han": "20/10/2026",
    "dia_chi": "https://thu.example.edu.vn/p/abc",
    "lien_he": "0214 000 0000",
}

CATALOGUE: dict[str, Wording] = {
    BEFORE_DUE: Wording(
        title=_("Nhắc trước hạn nộp"),
        places=_PLACES,
        example=_EXAMPLE,
        subject=_("{truong}: {dot}, hạn nộp {han}"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan},\n"
            "{truong} xin nhắc khoản “{dot}” của {hoc_sinh}: {so_tien}, hạn nộp {han}.\n"
            "Xem chi tiết và nộp tại {dia_chi}\n"
            "Nếu anh/chị vừa nộp, xin bỏ qua tin này. Cần hỗ trợ, xin gọi {lien_he}. Trân trọng cảm ơn."
        ),
        short=_("{truong}: {dot} cua {hoc_sinh} con {so_tien}, han {han}. Xem: {dia_chi}. Neu da nop xin bo qua."),
    ),
    AFTER_DUE: Wording(
        title=_("Nhắc sau hạn nộp"),
        places=_PLACES,
        example=_EXAMPLE,
        subject=_("{truong}: {dot}"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan},\n"
            "Khoản “{dot}” của {hoc_sinh} còn {so_tien} (hạn nộp {han}). Khi thuận tiện, anh/chị vui lòng nộp tại "
            "{dia_chi}\n"
            "Nếu gia đình có khó khăn hoặc thấy số tiền chưa đúng, xin gọi {lien_he}; nhà trường luôn sẵn sàng trao "
            "đổi riêng. Nếu anh/chị vừa nộp, xin bỏ qua tin này. Trân trọng cảm ơn."
        ),
        short=_(
            "{truong}: {dot} cua {hoc_sinh} con {so_tien}. Xem: {dia_chi}. Ho tro: {lien_he}. Neu da nop xin bo qua."
        ),
    ),
    ACCOUNT_CHANGE: Wording(
        title=_("Đổi tài khoản nhận tiền của trường"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "truong": _("tên trường"),
            "viec": _("việc vừa xảy ra"),
            "tai_khoan_moi": _("ngân hàng, số và chủ tài khoản mới"),
            "tai_khoan_cu": _("tài khoản được thay, nếu có"),
            "hieu_luc": _("lúc bắt đầu dùng"),
            "nguoi_de_nghi": _("người đề nghị"),
            "nguoi_duyet": _("người duyệt"),
            "ly_do": _("lý do"),
            "dia_chi": _("địa chỉ trang xem và hủy"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng",
            "truong": "Tiểu học Lê Văn Tám",
            "viec": "Đã duyệt",
            "tai_khoan_moi": "BIDV 12310000777888, TRUONG TIEU HOC LE VAN TAM",
            "tai_khoan_cu": "Vietcombank 0071000123456",
            "hieu_luc": "9:00 06/10/2026",
            "nguoi_de_nghi": "Phạm Thị Hòa",
            "nguoi_duyet": "Lê Minh Châu",
            "ly_do": "Đổi ngân hàng phục vụ",
            "dia_chi": "https://thu.example.edu.vn/cai-dat/tai-khoan",
        },
        subject=_("{truong}: {viec} – tài khoản nhận tiền"),
        text=_(
            "Kính gửi {nguoi_nhan},\n"
            "{viec}: {truong} dùng tài khoản nhận tiền {tai_khoan_moi}.\n"
            "Tài khoản được thay: {tai_khoan_cu}\n"
            "Bắt đầu dùng: {hieu_luc}\n"
            "Người đề nghị: {nguoi_de_nghi}. Người duyệt: {nguoi_duyet}. Lý do: {ly_do}\n"
            "Xem, và hủy khi chưa bắt đầu dùng: {dia_chi}\n"
            "Nếu nhà trường không hề muốn đổi, xin gọi ngay cho hiệu trưởng và ngân hàng. Thư này do máy gửi."
        ),
        short=_("{truong}: {viec} tai khoan nhan tien {tai_khoan_moi}, tu {hieu_luc}. Xem: {dia_chi}"),
        security=True,
    ),
    CONTRACT_ENDS: Wording(
        title=_("Hợp đồng với đối tác thanh toán sắp hết hạn"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "truong": _("tên trường"),
            "doi_tac": _("tên đối tác"),
            "so_hop_dong": _("số hợp đồng"),
            "het_han": _("ngày hết hạn"),
            "dia_chi": _("địa chỉ trang của đối tác"),
        },
        example={
            "nguoi_nhan": "Phạm Thị Hòa",
            "truong": "Tiểu học Lê Văn Tám",
            "doi_tac": "VNPAY",
            "so_hop_dong": "12/2026/HĐ-VNPAY",
            "het_han": "31/12/2026",
            "dia_chi": "https://thu.example.edu.vn/cai-dat/doi-tac/abc",
        },
        subject=_("{truong}: hợp đồng với {doi_tac} hết hạn {het_han}"),
        text=_(
            "Kính gửi {nguoi_nhan},\n"
            "Hợp đồng {so_hop_dong} của {truong} với {doi_tac} hết hạn ngày {het_han}.\n"
            "Gia hạn rồi ghi ngày mới tại {dia_chi}\n"
            "Phụ huynh vẫn nộp được cho tới khi đối tác ngừng nhận. Thư này do máy gửi."
        ),
        short=_("{truong}: hop dong voi {doi_tac} het han {het_han}. Xem: {dia_chi}"),
        security=True,
    ),
    TRANSFER_QUESTION: Wording(
        title=_("Hỏi gia đình về một khoản chuyển"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "so_tien": _("số tiền nhà trường nhận được"),
            "ngay": _("ngày nhận được tiền"),
            "dia_chi": _("địa chỉ trang trả lời"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "so_tien": "894.000 đ", "ngay": "11/10/2026", "dia_chi": "https://thu.example.edu.vn/hoi/abc",
            "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: khoản chuyển {so_tien} có phải của anh/chị không?"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan}, phụ huynh của {hoc_sinh},\n"
            "{truong} nhận được {so_tien} ngày {ngay} nhưng chưa rõ nộp cho em nào. Nếu là của anh/chị, xin trả lời "
            "bằng một lần chạm tại {dia_chi}\n"
            "Nhà trường không hỏi mật khẩu hay mã OTP. Cần hỗ trợ, xin gọi {lien_he}. Trân trọng cảm ơn."
        ),
        short=_("{truong} nhan {so_tien} ngay {ngay}, chua ro nop cho em nao. Cua anh/chi? Tra loi: {dia_chi}"),
    ),
    TRANSFER_TAKEN_BACK: Wording(
        title=_("Báo gia đình khi ngân hàng thu hồi khoản đã nộp"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "so_tien": _("số tiền đã ghi cho em và bị thu hồi"),
            "ngay": _("ngày nhà trường nhận được tiền"),
            "dia_chi": _("địa chỉ trang phiếu báo thu"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "so_tien": "894.000 đ", "ngay": "11/10/2026", "dia_chi": "https://thu.example.edu.vn/p/abc",
            "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: ngân hàng đã thu hồi khoản nộp {so_tien}"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan}, phụ huynh của {hoc_sinh},\n"
            "Ngân hàng đã thu hồi {so_tien} mà {truong} nhận ngày {ngay} và đã ghi cho {hoc_sinh}. Biên lai của khoản "
            "này được hủy, phiếu báo thu trở lại chưa nộp: {dia_chi}\n"
            "Lý do xin hỏi ngân hàng đã chuyển tiền. Cần hỗ trợ, xin gọi {lien_he}. Trân trọng cảm ơn."
        ),
        short=_("{truong}: ngan hang thu hoi {so_tien} nop ngay {ngay}, bien lai duoc huy. Xem phieu: {dia_chi}"),
    ),
    ACCOUNT_REVIEW: Wording(
        title=_("Nhắc rà soát tài khoản"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "truong": _("tên trường"),
            "viec": _("việc cần làm"),
            "con_lai": _("số tài khoản chưa rà soát"),
            "han": _("hạn"),
            "dia_chi": _("địa chỉ trang rà soát"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "truong": "Tiểu học Lê Văn Tám", "viec": "Đợt rà soát đang mở",
            "con_lai": "12", "han": "20/10/2026", "dia_chi": "https://thu.example.edu.vn/an-toan-tai-khoan",
        },
        subject=_("{truong}: rà soát tài khoản, hạn {han}"),
        text=_(
            "Kính gửi {nguoi_nhan},\n"
            "{viec} ở {truong}. Số tài khoản chưa rà soát: {con_lai}. Hạn: {han}.\n"
            "Xác nhận, tạm khóa hoặc đổi người giữ tại {dia_chi}\n"
            "Quá hạn, tài khoản chưa rà soát bị tạm khóa. Thư này do máy gửi."
        ),
        short=_("{truong}: {viec}, con {con_lai} tai khoan, han {han}. Xem: {dia_chi}"),
        security=True,
    ),
    ACCOUNT_STATE: Wording(
        title=_("Báo cho chủ tài khoản"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "truong": _("tên trường"),
            "viec": _("việc vừa xảy ra"),
            "can_lam": _("việc cần làm"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "truong": "Tiểu học Lê Văn Tám",
            "viec": "Tài khoản có trong danh sách bị lộ, đã đăng xuất khỏi mọi máy",
            "can_lam": "Nhận phiếu kích hoạt tại trường và đặt mật khẩu mới",
        },
        subject=_("{truong}: tài khoản của thầy/cô, anh/chị"),
        text=_(
            "Kính gửi {nguoi_nhan},\n"
            "{viec}.\n"
            "{can_lam}.\n"
            "Nhà trường không hỏi mật khẩu hay mã xác thực. Thư này do máy gửi từ {truong}."
        ),
        short=_("{truong}: {viec}. {can_lam}."),
        security=True,
    ),
    ACCESS_ALARM: Wording(
        title=_("Báo mở nhiều thông tin nhạy cảm"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "truong": _("tên trường"),
            "nguoi_xem": _("tên người đã mở"),
            "viec": _("việc vừa xảy ra"),
            "dia_chi": _("địa chỉ nhật ký"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "truong": "Tiểu học Lê Văn Tám", "nguoi_xem": "Lý Văn Tài",
            "viec": "đã mở thông tin nhạy cảm của 101 học sinh trong một giờ",
            "dia_chi": "https://thu.example.edu.vn/nhat-ky",
        },
        subject=_("{truong}: {nguoi_xem} {viec}"),
        text=_(
            "Kính gửi {nguoi_nhan},\n"
            "Tài khoản của {nguoi_xem} {viec} ở {truong}.\n"
            "Xem đã mở những gì tại {dia_chi}. Nếu không phải người này làm, hãy tạm khóa tài khoản ngay.\n"
            "Thư này do máy gửi."
        ),
        short=_("{truong}: {nguoi_xem} {viec}. Xem: {dia_chi}"),
        security=True,
    ),
    RECEIPT_NOTICE: Wording(
        title=_("Báo đã lập biên lai (phụ huynh đã đồng ý nhận)"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "so_tien": _("số tiền đã ghi cho em"),
            "bien_lai": _("số biên lai"),
            "dia_chi": _("địa chỉ trang xem biên lai"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "so_tien": "894.000 đ", "bien_lai": "2026-A-000123", "dia_chi": "https://thu.example.edu.vn/p/abc/lich-su",
            "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: đã nhận {so_tien} cho {hoc_sinh}"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan},\n"
            "{truong} đã nhận {so_tien} cho {hoc_sinh}, biên lai {bien_lai}. Xem và tải tại {dia_chi}\n"
            "Tin này gửi vì anh/chị đã đồng ý nhận; rút lại ở mục Sự đồng ý của trang trên. Cần hỗ trợ, xin gọi "
            "{lien_he}."
        ),
        short=_("{truong} da nhan {so_tien} cho {hoc_sinh}, bien lai {bien_lai}. Xem: {dia_chi}"),
    ),
    DATA_ANSWER: Wording(
        title=_("Trả lời yêu cầu về dữ liệu cá nhân"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "so": _("số yêu cầu"),
            "tra_loi": _("lời trả lời của trường"),
            "dia_chi": _("địa chỉ trang nhận bản sao, hoặc trang của trường"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "so": "YC-7", "tra_loi": "Bản sao dữ liệu của cháu đã sẵn sàng",
            "dia_chi": "https://thu.example.edu.vn/ban-sao/abc", "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: trả lời yêu cầu {so} về dữ liệu cá nhân"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan},\n"
            "{truong} trả lời yêu cầu {so} về dữ liệu của {hoc_sinh}: {tra_loi}\n"
            "{dia_chi}\n"
            "Đường dẫn chỉ dành cho anh/chị, xin không chuyển tiếp. Cần hỗ trợ, xin gọi {lien_he}."
        ),
        short=_("{truong}: tra loi yeu cau {so} ve du lieu cua {hoc_sinh}: {tra_loi}. {dia_chi}"),
        security=True,
    ),
    FAMILY_ACCOUNT: Wording(
        title=_("Mời phụ huynh tạo tài khoản"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "dia_chi": _("đường dẫn tạo tài khoản"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "dia_chi": "https://thu.example.edu.vn/gia-dinh/mo/abc", "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: tạo tài khoản phụ huynh"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan}, phụ huynh của {hoc_sinh},\n"
            "Có người vừa xin tạo tài khoản phụ huynh ở {truong} cho anh/chị. Nếu là anh/chị, mở đường dẫn này trong "
            "72 giờ: {dia_chi}\n"
            "Không phải thì bỏ qua, không có gì thay đổi. Không chuyển tiếp tin này; nhà trường không hỏi mật khẩu hay "
            "mã OTP. Không có tài khoản vẫn xem phiếu và nộp tiền bình thường. Cần hỗ trợ, xin gọi {lien_he}."
        ),
        short=_("{truong}: tao tai khoan phu huynh cua {hoc_sinh} trong 72 gio: {dia_chi}. Khong phai: bo qua."),
        security=True,
    ),
    FAMILY_ACCOUNT_OPENED: Wording(
        title=_("Báo đã có tài khoản phụ huynh"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: phiếu tạo tài khoản phụ huynh đã được dùng"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan}, phụ huynh của {hoc_sinh},\n"
            "Phiếu tạo tài khoản phụ huynh mà {truong} in cho anh/chị vừa được dùng. Nếu là anh/chị thì không cần làm "
            "gì. Không phải anh/chị thì gọi {lien_he} ngay để trường ngừng tài khoản."
        ),
        short=_("{truong}: phieu tai khoan phu huynh cua {hoc_sinh} da dung. Khong phai anh/chi: goi {lien_he} ngay."),
        security=True,
    ),
    FAMILY_CONSENT: Wording(
        title=_("Báo người giám hộ khác: đã có sự đồng ý"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên con của người nhận"),
            "truong": _("tên trường"),
            "nguoi_dong_y": _("tên người đã đồng ý, che bớt"),
            "viec": _("việc đã được đồng ý"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "nguoi_dong_y": "Ng*** V*** Bình", "viec": "Tài khoản riêng của con", "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: đã có sự đồng ý – {viec}"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan}, phụ huynh của {hoc_sinh},\n"
            "{truong} vừa ghi sự đồng ý của {nguoi_dong_y} cho việc: {viec}. Anh/chị đồng ý thì không cần làm gì. "
            "Không đồng ý thì rút lại ở mục Sự đồng ý trên trang phiếu báo thu, hoặc gọi {lien_he}: việc này dừng ngay."
        ),
        short=_("{truong}: {nguoi_dong_y} dong y “{viec}” cho {hoc_sinh}. Khong dong y: goi {lien_he} de dung ngay."),
        security=True,
    ),
    GUARDIAN_ENDED: Wording(
        title=_("Báo thôi giám hộ"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "hoc_sinh": _("tên học sinh"),
            "truong": _("tên trường"),
            "nguoi_thoi": _("tên người thôi giám hộ, che bớt"),
            "ngay": _("ngày thôi"),
            "lien_he": _("điện thoại hỗ trợ của trường"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "hoc_sinh": "Nguyễn Bảo An", "truong": "Tiểu học Lê Văn Tám",
            "nguoi_thoi": "Ng*** V*** Bình", "ngay": "11/10/2026", "lien_he": "0214 000 0000",
        },
        subject=_("{truong}: đã ghi thôi giám hộ"),
        text=_(
            "Kính gửi anh/chị {nguoi_nhan},\n"
            "Từ {ngay}, hồ sơ của {hoc_sinh} tại {truong} ghi {nguoi_thoi} thôi là người giám hộ: người này không còn "
            "mở được thông tin của em và không còn nhận tin của trường về em. Chưa đúng thì gọi {lien_he} ngay."
        ),
        short=_("{truong}: tu {ngay}, {nguoi_thoi} thoi la nguoi giam ho cua {hoc_sinh}. Chua dung: goi {lien_he}."),
        security=True,
    ),
    DATA_TASK: Wording(
        title=_("Nhắc việc về dữ liệu cá nhân"),
        places={
            "nguoi_nhan": _("tên người nhận"),
            "truong": _("tên trường"),
            "viec": _("việc cần làm"),
            "han": _("hạn"),
            "dia_chi": _("địa chỉ trang dữ liệu cá nhân"),
        },
        example={
            "nguoi_nhan": "Trần Thị Thu Hằng", "truong": "Tiểu học Lê Văn Tám",
            "viec": "Trả lời yêu cầu YC-7", "han": "17:00 07/10/2026",
            "dia_chi": "https://thu.example.edu.vn/du-lieu-ca-nhan",
        },
        subject=_("{truong}: {viec}, hạn {han}"),
        text=_(
            "Kính gửi {nguoi_nhan},\n"
            "{viec} ở {truong}. Hạn: {han}.\n"
            "Làm tại {dia_chi}\n"
            "Thư này do máy gửi."
        ),
        short=_("{truong}: {viec}, han {han}. Xem: {dia_chi}"),
        security=True,
    ),
}  # fmt: skip


def is_security(code: str) -> bool:
    """Whether messages of this kind cannot be silenced from inside a school."""
    return code in CATALOGUE and CATALOGUE[code].security
