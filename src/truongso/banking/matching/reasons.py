"""The texts of the matcher's reasons: one table for the command line and the web.

Vietnamese is the message id. The texts are marked for the catalogue here and translated by whoever shows
them: `_(REASONS[reason.code]) % reason.params`.
"""

from __future__ import annotations

from collections.abc import Mapping

from truongso.banking.matching.types import Reason


def gettext_noop(text: str) -> str:
    """Mark a text for the translation catalogue without translating it."""
    return text


REASONS: Mapping[str, str] = {
    "exact": gettext_noop("Nội dung có đúng mã hóa đơn, số tiền bằng số còn phải nộp"),
    "under": gettext_noop("Đúng mã hóa đơn nhưng nộp thiếu %(difference)s (còn phải nộp %(owed)s)"),
    "over": gettext_noop("Đúng mã hóa đơn nhưng nộp thừa %(difference)s; phần thừa ghi vào số dư của gia đình"),
    "corrected": gettext_noop("Nội dung ghi %(read)s, sai một ký tự so với mã %(code)s; số tiền khớp"),
    "corrected_differs": gettext_noop(
        "Nội dung ghi %(read)s, sai một ký tự so với mã %(code)s, nhưng nộp %(amount)s, còn phải nộp %(owed)s"
    ),
    "several": gettext_noop("Nội dung có %(count)s mã hóa đơn, tổng các khoản còn phải nộp bằng số tiền"),
    "several_differs": gettext_noop("Nội dung có nhiều mã hóa đơn, tổng còn phải nộp %(owed)s khác số tiền %(amount)s"),
    "several_some_paid": gettext_noop("Nội dung có nhiều mã hóa đơn, trong đó có hóa đơn đã nộp đủ"),
    "several_corrected": gettext_noop("Nội dung có nhiều mã hóa đơn gõ sai một ký tự, tổng còn phải nộp khớp số tiền"),
    "second_code": gettext_noop("Số tiền không khớp và nội dung còn có thể chứa thêm mã %(code)s"),
    "already_paid": gettext_noop("Hóa đơn %(code)s đã được nộp đủ trước đó"),
    "name_conflict": gettext_noop("Mã %(code)s không phải của học sinh được nêu tên trong nội dung: %(student)s"),
    "ambiguous": gettext_noop("Mã trong nội dung gõ sai và có thể là %(count)s hóa đơn khác nhau"),
    "other_account": gettext_noop("Mã %(code)s thuộc hóa đơn nộp vào tài khoản khác (%(account)s)"),
    "names": gettext_noop("Không có mã; nội dung nêu tên học sinh %(student)s"),
    "names_tied": gettext_noop("Không có mã; tên trong nội dung hợp với %(count)s học sinh như nhau"),
    "payer": gettext_noop("Không có mã; tài khoản chuyển đã từng nộp cho học sinh %(student)s"),
    "payer_tied": gettext_noop("Không có mã; tài khoản chuyển đã từng nộp cho %(count)s học sinh như nhau"),
    "payer_name": gettext_noop("Không có mã; người cùng tên với người chuyển đã từng nộp cho học sinh %(student)s"),
    "payer_name_tied": gettext_noop(
        "Không có mã; người cùng tên với người chuyển đã từng nộp cho %(count)s học sinh như nhau"
    ),
    "parent": gettext_noop("Không có mã; người chuyển cùng tên với phụ huynh của %(student)s, số tiền khớp"),
    "parent_tied": gettext_noop("Không có mã; người chuyển cùng tên với phụ huynh của %(count)s học sinh nợ số này"),
    "virtual_account": gettext_noop("Chuyển vào số tài khoản riêng của hóa đơn %(code)s, số tiền bằng số còn phải nộp"),
    "virtual_account_under": gettext_noop(
        "Chuyển vào số tài khoản riêng của hóa đơn %(code)s nhưng nộp thiếu %(difference)s (còn phải nộp %(owed)s)"
    ),
    "virtual_account_over": gettext_noop(
        "Chuyển vào số tài khoản riêng của hóa đơn %(code)s nhưng nộp thừa %(difference)s; phần thừa ghi vào số dư "
        "của gia đình"
    ),
    "virtual_account_differs": gettext_noop(
        "Chuyển vào số tài khoản riêng của hóa đơn %(code)s nhưng nội dung ghi mã %(other)s"
    ),
    "virtual_account_gone": gettext_noop(
        "Chuyển vào số tài khoản riêng của hóa đơn %(code)s, hóa đơn này đã hủy. Hỏi gia đình trước khi ghi "
        "cho phiếu khác"
    ),
    "virtual_pupil": gettext_noop("Chuyển vào số tài khoản riêng của học sinh %(student)s, số tiền khớp"),
    "virtual_pupil_under": gettext_noop(
        "Chuyển vào số tài khoản riêng của học sinh %(student)s nhưng nộp thiếu %(difference)s (còn phải nộp %(owed)s)"
    ),
    "virtual_pupil_over": gettext_noop(
        "Chuyển vào số tài khoản riêng của học sinh %(student)s nhưng nộp thừa %(difference)s; phần thừa ghi vào số dư "
        "của gia đình"
    ),
    "virtual_pupil_several": gettext_noop(
        "Chuyển vào số tài khoản riêng của học sinh %(student)s, em còn %(count)s phiếu và số tiền không khớp phiếu nào"
    ),
    "virtual_pupil_differs": gettext_noop(
        "Chuyển vào số tài khoản riêng của học sinh %(student)s nhưng nội dung ghi mã %(other)s của học sinh khác"
    ),
    "virtual_pupil_former": gettext_noop(
        "Chuyển vào số tài khoản riêng đã thu hồi hoặc đã đổi chủ trong ngày; gần nhất cấp cho học sinh %(student)s"
    ),
    "amount_in_class": gettext_noop("Không có mã; trong lớp được nêu chỉ có %(count)s hóa đơn còn nợ đúng số tiền này"),
    "amount_only": gettext_noop("Không có mã; trong tài khoản chỉ có %(count)s hóa đơn còn nợ đúng số tiền này"),
    "not_fees_interest": gettext_noop("Có vẻ là lãi tiền gửi ngân hàng trả, không phải khoản nộp của học sinh"),
    "not_fees_own_account": gettext_noop("Có vẻ là tiền chuyển giữa các tài khoản của trường"),
    "not_fees_no_text": gettext_noop("Ngân hàng không ghi nội dung (NODATA), thường là lãi hoặc bút toán nội bộ"),
    "not_fees_bank_refund": gettext_noop("Có vẻ là phí dịch vụ ngân hàng hoàn lại, không phải khoản nộp của học sinh"),
    "unknown_code": gettext_noop("Mã %(code)s đúng dạng nhưng không có trong các hóa đơn của tài khoản nhận"),
    "unknown_account": gettext_noop("Không có hóa đơn nào nộp vào tài khoản nhận này"),
    "no_code": gettext_noop("Nội dung không có mã hóa đơn và không nhận ra học sinh"),
    "repeat": gettext_noop("Trùng hoàn toàn với một dòng ngân hàng đã có, số tham chiếu %(bank_ref)s"),
    "bad_amount": gettext_noop("Số tiền không hợp lệ: %(amount)s; cần số nguyên đồng lớn hơn 0"),
}


def describe(reason: Reason) -> str:
    """The reason in Vietnamese. Raises KeyError for a code that has no text."""
    return REASONS[reason.code] % reason.params
