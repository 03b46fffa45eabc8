"""Forms of fees."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from truongso.fees.models import CollectionRound, FeeItem, ReductionRule
from truongso.fees.queries.invoices import PaidState
from truongso.fees.types import FeeNature, FeeUnit
from truongso.fees.web.labels import NATURES, PAID_STATES, UNITS
from truongso.kernel.banks import find
from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField
from truongso.organizations.public import School, bank_accounts, school_years

_ONE_DONG = Dong(1)


class ItemForm(forms.Form):
    """A fee item."""

    name = forms.CharField(label=_("Tên khoản thu"), max_length=160)
    code = forms.CharField(
        label=_("Mã"), max_length=20, help_text=_("Ngắn, không dấu, ví dụ CS_BT. Không đổi được về sau.")
    )
    nature = forms.ChoiceField(
        label=_("Loại khoản"),
        choices=[(n.value, NATURES[n]) for n in FeeNature],
        help_text=_("Quyết định tài khoản kế toán và chỗ đứng trong báo cáo."),
    )
    unit = forms.ChoiceField(label=_("Tính theo"), choices=[(u.value, UNITS[u]) for u in FeeUnit])
    is_voluntary = forms.BooleanField(label=_("Tự nguyện: chỉ tính cho học sinh đã đăng ký"), required=False)
    legal_basis = forms.CharField(
        label=_("Căn cứ thu"),
        max_length=300,
        required=False,
        help_text=_("Nghị quyết, quyết định hoặc biên bản thỏa thuận. Thiếu căn cứ thì không phát hành được."),
    )
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)

    def __init__(self, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if editing:
            del self.fields["code"]


class RateForm(forms.Form):
    """A rate from a day on."""

    amount = DongFormField(label=_("Mức thu"), least=_ONE_DONG)
    cap = DongFormField(label=_("Mức trần"), required=False, help_text=_("Nếu văn bản quy định mức tối đa."))
    grade = forms.CharField(
        label=_("Khối"), max_length=20, required=False, help_text=_("Để trống nếu áp dụng cho mọi khối.")
    )
    valid_from = VietnameseDateField(label=_("Áp dụng từ ngày"))
    valid_to = VietnameseDateField(label=_("Đến hết ngày"), required=False, help_text=_("Để trống nếu chưa biết."))
    document_number = forms.CharField(label=_("Số văn bản"), max_length=120, required=False)
    deciding_body = forms.CharField(label=_("Cơ quan quyết định"), max_length=160, required=False)


class EndForm(forms.Form):
    """The last day of something."""

    valid_to = VietnameseDateField(label=_("Đến hết ngày"))


class RoundForm(forms.Form):
    """Name, days and receiving account of a round."""

    name = forms.CharField(label=_("Tên đợt thu"), max_length=160)
    school_year = forms.ChoiceField(label=_("Năm học"))
    priced_on = VietnameseDateField(
        label=_("Tính theo ngày"), help_text=_("Mức thu, miễn giảm và danh sách lớp lấy của ngày này.")
    )
    due_on = VietnameseDateField(label=_("Hạn nộp"))
    bank_account = forms.ChoiceField(label=_("Tài khoản nhận"))
    allows_partial = forms.BooleanField(
        label=_("Cho phép gia đình nộp nhiều lần"),
        required=False,
        help_text=_("Phụ huynh tự chọn số tiền mỗi lần; phần còn thiếu vẫn ghi trên phiếu."),
    )

    def __init__(self, *args: Any, school: School, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = bank_accounts(school)
        self.accounts = {a.public_id: a.pk for a in accounts}
        self.fields["bank_account"].choices = [  # type: ignore[attr-defined]
            (a.public_id, f"{bank_name(a.bank_bin)} {a.number} – {a.holder_name}") for a in accounts
        ]
        if editing:
            del self.fields["school_year"]
        else:
            self.years = {y.code: y for y in school_years()}
            self.fields["school_year"].choices = [(code, str(y)) for code, y in self.years.items()]  # type: ignore[attr-defined]


class CopyForm(forms.Form):
    """A new draft from an earlier round."""

    name = forms.CharField(label=_("Tên đợt thu"), max_length=160)
    priced_on = VietnameseDateField(label=_("Tính theo ngày"))
    due_on = VietnameseDateField(label=_("Hạn nộp"))


class InvoiceFilterForm(forms.Form):
    """Filters of the invoice list."""

    q = forms.CharField(label=_("Tên, mã, người nộp"), max_length=100, required=False)
    dot = forms.ChoiceField(label=_("Đợt thu"), required=False)
    lop = forms.ChoiceField(label=_("Lớp"), required=False)
    trang_thai = forms.ChoiceField(label=_("Trạng thái"), required=False)

    def __init__(self, *args: Any, rounds: list[CollectionRound], classes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("Tất cả"))
        self.fields["dot"].choices = [everything, *((r.public_id, r.name) for r in rounds)]  # type: ignore[attr-defined]
        self.fields["lop"].choices = [everything, *((name, name) for name in classes)]  # type: ignore[attr-defined]
        self.fields["trang_thai"].choices = [  # type: ignore[attr-defined]
            everything, *((state.value, PAID_STATES[state][0]) for state in PaidState),
        ]  # fmt: skip


class ExemptionForm(forms.Form):
    """A pupil's policy category."""

    rule_code = forms.ChoiceField(label=_("Đối tượng"))
    valid_from = VietnameseDateField(label=_("Từ ngày"))
    valid_to = VietnameseDateField(
        label=_("Đến hết ngày"), required=False, help_text=_("Theo thời hạn ghi trên giấy tờ.")
    )
    document = forms.CharField(
        label=_("Minh chứng"),
        max_length=200,
        required=False,
        help_text=_("Số và ngày của giấy xác nhận. Có thể bổ sung sau."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = ReductionRule.objects.filter(everyone=False).order_by("-percent", "code")
        self.fields["rule_code"].choices = [(r.code, r.name) for r in rules]  # type: ignore[attr-defined]


class OpenExemptionsForm(forms.Form):
    """Why category and document of a pupil's exemptions are to be shown."""

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=300,
        help_text=_("Gia đình xem được lý do này; không ghi lại thông tin nhạy cảm ở đây."),
        error_messages={"required": _("Ghi lý do, ví dụ: đối chiếu giấy xác nhận. Gia đình xem được lý do này.")},
    )


class OptInForm(forms.Form):
    """Choices of a class for a voluntary item."""

    valid_from = VietnameseDateField(label=_("Bắt đầu từ ngày"))


class ExtraLineForm(forms.Form):
    """One more line on an issued invoice."""

    item = forms.ChoiceField(label=_("Khoản thu"))
    quantity = forms.IntegerField(label=_("Số lượng"), min_value=1, max_value=366, initial=1)
    unit_amount = DongFormField(label=_("Đơn giá"), least=_ONE_DONG)
    reason = forms.CharField(label=_("Lý do"), max_length=200)

    def __init__(self, *args: Any, items: list[FeeItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [(i.code, i.name) for i in items]  # type: ignore[attr-defined]


class CreditForm(forms.Form):
    """A credit note on one line."""

    line = forms.ChoiceField(label=_("Dòng"), widget=forms.RadioSelect)
    amount = DongFormField(label=_("Số tiền giảm trừ"), least=_ONE_DONG)
    reason = forms.CharField(label=_("Lý do"), max_length=200)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = lines  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Lý do"), max_length=200)


def bank_name(bank_bin: str) -> str:
    """A bank's short name, or its number when it is not known."""
    bank = find(bank_bin)
    return bank.short_name if bank else bank_bin


def usual_days(today: dt.date) -> tuple[dt.date, dt.date]:
    """Pricing day and due day offered for a new round: of this month until the 20th, then of the next."""
    first = today.replace(day=1)
    if today.day > 20:
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return first, max(first.replace(day=15), today + dt.timedelta(days=7))
