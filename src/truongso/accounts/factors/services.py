"""Writes of second factors. The account library makes and checks app and key; sheets and one-time use are ours."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db.models import F
from django.utils.crypto import salted_hmac

from truongso.accounts.credential_notices import tell_of_change
from truongso.accounts.factors.models import CodeSheet, UsedCode
from truongso.accounts.factors.queries import has_second_factor
from truongso.accounts.models import User
from truongso.accounts.signin import devices
from truongso.kernel import audit, clock, sealing
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required

SHEET_CODES = 40
CODE_DIGITS = 8
APP_DIGITS = 6
# Three steps of 30 seconds are accepted; what was used is remembered longer than that.
_REMEMBERED = dt.timedelta(minutes=5)


@transaction_required
def use_code(user: User, code: str) -> Authenticator | CodeSheet | None:
    """Spend a typed code: of the app, of the printed sheet, or a recovery code. None when it is none of them.

    A code is good once, also when two processes are asked at the same time (A36).
    """
    digits = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    if len(digits) == APP_DIGITS:
        return _use_app_code(user, digits)
    return _use_sheet_code(user, digits) or _use_recovery_code(user, digits)


@transaction_required
def make_sheet(*, user: User, actor: Actor) -> list[str]:
    """A new sheet of 40 codes, the only time they can be read; an earlier sheet ends."""
    codes = [f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}" for _n in range(SHEET_CODES)]
    CodeSheet.objects.filter(user=user).delete()
    CodeSheet.objects.create(
        user=user,
        codes=sealing.seal(json.dumps(codes), place=sheet_place(user.pk)),
        count=SHEET_CODES,
        created_at=clock.now(),
    )
    _changed(user, actor, "sheet:make")
    return codes


@transaction_required
def drop_sheet(*, user: User, actor: Actor) -> bool:
    """End the sheet; False when there was none."""
    if not CodeSheet.objects.filter(user=user).delete()[0]:
        return False
    _changed(user, actor, "sheet:drop")
    return True


@transaction_required
def make_recovery_codes(*, user: User, actor: Actor) -> list[str]:
    """Ten fresh recovery codes, the only time they are shown; earlier ones end."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    _changed(user, actor, "recovery:make")
    return codes


@transaction_required
def factor_added(*, user: User, actor: Actor, kind: str) -> None:
    """After the library has kept an app or a key."""
    _changed(user, actor, f"{kind}:add")


@transaction_required
def remove_authenticator(*, user: User, actor: Actor, authenticator_id: int) -> bool:
    """Take an app or a key away; recovery codes go with the last of them. False when it is not the user's."""
    row = Authenticator.objects.filter(user=user, pk=authenticator_id).first()
    if row is None or row.type == Authenticator.Type.RECOVERY_CODES:
        return False
    kind = "app" if row.type == Authenticator.Type.TOTP else "key"
    row.delete()
    _changed(user, actor, f"{kind}:remove")
    return True


@transaction_required
def drop_all(*, user: User, actor: Actor, reason: str) -> None:
    """Take every second factor away: its owner has lost it and proved who they are (ASVS 6.4.4)."""
    Authenticator.objects.filter(user=user).delete()
    CodeSheet.objects.filter(user=user).delete()
    _changed(user, actor, "reset", reason)


def forget_factors(user: User) -> None:
    """Every second factor goes and nobody is told: the person's data were erased."""
    Authenticator.objects.filter(user=user).delete()
    CodeSheet.objects.filter(user=user).delete()
    user.second_factor_since = None
    user.save(update_fields=["second_factor_since"])


def forget_used_codes() -> int:
    """Delete app codes that are too old to be accepted again; how many."""
    return UsedCode.objects.filter(used_at__lt=clock.now() - _REMEMBERED).delete()[0]


def _use_app_code(user: User, digits: str) -> Authenticator | None:
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None or not app.wrap().validate_code(digits):
        return None
    now = clock.now()
    UsedCode.objects.filter(user=user, used_at__lt=now - _REMEMBERED).delete()
    code_hash = salted_hmac("truongso.accounts.used_code", digits, algorithm="sha256").hexdigest()
    _row, is_first = UsedCode.objects.get_or_create(user=user, code_hash=code_hash, defaults={"used_at": now})
    return app if is_first else None


def _use_sheet_code(user: User, digits: str) -> CodeSheet | None:
    """The next code in order alone is good: a glance at the sheet's end helps nobody."""
    sheet = CodeSheet.objects.filter(user=user, used__lt=F("count")).first()
    if sheet is None:
        return None
    codes: list[str] = json.loads(sealing.unseal(sheet.codes, place=sheet_place(user.pk)))
    if not hmac.compare_digest(codes[sheet.used], digits):
        return None
    taken = CodeSheet.objects.filter(pk=sheet.pk, used=sheet.used).update(used=F("used") + 1)
    return sheet if taken else None


def _use_recovery_code(user: User, digits: str) -> Authenticator | None:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return row if row is not None and row.wrap().validate_code(digits) else None


def _changed(user: User, actor: Actor, what: str, reason: str = "") -> None:
    """What follows every change: the user's mark, browsers asked again, recovery codes without a factor gone."""
    has_any = has_second_factor(user)
    if not has_any:
        Authenticator.objects.filter(user=user).delete()
    since = (user.second_factor_since or clock.now()) if has_any else None
    User.objects.filter(pk=user.pk).update(second_factor_since=since)
    user.second_factor_since = since
    devices.distrust(user)
    audit.record(
        actor, f"accounts:factor:{what.replace(':', '_')}", school_id=None, subject=("user", user.pk), reason=reason
    )
    tell_of_change(user, what, actor)


MFA_SECRET_PLACE = "mfa_authenticator|data"  # noqa: S105 - where the sign-in library's sealed secrets belong


def sheet_place(user_id: int) -> str:
    """Where the sealed codes of a person's sheet belong."""
    return f"accounts_codesheet|codes|{user_id}"
