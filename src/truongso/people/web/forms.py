"""Forms of pupils, guardians and roster uploads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.masking import masked_phone
from truongso.kernel.names import tidy
from truongso.kernel.sheets import DEFAULT_LIMITS
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import tables
from truongso.organizations.public import SchoolYear
from truongso.people.roster import Column, Reason
from truongso.people.roster.cells import read_code, read_name
from truongso.people.roster.phones import read_phones
from truongso.people.services.pupils import GuardianData, StudentData
from truongso.people.types import Gender, Relationship, StudentStatus
from truongso.people.web.messages import GENDERS, RELATIONSHIPS, STATUSES, describe

T = TypeVar("T")
_NEEDED = gettext_lazy("Không để trống ô này.")


class UploadForm(forms.Form):
    """The file and the school year it is for."""

    year = forms.ChoiceField(label=gettext_lazy("Năm học"))
    file = UploadField(
        tables(DEFAULT_LIMITS.max_bytes),
        label=gettext_lazy("Tệp danh sách"),
        help_text=gettext_lazy("XLSX, XLS hoặc CSV, tối đa 10 MB. Nhận cả tệp xuất từ cơ sở dữ liệu ngành."),
        error_messages={
            "required": gettext_lazy("Chọn tệp danh sách học sinh."),
            "empty": gettext_lazy("Tệp trống. Chọn tệp danh sách học sinh."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )

    def __init__(self, *args: Any, years: Iterable[SchoolYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year.code, str(year)) for year in years]  # type: ignore[attr-defined]


class StudentForm(forms.Form):
    """A pupil's own data, read by the same rules as a roster's cells. The birth date that is there is not shown: an
    empty box keeps it."""

    full_name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=120, error_messages={"required": _NEEDED})
    birth_date = VietnameseDateField(label=gettext_lazy("Ngày sinh"), required=False)
    drop_birth = forms.BooleanField(
        label=gettext_lazy("Xóa ngày sinh đã ghi"),
        required=False,
        help_text=gettext_lazy(
            "Không còn ngày sinh: danh sách tải lên chỉ nhận ra em bằng mã, em trùng họ tên dễ bị ghi thành học sinh "
            "mới; gia đình xác nhận bằng số điện thoại."
        ),
    )
    gender = forms.ChoiceField(label=gettext_lazy("Giới tính"), choices=list(GENDERS.items()))
    sector_code = forms.CharField(
        label=gettext_lazy("Mã định danh Bộ GD&ĐT"),
        required=False,
        help_text=gettext_lazy("10 hoặc 12 chữ số. Chưa có thì để trống."),
    )
    school_code = forms.CharField(label=gettext_lazy("Mã học sinh của trường"), required=False)

    def __init__(self, *args: Any, known_birth: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known_birth = known_birth
        if known_birth:
            self.fields["birth_date"].help_text = _("Đã ghi. Để trống: giữ ngày này. Ghi ngày mới để đổi.")
        else:
            del self.fields["drop_birth"]

    def clean(self) -> dict[str, Any]:
        """The date that was written, else the one that is known unless it is to go."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        stated, drops = data.get("birth_date"), data.get("drop_birth", False)
        if stated and drops:
            self.add_error("drop_birth", _("Ghi ngày mới hoặc xóa ngày đã ghi, không làm cả hai."))
        if "birth_date" in data:
            data["birth_date"] = stated or (None if drops else self._known_birth)
        return data

    def clean_full_name(self) -> str:
        return _read(read_name(self.cleaned_data["full_name"], Column.FULL_NAME))

    def clean_sector_code(self) -> str:
        return _read(read_code(self.cleaned_data["sector_code"], Column.SECTOR_CODE))

    def clean_school_code(self) -> str:
        return _read(read_code(self.cleaned_data["school_code"], Column.SCHOOL_CODE))

    def data_of(self) -> StudentData:
        """What the service wants."""
        data = self.cleaned_data
        return StudentData(
            data["full_name"], data["birth_date"], Gender(data["gender"]), data["sector_code"], data["school_code"]
        )


class PlaceForm(forms.Form):
    """A class and the day from which the pupil sits there."""

    school_class = forms.ChoiceField(label=gettext_lazy("Lớp"), error_messages={"required": _NEEDED})
    since = VietnameseDateField(label=gettext_lazy("Từ ngày"), error_messages={"required": _NEEDED})

    def __init__(self, *args: Any, classes: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_class"].choices = [("", _("Chọn lớp")), *classes]  # type: ignore[attr-defined]


class GuardianForm(forms.Form):
    """A guardian of one pupil. The number and address that are there are not shown: an empty box keeps each, "-" takes
    it away."""

    guardian_name = forms.CharField(
        label=gettext_lazy("Họ và tên"), max_length=120, error_messages={"required": _NEEDED}
    )
    relationship = forms.ChoiceField(label=gettext_lazy("Quan hệ"), choices=list(RELATIONSHIPS.items()))
    phone = forms.CharField(
        label=gettext_lazy("Điện thoại"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Email"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    is_payer = forms.BooleanField(label=gettext_lazy("Đứng tên nộp tiền trên phiếu báo thu"), required=False)

    def __init__(
        self, *args: Any, known_phone: str = "", known_email: str = "", is_known: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            self.fields["guardian_name"].help_text = _(
                "Ghi tên người khác thay vào thì tài khoản phụ huynh và các đường dẫn của người trước ngừng ngay."
            )
        self._known_phone, self._known_email = known_phone, known_email
        if known_email:
            self.fields["email"].help_text = _("Đã ghi. Để trống: giữ như cũ. Ghi địa chỉ mới để đổi, dấu - để xóa.")
        if known_phone:
            told = {"number": masked_phone(known_phone)}
            self.fields["phone"].help_text = (
                _("Đang có số %(number)s. Để trống: giữ số này. Ghi số mới để đổi, ghi dấu - để xóa.") % told
            )

    def clean_guardian_name(self) -> str:
        return _read(read_name(tidy(self.cleaned_data["guardian_name"]), Column.GUARDIAN_NAME))

    def clean_phone(self) -> str:
        if self._known_phone and self.cleaned_data["phone"].strip() in ("", "-"):
            return "" if self.cleaned_data["phone"].strip() else self._known_phone
        numbers = _read(read_phones(self.cleaned_data["phone"]))
        if len(numbers) > 1:
            raise ValidationError(_("Ghi một số điện thoại ở ô này."))
        return numbers[0] if numbers else ""

    def clean_email(self) -> str:
        text = str(self.cleaned_data["email"]).strip()
        if text in ("", "-"):
            return "" if text else self._known_email
        try:
            validate_email(text)
        except ValidationError as error:
            raise ValidationError(_("Email chưa đúng dạng. Ghi như ten@vidu.vn hoặc để trống.")) from error
        return text

    def data_of(self) -> GuardianData:
        """What the service wants."""
        data = self.cleaned_data
        kind = Relationship(data["relationship"])
        return GuardianData(data["guardian_name"], kind, data["phone"], data["email"], data["is_payer"])


class FirstGuardianForm(GuardianForm):
    """The guardian of a pupil being added: may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_payer"]
        self.fields["guardian_name"].required = False
        self.fields["guardian_name"].label = _("Người đứng tên nộp tiền")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("phone") or data.get("email")) and not data.get("guardian_name") and not self.errors:
            self.add_error("guardian_name", _("Ghi tên của người có số điện thoại hoặc email này."))
        data["is_payer"] = True
        return data


class LeaveForm(forms.Form):
    """Why and when a pupil leaves."""

    status = forms.ChoiceField(
        label=gettext_lazy("Lý do"),
        choices=[(value, text) for value, text in STATUSES.items() if value != StudentStatus.STUDYING],
    )
    last_day = VietnameseDateField(label=gettext_lazy("Ngày học cuối cùng"), error_messages={"required": _NEEDED})
    reason = forms.CharField(label=gettext_lazy("Ghi chú"), required=False, max_length=300)


class EndGuardianForm(forms.Form):
    """Why somebody is no guardian any more."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=300, error_messages={"required": gettext_lazy("Ghi lý do.")},
        help_text=gettext_lazy("Ví dụ: quyết định của tòa án (số, ngày), người giám hộ đã mất, ghi nhầm người."),
    )  # fmt: skip


def _read(value: T | Reason) -> T:
    """A value read by the roster's rules, or its refusal as a form error."""
    if isinstance(value, Reason):
        raise ValidationError(describe(value))
    return value
