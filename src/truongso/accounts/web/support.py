"""Support by grant: who wants to help asks, looks and leaves; the principal signs, refuses, takes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.support import services
from truongso.accounts.support.labels import AREAS
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.support.queries import grant_at, grant_of, grants_of_school, grants_of_user
from truongso.accounts.support.types import MOST_HOURS, SupportArea
from truongso.accounts.types import AccountRefusedError, Decision, Permission
from truongso.accounts.web import visiting
from truongso.accounts.web.refusals import refusal_text
from truongso.kernel import scope
from truongso.kernel.db import transaction
from truongso.organizations.public import School, school_by_code


class AskForm(forms.Form):
    """Which school, which parts, how long, why."""

    ma_truong = forms.CharField(
        label=gettext_lazy("Mã trường"), max_length=20, error_messages={"required": gettext_lazy("Ghi mã trường.")}
    )
    phan = forms.MultipleChoiceField(
        label=gettext_lazy("Cần xem phần nào"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(area.value, name) for area, name in AREAS.items()],
        error_messages={"required": gettext_lazy("Chọn ít nhất một phần cần xem.")},
    )
    gio = forms.TypedChoiceField(
        label=gettext_lazy("Trong mấy giờ"),
        coerce=int,
        initial=1,
        choices=[(n, f"{n}") for n in range(1, MOST_HOURS + 1)],
    )
    ly_do = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=300,
        help_text=gettext_lazy("Hiệu trưởng đọc và ký. Ví dụ: sao kê ngày 05/10 nhập không được."),
        error_messages={"required": gettext_lazy("Ghi lý do.")},
    )  # fmt: skip


@requires(Permission.SUPPORT_SCHOOL_ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def asks(request: AuthedRequest) -> HttpResponse:
    """What one asked for and what runs; a new request."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _asked(request, form):
        messages.success(request, _("Đã gửi đề nghị. Hiệu trưởng của trường ký thì mới xem được."))
        return redirect("accounts:support_asks")
    rows = [_row(one) for one in grants_of_user(request.caller.user)]
    context = {"form": form, "rows": rows, "visit": request.caller.visit}
    return render(request, "accounts/support_asks.html", context, status=422 if form.errors else 200)


@requires(Permission.SUPPORT_SCHOOL_ASK)
@require_POST
def enter(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Begin to look into the school."""
    grant = _own(request, public_id)
    actor = request.caller.actor
    if _done(request, grant.school, lambda: services.record_entry(actor=actor, grant=grant)):
        visiting.begin(request, grant)
        return redirect("accounts:home")
    return redirect("accounts:support_asks")


@requires(Permission.SUPPORT_SCHOOL_ASK)
@require_POST
def leave(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Through with it, or no longer wanted: the grant is over."""
    grant, by = _own(request, public_id), request.caller.user
    visiting.leave(request)
    if _done(request, grant.school, lambda: services.end(actor=request.caller.actor, by=by, grant=grant)):
        messages.success(request, _("Đã kết thúc."))
    return redirect("accounts:support_asks")


@requires(Permission.SCHOOL_SUPPORT_APPROVE)
@require_safe
def grants(request: AuthedRequest) -> HttpResponse:
    """What waits for the principal, what runs now, what was."""
    rows = [_row(one) for one in grants_of_school(request.caller.school.pk)]
    context = {
        "now": [one for one in rows if one["one"].is_waiting or one["one"].is_running],
        "past": [one for one in rows if not (one["one"].is_waiting or one["one"].is_running)],
    }
    return render(request, "accounts/support_grants.html", context)


@requires(Permission.SCHOOL_SUPPORT_APPROVE, fresh=True)
@require_POST
def decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Sign, by a fresh second factor, or refuse."""
    grant, by, approve = _here(request, public_id), request.caller.user, request.POST.get("decision") == "approve"
    reason = request.POST.get("reason", "")
    done = _done(
        request, grant.school,
        lambda: services.decide(actor=request.caller.actor, by=by, grant=grant, approve=approve, reason=reason),
    )  # fmt: skip
    if done:
        messages.success(request, _("Đã ký. Phép chạy từ bây giờ.") if approve else _("Đã từ chối."))
    return redirect("accounts:support_grants")


@requires(Permission.SCHOOL_SUPPORT_APPROVE)
@require_POST
def revoke(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a running grant back: the next page is closed to whoever uses it."""
    grant, by = _here(request, public_id), request.caller.user
    if not grant.is_running:
        messages.error(request, refusal_text(AccountRefusedError("support_over")))
    elif _done(request, grant.school, lambda: services.end(actor=request.caller.actor, by=by, grant=grant)):
        messages.success(request, _("Đã thu hồi. Người này không mở được trang nào của trường nữa."))
    return redirect("accounts:support_grants")


def _asked(request: AuthedRequest, form: AskForm) -> bool:
    said = form.cleaned_data
    school = school_by_code(said["ma_truong"].strip())
    if school is None:
        form.add_error("ma_truong", refusal_text(AccountRefusedError("support_school", code=said["ma_truong"])))
        return False
    areas = [SupportArea(one) for one in said["phan"]]
    try:
        # The entry stands in the school's trail, where the person has no place yet.
        with scope.at_school(school.pk), transaction():
            services.ask(
                actor=request.caller.actor, user=request.caller.user, school=school, areas=areas, hours=said["gio"],
                reason=said["ly_do"],
            )  # fmt: skip
    except AccountRefusedError as refusal:
        form.add_error(None, refusal_text(refusal))
        return False
    return True


def _done(request: AuthedRequest, school: School, act: Callable[[], object]) -> bool:
    """True when the act went through; else its refusal was said. Its entry stands in the school's trail."""
    try:
        with scope.at_school(school.pk), transaction():
            act()
    except AccountRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return False
    return True


def _own(request: AuthedRequest, public_id: str) -> SupportGrant:
    found = grant_of(request.caller.user, public_id)
    if found is None:
        raise Http404
    return found


def _here(request: AuthedRequest, public_id: str) -> SupportGrant:
    found = grant_at(request.caller.school.pk, public_id)
    if found is None:
        raise Http404
    return found


def _row(one: SupportGrant) -> dict[str, Any]:
    text, kind = _state(one)
    return {"one": one, "areas": [AREAS[area] for area in one.parts], "state": text, "kind": kind}


def _state(one: SupportGrant) -> tuple[str, str]:
    if one.is_waiting:
        return _("Chờ hiệu trưởng ký"), "warn"
    if one.is_running:
        return _("Đang chạy"), "bad"
    if one.decision == Decision.REFUSED.value:
        return _("Bị từ chối"), ""
    if one.decision == "":
        return _("Đã rút"), ""
    return (_("Đã kết thúc"), "") if one.ended_at is None or one.ended_by_id == one.user_id else (_("Bị thu hồi"), "")
