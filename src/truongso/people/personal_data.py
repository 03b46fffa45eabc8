"""What this room keeps of a child: the record itself, guardians, classes, and messages to the guardians."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import role_name
from truongso.kernel.among import among
from truongso.kernel.masking import masked_address
from truongso.kernel.personal_data import Child, Fate, Holding, Row, Text
from truongso.messaging.public import TO_STAFF, OptOut, deliveries_to, is_security
from truongso.people.models import FamilyAccount, Guardian, Student
from truongso.people.placeholder import placeholder_for
from truongso.people.privacy import erasing
from truongso.people.privacy.texts import KINDS
from truongso.people.sensitive.labels import FACTS, seen_text
from truongso.people.sensitive.queries import facts_of
from truongso.people.web.messages import GENDERS, RELATIONSHIPS, STATUSES

_SEARCH: Text = gettext_lazy("Dạng không dấu của họ tên, chỉ để tìm và xếp thứ tự.")
_TASK: Text = gettext_lazy("Trường còn phải chứng minh em đã học ở đây; không còn tên người.")
_LAW: Text = gettext_lazy("Trường phải chứng minh đã trả lời và làm đúng yêu cầu về dữ liệu.")


def _facts(child: Child) -> list[Row]:
    """The sealed facts, opened."""
    found = facts_of(child.school_id, [child.student_id]).get(child.student_id, {})
    return [{"kind": kind.value, "value": value} for kind, value in found.items()]


def _role(value: Any, _row: Row, _child: Child) -> str:
    return role_name(str(value))


def _seen(value: Any, _row: Row, _child: Child) -> str:
    return seen_text(value)


def _is_own(row: Row, child: Child) -> bool:
    return bool(row["pk"] == child.guardian_id)


def _own_contact(value: Any, row: Row, child: Child) -> Any:
    """Contact data of the guardian who asks; of another only that it is there: it is not his to take along."""
    if not value or _is_own(row, child):
        return value
    return _("có trong hồ sơ, chỉ người này được lấy")


def _addresses(child: Child) -> set[str]:
    """Addresses of the child's guardians."""
    rows = Guardian.objects.for_school(child.school_id).filter(guardianships__student=child.student_id)
    return {one for row in rows for one in (*row.phones, row.email.lower()) if one}


def _messages(child: Child) -> QuerySet[Any]:
    people = Guardian.objects.for_school(child.school_id).filter(guardianships__student=child.student_id)
    names = [*(one.full_name for one in people), placeholder_for(child.full_name)]
    rows = deliveries_to(child.school_id, addresses=_addresses(child), names=names)
    return rows.exclude(template__in=TO_STAFF)


def _accounts(child: Child) -> QuerySet[Any]:
    """The pupil's own account, and that of the guardian who asks: another guardian's is not his to read."""
    rows = FamilyAccount.objects.for_school(child.school_id)
    return rows.filter(Q(student=child.student_id) | Q(guardian=child.guardian_id or 0))


def _stops(child: Child) -> QuerySet[Any]:
    rows = OptOut.objects.for_school(child.school_id)
    return rows.filter(among("address", sorted(_addresses(child))))


def _address(value: Any, _row: Row, child: Child) -> str:
    own = child.guardian_id and value in _own_addresses(child)
    return str(value) if own else masked_address(str(value))


def _own_addresses(child: Child) -> set[str]:
    rows = Guardian.objects.for_school(child.school_id).filter(pk=child.guardian_id)
    return {one for row in rows for one in (*row.phones, row.email.lower()) if one}


def _words_of_message(value: Any, row: Row, child: Child) -> str:
    """A message's text, unless it holds a link of its own, perhaps another guardian's, or a brother or sister at the
    school may be named in it."""
    if is_security(row["template"]):
        return _("không in: tin có đường dẫn riêng của người nhận")
    family = Student.objects.for_school(child.school_id).filter(family_id=child.family_id)
    if family.exclude(pk=child.student_id).exists():
        return _("không in: tin chung cho các con cùng trường")
    return str(value)


HOLDINGS = [
    Holding(
        "people.Student", gettext_lazy("Hồ sơ học sinh"), "pk",
        {
            "public_id": gettext_lazy("Mã trong hệ thống"), "full_name": gettext_lazy("Họ và tên"),
            "birth_date": gettext_lazy("Ngày sinh"), "gender": gettext_lazy("Giới tính"),
            "sector_code": gettext_lazy("Mã định danh Bộ GD&ĐT"), "school_code": gettext_lazy("Mã học sinh"),
            "status": gettext_lazy("Trạng thái"), "created_at": gettext_lazy("Có trong hệ thống từ"),
        },
        Fate.REPLACED,
        gettext_lazy("Phiếu thu và biên lai còn nối vào dòng này; tên, ngày sinh, giới tính, mã bị xóa."),
        left_out={"name_fold": _SEARCH, "sort_key": _SEARCH},
        words={"gender": GENDERS, "status": STATUSES}, erase=erasing.pupil,
    ),
    Holding(
        "people.SensitiveFact", gettext_lazy("Thông tin nhạy cảm"), "student",
        {
            "kind": gettext_lazy("Loại"), "value": gettext_lazy("Nội dung"),
        },
        Fate.ERASED, gettext_lazy("Xóa hẳn."), words={"kind": FACTS}, read=_facts, erase=erasing.facts,
    ),
    Holding(
        "people.AccessEntry", gettext_lazy("Ai đã xem thông tin nhạy cảm của em"), "student",
        {
            "at": gettext_lazy("Lúc"), "user_name": gettext_lazy("Người xem"), "role": gettext_lazy("Vai trò"),
            "seen": gettext_lazy("Đã xem"), "reason": gettext_lazy("Lý do"),
        },
        Fate.KEPT, gettext_lazy("Nhật ký truy cập giữ đến hết hạn lưu để gia đình kiểm tra được."),
        shown={"role": _role, "seen": _seen},
    ),
    Holding(
        "people.Guardianship", gettext_lazy("Quan hệ giám hộ"), "student",
        {
            "guardian__full_name": gettext_lazy("Người giám hộ"), "relationship": gettext_lazy("Quan hệ"),
            "is_payer": gettext_lazy("Đứng tên nộp tiền"),
        },
        Fate.KEPT, _TASK, words={"relationship": RELATIONSHIPS},
    ),
    Holding(
        "people.FormerGuardian", gettext_lazy("Người đã thôi giám hộ"), "student",
        {
            "guardian__full_name": gettext_lazy("Người giám hộ trước"), "relationship": gettext_lazy("Quan hệ"),
            "was_payer": gettext_lazy("Từng đứng tên nộp tiền"), "ended_at": gettext_lazy("Thôi lúc"),
        },
        Fate.KEPT, _TASK, words={"relationship": RELATIONSHIPS},
    ),
    Holding(
        "people.Enrolment", gettext_lazy("Lớp đã học"), "student",
        {
            "school_class__name": gettext_lazy("Lớp"), "school_class__school_year__code": gettext_lazy("Năm học"),
            "valid_from": gettext_lazy("Từ"), "valid_to": gettext_lazy("Đến"),
        },
        Fate.KEPT, _TASK,
    ),
    Holding(
        "people.DataRequest", gettext_lazy("Yêu cầu về dữ liệu"), "student",
        {
            "number": gettext_lazy("Số"), "kind": gettext_lazy("Yêu cầu"), "asked_by": gettext_lazy("Người đề nghị"),
            "asked_at": gettext_lazy("Lúc"), "detail": gettext_lazy("Nội dung"), "answer": gettext_lazy("Trả lời"),
            "answered_at": gettext_lazy("Trả lời lúc"), "done_at": gettext_lazy("Xong lúc"),
        },
        Fate.KEPT, _LAW, left_out={"extension_reason": gettext_lazy("Lý do gia hạn, đã nêu trong trả lời.")},
        words={"kind": KINDS},
    ),
    Holding(
        "people.Consent", gettext_lazy("Sự đồng ý cho việc tự nguyện"), "student",
        {
            "at": gettext_lazy("Lúc"), "purpose": gettext_lazy("Việc"), "party": gettext_lazy("Ai"),
            "is_given": gettext_lazy("Đồng ý"), "said_by": gettext_lazy("Người nói"),
            "version": gettext_lazy("Bản lời hỏi"), "signed_on": gettext_lazy("Ngày ký trên giấy"),
            "paper_place": gettext_lazy("Nơi lưu giấy"),
        },
        Fate.KEPT, _LAW,
    ),
    Holding(
        "people.Erasure", gettext_lazy("Đề nghị xóa dữ liệu"), "student",
        {
            "proposed_at": gettext_lazy("Đề nghị lúc"), "state": gettext_lazy("Trạng thái"),
            "decided_at": gettext_lazy("Quyết định lúc"), "reason": gettext_lazy("Lý do"),
            "decision_reason": gettext_lazy("Lý do của quyết định"),
        },
        Fate.KEPT, _LAW,
    ),
    Holding(
        "people.Guardian", gettext_lazy("Liên hệ của người giám hộ"), "guardianships__student",
        {
            "full_name": gettext_lazy("Họ và tên"), "phone": gettext_lazy("Điện thoại"),
            "other_phones": gettext_lazy("Số khác"), "email": gettext_lazy("Email"),
        },
        Fate.REPLACED, gettext_lazy("Tên, điện thoại, email bị xóa, trừ người còn con khác đang học ở trường."),
        left_out={"name_fold": _SEARCH},
        shown={"phone": _own_contact, "other_phones": _own_contact, "email": _own_contact}, erase=erasing.guardians,
    ),
    Holding(
        "people.FamilyAccount", gettext_lazy("Tài khoản của em và của người giám hộ"), "",
        {
            "since": gettext_lazy("Từ lúc"), "ended_at": gettext_lazy("Ngừng lúc"),
            "user__username": gettext_lazy("Tên đăng nhập"),
        },
        Fate.ERASED, gettext_lazy("Ngừng khi em rời trường; dấu nối được xóa, không còn ai khác thì cả tên, liên hệ."),
        find=_accounts, erase=erasing.accounts,
    ),
    Holding(
        "messaging.OptOut", gettext_lazy("Địa chỉ đã ngừng nhận tin"), "",
        {
            "kind": gettext_lazy("Kênh"), "address": gettext_lazy("Địa chỉ"),
            "by_family": gettext_lazy("Gia đình tự ngừng"), "created_at": gettext_lazy("Từ lúc"),
        },
        Fate.ERASED, gettext_lazy("Xóa cùng địa chỉ."), find=_stops, shown={"address": _address}, erase=erasing.stops,
    ),
    Holding(
        "messaging.Delivery", gettext_lazy("Tin nhắn đã gửi cho người giám hộ"), "",
        {
            "created_at": gettext_lazy("Lúc"), "kind": gettext_lazy("Kênh"), "template": gettext_lazy("Loại tin"),
            "state": gettext_lazy("Kết quả"), "address": gettext_lazy("Địa chỉ"),
            "recipient_name": gettext_lazy("Gửi cho"), "subject": gettext_lazy("Tiêu đề"),
            "body": gettext_lazy("Nội dung"),
        },
        Fate.REPLACED, gettext_lazy("Còn ngày, kênh, loại tin và kết quả; địa chỉ và nội dung bị xóa."),
        left_out={"dedupe_key": gettext_lazy("Khóa chống gửi trùng của máy, không phải lời nói với ai.")},
        find=_messages,
        shown={"address": _address, "subject": _words_of_message, "body": _words_of_message}, erase=erasing.messages,
    ),
]  # fmt: skip

ELSEWHERE: dict[str, Text] = {
    "people.Family": gettext_lazy("Chỉ là khóa nối các con và người giám hộ của một nhà."),
    "people.AccountOffer": gettext_lazy("Dấu của đường dẫn tạo tài khoản, không đọc ra được gì; xóa sau một tuần."),
    "people.CopyLink": gettext_lazy("Dấu của đường dẫn nhận bản sao, không đọc ra được gì."),
    "people.LegalHold": gettext_lazy("Việc giữ dữ liệu theo yêu cầu pháp lý, có thể đang được giữ kín."),
    "people.RosterImport": gettext_lazy("Tệp danh sách cả trường; phần của em nằm ở Hồ sơ học sinh."),
}
