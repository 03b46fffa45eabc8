"""Forms of people and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.accounts.labels import ROLE_NAMES
from truongso.accounts.staffing.lists import LIMITS
from truongso.accounts.staffing.services import PersonData, Span
from truongso.accounts.types import SCHOOL_ROLES, UNIT_ROLES, Role
from truongso.kernel import clock
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import tables
from truongso.organizations.public import OrgUnit

_NEEDED = _("Không để trống ô này.")
# Families come in by their own link; accounts of parents and pupils are made where the rolls are.
_GIVEN_HERE = [role for role in SCHOOL_ROLES if role not in {Role.PARENT, Role.PUPIL}]


class RoleForm(forms.Form):
    """A role and when it is held."""

    role = forms.ChoiceField(label=_("Vai trò"), choices=[(role.value, ROLE_NAMES[role]) for role in _GIVEN_HERE])
    valid_from = VietnameseDateField(label=_("Từ ngày"), error_messages={"required": _NEEDED})
    valid_to = VietnameseDateField(
        label=_("Đến hết ngày"), required=False, help_text=_("Để trống nếu chưa biết. Hết ngày này quyền tự mất.")
    )

    def __init__(self, *args: Any, is_unit: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("valid_from", clock.today())
        super().__init__(*args, **kwargs)
        if is_unit:
            roles = [role for role in Role if role in UNIT_ROLES]
            self.fields["role"].choices = [(role.value, ROLE_NAMES[role]) for role in roles]  # type: ignore[attr-defined]

    @property
    def span(self) -> Span:
        found = self.cleaned_data
        return Span(Role(found["role"]), found["valid_from"], found["valid_to"])


class PersonForm(RoleForm):
    """A new person with a first role."""

    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=120, min_length=2, error_messages={"required": _NEEDED}
    )
    username = forms.CharField(
        label=_("Tên đăng nhập"), max_length=80, required=False,
        help_text=_("Để trống: lấy tên và chữ cái đầu, ví dụ hoapt.lvt."),
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.EmailField(label=_("Email"), required=False, max_length=254)
    phone = forms.CharField(label=_("Điện thoại"), required=False, max_length=20)
    unit_code = forms.ChoiceField(label=_("Đơn vị"))
    field_order = ["full_name", "unit_code", "role", "valid_from", "valid_to", "username", "email", "phone"]

    def __init__(self, *args: Any, units: tuple[OrgUnit, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, is_unit=bool(units), **kwargs)
        self._units = {one.code: one for one in units}
        if units:
            self.fields["unit_code"].choices = [(one.code, one.name) for one in units]  # type: ignore[attr-defined]
        else:
            del self.fields["unit_code"]

    @property
    def unit(self) -> OrgUnit | None:
        """The unit chosen; None at a school."""
        return self._units.get(self.cleaned_data.get("unit_code", ""))

    def data_for(self, username: str) -> PersonData:
        found = self.cleaned_data
        return PersonData(found["full_name"], found["username"] or username, found["email"], found["phone"])


class EndForm(forms.Form):
    """The last day of a role."""

    last_day = VietnameseDateField(label=_("Ngày cuối"), error_messages={"required": _NEEDED})
    reason = forms.CharField(label=_("Lý do"), max_length=300, required=False)


class ListForm(forms.Form):
    """A list of staff."""

    file = UploadField(
        tables(LIMITS.max_bytes),
        label=_("Tệp danh sách"),
        help_text=_("XLSX, XLS hoặc CSV, tối đa 2 MB, 500 dòng."),
        error_messages={"required": _("Chọn tệp danh sách."), "empty": _("Tệp trống. Chọn tệp danh sách.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
