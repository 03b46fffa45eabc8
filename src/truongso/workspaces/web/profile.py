"""Settings of the school that families see: whom to turn to, when, where, and the public page."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.db import transaction
from truongso.organizations.public import SchoolProfile, save_profile
from truongso.organizations.types import OrganizationError
from truongso.workspaces.embedding import frame_line, framing_places

REFUSALS = {
    "support_missing": gettext_lazy("Ghi người hỗ trợ và số điện thoại trước khi mở trang công khai."),
    "bad_answer_days": gettext_lazy("Thời hạn trả lời từ 1 đến 10 ngày làm việc."),
    "bad_link": gettext_lazy("Địa chỉ phải bắt đầu bằng https:// hoặc http://."),
}


class ProfileForm(forms.Form):
    """Contact, hours, links, public page."""

    support_contact = forms.CharField(
        label=gettext_lazy("Tổ hỗ trợ phụ huynh"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Tên người hoặc bộ phận, ví dụ: Cô Phạm Thị Hòa, kế toán; nói được tiếng Mông."),
    )
    support_phone = forms.CharField(label=gettext_lazy("Số điện thoại hỗ trợ"), max_length=20, required=False)
    support_hours = forms.CharField(
        label=gettext_lazy("Giờ làm việc"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Ví dụ: 7:30–16:30, thứ hai đến thứ sáu."),
    )
    answer_days = forms.IntegerField(
        label=gettext_lazy("Trả lời phụ huynh trong bao nhiêu ngày làm việc"), min_value=1, max_value=10
    )
    website = forms.URLField(
        label=gettext_lazy("Cổng thông tin chính thức"), required=False, assume_scheme="https", max_length=200
    )
    fanpage = forms.URLField(
        label=gettext_lazy("Fanpage chính thức"), required=False, assume_scheme="https", max_length=200
    )
    has_public_page = forms.BooleanField(label=gettext_lazy("Mở trang công khai và tra cứu, nộp tiền"), required=False)


@requires(Permission.SCHOOL_PROFILE_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AuthedRequest) -> HttpResponse:
    """One form; the public page stays closed while there is nobody to turn to."""
    school = request.caller.school
    names = ProfileForm.base_fields
    form = ProfileForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(school, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction():
                save_profile(actor=request.caller.actor, school=school, profile=SchoolProfile(**form.cleaned_data))
        except OrganizationError as refusal:
            form.add_error(None, REFUSALS[refusal.code])
        else:
            messages.success(request, _("Đã lưu thông tin trường."))
            return redirect("workspaces:profile")
    address = settings.PUBLIC_URL + reverse("workspaces:public_school", args=[school.slug])
    embedded = settings.PUBLIC_URL + reverse("workspaces:public_embedded", args=[school.slug])
    context = {
        "form": form,
        "framed_by": framing_places(school.website),
        "frame_line": frame_line(embedded, _("Nội dung công khai của %(name)s") % {"name": school.name}),
        "school": school,
        "public_address": address,
        "lacks_support": not (school.support_contact and school.support_phone),
    }
    return render(request, "workspaces/school/profile.html", context, status=422 if form.errors else 200)
