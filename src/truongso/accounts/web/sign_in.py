"""Sign-in, sign-out and the landing page."""

from __future__ import annotations

from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, public, signed_in_while_due
from truongso.accounts.models import User
from truongso.accounts.signin import events
from truongso.accounts.signin.types import EventKind
from truongso.accounts.types import Permission
from truongso.accounts.web.forms import LoginForm

# Where a role starts its day: the first permission it holds decides.
LANDING = (
    (Permission.SCHOOL_DASHBOARD_READ, "/thu"),
    (Permission.SCHOOL_STUDENT_READ, "/hoc-sinh"),
    (Permission.UNIT_OVERVIEW_READ, "/phong/tong-quan"),
    (Permission.UNIT_SCHOOL_READ, "/phong/truong"),
    (Permission.UNIT_TEMPLATE_WRITE, "/phong/mau-thong-tin"),
    (Permission.CLASS_PUPIL_READ, "/lop-chu-nhiem"),
    (Permission.CLASS_TAUGHT_READ, "/lop-toi-day"),
    (Permission.SUPPORT_SCHOOL_ASK, "/ho-tro"),
    (Permission.FAMILY_CHILD_READ, "/gia-dinh"),
)
OWN_ACCOUNT = "/tai-khoan"


class SignIn(LoginView):  # type: ignore[misc]
    """The library's sign-in (rate limits, no enumeration, safe `next`) in our template."""

    http_method_names = ["get", "head", "post"]
    form_class = LoginForm
    template_name = "accounts/sign_in.html"


sign_in = public("signing in comes before being known")(SignIn.as_view())


@public("ending a session needs no right, and a session that has run out must not get in the way")
@require_http_methods(["POST"])
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and have the browser forget the pages it kept."""
    if isinstance(request.user, User):
        events.note(EventKind.SIGNED_OUT, user=request.user)
    logout(request)
    response = redirect("account_login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in_while_due
@require_http_methods(["GET", "HEAD"])
def home(request: AuthedRequest) -> HttpResponse:
    """To the first page of the role; who has no page of work yet sees their own account."""
    places = (path for permission, path in LANDING if request.caller.may(permission))
    return redirect(next(places, OWN_ACCOUNT))
