"""The account library's hooks: nobody signs up alone, no answer tells which accounts exist, guesses are slowed down."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.factors.queries import has_second_factor
from truongso.accounts.factors.services import MFA_SECRET_PLACE
from truongso.accounts.models import User
from truongso.accounts.policy.breached import is_listed
from truongso.accounts.policy.queries import bounds_of
from truongso.accounts.policy.services import require_change
from truongso.accounts.signin import countries, devices, events, sessions, throttle
from truongso.accounts.signin.types import EventKind
from truongso.accounts.web import duties
from truongso.kernel import sealing
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.qr_image import qr_svg

_MISMATCH = gettext_lazy("Tên đăng nhập hoặc mật khẩu chưa đúng. Xem lại dấu, chữ hoa và bàn phím.")
_WRONG_CODE = gettext_lazy("Mã chưa đúng hoặc đã dùng. Xem lại và nhập mã mới nhất.")
TRUST_FLAG = "truongso_trust_device"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed; unknown, disabled and wrong are answered alike."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _MISMATCH,
        "email_password_mismatch": _MISMATCH,
        "too_many_login_attempts": gettext_lazy("Đã thử quá nhiều lần. Chờ ít phút rồi thử lại."),
    }
    _attempt: throttle.Attempt | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out show by themselves: no notices."""

    def get_login_stages(self) -> list[str]:
        """The library's stages with ours for the second factor: it knows printed sheets and trusted browsers."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "truongso.accounts.web.stages.SecondFactorStage"}
        return [ours.get(path, path) for path in super().get_login_stages()]

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, str]]:
        """Confirming again happens on one page."""
        return [{"id": "step_up", "description": "", "url": reverse("accounts:step_up")}]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Take one try before anything is checked; raises ValidationError when it has to wait."""
        name = str(credentials.get("username") or credentials.get("email") or "").strip().lower()
        known = devices.known_device(request, name)
        self._attempt = throttle.Attempt(name, throttle.source_of(request), known.public_id if known else None)
        wait = throttle.bound_reached(self._attempt)
        if not wait:
            with transaction():
                wait = throttle.take(self._attempt.key)
        if wait:
            _note(EventKind.SLOWED, name)
            raise must_wait(wait)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user of the credentials; a disabled one is nobody, even with the right password."""
        found = super().authenticate(request, **credentials)
        user = found if isinstance(found, User) and found.is_active else None
        if self._attempt is not None:
            if user is None:
                throttle.count_failure(self._attempt)
                _note(EventKind.FAILED, self._attempt.name)
            else:
                throttle.forget(self._attempt.key)
        if user is not None and not user.change_required and is_listed(str(credentials.get("password", ""))):
            with transaction():
                require_change(user=user, reason="leaked", actor=Actor.system("sign-in", "web"))
        return user

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """A new session with the bounds of the person's roles."""
        super().login(request, user)
        if isinstance(user, User):
            sessions.begin(request.session, bounds_of(user))
            request.session.set_expiry(0)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """The browser is known from now on; whoever has just signed in need not confirm again at once."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if isinstance(user, User):
            devices.remember(request, response, user, trust=getattr(request, TRUST_FLAG, False))
            countries.arrived(request, user)
            duties.remind(request, user)
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
        if isinstance(user, User):
            events.note(EventKind.SIGNED_IN, user=user, method=events.methods_text(records))
        if records:
            records[-1]["reauthenticated"] = True
            request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
        return response


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets sealed, texts ours, printed sheets counted among the factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _WRONG_CODE,
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, place=MFA_SECRET_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, place=MFA_SECRET_PLACE)

    def get_totp_issuer(self) -> str:
        return "Trường Số"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        return qr_svg(url, title=_("Mã QR cho ứng dụng xác thực"))

    def is_mfa_enabled(self, user: AbstractBaseUser, types: list[str] | None = None) -> bool:
        """Asked for app or key together, the question is whether there is any second factor: sheets count."""
        whole = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
        if isinstance(user, User) and types is not None and whole <= set(types):
            return has_second_factor(user)
        return bool(super().is_mfa_enabled(user, types))

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002 - the library's name
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Khóa %(number)d") % {"number": count + 1}

    def _get_site_name(self) -> str:
        return "Trường Số"


def _note(kind: EventKind, name: str) -> None:
    """The same statements whether the name is somebody's or nobody's: the time of the answer teaches nothing."""
    events.note(kind, user=events.account_called(name), name=name, method="password")


def must_wait(seconds: int) -> ValidationError:
    """The refusal of a try that comes too early, with the time to wait."""
    minutes = -(-seconds // 60)
    return ValidationError(
        _("Đã thử nhiều lần. Chờ %(minutes)d phút rồi thử lại.") % {"minutes": minutes}, code="too_many_login_attempts"
    )
