"""Every refusal of a roster or of a change of pupils, in words: what happened and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.sheets import SheetError
from truongso.kernel.ui.formatting import ngay_gio, so
from truongso.people.roster import Column, Reason, RosterError
from truongso.people.sensitive.labels import FACTS
from truongso.people.types import Gender, PeopleError, Relationship, StudentStatus

Text = str | Promise

FIELDS: dict[str, Text] = {
    "sector_code": gettext_lazy("Mã định danh Bộ GD&ĐT"),
    "school_code": gettext_lazy("Mã học sinh"),
    "full_name": gettext_lazy("Họ tên"),
    "birth_date": gettext_lazy("Ngày sinh"),
    "gender": gettext_lazy("Giới tính"),
    "class_name": gettext_lazy("Lớp"),
    "grade": gettext_lazy("Khối"),
    "phones": gettext_lazy("Điện thoại"),
    "father_name": gettext_lazy("Tên cha"),
    "mother_name": gettext_lazy("Tên mẹ"),
    "guardian_name": gettext_lazy("Người giám hộ"),
    "email": gettext_lazy("Email"),
    "status": gettext_lazy("Trạng thái"),
    "facts": gettext_lazy("Thông tin nhạy cảm"),
}
STATUSES: dict[str, Text] = {
    StudentStatus.STUDYING: gettext_lazy("Đang học"),
    StudentStatus.TRANSFERRED: gettext_lazy("Chuyển trường"),
    StudentStatus.WITHDRAWN: gettext_lazy("Thôi học"),
    StudentStatus.GRADUATED: gettext_lazy("Tốt nghiệp"),
}
STATUS_KINDS = {StudentStatus.STUDYING: "ok", StudentStatus.TRANSFERRED: "info", StudentStatus.WITHDRAWN: "warn"}
GENDERS: dict[str, Text] = {
    Gender.UNKNOWN: gettext_lazy("Chưa rõ"),
    Gender.MALE: gettext_lazy("Nam"),
    Gender.FEMALE: gettext_lazy("Nữ"),
}
RELATIONSHIPS: dict[str, Text] = {
    Relationship.FATHER: gettext_lazy("Cha"),
    Relationship.MOTHER: gettext_lazy("Mẹ"),
    Relationship.GUARDIAN: gettext_lazy("Người giám hộ"),
}
ACTS: dict[str, Text] = {
    "people:student:create": gettext_lazy("Thêm học sinh"),
    "people:student:change": gettext_lazy("Cập nhật từ danh sách"),
    "people:student:edit": gettext_lazy("Sửa thông tin"),
    "people:student:move": gettext_lazy("Chuyển lớp"),
    "people:family_account:offer": gettext_lazy("Mời gia đình tạo tài khoản"),
    "people:sensitive:open": gettext_lazy("Mở thông tin nhạy cảm"),
    "people:sensitive:edit": gettext_lazy("Sửa thông tin nhạy cảm"),
    "people:student:leave": gettext_lazy("Rời trường"),
    "people:student:add_guardian": gettext_lazy("Thêm người giám hộ"),
    "people:student:edit_guardian": gettext_lazy("Sửa người giám hộ"),
    "people:student:end_guardian": gettext_lazy("Thôi giám hộ"),
}
_MARKS: dict[str, Text] = {
    "sector_code": gettext_lazy("mã định danh"),
    "school_code": gettext_lazy("mã học sinh"),
    "name_and_birth_date": gettext_lazy("họ tên và ngày sinh"),
}

_REASONS: dict[str, Text] = {
    "missing_name": gettext_lazy("Thiếu họ tên. Ghi họ tên học sinh."),
    "missing_class": gettext_lazy("Thiếu lớp. Ghi tên lớp, ví dụ 3A2."),
    "no_identity": gettext_lazy("Thiếu cả mã và ngày sinh nên không phân biệt được học sinh. Ghi một trong hai."),
    "too_long": gettext_lazy("%(field)s dài %(length)s ký tự, nhiều nhất %(limit)s. Rút ngắn lại."),
    "not_a_name": gettext_lazy("%(field)s “%(value)s” không đọc được là tên người. Chỉ ghi chữ."),
    "bad_code": gettext_lazy("%(field)s “%(value)s” có ký tự lạ. Ghi lại mã như trong hồ sơ."),
    "code_digits_lost": gettext_lazy(
        "%(field)s “%(value)s” đã bị bảng tính làm tròn. Đổi cột sang dạng chữ (Text) rồi ghi lại mã."
    ),
    "code_leading_zero_lost": gettext_lazy(
        "%(field)s “%(value)s” thiếu chữ số, thường do bảng tính bỏ số 0 ở đầu. "
        "Đổi cột sang dạng chữ (Text) rồi ghi lại đủ 10 hoặc 12 chữ số."
    ),
    "class_is_a_date": gettext_lazy(
        "Tên lớp bị bảng tính đổi thành ngày %(value)s. Đổi cột sang dạng chữ (Text) rồi ghi lại tên lớp."
    ),
    "bad_email": gettext_lazy("Email “%(value)s” chưa đúng dạng. Ghi như ten@vidu.vn hoặc để trống."),
    "bad_phone": gettext_lazy("Số điện thoại “%(value)s” chưa đúng. Ghi đủ 10 số, ví dụ 0912 345 678."),
    "unknown_gender": gettext_lazy("Giới tính “%(value)s” chưa rõ. Ghi Nam hoặc Nữ."),
    "unknown_status": gettext_lazy(
        "Trạng thái “%(value)s” chưa rõ. Ghi Đang học, Chuyển trường, Thôi học hoặc Tốt nghiệp."
    ),
    "date_no_such_day": gettext_lazy(
        "Ngày sinh “%(value)s” không có trong lịch: tháng %(month)s/%(year)s không có ngày %(day)s."
    ),
    "date_month_out_of_range": gettext_lazy(
        "Ngày sinh “%(value)s”: không có tháng %(month)s. Ghi ngày trước, tháng sau."
    ),
    "date_two_digit_year": gettext_lazy("Ngày sinh “%(value)s”: ghi đủ 4 chữ số của năm, ví dụ 05/03/2018."),
    "date_year_only": gettext_lazy("Ngày sinh chỉ có năm “%(value)s”. Ghi đủ ngày/tháng/năm."),
    "date_incomplete": gettext_lazy("Ngày sinh “%(value)s” chưa đủ ngày, tháng, năm."),
    "date_unreadable": gettext_lazy("Không đọc được ngày sinh “%(value)s”. Ghi như 05/03/2018."),
    "birth_date_in_future": gettext_lazy("Ngày sinh %(value)s ở tương lai. Xem lại năm."),
    "birth_date_too_young": gettext_lazy("Ngày sinh %(value)s: trẻ chưa đủ 3 tháng tuổi. Xem lại năm."),
    "birth_date_too_old": gettext_lazy("Ngày sinh %(value)s: %(age)s tuổi, quá tuổi đi học. Xem lại năm."),
    "duplicate_sector_code": gettext_lazy(
        "Mã định danh %(code)s còn có ở dòng %(rows)s. Mỗi mã chỉ một học sinh: sửa hoặc xóa dòng thừa."
    ),
    "duplicate_school_code": gettext_lazy(
        "Mã học sinh %(code)s còn có ở dòng %(rows)s. Mỗi mã chỉ một học sinh: sửa hoặc xóa dòng thừa."
    ),
    "duplicate_pupil": gettext_lazy(
        "%(name)s cùng ngày sinh, cùng lớp còn có ở dòng %(rows)s. Xóa dòng thừa, hoặc ghi mã để phân biệt."
    ),
    "several_students_match": gettext_lazy(
        "Trường có nhiều học sinh trùng %(by)s: %(names)s. Ghi mã định danh để chọn đúng em."
    ),
    "identity_conflict": gettext_lazy(
        "%(by)s là của %(student)s nhưng %(other_by)s là của %(other_student)s. Xem lại mã và tên."
    ),
    "sector_code_differs": gettext_lazy(
        "%(student)s đang có mã định danh %(stored)s, tệp ghi %(stated)s. Mã này không đổi: xem lại tệp."
    ),
    "same_student_twice": gettext_lazy("%(student)s còn có ở dòng %(rows)s. Giữ lại một dòng."),
}

_HIDDEN: dict[str, tuple[str, Text]] = {
    "bad_email": ("email", gettext_lazy("Email chưa đúng dạng. Ghi như ten@vidu.vn hoặc để trống.")),
    "bad_phone": ("phones", gettext_lazy("Số điện thoại chưa đúng. Ghi đủ 10 số, ví dụ 0912 345 678.")),
    "date_no_such_day": ("birth_date", gettext_lazy("Ngày sinh không có trong lịch. Xem lại ngày và tháng.")),
    "date_month_out_of_range": (
        "birth_date", gettext_lazy("Ngày sinh: không có tháng như vậy. Ghi ngày trước, tháng sau.")
    ),
    "date_two_digit_year": ("birth_date", gettext_lazy("Ngày sinh: ghi đủ 4 chữ số của năm, ví dụ 05/03/2018.")),
    "date_year_only": ("birth_date", gettext_lazy("Ngày sinh chỉ có năm. Ghi đủ ngày/tháng/năm.")),
    "date_incomplete": ("birth_date", gettext_lazy("Ngày sinh chưa đủ ngày, tháng, năm.")),
    "date_unreadable": ("birth_date", gettext_lazy("Không đọc được ngày sinh. Ghi như 05/03/2018.")),
    "birth_date_in_future": ("birth_date", gettext_lazy("Ngày sinh ở tương lai. Xem lại năm.")),
    "birth_date_too_young": ("birth_date", gettext_lazy("Ngày sinh: trẻ chưa đủ 3 tháng tuổi. Xem lại năm.")),
    "birth_date_too_old": ("birth_date", gettext_lazy("Ngày sinh: quá tuổi đi học. Xem lại năm.")),
}  # fmt: skip
"""Reasons that quote a field not shown to everybody: the field, and the same without the quotation."""

_ROSTERS: dict[str, Text] = {
    "empty_file": gettext_lazy("Tệp không có dòng nào. Chọn tệp danh sách học sinh."),
    "no_header": gettext_lazy(
        "Không tìm thấy dòng tiêu đề. Trong 30 dòng đầu cần có các cột như: %(looked_for)s. "
        "Tải tệp mẫu để xem cách ghi."
    ),
    "required_column_missing": gettext_lazy(
        "Dòng tiêu đề %(row)s của trang “%(sheet)s” thiếu cột: %(missing)s. Thêm cột rồi tải lại."
    ),
    "header_not_understood": gettext_lazy(
        "Không hiểu tiêu đề ở dòng %(row)s của trang “%(sheet)s”: %(labels)s. "
        "Bỏ gộp ô, mỗi cột một tiêu đề như trong tệp mẫu."
    ),
    "two_columns_for_one_field": gettext_lazy(
        "Dòng tiêu đề %(row)s của trang “%(sheet)s” có hai cột cùng là %(field)s: %(labels)s. Xóa một cột."
    ),
    "two_headers": gettext_lazy(
        "Trang “%(sheet)s” có nhiều dòng tiêu đề khác nhau (dòng %(rows)s). Để mỗi danh sách một tệp."
    ),
    "several_sheets_with_header": gettext_lazy(
        "Tệp có nhiều trang danh sách: %(sheets)s. Để lại một trang rồi tải lại."
    ),
    "no_rows": gettext_lazy("Trang “%(sheet)s” có tiêu đề ở dòng %(row)s nhưng không có học sinh nào."),
}

_FILES: dict[str, Text] = {
    "too_large": gettext_lazy("Tệp lớn quá 10 MB. Xóa hình ảnh và các trang thừa rồi tải lại."),
    "empty": gettext_lazy("Tệp trống. Chọn tệp danh sách học sinh."),
    "not_a_table": gettext_lazy("Đây không phải tệp bảng tính. Chọn tệp XLSX, XLS hoặc CSV."),
    "pdf": gettext_lazy("Đây là tệp PDF. Xuất danh sách dạng Excel (XLSX) rồi tải lại."),
    "image": gettext_lazy("Đây là tệp ảnh. Chọn tệp bảng tính XLSX, XLS hoặc CSV."),
    "html": gettext_lazy("Đây là trang web được lưu lại. Mở bằng Excel, lưu dạng XLSX rồi tải lại."),
    "archive": gettext_lazy("Đây là tệp nén. Giải nén rồi tải tệp bảng tính bên trong."),
    "other_workbook": gettext_lazy("Dạng bảng tính này chưa đọc được. Lưu dạng XLSX rồi tải lại."),
    "zip_bomb": gettext_lazy("Tệp phình quá lớn khi mở nên không nhận. Lưu lại bằng Excel rồi tải lại."),
    "too_many_sheets": gettext_lazy("Tệp có %(count)s trang, nhiều nhất %(limit)s. Xóa trang thừa."),
    "too_many_rows": gettext_lazy("Tệp có %(count)s dòng, nhiều nhất %(limit)s. Chia nhỏ tệp."),
    "too_many_columns": gettext_lazy("Tệp có %(count)s cột, nhiều nhất %(limit)s. Xóa cột thừa."),
    "too_many_cells": gettext_lazy("Bảng quá rộng. Xóa dòng và cột trống ở xa rồi tải lại."),
    "bad_encoding": gettext_lazy("Chữ tiếng Việt trong tệp bị lỗi mã. Lưu dạng XLSX hoặc CSV UTF-8 rồi tải lại."),
    "encrypted": gettext_lazy("Tệp có mật khẩu. Bỏ mật khẩu rồi tải lại."),
    "unsafe_xml": gettext_lazy("Tệp có nội dung không an toàn nên không nhận. Lưu lại bằng Excel rồi tải lại."),
    "damaged": gettext_lazy("Tệp bị hỏng. Mở bằng Excel, lưu lại rồi tải lại."),
}

_PEOPLE: dict[str, Text] = {
    "import_applied": gettext_lazy(
        "Danh sách này đã nhập lúc %(at)s. Muốn nhập lại, tải tệp lên lần nữa: những gì đã có sẽ không đổi."
    ),
    "plan_changed": gettext_lazy(
        "Dữ liệu của trường đã thay đổi từ lúc xem. Chưa nhập gì; xem lại các thay đổi dưới đây rồi bấm nhập."
    ),
    "year_over": gettext_lazy("Năm học %(code)s đã kết thúc. Chọn năm học khác."),
    "sector_code_taken": gettext_lazy("Mã định danh này là của %(name)s. Xem lại mã."),
    "school_code_taken": gettext_lazy("Mã học sinh này là của %(name)s. Xem lại mã."),
    "class_known": gettext_lazy("Lớp %(name)s đã có trong năm học này."),
    "same_class": gettext_lazy("Học sinh đang ở lớp %(name)s. Chọn lớp khác."),
    "too_early": gettext_lazy("Chọn ngày từ %(date)s trở đi."),
    "not_studying": gettext_lazy("Học sinh đã rời trường."),
    "not_a_guardian": gettext_lazy("Người này không phải là người giám hộ của học sinh."),
    "last_guardian": gettext_lazy("Em chỉ còn người giám hộ này. Thêm người giám hộ khác trước, rồi mới ghi thôi."),
    "file_gone": gettext_lazy(
        "Tệp này không còn được giữ: tệp đã nhập hết thì xóa ngay, tệp chờ quá 7 ngày cũng xóa. Tải tệp lên lại."
    ),
}


def describe(reason: Reason) -> str:
    """Why a row was refused, in one sentence."""
    return str(_REASONS[reason.code]) % _shown(reason.params)


def quoted_field(reason: Reason) -> str:
    """Which field of those that are not shown to everybody the reason quotes; "" for none."""
    return _HIDDEN[reason.code][0] if reason.code in _HIDDEN else ""


def describe_hidden(reason: Reason) -> str:
    """Why a row was refused, without what stands in the cell: its place in the file is known by the row."""
    return str(_HIDDEN[reason.code][1])


def describe_file(error: SheetError | RosterError) -> str:
    """Why a whole file was refused."""
    texts = _FILES if isinstance(error, SheetError) else _ROSTERS
    return str(texts[error.code]) % _shown(error.params)


def describe_refusal(error: PeopleError) -> str:
    """Why a change was refused."""
    return str(_PEOPLE[error.code]) % _shown(error.params)


def value_text(field: str, value: object) -> str:
    """A stored or stated value of a pupil's field as people read it; "–" for none."""
    if value is None or value in ("", ()):
        return "–"
    if field == "facts":
        return _text(tuple(str(FACTS[kind]) for kind in value)) if isinstance(value, tuple) else ""
    if field == "status":
        return str(STATUSES[str(value)])
    if field == "gender":
        return str(GENDERS[str(value)])
    return _text(value)


def _shown(params: Mapping[str, object]) -> dict[str, str]:
    shown = {name: _text(value) for name, value in params.items()}
    shown |= {name: so(n) for name in ("count", "limit") if type(n := params.get(name)) is int}
    if "field" in shown:
        shown["field"] = str(FIELDS.get(shown["field"], _column_name(shown["field"])))
    for mark in ("by", "other_by"):
        if mark in shown:
            shown[mark] = str(_MARKS[shown[mark]])
    return shown


def _column_name(name: str) -> Text:
    return _("Điện thoại") if name in {c.value for c in Column if c.name.endswith("PHONE")} else name


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dt.datetime):
        return ngay_gio(value)
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return str(value)
