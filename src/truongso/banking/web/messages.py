"""What people read in this room: refusals, problems of files, reasons of decisions. Codes in, Vietnamese out.

Every text says what happened and what to do. A code without a text is a fault that tests find.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from truongso.banking.asides.types import AsideKind
from truongso.banking.matching.reasons import REASONS
from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import ngay, so

CLAIM_REFUSALS: Mapping[str, str] = {
    "not_open": gettext_noop("Lời báo này đã kết thúc; không có gì thay đổi. Tải lại trang để xem."),
    "answer_missing": gettext_noop("Ghi câu trả lời cho gia đình."),
}
FILE_REFUSALS: Mapping[str, str] = {
    "no_file": gettext_noop("Chưa chọn tệp sao kê. Chọn tệp rồi gửi lại."),
    "too_large": gettext_noop(
        "Tệp quá lớn (tối đa %(limit_mb)s MB). Tải sao kê của khoảng ngày ngắn hơn rồi nhập từng tệp."
    ),
    "empty": gettext_noop("Tệp không có dòng nào. Tải lại sao kê từ ngân hàng rồi nhập lại."),
    "not_a_table": gettext_noop(
        "Tệp này không phải bảng tính. Tải sao kê ở dạng XLSX, XLS hoặc CSV từ ngân hàng điện tử."
    ),
    "pdf": gettext_noop("Đây là tệp PDF nên không đọc được từng dòng. Tải sao kê ở dạng Excel (XLSX, XLS) hoặc CSV."),
    "image": gettext_noop("Đây là ảnh chụp. Tải sao kê ở dạng Excel (XLSX, XLS) hoặc CSV."),
    "html": gettext_noop("Tệp này là trang web không có bảng nào. Tải lại sao kê từ ngân hàng rồi nhập lại."),
    "archive": gettext_noop("Đây là tệp nén. Giải nén rồi nhập từng tệp sao kê bên trong."),
    "other_workbook": gettext_noop("Kiểu bảng tính này chưa đọc được. Mở bằng Excel, lưu lại thành XLSX rồi nhập."),
    "zip_bomb": gettext_noop("Nội dung bên trong tệp lớn bất thường nên không được mở. Tải lại sao kê từ ngân hàng."),
    "too_many_sheets": gettext_noop(
        "Tệp có %(count)s trang tính (tối đa %(limit)s). Giữ lại trang sao kê rồi nhập lại."
    ),
    "too_many_rows": gettext_noop(
        "Tệp có %(count)s dòng (tối đa %(limit)s). Tải sao kê của khoảng ngày ngắn hơn rồi nhập từng tệp."
    ),
    "too_many_columns": gettext_noop("Tệp có %(count)s cột (tối đa %(limit)s). Xóa các cột thừa rồi nhập lại."),
    "too_many_cells": gettext_noop(
        "Tệp có quá nhiều ô (%(count)s, tối đa %(limit)s). Xóa dòng và cột thừa rồi nhập lại."
    ),
    "bad_encoding": gettext_noop(
        "Không đọc được chữ trong tệp CSV. Mở tệp, lưu lại ở dạng “CSV UTF-8” hoặc XLSX rồi nhập lại."
    ),
    "encrypted": gettext_noop("Tệp có mật khẩu. Mở tệp, bỏ mật khẩu, lưu lại rồi nhập."),
    "unsafe_xml": gettext_noop("Tệp có nội dung không an toàn nên không được mở. Tải lại sao kê từ ngân hàng."),
    "damaged": gettext_noop("Tệp bị hỏng hoặc tải chưa xong. Tải lại sao kê từ ngân hàng rồi nhập lại."),
    "unknown_layout": gettext_noop(
        "Chưa biết mẫu sao kê này. Chỉ cho hệ thống cột nào là ngày, số tiền, nội dung; lần sau tự đọc được."
    ),
    "several_tables": gettext_noop(
        "Tệp có nhiều bảng sao kê (%(sheets)s). Lưu mỗi bảng thành một tệp rồi nhập từng tệp."
    ),
    "several_accounts": gettext_noop(
        "Tệp có sao kê của nhiều tài khoản (%(accounts)s). Tải sao kê riêng của từng tài khoản."
    ),
    "account_not_in_file": gettext_noop(
        "Tệp không có tài khoản %(expected)s, chỉ có %(accounts)s. Chọn đúng tài khoản hoặc đúng tệp."
    ),
    "no_more_columns": gettext_noop("Tệp này không còn ở bước chỉ cột. Mở lại từ danh sách các lần nhập."),
}
"""SheetError and StatementError: the file as a whole is not read."""

PROBLEMS: Mapping[str, str] = {
    "other_account": gettext_noop(
        "Đây là sao kê của tài khoản %(found)s, không phải %(expected)s. Chọn đúng tài khoản hoặc đúng tệp."
    ),
    "several_accounts": FILE_REFUSALS["several_accounts"],
    "other_currency": gettext_noop(
        "Sao kê bằng %(found)s, không phải đồng Việt Nam. Chỉ nhập sao kê của tài khoản VND."
    ),
    "total_in_differs": gettext_noop(
        "Tổng tiền vào ngân hàng in là %(printed)s nhưng các dòng cộng lại được %(counted)s. Tệp có thể bị cắt hoặc "
        "sửa; tải lại từ ngân hàng."
    ),
    "total_out_differs": gettext_noop(
        "Tổng tiền ra ngân hàng in là %(printed)s nhưng các dòng cộng lại được %(counted)s. Tệp có thể bị cắt hoặc "
        "sửa; tải lại từ ngân hàng."
    ),
    "closing_differs": gettext_noop(
        "Số dư đầu %(opening)s + vào %(total_in)s − ra %(total_out)s = %(counted)s, nhưng ngân hàng in số dư cuối "
        "%(closing)s. Tệp có thể thiếu dòng; tải lại từ ngân hàng."
    ),
    "file_cut": gettext_noop(
        "Tệp bị cắt giữa chừng ở dòng %(row)s, nên không biết còn thiếu những gì. Tải lại sao kê từ ngân hàng."
    ),
    "dates_mixed": gettext_noop(
        "Tệp ghi ngày theo hai kiểu (ngày/tháng và tháng/ngày). Các dòng hiểu được hai cách chưa được nhập; bấm “Chỉ "
        "lại cột” để nói tệp dùng kiểu nào, hoặc tải lại sao kê."
    ),
    "dates_spoilt": gettext_noop(
        "Phần mềm bảng tính đã đổi nhầm ngày với tháng ở một số dòng; các dòng đó chưa được nhập. Tải lại sao kê từ "
        "ngân hàng và không mở tệp trước khi nhập."
    ),
    "amounts_ambiguous": gettext_noop(
        "Không rõ “1.000” trong tệp là một nghìn hay là một. Các dòng như vậy chưa được nhập; bấm “Chỉ lại cột” để nói "
        "dấu chấm, dấu phẩy nghĩa là gì."
    ),
    "no_lines": gettext_noop("Sao kê không có giao dịch nào. Kiểm tra lại khoảng ngày khi tải sao kê."),
    "account_not_named": gettext_noop("Tệp không ghi số tài khoản. Hãy chắc chắn đây là sao kê của tài khoản đã chọn."),
    "totals_unchecked": gettext_noop(
        "Chưa kiểm tra được tổng của ngân hàng vì số tiền ở dòng %(rows)s không đọc được."
    ),
    "balance_breaks": gettext_noop(
        "Số dư sau giao dịch không liền nhau ở %(breaks)s chỗ, chỗ đầu tiên là dòng %(row)s (in %(printed)s, tính "
        "được %(counted)s). Hãy xem tệp có thiếu dòng không."
    ),
    "figure_unreadable": gettext_noop("Không đọc được số “%(text)s” ở dòng %(row)s; số này không dùng để kiểm tra."),
}
"""StatementProblem: about the file as a whole; some refuse it, some only warn."""

ROWS: Mapping[str, str] = {
    "date_missing": gettext_noop("Dòng không có ngày. Ghi ngày giao dịch rồi nhập lại dòng này."),
    "date_unreadable": gettext_noop("Không đọc được ngày “%(text)s”. Ghi dạng ngày/tháng/năm, ví dụ 05/10/2026."),
    "amount_missing": gettext_noop("Dòng không có số tiền. Ghi số tiền vào cột ghi có hoặc ghi nợ."),
    "amount_unreadable": gettext_noop("Không đọc được số tiền “%(text)s”. Ghi số đồng chẵn, ví dụ 1.250.000."),
    "amount_not_whole": gettext_noop("Số tiền “%(text)s” có phần lẻ. Ghi số đồng chẵn, ví dụ 1.250.000."),
    "amount_too_large": gettext_noop("Số tiền “%(text)s” lớn bất thường. Kiểm tra lại với ngân hàng."),
    "date_order_unclear": gettext_noop(
        "Ngày “%(text)s” hiểu được hai cách (ngày/tháng hoặc tháng/ngày). Chỉ lại cột để nói kiểu ngày."
    ),
    "amount_ambiguous": gettext_noop(
        "Số tiền “%(text)s” hiểu được hai cách. Chỉ lại cột để nói dấu chấm, dấu phẩy nghĩa là gì."
    ),
    "side_unreadable": gettext_noop("Không rõ “%(text)s” là tiền vào hay tiền ra. Kiểm tra cột chiều giao dịch."),
    "other_currency": gettext_noop("Số tiền bằng %(text)s, không phải đồng Việt Nam. Dòng này không nhập."),
    "split_differs": gettext_noop(
        "Các phần của giao dịch cộng lại được %(counted)s, khác số tiền %(amount)s. Kiểm tra với ngân hàng."
    ),
    "amount_both_sides": gettext_noop(
        "Dòng có cả tiền ra %(debit)s và tiền vào %(credit)s. Tách thành hai dòng rồi nhập lại."
    ),
}
"""Refusal: one row of a file is not taken."""

LINES: Mapping[str, str] = {
    "bill_gone": gettext_noop("Giao dịch thu hộ này không còn chờ xác định: ngân hàng đã hủy, hoặc đã có người ghi."),
    "bill_differs": gettext_noop(
        "Dòng sao kê không khớp với giao dịch thu hộ: khác số tiền, tài khoản, ngày hoặc phiếu. Không có gì thay đổi."
    ),
    "not_waiting": gettext_noop(
        "Người khác vừa xử lý giao dịch này (nay: %(state_text)s). Không có gì thay đổi; xem lại giao dịch."
    ),
    "partly_booked": gettext_noop(
        "Một phần giao dịch này đã ghi vào phiếu thu. Chỉ phần còn lại được để sau; muốn xếp cả giao dịch thì hoàn tác"
        " phần đã ghi trước. Không có gì thay đổi."
    ),
    "not_matched": gettext_noop("Giao dịch này không còn ở trạng thái đã khớp. Không có gì thay đổi."),
    "unknown_line": gettext_noop("Không có giao dịch này."),
    "reason_missing": gettext_noop("Ghi lý do, để sau này ai xem cũng hiểu."),
    "surplus_differs": gettext_noop(
        "Số còn nợ vừa thay đổi: nay thừa %(surplus)s sẽ ghi có cho gia đình. Xem lại rồi nhận lần nữa."
    ),
    "not_reversible": gettext_noop(
        "Hai giao dịch này không đảo cho nhau được (nay: %(state_text)s). Không có gì thay đổi; xem lại giao dịch."
    ),
    "nothing_chosen": gettext_noop("Chưa chọn phiếu nào. Tìm và chọn ít nhất một phiếu."),
    "unknown_invoice_code": gettext_noop("Không có phiếu %(code)s trong trường. Tìm lại theo mã hoặc tên học sinh."),
    "shares_exceed_amount": gettext_noop(
        "Tổng ghi nhận %(sum)s lớn hơn số tiền nhận được %(amount)s. Giảm bớt rồi nhận lại."
    ),
    "share_above_owed": gettext_noop("Phiếu %(code)s chỉ còn nợ %(owed)s. Ghi số tiền nhỏ hơn hoặc bằng số này."),
    "items_differ": gettext_noop(
        "Các khoản của phiếu %(code)s cộng lại được %(sum)s, khác %(amount)s ghi cho phiếu. Sửa cho bằng nhau."
    ),
    "merge_keeps": gettext_noop("Khi gộp nhiều giao dịch thì ghi hết tiền. Chọn “Ghi có” cho phần còn lại."),
    "deposit_fits": gettext_noop(
        "Số tiền này trùng với khoản nộp quỹ chưa về, giấy nộp tiền số %(slip)s: tiền mặt đã có biên lai, không ghi "
        "nhận lần nữa. Nối với khoản nộp quỹ, hoặc ghi lý do vì sao không phải."
    ),
    "unknown_batch": gettext_noop("Không có lô quyết toán này. Tải lại trang rồi làm lại."),
    "batch_paid": gettext_noop("Lô %(batch)s đã khớp với một giao dịch khác. Không có gì thay đổi."),
    "batch_open": gettext_noop("Lô %(batch)s còn %(open)s giao dịch cần xử lý. Xử lý xong rồi khớp."),
    "batch_other_account": gettext_noop("Lô %(batch)s trả vào tài khoản khác. Chọn giao dịch của đúng tài khoản."),
    "batch_differs": gettext_noop("Tiền về %(amount)s không bằng thực nhận %(net)s của lô. Không khớp được."),
    "unknown_deposit": gettext_noop("Không có khoản nộp quỹ này. Tải lại trang rồi làm lại."),
    "deposit_cancelled": gettext_noop("Khoản nộp quỹ này đã hủy nên không nối được."),
    "deposit_linked": gettext_noop("Khoản nộp quỹ này đã nối với một giao dịch khác. Không có gì thay đổi."),
    "deposit_other_account": gettext_noop("Khoản nộp quỹ này vào tài khoản khác. Chọn giao dịch của đúng tài khoản."),
    "deposit_differs": gettext_noop(
        "Ngân hàng ghi %(amount)s nhưng khoản nộp quỹ là %(owed)s. Nếu ngân hàng đếm khác, hủy khoản nộp quỹ rồi ghi "
        "lại đúng số trên giấy nộp tiền."
    ),
    "deposit_later": gettext_noop("Ngân hàng ghi trước ngày nộp quỹ nên không phải là khoản này."),
    "not_linked": gettext_noop("Giao dịch này không nối với khoản nộp quỹ nào. Không có gì thay đổi."),
    "not_outgoing": gettext_noop("Dòng tiền ra này đã được xử lý. Không có gì thay đổi; tải lại trang để xem."),
    "unknown_refund": gettext_noop("Khoản hoàn này không còn chờ như trang đã hiện. Tải lại trang để xem."),
    "refund_sum_differs": gettext_noop(
        "Tổng các khoản hoàn %(sum)s khác số tiền của dòng %(amount)s. Chọn lại các khoản."
    ),
    "refund_other_account": gettext_noop("Tệp hoàn tiền trích từ tài khoản khác với dòng này."),
    "owner_missing": gettext_noop("Chọn người theo dõi giao dịch này."),
    "unknown_owner": gettext_noop("Người theo dõi phải đang làm việc ở trường. Chọn lại trong danh sách."),
    "unknown_kind": gettext_noop("Chọn một lý do xếp riêng trong danh sách."),
    "nothing_to_merge": gettext_noop("Gộp cần ít nhất hai giao dịch còn chờ. Đánh dấu thêm giao dịch rồi gộp lại."),
    "merge_too_much": gettext_noop(
        "Các phiếu đã chọn nhận đủ tiền trước khi dùng đến giao dịch cuối. Bỏ bớt giao dịch hoặc chọn thêm phiếu."
    ),
    "bulk_changed": gettext_noop(
        "Danh sách vừa thay đổi so với lúc xem (có người xử lý, hoặc phiếu vừa được nộp). Chưa ghi gì; xem lại danh "
        "sách rồi nhận."
    ),
    "unknown_act": gettext_noop("Không có việc nào để hoàn tác. Tải lại trang rồi thử lại."),
    "undone_already": gettext_noop("Việc này đã được hoàn tác. Không có gì thay đổi."),
    "changed_since": gettext_noop(
        "Giao dịch %(amount)s đã được xử lý tiếp sau việc này nên không hoàn tác được. Mở giao dịch đó, hoàn tác "
        "việc sau trước."
    ),
    "redo_differs": gettext_noop(
        "Phiếu không còn nhận được đúng số tiền như lần trước (có khoản nộp khác). Không có gì thay đổi; ghi nhận lại "
        "bằng tay."
    ),
    "not_taken_back": gettext_noop("Dòng tiền ra này không thu hồi khoản nào. Không có gì thay đổi."),
    "period_closed": gettext_noop(
        "Sổ của tháng này, hoặc của ngày này ở tài khoản, đã khóa nên chưa ghi được. Mở lại ở trang Khóa sổ rồi làm."
    ),
}
"""LineRefusedError, and what the forms of the workbench refuse themselves."""

PAYMENTS: Mapping[str, str] = {
    "amount_not_positive": gettext_noop("Số tiền ghi nhận phải lớn hơn 0 đ."),
    "no_invoice": gettext_noop("Chưa chọn phiếu nào. Tìm và chọn ít nhất một phiếu."),
    "shares_exceed_amount": gettext_noop("Tổng ghi nhận lớn hơn số tiền nhận được. Giảm bớt rồi nhận lại."),
    "unknown_invoice": gettext_noop("Không có phiếu này trong trường. Tìm lại theo mã hoặc tên học sinh."),
    "invoice_cancelled": gettext_noop("Phiếu %(code)s đã hủy, không nhận tiền được nữa. Chọn phiếu khác."),
    "evidence_differs": gettext_noop("Số tiền của giao dịch không khớp với lần ghi trước. Không có gì thay đổi."),
    "already_booked": gettext_noop("Tiền của giao dịch này đã ghi nhận đủ. Không có gì thay đổi."),
    "unknown_evidence": gettext_noop("Không tìm thấy giao dịch làm chứng cứ. Tải lại trang rồi thử lại."),
    "unknown_payment": gettext_noop("Không có khoản nộp này."),
    "already_undone": gettext_noop("Khoản nộp này đã được hoàn tác trước đó."),
    "payment_refunded": gettext_noop(
        "Khoản nộp này đã hoàn %(refunded)s cho gia đình nên không hoàn tác được. Giữ khoản hoàn lại làm tiền của gia "
        "đình trước, nếu chưa chi."
    ),
    "reason_missing": gettext_noop("Ghi lý do hoàn tác, để sau này ai xem cũng hiểu."),
}
"""PaymentRefusedError."""

FEEDS: Mapping[str, str] = {
    "already_connected": gettext_noop("Tài khoản này đã có kết nối. Ngừng kết nối cũ trước khi lập kết nối mới."),
    "account_inactive": gettext_noop("Tài khoản này đã ngừng dùng. Chọn tài khoản khác."),
    "signature_missing": gettext_noop("Thông báo không có chữ ký. Ở SePay chọn kiểu HMAC-SHA256."),
    "signature_malformed": gettext_noop("Chữ ký sai dạng. Ở SePay chọn kiểu HMAC-SHA256."),
    "signature_wrong": gettext_noop("Chữ ký không đúng. Khóa bí mật hai bên khác nhau, hoặc có người gửi giả."),
    "timestamp_missing": gettext_noop("Thông báo không ghi thời điểm gửi. Ở SePay chọn kiểu HMAC-SHA256."),
    "timestamp_malformed": gettext_noop("Thời điểm gửi sai dạng. Liên hệ nhà cung cấp."),
    "timestamp_drift": gettext_noop("Thông báo gửi lại sau hơn 5 phút nên không được tin. Nhập sao kê để bổ sung."),
    "no_secret": gettext_noop("Kết nối chưa có khóa bí mật. Ngừng kết nối này và lập kết nối mới."),
    "secret_missing": gettext_noop("Chưa dán khóa bí mật. Chép khóa từ trang của nhà cung cấp rồi gửi lại."),
    "secret_malformed": gettext_noop("Khóa bí mật không đúng dạng. Chép lại nguyên khóa, không có khoảng trắng."),
    "unknown_key": gettext_noop("Thông báo có mục lạ nên không được tin."),
    "unknown_provider": gettext_noop("Nhà cung cấp không được hỗ trợ."),
    "too_large": gettext_noop("Thông báo lớn bất thường nên không được đọc."),
    "not_json": gettext_noop("Nội dung thông báo không đọc được. Liên hệ nhà cung cấp."),
    "duplicate_key": gettext_noop("Thông báo ghi một mục hai lần nên không được tin."),
    "field_missing": gettext_noop("Thông báo thiếu mục bắt buộc. Liên hệ nhà cung cấp."),
    "field_type": gettext_noop("Thông báo có mục sai kiểu. Liên hệ nhà cung cấp."),
    "field_value": gettext_noop("Thông báo có giá trị không hợp lệ (ví dụ số tiền không lớn hơn 0)."),
    "date_implausible": gettext_noop("Ngày giao dịch trong thông báo không hợp lý. Kiểm tra đồng hồ bên gửi."),
    "other_account": gettext_noop("Thông báo về tài khoản khác. Kiểm tra tài khoản đã chọn ở nhà cung cấp."),
    "replay_differs": gettext_noop(
        "CẢNH BÁO: cùng mã giao dịch nhưng nội dung khác lần trước. Đối chiếu sao kê và báo nhà cung cấp."
    ),
}
"""FeedRefusedError, and why notices of a feed were not taken."""

SAID: Mapping[str, str] = {
    "assigned": gettext_noop("Đã ghi nhận cho phiếu %(codes)s"),
    "undone": gettext_noop("Đã hoàn tác: %(text)s"),
    "parked": gettext_noop("Để xử lý sau: %(text)s"),
    "not_fees": gettext_noop("Không phải khoản thu: %(text)s"),
    "waiting": gettext_noop("Đưa lại vào danh sách chờ: %(text)s"),
    "sent_back": gettext_noop("Đã chuyển trả người gửi, giao dịch ngày %(day)s: %(text)s"),
    "sends_back": gettext_noop("Chuyển trả khoản báo có ngày %(day)s: %(text)s"),
    "taken_back": gettext_noop("Ngân hàng thu hồi khoản báo có này, giao dịch ngày %(day)s: %(text)s"),
    "takes_back": gettext_noop("Thu hồi khoản báo có ngày %(day)s: %(text)s"),
    "bill_maybe": gettext_noop(
        "Có thể là tiền của giao dịch thu hộ số %(number)s mà ngân hàng đã báo và trường đã ghi nhận. Nếu đúng, mở "
        "“Có thể là một khoản” để nối; nếu gia đình nộp thêm lần nữa thì gán như thường."
    ),
    "deposit": gettext_noop("Trùng với khoản nộp quỹ vào ngân hàng, giấy nộp tiền số %(slip)s ngày %(day)s"),
    "deposit_linked": gettext_noop("Là tiền mặt nộp từ quỹ, giấy nộp tiền số %(slip)s"),
    "refund_left": gettext_noop("Đã chi %(count)s khoản hoàn: %(codes)s"),
    "refund_returned": gettext_noop("Ngân hàng trả lại khoản hoàn %(codes)s"),
    "batch_linked": gettext_noop("Là tiền quyết toán của lô %(batch)s"),
    "not_deposit": gettext_noop("Không phải tiền nộp từ quỹ: %(text)s"),
    "redone": gettext_noop("Làm lại việc đã hoàn tác: %(text)s"),
    "gives_back": gettext_noop("Không thu hồi khoản báo có ngày %(day)s: %(text)s"),
    "given_back": gettext_noop("Khoản này không bị thu hồi nữa, giao dịch ngày %(day)s: %(text)s"),
}
"""Reasons of decisions that people made."""

STATES: Mapping[str, str] = {
    "waiting": gettext_noop("chờ xử lý"),
    "partly": gettext_noop("đã ghi nhận một phần"),
    "matched": gettext_noop("đã khớp"),
    "parked": gettext_noop("để sau"),
    "not_fees": gettext_noop("không phải khoản thu"),
    "deposit": gettext_noop("tiền mặt nộp từ quỹ"),
    "outgoing": gettext_noop("tiền ra"),
    "refund": gettext_noop("tiền hoàn"),
    "reversed": gettext_noop("ngân hàng đã thu hồi"),
    "settled": gettext_noop("tiền quyết toán của máy thẻ, cổng thanh toán"),
}

HANDLINGS: Mapping[str, str] = {
    "interest": gettext_noop("Lãi tiền gửi, không phải khoản thu"),
    "fee_returned": gettext_noop("Ngân hàng hoàn phí, không phải khoản thu"),
    "cash_deposit": gettext_noop("Tiền mặt nộp vào tài khoản"),
    "own_transfer": gettext_noop("Chuyển tiền nội bộ, không phải khoản thu"),
    "bank_fee": gettext_noop("Phí ngân hàng"),
    "reversal": gettext_noop("Giao dịch đảo: ngân hàng thu hồi một khoản báo có"),
}
"""What a booking most likely is when it is no fee of a pupil."""

LAYOUTS: Mapping[str, str] = {
    "not_json": gettext_noop("Tệp này không phải mẫu cột của Trường Số. Chọn tệp .json đã tải từ trang này."),
    "too_large": gettext_noop("Tệp quá lớn so với một mẫu cột. Chọn tệp .json đã tải từ trang này."),
    "other_format": gettext_noop("Tệp này không phải mẫu cột của Trường Số, hoặc là bản quá mới."),
    "unknown_key": gettext_noop("Mẫu cột có mục lạ “%(key)s” nên không được dùng. Xin lại tệp từ trường đã lập."),
    "bad_value": gettext_noop("Mục “%(key)s” của mẫu cột không hợp lệ. Xin lại tệp từ trường đã lập."),
    "name_missing": gettext_noop("Đặt tên cho mẫu cột, ví dụ tên ngân hàng."),
    "date_missing": gettext_noop("Chọn cột nào là ngày giao dịch."),
    "amount_missing": gettext_noop("Chọn cột tiền vào, hoặc một cột số tiền có dấu."),
    "amount_twice": gettext_noop("Chọn hai cột tiền vào, tiền ra hoặc một cột số tiền có dấu; không chọn cả hai."),
    "column_twice": gettext_noop("Cột %(column)s được chọn cho hai việc. Mỗi cột chỉ một việc."),
    "column_unknown": gettext_noop("Mẫu cột có việc lạ “%(role)s” nên không được dùng."),
    "side_alone": gettext_noop("Cột chiều giao dịch chỉ dùng cùng một cột số tiền."),
    "name_taken": gettext_noop("Tài khoản này đã có mẫu cột tên đó. Đặt tên khác."),
}
"""CustomLayoutError, and what the mapping screen refuses itself."""

EVIDENCE: Mapping[str, tuple[str, str]] = {
    "virtual_account": ("ok", gettext_noop("Số tài khoản riêng của phiếu")),
    "code": ("ok", gettext_noop("Có mã hóa đơn")),
    "code_corrected": ("warn", gettext_noop("Mã gõ sai một ký tự")),
    "name": ("ok", gettext_noop("Có tên học sinh")),
    "short_name": ("ok", gettext_noop("Có tên gọi của học sinh")),
    "class": ("ok", gettext_noop("Có tên lớp")),
    "amount": ("ok", gettext_noop("Đúng số còn nợ")),
    "payer": ("ok", gettext_noop("Tài khoản này từng nộp")),
    "payer_name": ("ok", gettext_noop("Người cùng tên từng nộp")),
    "parent": ("ok", gettext_noop("Cùng tên phụ huynh")),
    "paid": ("bad", gettext_noop("Phiếu đã nộp đủ")),
    "other_account": ("warn", gettext_noop("Phiếu của tài khoản nhận khác")),
}
"""What speaks for (ok) or against (warn, bad) a candidate."""

LEARNING_REFUSALS: Mapping[str, str] = {
    "reason_missing": gettext_noop("Ghi lý do bỏ ghi nhớ, để sau này ai xem cũng hiểu. Chưa có gì thay đổi."),
    "unknown_entry": gettext_noop("Mục này không còn trong danh sách: đã có người bỏ, hoặc khoản nộp đã hoàn tác."),
}


ASIDE_KINDS: Mapping[AsideKind, Any] = {
    AsideKind.LATER: gettext_lazy("Tìm hiểu thêm"),
    AsideKind.ASKED: gettext_lazy("Chờ gia đình trả lời"),
    AsideKind.SEND_BACK: gettext_lazy("Trả lại người gửi"),
    AsideKind.INTEREST: gettext_lazy("Lãi tiền gửi"),
    AsideKind.OWN_TRANSFER: gettext_lazy("Chuyển giữa tài khoản của trường"),
    AsideKind.FEE_RETURNED: gettext_lazy("Ngân hàng hoàn phí"),
    AsideKind.OTHER_INCOME: gettext_lazy("Thu khác"),
}
"""What a credit that is put aside waits for, or is."""

DIFFERENCES: Mapping[str, str] = {
    "code": gettext_noop("mã gõ sai một ký tự"),
    "no_code": gettext_noop("nội dung không có mã"),
    "memo": gettext_noop("nội dung ghi mã khác"),
    "name": gettext_noop("tên không phải của em này"),
    "amount": gettext_noop("số tiền khác số còn nợ"),
    "paid": gettext_noop("phiếu đã nộp đủ"),
    "account": gettext_noop("chuyển vào tài khoản khác"),
}
"""What of the transfer differs from the invoices proposed (`matching.differences`)."""

EXEMPT: Mapping[str, str] = {
    "tied": gettext_noop("Nhiều khả năng như nhau"),
    "amount": gettext_noop("Số tiền khác số còn nợ"),
    "paid": gettext_noop("Phiếu đã nộp đủ hoặc đã hủy"),
    "twice": gettext_noop("Hai giao dịch cùng nhắm một phiếu"),
    "undone": gettext_noop("Đã có người hoàn tác đúng lần khớp này"),
    "deposit": gettext_noop("Có thể là tiền mặt nộp từ quỹ"),
    "bill": gettext_noop("Có thể là tiền ngân hàng thu hộ đã báo"),
    "not_fees": gettext_noop("Có vẻ không phải khoản thu"),
    "many": gettext_noop("Vượt số dòng nhận một lần"),
}
"""Why a proposal is not accepted together with others (`bulk.queries.Why`)."""

QUESTION_STATES: Mapping[str, tuple[str, str]] = {
    "asked": ("warn", gettext_noop("chưa trả lời")),
    "yes": ("ok", gettext_noop("đúng là của gia đình")),
    "no": ("bad", gettext_noop("không phải của gia đình")),
    "unsure": ("warn", gettext_noop("không nhớ rõ")),
    "withdrawn": ("", gettext_noop("đã rút câu hỏi")),
}
"""Where a question to a family stands."""

QUESTION_REFUSALS: Mapping[str, str] = {
    "unknown_family": gettext_noop("Không có học sinh này trong trường. Chọn lại phiếu."),
    "asked_already": gettext_noop("Gia đình này đã được hỏi về khoản chuyển và chưa trả lời. Không hỏi lần nữa."),
    "too_many": gettext_noop("Đã hỏi %(most)s gia đình về khoản này. Chờ trả lời, hoặc rút câu hỏi không cần nữa."),
    "not_waiting": gettext_noop("Giao dịch này không còn chờ xử lý nên không hỏi nữa. Tải lại trang để xem."),
    "not_open": gettext_noop("Câu hỏi này đã được trả lời hoặc đã rút. Không có gì thay đổi."),
}
"""QuestionRefusedError, as staff read it; what families read stands with their page."""


def question_text(code: str, params: Mapping[str, Any]) -> str:
    """Why a family is not asked."""
    return _filled(QUESTION_REFUSALS[code], params)


def learning_text(code: str) -> str:
    """Why an entry of what was learnt is not forgotten."""
    return _(LEARNING_REFUSALS[code])


_AMOUNTS = frozenset(
    {
        "net", "printed", "counted", "opening", "closing", "total_in", "total_out", "debit", "credit", "surplus", "sum",
        "amount", "owed", "refunded",
    }
)  # fmt: skip
_COUNTS = frozenset({"count", "limit"})


def file_text(code: str, params: Mapping[str, Any]) -> str:
    """Why a file is not read, or what is wrong with it as a whole."""
    texts = FILE_REFUSALS if code in FILE_REFUSALS else PROBLEMS
    return _filled(texts[code], params)


def problem_text(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong with a statement as a whole."""
    return _filled(PROBLEMS[code], params)


def row_text(code: str, params: Mapping[str, Any]) -> str:
    """Why one row is not taken."""
    return _filled(ROWS[code], params)


def line_text(code: str, params: Mapping[str, Any]) -> str:
    """Why a bank line cannot be handled as asked."""
    state = {"state_text": _(STATES[str(params["state"])])} if params.get("state") in STATES else {}
    return _filled(LINES[code], {"state_text": "", **params, **state})


def payment_text(code: str, params: Mapping[str, Any]) -> str:
    """Why money cannot be booked as asked."""
    return _filled(PAYMENTS[code], params)


def layout_text(code: str, params: Mapping[str, Any]) -> str:
    """Why a description of columns is not taken."""
    return _filled(LAYOUTS[code], params)


def handling_text(code: str) -> str:
    """What a booking most likely is."""
    return _(HANDLINGS[code])


def feed_text(code: str) -> str:
    """Why a notice was not taken, or a connection not made."""
    return _(FEEDS[code])


def state_text(state: str) -> str:
    """The state of a bank line in words."""
    return _(STATES[state])


def reason_text(reason: Mapping[str, Any], accounts: Mapping[str, str]) -> str:
    """Why a line was decided so; `accounts` are the numbers of receiving accounts by id (as text)."""
    code, params = str(reason["code"]), dict(reason["params"])
    if "account" in params:
        params["account"] = accounts.get(str(params["account"]), params["account"])
    if "day" in params:
        params["day"] = _day(str(params["day"]))
    if code.startswith("refused_"):
        return payment_text(code.removeprefix("refused_"), params)
    return _(SAID[code] if code in SAID else REASONS[code]) % params


def _day(text: str) -> str:
    """A day kept as 2026-11-22, as people write it."""
    try:
        return ngay(dt.date.fromisoformat(text))
    except ValueError:
        return text


def _filled(text: str, params: Mapping[str, Any]) -> str:
    shown = {name: _shown(name, value) for name, value in params.items()}
    if "limit" in params:
        shown["limit_mb"] = so(int(params["limit"]) // 1024 // 1024)
    return _(text) % shown


def _shown(name: str, value: Any) -> object:
    if isinstance(value, int):
        if name in _AMOUNTS:
            return Dong(value)
        return so(value) if name in _COUNTS else value
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else value
