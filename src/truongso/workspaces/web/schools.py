"""Schools under the caller's unit, and founding a new one: for the office."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires, waiting_request_count
from truongso.accounts.types import Permission
from truongso.fees.types import prefix_fault
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.ledger.public import open_books
from truongso.organizations.public import LEVELS, OrgUnit, School, create_school, schools_under, supervise
from truongso.organizations.types import Area, OrganizationError, Ownership, SchoolLevel, SupervisionFunction

_NEEDED = gettext_lazy("Không để trống ô này.")
OWNERSHIPS = {
    Ownership.PUBLIC: gettext_lazy("Công lập"),
    Ownership.PEOPLE_FOUNDED: gettext_lazy("Dân lập"),
    Ownership.PRIVATE: gettext_lazy("Tư thục"),
}
AREAS = {
    Area.URBAN: gettext_lazy("Thành thị"),
    Area.RURAL: gettext_lazy("Nông thôn"),
    Area.MOUNTAIN: gettext_lazy("Miền núi"),
    Area.ESPECIALLY_DIFFICULT: gettext_lazy("Đặc biệt khó khăn"),
}
REFUSALS = {
    "code_taken": (gettext_lazy("Mã trường này đã có."), "code"),
    "slug_taken": (gettext_lazy("Tên gọi ngắn trùng một trường khác. Thêm tên xã, phường."), "short_name"),
    "bad_prefix": (gettext_lazy("Hai chữ cái không dấu, ví dụ HM; không dùng I, O, U."), "invoice_prefix"),
}


class SchoolForm(forms.Form):
    """What a school is founded with."""

    name = forms.CharField(
        label=gettext_lazy("Tên trường"), max_length=200, error_messages={"required": _NEEDED},
        help_text=gettext_lazy("Đầy đủ như trên quyết định, ví dụ: Trường Tiểu học Hoa Mai."),
    )  # fmt: skip
    short_name = forms.CharField(
        label=gettext_lazy("Tên gọi ngắn"), max_length=80, error_messages={"required": _NEEDED}
    )
    code = forms.CharField(
        label=gettext_lazy("Mã trường"), max_length=20, error_messages={"required": _NEEDED},
        help_text=gettext_lazy("Mã trong cơ sở dữ liệu ngành."),
    )  # fmt: skip
    level = forms.ChoiceField(label=gettext_lazy("Cấp học"), choices=[(k.value, v) for k, v in LEVELS.items()])
    ownership = forms.ChoiceField(
        label=gettext_lazy("Loại hình"), choices=[(k.value, v) for k, v in OWNERSHIPS.items()]
    )
    area = forms.ChoiceField(label=gettext_lazy("Vùng"), choices=[(k.value, v) for k, v in AREAS.items()])
    invoice_prefix = forms.CharField(
        label=gettext_lazy("Hai chữ đầu của mã hóa đơn"), max_length=2, min_length=2,
        error_messages={"required": _NEEDED},
        help_text=gettext_lazy("Nên viết tắt tên trường, ví dụ HM. Không đổi được về sau."),
    )  # fmt: skip
    address = forms.CharField(label=gettext_lazy("Địa chỉ"), max_length=300, required=False)
    phone = forms.CharField(label=gettext_lazy("Điện thoại"), max_length=20, required=False)
    email = forms.EmailField(label=gettext_lazy("Email"), required=False)


@requires(Permission.UNIT_SCHOOL_READ)
@require_http_methods(["GET", "HEAD"])
def schools(request: AuthedRequest) -> HttpResponse:
    """The schools, with the way to their people."""
    rows = [(one, waiting_request_count(one.pk)) for one in schools_under(_unit(request), clock.today())]
    context = {
        "rows": rows, "levels": {k.value: v for k, v in LEVELS.items()},
        "may_write": request.caller.may(Permission.UNIT_SCHOOL_WRITE),
    }  # fmt: skip
    return render(request, "workspaces/unit/schools.html", context)


@requires(Permission.UNIT_SCHOOL_WRITE, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def school_new(request: AuthedRequest) -> HttpResponse:
    """Found a school under the caller's unit; its first principal and administrator are added next."""
    form = SchoolForm(request.POST or None)
    if form.is_valid():
        try:
            with transaction():
                school = _found(request, form)
        except OrganizationError as refusal:
            text, field = REFUSALS[refusal.code]
            form.add_error(field, str(text))
        else:
            messages.success(request, _("Đã lập trường. Thêm hiệu trưởng và quản trị của trường."))
            return redirect(reverse("accounts:unit_person_add", args=[school.code]))
    return render(request, "workspaces/unit/school_new.html", {"form": form}, status=422 if form.errors else 200)


def _found(request: AuthedRequest, form: SchoolForm) -> School:
    data, unit, actor = form.cleaned_data, _unit(request), request.caller.actor
    school = create_school(
        actor=actor, code=data["code"].strip(), name=data["name"], short_name=data["short_name"],
        level=SchoolLevel(data["level"]), ownership=Ownership(data["ownership"]), area=Area(data["area"]),
        invoice_prefix=data["invoice_prefix"].upper(), prefix_fault=prefix_fault, address=data["address"],
        phone=data["phone"], email=data["email"],
    )  # fmt: skip
    start: dt.date = max(clock.today(), unit.valid_from)
    for function in SupervisionFunction:
        supervise(actor=actor, school=school, unit=unit, function=function, valid_from=start)
    open_books(school.pk)
    return school


def _unit(request: AuthedRequest) -> OrgUnit:
    membership = request.caller.membership
    if membership is None or membership.unit is None:
        raise Http404
    return membership.unit
