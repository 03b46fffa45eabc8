"""Forms of who teaches which class what, and the words of their refusals."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import Member
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.formatting import ngay
from truongso.people.models import SchoolClass
from truongso.people.teaching.models import LONGEST
from truongso.people.teaching.queries import Row
from truongso.people.teaching.subjects import Offered
from truongso.people.teaching.types import TeachingRefusedError

_REFUSALS = {
    "not_a_teacher": gettext_lazy("Người này chưa có vai trò giáo viên bộ môn trong ngày đó. Trao vai trò trước."),
    "no_class": gettext_lazy("Lớp này không còn trong danh sách của năm học. Tải lại trang rồi chọn lại."),
    "bad_dates": gettext_lazy("Ngày chưa đúng: ngày cuối không trước ngày bắt đầu, không trước hôm qua, không muộn hơn "
                              "ngày cuối đang ghi; giao lại thì phải còn ít nhất một ngày."),
    "outside_year": gettext_lazy("Phân công nằm trong năm học, từ %(start)s đến %(end)s."),
    "already_there": gettext_lazy("Người này đã được phân công môn này trong thời gian đó: %(classes)s."),
    "no_rows": gettext_lazy("Chọn ít nhất một phân công trong danh sách."),
    "over": gettext_lazy("Phân công ở lớp %(name)s đã hết, không sửa được nữa."),
    "bad_subject": gettext_lazy("Môn này không có trong danh sách của trường. Chọn lại."),
    "subject_name": gettext_lazy("Ghi tên môn bằng chữ, không quá %(most)s ký tự."),
    "subject_known": gettext_lazy("Danh sách đã có môn “%(name)s”. Chọn môn đó khi phân công."),
}  # fmt: skip


class AssignForm(forms.Form):
    """A teacher, a subject, the classes, from when, until when."""

    giao_vien = forms.ChoiceField(label=gettext_lazy("Giáo viên bộ môn"))
    mon = forms.ChoiceField(label=gettext_lazy("Môn học"))
    lop = forms.MultipleChoiceField(
        label=gettext_lazy("Lớp"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Chọn mọi lớp người này dạy môn này."),
    )  # fmt: skip
    tu_ngay = VietnameseDateField(label=gettext_lazy("Từ ngày"))
    den_ngay = VietnameseDateField(
        label=gettext_lazy("Đến ngày"), required=False, help_text=gettext_lazy("Để trống: đến hết năm học.")
    )

    def __init__(
        self, data: Any, classes: list[SchoolClass], members: list[Member], subjects: Offered, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        people = [(str(one.user_id), one.full_name) for one in members]
        groups = [
            (_("Môn của cấp học"), subjects.of_level), (_("Môn của trường"), subjects.own),
            (_("Cấp học khác"), subjects.of_others),
        ]  # fmt: skip
        self._offer("giao_vien", [("", _("Chọn giáo viên")), *people])
        self._offer("mon", [("", _("Chọn môn")), *((name, rows) for name, rows in groups if rows)])
        self._offer("lop", [(str(one.pk), one.name) for one in classes])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class ChangeForm(forms.Form):
    """Which assignments of one teacher end when, and who goes on."""

    phan_cong = forms.MultipleChoiceField(label=gettext_lazy("Phân công"), widget=forms.CheckboxSelectMultiple)
    ngay_cuoi = VietnameseDateField(
        label=gettext_lazy("Ngày cuối của người này"),
        help_text=gettext_lazy("Ghi ngày hôm qua thì hôm nay không còn xem được; phân công chưa bắt đầu được bỏ đi."),
    )
    nguoi_thay = forms.ChoiceField(
        label=gettext_lazy("Người dạy thay"), required=False,
        help_text=gettext_lazy("Dạy từ ngày hôm sau, đến ngày cuối đã ghi trước đây."),
    )  # fmt: skip

    def __init__(self, data: Any, rows: Collection[Row], members: Collection[Member], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        people = [(str(one.user_id), one.full_name) for one in members]
        self.fields["phan_cong"].choices = [(one.assignment.public_id, _line(one)) for one in rows]  # type: ignore[attr-defined]
        self.fields["nguoi_thay"].choices = [("", _("Không ai, chỉ kết thúc")), *people]  # type: ignore[attr-defined]


class SubjectForm(forms.Form):
    """A subject of the school's own."""

    ten = forms.CharField(label=gettext_lazy("Tên môn"), max_length=LONGEST)


def refusal(error: TeachingRefusedError) -> str:
    """The refusal in words."""
    params = {name: ngay(value) if hasattr(value, "year") else value for name, value in error.params.items()}  # type: ignore[arg-type]
    return str(_REFUSALS[error.code]) % params


def _line(row: Row) -> str:
    one = row.assignment
    return f"{one.school_class.name} · {one.subject.name} · {ngay(one.valid_from)} – {ngay(one.valid_to)}"
