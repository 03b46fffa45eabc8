"""The account policy of a school or unit: what holds, from whom, and setting it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.labels import ROLE_NAMES
from truongso.accounts.policy.queries import above, own_policies, policy_at
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import BOUNDS, PROFILES, Composition, Policy, Profile, Rotation
from truongso.accounts.types import SENSITIVE_ROLES, AccountRefusedError, Permission, Role
from truongso.accounts.web.refusals import refusal_text
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.organizations.public import OrgUnit, School

PROFILE_NAMES: dict[Profile, str | Promise] = {
    Profile.LETTER: gettext_lazy("Theo công văn"),
    Profile.NIST: "NIST 800-63B-4",
}
COMPOSITIONS: dict[str, Any] = {
    Composition.OFF: gettext_lazy("Không yêu cầu"),
    Composition.NUDGE: gettext_lazy("Chỉ gợi ý"),
    Composition.REQUIRED: gettext_lazy("Bắt buộc ở mật khẩu ngắn"),
}
ROTATIONS: dict[str, Any] = {
    Rotation.OFF: gettext_lazy("Không theo lịch"),
    Rotation.REMIND: gettext_lazy("Nhắc"),
    Rotation.FORCE_PWONLY: gettext_lazy("Bắt buộc khi chỉ có mật khẩu, nhắc khi có lớp thứ hai"),
    Rotation.FORCE_ALL: gettext_lazy("Bắt buộc với mọi tài khoản"),
}
FIELDS: dict[str, Any] = {
    "min_len_single": gettext_lazy("Độ dài ít nhất khi chỉ có mật khẩu"),
    "min_len_mfa": gettext_lazy("Độ dài ít nhất khi có lớp thứ hai"),
    "composition": gettext_lazy("Bốn loại ký tự"),
    "composition_free_from": gettext_lazy("Miễn bốn loại ký tự từ độ dài"),
    "rotation": gettext_lazy("Đổi theo lịch"),
    "rotation_days": gettext_lazy("Chu kỳ đổi (ngày)"),
    "history": gettext_lazy("Không dùng lại bao nhiêu mật khẩu gần nhất"),
    "factor_roles": gettext_lazy("Vai trò bắt buộc lớp thứ hai"),
    "grace_days": gettext_lazy("Giáo viên: số ngày để thêm lớp thứ hai"),
    "grace_days_sensitive": gettext_lazy("Kế toán, thủ quỹ, hiệu trưởng, quản trị: số ngày"),
    "idle_minutes": gettext_lazy("Tự thoát khi không dùng (phút)"),
    "idle_minutes_sensitive": gettext_lazy("Tự thoát với vai trò về tiền và quyền (phút)"),
    "life_hours": gettext_lazy("Phiên dài nhất (giờ)"),
    "life_hours_sensitive": gettext_lazy("Phiên dài nhất với vai trò về tiền và quyền (giờ)"),
    "review_days": gettext_lazy("Rà soát tài khoản mỗi (ngày)"),
    "dormant_days": gettext_lazy("Tạm khóa tài khoản nhân sự không dùng sau (ngày)"),
}
_NUMBERS = tuple(BOUNDS)
_CHOSEN_ROLES = [(role.value, ROLE_NAMES[role]) for role in Role if role not in SENSITIVE_ROLES]


class PolicyForm(forms.Form):
    """The figures of a policy and the day from which they hold."""

    valid_from = VietnameseDateField(label=gettext_lazy("Áp dụng từ ngày"))
    composition = forms.ChoiceField(label=FIELDS["composition"], choices=list(COMPOSITIONS.items()))
    rotation = forms.ChoiceField(label=FIELDS["rotation"], choices=list(ROTATIONS.items()))
    factor_roles = forms.MultipleChoiceField(
        label=FIELDS["factor_roles"], choices=_CHOSEN_ROLES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Ai quản lý tiền, quyền hoặc hỗ trợ kỹ thuật luôn phải có, không bỏ được."),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Căn cứ, ghi chú"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, policy: Policy) -> None:
        initial = {name: getattr(policy, name) for name in _NUMBERS}
        initial |= {
            "composition": policy.composition.value, "rotation": policy.rotation.value, "valid_from": clock.today(),
            "factor_roles": [role.value for role in policy.factor_roles],
        }  # fmt: skip
        super().__init__(data, initial=initial)
        for name in _NUMBERS:
            least, most = BOUNDS[name]
            self.fields[name] = forms.IntegerField(label=FIELDS[name], min_value=least, max_value=most)
        self.policy = policy

    def chosen(self, profile: Profile) -> Policy:
        """The policy as typed; roles that move money or give rights are always among those with a second factor."""
        found = self.cleaned_data
        roles = SENSITIVE_ROLES | {Role(role) for role in found["factor_roles"]}
        return replace(
            self.policy, profile=profile, composition=Composition(found["composition"]),
            rotation=Rotation(found["rotation"]), factor_roles=roles, **{name: found[name] for name in _NUMBERS},
        )  # fmt: skip


@requires(Permission.PLACE_POLICY_READ)
@require_http_methods(["GET", "HEAD"])
def policy(request: AuthedRequest) -> HttpResponse:
    """What holds here today, from where it comes, and the two profiles."""
    place = _place(request)
    return _page(request, place, PolicyForm(policy=policy_at(place, clock.today())))


@requires(Permission.PLACE_POLICY_WRITE, fresh=True)
@require_http_methods(["POST"])
def policy_set(request: AuthedRequest) -> HttpResponse:
    """One click for a ready profile, or the figures as typed."""
    place = _place(request)
    now = policy_at(place, clock.today())
    ready = request.POST.get("profile", "")
    form = PolicyForm(request.POST, policy=now)
    if ready in PROFILES:
        return _set(request, place, PROFILES[Profile(ready)], form, ready=True)
    if form.is_valid():
        return _set(request, place, form.chosen(now.profile), form)
    return _page(request, place, form, status=422)


def _set(
    request: AuthedRequest, place: School | OrgUnit, wanted: Policy, form: PolicyForm, *, ready: bool = False
) -> HttpResponse:
    day = clock.today() if ready else form.cleaned_data["valid_from"]
    note = "" if ready else form.cleaned_data["note"]
    try:
        with transaction():
            set_policy(actor=request.caller.actor, place=place, policy=wanted, valid_from=day, note=note)
    except AccountRefusedError as refusal:
        text = refusal_text(_worded(refusal))
        if ready:
            messages.error(request, text)
            return redirect("accounts:policy")
        form.add_error(None, text)
        return _page(request, place, form, status=422)
    messages.success(request, _("Đã đặt chính sách tài khoản."))
    return redirect("accounts:policy")


def _page(request: AuthedRequest, place: School | OrgUnit, form: PolicyForm, status: int = 200) -> HttpResponse:
    today = clock.today()
    now, parent = policy_at(place, today), above(place, today)
    context = {
        "place_name": place.name,
        "form": form,
        "numbers": [form[name] for name in _NUMBERS],
        "profile": PROFILE_NAMES[now.profile],
        "rows": _rows(now),
        "factor_roles": [ROLE_NAMES[role] for role in Role if role in now.factor_roles - SENSITIVE_ROLES],
        "has_above": parent is not None,
        "history": [(row, PROFILE_NAMES[Profile(row.profile)]) for row in own_policies(place)[:10]],
        "may_write": request.caller.may(Permission.PLACE_POLICY_WRITE),
        "profiles": [(profile.value, name, profile == now.profile) for profile, name in PROFILE_NAMES.items()],
    }
    return render(request, "accounts/policy.html", context, status=status)


def _rows(now: Policy) -> list[dict[str, Any]]:
    shown: dict[str, Any] = {name: getattr(now, name) for name in FIELDS if name != "factor_roles"}
    shown["composition"], shown["rotation"] = COMPOSITIONS[now.composition], ROTATIONS[now.rotation]
    return [{"label": FIELDS[name], "value": value} for name, value in shown.items()]


def _worded(refusal: AccountRefusedError) -> AccountRefusedError:
    """Names of fields as people read them."""
    params = dict(refusal.params)
    if "field" in params:
        params["field"] = str(FIELDS[str(params["field"])])
    if "fields" in params:
        params["fields"] = ", ".join(str(FIELDS[name]) for name in params["fields"])  # type: ignore[attr-defined]
    return AccountRefusedError(refusal.code, **params)


def _place(request: AuthedRequest) -> School | OrgUnit:
    membership = request.caller.membership
    place = (membership.school or membership.unit) if membership is not None else None
    if place is None:
        raise Http404
    return place
