"""The header labels of pupil lists and what they mean.

First the ministry's student list export (25 columns, met in files made from the sector database), then the
variants that schools write themselves. Labels are compared without accents, case, punctuation and line
breaks.
"""

from __future__ import annotations

import re

from truongso.kernel.names import fold
from truongso.people.roster.types import Column

ALIASES: dict[Column, tuple[str, ...]] = {
    Column.ORDINAL: ("STT", "TT", "Số TT", "Số thứ tự"),
    Column.SECTOR_CODE: (
        "Mã định danh Bộ GD&ĐT",
        "Mã định danh Bộ",
        "Mã định danh Bộ GDĐT",
        "Mã định danh",
        "Mã định danh học sinh",
        "Mã định danh CSDL",
        "Mã định danh ngành",
        "Mã Bộ GD&ĐT",
        "Mã học sinh CSDL",
        "Mã CSDL ngành",
        "Mã ngành",
    ),
    Column.SCHOOL_CODE: (
        "Mã học sinh",
        "Mã HS",
        "Mã trẻ",
        "Mã số học sinh",
        "Mã học sinh của trường",
        "Mã hồ sơ",
    ),
    Column.FULL_NAME: (
        "Họ tên",
        "Họ và tên",
        "Họ, tên",
        "Họ tên học sinh",
        "Họ và tên học sinh",
        "Họ và tên HS",
        "Họ tên HS",
        "Họ tên trẻ",
        "Họ và tên trẻ",
        "Tên học sinh",
    ),
    Column.FAMILY_MIDDLE_NAME: (
        "Họ đệm",
        "Họ và tên đệm",
        "Họ tên đệm",
        "Họ và đệm",
        "Họ và chữ đệm",
        "Họ lót",
        "Họ và tên Họ đệm",
        "Họ và tên Họ và đệm",
        "Họ và tên Họ và tên đệm",
        "Họ tên Họ đệm",
        "Họ và tên Họ",
        "Họ tên Họ",
    ),
    Column.GIVEN_NAME: ("Tên", "Họ và tên Tên", "Họ tên Tên"),
    Column.BIRTH_DATE: (
        "Ngày sinh",
        "Ngày tháng năm sinh",
        "Ngày, tháng, năm sinh",
        "Ngày sinh (dd/mm/yyyy)",
        "Sinh ngày",
        "NTN sinh",
        "Ngày/tháng/năm sinh",
        "Năm sinh",
    ),
    Column.BIRTH_DAY: ("Ngày sinh Ngày", "Ngày tháng năm sinh Ngày"),
    Column.BIRTH_MONTH: ("Ngày sinh Tháng", "Ngày tháng năm sinh Tháng"),
    Column.BIRTH_YEAR: ("Ngày sinh Năm", "Ngày tháng năm sinh Năm"),
    Column.GENDER: ("Giới tính", "Phái", "Nam/Nữ", "Giới tính (Nam/Nữ)", "GT"),
    Column.CLASS_NAME: ("Lớp học", "Lớp", "Tên lớp", "Tên lớp học", "Nhóm lớp", "Nhóm/lớp", "Lớp hiện tại"),
    Column.GRADE: ("Khối học", "Khối", "Khối lớp", "Tên khối", "Nhóm tuổi"),
    Column.PHONE: (
        "SĐT liên hệ",
        "SĐT",
        "Số điện thoại",
        "Điện thoại",
        "Điện thoại liên hệ",
        "Số điện thoại liên hệ",
        "Số ĐT",
        "ĐTDĐ",
        "SĐT phụ huynh",
        "Số điện thoại phụ huynh",
        "Điện thoại phụ huynh",
        "SĐT PH",
        "SĐT CMHS",
        "Số điện thoại CMHS",
        "SĐT gia đình",
        "Điện thoại gia đình",
    ),
    Column.FATHER_PHONE: (
        "SĐT cha",
        "SĐT bố",
        "Điện thoại cha",
        "Điện thoại bố",
        "Số điện thoại cha",
        "Số điện thoại bố",
        "Cha SĐT",
        "Cha Điện thoại",
        "Cha Số điện thoại",
        "Bố SĐT",
        "Bố Điện thoại",
    ),
    Column.MOTHER_PHONE: (
        "SĐT mẹ",
        "Điện thoại mẹ",
        "Số điện thoại mẹ",
        "Mẹ SĐT",
        "Mẹ Điện thoại",
        "Mẹ Số điện thoại",
    ),
    Column.GUARDIAN_PHONE: (
        "SĐT người giám hộ",
        "Điện thoại người giám hộ",
        "Số điện thoại người giám hộ",
        "Người giám hộ SĐT",
        "Người giám hộ Điện thoại",
        "Người giám hộ Số điện thoại",
    ),
    Column.FATHER_NAME: (
        "Tên cha",
        "Họ tên cha",
        "Họ và tên cha",
        "Họ tên bố",
        "Họ và tên bố",
        "Tên bố",
        "Cha",
        "Bố",
        "Họ tên (cha)",
        "Cha Họ tên",
        "Cha Họ và tên",
        "Bố Họ tên",
        "Bố Họ và tên",
    ),
    Column.MOTHER_NAME: (
        "Tên mẹ",
        "Họ tên mẹ",
        "Họ và tên mẹ",
        "Mẹ",
        "Họ tên (mẹ)",
        "Mẹ Họ tên",
        "Mẹ Họ và tên",
    ),
    Column.GUARDIAN_NAME: (
        "Người giám hộ",
        "Họ tên người giám hộ",
        "Họ và tên người giám hộ",
        "Tên người giám hộ",
        "Người giám hộ Họ tên",
        "Người giám hộ Họ và tên",
        "Người đỡ đầu",
        "Tên người đỡ đầu",
        "Họ tên người đỡ đầu",
        "Phụ huynh",
        "Họ tên phụ huynh",
        "Họ và tên phụ huynh",
        "Tên phụ huynh",
        "Họ tên CMHS",
    ),
    Column.EMAIL: ("Email", "E-mail", "Thư điện tử", "Email liên hệ", "Email phụ huynh", "Địa chỉ email"),
    Column.STATUS: ("Trạng thái", "Trạng thái học sinh", "Tình trạng", "Tình trạng học"),
    Column.REASON: ("Lý do chưa nhập được", "Lý do từ chối"),
    Column.PERSONAL_NUMBER: (
        "Số định danh cá nhân",
        "Số định danh",
        "Mã định danh cá nhân",
        "Số ĐDCN",
        "Số CMND/CCCD",
        "CCCD",
        "Số CCCD",
        "Số căn cước",
    ),
    Column.ETHNICITY: ("Dân tộc",),
    Column.HEALTH: ("Khuyết tật", "Loại khuyết tật", "Dạng khuyết tật", "Tình trạng sức khỏe", "Sức khỏe"),
    Column.HARDSHIP: (
        "Diện chính sách",
        "Đối tượng chính sách",
        "Hộ nghèo",
        "Cận nghèo",
        "Hộ cận nghèo",
        "Hoàn cảnh gia đình",
    ),
    Column.SENSITIVE: (
        "Tôn giáo",
        "Quốc tịch",
        "Nơi sinh",
        "Nơi sinh chi tiết",
        "Quê quán",
        "Tổ/thôn Hộ khẩu thường trú",
        "Hộ khẩu thường trú",
        "Thường trú",
        "Địa chỉ thường trú",
        "Địa chỉ",
        "Nơi ở",
        "Tỉnh thành quê quán",
        "Tỉnh/thành phố quê quán",
        "Phường Xã quê quán",
        "Quận huyện quê quán",
        "Chỗ ở hiện nay",
        "Nơi ở hiện nay",
        "Nơi ở hiện tại",
        "Số CMND",
        "CMND",
        "Ngày cấp",
        "Nơi cấp",
        "Số giấy khai sinh",
        "Nghề nghiệp cha",
        "Nghề nghiệp bố",
        "Năm sinh cha",
        "Năm sinh bố",
        "Nghề nghiệp mẹ",
        "Năm sinh mẹ",
        "Cha Năm sinh",
        "Cha Nghề nghiệp",
        "Mẹ Năm sinh",
        "Mẹ Nghề nghiệp",
        "Nghề nghiệp người giám hộ",
        "Năm sinh người giám hộ",
        "Nghề nghiệp người đỡ đầu",
        "Năm sinh người đỡ đầu",
        "Nghề nghiệp",
        "Số thẻ BHYT",
        "Mã thẻ BHYT",
        "Nhóm máu",
        "Chiều cao",
        "Cân nặng",
        "Số tài khoản",
    ),
}

CANONICAL: dict[Column, str] = {column: labels[0] for column, labels in ALIASES.items()}
REASON_LABEL = CANONICAL[Column.REASON]

LOOKED_FOR = tuple(
    CANONICAL[column] for column in (Column.SECTOR_CODE, Column.FULL_NAME, Column.BIRTH_DATE, Column.CLASS_NAME)
)

# Headings over a group of columns that add nothing to the labels below them.
_GROUPS = (
    "Học sinh",
    "Thông tin học sinh",
    "Thông tin chung",
    "Thông tin cá nhân",
    "Thông tin trẻ",
    "Thông tin cơ bản",
    "Thông tin lớp",
    "Thông tin liên hệ",
    "Thông tin gia đình",
    "Liên hệ",
    "Gia đình",
)
# Headings over a group of columns that say whom the labels below them are about.
_PERSONS = {
    "Thông tin cha": "Cha",
    "Thông tin bố": "Bố",
    "Họ tên cha": "Cha",
    "Thông tin mẹ": "Mẹ",
    "Thông tin người giám hộ": "Người giám hộ",
    "Thông tin về cha": "Cha",
    "Thông tin về mẹ": "Mẹ",
}
_HINT = re.compile(
    r"\((?:\*|bắt buộc|nếu có|không bắt buộc|[dmy/.\- ]+|ngày/tháng/năm|nam/nữ"
    r"|ví dụ[^)]*|vd[^)]*|\d+ (?:chữ )?số)\)",
    re.IGNORECASE,
)
_NOT_LETTERS = re.compile(r"[^A-Z0-9]+")


def label_key(label: str) -> str:
    """The form in which labels are compared: capitals and digits, hints such as (dd/mm/yyyy) removed."""
    return _NOT_LETTERS.sub(" ", fold(_HINT.sub(" ", label)).upper()).strip()


_BY_KEY: dict[str, Column] = {label_key(label): column for column, labels in ALIASES.items() for label in labels}
_GROUP_KEYS = frozenset(map(label_key, _GROUPS))
_PERSON_KEYS = {label_key(heading): label_key(person) for heading, person in _PERSONS.items()}


def column_of(label: str) -> Column:
    """What a label in a one-row header means; UNKNOWN when nobody knows."""
    return _BY_KEY.get(label_key(label), Column.UNKNOWN)


def column_under(heading: str, label: str) -> Column:
    """What a label means under a heading of a two-row header; UNKNOWN when the two are not known together."""
    top, below = label_key(heading), label_key(label)
    if not top or top in _GROUP_KEYS:
        return _BY_KEY.get(below, Column.UNKNOWN)
    top = _PERSON_KEYS.get(top, top)
    return _BY_KEY.get(f"{top} {below}", Column.UNKNOWN)
