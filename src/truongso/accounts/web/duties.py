"""What a person has to do before anything else: an old or leaked password, a missing second factor, an empty sheet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from truongso.accounts.hygiene.mail_rules import is_due
from truongso.accounts.models import User
from truongso.accounts.policy.queries import Duty, DutyKind, duty_of
from truongso.accounts.signin import sessions
from truongso.kernel import clock
from truongso.kernel.ui.formatting import ngay

_KEY = "duty"


def due(request: HttpRequest, user: User, *, look: bool) -> DutyKind:
    """What is due. Looked up at sign-in, once a minute (`look`), and at every request while something is due."""
    session = request.session
    known = session.get(_KEY)
    if known is None and not sessions.is_begun(session):
        look = user.second_factor_since is None
        known = ""
    if user.change_required or look or known is None or known:
        known = duty_of(user).kind.value
        if sessions.is_begun(session) and session.get(_KEY) != known:
            session[_KEY] = known
    return DutyKind(known)


def lead(request: HttpRequest, kind: DutyKind) -> HttpResponse:
    """To the page where it is done; nothing that was sent has been written."""
    texts = {
        DutyKind.PASSWORD: _("Đổi mật khẩu trước khi làm việc tiếp: %(why)s.") % {"why": _why(request)},
        DutyKind.FACTOR: _("Thêm lớp xác thực thứ hai trước khi làm việc tiếp: vai trò này bắt buộc có."),
        DutyKind.SHEET: _("Phiếu mã đã hết. In phiếu mới ngay bây giờ, nếu không lần sau không đăng nhập được."),
    }
    messages.warning(request, texts[kind])
    target = reverse("accounts:own_account" if kind is DutyKind.PASSWORD else "accounts:security")
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)


def _why(request: HttpRequest) -> str:
    """Why the password has to be changed, in words; what `require_change` is given, or the password's age."""
    reasons = {
        "leaked": _("mật khẩu có thể đã lộ"),
        "country": _("tài khoản vừa được đăng nhập từ nước mới"),
        "reported": _("có người báo rằng người khác biết mật khẩu này"),
        "role": _("tài khoản vừa nhận vai trò về tiền hoặc quyền"),
        "departure": _("người giữ tài khoản đã thôi việc rồi trở lại"),
    }
    required = request.user.change_required if isinstance(request.user, User) else ""
    return reasons.get(required, _("mật khẩu đã quá hạn dùng"))


def remind(request: HttpRequest, user: User) -> None:
    """At sign-in: what will be due, in one line."""
    duty: Duty = duty_of(user)
    request.session[_KEY] = duty.kind.value
    if duty.kind is not DutyKind.NONE:
        return
    if duty.factor_due is not None:
        text = _("Thêm lớp xác thực thứ hai trước ngày %(day)s.") % {"day": ngay(duty.factor_due)}
        _say(request, text, "accounts:security")
    if is_due(user):
        _say(request, _("Đọc và xác nhận quy định dùng email công vụ."), "accounts:mail_rules")
    if duty.remind and duty.password_due is not None:
        if duty.password_due > clock.today():
            text = _("Mật khẩu cần đổi trước ngày %(day)s.")
        else:
            text = _("Mật khẩu dùng từ lâu, đã đến ngày %(day)s nên đổi hoặc giữ lại sau khi kiểm tra.")
        _say(request, text % {"day": ngay(duty.password_due)}, "accounts:own_account")


def _say(request: HttpRequest, text: str, page: str) -> None:
    """A line that stays until it is closed and leads to where the thing is done."""
    messages.warning(request, format_html('<a href="{}">{}</a>', reverse(page), text))
