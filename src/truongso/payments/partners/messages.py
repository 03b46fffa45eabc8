"""Vietnamese texts of partners and their lists."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from truongso.kernel.ui.formatting import dong
from truongso.payments.partners.types import MOST_TEST, Item, PartnerFileRefusedError, PartnerKind

KINDS: dict[PartnerKind, str | Promise] = {
    PartnerKind.GATEWAY: gettext_lazy("Cổng thanh toán"),
    PartnerKind.FEED: gettext_lazy("Dịch vụ báo có"),
    PartnerKind.ACQUIRER: gettext_lazy("Ngân hàng máy POS"),
    PartnerKind.BILL: gettext_lazy("Ngân hàng thu hộ"),
}

ITEMS: dict[Item, str | Promise] = {
    Item.CONTRACT: gettext_lazy("Hợp đồng: số, ngày ký, ngày hết hạn"),
    Item.CONTACT: gettext_lazy("Người liên hệ: tên, điện thoại, e-mail"),
    Item.SCOPE: gettext_lazy("Các cách nộp trong hợp đồng"),
    Item.FEES: gettext_lazy("Mức phí"),
    Item.DATES: gettext_lazy("Ngày bắt đầu và ngày nối xong"),
    Item.TEST: gettext_lazy("Một giao dịch thử bằng tiền thật đã ghi nhận"),
}

_REFUSALS = {
    "ends_before_signed": gettext_noop("Ngày hết hạn trước ngày ký. Xem lại hai ngày."),
    "bad_phone": gettext_noop("Số điện thoại chỉ gồm chữ số, dấu cách, +, dấu chấm và gạch nối."),
    "bad_email": gettext_noop("Địa chỉ e-mail chưa đúng, ví dụ hotro@nganhang.example."),
    "bad_method": gettext_noop("Chọn cách nộp trong danh sách."),
    "bad_fee": gettext_noop("Mức phí không hợp lý. Ghi phần trăm và số đồng theo hợp đồng."),
    "integrated_before_started": gettext_noop("Ngày nối xong trước ngày bắt đầu. Xem lại hai ngày."),
    "in_future": gettext_noop("Ngày ký và ngày nối xong không thể ở tương lai."),
    "would_lack": gettext_noop("Đối tác đang vận hành: không bỏ trống mục đã có, không đổi giao dịch thử."),
    "unknown_payment": gettext_noop("Không thấy khoản nộp này, hoặc khoản nộp không đi qua đối tác."),
    "unknown_invoice": gettext_noop("Trường không có phiếu mang mã này."),
    "test_too_large": gettext_noop("Giao dịch thử không quá %(most)s."),
    "test_done": gettext_noop("Đã có giao dịch thử. Muốn thử lại, mở cổng rồi nộp như phụ huynh."),
    "too_many_tests": gettext_noop("Đã thử thành công đủ số lần. Hãy chọn một giao dịch thử làm minh chứng."),
}


def partner_file_text(refusal: PartnerFileRefusedError) -> str:
    """A refusal as a person reads it."""
    return _(_REFUSALS[refusal.code]) % {"most": dong(MOST_TEST)}
