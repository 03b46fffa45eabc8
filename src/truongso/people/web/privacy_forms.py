"""Forms about personal data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel import clock
from truongso.kernel.data_classes import DataClass
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.people.models import Guardian, Incident
from truongso.people.privacy.incidents import IncidentData
from truongso.people.privacy.texts import CLASSES, KINDS

_NEEDED = gettext_lazy("Không để trống ô này.")
_NOBODY = ""


class RequestForm(forms.Form):
    """A request as somebody makes it at the school."""

    loai = forms.ChoiceField(label=gettext_lazy("Yêu cầu"), choices=list(KINDS.items()))
    nguoi = forms.ChoiceField(label=gettext_lazy("Người giám hộ đề nghị"), required=False)
    ten = forms.CharField(
        label=gettext_lazy("Hoặc họ tên người đề nghị"), max_length=120, required=False,
        help_text=gettext_lazy("Chỉ ghi khi người này chưa có trong hồ sơ; xem giấy tờ trước."),
    )  # fmt: skip
    noi_dung = forms.CharField(
        label=gettext_lazy("Nội dung"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, guardians: list[Guardian]) -> None:
        super().__init__(data)
        self.guardians = {str(one.pk): one for one in guardians}
        choices = [(str(one.pk), one.full_name) for one in guardians]
        self.fields["nguoi"].choices = [*choices, (_NOBODY, _("Người khác"))]  # type: ignore[attr-defined]

    @property
    def guardian(self) -> Guardian | None:
        """Who asks, when the record knows the person."""
        return self.guardians.get(self.cleaned_data["nguoi"])


class HoldForm(forms.Form):
    """Why data must stay."""

    ly_do = forms.CharField(label=gettext_lazy("Vì sao phải giữ"), max_length=300, error_messages={"required": _NEEDED})
    van_ban = forms.CharField(label=gettext_lazy("Số văn bản"), max_length=120, required=False)
    hoc_sinh = forms.CharField(
        label=gettext_lazy("Mã học sinh hoặc mã định danh"), max_length=20, required=False,
        help_text=gettext_lazy("Để trống: giữ dữ liệu của cả trường."),
    )  # fmt: skip


class IncidentForm(forms.Form):
    """What is known of a breach."""

    ten = forms.CharField(label=gettext_lazy("Tên sự cố"), max_length=160, error_messages={"required": _NEEDED})
    phat_hien = VietnameseDateField(
        label=gettext_lazy("Ngày phát hiện"), error_messages={"required": _NEEDED},
    )  # fmt: skip
    phat_hien_gio = forms.TimeField(
        label=gettext_lazy("Giờ phát hiện"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _NEEDED, "invalid": gettext_lazy("Ghi giờ như 07:30.")},
    )  # fmt: skip
    xay_ra = VietnameseDateField(label=gettext_lazy("Ngày xảy ra (nếu biết)"), required=False)
    loai = forms.MultipleChoiceField(
        label=gettext_lazy("Loại dữ liệu"), choices=list(CLASSES.items()), widget=forms.CheckboxSelectMultiple,
        required=False,
    )  # fmt: skip
    so_nguoi = forms.IntegerField(
        label=gettext_lazy("Số người bị ảnh hưởng (ước tính)"), min_value=0, max_value=10_000_000, initial=0
    )
    dien_bien = forms.CharField(
        label=gettext_lazy("Diễn biến"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _NEEDED},
    )  # fmt: skip
    hau_qua = forms.CharField(
        label=gettext_lazy("Hậu quả có thể có"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    bien_phap = forms.CharField(
        label=gettext_lazy("Việc đã làm và sẽ làm"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def data_of(self) -> IncidentData:
        """What was written, of a valid form."""
        said = self.cleaned_data
        happened = said["xay_ra"]
        return IncidentData(
            title=said["ten"], description=said["dien_bien"], people=said["so_nguoi"], consequences=said["hau_qua"],
            measures=said["bien_phap"], classes=[DataClass(one) for one in said["loai"]],
            found_at=dt.datetime.combine(said["phat_hien"], said["phat_hien_gio"], tzinfo=clock.SCHOOL_TIME),
            happened_at=dt.datetime.combine(happened, dt.time(), tzinfo=clock.SCHOOL_TIME) if happened else None,
        )  # fmt: skip


def incident_values(row: Incident) -> dict[str, Any]:
    """What a form shows of an incident in the register."""
    found = row.found_at.astimezone(clock.SCHOOL_TIME)
    return {
        "ten": row.title, "dien_bien": row.description, "so_nguoi": row.people, "hau_qua": row.consequences,
        "bien_phap": row.measures, "loai": row.classes, "phat_hien": found.date(), "phat_hien_gio": found.time(),
        "xay_ra": row.happened_at.astimezone(clock.SCHOOL_TIME).date() if row.happened_at else None,
    }  # fmt: skip
